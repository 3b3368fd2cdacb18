package overlay

import (
	"slices"
	"strings"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

func (o *App) Size(_ *scene.Scene, w, h int) (int, int) { return min(w, 78), min(h, o.Height()+5) }

func (o *App) Box(s *scene.Scene, w, h int) []string {
	paint, said := o.words(s)
	return formBox(w, h, func(_, h int) []string { return o.Lines(s.FormLook(), w, h) },
		paint, said)
}

// formBox lays out a form in h lines of w cells: its lines and a message. The function
// lines gets the number of lines above its own and how many it may draw.
func formBox(
	w, h int, lines func(top, h int) []string, paint themes.Paint, said string,
) []string {
	// A high box has a margin. It always has two lines for a message, so that nothing moves.
	margin, high := 0, 1
	if h >= 11 {
		margin, high = 1, 2
	}
	message := kit.Wrap(said, max(w-2, 1))
	if len(message) > high {
		message = append(message[:high-1], strings.Join(message[high-1:], " "))
	}
	body := h - high - 2*margin
	out := slices.Repeat([]string{kit.Spaces(w)}, margin)
	out = append(out, lines(margin, max(body, 1))...)
	for len(out) < margin+body {
		out = append(out, kit.Spaces(w))
	}
	for i := range high {
		text := ""
		if i < len(message) {
			text = message[i]
		}
		out = append(out, scene.Padded(paint, text, w))
	}
	for range margin {
		out = append(out, kit.Spaces(w))
	}
	return out[:min(len(out), h)]
}

// words returns the message under the fields: a question, progress, a result, a problem, or a
// warning about the effect of saving.
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
	case o.was != nil && o.Edits > 0:
		if warning := o.draft().Warning(o.others, s.Board.TokenCountOf); warning != "" {
			return s.Styles.Warn, "! " + warning
		}
	}
	return s.Styles.Quiet, ""
}
