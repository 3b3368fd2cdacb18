package overlay

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// facts draws lines of a name and a value. It wraps long values.
type facts struct {
	s   *scene.Scene
	w   int
	col int // width of the names
	out []string
}

const factNames = 14

func (f *facts) put(name, value string) { f.paint("", "", name, value) }

// paint adds a fact with a coloured sign. If the box is too narrow for two columns, a long value
// goes below its name.
func (f *facts) paint(with themes.Paint, sign, name, value string) {
	value = kit.Clean(value)
	col, room := f.col, f.w-f.col-2
	if f.w < 40 {
		if col = kit.Width(name) + 1; name == "" || col+kit.Width(sign+value) > f.w-2 {
			col = 2
			if name != "" {
				f.out = append(f.out, scene.Padded(f.s.Styles.Quiet, name, f.w))
				name = ""
			}
		}
		room = f.w - col - 2
	}
	for i, t := range kit.Wrap(value, max(room-kit.Width(sign), 6)) {
		l := kit.NewLine("", 160)
		l.Gap(1)
		if i == 0 {
			l.Cell(string(f.s.Styles.Quiet), name, col)
			l.Put(string(with), sign)
		} else {
			l.Gap(col + kit.Width(sign))
		}
		l.Put("", t)
		f.out = append(f.out, l.End(f.w))
	}
}

func (f *facts) head(text string) {
	f.out = append(f.out, kit.Spaces(f.w), scene.Padded(f.s.Styles.Strong, text, f.w))
	f.col = factNames
}

// claims adds claims, with the name of their part as a heading.
func (f *facts) claims(all []claim) {
	for i, c := range all {
		if c.part != "" && (i == 0 || all[i-1].part != c.part) {
			f.head(c.part)
		}
		if i == 0 || all[i-1].part != c.part {
			for _, x := range all[i:] {
				if x.part != c.part {
					break
				}
				f.col = max(f.col, min(kit.Width(x.name)+2, 26, max(f.w/3, factNames)))
			}
		}
		value := f.s.Redacted(kit.Clean(c.value))
		if !c.at.IsZero() {
			value = when(f.s, c.at)
		}
		if c.note != "" {
			value += " (" + kit.Clean(c.note) + ")"
		}
		f.put(kit.Middle(kit.Clean(c.name), f.col-1), value)
	}
	f.col = factNames
}

func (o *Inspect) Box(s *scene.Scene, w, h int) []string {
	r := s.Board.Row(o.id)
	if r == nil || r.Token == nil {
		return []string{scene.Padded(s.Styles.Quiet, "this token is gone", w)}
	}
	t, a := r.Token, &s.Board.Apps[r.App]
	st := s.Board.Status(r, s.Now)
	f := &facts{s: s, w: w, col: factNames}
	sign, paint := s.Look(r.State)
	word := string(r.State)
	if text := stateWords(s, r, st); text != "" {
		word += ": " + text
	}
	f.paint(paint, sign+" ", "state", word)
	f.put("application", strings.TrimSpace(s.Show(a.Name)+" "+kit.Clean(a.KeyType)))
	f.put("environment", s.Show(a.Environment.Name))
	f.put("for", s.Show(describe.Owner(*t)))
	f.put("grant", grantWord(kit.Clean(t.Grant)))
	kind := cmp.Or(kit.Clean(t.TokenType), "not named")
	if t.JWT {
		kind += ", a JWT"
	}
	f.put("type", kind)
	scopes := cmp.Or(kit.Clean(strings.Join(t.Scopes, " ")), "none named")
	f.put("scopes", scopes)
	if asked := kit.Clean(strings.Join(t.Asked, " ")); asked != "" && asked != scopes {
		f.put("asked for", asked)
	}
	refresh := string(t.Refresh)
	if t.Refresh == console.RefreshNone {
		refresh = "none came with it"
	}
	f.put("refresh", refresh)
	if t.HasID {
		f.put("ID token", "came with it")
	}
	f.head("Its life")
	for _, e := range life(s, r, st) {
		f.put(e.word, e.text)
	}
	f.put("server clock", serverClock(s, t, a))
	f.head("Key manager")
	o.keyManager(f, t)
	f.head("Inside")
	o.insideLines(f)
	return o.scroll.Show(f.out, h)
}

// serverClock describes the difference between the clock of the server and ours, and the time that
// the server's clock shows when the token expires.
func serverClock(s *scene.Scene, t *console.Token, a *session.App) string {
	d, ok := s.Board.Skew[string(a.Environment.Name)]
	switch {
	case !ok:
		return "not known: no answer with a date was read in this run"
	case d.Abs() < time.Second:
		return "as ours, to the second"
	}
	text := scene.Seconds(d.Abs()) + " ahead of ours"
	if d < 0 {
		text = scene.Seconds(d.Abs()) + " behind ours"
	}
	if !t.ExpiresAt.IsZero() {
		text += "; it shows " + t.ExpiresAt.Add(d).In(s.Now.Location()).Format("15:04:05") +
			" when this token expires"
	}
	return text
}

// keyManager adds the answer of the key manager. A gateway may still treat the token differently.
func (o *Inspect) keyManager(f *facts, t *console.Token) {
	switch {
	case o.asking:
		f.put("asked", "waiting for its answer …")
	case o.askErr != "":
		f.paint(f.s.Styles.Danger, "✕ ", "", f.s.Show(o.askErr))
	}
	switch {
	case t.AtServer == console.NotAsked && (o.asking || o.askErr != ""):
	case t.AtServer == console.NotAsked:
		if why, _ := o.cannotAsk(f.s.Board); why != "" {
			f.put("asked", "cannot be: "+f.s.Show(why))
			return
		}
		f.put("asked", "not yet; i asks it")
	case t.AtServer == console.ServerActive:
		f.paint(f.s.Styles.Good, "✓ ", "says", "active; asked "+when(f.s, t.AtServerAt))
	default:
		f.paint(f.s.Styles.Warn, "! ", "says", t.ServerSays()+"; asked "+when(f.s, t.AtServerAt))
	}
	f.claims(o.asked)
}

// insideLines adds what was read from the token itself.
func (o *Inspect) insideLines(f *facts) {
	i := &o.inside
	switch {
	case o.Locked:
		f.put("form", "locked; enter asks for the passphrase")
	case !o.seen:
		f.put("form", "reading it …")
	case i.err != "":
		f.paint(f.s.Styles.Danger, "✕ ", "", f.s.Show(i.err))
	default:
		f.put("form", i.form)
		if i.signature != "" {
			sign, paint := i.sign(f.s)
			f.paint(paint, sign, "signature", f.s.Redacted(i.signature))
		}
		for _, why := range i.times {
			f.paint(f.s.Styles.Warn, "! ", "times", why)
		}
		f.claims(i.claims)
	}
}

// grantWord returns the name of a grant, with a remark if the grant is legacy.
func grantWord(grant string) string {
	switch grant {
	case "":
		return "not known"
	case console.GrantPassword:
		return "password, legacy"
	}
	return grant
}

// when returns a time in the zone of this machine and its distance from now. It leaves out the date
// if that is today.
func when(s *scene.Scene, t time.Time) string {
	t = t.In(s.Now.Location())
	text := t.Format(time.DateTime)
	if t.Format(time.DateOnly) == s.Now.Format(time.DateOnly) {
		text = t.Format(time.TimeOnly)
	}
	if d := t.Sub(s.Now); d >= time.Second {
		return text + ", in " + s.Left(d)
	}
	return text + ", " + s.Ago(t)
}

// stateWords returns the remaining time of a state, or the progress of a revoke, in words.
func stateWords(s *scene.Scene, r *session.Row, st console.Status) string {
	if r.Pending() {
		return scene.Fitting(s.RevokeWords(r), 60)
	}
	return s.Voice().StateBrief(st)
}

// lifeEvent is an event in the life of a token.
type lifeEvent struct {
	at         time.Time
	word, text string
}

// fingerprintOf returns the fingerprint of the token with an id.
func fingerprintOf(s *scene.Scene, id string) string {
	if x := s.Board.Row(id); x != nil && x.Token != nil {
		return x.Token.Fingerprint
	}
	return "one that is no longer held"
}

// life returns the events of a token in the order of their times. Its end may be in the future.
func life(s *scene.Scene, r *session.Row, st console.Status) []lifeEvent {
	t := r.Token
	var out []lifeEvent
	add := func(at time.Time, word, text string) {
		if !at.IsZero() {
			out = append(out, lifeEvent{at, word, when(s, at) + text})
		}
	}
	switch {
	case t.Grant == console.GrantAdopted:
		add(t.IssuedAt, "adopted", ", from elsewhere")
	case t.From != "":
		add(t.IssuedAt, "issued", ", renewed from "+fingerprintOf(s, t.From))
	default:
		add(t.IssuedAt, "issued", "")
	}
	add(t.ReplacedAt, "renewed", ", into "+fingerprintOf(s, t.ReplacedBy))
	if t.Unsure != nil {
		add(t.Unsure.SentAt, "unsure", ": its renewal was sent and no answer seen")
	}
	switch {
	case r.Pending() && t.RevokeTries > 0:
		add(t.RevokeAt, "revoke", ", decided, sent and not yet accepted")
	case r.Pending():
		add(t.RevokeAt, "revoke", ", decided, to be sent")
	default:
		add(t.RevokeAt, "revoke", ", decided and due")
	}
	if !t.RefreshAcceptedAt.Equal(t.AcceptedAt) {
		add(t.RefreshAcceptedAt, "accepted", ", the revoke of its refresh token, by the server")
	}
	add(t.AcceptedAt, "accepted", ", the revoke, by the server")
	for i, p := range t.Probes {
		if i == 0 || i >= len(t.Probes)-3 {
			add(p.At, "probed", ": "+string(p.Verdict))
		}
	}
	proofs := map[console.Proof]string{
		console.ProofProbe:  "three refusals in a row",
		console.ProofWindow: "the end of the window",
		console.ProofExpiry: "its own expiry",
	}
	slices.SortStableFunc(out, func(a, b lifeEvent) int { return a.at.Compare(b.at) })
	switch {
	case st.Proof != console.ProofNone:
		add(st.OverAt, "dead", ", by "+proofs[st.Proof])
	case st.StaleKnown:
		add(st.StaleUntil, "dead", ", at the latest")
	case st.State == console.Expired:
		add(t.ExpiresAt, "expired", "")
	}
	if t.ExpiresAt.After(s.Now) {
		add(t.ExpiresAt, "expires", "")
	} else if t.ExpiresAt.IsZero() {
		out = append(out, lifeEvent{word: "expires", text: noExpiry(t)})
	}
	return out
}

// noExpiry returns the text for a token without an expiry.
func noExpiry(t *console.Token) string {
	if t.Lifetime == console.LifeUnbounded {
		return "never"
	}
	return "not known: its answer did not say"
}
