package ui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

type severity int

const (
	info severity = iota
	good
	warn
	bad
)

// notice is one thing that was said. It fades from the screen and stays in the log.
type notice struct {
	at    time.Time
	sev   severity
	text  string
	hint  string
	about about
}

// keepNotices is how many notices the log holds.
const keepNotices = 500

// fade is how long a notice stays on the screen; an error takes longer to read.
func (n notice) fade() time.Duration {
	if n.sev >= warn {
		return 12 * time.Second
	}
	return 6 * time.Second
}

func (n notice) look(st *themes.Styles) (sign string, paint themes.Paint) {
	switch n.sev {
	case good:
		return "✓", st.Good
	case warn:
		return "!", st.Warn
	case bad:
		return "✕", st.Danger
	}
	return "·", st.Accent
}

// notices are what was said in this run, and what is shown of it.
type notices struct {
	log   []notice
	shown notice    // the last one that was not only written down
	until time.Time // when it fades; zero: none is shown
	n     int       // how many there were
	about about     // what is said now is about this call
}

// hide takes the notice off the screen.
func (n *notices) hide() { n.until = time.Time{} }

// fadeAt does so when it is time.
func (n *notices) fadeAt(now time.Time) {
	if due(n.until, now) {
		n.until = time.Time{}
	}
}

// show shows a notice.
func (n *notices) show(x notice) {
	n.shown, n.until = x, x.at.Add(x.fade())
	n.n++
}

// Log writes something into the log and does not show it.
func (m *root) Log(sev severity, text, hint string) { m.logged(sev, text, hint) }

// Notify shows something and logs it.
func (m *root) Notify(sev severity, text, hint string) { m.notices.show(m.logged(sev, text, hint)) }

func (m *root) logged(sev severity, text, hint string) notice {
	n := notice{m.now, sev, kit.Clean(text), kit.Clean(hint), m.notices.about}
	m.notices.log = append(m.notices.log, n)
	if len(m.notices.log) > keepNotices {
		m.notices.log = m.notices.log[len(m.notices.log)-keepNotices:]
	}
	return n
}

// say shows why a key did nothing, which nobody has to read again: it is not in the log.
func (m *root) say(text, hint string) {
	m.notices.show(notice{m.now, info, kit.Clean(text), kit.Clean(hint), m.notices.about})
}

// NotifyError says what went wrong, why, and the next thing to try.
func (m *root) NotifyError(op string, err error) {
	text := err.Error()
	if !strings.HasPrefix(text, op) {
		text = op + ": " + text
	}
	sev := bad
	if _, ok := console.AsError(err); ok {
		sev = warn // the console itself refused: nothing went wrong on the way
	}
	m.Notify(sev, text, m.hintOf(err))
}

// face is how the screen names what can be done.
func (m *root) face() console.Face { return m.keys.Face() }

// voice is how notices tell things: they are cleaned as they are noted, and redacted as they are
// drawn.
func (m *root) voice() describe.Voice {
	return describe.Voice{
		Face: m.keys.Face(), Wait: inWords, Span: console.Left, AtMost: console.Left,
		Clock:  func(at time.Time) string { return describe.ClockTime(at, m.now) },
		Others: func(text string) string { return text },
	}
}

// hintOf is the hint of an error, with where the settings that it names are changed.
func (m *root) hintOf(err error) string { return console.Remedy(err, console.Hint(err), m.face()) }

// logOverlay shows every notice of this run, the newest first, and the call that a notice is about.
type logOverlay struct {
	entries []notice
	key     keyState
	at      int // the selected one, counted from the newest
	off     int
	h       int      // of the last drawing
	spans   [][2]int // which lines of it the entries had
}

func (*logOverlay) title() string            { return "Messages of this run" }
func (*logOverlay) danger() bool             { return false }
func (*logOverlay) size(w, h int) (int, int) { return min(w, 110), h * 4 / 5 }

func (o *logOverlay) foot() string {
	if len(o.entries) == 0 {
		return "esc closes"
	}
	return "enter its call · c copies · esc closes"
}

// selected is the notice under the cursor; nil for none.
func (o *logOverlay) selected() *notice {
	if o.at >= len(o.entries) {
		return nil
	}
	return &o.entries[len(o.entries)-1-o.at]
}

func (o *logOverlay) press(s *scene, a keys.Action, key string) intent {
	n := o.selected()
	switch {
	case a == keys.Close, a == keys.Messages, a == keys.Quit:
		return closeTop{}
	case n == nil:
		return nil
	case key == "enter":
		if e := n.call(s.board); e != nil {
			return openExchange{*e}
		}
		if n.about.verbs != "" {
			return refuse{"the call of this message is not kept, or none was made",
				s.keys.Hint(keys.Activity, "lists those that are")}
		}
		return refuse{"no call belongs to this message", ""}
	case key == "c", key == "y":
		return request{session.CopyText{What: "the message", Text: join(n.text, n.hint)}}
	}
	o.move(a)
	return nil
}

// move moves the cursor. A message that is longer than the box is scrolled through before the next one is selected.
func (o *logOverlay) move(a keys.Action) {
	last, page := len(o.entries)-1, max(o.h-1, 1)
	from, to := 0, 0
	if o.at < len(o.spans) {
		from, to = o.spans[o.at][0], o.spans[o.at][1]
	}
	switch a {
	case keys.Down:
		if to > o.off+o.h {
			o.off++
			return
		}
		o.at++
	case keys.Up:
		if from < o.off {
			o.off--
			return
		}
		o.at--
	case keys.PageDown, keys.PageUp:
		step := page
		if a == keys.PageUp {
			step = -page
		}
		o.at = slices.IndexFunc(o.spans, func(x [2]int) bool { return x[1] > from+step })
		if o.at < 0 {
			o.at = last
		}
	case keys.First:
		o.at = 0
	case keys.Last:
		o.at = last
	default:
		return
	}
	o.at = max(min(o.at, last), 0)
	if o.at >= len(o.spans) || o.h < 1 {
		return
	}
	from, to = o.spans[o.at][0], o.spans[o.at][1]
	o.off = min(max(o.off, to-o.h), from)
	if o.at == 0 {
		o.off = 0
	}
}

func (o *logOverlay) box(s *scene, w, h int) []string {
	out := []string{padded(s.st.Quiet, o.key.line(w-2), w)}
	if len(o.entries) == 0 {
		return append(out, hint(s, w, max(h-1, 0), "", "Nothing was said yet. Every notice and every error of this run is kept here.")...)
	}
	o.h, o.spans = h, o.spans[:0]
	for i := range o.entries {
		from := len(out)
		out = append(out, o.lines(s, &o.entries[len(o.entries)-1-i], w, i == o.at)...)
		o.spans = append(o.spans, [2]int{from, len(out)})
	}
	switch sp := o.spans[o.at]; {
	case sp[1] <= o.off, sp[0] >= o.off+h: // the screen has another size now
		o.off = sp[0]
	case sp[1]-sp[0] <= h && sp[1] > o.off+h: // it has grown by the name of its call
		o.off = sp[1] - h
	}
	o.off = max(min(o.off, len(out)-h), 0)
	return out[o.off:min(o.off+h, len(out))]
}

// lines are those of one notice. The selected one names the call that enter opens.
func (o *logOverlay) lines(s *scene, n *notice, w int, selected bool) []string {
	const lead = 1 + 8 + 1 + 1 + 1
	var out []string
	sign, paint := n.look(s.st)
	put := func(first bool, with themes.Paint, text string) {
		l := s.begin(selected, true)
		if first {
			l.Put(string(s.st.Quiet), n.at.Format("15:04:05"))
			l.Gap(1)
			l.Put(string(paint), sign)
			l.Gap(1)
		} else {
			l.Gap(lead - 1)
		}
		l.Put(string(with), text)
		out = append(out, l.End(w))
	}
	for i, text := range kit.Wrap(s.redacted(n.text), max(w-lead-1, 4)) {
		put(i == 0, "", text)
	}
	for _, text := range kit.Wrap(s.redacted(n.hint), max(w-lead-1, 4)) {
		if text != "" {
			put(false, s.st.Quiet, text)
		}
	}
	if selected {
		if e := n.call(s.board); e != nil {
			put(false, s.st.Key, kit.Cut("↵ "+kit.Clean(e.Method)+" "+pathOf(e.URL), max(w-lead-1, 4)))
		}
	}
	return out
}

// openExchange is the intent to look at a call.
type openExchange struct{ e console.Exchange }

// Perform implements intent.
func (i openExchange) Perform(h host) tea.Cmd {
	h.Open(&exchangeOverlay{e: i.e})
	return nil
}
