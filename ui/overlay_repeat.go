package ui

import (
	"strings"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// repeatOverlay asks before probes are repeated that may act.
type repeatOverlay struct {
	confirmOverlay
	then session.Request
}

func newRepeat(words string, then session.Request) *repeatOverlay {
	lines := strings.Split(words, "\n")
	for i := range lines {
		lines[i] = kit.Clean(lines[i])
	}
	return &repeatOverlay{confirmOverlay{verb: "probe until dead", lines: append(lines, "", "It is sent until the gateway refuses the token.")}, then}
}

func (*repeatOverlay) title() string { return "Probe again and again?" }

func (o *repeatOverlay) press(s *scene, _ keys.Action, key string) intent {
	if key == s.keys.Yes() {
		return confirmed{o, o.then}
	}
	return closeTop{}
}
