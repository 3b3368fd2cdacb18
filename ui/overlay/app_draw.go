package overlay

import (
	"cmp"
	"slices"
	"strings"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

func (o *App) Size(_ *scene.Scene, w, h int) (int, int) {
	n := o.Height() + formLines
	if n > h { // the fields are drawn without blank lines
		n = o.Least() + formLines
	}
	return min(w, 78), min(h, n)
}

func (o *App) Box(s *scene.Scene, w, h int) []string {
	paint, said := o.words(s, w)
	b := formBox{
		help: o.Help(), paint: paint, said: said, height: o.Height(), least: o.Least(),
		unread: o.Unread(s.FormLook(), w),
	}
	return b.lines(s, w, h, func(top, h int) []string {
		o.Top = top
		return o.Lines(s.FormLook(), w, h)
	})
}

// Point focuses the field on a line that was clicked.
func (o *App) Point(line int) {
	if !o.asks && !o.saving {
		o.edit(func() { o.Form.Point(line) })
	}
}

// formLines is the number of lines of a form besides its fields: margins, a blank line, the help of
// a field and a message.
const formLines = 6

// lowBox is the height of the lowest form with a line for the help alone.
const lowBox = 11

// formBox holds the texts below the fields of a form.
type formBox struct {
	help          string // what the focused field is for
	note          string // below it
	paint         themes.Paint
	said          string   // a message
	unread        []string // problems that the fields have no room for
	height, least int      // lines that the fields need, with and without blank lines
}

// lines lays out a form in h lines of w cells. The function fields gets the number of lines above
// its own and how many it may draw.
func (b formBox) lines(
	s *scene.Scene, w, h int, fields func(top, h int) []string,
) []string {
	// A box in which the fields fit always has lines for the help and a message, so that nothing
	// moves, and a margin if the fields leave room for it. A low box has one line for both.
	margin, gap, under := 0, 0, 1
	if h >= lowBox {
		under = 3
	}
	under += min(len(b.note), 1)
	if left := h - under - b.height; h >= lowBox && left >= 3 {
		margin, gap = 1, 1
	} else if h >= lowBox && left >= 1 {
		gap = 1
	}
	if h < lowBox && b.said != "" {
		b.help = ""
	}
	body := max(h-under-gap-2*margin, 1)
	room := h - margin - body // under the fields
	scrolls := b.least > body
	switch {
	case b.height <= body:
		room += body - b.height
	case !scrolls:
		room += body - b.least
	}
	var below []string
	most := max(room, h/4, min(h/2, 2))
	most -= min(len(b.note), 1)
	mostSaid := max(most-min(len(b.help), 1), 1)
	if scrolls { // the rest of a message can be read nowhere else
		mostSaid = max(mostSaid, h-1-2*min(len(b.help), 1))
	}
	said := fitted(b.said, w-2, mostSaid)
	if b.help != "" {
		most -= len(said)
		if first, _, _ := strings.Cut(b.help, "; "); scrolls && kit.Width(first) <= w-2 {
			most = 1 // a field is worth more than the rest of the help
		}
		for _, text := range fitted(b.help, w-2, max(most, 1)) {
			below = append(below, scene.Padded(s.Styles.Accent, text, w))
		}
	}
	for _, text := range fitted(b.note, w-2, 1) {
		below = append(below, scene.Padded(s.Styles.Accent, text, w))
	}
	for _, text := range said {
		below = append(below, scene.Padded(b.paint, text, w))
	}
	for _, text := range b.unread {
		lines := kit.Wrap("✕ "+text, w-2)
		if len(below)+len(lines) > room || slices.Contains(said, lines[0]) {
			continue
		}
		for _, line := range lines {
			below = append(below, scene.Padded(s.Styles.Danger, line, w))
		}
	}
	if scrolls { // no line is blank
		body = max(h-len(below), 1)
	}
	out := slices.Repeat([]string{kit.Spaces(w)}, margin)
	out = append(out, fields(margin, body)...)
	if len(out)+len(below) < h {
		out = append(out, kit.Spaces(w))
	}
	out = append(out, below...)
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out[:h]
}

// fitted breaks a text into at most n lines of w cells. Of a text that is too long it takes the
// part before a semicolon.
func fitted(text string, w, n int) []string {
	if text == "" {
		return nil
	}
	if first, _, more := strings.Cut(text, "; "); more && len(kit.Wrap(text, w)) > n {
		text = first
	}
	return kit.WrapTo(text, max(w, 1), n)
}

// words returns the message under the fields: a question, progress or a result. It can also be a
// problem, or a warning about the effect of saving.
func (o *App) words(s *scene.Scene, w int) (themes.Paint, string) {
	switch here := o.Problem(); {
	case o.asks:
		said := cmp.Or(scene.Fitting([]string{
			"throw away what was typed?  esc again: yes · n: No"}, w-2), "throw it away?")
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
		return s.Styles.Danger, "✕ " + s.Redacted(here)
	case o.note != "":
		return s.Styles.Warn, "! " + s.Show(o.note)
	case o.was != nil && o.Edits > 0:
		if warning := o.draft().Warning(o.others, s.Board.TokenCountOf); warning != "" {
			return s.Styles.Warn, "! " + warning
		}
	}
	return s.Styles.Quiet, ""
}
