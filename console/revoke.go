package console

import (
	"context"
	"time"
)

// Revoke decides that a token is to be revoked, to be sent after wait. The decision is stored when it
// returns; nothing was sent yet. Deliver sends it.
func (s *Service) Revoke(ctx context.Context, tokenID string, kind RevokeKind, wait time.Duration) (Token, error) {
	t, a, err := s.find(ctx, tokenID)
	if err != nil {
		return t, err
	}
	if err := s.unlocked(ctx); err != nil {
		return t, err
	}
	if err := s.ready(ctx, a.ID, revokeURL); err != nil {
		return t, err
	}
	err = s.update(ctx, func(w Writer) error {
		var err error
		if t, err = s.token(w, tokenID); err != nil {
			return err
		}
		a, err := s.application(w, t.AppID)
		if err != nil {
			return err
		}
		if err := writable(a, "revoke"); err != nil {
			return err
		}
		if err := needURL(a, "revoke", "revoke_url", a.Environment.Endpoints.RevokeURL); err != nil {
			return err
		}
		if t = s.timely(t, s.Now()); pendingRevoke(t) || kind != RevokeRefresh && revokingTwin(t, true) != "" {
			return &Error{Code: "revoking", Text: "revoke: this token is being revoked already", Hint: "u takes it back while it was not sent"}
		}
		over := StatusAt(t, s.Policy(a), s.Now()).Proof != ProofNone
		if t.RevokeKind, err = revocable(t, kind, over); err != nil {
			return err
		}
		t.RevokeAt = s.Now().Add(max(wait, 0))
		t.RevokeTries, t.RevokeNext, t.RevokeError = 0, time.Time{}, ""
		return w.PutToken(&t)
	})
	return t, err
}

// revocable narrows kind to what there is left to revoke.
func revocable(t Token, kind RevokeKind, over bool) (RevokeKind, error) {
	access, refresh := acceptedAt(t).IsZero(), t.Refresh == RefreshLive
	switch {
	case kind == RevokeRefresh && !refresh:
		return "", &Error{Code: "no_refresh_token", Text: "revoke: this token has no live refresh token"}
	case kind == RevokeRefresh:
		return RevokeRefresh, nil
	case kind == RevokeAccess && !access, kind == RevokeBoth && !access && !refresh:
		hint := "the gateway may still let it through for a while; p probes it"
		if over {
			hint = "the gateway refuses it too: it is dead"
		}
		return "", &Error{Code: "already_revoked", Text: "revoke: the server has accepted that already", Hint: hint}
	case kind == RevokeAccess, kind == RevokeBoth && !refresh:
		return RevokeAccess, nil
	case kind == RevokeBoth && !access:
		return RevokeRefresh, nil
	case kind == RevokeBoth:
		return RevokeBoth, nil
	}
	return "", &Error{Code: "usage", Text: "revoke: kind is access, refresh or both"}
}

// pendingRevoke says whether a revoke was decided and the server has not accepted all of it yet.
func pendingRevoke(t Token) bool {
	if t.RevokeAt.IsZero() {
		return false
	}
	return t.RevokeKind != RevokeRefresh && acceptedAt(t).IsZero() ||
		t.RevokeKind != RevokeAccess && t.RefreshAcceptedAt.IsZero() && t.Refresh == RefreshLive
}

// Undo takes a revoke back that was not sent yet. With tokenID "" it takes the one decided last.
func (s *Service) Undo(ctx context.Context, tokenID string) (Token, error) {
	if tokenID == "" {
		err := s.opt.Keeper.View(ctx, func(r Reader) error {
			pending, err := r.TokensWhere(TokenFilter{Pending: true})
			if err != nil {
				return err
			}
			var last time.Time
			for _, t := range pending {
				if pendingRevoke(t) && t.RevokeTries == 0 && t.RevokeAt.After(last) {
					tokenID, last = t.ID, t.RevokeAt
				}
			}
			return nil
		})
		if err != nil {
			return Token{}, err
		}
		if tokenID == "" {
			return Token{}, &Error{Code: "nothing_to_undo", Text: "undo: no revoke is waiting"}
		}
	}
	sent := &Error{Code: "already_sent", Text: "undo: too late, the revoke was sent"}
	key := tokenKey(tokenID)
	if !s.flights.take(key) {
		return Token{}, sent
	}
	defer s.flights.give(key)
	var t Token
	err := s.update(ctx, func(w Writer) error {
		var err error
		if t, err = s.token(w, tokenID); err != nil {
			return err
		}
		switch {
		case !pendingRevoke(t) && !t.RevokeAt.IsZero():
			return sent
		case !pendingRevoke(t):
			return &Error{Code: "nothing_to_undo", Text: "undo: no revoke is waiting for this token"}
		case t.RevokeTries > 0:
			return &Error{Code: "already_sent", Text: "undo: too late, a delivery was tried and may have arrived",
				Hint: "it is tried again until the server answers"}
		}
		// The lease is the proof that no other process is sending it at this moment.
		a, err := s.application(w, t.AppID)
		if err != nil {
			return err
		}
		now := s.leaseNow()
		if _, until, err := w.LeaseOf(key); err != nil {
			return err
		} else if s.impossible(a, until) {
			now = until
		}
		ok, err := w.Lease(key, s.opt.Owner, now, s.leaseNow())
		if err != nil {
			return err
		}
		if !ok {
			return sent
		}
		t.RevokeAt, t.RevokeKind, t.RevokeNext, t.RevokeError = time.Time{}, "", time.Time{}, ""
		if !t.AcceptedAt.IsZero() {
			t.RevokeAt, t.RevokeKind = t.AcceptedAt, RevokeAccess // an earlier revoke of the other half stays told
		}
		if err := w.PutToken(&t); err != nil {
			return err
		}
		return w.Release(key, s.opt.Owner)
	})
	return t, err
}
