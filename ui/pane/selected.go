package pane

import (
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

type Selected struct{}

func (p *Selected) Title(s *scene.Scene) string                            { return "Selected" }
func (p *Selected) RightTitle(s *scene.Scene) []string                     { return []string{"follows the cursor"} }
func (p *Selected) Lines(s *scene.Scene, w, h int, focused bool) []string  { return nil }
func (p *Selected) Brief(s *scene.Scene, w int) []string                   { return nil }
func (p *Selected) Column(s *scene.Scene, w, h int, focused bool) []string { return nil }
func (p *Selected) Full(s *scene.Scene, w, h int, focused bool) []string   { return nil }
func (p *Selected) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	return &scene.List{}, 0, nil
}
func (p *Selected) Target(s *scene.Scene) (*session.Row, *scene.Refuse) { return s.Token, nil }
