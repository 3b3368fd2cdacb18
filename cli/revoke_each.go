package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
)

// revokeEach revokes tokens, prints the accepted revocations, and returns the first error. One
// failure does not stop the others.
func (p *program) revokeEach(ctx context.Context, s *openConsole, targets []console.Token,
	kind console.RevokeKind, o revokeOptions, one bool) error {
	var first error
	var sent []console.Token
	for _, t := range targets {
		done, err := s.revoke(ctx, t, kind)
		if o.waitDead && console.CodeOf(err) == console.CodeAlreadyRevoked {
			err = nil // a wait that ended before is taken up again
		}
		if err == nil || len(done) > 0 && done[0].Err == nil { // the access token was revoked
			sent = append(sent, t)
		}
		if err == nil {
			continue
		}
		if first != nil {
			complain(p.stderr, p.args, err, p.json)
			continue
		}
		first = err
	}
	var late error // why --wait-dead ended without a proof
	all := []revocationJSON{}
	for _, t := range sent {
		if o.waitDead {
			err := p.waitDead(ctx, s, t.ID, o.timeout)
			if f, ok := errors.AsType[*failure](err); ok && f.exit == exitStillAlive {
				if late != nil {
					complain(p.stderr, p.args, late, p.json)
				}
				late = err
			} else if err != nil {
				return err
			}
		}
		l, err := s.read(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		if t, ok := l.byID(t.ID); ok {
			all = append(all, l.revocation(t))
			if !p.json {
				p.printRevoked(l, t)
			}
		}
	}
	if p.json && len(all) > 0 {
		var v any = all
		if one {
			v = all[0]
		}
		if err := p.printJSON(v); err != nil {
			return err
		}
	}
	if first == nil {
		return late
	}
	if late != nil {
		complain(p.stderr, p.args, late, p.json)
	}
	return first
}

// printRevoked prints the state of a revoked token, and notes what else holds it.
func (p *program) printRevoked(l ledger, t console.Token) {
	p.print("%s", l.revokedLine(t))
	for i := range t.Twins {
		p.note("%s holds the same token", l.app[t.Twins[i].Row.AppID].Label())
	}
	if t.Unsure != nil {
		p.note("%s", l.advice(t))
	}
}

// revokedLine describes a revocation in one line.
func (l ledger) revokedLine(t console.Token) string {
	head := fmt.Sprintf("%s of %s: ", t.Fingerprint, l.app[t.AppID].Label())
	return head + voice().Revocation(t, l.status(t), l.now)
}

// waitDead probes until a revoked token is dead. If that does not happen within limit, the error
// has CodeStillAccepted. Without a probe URL it waits for the gateway's window to end.
func (p *program) waitDead(ctx context.Context, s *openConsole, id string,
	limit time.Duration) error {
	loop := console.ProbeLoop{Began: p.clock(), Timeout: limit, AnyProof: true}
	for first := true; ; first = false {
		l, err := s.read(ctx)
		if err != nil {
			return err
		}
		t, _ := l.byID(id)
		a := l.app[t.AppID]
		step := loop.Next(t, s.svc.Policy(a), l.now)
		if first && step.Stop != console.StopDead {
			p.note("%s", l.revokedLine(t))
			if a.ProbeURL == "" {
				p.note("%s has no probe_url, so the gateway is not asked; this waits until its "+
					"window is over", a.Label())
			}
		}
		switch step.Stop {
		case console.GoOn:
		case console.StopUnbounded:
			return misuse("give --timeout",
				"--wait-dead: how long the gateway may honour this token is unknown")
		case console.StopDead:
			return nil
		case console.StopVain, console.StopLimit:
			return stillAlive(t, loop)
		}
		if err := p.waitUntil(ctx, step.At); err != nil {
			return err
		}
		if step.Wait {
			continue
		}
		ans, _, err := s.svc.Probe(ctx, id)
		if err != nil {
			return err
		}
		p.note("%s", describe.Line(t.Fingerprint, ans.ProbeAnswer))
		loop.Answered(ans.ProbeAnswer)
	}
}

// stillAlive returns the error of a wait that ended before the token was dead.
func stillAlive(t console.Token, loop console.ProbeLoop) error {
	f := &failure{
		exit: exitStillAlive, code: console.CodeStillAccepted,
		text: "it is not proved in time that the gateway refuses " + t.Fingerprint,
	}
	if loop.Probes == 0 {
		f.text = "the gateway's window for " + t.Fingerprint +
			" was not over in time, and the gateway was not asked"
	}
	return f
}

// waitUntil waits until a time, or until ctx ends.
func (p *program) waitUntil(ctx context.Context, at time.Time) error {
	t := time.NewTimer(at.Sub(p.clock()))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
