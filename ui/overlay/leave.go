package overlay

import (
	"lanyard/console"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// NewLeave returns the question, before quitting, whether to write out what the store no longer
// takes. then is the request that Yes makes.
func NewLeave(then session.Request) *Confirm {
	const without = "quit without"
	return &Confirm{
		title: "Write out what this console holds before it ends?", then: then,
		verb: "write it out and quit",
		lines: []console.Private{
			"Nothing can be stored any more.", "",
			"What this console holds ends with it, unless it is written out.",
		},
		answers: []answer{{"n", without, without, scene.Confirm(nil, session.Quit{Force: true})}},
	}
}
