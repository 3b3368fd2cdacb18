package overlay

import (
	"strings"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// repeatOverlay asks before probes are repeated that may act.
type Repeat struct {
	Confirm
	then session.Request
}

func NewRepeat(words string, then session.Request) *Repeat {
	lines := strings.Split(words, "\n")
	for i := range lines {
		lines[i] = kit.Clean(lines[i])
	}
	return &Repeat{Confirm{verb: "probe until dead", lines: append(lines, "", "It is sent until the gateway refuses the token.")}, then}
}

func (*Repeat) Title() string { return "Probe again and again?" }

func (o *Repeat) Press(s *scene.Scene, _ keys.Action, key string) scene.Intent {
	if key == s.Keys.Yes() {
		return scene.Confirm(o, o.then)
	}
	return scene.CloseTop{}
}
