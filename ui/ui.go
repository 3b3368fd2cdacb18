// Package ui shows the console on the whole terminal. It is a Bubble Tea program over
// [lanyard/ui/session].
//
// [Run] starts it and returns when the person leaves. There is one tea.Model. A key goes to the
// overlay on top, if there is one, or else to the action that the keymap names. A table in
// actions.go has two functions for each action: one returns why the action cannot run, and the
// other performs it. Most actions hand a request to the session. The model runs the work that the
// session returns, and reports the resulting facts.
//
// The panes are in ui/pane and the overlays in ui/overlay. Both draw from a scene (ui/scene): the
// session, what is selected and filtered, and an instant. The clock is the service's. It is read
// once for each message. The package opens no socket, no file and no store.
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

// Options configure the screen.
type Options struct {
	Service *console.Service // nil on first run
	// Begin creates the service on first run. With kept=false it lives in memory only, for testing
	// an application before it is saved. It may be called from any goroutine. If Begin is nil,
	// nothing can be added on first run.
	Begin     func(ctx context.Context, kept bool) (*console.Service, error)
	Clipboard session.Clipboard // nil: copying is off
	Stop      *session.Stop     // nil: the system has no job control
	Settings
	Reloads    <-chan Reload // the configuration after each change; nil: it is not watched
	Themes     Themes        // to choose from
	Demo       bool
	Tour       bool              // lead through the life of a token, step by step
	Traffic    bool              // see session.Options.Traffic
	Device     string            // names this machine in a scope of its own; "" offers none
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

// Choice is a person's choice on the welcome screen, or the way the screen was left.
type Choice string

// The choices.
const (
	Quit    Choice = ""
	QuitNow Choice = "now" // without waiting for work in flight
	TryDemo Choice = "demo"
	SetUp   Choice = "setup"
)

// Run shows the screen until the person leaves it. It is the only place that starts a tea.Program.
func Run(ctx context.Context, o Options) (Choice, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the wait for changes

	// the caller turns signals into the end of ctx
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler()}
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
	kit.MeasureClusters(false) // until this terminal says that it can
	m := newRoot(ctx, o)
	_, m.term.anchored = o.Output.(term.File)
	m.input.behind, m.input.lost = in.waiting, in.lostKeys
	if in != nil {
		m.input.reads = in.readings
	}
	_, err := tea.NewProgram(m, opts...).Run()
	interrupted := ctx.Err() != nil
	cancel()               // a copy in flight ends
	m.s.ClearNow(o.Output) // for a signal or a panic; quitting has done it already
	if interrupted {
		m.s.RememberNow(m.choiceNow())
	}
	switch {
	case interrupted:
		return Quit, session.ErrInterrupted
	case err != nil:
		return Quit, fmt.Errorf("screen: %w", err)
	}
	return m.choice, nil
}
