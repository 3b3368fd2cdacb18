package ui

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
type scene struct {
	board    *session.Board
	now      time.Time
	st       *themes.Styles
	app      int          // the selected application, -1 for none
	token    *session.Row // the token that keys act on from Applications and Tokens, if it can be seen
	view     *viewing
	session  *session.Session
	redactor *redact.Redactor // over what is no business of an audience; nil outside of presenter mode
	marks    map[string]bool
	on       paneID // where keys go
	keys     *keys.Map
	key      keyState  // to the stored secrets
	keySaid  string    // what the header has had room for of it
	next     time.Time // when the next visible character changes
	drawn    int       // rows formatted, for the tests
	ascii    bool      // drawn without blocks
	light    bool      // the terminal has said that its background is light
}

// until notes that something visible changes in d.
func (s *scene) until(d time.Duration) { s.next = session.Earlier(s.next, s.now.Add(d)) }

// left puts a remaining time into words and notes when they change.
func (s *scene) left(d time.Duration) string {
	if d > 0 {
		s.until(console.LeftChanges(d))
	}
	return console.Left(d)
}

// ago does the same for a past time.
func (s *scene) ago(at time.Time) string {
	d := s.now.Sub(at)
	step := time.Minute
	switch {
	case d >= 24*time.Hour:
		step = 24 * time.Hour
	case d >= time.Hour:
		step = time.Hour
	}
	s.until(step - max(d, 0)%step)
	return console.Ago(d)
}

// selected gives the selected application.
func (s *scene) selected() (*session.App, bool) {
	if s.app < 0 || s.app >= len(s.board.Apps) {
		return nil, false
	}
	return &s.board.Apps[s.app], true
}

// look is how a state is shown: always sign, word and colour together.
func (s *scene) look(st console.State) (sign string, paint themes.Paint) {
	switch st {
	case console.Active:
		return "●", s.st.Good
	case console.Expiring:
		return "◐", s.st.Warn
	case console.Lingering:
		return "◒", s.st.Warn
	case console.Revoking:
		return "◌", s.st.Warn
	case console.Unsure:
		return "?", s.st.Warn
	case console.Dead:
		return "✕", s.st.Danger
	case console.Superseded:
		return "◇", s.st.Quiet
	}
	return "○", s.st.Quiet
}

// begin starts a row: the selection's edge, and its tint under everything that follows.
func (s *scene) begin(selected, focused bool) *kit.Line {
	s.drawn++
	if !selected {
		l := kit.NewLine("", 160)
		l.Gap(1)
		return l
	}
	base, edge, glyph := s.st.Row, s.st.Edge, "▌"
	if !focused { // another shape, not only another colour: keys do not go here
		base, edge, glyph = s.st.RowQuiet, s.st.EdgeQuiet, "›"
	}
	l := kit.NewLine(string(base), 320)
	l.Put(string(edge), glyph)
	return l
}

// form is how forms are drawn.
func (s *scene) form() form.Look {
	return form.Look{
		Styles: s.st, Hides: s.redactor != nil,
		Row: func(selected bool) *kit.Line { return s.begin(selected, true) },
	}
}

// beginRow starts the row of a token: a mark is a sign of its own beside the edge.
func (s *scene) beginRow(r *session.Row, selected, focused bool) *kit.Line {
	if !s.marks[r.ID] {
		return s.begin(selected, focused)
	}
	s.drawn++
	base := ""
	if selected {
		if base = string(s.st.Row); !focused {
			base = string(s.st.RowQuiet)
		}
	}
	l := kit.NewLine(base, 320)
	l.Put(string(s.st.Accent), "✓")
	return l
}

// hint fills an empty pane: what would be here and which key puts it there.
func hint(s *scene, w, h int, text ...string) []string {
	var out []string
	for _, t := range text {
		for _, line := range kit.Wrap(t, w-2) {
			l := kit.NewLine("", 64)
			l.Gap(1)
			l.Put(string(s.st.Quiet), line)
			out = append(out, l.End(w))
		}
	}
	if len(out) > h {
		out = out[:max(h, 0)]
	}
	return out
}

// redacted is foreign text as it may be shown: clean, and in presenter mode without hosts, users and keys.
func (s *scene) redacted(text string) string {
	return s.redactor.Text(kit.Clean(text))
}

// fitting is the first of the texts that fits into w cells, or "".
func fitting(texts []string, w int) string {
	for _, t := range texts {
		if kit.Width(t) <= w {
			return t
		}
	}
	return ""
}

// brief is a short wait: "3 s", and from a minute and a half on "2:10".
func brief(s *scene, d time.Duration) string {
	s.until(console.LeftChanges(d))
	return inWords(d)
}

func inWords(d time.Duration) string {
	if d < 100*time.Second {
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
	return console.Left(d)
}

// more is what the foot of an overlay says where there is more above or below.
const more = "↑ ↓ more"

// padded is one line of an overlay with a cell of padding at either side.
func padded(paint themes.Paint, text string, w int) string {
	l := kit.NewLine("", len(text)+32)
	l.Gap(1)
	l.Put(string(paint), kit.Short(text, w-2))
	return l.End(w)
}

type cell struct {
	paint themes.Paint
	text  string
	bar   bool
}

func textCell(p themes.Paint, text string) cell { return cell{paint: p, text: text} }
