package host

import (
	"context"
	"io"
	"os"

	"github.com/charmbracelet/x/term"
)

// Terminal is the terminal that this process is at. It can hide what is typed, and hold back the
// signal that stops the process.
type Terminal struct {
	ctx     context.Context // of the run: when it ends, the terminal is given back as it was
	in      io.Reader
	prompts io.Writer
	jobs    *jobControl // nil before it was needed
	hidden  hidden
}

// NewTerminal returns the terminal at in, if in is one. Prompts are written to prompts.
func NewTerminal(ctx context.Context, in io.Reader, prompts io.Writer) *Terminal {
	return &Terminal{ctx: ctx, in: in, prompts: prompts}
}

// Stop is how a console stops this process and lets it continue.
type Stop struct {
	Asked    <-chan struct{} // receives when a SIGTSTP came and was held back
	Possible func() bool     // reports whether anything could continue the process
	Allow    func()          // lets the next SIGTSTP stop the process
	Hold     func()          // holds SIGTSTP back again
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
