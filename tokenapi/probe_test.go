package tokenapi_test

import (
	"net/http"
	"strings"
	"testing"

	"lanyard/tokenapi"
)

// answer builds an answer from a status, a challenge, a Location and a body, all optional.
func answer(status int, body string, headers ...string) tokenapi.Answered {
	h := http.Header{}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return tokenapi.Answered{Status: status, Header: h, Body: []byte(body)}
}

// The challenge that WSO2 sends with every 401.
const wso2Challenge = `WWW-Authenticate: OAuth2 realm="WSO2 API Manager" error="invalid_token", ` +
	`error_description="The provided token is invalid"`

func flat(code string) string { return `{"code":"` + code + `","message":"m","description":"d"}` }

// TestJudge checks the table of verdicts, row by row, with answers of the servers of each row.
func TestJudge(t *testing.T) {
	t.Parallel()
	const (
		yes, no, unclear = tokenapi.Accepted, tokenapi.Refused, tokenapi.Unclear
		// This token was accepted here before, and the control equals the signature.
		before  = "before"
		changed = "changed" // accepted before, but the control no longer equals the signature
		never   = ""
	)
	type ans = tokenapi.Answered
	bare := func(status int) ans { return answer(status, "") }
	login := func(query string) ans {
		to := "https://gw.example/login?rd=" + query
		return answer(302, `<a href="`+to+`">Found</a>`, "Location: "+to)
	}
	none := ans{}
	reached := map[tokenapi.Why]bool{}
	for name, c := range map[string]struct {
		answer, control ans
		history         string
		want            tokenapi.Verdict
		names           bool
		why             tokenapi.Why
	}{
		"200 to anybody": {bare(200), bare(200), never, unclear, false,
			tokenapi.WhyOpen},
		"204, and 200 to anybody": {bare(204), bare(200), before, unclear, false,
			tokenapi.WhyOpen},
		"200": {bare(200), bare(401), never, yes, false,
			tokenapi.WhyLetThrough},
		"200, no control": {bare(200), none, never, yes, false,
			tokenapi.WhyLetThrough},
		"200, control 404": {bare(200), bare(404), never, yes, false,
			tokenapi.WhyLetThrough},
		"200 with a fault in it": {answer(200, flat("900901")), bare(401), never, yes,
			false, tokenapi.WhyLetThrough},
		"200, control 500": {bare(200), bare(500), never, yes, false,
			tokenapi.WhyLetThrough},
		"900901": {answer(401, flat("900901")), none, never, no, true,
			tokenapi.WhyNamed},
		"900901, challenge": {answer(401, flat("900901"), wso2Challenge), none, never,
			no, true, tokenapi.WhyNamed},
		"900903": {answer(401, flat("900903")), bare(401), never, no, true,
			tokenapi.WhyNamed},
		"900904 in XML": {
			answer(401, `<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>`+
				`900904</ams:code></ams:fault>`),
			none,
			never,
			no,
			true,
			tokenapi.WhyNamed,
		},
		"900901 in a wrapper": {answer(401, `{"fault":{"code":900901}}`), none, never,
			no, true, tokenapi.WhyNamed},
		"900901 with 400": {answer(400, flat("900901")), none, never, no, true,
			tokenapi.WhyNamed},
		"900901 with 500": {answer(500, flat("900901")), none, never, no, true,
			tokenapi.WhyNamed},
		"a SOAP fault by its words": {
			answer(401, `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>`+
				`<e:Fault><faultstring>Authentication Failure</faultstring><detail>Invalid `+
				`Credentials</detail></e:Fault></e:Body></e:Envelope>`),
			none,
			never,
			no,
			true,
			tokenapi.WhyNamed,
		},
		"900901 with 403": {answer(403, flat("900901")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"900904 with 403, control 403": {answer(403, flat("900904")), answer(403, flat("900904")),
			before, unclear, false, tokenapi.WhyFault},
		"900900": {answer(500, flat("900900")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"900900 with 401": {answer(401, flat("900900"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900902": {answer(401, flat("900902"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900905": {answer(401, flat("900905"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900906": {answer(403, flat("900906")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"900907": {answer(401, flat("900907"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900908": {answer(403, flat("900908")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"900909": {answer(401, flat("900909"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900910": {answer(403, flat("900910")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"900910 with 401": {answer(401, flat("900910"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900912": {answer(401, flat("900912"), wso2Challenge), none, before,
			unclear, false, tokenapi.WhyFault},
		"900802": {answer(429, flat("900802")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"700700": {answer(503, flat("700700")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"101503": {answer(500, flat("101503")), bare(401), before, unclear,
			false, tokenapi.WhyFault},
		"the gateway's own 404": {
			answer(404,
				`{"code":"404","type":"Status report","message":"Not Found","description":"x"}`),
			bare(401),
			before,
			unclear,
			false,
			tokenapi.WhyFault,
		},
		"no answer": {none, bare(401), before, unclear, false,
			tokenapi.WhyNoAnswer},
		"Oathkeeper 500": {answer(500, `{"error":{"code":500}}`),
			answer(401, `{"error":{"code":401}}`), before, unclear, false, tokenapi.WhyServer},
		"nginx 500": {answer(500, "<html>"), bare(401), before, unclear, false,
			tokenapi.WhyServer},
		"500 to anybody": {bare(500), bare(500), before, unclear, false,
			tokenapi.WhyServer},
		"501": {bare(501), bare(401), before, unclear, false,
			tokenapi.WhyServer},
		"101": {bare(101), bare(401), before, unclear, false,
			tokenapi.WhyServer},
		"303001": {answer(503, flat("303001")), bare(401), before, unclear, false,
			tokenapi.WhyFault},
		"503": {bare(503), bare(401), before, unclear, false,
			tokenapi.WhyServer},
		"500 with invalid_token": {
			answer(500, "", `WWW-Authenticate: Bearer error="invalid_token"`), none, before,
			unclear, false, tokenapi.WhyServer},
		"407": {bare(407), bare(401), before, unclear, false,
			tokenapi.WhyProxy},
		"408": {bare(408), bare(401), before, unclear, false,
			tokenapi.WhyWait},
		"429": {bare(429), bare(401), before, unclear, false,
			tokenapi.WhyWait},
		"429 to anybody": {bare(429), bare(429), before, unclear, false,
			tokenapi.WhyWait},
		"invalid_token": {
			answer(401, "", `WWW-Authenticate: Bearer realm="x", error="invalid_token"`), none,
			never, no, true, tokenapi.WhyInvalidToken},
		"invalid_token of WSO2": {answer(401, "", wso2Challenge), none, never, no, true,
			tokenapi.WhyInvalidToken},
		"invalid_token, second": {
			answer(401, "", `WWW-Authenticate: Basic realm="x"`,
				`WWW-Authenticate: Bearer error=invalid_token`), none, never, no, true,
			tokenapi.WhyInvalidToken},
		"invalid_token with 403": {
			answer(403, "", `WWW-Authenticate: Bearer error = "invalid_token"`), bare(403), never,
			no, true, tokenapi.WhyInvalidToken},
		"invalid_token in words": {
			answer(401, "",
				`WWW-Authenticate: Bearer error_description="no error=invalid_token here"`),
			bare(401),
			never,
			unclear,
			false,
			tokenapi.WhyNotSeen,
		},
		"insufficient_scope": {
			answer(403, "", `WWW-Authenticate: Bearer error="insufficient_scope"`), bare(401),
			never, yes, false, tokenapi.WhyAPI},
		"django, an empty 403": {bare(403), bare(403), before, no, false,
			tokenapi.WhyLikeMadeUp},
		"zitadel, 403 {}": {answer(403, "{}"), answer(403, "{}"), before, no, false,
			tokenapi.WhyLikeMadeUp},
		"go-oauth2, 400": {answer(400, "invalid access token\n"),
			answer(400, "invalid access token\n"), before, no, false, tokenapi.WhyLikeMadeUp},
		"a bare 401": {bare(401), bare(401), before, no, false,
			tokenapi.WhyLikeMadeUp},
		"a login page": {login("%2Fa"), login("%2Fb"), before, no, false,
			tokenapi.WhyLikeMadeUp},
		"Apigee": {
			answer(401, `{"fault":{"faultstring":"Invalid Access Token"}}`),
			answer(401, `{"fault":{"faultstring":"Invalid Access Token"}}`), before, no, false,
			tokenapi.WhyLikeMadeUp},
		"404 to anybody": {bare(404), bare(404), never, unclear, false,
			tokenapi.WhyNotSeen},
		"404 to anybody, now": {bare(404), bare(404), changed, unclear, false,
			tokenapi.WhyChanged},
		"a bare 401, never accepted": {bare(401), bare(401), never, unclear, false,
			tokenapi.WhyNotSeen},
		"a bare 401, changed": {bare(401), bare(401), changed, unclear, false,
			tokenapi.WhyChanged},
		"a login page, never accepted": {login("%2Fa"), login("%2Fb"), never, unclear, false,
			tokenapi.WhyNotSeen},
		"a bare 401, no control": {bare(401), none, before, unclear, false,
			tokenapi.WhyNoControl},
		"a bare 403, no control": {bare(403), none, before, unclear, false,
			tokenapi.WhyNoControl},
		"404, no control": {bare(404), none, before, unclear, false,
			tokenapi.WhyNoControl},
		"401, control 500": {bare(401), bare(500), before, unclear, false,
			tokenapi.WhyNoControl},
		"401, control 429": {bare(429 - 28), bare(429), before, unclear, false,
			tokenapi.WhyNoControl},
		"401, control 403": {bare(401), bare(403), before, unclear, false,
			tokenapi.WhyUnlike},
		"401, control 404": {bare(401), bare(404), before, unclear, false,
			tokenapi.WhyUnlike},
		"401, control 200": {bare(401), bare(200), before, unclear, false,
			tokenapi.WhyUnlike},
		"401, control another 401": {answer(401, "expired"), answer(401, "unknown"), before,
			unclear, false, tokenapi.WhyUnlike},
		"403, control another 403": {answer(403, "scope"), answer(403, "token"), before,
			unclear, false, tokenapi.WhyUnlike},
		"403, control 401": {bare(403), bare(401), never, yes, false,
			tokenapi.WhyAPI},
		"403, control 302": {bare(403), login("a"), never, yes, false,
			tokenapi.WhyAPI},
		"404, control 401": {answer(404, `{"error":"no such order"}`), bare(401),
			never, yes, false, tokenapi.WhyAPI},
		"404, control 403": {answer(404, `{"code":404,"message":"no such order"}`),
			bare(403), never, yes, false, tokenapi.WhyAPI},
		"404, control 302": {bare(404), login("a"), never, yes, false,
			tokenapi.WhyAPI},
		"403, control 404": {bare(403), bare(404), before, unclear, false,
			tokenapi.WhyElse},
		"404, control another 404": {answer(404, "a"), answer(404, "b"), before, unclear,
			false, tokenapi.WhyElse},
		"404, control 200": {bare(404), bare(200), before, unclear, false,
			tokenapi.WhyElse},
		"400, control 400, unlike": {answer(400, "a"), answer(400, "b"), before, unclear,
			false, tokenapi.WhyElse},
		"302 elsewhere": {answer(302, "", "Location: https://gw.example/a"),
			login("a"), before, unclear, false, tokenapi.WhyElse},
		"302, control 401": {login("a"), bare(401), before, unclear, false,
			tokenapi.WhyElse},
		"304, control 401, never before": {bare(304), bare(401), never, unclear, false,
			tokenapi.WhyElse},
	} {
		h := tokenapi.History{Accepted: c.history != never, Unchanged: c.history == before}
		facts := c.answer.Facts("")
		got := tokenapi.Judge(facts, c.control.Facts("").Shape, h)
		if got != (tokenapi.Judgement{Verdict: c.want, NamesToken: c.names, Why: c.why}) {
			t.Errorf("%s: %+v, want %s %v %s", name, got, c.want, c.names, c.why)
		}
		reached[got.Why] = true

		// A control is needed only if it could change the verdict.
		alone, could := tokenapi.Judge(facts, tokenapi.Shape{}, h), false
		for _, other := range []tokenapi.Shape{facts.Shape, bare(200).Facts("").Shape,
			bare(401).Facts("").Shape} {
			could = could ||
				tokenapi.Judge(facts, other,
					tokenapi.History{Accepted: true, Unchanged: true}).Verdict != alone.Verdict
		}
		if could && !facts.NeedsControl() || facts.NeedsControl() && c.names {
			t.Errorf("%s: needs a control: %v", name, facts.NeedsControl())
		}
	}
	if len(reached) != tokenapi.Verdicts() {
		t.Errorf("%d of %d rows were reached: %v", len(reached), tokenapi.Verdicts(), reached)
	}
}

// Two answers are alike if they differ only in parts that differ from call to call.
func TestShapeLike(t *testing.T) {
	t.Parallel()
	at := func(to string) tokenapi.Answered { return answer(302, "", "Location: "+to) }
	for name, c := range map[string]struct {
		a, b tokenapi.Answered
		like bool
	}{
		"equal":          {answer(401, "no"), answer(401, "no"), true},
		"another status": {answer(401, "no"), answer(403, "no"), false},
		"another text":   {answer(401, "no"), answer(401, "never"), false},
		"numbers": {answer(401, "request 17 at 15:04:05Z"),
			answer(401, "request 2044 at 09:59:59Z"), true},
		"UUIDs": {answer(401, "id 0d9f7ac1-0000-4abc-8def-abcdefabcdef."),
			answer(401, "id ffffffff-aaaa-4bbb-8ccc-dddddddddddd."), true},
		"hex runs": {answer(401, "trace deadbeefcafe of node"),
			answer(401, "trace 0123456789ab of node"), true},
		"short hex": {
			answer(401, "ref 0x1f, a1b2"),
			answer(401, "ref 0x2e, 9f01"),
			true,
		},
		"words of hex letters": {answer(401, "a bad token"), answer(401, "a dead token"), false},
		"words stay": {
			answer(401, "token expired 1"),
			answer(401, "token unknown 2"),
			false,
		},
		"blanks": {answer(401, "no\n"), answer(401, " no"), true},
		"JSON, other values": {answer(401, `{"code":1,"message":"a","id":"x"}`),
			answer(401, `{"id":"y","code":1,"message":"b"}`), true},
		"JSON, another code": {answer(401, `{"code":1,"message":"a"}`),
			answer(401, `{"code":2,"message":"a"}`), false},
		"JSON, another error": {answer(401, `{"error":"expired"}`),
			answer(401, `{"error":"unknown"}`), false},
		"JSON, another type": {
			answer(401, `{"type":"a"}`),
			answer(401, `{"type":"b"}`),
			false,
		},
		"JSON, another name": {
			answer(401, `{"message":"a"}`),
			answer(401, `{"reason":"a"}`),
			false,
		},
		"JSON, one name more": {answer(401, `{"message":"a"}`),
			answer(401, `{"message":"a","x":1}`), false},
		"JSON, code within": {answer(401, `{"error":{"code":1,"m":"a"}}`),
			answer(401, `{"error":{"code":2,"m":"a"}}`), false},
		"JSON, message within": {answer(401, `{"error":{"code":1,"m":"a"}}`),
			answer(401, `{"error":{"code":1,"m":"b"}}`), true},
		"JSON, a list": {answer(401, `{"errors":[{"code":"a","m":1}]}`),
			answer(401, `{"errors":[{"code":"a","m":2}]}`), true},
		"JSON, another in a list": {answer(401, `{"errors":[{"code":"a"}]}`),
			answer(401, `{"errors":[{"code":"b"}]}`), false},
		"JSON and nothing": {answer(403, `{}`), answer(403, ``), false},
		"Location, query": {at("https://gw.example/login?a=1"),
			at("https://GW.example/login?b=2"), true},
		"Location, path": {
			at("https://gw.example/login"),
			at("https://gw.example/api/"),
			false,
		},
		"Location, host": {
			at("https://gw.example/login"),
			at("https://id.example/login"),
			false,
		},
		"one Location": {at("https://gw.example/login"), answer(302, ""), false},
	} {
		a, b := c.a.Facts("").Shape, c.b.Facts("").Shape
		if (a == b) != c.like {
			t.Errorf("%s: like = %v", name, a == b)
		}
	}
	said := func(token string) tokenapi.Shape {
		return answer(401, "bad token "+token+"!").Facts(token).Shape
	}
	if said("s3cret-one") != said("other-two") {
		t.Error("answers that repeat the token are not alike")
	}
	if s := said("s3cret-one"); strings.Contains(s.Digest, "s3cret") || len(s.Digest) > 32 {
		t.Errorf("shape %+v", s)
	}
}

func TestProbeWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer  tokenapi.Answered
		code    int
		message string
	}{
		{answer(401, "", wso2Challenge), 0, "The provided token is invalid"},
		{answer(401, flat("900907"), wso2Challenge), 900907, "m: d"},
		{answer(200, flat("900901")), 0, ""},
		{answer(404, `{"code":404,"message":"no such order"}`), 0, ""},
		{answer(503, ""), 0, "Service Unavailable"},
		{
			answer(401, `{"error":{"code":401,"reason":"Access token is not active",`+
				`"message":"Access credentials are invalid"}}`),
			0,
			"Access credentials are invalid: Access token is not active",
		},
		{answer(500, `{"error":{"code":500,"message":"introspection: connection refused"}}`), 0,
			"introspection: connection refused"},
	} {
		if code, m := c.answer.ProbeWords(); code != c.code || m != c.message {
			t.Errorf("%d %s: %d %q, want %d %q", c.answer.Status, c.answer.Body, code, m, c.code,
				c.message)
		}
	}
}
