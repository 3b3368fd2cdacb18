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
		return p, Token{}, err
	}
	t, a, err := s.find(ctx, tokenID)
	if err != nil {
		return p, t, err
	}
	if err := needProbeURL(a); err != nil {
		return p, t, err
	}
	if err := mayBeSent(t); err != nil {
		return p, t, err
	}
	api, err := s.api(a.Environment)
	if err != nil {
		return p, t, err
	}
	sec, err := s.Secrets(ctx, tokenID)
	if err != nil {
		return p, t, err
	}
	way, err := s.probeWayOf(ctx, a)
	if err != nil {
		return p, t, err
	}
	ans, ex, err := api.Probe(ctx, way.request(a, sec.Access))
	if err != nil {
		return Probed{ProbeAnswer: ans}, t, err
	}
	x := s.observe(a, t.ID, ex)
	s.judge(ctx, a, api, way, sec.Access, t, &ans)
	s.explained(ctx, a, &ans)
	made := Probe{
		At: ans.At, Status: ans.Status, FaultCode: ans.FaultCode, Verdict: ans.Verdict,
		URL: placeOf(string(a.ProbeURL)), NamesToken: ans.NamesToken,
	}
	err = s.update(context.WithoutCancel(ctx), func(w Writer) (err error) {
		if err := w.PutProbe(tokenID, made); err != nil {
			return err
		}
		if t, err = s.token(w, tokenID); err != nil || ans.Verdict != tokenapi.Accepted {
			return err
		}
		if err := s.recordAcceptance(w, a, way, sec.Access); err != nil {
			return err
		}
		if err := s.rememberLonger(w, a, t); err != nil {
			return err
		}
		if !t.SeenAt.IsZero() && t.SeenURL == made.URL {
			return nil
		}
		t.seenBy(made)
		return w.PutToken(&t)
	})
	return Probed{ans, x.Seq}, t, err
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
