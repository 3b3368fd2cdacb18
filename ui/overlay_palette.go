package ui

import "lanyard/ui/keys"

// paletteOverlay has every action by name, with its key or the reason why it cannot run now.
type paletteOverlay struct{ chooser }

// openPalette opens the list of every action.
func (m *root) openPalette() {
	o := &paletteOverlay{chooser{all: m.entries(), own: m.keys.Row(keys.Commands).Keys, ranked: true, heading: ": "}}
	o.begin()
	m.open(o)
}

func (*paletteOverlay) title() string { return "Commands" }

func (o *paletteOverlay) size(w, h int) (int, int) { return min(w, 96), min(h, max(h*4/5, 12)) }
