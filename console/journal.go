package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
)

// sendGrant sends one grant. It stores a mark before the request leaves, and file runs in the
// transaction that removes the mark. A request that was not sent or was refused leaves no mark; one
// whose answer was lost leaves it open. Without the leases under nothing is sent. x is the
// exchange, zero if nothing was sent.
func (s *Service) sendGrant(ctx context.Context, a Application, under []*lease, m Mark,
	req tokenapi.TokenRequest, file func(Writer, tokenapi.TokenAnswer) error,
	refused func(Writer, *tokenapi.Error) error,
) (x Exchange, err error) {
	api, err := s.api(a.Environment)
	if err != nil {
		return x, err
	}
	if err := s.heldBack(ctx, a, req); err != nil {
		return x, err
	}
	// From here on the caller must not cut the exchange short. The client has its own deadline.
	ctx = context.WithoutCancel(ctx)
	m.ID = newID("m_")
	defer s.await(m.ID)()
	if m, err = s.mark(ctx, a, under, m, req.Credentials); err != nil {
		return x, err
	}
	if !stillOurs(under) { // the process was stopped in between, so another one may have the lease
		return x, errors.Join(errOverslept(m.Op), s.clearMark(ctx, m.ID))
	}
	if err := s.opt.Keeper.InPlace(ctx); err != nil {
		return x, errors.Join(err, s.clearMark(ctx, m.ID))
	}
	ans, ex, callErr := api.Token(ctx, req)
	x = s.observe(a, m.TokenID, ex)
	call := s.callOf(x, callErr)
	defer s.noteCall(call)
	if callErr == nil {
		return x, s.storeAnswer(ctx, a, m, ans, func(w Writer, ans tokenapi.TokenAnswer) error {
			storeCall(w, call)
			if err := forgetRefusals(w, a, req); err != nil {
				return err
			}
			return file(w, ans)
		})
	}
	e, ok := tokenapi.AsError(callErr)
	if ok && unseen(e) {
		call.Mark = m.ID
		s.logUnanswered(ctx, call, m, func(w Writer) error {
			if e.RetryAfter > 0 { // a proxy wants to wait; the mark stays
				return s.noteRefusal(w, a, under[0], req, e)
			}
			return nil
		})
		return x, s.lostAnswer(a, m, callErr)
	}
	err = s.retryUpdate(ctx, func(w Writer) error {
		storeCall(w, call)
		if ok && refused != nil {
			if err := refused(w, e); err != nil {
				return err
			}
		}
		if ok {
			if err := s.noteRefusal(w, a, under[0], req, e); err != nil {
				return err
			}
		}
		return w.ClearMark(m.ID)
	})
	if err != nil { // the mark stays, to be safe
		return x, errors.Join(callErr, fmt.Errorf("and that could not be stored: %w", err))
	}
	return x, callErr
}

// unseen reports whether the server may have issued a token that no one has read: there was no
// answer, an answer of a proxy, or a 2xx that cannot be read.
func unseen(e *tokenapi.Error) bool {
	switch {
	case !e.Sent:
		return false
	case !e.Answered():
		return true
	case e.Kind == tokenapi.KindGarbled:
		return e.Status >= 200 && e.Status < 300
	}
	// a proxy that lost the server's answer
	return e.Code == "" && (e.Status == 502 || e.Status == 504)
}

// lostAnswer returns the error for a request whose answer was lost. Its text is that of its cause.
// Its hint names what to do.
func (s *Service) lostAnswer(a Application, m Mark, cause error) error {
	hint := MarkAdvice(m, a.Environment.Regime, s.Now())
	if e, ok := tokenapi.AsError(cause); ok && e.Kind == tokenapi.KindGarbled && e.Hint != "" {
		// a proxy may have answered in place of the server
		join := "; "
		if strings.HasSuffix(e.Hint, "?") {
			join = " "
		}
		hint = e.Hint + join + hint
	}
	return &advisedError{
		cause, &Error{Code: CodeUnsure, Text: m.Op + ": the answer was never seen", Hint: hint}}
}

// advisedError has the text of its cause, and another code and hint.
type advisedError struct {
	cause  error
	advice *Error
}

func (e *advisedError) Error() string   { return e.cause.Error() }
func (e *advisedError) Unwrap() []error { return []error{e.cause, e.advice} }

func stillOurs(under []*lease) bool {
	for _, l := range under {
		if !l.ours() {
			return false
		}
	}
	return true
}

func errOverslept(op string) error {
	return &Error{
		Code: CodeInFlight,
		Text: op + ": this process stood still for too long, and nothing was sent",
		Hint: "try again",
	}
}

// mark stores a mark under its ID, with the application, so that its token can be explained and
// revoked. It fails if a lease was lost.
func (s *Service) mark(ctx context.Context, a Application, under []*lease, m Mark,
	c tokenapi.Credentials) (Mark, error) {
	m.AppID, m.SentAt = a.ID, s.Now()
	// Many processes may be writing: wait as long as the request itself may take.
	ctx, cancel := context.WithTimeout(ctx, patienceFor(a, m.Grant))
	defer cancel()
	return m, s.update(ctx, func(w Writer) error {
		for _, l := range under {
			if ok, err := l.stay(w); err != nil {
				return err
			} else if !ok {
				return errOverslept(m.Op)
			}
		}
		// The application comes first: an open mark without it cannot be explained.
		if err := s.keepApp(w, a, m.Op, held(c)); err != nil {
			return err
		}
		lives, err := s.longestLives(w, m)
		if err != nil {
			return err
		}
		if m.EndsBy, err = s.endsBy(w, m, lives); err != nil {
			return err
		}
		return w.PutMark(m)
	})
}

// storeAnswer stores an answer in the transaction that removes its mark.
func (s *Service) storeAnswer(ctx context.Context, a Application, m Mark, ans tokenapi.TokenAnswer,
	file func(Writer, tokenapi.TokenAnswer) error) error {
	err := s.retryUpdate(ctx, func(w Writer) error {
		if err := file(w, ans); err != nil {
			return err
		}
		return w.ClearMark(m.ID)
	})
	if err == nil {
		return nil
	}
	return &notKept{&Error{
		Code: CodeNotKept,
		Text: m.Op + ": the server gave out the token " + ans.Access.Fingerprint() +
			", and it could not be stored: " + err.Error(),
		Hint: "it is lost here and may be alive at the server; " +
			MarkAdvice(m, a.Environment.Regime, s.Now()),
	}, err}
}

// notKept is the error for an answer that was read and not stored. The mark of its request stays
// open.
type notKept struct {
	said  *Error
	cause error
}

func (e *notKept) Error() string   { return e.said.Text }
func (e *notKept) Unwrap() []error { return []error{e.said, e.cause} }

// How often an answer that cannot be stored is tried again, while the lease leaves time. A disk
// that is full for a moment must not lose a token.
const (
	retryTimes = 5
	retryPause = 50 * time.Millisecond // doubled each time, 0.75 s in all
)

// retryUpdate is update for what has happened already and must not be lost. It tries again while
// the lease leaves time.
func (s *Service) retryUpdate(ctx context.Context, f func(Writer) error) (err error) {
	ctx = context.WithoutCancel(ctx)
	pause := retryPause
	for n := range retryTimes {
		if n > 0 {
			time.Sleep(pause)
			pause *= 2
		}
		if err = s.update(ctx, f); err == nil || isCode(err, CodeStoreReplaced) {
			return err
		}
	}
	return err
}

func (s *Service) clearMark(ctx context.Context, id string) error {
	return s.update(context.WithoutCancel(ctx), func(w Writer) error { return w.ClearMark(id) })
}

// sameScopes reports whether two lists of scopes are equal as sets.
func sameScopes(a, b []string) bool {
	return slices.Equal(setOf(a), setOf(b))
}
