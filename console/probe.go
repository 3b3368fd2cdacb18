package console

import (
	"context"
	"slices"

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
	c, err := s.callGateway(ctx, tokenID, false)
	p.ProbeAnswer = c.answer
	if err != nil {
		return p, c.token, err
	}
	p.Exchange = c.exchange
	err = s.update(context.WithoutCancel(ctx), func(w Writer) (err error) {
		t, err = s.fileCall(w, c)
		return err
	})
	return p, t, err
}

// gatewayCall is one answered call of a probe URL.
type gatewayCall struct {
	token    Token // as it was before the call
	app      Application
	way      probeWay
	access   secret.Text
	answer   ProbeAnswer
	exchange int64 // Seq of the exchange; 0: it is not listed
	listed   bool
}

// callGateway calls the application's probe URL with a token and judges the answer. A call that is
// traffic is listed only if it tells something new, and is not made with a token that is over.
func (s *Service) callGateway(ctx context.Context, tokenID string, traffic bool) (c gatewayCall,
	err error) {
	if err := s.unlocked(ctx); err != nil {
		return c, err
	}
	if c.token, c.app, err = s.find(ctx, tokenID); err != nil {
		return c, err
	}
	if traffic && StatusAt(c.token, s.Policy(c.app), s.Now()).State.IsOver() {
		return c, errStopped
	}
	if err := needProbeURL(c.app); err != nil {
		return c, err
	}
	if err := mayBeSent(c.token); err != nil {
		return c, err
	}
	api, err := s.api(c.app.Environment)
	if err != nil {
		return c, err
	}
	var sec Secrets
	err = s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		sec, err = r.Secrets(tokenID)
		return err
	})
	if err != nil {
		return c, err
	}
	if c.way, err = s.probeWayOf(ctx, c.app); err != nil {
		return c, err
	}
	var ex tokenapi.Exchange
	c.access = sec.Access
	c.answer, ex, err = api.Probe(ctx, c.way.request(c.app, c.access))
	if err != nil {
		return c, err
	}
	if traffic {
		ex.Op = OpTraffic
	}
	if c.listed = !traffic || c.isNews(s.Policy(c.app)); c.listed {
		c.exchange = s.observe(c.app, c.token.ID, ex).Seq
	}
	s.judge(ctx, c.app, api, c.way, c.access, c.token, &c.answer)
	s.explained(ctx, c.app, &c.answer)
	return c, nil
}

// fileCall stores the answer to a call, and returns the token as stored. For a call that is not
// listed, it returns the token as read before the call, with the answer.
func (s *Service) fileCall(w Writer, c gatewayCall) (t Token, err error) {
	made := Probe{
		At: c.answer.At, Status: c.answer.Status, FaultCode: c.answer.FaultCode,
		Verdict: c.answer.Verdict, URL: placeOf(string(c.app.ProbeURL)),
		NamesToken: c.answer.NamesToken,
	}
	if err := w.PutProbe(c.token.ID, made); err != nil {
		return Token{}, err
	}
	seen := func() bool { return !t.SeenAt.IsZero() && t.SeenURL == made.URL }
	if t = c.token; c.listed || !seen() {
		t, err = s.token(w, c.token.ID)
	} else {
		t.Probes = append(slices.Clone(t.Probes), made)
	}
	if err != nil || made.Verdict != tokenapi.Accepted {
		return t, err
	}
	if err := s.recordAcceptance(w, c.app, c.way, c.access); err != nil {
		return t, err
	}
	if err := s.rememberLonger(w, c.app, t); err != nil || seen() {
		return t, err
	}
	t.seenBy(made)
	return t, w.PutToken(&t)
}

// seenBy records that a gateway accepted the token in a probe.
func (t *Token) seenBy(p Probe) {
	if t.SeenAt = t.seenAtGateway(); t.SeenAt.IsZero() {
		t.SeenAt = p.At
	}
	t.SeenURL = p.URL
}

// recordAcceptance records that a token was accepted at the application's probe URL.
func (s *Service) recordAcceptance(w Writer, a Application, way probeWay, token secret.Text) error {
	return changeControls(w, string(a.ProbeURL),
		func(c *controls) { c.accept(way, way.form(token), s.Now().UTC()) })
}
