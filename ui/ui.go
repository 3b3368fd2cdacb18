// Package ui is the console on the whole screen, a Bubble Tea program over ui/session.
//
// [Run] starts it. There is one tea.Model. It gives a key to the overlay on top, or to the focused
// pane, which answers with an intent: data that says what the key asks for. The model alone acts
// on intents. It asks the session for something and runs the work that the session returns.
//
// What is drawn depends on the session, on what is selected and open, and on an instant. The clock
// is the service's, read once for each message. The package opens no socket, no file and no store.
package ui

import (
	"context"
	"fmt"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// Options are what the screen is built from.
type Options struct {
	Service *console.Service // nil on the welcome screen
	// Begin makes the service on the first run, when a person saves something; kept false: one that is in memory alone, to
	// try something before. It may be called from any goroutine. Nil: nothing can be added there.
	Begin     func(ctx context.Context, kept bool) (*console.Service, error)
	Clipboard session.Clipboard // nil: copying is off
	Stop      *session.Stop     // nil: the system has no job control
	Settings
	Reloads    <-chan Reload // the configuration, read again whenever it has changed; nil: never
	Themes     Themes        // to choose from
	Demo       bool
	Tour       bool              // lead through the life of a token, step by step
	Device     string            // names this machine in a scope of its own; "" makes no such offer
	Title      string            // a chip in the header, such as "demo"
	Banners    []describe.Banner // permanent warnings
	Welcome    bool              // first run: nothing is configured
	ConfigPath string            // where a configuration would be written
	NoColor    bool
	Input      io.Reader // nil: the process's own
	Output     io.Writer
	Environ    []string
	Width      int // tests only
	Height     int
	follow     func(*console.Service) <-chan struct{} // tests only
}

// Choice is what a person chose on the welcome screen, or how the screen was left.
type Choice string

// The choices.
const (
	Quit    Choice = ""
	QuitNow Choice = "now" // without waiting for what was under way
	TryDemo Choice = "demo"
	SetUp   Choice = "setup"
)

// Run shows the screen until the person leaves it. It is the only place that starts a tea.Program.
func Run(ctx context.Context, o Options) (Choice, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the wait for changes

	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler()} // the caller's signals end ctx
	var in *input
	if o.Input != nil {
		var r io.Reader
		if r, in = reading(o.Input); in != nil {
			opts = append(opts, tea.WithFilter(in.pass))
			defer in.pause()
		}
		opts = append(opts, tea.WithInput(r))
	}
	if o.Output != nil {
		to := o.Output
		if f, ok := to.(term.File); ok {
			to = placing{f}
		}
		opts = append(opts, tea.WithOutput(to))
	}
	if o.Environ != nil {
		opts = append(opts, tea.WithEnvironment(o.Environ))
	}
	if o.Width > 0 && o.Height > 0 {
		opts = append(opts, tea.WithWindowSize(o.Width, o.Height))
	}
	kit.MeasureClusters(false) // until this terminal says otherwise
	m := newRoot(ctx, o)
	_, m.term.anchored = o.Output.(term.File)
	m.input.behind, m.input.lost = in.waiting, in.lostKeys
	if in != nil {
		m.input.reads = in.readings
	}
	_, err := tea.NewProgram(m, opts...).Run()
	interrupted := ctx.Err() != nil
	cancel()               // a copy under way ends, or fails
	m.s.ClearNow(o.Output) // after a signal or a panic; a quiet quit has done so
	switch {
	case interrupted:
		return Quit, session.ErrInterrupted
	case err != nil:
		return Quit, fmt.Errorf("screen: %w", err)
	}
	return m.choice, nil
}
