package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"lanyard/tokenapi/sandbox"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	loopback  = "http://127.0.0.1:51004/callback"
)

// authorize requests a code and returns the answer with the parameters of its redirect, or nil.
func (b *bench) authorize(change map[string]string) (reply, url.Values) {
	b.Helper()
	q := url.Values{"response_type": {"code"}, "client_id": {b.named("Terminal").ConsumerKey},
		"redirect_uri": {loopback}, "state": {"xyz"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}, "approve": {"1"}}
	for name, v := range change {
		if q.Set(name, v); v == "" {
			q.Del(name)
		}
	}
	c := &http.Client{Transport: wire{b.server},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
	res, err := c.Do(b.request("GET", "/oauth2/authorize?"+q.Encode(), ""))
	if err != nil {
		b.Fatal(err)
	}
	res.Body.Close()
	to, err := res.Location()
	if err != nil {
		return reply{status: res.StatusCode}, nil
	}
	if !strings.HasPrefix(to.String(), q.Get("redirect_uri")+"?") {
		b.Errorf("sent to %s", to.Host)
	}
	return reply{status: res.StatusCode}, to.Query()
}

// public sends a form as a public client.
func (b *bench) public(path, body string) reply {
	b.Helper()
	return b.do(b.request("POST", path, body+"&client_id="+b.named("Terminal").ConsumerKey,
		"Content-Type", formType))
}

func redeem(code, redirect, verifier string) string {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {redirect}, "code_verifier": {verifier}}.Encode()
}

func TestAuthorize(t *testing.T) {
	b := newBench(t, sandbox.Options{PublicURL: "http://km.test"})
	for _, c := range []struct {
		name    string
		change  map[string]string
		status  int
		problem string
	}{
		{"approved", nil, 302, ""},
		{"auto", map[string]string{"approve": "", "auto": "1"}, 302, ""},
		{"another port", map[string]string{"redirect_uri": "http://127.0.0.1:1/callback"}, 302, ""},
		{"no port", map[string]string{"redirect_uri": "http://127.0.0.1/callback"}, 302, ""},
		{"IPv6", map[string]string{"redirect_uri": "http://[::1]:8765/callback"}, 302, ""},
		{"a registered https",
			map[string]string{"redirect_uri": "https://client.sandbox.test/callback"}, 302, ""},
		{"https on another port",
			map[string]string{"redirect_uri": "https://client.sandbox.test:444/callback"}, 400, ""},
		{"another path", map[string]string{"redirect_uri": "http://127.0.0.1:1/callback/x"}, 400,
			""},
		{"another host", map[string]string{"redirect_uri": "http://127.0.0.1.evil.test:1/callback"},
			400, ""},
		{"user info", map[string]string{"redirect_uri": "http://127.0.0.1:1@evil.test/callback"},
			400, ""},
		{"no redirect", map[string]string{"redirect_uri": ""}, 400, ""},
		{"unknown client", map[string]string{"client_id": "nobody"}, 400, ""},
		{"a client without the grant", map[string]string{"client_id": b.orders.ConsumerKey}, 400,
			""},
		{"denied", map[string]string{"approve": "", "deny": "1"}, 302, "access_denied"},
		{"token", map[string]string{"response_type": "token"}, 302, "unsupported_response_type"},
		{"no PKCE", map[string]string{"code_challenge": "", "code_challenge_method": ""}, 302,
			"invalid_request"},
		{"plain", map[string]string{"code_challenge_method": "plain"}, 302, "invalid_request"},
		{"no method means plain", map[string]string{"code_challenge_method": ""}, 302,
			"invalid_request"},
		{"a short challenge", map[string]string{"code_challenge": "abc"}, 302, "invalid_request"},
		{"a bad scope", map[string]string{"scope": "a\"b"}, 302, "invalid_scope"},
		{"the page", map[string]string{"approve": ""}, 200, ""},
	} {
		r, q := b.authorize(c.change)
		if r.status != c.status || q.Get("error") != c.problem {
			t.Errorf("%s: %d %q, want %d %q", c.name, r.status, q.Get("error"), c.status, c.problem)
		}
		if c.status == 302 &&
			(q.Get("state") != "xyz" || q.Get("iss") != "http://km.test/oauth2/token" ||
				(q.Get("code") != "") != (c.problem == "")) {
			t.Errorf("%s: the answer is %v", c.name, q)
		}
	}
	auto := newBench(t, sandbox.Options{AutoApprove: true})
	if _, q := auto.authorize(map[string]string{"approve": ""}); q.Get("code") == "" {
		t.Error("AutoApprove does not")
	}
}

func TestConsentPageIsEscaped(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	q := url.Values{"response_type": {"code"}, "client_id": {b.named("Portal").ConsumerKey},
		"redirect_uri": {loopback}, "state": {`"><script>x</script>`}}
	r := b.do(b.request("GET", "/authorize?"+q.Encode(), ""))
	if r.status != 200 || strings.Contains(r.body, "<script") ||
		!strings.Contains(r.body, `name="approve"`) || !strings.Contains(r.body, `name="deny"`) {
		t.Errorf("%d\n%s", r.status, r.body)
	}
}

func TestRedeem(t *testing.T) {
	b := newBench(t, sandbox.Options{Profile: sandbox.ProfileJWT, SigningAlg: "ES256"})
	_, q := b.authorize(map[string]string{"scope": "read"})
	code := q.Get("code")
	for what, body := range map[string]string{
		"wrong verifier":    redeem(code, loopback, strings.ToLower(verifier)),
		"no verifier":       redeem(code, loopback, ""),
		"short verifier":    redeem(code, loopback, "short"),
		"another redirect":  redeem(code, "http://127.0.0.1:1/callback", verifier),
		"unknown":           redeem("nonsense", loopback, verifier),
		"no redirect again": redeem(code, "", verifier),
	} {
		if r := b.public("/token", body); r.status != 400 || r.Error != "invalid_grant" {
			t.Errorf("%s: %d %s", what, r.status, r.Error)
		}
	}
	// Not its code.
	b.want(b.post("/token", b.named("Portal"), redeem(code, loopback, verifier)), 400,
		"invalid_grant")
	p := b.public("/token", redeem(code, loopback, verifier))
	b.want(p, 200, "")
	if p.Scope != "read" || p.Refresh == "" {
		t.Errorf("scope %q, refresh token %v", p.Scope, p.Refresh != "")
	}
	b.wantCall("/orders/1.0.0/list", p.Access, 200, "the token of the code")
	next := b.public("/token", "grant_type=refresh_token&refresh_token="+p.Refresh)
	b.want(next, 200, "")

	// A second use of the code revokes its tokens, also refreshed ones.
	b.want(b.public("/token", redeem(code, loopback, verifier)), 400, "invalid_grant")
	if b.active(next.Access) || b.active(next.Refresh) {
		t.Error("the tokens of a code that was used twice live on")
	}
	b.clock.pass(2 * time.Second)
	b.wantCall("/orders/1.0.0/list", next.Access, 401, "after the notice")

	_, q = b.authorize(nil)
	b.clock.pass(5 * time.Minute)
	b.want(b.public("/token", redeem(q.Get("code"), loopback, verifier)), 400, "invalid_grant")

	// A confidential client may omit PKCE, but not the verifier alone.
	plain := map[string]string{"client_id": b.named("Portal").ConsumerKey, "code_challenge": "",
		"code_challenge_method": ""}
	_, q = b.authorize(plain)
	b.want(b.post("/token", b.named("Portal"), redeem(q.Get("code"), loopback, verifier)), 400,
		"invalid_grant")
	b.want(b.post("/token", b.named("Portal"), redeem(q.Get("code"), loopback, "")), 200, "")
	b.want(b.public("/token", "grant_type=client_credentials"), 400, "unauthorized_client")
}

// The device table: the time of a poll, and its answer.
func TestDevicePolling(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	begin := func() (code, user string) {
		r := b.public("/oauth2/device_authorize", "scope=read")
		b.want(r, 200, "")
		var d struct {
			Device_code, User_code, Verification_uri, Verification_uri_complete string
			Expires_in, Interval                                                int
		}
		unmarshal(t, r.body, &d)
		if len(d.User_code) != 6 || d.Expires_in != 600 || d.Interval != 5 ||
			d.Verification_uri != "http://sandbox.test/oauth2/device" ||
			d.Verification_uri_complete != d.Verification_uri+"?user_code="+d.User_code {
			t.Errorf("%+v", d)
		}
		return d.Device_code, d.User_code
	}
	poll := func(code string) reply {
		return b.public("/token",
			"grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code="+code)
	}
	answer := func(user, what string) int {
		return b.do(b.request("POST", "/oauth2/device", "user_code="+user+"&"+what+"=1",
			"Content-Type", formType)).status
	}
	code, user := begin()
	for i, c := range []struct {
		wait time.Duration
		want string
	}{
		{0, "authorization_pending"},                // the first poll is never early
		{5 * time.Second, "authorization_pending"},  // exactly one interval
		{5*time.Second - 1, "slow_down"},            // a nanosecond early: from now on 10 s
		{5 * time.Second, "slow_down"},              // 15 s
		{10 * time.Second, "slow_down"},             // 20 s
		{20 * time.Second, "authorization_pending"}, // permanently
	} {
		b.clock.pass(c.wait)
		if r := poll(code); r.status != 400 || r.Error != c.want {
			t.Errorf("poll %d: %d %s, want %s", i, r.status, r.Error, c.want)
		}
	}
	swapped := strings.Map(func(r rune) rune {
		if r >= 'a' {
			return r - 32
		}
		if r >= 'A' {
			return r + 32
		}
		return r
	}, user)
	if swapped != user && answer(swapped, "approve") != 400 {
		t.Error("the case of a user code does not matter")
	}
	if r := b.do(b.request("GET", "/oauth2/device?user_code="+user, "")); r.status != 200 ||
		!strings.Contains(r.body, user) {
		t.Errorf("the page: %d", r.status)
	}
	if got := answer(user, "approve"); got != 200 {
		t.Fatalf("approving: %d", got)
	}
	if answer(user, "deny") != 400 {
		t.Error("an approved code can be denied")
	}
	b.clock.pass(20 * time.Second)
	p := poll(code)
	b.want(p, 200, "")
	if p.Scope != "read" || p.Refresh == "" {
		t.Errorf("scope %q", p.Scope)
	}
	b.want(poll(code), 400, "invalid_request")
	b.want(poll("nonsense"), 400, "invalid_request")

	code, user = begin()
	answer(user, "deny")
	b.want(poll(code), 400, "access_denied")
	b.want(poll(code), 400, "invalid_request")

	code, user = begin()
	b.clock.pass(10 * time.Minute)
	b.want(poll(code), 400, "expired_token")
	if answer(user, "approve") != 400 {
		t.Error("an expired code can be approved")
	}
	b.want(b.post("/device_authorize", b.orders, "scope=a"), 400, "unauthorized_client")
}

// A stock client can use the code grant with PKCE and the device grant. The bubble's clock avoids
// waiting.
func TestStockClientUserGrants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, sandbox.Options{Clock: time.Now})
		ctx := context.WithValue(t.Context(), oauth2.HTTPClient,
			&http.Client{Transport: wire{b.server},
				CheckRedirect: func(*http.Request, []*http.Request) error {
					return http.ErrUseLastResponse
				}})
		const base = "http://sandbox.test/oauth2"
		conf := oauth2.Config{ClientID: b.named("Terminal").ConsumerKey, RedirectURL: loopback,
			Scopes: []string{"read"},
			Endpoint: oauth2.Endpoint{AuthURL: base + "/authorize", TokenURL: base + "/token",
				DeviceAuthURL: base + "/device_authorize",
				AuthStyle:     oauth2.AuthStyleInParams}}

		v := oauth2.GenerateVerifier()
		_, q := b.authorizeAt(conf.AuthCodeURL("the-state", oauth2.S256ChallengeOption(v)) +
			"&approve=1")
		if q.Get("state") != "the-state" {
			t.Errorf("state %q", q.Get("state"))
		}
		tok, err := conf.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(v))
		if err != nil || !tok.Valid() || tok.RefreshToken == "" {
			t.Fatalf("code: %v", err)
		}

		d, err := conf.DeviceAuth(ctx)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(12*time.Second, func() {
			b.do(b.request("POST", "/oauth2/device", "user_code="+d.UserCode+"&approve=1",
				"Content-Type", formType))
		})
		begun := time.Now()
		tok, err = conf.DeviceAccessToken(ctx, d)
		if err != nil || !tok.Valid() {
			t.Fatalf("device: %v", err)
		}
		if took := time.Since(begun); took != 15*time.Second {
			t.Errorf("after %v, want the third poll", took)
		}

		d, err = conf.DeviceAuth(ctx)
		if err != nil {
			t.Fatal(err)
		}
		b.do(b.request("POST", "/oauth2/device", "user_code="+d.UserCode+"&deny=1", "Content-Type",
			formType))
		_, err = conf.DeviceAccessToken(ctx, d)
		var fail *oauth2.RetrieveError
		if !errors.As(err, &fail) || fail.ErrorCode != "access_denied" {
			t.Errorf("denied: %v", err)
		}
	})
}

// authorizeAt opens an authorization URL like a browser, until the redirect.
func (b *bench) authorizeAt(to string) (int, url.Values) {
	b.Helper()
	c := &http.Client{Transport: wire{b.server},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
	res, err := c.Get(to)
	if err != nil {
		b.Fatal(err)
	}
	res.Body.Close()
	at, err := res.Location()
	if err != nil {
		b.Fatalf("%d without a redirect", res.StatusCode)
	}
	return res.StatusCode, at.Query()
}
