package ui

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

func (m *root) cannotForget() *refuse {
	if !m.board().HasOver() {
		return &refuse{"no token is over", ""}
	}
	return nil
}

// tellNothingOver says why nothing is forgotten.
func (m *root) tellNothingOver(f session.NothingOver) {
	switch {
	case f.Err != nil:
		m.fail("forget", f.Err)
	case len(f.Kept) > 0:
		k := f.Kept[0]
		for _, o := range f.Kept { // of those that look over first
			if b := m.board().Row(o.Token.ID); b != nil && session.IsOver(b.State) {
				k = o
				break
			}
		}
		m.note(info, k.Token.Fingerprint+" is not forgotten: "+k.Held.Why, k.Held.Hint)
	default:
		m.note(info, "nothing is over", "")
	}
}

// forgetOverlay asks before what is over is forgotten.
type forgetOverlay struct{ confirmOverlay }

func newForget(f console.Forgotten, then session.Request) *forgetOverlay {
	return &forgetOverlay{confirmOverlay{then: then, verb: "forget", lines: []string{
		describe.Forgotten(f), "Their secrets, probes and log go too. The log keeps that they were forgotten.", "",
		"What may still live stays. This cannot be undone.",
	}}}
}

func (*forgetOverlay) title() string { return "Forget what is over?" }

func (o *forgetOverlay) press(s *scene, _ keys.Action, key string) intent {
	if key == s.keys.Yes() {
		return confirmed{o, o.then}
	}
	return closeOverlay{}
}
