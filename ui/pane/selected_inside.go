package pane

import (
	"slices"
	"time"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// inside shows the content of the token. In a column it has the registered claims only.
func (d *selected) inside(w, indent int, full bool) block {
	s, t := d.s, d.r.Token
	if !t.JWT {
		b := d.block("Inside · opaque", w, indent)
		b.add(cell{s.Styles.Quiet, "there is nothing to see inside"})
		return b.block
	}
	in, known := session.Inside{}, false
	if s.Session != nil {
		in, known = s.Session.Inside(t)
	}
	switch {
	case !known && s.Key.Shut():
		b := d.block("Inside · JWT", w, indent)
		if s.Key.NeedsPassphrase() {
			b.add(cell{s.Styles.Quiet, "locked; "},
				cell{"", s.Keys.Hint(keys.Unlock, "unlocks the secrets")})
		} else {
			b.add(cell{s.Styles.Quiet, "the key to the secrets is not there"})
		}
		return b.block
	case !known && s.Key.Locked && !full:
		b := d.block("Inside · JWT", w, indent)
		b.add(cell{s.Styles.Key, s.Keys.Key(keys.Inspect) + " "},
			cell{"", "reads it, and fetches the key to the secrets"})
		return b.block
	case !known:
		b := d.block("Inside · JWT", w, indent)
		b.add(cell{s.Styles.Quiet, "reading it …"})
		return b.block
	case in.Err != nil:
		b := d.block("Inside · JWT", w, indent)
		b.add(cell{s.Styles.Danger, "✕ "}, cell{"", s.Show(scene.ErrorLine(in.Err))})
		return b.block
	}
	return d.jwt(in, w, indent, full)
}

// jwt shows the signature and the claims of a JWT.
func (d *selected) jwt(in session.Inside, w, indent int, full bool) block {
	s := d.s
	kind, signature := "Inside · JWT", []cell{{s.Styles.Warn, "signature ! not verified"}}
	switch {
	case in.Encrypted:
		kind, signature = "Inside · JWE, encrypted", nil
	case in.Verified:
		signature = []cell{{s.Styles.Good, "signature ✓ " + kit.Clean(in.Alg)}}
	}
	key := s.Redacted(in.KeyID)
	if !full || !in.Verified {
		key = ""
	}
	if key != "" {
		all := append(slices.Clone(signature), cell{s.Styles.Good, "key " + key})
		if kit.Width(kind+joinedCells(all))+2*len(all) <= w-2 {
			signature, key = all, ""
		}
	}
	b := d.signed(kind, signature, w, indent)
	if key != "" { // the heading has no room for it
		wide := claimsWidth(b, in.Claims)
		if n := kit.Width(key); n > b.room()-wide-2 && n <= b.room()-len("key  ") {
			wide = len("key") // whole on one line rather than in the column of the claims
		}
		b.add(cell{s.Styles.Quiet, kit.Fit("key", wide) + "  "}, cell{s.Styles.Good, key})
	}
	if in.Encrypted {
		b.add(cell{s.Styles.Quiet, "only its header can be read"})
	} else if !in.Verified && full {
		b.add(cell{s.Styles.Warn, "! "}, cell{"", s.Redacted(in.Why)})
	}
	b.problems(in)
	if !full {
		for _, name := range []string{"sub", "aud", "iss", "iat", "exp", "scope"} {
			i := slices.IndexFunc(in.Claims,
				func(c session.Claim) bool { return c.Name == name && c.Value != "" })
			if i >= 0 {
				text := d.value(in.Claims[i], false)
				b.add(cell{s.Styles.Quiet, name + "  "},
					cell{"", kit.Short(text, max(b.room()-kit.Width(name)-2, 6))})
			}
		}
		return b.block
	}
	d.claims(b, in.Claims)
	return b.block
}

// signed begins the block of a JWT with facts about its signature. Those that have no room in the
// heading stand under it.
func (d *selected) signed(kind string, facts []cell, w, indent int) *builder {
	var heading []cell
	room := w - 2 - kit.Width(kind)
	for len(facts) > 0 {
		c := cell{facts[0].paint, ", " + facts[0].text}
		if room -= kit.Width(c.text); room < 0 {
			break
		}
		heading, facts = append(heading, c), facts[1:]
	}
	b := d.block(kind, w, indent, heading...)
	for _, c := range facts {
		b.add(c)
	}
	return b
}

// header shows the members of the header that the line above the claims does not.
func (d *selected) header(w, indent int) block {
	if d.s.Session == nil || !d.r.Token.JWT {
		return nil
	}
	in, known := d.s.Session.Inside(d.r.Token)
	rest := slices.DeleteFunc(slices.Clone(in.Header), func(c session.Claim) bool {
		return in.Verified && (c.Name == "alg" || c.Name == "kid")
	})
	if !known || len(rest) == 0 {
		return nil
	}
	b := d.block("Header", w, indent)
	d.claims(b, rest)
	return b.block
}

// claims adds members, with their values in one column.
func (d *selected) claims(b *builder, all []session.Claim) {
	wide := claimsWidth(b, all)
	for _, c := range all {
		name := kit.Middle(kit.Clean(c.Name), wide)
		b.add(cell{b.s.Styles.Quiet, kit.Fit(name, wide) + "  "}, cell{"", d.value(c, true)})
	}
}

// claimsWidth returns the width of the column of the names of members.
func claimsWidth(b *builder, all []session.Claim) int {
	most, wide := max(b.room()/2, 8), 5
	for _, c := range all {
		wide = max(wide, min(kit.Width(kit.Clean(c.Name)), most))
	}
	return wide
}

// value writes the value of a claim. A time that is to come has its distance from now.
func (d *selected) value(c session.Claim, full bool) string {
	text := d.s.Redacted(c.Value)
	if !c.At.IsZero() {
		text = stamp(d.s, c.At)
		if left := c.At.Sub(d.s.Now); full && left >= time.Second {
			text += "   in " + d.s.Left(left)
		}
	}
	if note := kit.Clean(c.Note); note != "" {
		text += " (" + note + ")"
	}
	return text
}

// manager shows what the key manager says of the token. A gateway may treat it differently.
func (d *selected) manager(w, indent int, full bool) block {
	s, t := d.s, d.r.Token
	b := d.block("At the key manager", w, indent)
	asks, answer, answered := false, session.Answer{}, false
	if s.Session != nil {
		asks = s.Session.Busy(session.Key{Kind: session.Introspecting, ID: d.r.ID})
		answer, answered = s.Session.Answer(d.r.ID)
	}
	if asks {
		b.add(cell{s.Styles.Quiet, "waiting for its answer …"})
	} else if answered && answer.Err != nil {
		b.add(cell{s.Styles.Danger, "✕ "}, cell{"", s.Show(scene.ErrorLine(answer.Err))})
	}
	switch {
	case t.AtServer == console.NotAsked && (asks || answered && answer.Err != nil):
	case t.AtServer == console.NotAsked:
		d.notAsked(b, full)
	case t.AtServer == console.ServerActive:
		b.add(cell{s.Styles.Good, "✓ "},
			cell{"", "active, asked " + stamp(s, t.AtServerAt) + ", " + s.Ago(t.AtServerAt)})
	default:
		b.add(cell{s.Styles.Warn, "! "},
			cell{"", t.ServerSays() + ", asked " + stamp(s, t.AtServerAt) + ", " +
				s.Ago(t.AtServerAt)})
	}
	if !full {
		return b.block
	}
	if answered && answer.Err == nil {
		members := make([]session.Claim, len(answer.Members))
		for i, m := range answer.Members {
			members[i] = session.Claim{Name: m.Name, Value: m.Value, At: m.At}
			if m.Never {
				members[i].Value, members[i].At = "never", time.Time{}
			}
		}
		d.claims(b, members)
	}
	if text := d.serverClock(); text != "" {
		b.add(cell{s.Styles.Quiet, text})
	}
	return b.block
}

// notAsked says how to ask the key manager, or why it cannot be asked.
func (d *selected) notAsked(b *builder, full bool) {
	s := d.s
	if !d.a.CanIntrospect() {
		b.add(cell{s.Styles.Quiet, "cannot be asked: "},
			cell{"", "environment " + s.Show(d.a.Environment.Name) + " has no introspect_url"})
		return
	}
	gap, does := 4, " asks"
	if full {
		gap, does = 3, " asks it"
	}
	b.add(cell{s.Styles.Quiet, "not asked yet" + kit.Spaces(gap)},
		cell{s.Styles.Key, s.Keys.Way(keys.Introspect)}, cell{"", does})
}

// serverClock describes the difference between the server's clock and ours. It adds the time that
// the server's clock shows when the token expires. It returns "" if they agree.
func (d *selected) serverClock() string {
	skew, ok := d.s.Board.Skew[string(d.a.Environment.Name)]
	if !ok || !console.ClockOff(skew) {
		return ""
	}
	text := "its clock is " + scene.Seconds(skew.Abs()) + " ahead of ours"
	if skew < 0 {
		text = "its clock is " + scene.Seconds(skew.Abs()) + " behind ours"
	}
	if at := d.r.Token.ExpiresAt; !at.IsZero() {
		text += ", and shows " + stamp(d.s, at.Add(skew)) + " when this token expires"
	}
	return text
}

// problems adds what is wrong with the times of a JWT.
func (b *builder) problems(in session.Inside) {
	for _, why := range in.Problems {
		b.add(cell{b.s.Styles.Warn, "! "}, cell{"", kit.Clean(why)})
	}
}
