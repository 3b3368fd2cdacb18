package cli

import (
	"context"
	"fmt"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// revokeEach revokes, prints what was accepted and gives the first failure. Of several, those that were
// accepted are printed whatever became of the others.
func (p *program) revokeEach(ctx context.Context, s *session, targets []console.Token, kind console.RevokeKind, o revokeOptions, one bool) error {
	var first error
	var sent []console.Token
	for _, t := range targets {
		done, err := s.revoke(ctx, t, kind)
		if err == nil || len(done) > 0 && done[0].Err == nil { // the access token is what counts
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
	late := false
	all := []revocationJSON{}
	for _, t := range sent {
		if o.waitDead {
			dead, err := p.waitDead(ctx, s, t.ID, o.timeout)
			if err != nil {
				return err
			}
			late = late || !dead
		}
		l, err := s.read(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		if t, ok := l.byID(t.ID); ok {
			all = append(all, l.revocation(t))
			if !p.json {
				p.print("%s", l.revokedLine(t))
				for i := range t.Twins {
					p.note("%s holds the same token", l.app[t.Twins[i].Row.AppID].Label())
				}
				if t.Unsure != nil {
					p.note("%s", l.advice(t))
				}
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
	if first == nil && late {
		return &failure{exit: exitStillAlive, code: "still_accepted", text: "the gateway did not refuse it in time"}
	}
	return first
}

// revokedLine is one line about a revocation, in the three stages' own words.
func (l ledger) revokedLine(t console.Token) string {
	s, j := l.status(t), l.revocation(t)
	head := fmt.Sprintf("%s of %s: ", t.Fingerprint, l.app[t.AppID].Label())
	switch {
	case j.Verdict == "dead":
		return head + "dead, after " + console.Left(s.OverAt.Sub(s.EndedAt)) + " (" + *j.Proof + ")"
	case j.Verdict == "pending":
		return head + "waiting to be sent"
	case !s.StaleKnown:
		return head + "accepted by the server; how long it may still pass the gateway is unknown"
	}
	note := ""
	if !s.SeenAtGW {
		note = "; not seen at the gateway by us"
	}
	return head + "accepted by the server; may still pass the gateway (<= " + console.Left(s.StaleLeft) + ")" + note
}

// The pauses between probes while waiting: growing while the gateway lets the token through, short once
// it has refused, because three refusals prove it.
const (
	firstPause   = 5 * time.Second
	mostPause    = 15 * time.Second
	refusedPause = time.Second
	grace        = time.Minute // waited beyond the window
)

// waitDead probes until a revoked token is dead; false when it is not within limit. Without a probe URL
// it waits for the window alone.
func (p *program) waitDead(ctx context.Context, s *session, id string, limit time.Duration) (bool, error) {
	pause := firstPause
	var until time.Time
	for {
		l, err := s.read(ctx)
		if err != nil {
			return false, err
		}
		t, _ := l.byID(id)
		st, a := l.status(t), l.app[t.AppID]
		if until.IsZero() {
			until = l.now.Add(limit)
			if limit == 0 {
				until = l.now.Add(max(st.StaleLeft, 0) + grace)
			}
			if limit == 0 && !st.StaleKnown {
				return false, misuse("give --timeout", "--wait-dead: how long the gateway may honour this token is unknown")
			}
		}
		dead := st.Proof != console.ProofNone
		if inTime := l.now.Before(until); !inTime || dead && !lastWord(t, st, a) {
			return dead, nil
		}
		next := until
		if st.StaleKnown && st.StaleUntil.After(l.now) && st.StaleUntil.Before(next) {
			next = st.StaleUntil
		}
		if a.ProbeURL != "" {
			ans, _, err := s.svc.Probe(ctx, id)
			if err != nil {
				return false, err
			}
			p.note("%s", probedLine(t, ans))
			if dead {
				continue // let through after all, it is alive again; else that was the last word
			}
			wait := pause
			if ans.Verdict == tokenapi.Refused {
				wait, pause = refusedPause, firstPause
			} else {
				pause = min(pause*3/2, mostPause)
			}
			if at := ans.At.Add(max(wait, ans.RetryAfter)); at.Before(next) {
				next = at
			}
		}
		if err := p.waitUntil(ctx, next); err != nil {
			return false, err
		}
	}
}

// lastWord says whether the gateway should be asked once more, because only the window says that it is over.
func lastWord(t console.Token, st console.Status, a console.Application) bool {
	asked := len(t.Probes) > 0 && !t.Probes[len(t.Probes)-1].At.Before(st.StaleUntil)
	return a.ProbeURL != "" && st.Proof == console.ProofWindow && !asked
}

// waitUntil waits for a time of the clock, or for the person to give up.
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
