package ui

import (
	"github.com/charmbracelet/x/term"

	"lanyard/ui/kit"
)

// placing writes frames to a terminal, with the anchors of a frame as cursor positions.
type placing struct{ term.File }

// Write implements io.Writer. It returns the number of bytes that it was given, not of those that
// it wrote.
func (p placing) Write(b []byte) (int, error) {
	if _, err := p.File.Write(kit.Anchors(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}
