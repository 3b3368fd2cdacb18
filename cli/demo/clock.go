// Package demo makes the board on which lanyard demo opens: tokens with an hour of history, and the
// options of their sandbox.
//
// Nothing is put into the store by hand. [Play] uses the verbs of console.Service against the
// sandbox, on a [Clock] that it sets back by an hour and moves forward. So each time and each proof
// on the board comes from an answer of the server or the gateway.
package demo

import (
	"context"
	"sync/atomic"
	"time"

	"lanyard/console"
)

// Clock is the clock of a demo: another clock that can be set back. The sandbox, the console and
// its clients must use one Clock. Its methods may be called from any goroutine.
type Clock struct {
	real  func() time.Time
	shift atomic.Int64 // nanoseconds to add; never positive
	// meanwhile plays the person: it is called while the console waits and the clock is set back
	meanwhile atomic.Pointer[func()]
}

// NewClock returns a clock that shows the time of real.
func NewClock(real func() time.Time) *Clock { return &Clock{real: real} }

// Now returns the time.
func (c *Clock) Now() time.Time { return c.real().Add(time.Duration(c.shift.Load())) }

// set sets the clock to an instant in the past. It goes on from there. It is not set to the future,
// nor to an instant before the last one.
func (c *Clock) set(at time.Time) {
	shift := min(at.Sub(c.real()), 0)
	if now := c.Now(); c.shift.Load() < 0 && at.Before(now) {
		return
	}
	c.shift.Store(int64(shift))
}

// Wait waits for d, or until ctx ends ([console.Options]). While the clock is set back, it calls
// meanwhile and moves the clock forward by d instead, at most to the present.
func (c *Clock) Wait(ctx context.Context, d time.Duration) error {
	if shift := c.shift.Load(); shift < 0 {
		if act := c.meanwhile.Load(); act != nil {
			(*act)()
		}
		c.shift.Store(min(shift+int64(d), 0))
		return ctx.Err()
	}
	return console.WaitFor(ctx, d)
}

// release lets the clock show the real time again.
func (c *Clock) release() {
	c.shift.Store(0)
	c.meanwhile.Store(nil)
}
