package scene

import "lanyard/ui/keys"

// Hint is a key that works in an overlay, with its effect.
type Hint struct {
	// Keys are names of keys, separated by spaces: one key or several that go together ("up down").
	// The footer leaves out a hint without a key.
	Keys string
	Word string
}

// HintOf returns the hint of an action that the configuration can give another key.
func (s *Scene) HintOf(a keys.Action, word string) Hint {
	if all := s.Keys.Row(a).Keys; len(all) > 0 {
		return Hint{all[0], word}
	}
	return Hint{}
}

// Shown returns the keys as the person reads them.
func (h Hint) Shown() string { return keys.Shown(h.Keys) }

// More returns the hint to scroll, or none if the whole text was shown.
func (p *Scroll) More() Hint {
	if p.Lines > p.Height {
		return Hint{"up down", "more"}
	}
	return Hint{}
}
