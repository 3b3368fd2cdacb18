package ui

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

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
	return closeTop{}
}
