package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
)

// inspect looks into a token.
func (fx effects) inspect(o *inspectOverlay) tea.Cmd {
	id := o.id
	return run(func() tokenInspected {
		r := tokenInspected{box: o}
		i, err := fx.svc.InspectToken(fx.ctx, id, console.InspectOptions{})
		if err != nil {
			r.seen.err = kit.Clean(err.Error() + " " + console.Hint(err))
			return r
		}
		r.seen.form = "opaque: there is nothing to see inside"
		if i.JWT == nil {
			return r
		}
		if r.seen.form = "JWT"; i.JWT.Encrypted {
			r.seen.form = "JWE: encrypted, only its header can be read"
		}
		r.seen.signature, r.seen.verified = i.Check.Why, i.Check.Verified
		if i.Check.Verified {
			r.seen.signature = "verified (" + i.Check.Alg + ")"
			if i.Check.KeyID != "" {
				r.seen.signature = "verified with key " + i.Check.KeyID + " (" + i.Check.Alg + ")"
			}
		}
		r.seen.times = i.Problems
		for _, c := range i.JWT.Header {
			r.seen.claims = append(r.seen.claims, claim{"Header", c.Name, c.Value, c.Note, c.Time})
		}
		for _, c := range i.JWT.Claims {
			r.seen.claims = append(r.seen.claims, claim{"Claims", c.Name, c.Value, c.Note, c.Time})
		}
		return r
	})
}

// introspect asks the key manager.
func (fx effects) introspect(o *inspectOverlay) tea.Cmd {
	id := o.id
	return run(func() tokenIntrospected {
		ans, _, err := fx.svc.Introspect(fx.ctx, id)
		r := tokenIntrospected{box: o, active: ans.Active, err: err}
		if err != nil {
			return r
		}
		for _, c := range []claim{
			{name: "user", value: ans.Username}, {name: "subject", value: ans.Subject}, {name: "client", value: ans.ClientID},
			{name: "scopes", value: strings.Join(ans.Scopes, " ")}, {name: "type", value: ans.TokenType},
		} {
			if c.value != "" {
				r.claims = append(r.claims, c)
			}
		}
		const never = 253402300800 // the year 10000
		for _, c := range []struct {
			name    string
			seconds int64
			known   bool
		}{
			{"issued", ans.Issued.Seconds, ans.Issued.Known}, {"not before", ans.NotBefore.Seconds, ans.NotBefore.Known},
			{"expires", ans.Expires.Seconds, ans.Expires.Known},
		} {
			switch {
			case !c.known:
			case c.seconds >= never:
				r.claims = append(r.claims, claim{name: c.name, value: "never"})
			default:
				r.claims = append(r.claims, claim{name: c.name, at: time.Unix(c.seconds, 0)})
			}
		}
		for _, p := range ans.Extra {
			r.claims = append(r.claims, claim{name: p.Name, value: p.Value})
		}
		return r
	})
}

// reveal reads a token to be shown.
func (fx effects) reveal(o *revealOverlay, id string) tea.Cmd {
	return run(func() tokenRevealed {
		sec, err := fx.svc.Secrets(fx.ctx, id)
		if err != nil {
			return tokenRevealed{box: o, err: err}
		}
		return tokenRevealed{box: o, text: sec.Access}
	})
}

// revealLogged notes that a token is on the screen.
func (fx effects) revealLogged(o *revealOverlay) tea.Cmd {
	return run(func() revealLogged {
		return revealLogged{o.fingerprint, fx.svc.Copied(fx.ctx, o.id, "screen", console.FormBare)}
	})
}

// copyAs copies a token in a form; clipboardTime is all that a program has for it. With stays it is not cleared again.
func (fx effects) copyAs(a console.Application, t console.Token, f copyForm, stays bool) tea.Cmd {
	return run(func() tokenCopied {
		sec, err := fx.svc.Secrets(fx.ctx, t.ID) // unlocking the store may take longer than a clipboard program
		if err != nil {
			return tokenCopied{id: t.ID, err: err}
		}
		text, err := console.As(a, t, sec, f.form)
		if err != nil {
			return tokenCopied{id: t.ID, err: err}
		}
		ctx, cancel := context.WithTimeout(fx.ctx, clipboardTime)
		defer cancel()
		c, err := fx.clip.Copy(ctx, text, stays)
		if err != nil {
			return tokenCopied{id: t.ID, err: err}
		}
		what := t.Fingerprint
		if f.form != console.FormBare {
			what += " as " + f.name
		}
		return tokenCopied{t.ID, what, c, nil, fx.svc.Copied(fx.ctx, t.ID, c.Via, f.form)}
	})
}
