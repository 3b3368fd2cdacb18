package console

import (
	"cmp"
	"context"
	"time"
)

// Revoke decides that a token is revoked after wait, and stores the decision. It sends nothing:
// Deliver does.
func (s *Service) Revoke(ctx context.Context, tokenID string, kind RevokeKind,
	wait time.Duration) (Token, error) {
	d := s.RevokeAll(ctx, []string{tokenID}, kind, wait)[0]
	return d.Token, d.Err
}

// Decided is the result of RevokeAll for one token. If Err is nil, its revoke was decided.
type Decided struct {
	ID    string // ID of the token
	Token Token
	Err   error
}

// RevokeAll is Revoke for several tokens. All of them get the same RevokeAt, so UndoDecision can
// undo them together. It returns one Decided for each ID, in the same order.
func (s *Service) RevokeAll(ctx context.Context, ids []string, kind RevokeKind,
	wait time.Duration) []Decided {
	out := make([]Decided, len(ids))
	unready := make([]error, len(ids))
	byApp := map[string]error{}
	for i, id := range ids {
		t, a, err := s.find(ctx, id)
		out[i] = Decided{ID: id, Token: t}
		if err == nil {
			if _, known := byApp[a.ID]; !known {
				byApp[a.ID] = s.ready(ctx, a.ID, revokeURL)
			}
			err = byApp[a.ID]
		}
		unready[i] = err
	}
	err := s.update(ctx, func(w Writer) error {
		at := s.Now().Add(max(wait, 0))
		for i := range out {
			if out[i].Err = unready[i]; out[i].Err != nil {
				continue
			}
			if out[i].Token, out[i].Err = s.toRevoke(w, ids[i], kind, at); out[i].Err != nil {
				continue
			}
			if err := w.PutToken(&out[i].Token); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range out {
		out[i].Err = s.homedOf(ctx, ids[i], cmp.Or(out[i].Err, err))
	}
	return out
}

// toRevoke returns the token with its revoke decided for a time, or why it cannot be revoked.
func (s *Service) toRevoke(r Reader, tokenID string, kind RevokeKind, at time.Time) (Token, error) {
	t, err := s.token(r, tokenID)
	if err != nil {
		return t, err
	}
	a, err := s.application(r, t.AppID)
	if err != nil {
		return t, err
	}
	if err := writable(a, "revoke"); err != nil {
		return t, err
	}
	if err := needURL(a, "revoke", CodeNoRevokeURL, a.Environment.Endpoints.RevokeURL); err != nil {
		return t, err
	}
	if t = s.timely(t, s.Now()); pendingRevoke(t) || kind != RevokeRefresh &&
		revokingTwin(t, true) != "" {
		return t, &Error{Code: CodeRevoking, Text: "revoke: this token is being revoked already",
			Hint: do(ActUndo, "") + " takes the revoke back while it was not sent"}
	}
	if t.RevokeKind, err = revocable(t, kind, StatusAt(t, s.Policy(a), s.Now())); err != nil {
		return t, err
	}
	t.RevokeAt, t.RevokeTries, t.RevokeNext, t.RevokeError = at, 0, time.Time{}, ""
	return t, nil
}

// revocable narrows kind to the tokens of the pair that are left to revoke. st is the status of t.
func revocable(t Token, kind RevokeKind, st Status) (RevokeKind, error) {
	access, refresh := acceptedAt(t).IsZero(), t.Refresh == RefreshLive
	needless := needsNoRevoke(st)
	switch {
	case kind == RevokeUseful && access && needless != nil && !refresh:
		return "", needless
	case kind == RevokeUseful && needless != nil && refresh:
		return RevokeRefresh, nil
	case kind == RevokeUseful:
		return revocable(t, RevokeBoth, st)
	case kind == RevokeRefresh && !refresh:
		return "", &Error{
			Code: CodeNoRefreshToken,
			Text: "revoke: this token has no live refresh token",
		}
	case kind == RevokeRefresh:
		return RevokeRefresh, nil
	case kind == RevokeAccess && !access, kind == RevokeBoth && !access && !refresh:
		hint := "the gateway may still let it through for a while; " + do(ActProbe, t.Fingerprint) +
			" asks it"
		switch {
		case st.Proof == ProofNone:
		case st.Proof == ProofProbe, ProvedDead(t, st.EndedAt):
			hint = "the gateway refuses it too: it is dead"
		default:
			hint = "its time at the gateway is over, but no probe has shown that it is refused; " +
				do(ActProbe, t.Fingerprint) + " asks it"
		}
		return "", &Error{
			Code: CodeAlreadyRevoked,
			Text: "revoke: the server has revoked this token already", Hint: hint,
		}
	case kind == RevokeAccess, kind == RevokeBoth && !refresh:
		return RevokeAccess, nil
	case kind == RevokeBoth && !access:
		return RevokeRefresh, nil
	case kind == RevokeBoth:
		return RevokeBoth, nil
	}
	return "", &Error{Code: CodeUsage, Text: "revoke: kind is access, refresh or both"}
}

// needsNoRevoke returns why an access token with status st needs no revoke, or nil. The refusals of
// one gateway are no such reason: the server may know nothing of the token's end.
func needsNoRevoke(st Status) *Error {
	switch {
	case st.State == Expired && st.PastExpiry == 0:
		return &Error{
			Code: CodeExpired, Text: "revoke: the token has expired, there is nothing to revoke",
		}
	case st.State == Superseded:
		return &Error{
			Code: CodeReplaced,
			Text: "revoke: the token was replaced and its time is over, there is nothing to revoke",
		}
	case st.State == Dead && st.Cause != CauseRefused:
		return &Error{
			Code: CodeAlreadyRevoked, Text: "revoke: the token is dead, there is nothing to revoke",
		}
	}
	return nil
}

// pendingRevoke reports whether a revoke was decided and the server has not accepted all of it.
func pendingRevoke(t Token) bool {
	if t.RevokeAt.IsZero() {
		return false
	}
	return t.RevokeKind != RevokeRefresh && acceptedAt(t).IsZero() ||
		t.RevokeKind != RevokeAccess && t.RefreshAcceptedAt.IsZero() && t.Refresh == RefreshLive
}

// Undo undoes the revoke of one token that was not sent yet.
func (s *Service) Undo(ctx context.Context, tokenID string) (Token, error) {
	u, err := s.takeBack(ctx, []string{tokenID})
	if err != nil {
		return Token{}, err
	}
	return u.Taken[0], nil
}

// Undone is the result of an undo: the tokens whose revoke was undone, and how many revokes of the
// same decision had been sent.
type Undone struct {
	Taken []Token
	Sent  int
}

// UndoDecision undoes all revokes that were decided together with that of a token (RevokeAll). With
// tokenID "" it undoes the last decision. Revokes that were sent are counted and stay sent.
func (s *Service) UndoDecision(ctx context.Context, tokenID string) (Undone, error) {
	var ids []string
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		all, err := r.Tokens()
		if err != nil {
			return err
		}
		var at time.Time
		for _, t := range all {
			if t.ID == tokenID || tokenID == "" && pendingRevoke(t) && t.RevokeTries == 0 &&
				t.RevokeAt.After(at) {
				at = t.RevokeAt
			}
		}
		for _, t := range all {
			if !at.IsZero() && t.RevokeAt.Equal(at) {
				ids = append(ids, t.ID)
			}
		}
		return nil
	})
	if err != nil {
		return Undone{}, err
	}
	if len(ids) == 0 {
		return Undone{}, &Error{Code: CodeNothingToUndo, Text: "undo: no revoke is waiting"}
	}
	return s.takeBack(ctx, ids)
}

// takeBack undoes the revokes of tokens in one transaction. If there are several, it counts those
// that were sent, skips those that were undone meanwhile, and fails if none is left.
func (s *Service) takeBack(ctx context.Context, ids []string) (Undone, error) {
	flying := map[string]bool{}
	for _, id := range ids {
		if key := tokenKey(id); s.flights.take(key) {
			defer s.flights.give(key)
		} else {
			flying[id] = true
		}
	}
	var u Undone
	err := s.update(ctx, func(w Writer) error {
		u = Undone{}
		var why error
		for _, id := range ids {
			t, err := Token{}, errSent()
			if !flying[id] {
				t, err = s.takenBack(w, id)
			}
			switch e, ok := AsError(err); {
			case err == nil:
				if err := w.PutToken(&t); err != nil {
					return err
				}
				if err := w.Release(tokenKey(id), s.opt.Owner); err != nil {
					return err
				}
				u.Taken = append(u.Taken, t)
				continue
			case ok && e.Code == CodeAlreadySent:
				u.Sent++
			case !ok || e.Code != CodeNothingToUndo && e.Code != CodeNoToken:
				return err
			}
			why = err
		}
		if len(u.Taken) == 0 {
			return why
		}
		return nil
	})
	return u, err
}

func errSent() error {
	return &Error{Code: CodeAlreadySent, Text: "undo: too late, the revoke was sent"}
}

// takenBack returns the token without its revoke. It takes the token's lease, which proves that no
// other process is sending the revoke.
func (s *Service) takenBack(w Writer, tokenID string) (Token, error) {
	t, err := s.token(w, tokenID)
	if err != nil {
		return t, err
	}
	switch {
	case !pendingRevoke(t) && !t.RevokeAt.IsZero():
		return t, errSent()
	case !pendingRevoke(t):
		return t, &Error{Code: CodeNothingToUndo, Text: "undo: no revoke is waiting for this token"}
	case t.RevokeTries > 0:
		return t, &Error{
			Code: CodeAlreadySent,
			Text: "undo: too late, a delivery was tried and may have arrived",
			Hint: "it is tried again until the server answers",
		}
	}
	a, err := s.application(w, t.AppID)
	if err != nil {
		return t, err
	}
	key, now := tokenKey(tokenID), s.leaseNow()
	if _, until, err := w.LeaseOf(key); err != nil {
		return t, err
	} else if s.impossible(a, until) {
		now = until
	}
	ok, err := w.Lease(key, s.opt.Owner, now, s.leaseNow())
	if err != nil {
		return t, err
	}
	if !ok {
		return t, errSent()
	}
	t.RevokeAt, t.RevokeKind, t.RevokeNext, t.RevokeError = time.Time{}, "", time.Time{}, ""
	if !t.AcceptedAt.IsZero() {
		// the other half was revoked earlier, and stays so
		t.RevokeAt, t.RevokeKind = t.AcceptedAt, RevokeAccess
	}
	return t, nil
}
