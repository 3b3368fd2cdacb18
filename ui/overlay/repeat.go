package overlay

import (
	"strings"

	"lanyard/console"
	"lanyard/ui/session"
)

// NewRepeat returns the question before a probe is repeated that may change something at the API.
// words describes the probe; then is the request that Yes makes.
func NewRepeat(words string, then session.Request) *Confirm {
	var lines []console.Private
	for l := range strings.SplitSeq(words, "\n") {
		lines = append(lines, console.Private(l))
	}
	return &Confirm{
		title: "Probe again and again?", then: then, verb: "probe until dead",
		lines: append(lines, "", "It is sent until the gateway refuses the token."),
	}
}
