package console

import (
	"context"
	"slices"
	"strings"
)

// String names an altered row.
func (a Altered) String() string {
	if a.Configured {
		return a.Table + " " + a.ID + " (the configuration is in force)"
	}
	return a.Table + " " + a.ID
}

// SettingDecides reports whether a setting is more than a preference of the screen. Such names have
// a slash.
func SettingDecides(key string) bool { return strings.Contains(key, "/") }

// Effect describes how Lanyard proceeds without the altered row.
func (a Altered) Effect() string {
	switch {
	case a.Configured:
		return "the configuration is in force"
	case a.Table == "setting" || a.Table == "key for hashes":
		return "it counts as never set"
	}
	return "nothing is sent for it"
}

// altered lists the altered rows that a reader has found.
func (s *Service) altered(r Reader) []Altered {
	all := r.Altered()
	for i, a := range all {
		all[i].Configured = a.Table == "application" &&
			slices.ContainsFunc(s.opt.Applications,
				func(have Application) bool { return have.ID == a.ID })
	}
	return all
}

// placeholder stands in the list for an application whose row is altered, so that its tokens are
// listed. Every verb refuses it.
func placeholder(id string) Application {
	return Application{ID: id, Name: Private("altered " + id), Source: Gone, Secret: SecretMissing}
}

// ForgetAltered removes an altered row: of a token with its secrets, probes and marks, of an
// application with its secrets and tokens. It sends nothing, because such a token may not be alive.
// The row of a configured application is written anew, and its tokens stay.
func (s *Service) ForgetAltered(ctx context.Context, id string) (Altered, error) {
	var what Altered
	err := s.update(ctx, func(w Writer) error {
		tokens, err := s.alteredIn(w, id, &what)
		if err != nil {
			return err
		}
		switch what.Table {
		case "application":
			if what.Configured {
				a, err := s.application(w, id)
				if err != nil {
					return err
				}
				return w.PutApplication(a.kept(), Secrets{})
			}
			if err := w.DropApplication(id); err != nil {
				return err
			}
		case "token":
			if err := w.DropToken(id); err != nil {
				return err
			}
			return w.PutEvent(Event{At: s.Now(), Kind: EventForgotten, TokenID: id})
		case "mark":
			return w.ClearMark(id)
		case "setting":
			return w.SetSetting(id, "")
		default:
			return &Error{Code: CodeNotFound, Text: "forget: no row with this id is altered"}
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

// Unopened lists the sealed values that do not open. It is empty while the store is locked.
func (s *Service) Unopened(ctx context.Context) (all []Altered, err error) {
	if s.opt.Keeper.Key().Locked {
		return nil, nil
	}
	err = s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		all, err = r.Unopened()
		return err
	})
	return all, err
}

// alteredIn reads everything and returns an altered row, with its tokens if it is an application.
func (s *Service) alteredIn(r Reader, id string, what *Altered) (of []Token, err error) {
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
	unopened, more := r.Unopened()
	if err == nil {
		err = more
	}
	for _, a := range slices.Concat(unopened, s.altered(r)) {
		if a.ID == id && (a.Table != "consumer secret" && a.Table != "password") {
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
