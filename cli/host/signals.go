package host

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The time after the first signal during which another one does not end the program at once.
// Supervisors and process groups often deliver one signal twice, and ending in the middle of a
// request would leave a lease and an open mark. After this time a second ctrl+c is intended.
const (
	sameInterrupt = time.Second
	termPatience  = 30 * time.Second // a request takes up to 15 s unless its timeout is set
)

// UntilSignal returns a context that ends with the first interrupt, SIGTERM or SIGHUP. A SIGHUP
// that is ignored, as under nohup, does not end it. A further signal exits with code, unless it
// comes right after the first.
func UntilSignal(parent context.Context, code int) (ctx context.Context, stop func()) {
	came := make(chan os.Signal, 8)
	signal.Notify(came, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(hangup) {
		signal.Notify(came, hangup)
	}
	ctx, cancel := untilSignal(parent, came, func() { os.Exit(code) })
	return ctx, func() {
		signal.Stop(came)
		cancel()
	}
}

// untilSignal is UntilSignal with injected signals and exit.
func untilSignal(parent context.Context, came <-chan os.Signal,
	exit func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	over := make(chan struct{})
	go func() {
		var first time.Time
		for {
			select {
			case s := <-came:
				switch {
				case first.IsZero():
					first = time.Now()
					cancel()
				case s == os.Interrupt && time.Since(first) >= sameInterrupt,
					time.Since(first) >= termPatience:
					exit()
					return
				}
			case <-over:
				return
			}
		}
	}()
	return ctx, func() {
		cancel()
		close(over)
	}
}
