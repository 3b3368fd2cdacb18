package overlay

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// NewForget returns the question before the tokens that are over are forgotten. f counts what would
// be forgotten; then is the request that Yes makes.
func NewForget(f console.Forgotten, then session.Request) *Confirm {
	return &Confirm{
		title: "Forget what is over?", then: then, verb: "forget",
		lines: []console.Private{
			console.Private(describe.Forgotten(f)), "",
			"Their secrets, probes and log go too. The log keeps that they were forgotten.",
			"What may still live stays. This cannot be undone.",
		},
	}
}
