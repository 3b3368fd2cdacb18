package console

import "context"

// String names an altered row to a person.
func (a Altered) String() string { return a.Table + " " + a.ID }

// placeholder stands in the list for an application whose row is altered, so that its tokens have a place. Every
// verb refuses it.
func placeholder(id string) Application {
	return Application{ID: id, Name: "altered " + id, Source: Gone, Secret: SecretMissing}
}

// ForgetAltered removes an altered row. With a token go its secrets, probes and marks; with an application go its
// secrets and its tokens. Nothing is sent: whether such a token lives, nobody can tell any more.
func (s *Service) ForgetAltered(ctx context.Context, id string) (Altered, error) {
	var what Altered
	err := s.update(ctx, func(w Writer) error {
		tokens, err := alteredIn(w, id, &what)
		if err != nil {
			return err
		}
		switch what.Table {
		case "token":
			if err := w.DropToken(id); err != nil {
				return err
			}
			return w.PutEvent(Event{At: s.Now(), Kind: EventForgotten, TokenID: id})
		case "mark":
			return w.ClearMark(id)
		case "setting":
			return w.SetSetting(id, "")
		case "application":
			if err := w.DropApplication(id); err != nil {
				return err
			}
		default:
			return &Error{Code: "not_found", Text: "forget: no row with this id is altered"}
		}
		for _, t := range tokens {
			if err := w.DropToken(t.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return what, err
}

// alteredIn reads everything and finds an altered row, with the tokens of it if it is an application.
func alteredIn(r Reader, id string, what *Altered) (of []Token, err error) {
	tokens, err := r.Tokens()
	if err == nil {
		_, err = r.Applications()
	}
	if err == nil {
		_, err = r.Marks()
	}
	if err == nil {
		_, err = r.Settings()
	}
	for _, a := range r.Altered() {
		if a.ID == id {
			*what = a
		}
	}
	for _, t := range tokens {
		if t.AppID == id {
			of = append(of, t)
		}
	}
	return of, err
}
