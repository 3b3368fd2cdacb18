package ui

import (
	"github.com/charmbracelet/x/term"

	"lanyard/ui/kit"
)

// placing is a terminal to which marks in frames go as cursor positions.
type placing struct{ term.File }

// Write implements io.Writer. It counts the bytes that it was given.
func (p placing) Write(b []byte) (int, error) {
	if _, err := p.File.Write(kit.Anchors(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}
