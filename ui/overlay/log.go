package overlay

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Log shows every notice of this run, the newest first. Enter opens the call of a notice.
type Log struct {
	Entries []scene.Notice
	Key     scene.KeyState
	at      int // index of the selected notice, counted from the newest
	off     int
	h       int      // height when it was last drawn
	spans   [][2]int // first line and end of each entry when it was last drawn
}

func (*Log) Title(*scene.Scene) string { return "Messages of this run" }
func (*Log) Danger() bool              { return false }

// Size returns the size in which all notices are drawn, if there is room. Its height does not
// depend on the selected one.
func (o *Log) Size(s *scene.Scene, w, h int) (int, int) {
	w = min(w, 110)
	n, call := len(o.keyLine(s, w)), 0
	for i := range o.Entries {
		n += len(o.lines(s, &o.Entries[i], w, false))
		if s.Board.Exchange(o.Entries[i].Exchange) != nil {
			call = 1
		}
	}
	if len(o.Entries) == 0 {
		n += len(nothingSaid(s, w, h))
	}
	return w, min(h, n+call)
}

// keyLine returns the line about the store's key; nil for none.
func (o *Log) keyLine(s *scene.Scene, w int) []string {
	key := s.Redacted(o.Key.Line(w - 2))
	if key == "" {
		return nil
	}
	return []string{scene.Padded(s.Styles.Quiet, key, w)}
}

// nothingSaid stands in place of the notices if there are none.
func nothingSaid(s *scene.Scene, w, h int) []string {
	return scene.Placeholder(s, w, max(h-1, 0), "",
		"Nothing was said yet. Every notice and every error of this run is kept here.")
}

// Hints implements [scene.Overlay].
func (o *Log) Hints(s *scene.Scene) (out []scene.Hint) {
	if n := o.selected(); n != nil {
		if s.Board.Exchange(n.Exchange) != nil {
			out = append(out, scene.Hint{Keys: "enter", Word: "its call"})
		}
		if s.Session.CanCopy() {
			out = append(out, scene.Hint{Keys: "c", Word: "copy"})
		}
		out = append(out, scene.Hint{Keys: "up down", Word: "choose"})
	}
	return append(out, scene.Hint{Keys: "esc", Word: "close"})
}

// selected returns the notice under the cursor, or nil.
func (o *Log) selected() *scene.Notice {
	if o.at >= len(o.Entries) {
		return nil
	}
	return &o.Entries[len(o.Entries)-1-o.at]
}

func (o *Log) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	n := o.selected()
	switch {
	case a == keys.Close, a == keys.Messages, a == keys.Quit:
		return scene.CloseTop{}
	case n == nil:
		return nil
	case key == "enter":
		if e := s.Board.Exchange(n.Exchange); e != nil {
			return openExchange{*e}
		}
		if n.Exchange != 0 {
			return scene.Cannot("the call of this message is no longer kept",
				s.Keys.Hint(keys.Activity, "lists those that are"))
		}
		return scene.Cannot("no call belongs to this message", "")
	case key == "c", key == "y":
		return scene.Do(session.CopyText{What: "the message", Text: scene.JoinHint(n.Text, n.Hint)})
	}
	o.move(a)
	return nil
}

// move moves the cursor. It scrolls through a notice that is higher than the box before it selects
// the next one.
func (o *Log) move(a keys.Action) {
	last, page := len(o.Entries)-1, max(o.h-1, 1)
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

// Point implements [scene.Pointed].
func (o *Log) Point(line int) {
	for i, x := range o.spans {
		if at := line + o.off; at >= x[0] && at < x[1] {
			o.at = i
		}
	}
}

// Hidden implements [scene.Partial].
func (o *Log) Hidden() (above, below int) {
	if n := len(o.spans); n > 0 {
		return o.off, max(o.spans[n-1][1]-o.off-o.h, 0)
	}
	return 0, 0
}

func (o *Log) Box(s *scene.Scene, w, h int) []string {
	out := o.keyLine(s, w)
	if len(o.Entries) == 0 {
		return append(out, nothingSaid(s, w, h)...)
	}
	o.h, o.spans = h, o.spans[:0]
	for i := range o.Entries {
		from := len(out)
		out = append(out, o.lines(s, &o.Entries[len(o.Entries)-1-i], w, i == o.at)...)
		o.spans = append(o.spans, [2]int{from, len(out)})
	}
	switch sp := o.spans[o.at]; {
	case sp[1] <= o.off, sp[0] >= o.off+h: // the size of the screen has changed
		o.off = sp[0]
	case sp[1]-sp[0] <= h && sp[1] > o.off+h: // the line with its call was added
		o.off = sp[1] - h
	}
	o.off = max(min(o.off, len(out)-h), 0)
	return out[o.off:min(o.off+h, len(out))]
}

// lines draws a notice. The selected one also names the call that enter opens.
func (o *Log) lines(s *scene.Scene, n *scene.Notice, w int, selected bool) []string {
	const lead = 1 + 8 + 1 + 1 + 1
	var out []string
	sign, paint := n.Look(s.Styles)
	put := func(first bool, with themes.Paint, text string) {
		l := s.BeginRow(selected, true)
		if first {
			l.Put(string(s.Styles.Quiet), n.At.Format("15:04:05"))
			l.Gap(1)
			l.Put(string(paint), sign)
			l.Gap(1)
		} else {
			l.Gap(lead - 1)
		}
		l.Put(string(with), text)
		out = append(out, l.End(w))
	}
	for i, text := range kit.Wrap(s.Redacted(n.Text), max(w-lead-1, 4)) {
		put(i == 0, "", text)
	}
	for _, text := range kit.Wrap(s.Redacted(n.Hint), max(w-lead-1, 4)) {
		if text != "" {
			put(false, s.Styles.Quiet, text)
		}
	}
	if selected {
		if e := s.Board.Exchange(n.Exchange); e != nil {
			put(false, s.Styles.Key,
				kit.Short("↵ "+kit.Clean(e.Method)+" "+s.Path(e.URL), max(w-lead-1, 4)))
		}
	}
	return out
}

// openExchange is the intent to show a call.
type openExchange struct{ e console.Exchange }

// Perform implements [scene.Intent].
func (i openExchange) Perform(h scene.Host) tea.Cmd {
	h.Open(&Exchange{Call: i.e})
	return nil
}
