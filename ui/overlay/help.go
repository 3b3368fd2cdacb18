package overlay

import (
	"slices"

	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// Help lists the keys of the pane from which it was opened. Its rows come from the keymap. It can
// be searched, and it runs the selected action.
type Help struct {
	chooser
	key   scene.KeyState
	place string // the pane; "" on the welcome screen
}

// NewHelp returns the help of a place. It lists the actions of all that have a key there. On the
// welcome screen, which is no place, it lists all.
func NewHelp(k *keys.Map, place keys.Places, all []Entry, key scene.KeyState) *Help {
	o := &Help{chooser: chooser{toggles: k.Row(keys.Help).Keys, heading: "? "}, key: key}
	for i, in := range []keys.Action{
		keys.Applications, keys.Tokens, keys.Selected, keys.Activity,
	} {
		if place == 1<<i {
			o.place = k.Row(in).Word
		}
	}
	elsewhere := [][]string{{"In other panes, not in " + o.place}}
	o.all = slices.DeleteFunc(withSynonyms(k, all), func(e Entry) bool {
		here := place == 0 || k.Row(e.Act).Where&place != 0
		if !here && e.Keys != "" {
			elsewhere = append(elsewhere, []string{e.Keys, e.Does})
		}
		return e.Keys == "" || !here
	})
	if len(elsewhere) > 1 {
		o.notes = append(o.notes, elsewhere...)
	}
	o.notes = append(o.notes, []string{"In what opens over the panes"})
	o.notes = append(o.notes, overlayKeys(*k)...)
	if place != 0 {
		o.notes = append(o.notes, []string{"With the mouse"},
			[]string{
				"click",
				"go to a pane, a tab or a field, select a row, sort by the name of a column, " +
					"run a key of the footer or of a pane; never a verb on a row",
			},
			[]string{"wheel", "move the cursor of the pane under it; read on in what is open"})
	}
	if text := o.key.Text(); text != "" {
		if p := o.key.Where(); p != "" {
			text += " · " + p
		}
		o.notes = append(o.notes, []string{"Key to the stored secrets"}, []string{"store", text})
	}
	o.begin()
	return o
}

func (o *Help) Title(*scene.Scene) string {
	if o.place == "" {
		return "Keys"
	}
	return "Keys in " + o.place
}

func (*Help) Size(_ *scene.Scene, w, h int) (int, int) { return min(w, 106), h }

// overlayKeys returns the keys that work only while an overlay is open, and what they do.
func overlayKeys(k keys.Map) [][]string {
	return [][]string{
		{"esc", "close the open box; " + k.Hint(keys.Quit, "does too where nothing is typed")},
		{k.Yes(), "a question: yes; esc is No, and other keys do nothing"},
		{"d", "a question whether an older token may end: get a separate token"},
		{"y", "an invitation: copy the address"},
		{"c", "an invitation by code: copy the code"},
		{"esc", "an invitation: give up; " + k.Hint(keys.Quit, "quits")},
		{"enter", "the passphrase: unlock; ctrl+u empties it, esc cancels the verb; one line " +
			"can be pasted"},
		{"ctrl+s", "a form: save; ctrl+t tests it and stores nothing until you save, tab is the " +
			"next field, pgdn the next group; a choice takes ← → or its first letter"},
		{"esc esc", "a form: close it, and throw away what was typed"},
	}
}
