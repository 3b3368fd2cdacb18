package overlay

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Forget asks before the tokens that are over are forgotten.
type Forget struct{ Confirm }

// NewForget returns the question. f counts what would be forgotten; then is the request that Yes
// makes.
func NewForget(f console.Forgotten, then session.Request) *Forget {
	return &Forget{Confirm{
		then: then, verb: "forget",
		lines: []console.Private{
			console.Private(describe.Forgotten(f)),
			"Their secrets, probes and log go too. The log keeps that they were forgotten.", "",
			"What may still live stays. This cannot be undone.",
		},
	}}
}

func (*Forget) Title(*scene.Scene) string { return "Forget what is over?" }

func (o *Forget) Press(s *scene.Scene, _ keys.Action, key string) scene.Intent {
	if key == s.Keys.Yes() {
		return scene.Confirm(o, o.then)
	}
	return scene.CloseTop{}
}
