package console

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Board reads everything there is to show. A mark whose answer this process is still waiting for is not
// unsure yet and is left out; to every other process it is.
func (s *Service) Board(ctx context.Context) (Board, error) {
	var b Board
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		if b.Tokens, err = r.Tokens(); err != nil {
			return err
		}
		marks, err := r.Marks()
		if err != nil {
			return err
		}
		for _, m := range marks {
			if m.TokenID == "" && !s.isAwaited(m.ID) {
				b.Marks = append(b.Marks, m)
			}
		}
		for i := range b.Tokens {
			if m := b.Tokens[i].Unsure; m != nil && s.isAwaited(m.ID) {
				b.Tokens[i].Unsure = nil
			}
			b.Tokens[i] = s.timely(b.Tokens[i], s.Now())
		}
		if b.Longer, err = longer(r); err != nil {
			return err
		}
		stored, err := r.Applications()
		if err != nil {
			return err
		}
		b.Environments = s.environments(stored)
		for _, a := range stored {
			if a.Source == FromStore && slices.ContainsFunc(s.opt.Applications, func(have Application) bool { return have.ID == a.ID }) {
				b.Covered = append(b.Covered, a)
			}
		}
		b.Applications, err = s.applications(r, stored, b.Tokens, b.Marks)
		b.Altered, b.Restored = s.altered(r), r.Restored()
		return err
	})
	b.Unkept = s.opt.Keeper.InPlace(ctx)
	b.Key = s.opt.Keeper.Key() // after the reading, which is where another process's change of it is noticed
	s.mu.Lock()
	b.Exchanges, b.Skew = slices.Clone(s.exchanges), maps.Clone(s.skews)
	for _, i := range s.invited {
		b.Invitations = append(b.Invitations, i.Invitation)
	}
	s.mu.Unlock()
	if err != nil {
		return Board{}, fmt.Errorf("read the store: %w", err)
	}
	return b, nil
}

// applications joins the configured ones with those added here and those that left tokens or marks behind.
func (s *Service) applications(r Reader, stored []Application, tokens []Token, marks []Mark) ([]Application, error) {
	all := slices.Clone(s.opt.Applications)
	needed := map[string]bool{}
	for _, t := range tokens {
		needed[t.AppID] = true
	}
	for _, m := range marks {
		needed[m.AppID] = true
	}
	configured := map[string]bool{}
	for i, a := range all {
		configured[a.ID] = true
		var err error
		if all[i].Environment, err = completed(r, a.Environment); err != nil {
			return nil, err
		}
		if a.Details.SecretStored {
			kept, err := keptSecret(r, a)
			if err != nil {
				return nil, err
			}
			if all[i].Secret = SecretAvailable; kept == "" {
				all[i].Secret = SecretMissing
			}
		}
	}
	for _, a := range stored {
		switch {
		case configured[a.ID]:
		case a.Source == FromStore:
			var err error
			if a.Environment, err = completed(r, a.Environment); err != nil {
				return nil, err
			}
			all = append(all, a)
		case needed[a.ID]:
			a.Source = Gone
			if kept, err := keptSecret(r, a); err != nil {
				return nil, err
			} else if kept != "" && a.Secret == SecretMissing {
				a.Secret = SecretAvailable
			}
			all = append(all, a)
		}
		delete(needed, a.ID)
	}
	for _, a := range r.Altered() {
		if a.Table == "application" && needed[a.ID] && !configured[a.ID] {
			all = append(all, placeholder(a.ID))
		}
	}
	return all, nil
}

// application finds one by its identity, configured or gone.
func (s *Service) application(r Reader, id string) (Application, error) {
	for _, a := range s.opt.Applications {
		if a.ID == id {
			var err error
			a.Environment, err = completed(r, a.Environment)
			return a, err
		}
	}
	a, err := r.Application(id)
	if errors.Is(err, ErrNotFound) {
		return Application{}, &Error{Code: "no_application", Text: "no such application"}
	}
	if err != nil {
		return a, err
	}
	if a.Source != FromStore {
		a.Source = Gone
		return a, err
	}
	a.Environment, err = completed(r, a.Environment)
	return a, err
}

func (s *Service) token(r Reader, id string) (Token, error) {
	t, err := r.Token(id)
	if errors.Is(err, ErrNotFound) {
		return Token{}, &Error{Code: "no_token", Text: "no such token"}
	}
	return t, err
}
