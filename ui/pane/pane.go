package pane

import (
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// pane is one of the four. A pane owns its cursor and its scroll, nothing else: it is handed the scene
// and a size, and answers keys with an intent.
type Pane interface {
	Title(s *scene.Scene) string
	RightTitle(s *scene.Scene) string // at the right end of the top border
	Lines(s *scene.Scene, w, h int, focused bool) []string
	// cursor gives the cursor with the rows that it moves over.
	Cursor(s *scene.Scene) (l *scene.List, n int, id func(int) string)
	// target is the token that a verb acts on, or why there is none.
	Target(s *scene.Scene) (*session.Row, *scene.Refuse)
}
