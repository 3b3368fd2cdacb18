// Package plain is the line mode: a console that reads one command per line and prints what
// happens. It is for screen readers, for terminals that can only print and for programs.
//
// [Run] is a face of a session.Session, as the screen is. It prints each change once, as a line
// that can be read aloud. It writes no escape sequences, depends on no terminal library and
// measures no widths.
//
// Tokens and applications get numbers in the order in which they first appear. A number keeps its
// meaning until the program ends.
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

// Options configure the line mode.
type Options struct {
	Service *console.Service
	// Clipboard must not return control sequences to write, because lines have none. Nil: copying
	// is off.
	Clipboard  session.Clipboard
	Stop       *session.Stop     // nil: the system has no job control
	ClearAfter time.Duration     // when a copied token is cleared; 0: never
	Device     string            // identifies this machine in a scope; "" offers no such scope
	Tour       bool              // guide the person through the life of a token
	Traffic    bool              // see session.Options.Traffic
	About      string            // names a demo or sandbox store; "" for the person's own store
	Banners    []describe.Banner // permanent warnings
	Presenter  bool              // hide users, hosts and keys from an audience
	Input      io.Reader         // commands
	Output     io.Writer
}

// Run reads commands from o.Input until the person quits, the input ends or ctx is done. It
// finishes the work in flight first. It returns session.ErrInterrupted if ctx is done, and an error
// if a line cannot be written.
func Run(ctx context.Context, o Options) error {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel() // ends the wait for changes
	p := newFace(inner, o)
	defer close(p.want)
	go readLines(o.Input, p.want, p.lines)
	defer p.s.ClearNow(nil) // after a panic; quitting clears the clipboard otherwise
	p.run(ctx.Done())
	switch {
	case p.interrupted: // if the terminal is gone, out.err is set too
		return session.ErrInterrupted
	case p.out.err != nil:
		return fmt.Errorf("write a line: %w", p.out.err)
	}
	return nil
}

// face is the state of the line mode. All events arrive at its loop, and only the loop prints. The
// session has the state of the console; face has what was printed.
type face struct {
	ctx    context.Context
	o      Options
	s      *session.Session
	board  *session.Board // the session's board
	out    *printer
	want   chan struct{} // asks for the next line
	lines  chan inputLine
	events chan session.Event // results of work

	now         time.Time // the time of the current event
	apps        numbers
	tokens      numbers
	reported    map[string]report // what was printed last of each token, by ID
	announcing  bool              // print what differs from reported
	scope       session.Scope     // what the lists list; see scopeNow
	deferred    bool              // an answer in flight will report a change
	invited     map[string]string // what was printed last of an invitation, by application
	undelivered map[string]string // the error printed last of a pending revoke, by token
	altered     []console.Altered // altered rows that were printed
	doubtAt     time.Time         // when a request of another lanyard counts as unanswered

	tour            *session.Tour // nil: none
	stepShown       int           // step of the tour that was printed, counted from 1
	question        *question     // the next line answers it; nil if there is none
	answering       bool          // a command is being answered, so the next line is not read yet
	waitsForRevokes bool          // the answer ends when all decided revokes are sent
	lineRequested   bool          // a line was requested from readLines
	interrupted     bool
	finished        bool
}

// question is answered by the next line. Every answer without a function means no.
type question struct {
	answers map[string]func() // by lower-case answer
	no      string            // printed for no
}

func newFace(ctx context.Context, o Options) *face {
	s := session.New(ctx, session.Options{
		Service: o.Service, Clipboard: o.Clipboard, ClearAfter: o.ClearAfter, Device: o.Device,
		Traffic: o.Traffic,
	})
	p := &face{
		ctx: ctx, o: o, s: s, board: s.Board(), out: &printer{w: o.Output}, now: s.Now(),
		answering: true, want: make(chan struct{}, 1), lines: make(chan inputLine, 1),
		events: make(chan session.Event), reported: map[string]report{},
		invited: map[string]string{}, undelivered: map[string]string{}, apps: numbers{letter: "A"},
	}
	if o.Tour {
		p.tour = &session.Tour{}
	}
	return p
}

// run handles events until the console has quit. stop is closed when the person interrupts.
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

// do hands a request to the session.
func (p *face) do(r session.Request) { p.start(p.s.Do(r, p.now)) }

// start runs work in goroutines, and prints the new facts of the session.
func (p *face) start(work []session.Work) {
	for _, w := range work {
		go p.work(w)
	}
	p.redactNames()
	for _, f := range p.s.Facts() {
		p.tell(f)
	}
}

func (p *face) work(w session.Work) {
	ended := false
	defer func() {
		if !ended { // a panic, which ends the process
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

// afterEvent runs after each event: it does due work, and requests the next line when the last one
// is answered.
func (p *face) afterEvent() {
	p.start(p.s.Tick(p.now))
	if !p.doubtAt.IsZero() && !p.now.Before(p.doubtAt) || p.deferred && p.boardSettled() &&
		p.s.AllDone() {
		p.announce()
	}
	if p.out.err != nil {
		p.leave() // the output cannot be written
	}
	if p.s.Quitting() {
		return
	}
	if p.answering && p.answerComplete() || !p.answering && p.boardSettled() {
		// after the end of the last step
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

// boardSettled reports whether the board is up to date and no delivery is about to change it.
func (p *face) boardSettled() bool { return !p.s.IsReading() && !p.s.IsDelivering() }

// answerComplete reports whether everything that the last line asked for was printed.
func (p *face) answerComplete() bool {
	return !p.s.IsReading() && p.s.AllDone() && (!p.waitsForRevokes || !p.s.RevokesSoon())
}

// notifyError prints what failed and what to do next.
func (p *face) notifyError(op string, err error) {
	if p.s.Quitting() && errors.Is(err, context.Canceled) {
		return
	}
	p.out.say("error: %s", console.OpErrorText(op, err))
	p.out.hint(plainHint(err))
}
