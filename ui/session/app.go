package session

import (
	"cmp"
	"slices"
	"time"

	"lanyard/console"
)

// App is an application with its rows.
type App struct {
	console.Application
	Policy console.Policy
	rows   []*Row // living first, newest first
	Tally  Tally
}

// withGrant returns the application with another grant; "" keeps its own.
func (a *App) withGrant(grant string) console.Application {
	out := a.Application
	out.Grant = cmp.Or(grant, out.Grant)
	return out
}

// MayLive reports whether a token of the application may still be accepted by a server or gateway.
func (a *App) MayLive() bool {
	t := a.Tally
	return t.Active+t.Expiring+t.Revoking+t.Lingering > 0 ||
		slices.ContainsFunc(a.rows,
			func(r *Row) bool { return r.Token != nil && r.State == console.Unsure })
}

// KnownScopes returns the scopes of an application and of its tokens, sorted.
func (a *App) KnownScopes() []string {
	all := slices.Clone(a.Scopes)
	for _, r := range a.rows {
		if r.Token != nil {
			all = append(append(all, r.Token.Scopes...), r.Token.Asked...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Living returns the tokens of an application that can be revoked. They live, or their refresh
// tokens do.
func (a *App) Living() []*Row {
	var out []*Row
	for _, r := range a.rows {
		if r.Token != nil && !r.Pending() &&
			console.OfUse(*r.Token, console.Status{State: r.State}) {
			out = append(out, r)
		}
	}
	return out
}

// GotAgain returns the token with which the server is known to answer a get for the application. It
// returns nil for none.
func (a *App) GotAgain(now time.Time) *Row {
	if a.Policy.Regime != console.RegimeOpaque {
		return nil
	}
	for _, r := range a.rows {
		if r.State.IsOver() { // the rest too: see rows
			break
		}
		if r.Token != nil && console.GetsAgain(*r.Token, a.Application, a.Policy, now) {
			return r
		}
	}
	return nil
}

// Len returns the number of rows of an application.
func (a *App) Len() int { return len(a.rows) }

// NoDelete is the reason why an application cannot be deleted.
type NoDelete int

// The reasons.
const (
	NoDeleteNone       NoDelete = iota // it can be deleted
	NoDeleteConfigured                 // it is in the configuration file
	NoDeleteMayLive                    // it is gone, and tokens of it may be alive
	NoDeleteLostGet                    // it is gone, and the answer to a get of it was lost
)

// CannotDelete returns the reason why an application cannot be deleted. One that is no longer
// configured is deleted by forgetting what the store has of it.
func (a *App) CannotDelete() NoDelete {
	switch {
	case a.Source == console.FromConfig:
		return NoDeleteConfigured
	case a.Source == console.Gone && a.MayLive():
		return NoDeleteMayLive
	case a.Source == console.Gone && a.LostGet():
		return NoDeleteLostGet
	}
	return NoDeleteNone
}

// LostGet reports whether the answer to a get of the application was lost.
func (a *App) LostGet() bool {
	return slices.ContainsFunc(a.rows, func(r *Row) bool { return r.Mark != nil })
}

// TokensOf returns the tokens of an application that are of use for a verb, oldest first.
func (s *Session) TokensOf(appID string, use Use) (out []console.Token) {
	judge := func(t console.Token) console.Status { return s.Status(t) }
	switch use {
	case Revocable:
		return console.RevocableOf(s.board.tokens, appID, false, judge)
	case Renewable:
		if t, ok := console.RenewableOf(s.board.tokens, appID, judge); ok {
			return []console.Token{t}
		}
		return nil
	case Alive:
	}
	for _, t := range s.board.tokens {
		if t.AppID == appID && !judge(t).State.IsOver() {
			out = append(out, t)
		}
	}
	return out
}

// Use is a purpose for which tokens are selected.
type Use int

// The uses.
const (
	Alive     Use = iota // tokens that are not over
	Revocable            // see console.RevocableOf
	Renewable            // at most one token, of console.RenewableOf
)
