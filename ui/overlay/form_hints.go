package overlay

import (
	"lanyard/ui/form"
	"lanyard/ui/scene"
)

// formHints returns the hints of a form: what is done with it, how its fields are reached and
// changed, and how it is left.
func formHints(f *form.Form, hints ...scene.Hint) []scene.Hint {
	acts, leave := hints[:len(hints)-1], hints[len(hints)-1]
	out := append([]scene.Hint{}, acts...)
	if f.Height() > 1 {
		out = append(out, scene.Hint{Keys: "tab", Word: "next field"})
	}
	if f.Chooses() && !f.Frozen {
		out = append(out, scene.Hint{Keys: "left right", Word: "choose"})
	}
	return append(out, leave)
}

// escHint returns the hint of the key that closes a form. typed reports whether something was
// typed, warned whether the form has warned that the key throws it away.
func escHint(typed, warned bool) scene.Hint {
	switch {
	case warned:
		return scene.Hint{Keys: "esc", Word: "throw it away"}
	case typed:
		return scene.Hint{Keys: "esc esc", Word: "cancel"}
	}
	return scene.Hint{Keys: "esc", Word: "cancel"}
}

// Hints implements [scene.Overlay].
func (o *App) Hints(*scene.Scene) []scene.Hint {
	save, test := scene.Hint{Keys: "ctrl+s", Word: "save"}, scene.Hint{Keys: "ctrl+t", Word: "test"}
	esc := escHint(o.Edits > 0, o.asks)
	switch {
	case o.asks:
		return []scene.Hint{{Keys: "n", Word: "go on"}, esc}
	case o.saving:
		return []scene.Hint{{Keys: "esc", Word: "close"}}
	case o.Frozen:
		return formHints(&o.Form, scene.Hint{Keys: "esc", Word: "close"})
	case o.testing:
		return formHints(&o.Form, esc)
	}
	return formHints(&o.Form, save, test, esc)
}

// Hints implements [scene.Overlay].
func (o *Import) Hints(*scene.Scene) []scene.Hint {
	esc := escHint(o.Edits > 0 || o.pasted != nil, o.warned)
	switch {
	case o.busy:
		return []scene.Hint{{Keys: "esc", Word: "cancel"}}
	case o.found != nil:
		out := []scene.Hint{
			{Keys: "enter", Word: "keep what is chosen"}, {Keys: "space", Word: "choose"},
		}
		if o.found.proposes() {
			out = append(out, scene.Hint{Keys: "left right", Word: "probe URL"})
		}
		return append(out, scene.Hint{Keys: "up down", Word: "move"},
			scene.Hint{Keys: "esc", Word: "cancel"})
	}
	switch {
	case o.pasted != nil:
		return formHints(&o.Form, scene.Hint{Keys: "enter", Word: "go on with it"}, esc)
	case o.fromText: // the text is pasted
		return formHints(&o.Form, esc)
	}
	return formHints(&o.Form, scene.Hint{Keys: "ctrl+s", Word: "ask the portal"}, esc)
}
