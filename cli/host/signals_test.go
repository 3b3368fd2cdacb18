package host

import (
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The first signal ends the context. Signals right after it are the same request; later ones end
// the program at once.
func TestSignals(t *testing.T) {
	t.Parallel()
	type at struct {
		after  time.Duration // since the previous one
		signal os.Signal
	}
	for name, c := range map[string]struct {
		signals []at
		exits   bool
	}{
		"once": {[]at{{0, syscall.SIGTERM}}, false},
		"twice": {
			[]at{{0, syscall.SIGTERM}, {0, syscall.SIGTERM}},
			false,
		},
		"after 29 s": {
			[]at{{0, syscall.SIGTERM}, {29 * time.Second, syscall.SIGTERM}}, false},
		"after 30 s": {
			[]at{{0, syscall.SIGTERM}, {30 * time.Second, syscall.SIGTERM}}, true},
		"ctrl+c twice": {
			[]at{{0, os.Interrupt}, {time.Second - 1, os.Interrupt}}, false},
		"ctrl+c again": {
			[]at{{0, os.Interrupt}, {time.Second, os.Interrupt}}, true},
		"ctrl+c, then a SIGTERM": {
			[]at{{0, os.Interrupt}, {2 * time.Second, syscall.SIGTERM}}, false},
		"a SIGTERM, then ctrl+c": {
			[]at{{0, syscall.SIGTERM}, {2 * time.Second, os.Interrupt}}, true},
		"many at once, and one a second later": {
			[]at{{0, os.Interrupt}, {0, os.Interrupt}, {0, syscall.SIGTERM},
				{time.Second, os.Interrupt}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				came, exited := make(chan os.Signal), false
				ctx, stop := untilSignal(t.Context(), came, func() { exited = true })
				defer stop()
				synctest.Wait()
				if ctx.Err() != nil {
					t.Error("it ended before a signal came")
				}
				for _, s := range c.signals {
					time.Sleep(s.after)
					came <- s.signal
					synctest.Wait()
				}
				if ctx.Err() == nil {
					t.Error("it goes on")
				}
				if exited != c.exits {
					t.Errorf("exited: %t", exited)
				}
			})
		})
	}
}
