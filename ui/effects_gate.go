package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
)

// probedAgain is one probe of many. The same holds as in effects.go: copies in, one result out.
type probedAgain struct {
	id       string
	answer   console.ProbeAnswer
	hopeless string // why no probe of this URL can prove anything, "" where one can
	hint     string
	token    console.Token
	err      error
}

func (fx effects) probeAgain(id string) tea.Cmd {
	return run(func() probedAgain {
		a, t, err := fx.svc.Probe(fx.ctx, id)
		hopeless, hint := console.ProbeHopeless(a)
		return probedAgain{id, a, hopeless, hint, t, err}
	})
}
