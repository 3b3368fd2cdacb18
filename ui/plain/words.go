package plain

import (
	"fmt"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/session"
)

// appWords returns the name of an application with its key type, and with its environment if there
// are several.
func (p *face) appWords(a *session.App) string {
	s := text.Line(string(a.Name))
	if a.KeyType != "" {
		s += " " + strings.ToLower(text.Line(a.KeyType)) + " key" // no environment in production
	}
	if p.board.EnvironmentCount > 1 && a.Environment.Name != "" {
		s += " in " + text.Line(string(a.Environment.Name))
	}
	return s
}

// tokenWords returns the name of a token: its number and its fingerprint.
func (p *face) tokenWords(t *console.Token) string {
	return fmt.Sprintf("token %s (%s)", p.tokens.numberOf(t.ID), t.Fingerprint)
}

// nameToken returns the name of a token with its application, which begins each line about it.
func (p *face) nameToken(t *console.Token) string {
	if a := p.board.App(t.AppID); a != nil {
		return p.appWords(a) + ", " + p.tokenWords(t)
	}
	return p.tokenWords(t)
}

// regime returns how the server of an application treats earlier tokens.
func (p *face) regime(appID string) console.Regime {
	if a := p.board.App(appID); a != nil {
		return a.Environment.Regime
	}
	return console.RegimeAuto
}

// statusOf judges a token at the time of the current event.
func (p *face) statusOf(t *console.Token) console.Status {
	return console.StatusAt(*t, p.policyOf(t), p.now)
}

func (p *face) policyOf(t *console.Token) console.Policy { return p.s.Policy(t.AppID) }

// ago describes the time since something happened.
func (p *face) ago(at time.Time) string {
	if since := p.now.Sub(at); since >= time.Minute {
		return spoken(since) + " ago"
	}
	return "just now"
}

// voice returns how package describe writes for the line mode.
func (p *face) voice() describe.Voice {
	return describe.Voice{
		Face: console.FaceLines(), Wait: spoken, Span: spoken,
		AtMost: spokenAtMost, Clock: p.at, Others: text.Line,
	}
}

// hold returns what keeps the revoke of a token from being sent.
func (p *face) hold(t *console.Token) describe.Hold {
	h := describe.Hold{Locked: p.s.Key().NeedsPassphrase()}
	if a := p.board.App(t.AppID); a != nil && a.Environment.ReadOnly {
		h.ReadOnly = text.Line(string(a.Environment.Name))
	}
	return h
}

// stateWords describes the state of a token and how long it lasts. The word of the state comes
// first.
func (p *face) stateWords(t *console.Token, s console.Status) string {
	return p.voice().State(*t, s, p.policyOf(t), p.hold(t), p.now)
}

// revokingWords describes a pending revoke.
func (p *face) revokingWords(t *console.Token) string {
	return p.voice().Revoke(*t, p.hold(t), p.now)
}

// tallyWords counts tokens by state: "3 active (1 expiring), 1 revoking".
func tallyWords(t session.Tally) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what console.State
	}{
		{t.Active + t.Expiring, console.Active}, {t.Expiring, console.Expiring},
		{t.Revoking, console.Revoking},
	} {
		switch {
		case c.n == 0:
		case c.what == console.Expiring:
			parts[0] += fmt.Sprintf(" (%d %s)", c.n, c.what)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no living token"}
	}
	if t.Lingering > 0 {
		parts = append(parts, fmt.Sprintf("%d that may still pass", t.Lingering))
	}
	return strings.Join(parts, ", ")
}
