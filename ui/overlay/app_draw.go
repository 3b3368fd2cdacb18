package overlay

import (
	"slices"
	"strings"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

func (o *App) Size(_ *scene.Scene, w, h int) (int, int) {
	return min(w, 78), min(h, o.Height()+formLines)
}

func (o *App) Box(s *scene.Scene, w, h int) []string {
	paint, said := o.words(s)
	b := formBox{help: o.Help(), paint: paint, said: said}
	return b.lines(s, w, h, o.Height(), func(top, h int) []string {
		o.top = top
		return o.Lines(s.FormLook(), w, h)
	})
}

// Point focuses the field on a line that was clicked.
func (o *App) Point(line int) {
	if !o.asks && !o.saving {
		o.edit(func() { o.FocusLine(line - o.top) })
	}
}

// formLines is the number of lines of a form besides its fields: margins, a blank line, the help of
// a field and a message.
const formLines = 6

// lowBox is the height of the lowest form with a line for the help alone.
const lowBox = 11

// formBox holds the texts below the fields of a form.
type formBox struct {
	help  string // what the focused field is for
	paint themes.Paint
	said  string // a message
}

// lines lays out a form in h lines of w cells. The function fields gets the number of lines above
// its own and how many it may draw; height is the number of lines that it needs.
func (b formBox) lines(
	s *scene.Scene, w, h, height int, fields func(top, h int) []string,
) []string {
	// A low box has one line for help or message. Others always have two lines for a message, so
	// that nothing moves, and a margin if the fields leave room for it.
	margin, gap, help, high := 0, 0, 0, 1
	if h >= lowBox {
		help, high = 1, 2
	}
	if left := h - high - help - height; h >= lowBox && left >= 3 {
		margin, gap = 1, 1
	} else if h >= lowBox && left >= 1 {
		gap = 1
	}
	if first, _, more := strings.Cut(b.help, "; "); more && kit.Width(b.help) > w-2 {
		b.help = first
	}
	if help == 0 && b.said == "" {
		b.paint, b.said = s.Styles.Quiet, b.help
	}
	message := kit.Wrap(b.said, max(w-2, 1))
	if len(message) > high {
		message = append(message[:high-1], strings.Join(message[high-1:], " "))
	}
	body := max(h-high-help-gap-2*margin, 1)
	out := slices.Repeat([]string{kit.Spaces(w)}, margin)
	out = append(out, fields(margin, body)...)
	for len(out) < margin+body+gap {
		out = append(out, kit.Spaces(w))
	}
	if help > 0 {
		out = append(out, scene.Padded(s.Styles.Accent, b.help, w))
	}
	for i := range high {
		text := ""
		if i < len(message) {
			text = message[i]
		}
		out = append(out, scene.Padded(b.paint, text, w))
	}
	for range margin {
		out = append(out, kit.Spaces(w))
	}
	return out[:min(len(out), h)]
}

// words returns the message under the fields: a question, progress or a result. It can also be a
// problem, or a warning about the effect of saving.
func (o *App) words(s *scene.Scene) (themes.Paint, string) {
	switch here := o.Problem(); {
	case o.asks:
		said := "throw away what was typed?  esc again: yes · n: No"
		if o.said != "" {
			said += " · " + s.Show(o.said)
		}
		return s.Styles.Danger, said
	case o.saving:
		return s.Styles.Accent, "saving …"
	case o.said != "" && o.good:
		return s.Styles.Good, "✓ " + s.Show(o.said)
	case o.said != "":
		return s.Styles.Danger, "✕ " + s.Show(o.said)
	case o.testing:
		return s.Styles.Accent, "asking the server … this form can be used meanwhile"
	case o.Frozen:
		return s.Styles.Quiet, "read-only here: it is changed in " + s.Show(o.file)
	case here != "":
		return s.Styles.Danger, "✕ " + here
	case o.note != "":
		return s.Styles.Warn, "! " + s.Show(o.note)
	case o.was != nil && o.Edits > 0:
		if warning := o.draft().Warning(o.others, s.Board.TokenCountOf); warning != "" {
			return s.Styles.Warn, "! " + warning
		}
	}
	return s.Styles.Quiet, ""
}
