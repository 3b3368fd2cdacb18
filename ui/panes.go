package ui

import (
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// placeOf is the place of a pane.
func placeOf(p paneID) keys.Places { return 1 << p }

// pane is one of the four. A pane owns its cursor and its scroll, nothing else: it is handed the scene
// and a size, and answers keys with an intent.
type pane interface {
	title(s *scene) string
	right(s *scene) string // at the right end of the top border
	lines(s *scene, w, h int, focused bool) []string
	// cursor gives the cursor with the rows that it moves over.
	cursor(s *scene) (l *list, n int, id func(int) string)
	// target is the token that a verb acts on, or why there is none.
	target(s *scene) (*session.Row, refuse)
}

// panes are the four, by name for those who know which one they want.
type panes struct {
	apps    *appsPane
	tokens  *tokensPane
	gateway *gatewayPane
	acts    *activityPane
}

func (p panes) at(id paneID) pane {
	switch id {
	case applications:
		return p.apps
	case gateway:
		return p.gateway
	case activity:
		return p.acts
	}
	return p.tokens
}
