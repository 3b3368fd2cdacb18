package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

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
