package ui

import "lanyard/ui/kit"

// covered is foreign text as it may be shown: clean, and in presenter mode without hosts, users and keys.
func (s *scene) covered(text string) string {
	text = kit.Clean(text)
	if s.veil == nil {
		return text
	}
	return s.veil.text(text)
}
