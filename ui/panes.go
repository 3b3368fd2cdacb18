package ui

import (
	"lanyard/ui/keys"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
)

// placeOf returns the place of a pane in the keymap.
func placeOf(p scene.PaneID) keys.Places { return 1 << p }

// panes are the four panes.
type panes struct {
	apps     *pane.Apps
	tokens   *pane.Tokens
	selected *pane.Selected
	acts     *pane.Activity
}

func (p panes) at(id scene.PaneID) pane.Pane {
	switch id {
	case scene.Applications:
		return p.apps
	case scene.Selected:
		return p.selected
	case scene.Activity:
		return p.acts
	}
	return p.tokens
}
