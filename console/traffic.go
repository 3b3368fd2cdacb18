package console

import (
	"context"
	"errors"

	"lanyard/tokenapi"
)

// OpTraffic is the Op of the exchanges of [Service.Traffic].
const OpTraffic = "traffic"

// errStopped says that a client has stopped using a token.
var errStopped = errors.New("the token is over")

// Traffic calls the probe URL with each of these tokens, once, as a client does that knows nothing
// of revocations. Such a client stops using a token when it is over. Traffic stores the answers
// like Probe, in one transaction.
//
// A client calls every second, so most of its calls are neither listed among the exchanges nor
// logged: see isNews. Replay therefore rebuilds a token without the other calls.
//
// A token that cannot be called is skipped. The error joins the reasons, and the reason why nothing
// was stored.
func (s *Service) Traffic(ctx context.Context, ids []string) error {
	var failed []error
	var calls []gatewayCall
	var unlogged []string
	for _, id := range ids {
		c, err := s.callGateway(ctx, id, true)
		if err != nil {
			if !errors.Is(err, errStopped) {
				failed = append(failed, err)
			}
			continue
		}
		if calls = append(calls, c); !c.listed {
			unlogged = append(unlogged, id)
		}
	}
	if len(calls) == 0 {
		return errors.Join(failed...)
	}
	err := s.updateAs(context.WithoutCancel(ctx), recorder{unlogged: unlogged},
		func(w Writer) error {
			for _, c := range calls {
				if _, err := s.fileCall(w, c); err != nil && !isLost(err) { // it was forgotten
					return err
				}
			}
			return nil
		})
	return errors.Join(append(failed, err)...)
}

// isNews reports whether the answer tells something new about the token: it is the first one, the
// first one after the token ended, another status than the last one, or a refusal. Three refusals
// prove a token dead, so a client that stops then makes few of those.
func (c gatewayCall) isNews(p Policy) bool {
	n := len(c.token.Probes)
	if n == 0 || c.answer.Verdict != tokenapi.Accepted {
		return true
	}
	last, s := c.token.Probes[n-1], StatusAt(c.token, p, c.answer.At)
	return last.Status != c.answer.Status || s.Ended && last.At.Before(s.EndedAt)
}
