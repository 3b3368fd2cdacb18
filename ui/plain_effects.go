package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
)

// logRead is what happened, to one token, to those of an application, or to all.
type logRead struct {
	tokenID, appID string
	all            bool
	events         []console.Event
	err            error
}

func (logRead) land(*root) tea.Cmd { return nil } // lines alone ask for it

// readLog is what the lines cause beyond what the screen does. The same holds as in effects.go: copies in, one
// result out.
func (fx effects) readLog(tokenID, appID string, all bool) tea.Cmd {
	return run(func() logRead {
		events, err := fx.svc.Log(fx.ctx)
		return logRead{tokenID, appID, all, events, err}
	})
}
