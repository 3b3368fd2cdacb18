package overlay

import (
	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// Palette lists every action by name, with its key or the reason why it cannot run now.
type Palette struct{ chooser }

// NewPalette returns the palette of all actions.
func NewPalette(k *keys.Map, all []Entry) *Palette {
	o := &Palette{chooser{
		all: withSynonyms(k, all), toggles: k.Row(keys.Commands).Keys, asPalette: true,
		heading: ": ",
	}}
	o.begin()
	return o
}

func (*Palette) Title(*scene.Scene) string { return "Commands" }

func (o *Palette) Size(_ *scene.Scene, w, h int) (int, int) {
	return min(w, 128), min(h, max(h*4/5, 12))
}
