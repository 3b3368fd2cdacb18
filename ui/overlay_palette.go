package ui

import "lanyard/ui/keys"

// paletteOverlay has every action by name, with its key or the reason why it cannot run now.
type paletteOverlay struct{ chooser }

// newPalette lists every action.
func newPalette(k *keys.Map, all []entry) *paletteOverlay {
	o := &paletteOverlay{chooser{all: all, own: k.Row(keys.Commands).Keys, ranked: true, heading: ": "}}
	o.begin()
	return o
}

func (*paletteOverlay) title() string { return "Commands" }

func (o *paletteOverlay) size(w, h int) (int, int) { return min(w, 96), min(h, max(h*4/5, 12)) }
