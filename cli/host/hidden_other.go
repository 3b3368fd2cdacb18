//go:build !unix

package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/charmbracelet/x/term"
)

// hidden turns off the echo of the terminal, here only while a line is read.
type hidden struct{}

// Hide does nothing: the echo is off only while ReadHidden reads.
func (*Terminal) Hide() (done func(), err error) { return func() {}, nil }

// ReadHidden prints a prompt and reads a line without an echo, until ctx ends. The read itself then
// goes on, with the echo back on.
func (t *Terminal) ReadHidden(ctx context.Context, prompt string) ([]byte, error) {
	fd, _ := TerminalFD(t.in)
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	_, _ = fmt.Fprint(t.prompts, prompt)
	type result struct {
		line []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return nil, errors.Join(context.Canceled, term.Restore(fd, before))
	}
}

// InForeground reports true: there is no background here.
func (*Terminal) InForeground() bool { return true }
