package console

import (
	"context"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

func needProbeURL(a Application) error {
	if a.ProbeURL != "" {
		return nil
	}
	return &Error{Code: CodeNoProbeURL, Text: "probe: " + string(a.Label()) + " has no probe_url",
		Hint: "set probe_url to an API behind the gateway that a GET does no harm to"}
}

// mayBeSent refuses to send a token that is no bearer token.
func mayBeSent(t Token) error {
	if t.TokenType == "" || t.TokenType == "Bearer" {
		return nil
	}
	return &Error{Code: CodeNotBearer, Text: "probe: this is no bearer token",
		Hint: "its type is " + t.TokenType + ", which cannot be sent as it is"}
}

// Probed is the answer to a probe.
type Probed struct {
	ProbeAnswer
	Exchange int64 // Seq of the exchange; 0: none was made
}

// Probe calls the application's probe URL with a token, once, and stores the gateway's answer. Such
// an answer is never an error. If the verdict needs it, Probe also calls the URL with a made-up
// token.
func (s *Service) Probe(ctx context.Context, tokenID string) (p Probed, t Token, err error) {
	defer func() { err = s.homedOf(ctx, tokenID, err) }()
	if err := s.unlocked(ctx); err != nil {
		return p, t, err
	}
	c := &gatewayCall{listed: true}
	err = s.opt.Keeper.View(ctx, func(r Reader) error { return s.prepareCall(r, tokenID, c) })
	if err == nil {
		err = s.callGateway(ctx, c)
	}
	p = Probed{c.answer, c.exchange}
	if err != nil {
		return p, c.token, err
	}
	err = s.update(context.WithoutCancel(ctx), func(w Writer) (err error) {
		t, err = s.fileCall(w, c)
		return err
	})
	return p, t, err
}

// gatewayCall is one call of a probe URL.
type gatewayCall struct {
	token    Token // as it was before the call
	app      Application
	access   secret.Text
	controls controls // of the URL, before the call
	way      probeWay
	answer   ProbeAnswer
	exchange int64 // Seq of the exchange; 0: it is not listed
	listed   bool  // the exchange is listed, and the answer is logged
	record   *Call // what the audit log keeps of it; nil if it is not listed
}

// prepareCall reads what a call with a token needs.
func (s *Service) prepareCall(r Reader, tokenID string, c *gatewayCall) (err error) {
	if c.token, err = s.token(r, tokenID); err != nil {
		return err
	}
	if c.app, err = s.application(r, c.token.AppID); err != nil {
		return err
	}
	if err := needProbeURL(c.app); err != nil {
		return err
	}
	if err := mayBeSent(c.token); err != nil {
		return err
	}
	sec, err := r.Secrets(tokenID)
	if err != nil {
		return err
	}
	c.access = sec.Access
	c.controls, err = readControls(r, string(c.app.ProbeURL))
	return err
}

// callGateway makes a prepared call and judges the answer. A call that is not listed becomes listed
// if the answer is news.
func (s *Service) callGateway(ctx context.Context, c *gatewayCall) error {
	api, err := s.api(c.app.Environment)
	if err != nil {
		return err
	}
	if c.way, err = s.probeWayOf(ctx, c.app); err != nil {
		return err
	}
	return s.sendCall(ctx, api, c)
}

// sendCall sends a call whose way is known.
func (s *Service) sendCall(ctx context.Context, api API, c *gatewayCall) error {
	req := c.way.request(c.app, c.access)
	c.record = nil
	if !c.listed {
		req.Unlisted = c.usual()
	}
	ans, ex, err := api.Probe(ctx, req)
	c.answer = ans
	if err != nil {
		return err
	}
	if !c.listed {
		ex.Op = OpTraffic
		c.listed = ans.Status != req.Unlisted
	}
	if c.listed {
		x := s.observe(c.app, c.token.ID, ex)
		c.exchange, c.record = x.Seq, s.callOf(x, nil)
	} else {
		s.countRepeat(c.token.ID)
	}
	s.judge(ctx, api, c)
	s.explained(ctx, c.app, &c.answer)
	if c.record != nil {
		c.record.Fingerprint = c.token.Fingerprint
		c.record.probed(c.answer)
		s.noteCall(c.record)
	}
	return nil
}

// fileCall stores the answer to a call, and returns the token as stored.
func (s *Service) fileCall(w Writer, c *gatewayCall) (Token, error) {
	made := c.probe()
	if c.record != nil {
		storeCall(w, c.record)
	}
	if err := w.PutProbe(c.token.ID, made); err != nil {
		return Token{}, err
	}
	t, err := s.token(w, c.token.ID)
	if err != nil || made.Verdict != tokenapi.Accepted {
		return t, err
	}
	if err := s.recordAcceptance(w, c); err != nil {
		return t, err
	}
	if err := s.rememberLonger(w, c.app, t); err != nil {
		return t, err
	}
	if !t.SeenAt.IsZero() && t.SeenURL == made.URL {
		return t, nil
	}
	t.seenBy(made)
	return t, w.PutToken(&t)
}

// probe returns the answer as it is stored.
func (c *gatewayCall) probe() Probe {
	return Probe{
		At: c.answer.At, Status: c.answer.Status, FaultCode: c.answer.FaultCode,
		Verdict: c.answer.Verdict, URL: placeOf(string(c.app.ProbeURL)),
		NamesToken: c.answer.NamesToken,
	}
}

// seenBy records that a gateway accepted the token in a probe.
func (t *Token) seenBy(p Probe) {
	if t.SeenAt = t.seenAtGateway(); t.SeenAt.IsZero() {
		t.SeenAt = p.At
	}
	t.SeenURL = p.URL
}

// recordAcceptance records that a token was accepted at the application's probe URL.
func (s *Service) recordAcceptance(w Writer, call *gatewayCall) error {
	return changeControls(w, string(call.app.ProbeURL), func(c *controls) {
		c.accept(call.way, call.way.form(call.access), call.answer.At.UTC())
	})
}
