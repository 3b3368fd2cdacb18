package ui_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui"
	"lanyard/ui/session"
)

// The process is not stopped before the goroutine of Bubble Tea that draws has ended: a late end
// would stop the next one. The test is not parallel, because it would find those of other tests.
func TestStopWaitsForTheDrawer(t *testing.T) { //nolint:paralleltest // see above
	tty, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	synctest.Test(t, func(t *testing.T) {
		in, typed := io.Pipe()
		defer func() { _ = typed.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := ui.Run(ctx, ui.Options{
				Welcome: true, Settings: ui.Settings{Theme: theme(t, "dark")}, Input: in,
				Output:  io.Discard,
				Environ: []string{"TERM=xterm-256color"}, Width: 80, Height: 24,
			})
			ended <- err
		}()
		synctest.Wait()
		if !ui.Drawing() {
			t.Error("the drawer is not found: its function may have a new name")
		}
		stopped := make(chan struct{})
		go func() {
			ui.Suspended(tty)
			close(stopped)
		}()
		time.Sleep(20 * time.Millisecond)
		select {
		case <-stopped:
			t.Error("the terminal is given back while the drawer runs")
		default:
		}
		cancel()
		if err := <-ended; !errors.Is(err, session.ErrInterrupted) {
			t.Error(err)
		}
		<-stopped
		if ui.Drawing() {
			t.Error("the drawer runs after the end of the screen")
		}
	})
}

// Bubble Tea draws the last view when it returns from the shell, before it reports the return. That
// view must not show times that are out of date.
func TestSuspendedShowsNothing(t *testing.T) {
	t.Parallel()
	for _, back := range []tea.Msg{tea.SuspendMsg{}, tea.ResumeMsg{}} {
		l := alive(t).scoped("Orders")
		if !strings.Contains(l.Frame(), "Applications") {
			t.Fatal(l.Frame())
		}
		l.Hold = true // the shell has the terminal
		l.Key("ctrl+z")
		if frame := l.Frame(); frame != "" {
			t.Errorf("it would come back with %q", frame)
		}
		l.Hold = false
		l.Send(back)
		if !strings.Contains(l.Frame(), "Applications") {
			t.Errorf("%T: it stays away", back)
		}
	}
}

// A wait for keys ends when the terminal is given back, however soon it is taken again. Otherwise
// it would take the keys of the next one.
func TestPauseEndsTheRead(t *testing.T) {
	t.Parallel()
	tty, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			if err := ui.Paused(tty); !errors.Is(err, io.EOF) {
				t.Errorf("the wait ended with %v", err)
			}
		})
	}
}
