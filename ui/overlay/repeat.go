package overlay

import (
	"strings"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Repeat asks before a probe is repeated that may change something at the API.
type Repeat struct{ Confirm }

// NewRepeat returns the question. words describes the probe; then is the request that Yes makes.
func NewRepeat(words string, then session.Request) *Repeat {
	var lines []console.Private
	for l := range strings.SplitSeq(words, "\n") {
		lines = append(lines, console.Private(l))
	}
	return &Repeat{Confirm{
		then: then, verb: "probe until dead",
		lines: append(lines, "", "It is sent until the gateway refuses the token."),
	}}
}

func (*Repeat) Title(*scene.Scene) string { return "Probe again and again?" }

func (o *Repeat) Press(s *scene.Scene, _ keys.Action, key string) scene.Intent {
	if key == s.Keys.Yes() {
		return scene.Confirm(o, o.then)
	}
	return scene.CloseTop{}
}
