package ui

import (
	"fmt"
	"strings"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// appWords name an application: "Orders sandbox", and where it is if there are several places.
func (p *plain) appWords(a *session.App) string {
	s := a.Shown
	if a.KeyType != "" {
		s += " " + strings.ToLower(kit.Clean(a.KeyType))
	}
	if p.board.EnvironmentCount > 1 && a.Environment.Name != "" {
		s += " in " + kit.Clean(a.Environment.Name)
	}
	return s
}

// tokenWords name a token: by its number in this run and its fingerprint.
func (p *plain) tokenWords(t *console.Token) string {
	return fmt.Sprintf("token %s (%s)", p.tokens.of(t.ID), t.Fingerprint)
}

// lead names a token with its application, as each announcement begins.
func (p *plain) lead(t *console.Token) string {
	if a := p.board.App(t.AppID); a != nil {
		return p.appWords(a) + ", " + p.tokenWords(t)
	}
	return p.tokenWords(t)
}

// regime is how the server of an application treats earlier tokens.
func (p *plain) regime(appID string) console.Regime {
	if a := p.board.App(appID); a != nil {
		return a.Environment.Regime
	}
	return console.RegimeAuto
}

// judged is a token as it is now.
func (p *plain) judged(t *console.Token) console.Status {
	return console.StatusAt(*t, p.policyOf(t), p.now)
}

func (p *plain) policyOf(t *console.Token) console.Policy { return p.s.Policy(t.AppID) }

// stateWords say what state a token is in, the word of the state first, and how long it lasts.
func (p *plain) stateWords(t *console.Token, s console.Status) string {
	switch s.State {
	case console.Unsure:
		return "unsure: " + p.advice(t)
	case console.Revoking:
		return "revoking: " + p.revokingWords(t)
	case console.Lingering:
		return "lingering: " + p.endWords(s)
	case console.Dead, console.Superseded:
		return string(s.State) + ": " + proofWords(s)
	case console.Active, console.Expiring, console.Expired:
	}
	if s.State == console.Expired {
		if t.Unsure != nil { // the token is over, and what its lost refresh brought may not be
			return "expired; " + p.advice(t)
		}
		return "expired"
	}
	text := string(s.State) + ", " + lifeWords(t, s)
	if t.RevokeError != "" && t.AcceptedAt.IsZero() && t.RefreshAcceptedAt.IsZero() && t.RevokeAt.IsZero() {
		whole, _ := reasons(t)
		text += ", not revoked because the server refused: " + whole
	}
	return text
}

// advice says what there is to know and to do about a token.
func (p *plain) advice(t *console.Token) string {
	return console.FaceLines().Says(console.Advice(*t, console.Policy{Regime: p.regime(t.AppID)},
		p.now))
}

// lifeWords say how long a token has by its own clock.
func lifeWords(t *console.Token, s console.Status) string {
	switch {
	case s.HasExpiry && s.Left == 0:
		return "expired"
	case s.HasExpiry:
		return spoken(s.Left) + " left"
	case string(t.Lifetime) == "unbounded":
		return "never expires"
	}
	return "how long it lives is unknown"
}

// revokedElsewhere is said of a row whose token is being revoked as that of another row.
const revokedElsewhere = "another application holds the same token, whose revoke is not yet accepted"

// revokingWords say how far a revoke is that the server has not accepted.
func (p *plain) revokingWords(t *console.Token) string {
	due, ok := console.DueAt(*t)
	if !ok {
		return revokedElsewhere
	}
	left := due.Sub(p.now)
	switch a := p.board.App(t.AppID); {
	case a != nil && a.Environment.ReadOnly:
		return "the revoke is not sent, " + kit.Clean(a.Environment.Name) + " is read-only"
	case p.s.Key().NeedsPassphrase() && left <= 0:
		return "the revoke is not sent, the store is locked; unlock opens it"
	case t.RevokeTries == 0 && left > 0:
		return "the revoke is sent in " + spoken(left) + "; type undo to take it back"
	case t.RevokeError == "":
		return "the revoke is being sent"
	}
	whole, _ := reasons(t)
	text := "the revoke is not yet accepted (" + whole + "), it is kept"
	if left > 0 {
		text += " and tried again in " + spoken(left)
	}
	return text
}

// endWords say of a token that has ended how long the gateway may go on.
func (p *plain) endWords(s console.Status) string {
	text := "accepted by the server"
	switch s.Cause {
	case console.CauseRefresh:
		text = "the revoke of its refresh token is accepted by the server"
	case console.CauseReplaced:
		text = "replaced by a newer one"
	case console.CauseElsewhere:
		text = "called inactive by the server, though not revoked here"
	case console.CauseRefused:
		text = "not revoked here"
	}
	switch {
	case s.Reopened:
		text += "; the gateway let it through after its window was over"
	case s.StillActive && s.StaleKnown:
		text += "; the server calls it active still, so that the gateway may let it through for at most " + spokenMost(s.StaleLeft)
	case !s.StaleKnown:
		text += "; the gateway may let it through, nobody knows how long"
	default:
		text += "; the gateway may let it through for at most " + spokenMost(s.StaleLeft)
	}
	return text
}

// proofWords say why the gateway is held to refuse a token.
func proofWords(s console.Status) string {
	text := proofOf(s)
	if s.PastExpiry > 0 {
		text += "; the gateway let it through " + spoken(s.PastExpiry) + " after its expiry, a clock may be wrong"
	}
	return text
}

func proofOf(s console.Status) string {
	switch s.Proof {
	case console.ProofWindow:
		return "the window ran out"
	case console.ProofExpiry:
		return "its own expiry came first"
	case console.ProofProbe:
		if s.Cause == console.CauseRefused {
			return "the gateway refused it three times in a row, though nobody revoked it here"
		}
		return "the gateway refused it three times in a row, " + spoken(s.OverAt.Sub(s.EndedAt)) + " after its end"
	case console.ProofNone:
	}
	return "not proved"
}

// tallyWords count living tokens by state, those that expire soon among the active ones: "3 active (1 expiring), 1 revoking".
func tallyWords(t session.Tally) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what console.State
	}{{t.Active + t.Expiring, console.Active}, {t.Expiring, console.Expiring}, {t.Revoking, console.Revoking}, {t.Lingering, console.Lingering}} {
		switch {
		case c.n == 0:
		case c.what == console.Expiring:
			parts[0] += fmt.Sprintf(" (%d %s)", c.n, c.what)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) == 0 {
		return "no living token"
	}
	return strings.Join(parts, ", ")
}
