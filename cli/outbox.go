package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
)

// outboxTime limits the time in which a finished command delivers revokes that are due.
const outboxTime = 3 * time.Second

// deliverDue sends the revokes that are due, after the command has printed its result. It changes
// neither result nor exit code. A revoke that is not accepted is kept.
func (p *program) deliverDue(ctx context.Context, s *openConsole) {
	if ctx.Err() != nil || s.svc.Key().Locked {
		return // interrupted; or the command reported that the store is locked
	}
	ctx, cancel := context.WithTimeout(ctx, outboxTime)
	defer cancel()
	done, _, err := s.svc.Deliver(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		p.warn("revokes that are due could not be delivered: %v", err)
	}
	if len(done) == 0 {
		return
	}
	l, err := s.take(s.svc.Outbox(context.WithoutCancel(ctx))) // for the labels of applications
	if err != nil {
		return
	}
	for _, d := range done {
		what := d.Token.Fingerprint
		if d.Kind == console.RevokeRefresh {
			what = "the refresh token of " + what
		}
		of := l.app[d.Token.AppID].Label()
		switch {
		case d.Err == nil:
			p.note("delivered the revoke of %s (%s)", what, of)
		case d.Kept:
			p.note("the revoke of %s (%s) is not yet accepted (%s)", what, of,
				console.Reason(d.Err))
		default:
			p.note("the server refused to revoke %s (%s), which stays alive (%s)%s", what, of,
				console.Reason(d.Err), strings.TrimSuffix("; "+hintOf(d.Err), "; "))
		}
	}
}

// pruneDue forgets tokens that have been over for longer than [store] keep. It runs at most once a
// day, after the command has printed its result.
func (p *program) pruneDue(ctx context.Context, s *openConsole) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, outboxTime)
	defer cancel()
	done, err := s.svc.Prune(ctx)
	if n := len(done.Tokens); n > 0 {
		p.note("%s", describe.Pruned(n))
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		p.warn("what is over could not be forgotten: %v", err)
	}
}

// noteWaiting prints why a subcommand waits.
func (p *program) noteWaiting(a console.Application) {
	if !p.screen {
		p.note("another lanyard is asking for %s; waiting for its answer", a.Label())
	}
}

// queueUndelivered queues notes about what a closed console leaves undelivered. No process sends
// these revokes until lanyard runs again.
func (p *program) queueUndelivered(ctx context.Context, s *openConsole) {
	if s.quitNow && s.svc.InFlight() > 0 {
		p.queued = append(p.queued,
			"left before the server's answer: what came of it is not known, and is shown as unsure")
	}
	ctx = context.WithoutCancel(ctx)
	if place := s.svc.WroteOut(); place != "" {
		p.queued = append(p.queued,
			"what the console held was written to "+place+"; to put it back: "+
				console.PutBack(place))
	}
	if why := s.svc.Unwritten(ctx); why != nil {
		p.queued = append(p.queued,
			why.Error()+"; what the console held was not written out, and ended with it")
	}
	l, err := s.take(s.svc.Outbox(ctx))
	if err != nil {
		return
	}
	for _, t := range l.Tokens {
		if _, waits := console.DueAt(t); waits {
			p.queued = append(p.queued,
				t.Fingerprint+" of "+string(l.app[t.AppID].Label())+": "+l.advice(t)+
					", by an open console or the next token, renew, revoke, probe or introspect")
		}
	}
}
