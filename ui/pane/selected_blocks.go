package pane

import (
	"slices"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// ifRevoked describes what a revoke now would lead to. For a token that has ended already it has
// the facts about the gateway, and is nil if there are none.
func (d *selected) ifRevoked(w, indent int, full bool) block {
	if d.does.Over || d.status.Pending {
		return nil
	}
	head := "If revoked now"
	if !d.does.Revocable || d.does.Revokes == console.RevokeRefresh {
		head = "The gateway"
	}
	b := d.block(head, w, indent)
	bound := d.does.Revoked
	v := d.voice(bound)
	until := v.Clock(bound.Until)
	if bound.Window {
		until = describe.WindowTime(bound.Until, d.s.Now)
	}
	if forms := v.IfRevoked(d.does, until); len(forms) > 0 {
		if bound.Window {
			d.s.ChangesIn(time.Minute - d.s.Now.Sub(d.s.Now.Truncate(time.Minute)))
		}
		if !full && len(forms) > 1 { // the first form is longer by its second part only
			forms = forms[1:]
		}
		b.add(cell{"", fittingOr(forms, b.room())})
	}
	if d.r.State == console.Lingering && !d.status.SeenAtGW {
		b.add(cell{d.s.Styles.Quiet, "the token was " + describe.NotSeen})
	}
	env, board := &d.a.Environment, d.s.Board
	if took := describe.GatewayTook(board.Learned[string(env.Name)]); took != "" {
		b.add(cell{"", took})
	}
	if more := describe.Longer(board.Longer[string(env.Name)]); more != "" {
		b.add(cell{d.s.Styles.Warn, more})
	}
	if len(b.block) == 1 {
		return nil
	}
	return b.block
}

// fittingOr returns the first form that fits, or the last one.
func fittingOr(forms []string, w int) string {
	if text := scene.Fitting(forms, w); text != "" || len(forms) == 0 {
		return text
	}
	return forms[len(forms)-1]
}

// keysBlock lists what the verbs would do.
func (d *selected) keysBlock(w, indent int) block {
	b := d.block("Keys", w, indent)
	m, v := d.s.Keys, d.s.Voice()
	verb := func(a keys.Action, texts ...string) {
		if len(texts) > 0 {
			key := m.Way(a) + "  "
			b.add(cell{d.s.Styles.Key, key}, cell{"", fittingOr(texts, b.room()-kit.Width(key))})
		}
	}
	if d.does.Locked {
		b.add(cell{d.s.Styles.Warn, d.locked()[0].texts[0]})
		if d.s.Key.NeedsPassphrase() && !d.s.Key.Fresh() {
			verb(keys.Unlock, "unlocks them")
		}
		return b.block
	}
	if d.status.Pending {
		if at, left, _ := d.stage(); at == describe.Undoable {
			b.add(cell{d.s.Styles.Warn, "the revoke is sent in " + v.Wait(left)})
			verb(keys.Undo, "undoes it")
		} else if text := fittingOr(d.revoking()[0].texts, b.room()); text != "" {
			b.add(cell{d.s.Styles.Warn, text})
		}
	}
	if d.does.ReadOnly {
		b.add(cell{d.s.Styles.Warn, "read-only: only a probe and a copy work here"})
	}
	if d.does.Renewal == console.RenewalRefresh || !d.status.Ended && !d.does.Over {
		verb(keys.Renew, d.voice(d.does.Refreshed).Renews(d.does)...)
	}
	texts := describe.Revokes(d.does)
	for i := range texts {
		if d.does.Revokes != console.RevokeRefresh {
			texts[i] = "revokes it" + texts[i][len("revokes"):]
		}
	}
	verb(keys.Revoke, texts...)
	if d.does.Over && d.a.CannotGet("") == "" {
		verb(keys.Get, d.gets())
	}
	d.probeKeys(b, verb)
	return b.block
}

// stage returns the stage of a pending revoke. For one that was decided on another row it is Held.
func (d *selected) stage() (describe.Stage, time.Duration, string) {
	if !d.r.Pending() {
		return describe.Held, 0, ""
	}
	return d.s.RevokeStage(d.r)
}

// probeKeys adds the keys of probes, on one line if there is room.
func (d *selected) probeKeys(b *builder, verb func(keys.Action, ...string)) {
	if !d.does.Probeable {
		b.add(cell{d.s.Styles.Quiet, "no probe: the application has no probe URL"})
		return
	}
	m := d.s.Keys
	if d.probing() {
		verb(keys.ProbeUntilDead, "stops the probes")
		return
	}
	probe, on := m.Way(keys.Probe), m.Way(keys.ProbeUntilDead)
	const once, dead = "probes it", "until it is dead"
	if !d.does.UntilDead {
		verb(keys.Probe, once)
		return
	}
	if kit.Width(probe+on+once+dead)+8 > b.room() {
		verb(keys.Probe, once)
		verb(keys.ProbeUntilDead, "probes "+dead)
		return
	}
	b.add(cell{d.s.Styles.Key, probe + "  "}, cell{"", once + "    "},
		cell{d.s.Styles.Key, on + "  "}, cell{"", dead})
}

// whose describes to whom the token belongs and what it was issued for.
func (d *selected) whose(w, indent int, full bool) block {
	s, t := d.s, d.r.Token
	b := d.block("Whose", w, indent)
	owner := "for " + s.Show(describe.Owner(*t))
	if t.User != "" {
		owner = "user " + s.Show(t.User)
	}
	app := kit.Middle(s.Show(d.a.Name), b.room()) + ", " + place(s, d.a)[0]
	if !full {
		b.phrases(3, app, owner)
		granted := kit.Clean(spaced(t.Scopes))
		if granted == "" {
			granted = "none named"
		}
		b.add(cell{s.Styles.Quiet, "scopes  "}, cell{"", granted})
		return b.block
	}
	b.phrases(3, app, owner)
	kind := kit.Clean(t.TokenType)
	if kind == "" {
		kind = "not named"
	}
	b.phrases(3, "grant "+kit.Clean(describe.Grant(t.Grant)), scopes(t), "type "+kind)
	var rest []string
	if asked := kit.Clean(spaced(t.Asked)); asked != "" && asked != kit.Clean(spaced(t.Scopes)) {
		rest = append(rest, "asked for "+asked)
	}
	if t.Refresh == console.RefreshSpent || t.Refresh == console.RefreshRevoked {
		rest = append(rest, "refresh token "+string(t.Refresh))
	}
	if t.HasID {
		rest = append(rest, "with an ID token")
	}
	if words := s.Redacted(t.Request.Words()); words != "" {
		rest = append(rest, "requested with "+words)
	}
	b.phrases(3, rest...)
	return b.block
}

// useIt shows ready-made lines, with dots in place of the secret. It is nil for a token that is
// over.
func (d *selected) useIt(w, indent int) block {
	s := d.s
	if d.does.Over {
		return nil
	}
	b := d.block("Use it", w, indent)
	kind := kit.Clean(d.r.Token.TokenType)
	if kind == "" {
		kind = "Bearer"
	}
	header := "Authorization: " + kind + " " + secret.Mask
	as := s.Keys.Way(keys.CopyAs)
	if d.a.ProbeURL != "" {
		b.add(cell{s.Styles.Key, as + " c  "}, cell{"", `curl -H "` + header + `" URL`})
	}
	b.add(cell{s.Styles.Key, as + " h  "}, cell{"", header})
	if s.Demo {
		return b.block
	}
	name := d.a.Name
	for i := range s.Board.Apps {
		if x := &s.Board.Apps[i]; x.ID != d.a.ID && x.Name == name {
			name = d.a.Label()
			break
		}
	}
	shell := kit.Fit("$", kit.Width(as)+2) + "  "
	b.add(cell{s.Styles.Quiet, shell},
		cell{"", "lanyard token " + console.ShellWord(s.Show(name)) + " --as header"})
	return b.block
}

// lineage lists the tokens before and after this one; nil if there are none.
func (d *selected) lineage(w, indent int, full bool) block {
	chain := d.s.Board.Lineage(d.r)
	gone := d.r.Token.From != "" && len(chain) > 0 && chain[0].ID == d.r.ID
	if len(chain) < 2 && !gone {
		return nil
	}
	b := d.block("Lineage", w, indent)
	if !full {
		for i, r := range slices.Backward(chain) {
			words := "got " + stamp(d.s, r.Token.IssuedAt)
			if i > 0 && r.Token.From != "" {
				before := chain[i-1].Token
				words = "refresh of " + before.Fingerprint
				words = fittingOr([]string{
					words + " (replaced " + stamp(d.s, before.ReplacedAt) + ")", words,
				}, b.room()-kit.Width(r.Token.Fingerprint)-2)
			}
			b.add(cell{d.chainPaint(r), r.Token.Fingerprint + "  "}, cell{"", words})
		}
		return b.block
	}
	if gone {
		b.add(cell{d.s.Styles.Quiet, "refreshed from one that is no longer held"})
	}
	for i, r := range chain {
		lead := ""
		if i > 0 {
			lead = kit.Spaces(2*(i-1)) + "└ "
		}
		words := "got " + stamp(d.s, r.Token.IssuedAt)
		switch {
		case r.ID == d.r.ID:
			words = "this one"
		case !r.Token.ReplacedAt.IsZero():
			words += ", replaced " + stamp(d.s, r.Token.ReplacedAt)
		}
		b.add(cell{d.s.Styles.Quiet, lead}, cell{d.chainPaint(r), r.Token.Fingerprint + "  "},
			cell{"", words})
	}
	return b.block
}

// chainPaint returns the colour of a fingerprint in a lineage.
func (d *selected) chainPaint(r *session.Row) themes.Paint {
	if r.ID == d.r.ID {
		return d.s.Styles.Strong
	}
	return d.s.Styles.Quiet
}
