package console

import (
	"context"
	"errors"

	"lanyard/tokenapi"
)

// OpTraffic is the Op of the exchanges of [Service.Traffic].
const OpTraffic = "traffic"

// Traffic calls the probe URL with each of these tokens, once, as a client does that knows nothing
// of revocations. Such a client stops using a token when it is over. Traffic stores the answers
// like Probe, in one transaction.
//
// A client calls every second, so most of its calls are neither listed among the exchanges nor
// logged: see usual. Replay therefore rebuilds a token without the other calls.
//
// A token that cannot be called is skipped. The error joins the reasons, and the reason why nothing
// was stored.
func (s *Service) Traffic(ctx context.Context, ids []string) error {
	if err := s.unlocked(ctx); err != nil {
		return err
	}
	var failed []error
	var calls, made []*gatewayCall
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		for _, id := range ids {
			c := &gatewayCall{}
			if err := s.prepareCall(r, id, c); err != nil {
				failed = append(failed, err)
			} else if !StatusAt(c.token, s.Policy(c.app), s.Now()).State.IsOver() {
				calls = append(calls, c)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	var unlogged []string
	for _, c := range calls {
		if err := s.callGateway(ctx, c); err != nil {
			failed = append(failed, err)
			continue
		}
		if made = append(made, c); !c.listed {
			unlogged = append(unlogged, c.token.ID)
		}
	}
	if len(made) == 0 {
		return errors.Join(failed...)
	}
	err = s.updateAs(context.WithoutCancel(ctx), recorder{unlogged: unlogged},
		func(w Writer) error {
			for _, c := range made {
				if _, err := s.fileCall(w, c); err != nil && !isLost(err) { // it was forgotten
					return err
				}
			}
			return nil
		})
	return errors.Join(append(failed, err)...)
}

// usual returns the status of an answer that tells nothing new about the token: the last one, if
// it was let through and the token has not ended since. 0: each answer is news. Three refusals
// prove a token dead, so a client that stops then has few of those.
func (c *gatewayCall) usual() int {
	n := len(c.token.Probes)
	if n == 0 || c.token.Probes[n-1].Verdict != tokenapi.Accepted {
		return 0
	}
	last := c.token.Probes[n-1]
	if s := StatusAt(c.token, PolicyOf(c.app, 0), last.At); s.Ended && last.At.Before(s.EndedAt) {
		return 0
	}
	return last.Status
}
