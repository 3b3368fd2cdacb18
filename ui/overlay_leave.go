package ui

import (
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

func newLeave(then session.Request) *leaveOverlay {
	return &leaveOverlay{confirmOverlay{then: then, lines: []string{
		"Nothing can be stored any more.", "What this console holds ends with it, unless it is written out.",
	}, verb: "write it out and quit", no: "n", other: "quit without"}}
}

// leaveOverlay asks whether to write out before quitting.
type leaveOverlay struct{ confirmOverlay }

func (*leaveOverlay) title() string { return "Write out what this console holds before it ends?" }

func (o *leaveOverlay) press(s *scene, a keys.Action, key string) intent {
	switch key {
	case s.keys.Yes():
		return confirmed{o, o.then}
	case o.no:
		return confirmed{o, session.Quit{Force: true}}
	}
	return o.refused(a, key)
}
