// Package scene provides the data that panes and overlays draw, and the interfaces through which
// they act.
//
// A [Scene] is one frame's view of an open console: the board, the selection, the styles and the
// instant. Package ui makes a new Scene for each frame and for each key. Panes and overlays read
// the Scene and draw lines of cells from it. They keep cursors and scroll positions in a [List] or
// a [Scroll], and change nothing else.
//
// Each text that depends on the time must go through [Scene.Left], [Scene.Ago] or [Countdown]. They
// note when the text next changes, so that the screen is drawn again at that instant only.
//
// An [Overlay] is a box over the panes. It answers a key with an [Intent], and the screen performs
// the intent. An intent acts through [Host], which package ui implements. Overlays therefore do not
// import package ui.
//
// Text from servers, files and configuration goes through kit.Clean. Hosts, users, keys and names
// have the type console.Private. [Scene.Show] alone makes a string of one: in presenter mode it
// redacts the text, before a pane or an overlay cuts it to a width.
package scene

import (
	"strconv"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/redact"
	"lanyard/ui/session"
)

// Scene holds everything from which one frame is drawn. Its time is truncated to a whole second, so
// that all countdowns change together and one frame a second is enough.
type Scene struct {
	Board      *session.Board
	Now        time.Time
	Styles     *themes.Styles
	Scope      session.Scope // the applications whose tokens are listed
	App        int           // index in Board.Apps of the application of Scope; -1 if it is none
	Current    *session.Row  // the row under the cursor of Tokens; nil if there is none
	Token      *session.Row  // Current, if a verb acts on it in the focused pane
	View       *View
	Session    *session.Session
	Redactor   *redact.Redactor // nil outside of presenter mode
	Marks      map[string]bool  // IDs of the marked tokens
	Focus      PaneID           // the pane that keys go to
	Keys       *keys.Map
	Key        KeyState  // the state of the store's key
	NextChange time.Time // time of the next change of a visible character; zero for none
	RowsDrawn  int       // number of rows formatted, for tests
	ASCII      bool      // draw without block characters
	Light      bool      // the terminal reported a light background
	Demo       bool      // the applications are not known to other processes

	names, railNames []string // of applications, with suffixes; nil if not computed yet
}

// ChangesIn notes that a visible character changes after d.
func (s *Scene) ChangesIn(d time.Duration) {
	s.NextChange = session.Earlier(s.NextChange, s.Now.Add(d))
}

// Left formats a remaining time as console.Left does, and notes when the text changes.
func (s *Scene) Left(d time.Duration) string {
	if d > 0 {
		s.ChangesIn(console.LeftChanges(d))
	}
	return console.Left(d)
}

// AtMost formats an upper bound as console.AtMost does, and notes when the text changes.
func (s *Scene) AtMost(d time.Duration) string {
	if d > 0 {
		s.ChangesIn(console.AtMostChanges(d))
	}
	return console.AtMost(d)
}

// Ago formats how long ago a time was as console.Ago does, and notes when the text changes.
func (s *Scene) Ago(at time.Time) string {
	d := s.Now.Sub(at)
	step := time.Minute
	switch {
	case d >= 24*time.Hour:
		step = 24 * time.Hour
	case d >= time.Hour:
		step = time.Hour
	}
	s.ChangesIn(step - max(d, 0)%step)
	return console.Ago(d)
}

// Selected returns the application of the scope, and whether the scope is one application.
func (s *Scene) Selected() (*session.App, bool) {
	if s.App < 0 || s.App >= len(s.Board.Apps) {
		return nil, false
	}
	return &s.Board.Apps[s.App], true
}

// OneApp returns the application of the scope, or else the only one that there is.
func (s *Scene) OneApp() (*session.App, bool) {
	if a, ok := s.Selected(); ok {
		return a, true
	}
	if len(s.Board.Apps) != 1 {
		return nil, false
	}
	return &s.Board.Apps[0], true
}

// CurrentApp returns the application of the scope, or else that of the current row; nil for none.
func (s *Scene) CurrentApp() *session.App {
	if a, ok := s.Selected(); ok {
		return a
	}
	if s.Current != nil {
		return &s.Board.Apps[s.Current.App]
	}
	return nil
}

// Look returns the sign and the colour of a state. Both are always drawn together with the state's
// word, so that no one depends on colour. The colour of a warning means that something is about to
// change: a token ends soon, or its revoke is not accepted yet. The colour of danger means that a
// revoked token may still pass the gateway.
func (s *Scene) Look(st console.State) (sign string, paint themes.Paint) {
	switch st {
	case console.Active:
		return "●", s.Styles.Good
	case console.Expiring:
		return "◐", s.Styles.Warn
	case console.Lingering:
		return "◒", s.Styles.Danger
	case console.Revoking:
		return "◌", s.Styles.Warn
	case console.Unsure:
		return "?", s.Styles.Warn
	case console.Dead:
		return "✕", s.Styles.Quiet
	}
	return "○", s.Styles.Quiet
}

// BeginRow starts a row of a pane or a list. A selected row gets an edge, and a tint under
// everything that follows. Both are quiet if keys do not go to the row's pane.
func (s *Scene) BeginRow(selected, focused bool) *kit.Line {
	s.RowsDrawn++
	if !selected {
		l := kit.NewLine("", 160)
		l.Gap(1)
		return l
	}
	base, edge := s.Styles.Row, s.Styles.Edge
	if !focused {
		base, edge = s.Styles.RowQuiet, s.Styles.EdgeQuiet
	}
	l := kit.NewLine(string(base), 320)
	l.Put(string(edge), "▌")
	return l
}

// FormLook returns the styles and options with which package form draws.
func (s *Scene) FormLook() form.Look {
	return form.Look{
		Styles: s.Styles, Hides: s.Redactor != nil, Show: s.Redacted,
		Row: func(selected bool) *kit.Line { return s.BeginRow(selected, true) },
	}
}

// Placeholder fills a pane or an overlay without rows: text wrapped to w cells, at most h lines.
// The text names the rows that would be here, and the key that adds one.
func Placeholder(s *Scene, w, h int, text ...string) []string {
	var out []string
	for _, t := range text {
		for _, line := range kit.Wrap(t, w-2) {
			l := kit.NewLine("", 64)
			l.Gap(1)
			l.Put(string(s.Styles.Quiet), line)
			out = append(out, l.End(w))
		}
	}
	if len(out) > h {
		out = out[:max(h, 0)]
	}
	return out
}

// Show returns a private text as it may be shown: clean, and in presenter mode without the names
// that an audience must not see.
func (s *Scene) Show(p console.Private) string { return s.Redacted(string(p)) }

// Redacted returns text from elsewhere as it may be shown: clean, and in presenter mode without
// hosts, users and keys.
func (s *Scene) Redacted(text string) string {
	return s.Redactor.Text(kit.Clean(text))
}

// Fitting returns the first of texts that fits into w cells, or "" if none does.
func Fitting(texts []string, w int) string {
	for _, t := range texts {
		if kit.Width(t) <= w {
			return t
		}
	}
	return ""
}

// Countdown formats a short wait as [Seconds] does, and notes when the text changes.
func Countdown(s *Scene, d time.Duration) string {
	s.ChangesIn(console.LeftChanges(d))
	return Seconds(d)
}

// Seconds formats a duration below 100 seconds as "3 s". A longer one is formatted as console.Left
// does.
func Seconds(d time.Duration) string {
	if d < 100*time.Second {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return console.Left(d)
}

// Padded returns one line of an overlay, w cells wide, with a blank cell on either side.
func Padded(paint themes.Paint, text string, w int) string {
	l := kit.NewLine("", len(text)+32)
	l.Gap(1)
	l.Put(string(paint), kit.Short(text, w-2))
	return l.End(w)
}

// Cell is a piece of a row: a text, and the colour that it is painted in.
type Cell struct {
	Paint themes.Paint
	Text  string
}

// NewCell returns a cell of text.
func NewCell(p themes.Paint, text string) Cell { return Cell{Paint: p, Text: text} }
