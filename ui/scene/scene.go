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

// scene is what panes are drawn from: the board, an instant and the styles. The clock on it stands at a
// whole second, so that all countdowns turn together and one frame a second is enough.
type Scene struct {
	Board      *session.Board
	Now        time.Time
	Styles     *themes.Styles
	App        int          // the selected application, -1 for none
	Token      *session.Row // the token that keys act on from Applications and Tokens, if it can be seen
	View       *View
	Session    *session.Session
	Redactor   *redact.Redactor // over what is no business of an audience; nil outside of presenter mode
	Marks      map[string]bool
	Focus      PaneID // where keys go
	Keys       *keys.Map
	Key        KeyState  // to the stored secrets
	KeyShown   string    // what the header has had room for of it
	NextChange time.Time // when the next visible character changes
	RowsDrawn  int       // rows formatted, for the tests
	ASCII      bool      // drawn without blocks
	Light      bool      // the terminal has said that its background is light
}

// until notes that something visible changes in d.
func (s *Scene) ChangesIn(d time.Duration) {
	s.NextChange = session.Earlier(s.NextChange, s.Now.Add(d))
}

// left puts a remaining time into words and notes when they change.
func (s *Scene) Left(d time.Duration) string {
	if d > 0 {
		s.ChangesIn(console.LeftChanges(d))
	}
	return console.Left(d)
}

// ago does the same for a past time.
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

// selected gives the selected application.
func (s *Scene) Selected() (*session.App, bool) {
	if s.App < 0 || s.App >= len(s.Board.Apps) {
		return nil, false
	}
	return &s.Board.Apps[s.App], true
}

// look is how a state is shown: always sign, word and colour together.
func (s *Scene) Look(st console.State) (sign string, paint themes.Paint) {
	switch st {
	case console.Active:
		return "●", s.Styles.Good
	case console.Expiring:
		return "◐", s.Styles.Warn
	case console.Lingering:
		return "◒", s.Styles.Warn
	case console.Revoking:
		return "◌", s.Styles.Warn
	case console.Unsure:
		return "?", s.Styles.Warn
	case console.Dead:
		return "✕", s.Styles.Danger
	case console.Superseded:
		return "◇", s.Styles.Quiet
	}
	return "○", s.Styles.Quiet
}

// begin starts a row: the selection's edge, and its tint under everything that follows.
func (s *Scene) BeginRow(selected, focused bool) *kit.Line {
	s.RowsDrawn++
	if !selected {
		l := kit.NewLine("", 160)
		l.Gap(1)
		return l
	}
	base, edge, glyph := s.Styles.Row, s.Styles.Edge, "▌"
	if !focused { // another shape, not only another colour: keys do not go here
		base, edge, glyph = s.Styles.RowQuiet, s.Styles.EdgeQuiet, "›"
	}
	l := kit.NewLine(string(base), 320)
	l.Put(string(edge), glyph)
	return l
}

// form is how forms are drawn.
func (s *Scene) FormLook() form.Look {
	return form.Look{
		Styles: s.Styles, Hides: s.Redactor != nil, Show: s.Redacted,
		Row: func(selected bool) *kit.Line { return s.BeginRow(selected, true) },
	}
}

// beginRow starts the row of a token: a mark is a sign of its own beside the edge.
func (s *Scene) BeginTokenRow(r *session.Row, selected, focused bool) *kit.Line {
	if !s.Marks[r.ID] {
		return s.BeginRow(selected, focused)
	}
	s.RowsDrawn++
	base := ""
	if selected {
		if base = string(s.Styles.Row); !focused {
			base = string(s.Styles.RowQuiet)
		}
	}
	l := kit.NewLine(base, 320)
	l.Put(string(s.Styles.Accent), "✓")
	return l
}

// hint fills an empty pane: what would be here and which key puts it there.
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

// redacted is foreign text as it may be shown: clean, and in presenter mode without hosts, users and keys.
// Show returns a private text as it may be shown: clean, and in presenter mode without the names
// that an audience must not see.
func (s *Scene) Show(p console.Private) string { return s.Redactor.Text(kit.Clean(string(p))) }

func (s *Scene) Redacted(text string) string {
	return s.Redactor.Text(kit.Clean(text))
}

// fitting is the first of the texts that fits into w cells, or "".
func Fitting(texts []string, w int) string {
	for _, t := range texts {
		if kit.Width(t) <= w {
			return t
		}
	}
	return ""
}

// brief is a short wait: "3 s", and from a minute and a half on "2:10".
func Countdown(s *Scene, d time.Duration) string {
	s.ChangesIn(console.LeftChanges(d))
	return Seconds(d)
}

func Seconds(d time.Duration) string {
	if d < 100*time.Second {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return console.Left(d)
}

// more is what the foot of an overlay says where there is more above or below.
const More = "↑ ↓ more"

// padded is one line of an overlay with a cell of padding at either side.
func Padded(paint themes.Paint, text string, w int) string {
	l := kit.NewLine("", len(text)+32)
	l.Gap(1)
	l.Put(string(paint), kit.Short(text, w-2))
	return l.End(w)
}

type Cell struct {
	Paint themes.Paint
	Text  string
	IsBar bool
}

func NewCell(p themes.Paint, text string) Cell { return Cell{Paint: p, Text: text} }
