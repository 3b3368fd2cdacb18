package host

import (
	"context"
	"io"
	"os"

	"github.com/charmbracelet/x/term"
)

// Terminal is the terminal of this process. It can turn off the echo, and catch the signal that
// stops the process.
type Terminal struct {
	ctx     context.Context // context of the run; the terminal is restored when it ends
	in      io.Reader
	prompts io.Writer
	jobs    *jobControl // nil until it is needed
	hidden  hidden
}

// NewTerminal returns the terminal at in, if in is one. Prompts are written to prompts.
func NewTerminal(ctx context.Context, in io.Reader, prompts io.Writer) *Terminal {
	return &Terminal{ctx: ctx, in: in, prompts: prompts}
}

// Stop lets a console control how this process stops and continues.
type Stop struct {
	Asked    <-chan struct{} // receives when a SIGTSTP was held back
	Possible func() bool     // reports whether the process could be continued
	Allow    func()          // lets the next SIGTSTP stop the process
	Hold     func()          // holds SIGTSTP back
	Now      func()          // stops the process, and returns when it was continued
}

// TerminalFD returns the file descriptor of a stream, and whether it is a terminal.
func TerminalFD(stream any) (uintptr, bool) {
	f, ok := stream.(*os.File)
	if !ok || f == nil {
		return 0, false
	}
	return f.Fd(), term.IsTerminal(f.Fd())
}
