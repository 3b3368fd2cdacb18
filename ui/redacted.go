package ui

import "lanyard/ui/kit"

// redacted is foreign text as it may be shown: clean, and in presenter mode without hosts, users and keys.
func (s *scene) redacted(text string) string {
	return s.redactor.Text(kit.Clean(text))
}
