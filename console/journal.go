package console

import (
	"context"
	"slices"

	"lanyard/tokenapi"
)

// spend sends one grant between a journal mark and the storing of its answer. The mark is durable before
// the request leaves; file runs in the transaction that removes it. A request that surely never left, or
// whose refusal was read, leaves no mark; one whose answer was lost keeps it open.
func (s *Service) spend(ctx context.Context, a Application, m Mark, req tokenapi.TokenRequest,
	file func(Writer, tokenapi.TokenAnswer) error, refused func(Writer, *tokenapi.Error) error,
) error {
	api, err := s.api(a.Environment)
	if err != nil {
		return err
	}
	// From here on nothing the caller does may cut the exchange in half; the client has its own deadline.
	ctx = context.WithoutCancel(ctx)
	m.ID = newID("m_")
	defer s.await(m.ID)()
	if m, err = s.mark(ctx, a, m, req.Credentials); err != nil {
		return err
	}
	ans, ex, callErr := api.Token(ctx, req)
	s.observe(a, m.TokenID, ex)
	if callErr == nil {
		return s.answered(ctx, m, ans, file)
	}
	e, ok := tokenapi.AsError(callErr)
	if ok && e.Sent && !e.Answered() {
		return callErr // the answer was never seen: the mark stays
	}
	err = s.opt.Keeper.Update(ctx, func(w Writer) error {
		if ok && refused != nil {
			if err := refused(w, e); err != nil {
				return err
			}
		}
		return w.ClearMark(m.ID)
	})
	if err != nil {
		return err
	}
	return callErr
}

// mark stores a journal mark under the ID it was given, and with it what is needed to explain and to revoke
// what comes of it.
func (s *Service) mark(ctx context.Context, a Application, m Mark, c tokenapi.Credentials) (Mark, error) {
	m.AppID, m.SentAt = a.ID, s.Now()
	return m, s.opt.Keeper.Update(ctx, func(w Writer) error {
		// The application goes first: an open mark without it could never be explained.
		if err := w.PutApplication(a.kept(), held(c)); err != nil {
			return err
		}
		return w.PutMark(m)
	})
}

// answered files an answer in the transaction that removes its mark.
func (s *Service) answered(ctx context.Context, m Mark, ans tokenapi.TokenAnswer, file func(Writer, tokenapi.TokenAnswer) error) error {
	return s.opt.Keeper.Update(context.WithoutCancel(ctx), func(w Writer) error {
		if err := file(w, ans); err != nil {
			return err
		}
		return w.ClearMark(m.ID)
	})
}

func (s *Service) clearMark(ctx context.Context, id string) error {
	return s.opt.Keeper.Update(context.WithoutCancel(ctx), func(w Writer) error { return w.ClearMark(id) })
}

// settleGets removes the open marks of earlier gets of the same application and scopes: whatever they
// may have brought about, the server has now said what is valid.
func settleGets(w Writer, appID string, scopes []string) error {
	marks, err := w.Marks()
	if err != nil {
		return err
	}
	for _, m := range marks {
		if m.AppID == appID && m.TokenID == "" && sameScopes(m.Scopes, scopes) {
			if err := w.ClearMark(m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameScopes compares as sets.
func sameScopes(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}
