// Package plain is the console in lines, over ui/session: for screen readers, for terminals that
// can only print, and for programs.
//
// It reads one command a line and prints what the session tells. It depends on no terminal library
// and measures no widths.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// Options are what the console in lines is built from.
type Options struct {
	Service *console.Service
	// Clipboard must not want control sequences written: lines have none. Nil: copying is off.
	Clipboard  session.Clipboard
	Stop       *session.Stop     // nil: the system has no job control
	ClearAfter time.Duration     // until the clipboard is cleared; 0 never
	Device     string            // names this machine in a scope of its own; "" makes no such offer
	Tour       bool              // lead through the life of a token, step by step
	About      string            // what this console is on, in a few words; "" for the person's own
	Banners    []describe.Banner // permanent warnings
	Input      io.Reader
	Output     io.Writer
}

// Run is the console in lines, for screen readers, terminals that can do nothing but print,
// and programs that drive it. Like the screen it is a face of a session. What was printed stays as
// it is: there is no cursor to move and no escape sequence, and each change is told once.
//
// It ends when the person quits, when the input does, or with ErrInterrupted when ctx does; in each
// case what is under way is finished first.
func Run(ctx context.Context, o Options) error {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel() // ends the wait for changes
	p := newFace(inner, o)
	defer close(p.want)
	go readLines(o.Input, p.want, p.lines)
	defer p.s.ClearNow(nil) // after a panic; the loop has done so
	p.run(ctx.Done())
	switch {
	case p.interrupted: // lines cannot be written either when the terminal is gone
		return session.ErrInterrupted
	case p.out.err != nil:
		return fmt.Errorf("write a line: %w", p.out.err)
	}
	return nil
}

// plain is the loop: everything that happens comes to it, one at a time, and it alone writes. What
// the console is in the middle of is the session's; plain keeps what was said.
type face struct {
	ctx    context.Context
	o      Options
	s      *session.Session
	board  *session.Board // the session's
	out    *printer
	want   chan struct{} // asks for the next line
	lines  chan inputLine
	events chan session.Event // what work came to

	now         time.Time // set once for each thing that happens
	apps        numbers
	tokens      numbers
	reported    map[string]report // what was last said of each token, by ID
	announcing  bool              // what differs from that is told
	deferred    bool              // a change was left to an answer in flight
	invited     map[string]string // what was last said of an invitation, by application
	undelivered map[string]string // what was last said of a revoke that is kept, by token
	altered     []console.Altered // rows that were said to be altered
	doubtAt     time.Time         // when what another lanyard has asked for will count as unanswered

	tour            *session.Tour // nil: none
	stepShown       int           // of the tour, counted from 1
	question        *question     // which the next line answers
	answering       bool          // a command is being answered: the next line is not read yet
	waitsForRevokes bool          // it is over when what was decided is sent
	lineRequested   bool          // a line was asked for
	interrupted     bool
	finished        bool
}

// question waits for the next line. Any answer that it does not name is No.
type question struct {
	answers map[string]func()
	no      string
}

func newFace(ctx context.Context, o Options) *face {
	s := session.New(ctx, session.Options{
		Service: o.Service, Clipboard: o.Clipboard, ClearAfter: o.ClearAfter, Device: o.Device,
	})
	p := &face{
		ctx: ctx, o: o, s: s, board: s.Board(), out: &printer{w: o.Output}, now: s.Now(), answering: true,
		want: make(chan struct{}, 1), lines: make(chan inputLine, 1), events: make(chan session.Event),
		reported: map[string]report{}, invited: map[string]string{}, undelivered: map[string]string{},
		apps: numbers{letter: "A"},
	}
	if o.Tour {
		p.tour = &session.Tour{}
	}
	return p
}

// run handles what happens until it is over. stop is closed when the person interrupts.
func (p *face) run(stop <-chan struct{}) {
	var suspend <-chan struct{}
	if p.o.Stop != nil {
		suspend = p.o.Stop.Asked
	}
	p.start(p.s.Start(p.now))
	for !p.finished {
		var beat *time.Timer
		var wake <-chan time.Time
		if at := session.Earlier(p.s.Next(), p.doubtAt); !at.IsZero() {
			beat = time.NewTimer(max(at.Sub(p.now), time.Millisecond))
			wake = beat.C
		}
		var happened func()
		select {
		case <-stop:
			stop = nil
			happened = p.interrupt
		case <-suspend:
			happened = p.suspend
		case l := <-p.lines:
			happened = func() { p.handleLine(l) }
		case e := <-p.events:
			happened = func() { p.start(p.s.Apply(e, p.now)) }
		case <-wake:
			happened = func() {}
		}
		if beat != nil {
			beat.Stop()
		}
		p.now = p.s.Now()
		happened()
		p.afterEvent()
	}
}

// do asks the session for something.
func (p *face) do(r session.Request) { p.start(p.s.Do(r, p.now)) }

// start runs work beside the loop, which applies what it comes to, and tells what there is to tell.
func (p *face) start(work []session.Work) {
	for _, w := range work {
		go p.work(w)
	}
	for _, f := range p.s.Facts() {
		p.tell(f)
	}
}

func (p *face) work(w session.Work) {
	ended := false
	defer func() {
		if !ended { // it panics, and takes the process with it
			p.s.ClearNow(nil)
		}
	}()
	e := w(p.ctx)
	ended = true
	select {
	case p.events <- e:
	case <-p.ctx.Done():
	}
}

// settle does what time asks for, and asks for the next line when the last one is answered.
func (p *face) afterEvent() {
	p.start(p.s.Tick(p.now))
	if !p.doubtAt.IsZero() && !p.now.Before(p.doubtAt) || p.deferred && p.boardSettled() && p.s.AllDone() {
		p.announce()
	}
	if p.out.err != nil {
		p.leave() // nobody hears any more
	}
	if p.s.Quitting() {
		return
	}
	if p.answering && p.answerComplete() || !p.answering && p.boardSettled() { // behind what it follows from
		p.tellTourStep()
	}
	if p.answering && p.answerComplete() {
		p.answering, p.waitsForRevokes = false, false
		if p.question == nil {
			p.out.say("ready")
		}
	}
	if !p.answering && !p.lineRequested {
		p.lineRequested = true
		p.want <- struct{}{}
	}
}

// quiet reports whether no news of the board is about to come by itself.
func (p *face) boardSettled() bool { return !p.s.IsReading() && !p.s.IsDelivering() }

// answered reports whether the last line has got its whole answer.
func (p *face) answerComplete() bool {
	return !p.s.IsReading() && p.s.AllDone() && (!p.waitsForRevokes || !p.s.RevokesSoon())
}

// fail says what went wrong, and the next thing to try.
func (p *face) notifyError(op string, err error) {
	if p.s.Quitting() && errors.Is(err, context.Canceled) {
		return
	}
	p.out.say("error: %s", withOp(op, err))
	p.out.hint(plainHint(err))
}
