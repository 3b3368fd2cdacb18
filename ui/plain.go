package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// PlainOptions are what the console in lines is built from.
type PlainOptions struct {
	Service    *console.Service
	Clipboard  Clipboard     // nil: copying is off. It must not want control sequences written: lines have none
	Stop       *Stop         // nil: the system has no job control
	ClearAfter time.Duration // until the clipboard is cleared; 0 never
	Device     string        // names this machine in a scope of its own; "" makes no such offer
	Tour       bool          // lead through the life of a token, step by step
	About      string        // what this console is on, in a few words; "" for the person's own
	Banners    []Banner      // permanent warnings
	Input      io.Reader
	Output     io.Writer
}

// RunPlain is the console in lines, for screen readers, terminals that can do nothing but print, and programs that
// drive it. It shares everything with the screen but the looks: the board, the effects, the service. What was
// printed stays as it is: there is no cursor to move and no escape sequence, and each change is told once.
//
// It ends when the person quits, when the input does, or with ErrInterrupted when ctx does; in each case what is
// under way is finished first.
func RunPlain(ctx context.Context, o PlainOptions) error {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel() // ends the wait for changes
	p := newPlain(inner, o)
	defer close(p.want)
	go readLines(o.Input, p.want, p.lines)
	defer p.fx.clearNow(nil) // after a panic; the loop has done so
	p.run(ctx.Done())
	switch {
	case p.interrupted: // lines cannot be written either when the terminal is gone
		return ErrInterrupted
	case p.out.err != nil:
		return fmt.Errorf("write a line: %w", p.out.err)
	}
	return nil
}

// plain is the loop: everything that happens comes to it, one at a time, and it alone writes.
type plain struct {
	o     PlainOptions
	fx    effects
	clock func() time.Time
	out   *speaker
	want  chan struct{} // asks for the next line
	lines chan typed
	came  chan tea.Msg // what effects brought

	now     time.Time // set once for each thing that happens
	board   session.Board
	apps    numbers
	tokens  numbers
	told    map[string]told  // what was last said of each token, by ID
	busy    map[string]*call // what is in flight, by the keys that the screen uses too
	asked   *question        // which the next line answers
	invited map[string]string

	tour  *tour     // nil: none
	doubt time.Time // when what another lanyard has asked for will count as unanswered

	stepTold  int  // of the tour, counted from 1
	turn      bool // a command is being answered: the next line is not read yet
	waitsSent bool // it is over when what was decided is sent
	wanting   bool // a line was asked for

	ticket, filed  int
	reading, stale bool
	readErr        string

	delivering      bool
	due, dueAfter   time.Time
	retries         int
	dueErr          string
	saidLocked      bool
	pruneAt         time.Time // when what is over may next be looked for
	saidAltered     []console.Altered
	saidUnkept      saidUnkept
	keyFailed       bool
	copying         copying
	stopping        bool // SIGTSTP: the process stops when the clipboard is cleared
	leaving         bool // when what is held was written out
	quitting        bool
	draining, over  bool
	interrupted     bool
	saidFinishing   bool
	undelivered     map[string]string // what was last said of a revoke that is kept, by token
	greeted, primed bool
}

// call is something in flight.
type call struct {
	appID string
	aside bool // a person takes part in it elsewhere; lines are read meanwhile
	given bool // up: its end is awaited
}

// question waits for the next line. Any answer that it does not name is No.
type question struct {
	answers map[string]func()
	no      string
}

func newPlain(ctx context.Context, o PlainOptions) *plain {
	p := &plain{
		o: o, fx: newEffects(ctx, Options{Service: o.Service, Clipboard: o.Clipboard}), out: &speaker{w: o.Output},
		want: make(chan struct{}, 1), lines: make(chan typed, 1), came: make(chan tea.Msg),
		told: map[string]told{}, busy: map[string]*call{}, invited: map[string]string{}, undelivered: map[string]string{}, turn: true,
		apps: numbers{letter: "A"},
	}
	if o.Tour {
		p.tour = &tour{}
	}
	p.clock = p.fx.now
	p.now = p.clock()
	return p
}

// run handles what happens until it is over. stop is closed when the person interrupts.
func (p *plain) run(stop <-chan struct{}) {
	var stopAsked <-chan struct{}
	if p.o.Stop != nil {
		stopAsked = p.o.Stop.Asked
	}
	p.read()
	if !p.key().asks() {
		p.deliver() // what an earlier run decided and could not send
	}
	for !p.over {
		var beat *time.Timer
		var wake <-chan time.Time
		if at := p.wakeAt(); !at.IsZero() {
			beat = time.NewTimer(max(at.Sub(p.now), time.Millisecond))
			wake = beat.C
		}
		var happened func()
		select {
		case <-stop:
			stop = nil
			happened = p.interrupt
		case <-stopAsked:
			happened = func() { p.stopping = p.o.Stop.Possible() }
		case l := <-p.lines:
			happened = func() { p.typed(l) }
		case msg := <-p.came:
			happened = func() { p.land(msg) }
		case _, ok := <-p.fx.changes:
			if happened = p.read; !ok {
				p.fx.changes = nil
				happened = func() {}
			}
		case <-wake:
			happened = func() {}
		}
		if beat != nil {
			beat.Stop()
		}
		p.now = p.clock()
		happened()
		p.settle()
	}
}

// start runs an effect beside the loop, which takes what it brings.
func (p *plain) start(effect tea.Cmd) {
	if effect == nil {
		return
	}
	done := p.fx.ctx.Done()
	go func() {
		ended := false
		defer func() {
			if !ended { // it panics, and takes the process with it
				p.fx.clearNow(nil)
			}
		}()
		msg := effect()
		ended = true
		select {
		case p.came <- msg:
		case <-done:
		}
	}()
}

// settle does what time asks for, and asks for the next line when the last one is answered.
func (p *plain) settle() {
	if at := session.Earlier(p.board.Changes, p.doubt); !at.IsZero() && !p.now.Before(at) {
		p.board.Judge(p.now)
		p.announce()
	}
	if at := p.dueAt(); !at.IsZero() && !p.now.Before(at) {
		if p.key().asks() {
			p.waitsLocked()
		} else {
			p.deliver()
		}
	}
	if p.copying.due(p.now) {
		p.start(p.fx.clear(p.copying.serial))
	}
	if p.stopping && p.copying.under == 0 && !p.copying.clearing {
		p.stop()
	}
	if p.out.err != nil && !p.quitting {
		p.leave() // nobody hears any more
	}
	if p.quitting {
		p.finish()
		return
	}
	if p.turn && p.answered() || !p.turn && !p.delivering && !p.reading { // behind what it follows from
		p.guide()
	}
	if p.turn && p.answered() {
		p.turn, p.waitsSent = false, false
		if p.asked == nil {
			p.out.say("ready")
		}
	}
	if !p.turn && !p.wanting {
		p.wanting = true
		p.want <- struct{}{}
	}
}

// answered says whether the last line has got its whole answer.
func (p *plain) answered() bool {
	if p.reading || p.filed == 0 && p.readErr == "" {
		return false
	}
	for _, c := range p.busy {
		if !c.aside {
			return false
		}
	}
	return !p.waitsSent || !p.delivering && !p.soon()
}

// wakeAt is when there is something to do though nothing happens; zero: never.
func (p *plain) wakeAt() time.Time {
	at := session.Earlier(session.Earlier(session.Earlier(p.board.Changes, p.doubt), p.dueAt()), p.copying.clearAt)
	if p.quitting && p.soon() {
		at = session.Earlier(at, p.now.Add(time.Second)) // the wait for an undo window ends by itself
	}
	return at
}

// read asks for the board. While a reading is under way the next one waits for it.
func (p *plain) read() {
	if p.reading {
		p.stale = true
		return
	}
	p.ticket++
	p.reading = true
	p.start(p.fx.readBoard(p.ticket))
}

func (p *plain) filedBoard(r boardRead) {
	p.reading = false
	again := p.stale
	p.stale = false
	if r.err != nil {
		if text := r.err.Error(); text != p.readErr {
			p.readErr = text
			p.fail("read the store", r.err)
		}
	} else {
		locked, restored := p.board.Key.Locked, p.board.Restored
		p.readErr, p.filed = "", r.ticket
		p.board = session.NewBoard(r.board, p.fx.policy, p.now)
		for i := range p.board.Apps {
			p.board.Apps[i].Shown = kit.Clean(p.board.Apps[i].Name)
		}
		p.due = time.Time{} // the board knows
		if p.greeted && p.board.Restored != restored {
			p.out.say("note: %s.", restoredWords)
			p.told, p.primed = map[string]told{}, false // what differs was nobody's doing
		}
		if why := p.saidUnkept.news(r.board); why != nil {
			p.fail("store", why)
		}
		for i := range p.board.Apps {
			p.apps.of(p.board.Apps[i].ID)
		}
		for i := range p.board.Tokens {
			p.tokens.of(p.board.Tokens[i].ID)
		}
		if locked && !p.board.Key.Locked {
			p.opened()
		}
		p.greet()
		p.sayAltered()
		p.announce()
		p.invite()
		p.pruneDue()
	}
	if again {
		p.read()
	}
}

// key is the latest word on the key to the stored secrets.
func (p *plain) key() keyState {
	return keyState{KeyStatus: p.fx.key(), failed: p.keyFailed}
}

// fail says what went wrong, and the next thing to try.
func (p *plain) fail(op string, err error) {
	if p.quitting && errors.Is(err, context.Canceled) {
		return
	}
	if e, ok := console.AsError(err); ok && e.Code == "store_locked" {
		p.keyFailed = true
	}
	p.out.say("error: %s", withOp(op, err))
	p.out.hint(plainHint(err))
}
