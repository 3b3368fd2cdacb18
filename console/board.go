package console

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Board reads everything that the lists show. A mark whose answer this process still waits for is
// left out; another process shows it as unsure.
func (s *Service) Board(ctx context.Context) (Board, error) {
	return s.board(ctx, Reader.Tokens)
}

// BoardOf is Board with only those tokens that a text can name: by ID, or as TokensNamed finds
// them.
func (s *Service) BoardOf(ctx context.Context, text string) (Board, error) {
	return s.board(ctx, func(r Reader) (named []Token, err error) {
		if IsID(text) {
			switch t, err := r.Token(text); {
			case err == nil:
				return []Token{t}, nil
			case !isLost(err):
				return nil, err
			}
		}
		if len(text) >= LeastPrefix {
			named, err = r.TokensWhere(TokenFilter{Prefix: strings.ToLower(text)})
		}
		return named, err
	})
}

// Outbox is Board with only those tokens whose revoke the server has not accepted.
func (s *Service) Outbox(ctx context.Context) (Board, error) {
	return s.board(ctx,
		func(r Reader) ([]Token, error) { return r.TokensWhere(TokenFilter{Pending: true}) })
}

// board reads a Board with the tokens that tokens reads.
func (s *Service) board(ctx context.Context, tokens func(Reader) ([]Token, error)) (Board, error) {
	var b Board
	// An answer that arrives while the store is being read is not lost: the snapshot is older.
	before := s.awaiting()
	inFlight := func(mark string) bool { return before[mark] || s.isAwaited(mark) }
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		if b.Tokens, err = tokens(r); err != nil {
			return err
		}
		marks, err := r.Marks()
		if err != nil {
			return err
		}
		for _, m := range marks {
			if m.TokenID == "" && !inFlight(m.ID) {
				b.Marks = append(b.Marks, m)
			}
		}
		for i := range b.Tokens {
			if m := b.Tokens[i].Unsure; m != nil && inFlight(m.ID) {
				b.Tokens[i].Unsure = nil
			}
			b.Tokens[i] = s.timely(b.Tokens[i], s.Now())
			b.Tokens[i].User = b.Tokens[i].user()
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
			same := func(have Application) bool { return have.ID == a.ID }
			if a.Source == FromStore && slices.ContainsFunc(s.opt.Applications, same) {
				b.Covered = append(b.Covered, a)
			}
		}
		b.Applications, err = s.applications(r, stored, b.Marks)
		b.Altered, b.Restored = s.altered(r), r.Restored()
		return err
	})
	b.Unkept = s.opt.Keeper.InPlace(ctx)
	b.Key = s.opt.Keeper.Key() // last: reading notices that another process changed it
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

// configuredApps returns the configured applications, completed from the store.
func (s *Service) configuredApps(r Reader) ([]Application, error) {
	all := slices.Clone(s.opt.Applications)
	for i, a := range all {
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
	return all, nil
}

// applications joins the configured applications, those of the store, and those that are gone and
// left tokens or marks.
func (s *Service) applications(
	r Reader, stored []Application, marks []Mark) ([]Application, error) {
	needed := func(a string) (bool, error) {
		if slices.ContainsFunc(marks, func(m Mark) bool { return m.AppID == a }) {
			return true, nil
		}
		return hasAny(r, TokenFilter{AppIDs: []string{a}})
	}
	all, err := s.configuredApps(r)
	if err != nil {
		return nil, err
	}
	configured := map[string]bool{}
	for i := range all {
		configured[all[i].ID] = true
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
		default:
			left, err := needed(a.ID)
			if err != nil {
				return nil, err
			}
			if !left {
				continue
			}
			a.Source = Gone
			if kept, err := keptSecret(r, a); err != nil {
				return nil, err
			} else if kept != "" && a.Secret == SecretMissing {
				a.Secret = SecretAvailable
			}
			all = append(all, a)
		}
	}
	for _, a := range r.Altered() {
		if a.Table != "application" || configured[a.ID] {
			continue
		}
		left, err := needed(a.ID)
		if err != nil {
			return nil, err
		}
		if left {
			all = append(all, placeholder(a.ID))
		}
	}
	return all, nil
}

// application returns an application by its ID, configured or gone.
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
		return Application{}, &Error{Code: CodeNoApplication, Text: "no such application"}
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
		return Token{}, &Error{Code: CodeNoToken, Text: "no such token"}
	}
	return t, err
}
