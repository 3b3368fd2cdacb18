package ui

import "lanyard/ui/kit"

// helpOverlay lists the keys of the place it was opened from. Its rows are the bindings themselves.
type helpOverlay struct {
	scroll scroll
	keys   keymap
	place  paneID
}

func newHelp(k keymap, place paneID) *helpOverlay { return &helpOverlay{keys: k, place: place} }

func (*helpOverlay) title() string  { return "Keys" }
func (o *helpOverlay) foot() string { return o.scroll.foot() }
func (*helpOverlay) danger() bool   { return false }

func (o *helpOverlay) size(w, h int) (int, int) {
	return min(w, 84), min(h, len(o.lines(nil, min(w, 84))))
}

func (o *helpOverlay) press(_ *scene, a action, _ string) intent {
	if a == closeTop || a == openHelp || a == quit {
		return closeOverlay{}
	}
	o.scroll.move(a)
	return nil
}

func (o *helpOverlay) box(s *scene, w, h int) []string { return o.scroll.show(o.lines(s, w), h) }

func (o *helpOverlay) lines(s *scene, w int) []string {
	const wKey = 9
	var out []string
	section := func(name string) {
		if s != nil {
			out = append(out, padded(s.st.Strong, name, w))
		} else {
			out = append(out, "")
		}
	}
	rows := func(want func(binding) bool) {
		for _, b := range o.keys.rows {
			if !want(b) || b.where&placeOf(o.place) == 0 {
				continue
			}
			for i, text := range kit.Wrap(b.does(), max(w-wKey-5, 8)) {
				if s == nil {
					out = append(out, "")
					continue
				}
				l := kit.NewLine("", 128)
				l.Gap(2)
				show := ""
				if i == 0 {
					show = b.show()
				}
				l.Cell(string(s.st.Key), show, wKey)
				l.Put("", " "+text)
				out = append(out, l.End(w))
			}
		}
	}
	section("Tokens")
	rows(func(b binding) bool { return b.act <= doProbe })
	section("")
	section("Moving")
	rows(func(b binding) bool { return b.act >= moveUp && b.act <= zoom })
	section("")
	section("Lanyard")
	rows(func(b binding) bool { return b.act > zoom })
	return out
}
