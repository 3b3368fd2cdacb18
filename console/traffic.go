package console

import (
	"context"
	"errors"

	"lanyard/tokenapi"
)

// OpTraffic is the Op of the exchanges of a [Client].
const OpTraffic = "traffic"

// Traffic calls the probe URL once with each of these tokens, as a [Client] does, and stores the
// answers.
func (s *Service) Traffic(ctx context.Context, ids []string) error {
	c := s.Client()
	return errors.Join(c.Call(ctx, ids), c.Store(ctx))
}

// Client calls probe URLs as a client of an API does that knows nothing of revocations. It stops
// using a token when that is over. Its answers are evidence as those of Probe are.
//
// A client calls every second, so most of its calls are neither listed among the exchanges nor
// logged: see usual. Those are counted in Repeats of the last [Exchange] that is listed. Replay
// rebuilds a token without them.
//
// Between the first call with a token and Store, a Client does not see what others do to it. A
// Client must not be used by several goroutines at a time.
type Client struct {
	s     *Service
	calls map[string]*clientCall
}

// clientCall is the last call with a token.
type clientCall struct {
	gatewayCall
	unstored []Probe // answers that are not stored yet, none of which is news
}

// Client returns a client.
func (s *Service) Client() *Client { return &Client{s, map[string]*clientCall{}} }

// Call calls with each of these tokens, once. It stores an answer that is news at once, after all
// earlier ones. A token that cannot be called is skipped. The error joins the reasons, and the
// reason why nothing was stored.
func (c *Client) Call(ctx context.Context, ids []string) error {
	failed := []error{c.prepare(ctx, ids)}
	var news []*clientCall
	for _, id := range ids {
		k := c.calls[id]
		if k == nil || StatusAt(k.token, c.s.Policy(k.app), c.s.Now()).State.IsOver() {
			continue
		}
		k.listed = false
		if err := c.s.callGateway(ctx, &k.gatewayCall); err != nil {
			failed = append(failed, err)
			continue
		}
		if k.listed || k.answer.Verdict != tokenapi.Accepted {
			news = append(news, k)
			continue
		}
		k.unstored = append(k.unstored, k.probe())
		k.token.Probes = append(k.token.Probes, k.probe())
	}
	if len(news) == 0 {
		return errors.Join(failed...)
	}
	err := c.Store(ctx)
	if err == nil {
		err = c.s.update(context.WithoutCancel(ctx), func(w Writer) error {
			for _, k := range news {
				t, err := c.s.fileCall(w, &k.gatewayCall)
				if err != nil && !isLost(err) { // it was forgotten
					return err
				}
				k.token = t
			}
			return nil
		})
	}
	return errors.Join(append(failed, err)...)
}

// prepare reads what calls with these tokens need.
func (c *Client) prepare(ctx context.Context, ids []string) error {
	if err := c.s.unlocked(ctx); err != nil {
		return err
	}
	var failed []error
	err := c.s.opt.Keeper.View(ctx, func(r Reader) error {
		for _, id := range ids {
			if c.calls[id] != nil {
				continue
			}
			k := &clientCall{}
			if err := c.s.prepareCall(r, id, &k.gatewayCall); err != nil {
				failed = append(failed, err)
				continue
			}
			c.calls[id] = k
		}
		return ctx.Err()
	})
	return errors.Join(append(failed, err)...)
}

// Store stores the answers that are not stored yet, in one transaction. Later calls read their
// tokens again.
func (c *Client) Store(ctx context.Context) error {
	var full []*clientCall
	for _, k := range c.calls {
		if len(k.unstored) > 0 {
			full = append(full, k)
		}
	}
	if len(full) == 0 {
		return nil
	}
	err := c.s.updateAs(context.WithoutCancel(ctx), recorder{unlogged: true},
		func(w Writer) error {
			for _, k := range full {
				if err := c.file(w, k); err != nil && !isLost(err) { // it was forgotten
					return err
				}
			}
			return nil
		})
	for _, k := range full {
		k.unstored = nil
	}
	return err
}

// file stores the answers of one token. All of them were accepted at a URL that had accepted it.
func (c *Client) file(w Writer, k *clientCall) error {
	if err := w.PutProbe(k.token.ID, k.unstored...); err != nil {
		return err
	}
	if err := c.s.recordAcceptance(w, &k.gatewayCall); err != nil {
		return err
	}
	return c.s.rememberLonger(w, k.app, k.token)
}

// usual returns the status of an answer that tells nothing new about the token. It is the last
// status if this URL let the token through and the token has not ended since. 0 means that each
// answer is news. Three refusals prove a token dead, so a client that stops then has few of those.
func (c *gatewayCall) usual() int {
	n := len(c.token.Probes)
	if n == 0 {
		return 0
	}
	last := c.token.Probes[n-1]
	s := StatusAt(c.token, PolicyOf(c.app, 0), last.At)
	if !last.letThrough() || last.URL != placeOf(string(c.app.ProbeURL)) ||
		s.Ended && last.At.Before(s.EndedAt) {
		return 0
	}
	return last.Status
}
