package overlay

import (
	"strings"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

func (o *App) Size(w, h int) (int, int) {
	n := 6
	for _, f := range o.Fields {
		if !f.Off {
			n++
		}
	}
	return min(w, 78), min(h, n)
}

func (o *App) Box(s *scene.Scene, w, h int) []string {
	wrong := o.wrong()
	foot := scene.Padded(s.Styles.Quiet, o.keys(w), w)
	paint, said := o.words(s, wrong)
	roomy := h >= 11
	says := 1
	if roomy {
		says = 2 // an outcome may need two lines, and has them always: nothing moves when it comes
	}
	wrapped := kit.Wrap(said, max(w-2, 1))
	if len(wrapped) > says {
		wrapped = append(wrapped[:says-1], strings.Join(wrapped[says-1:], " "))
	}
	for len(wrapped) < says {
		wrapped = append(wrapped, "")
	}
	rest := h - says - 1
	if roomy {
		rest = h - says - 3
	}
	var out []string
	if roomy {
		out = append(out, kit.Spaces(w))
	}
	fields := o.Lines(s.FormLook(), w, max(rest, 1), wrong)
	for len(fields) < rest {
		fields = append(fields, kit.Spaces(w))
	}
	out = append(out, fields...)
	for _, l := range wrapped {
		out = append(out, scene.Padded(paint, l, w))
	}
	out = append(out, foot)
	if roomy {
		out = append(out, kit.Spaces(w))
	}
	return out[:min(len(out), h)]
}

// words is the line under the fields: a question, what is under way, what came of it, what is wrong, what saving does.
func (o *App) words(s *scene.Scene, wrong map[string]string) (themes.Paint, string) {
	switch here := o.WrongHere(wrong); {
	case o.asks:
		said := "throw away what was typed?  esc again: yes · n: No"
		if o.said != "" {
			said += " · " + o.said
		}
		return s.Styles.Danger, said
	case o.saving:
		return s.Styles.Accent, "saving …"
	case o.said != "" && o.good:
		return s.Styles.Good, "✓ " + o.said
	case o.said != "":
		return s.Styles.Danger, "✕ " + o.said
	case o.testing:
		return s.Styles.Accent, "asking the server … this form can be used meanwhile"
	case o.Frozen:
		return s.Styles.Quiet, "read-only here: it is changed in " + o.file
	case here != "":
		return s.Styles.Danger, "✕ " + here
	case o.was != nil && o.Changed:
		if warning := o.draft().Warning(o.others, s.Board.Holds); warning != "" {
			return s.Styles.Warn, "! " + warning
		}
	}
	return s.Styles.Quiet, ""
}

func (o *App) keys(w int) string {
	if o.Frozen {
		return scene.Fitting([]string{"tab ↑ ↓ fields · esc closes", "esc closes"}, w-2)
	}
	return scene.Fitting([]string{
		"tab ↑ ↓ fields · ← → choose · ctrl+t test it · ctrl+s save · esc cancel",
		"← → choose · ctrl+t test it · ctrl+s save · esc cancel",
		"ctrl+t test it · ctrl+s save · esc cancel", "ctrl+t test · ctrl+s save · esc", "ctrl+s save · esc",
	}, w-2)
}
