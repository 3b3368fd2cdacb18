package overlay

import (
	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Leave asks, before quitting, whether to write out what the store no longer takes.
type Leave struct{ Confirm }

// NewLeave returns the question before quitting. then is the request that Yes makes.
func NewLeave(then session.Request) *Leave {
	return &Leave{Confirm{
		then: then,
		lines: []console.Private{
			"Nothing can be stored any more.",
			"What this console holds ends with it, unless it is written out.",
		},
		verb: "write it out and quit", no: "n", other: "quit without",
	}}
}

func (*Leave) Title(*scene.Scene) string {
	return "Write out what this console holds before it ends?"
}

func (o *Leave) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	switch key {
	case s.Keys.Yes():
		return scene.Confirm(o, o.then)
	case o.no:
		return scene.Confirm(o, session.Quit{Force: true})
	}
	return o.refused(a, key)
}
