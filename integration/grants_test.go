package integration

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const console = `
	[[environment]]
	name = "oidc"
	issuer = "HTTP"
	client_auth = "none"
	[[application]]
	name = "Code"
	consumer_key = "console"
	grant = "authorization_code"
	scopes = ["openid", "orders:read"]
	redirect_url = "http://127.0.0.1:0/callback"
	[[application]]
	name = "Device"
	consumer_key = "console"
	grant = "device_code"
	scopes = ["openid"]`

// authorizePage matches the address of the server's authorization page in the output of the code
// grant.
const authorizePage = `(http://127\.0\.0\.1:\d+/auth\?[^\s"'<>]+)\s`

// The authorization code grant of a public client: PKCE, state, a loopback redirect on a free port.
func TestCodeWithPKCE(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, console)
	page, done := s.asks(authorizePage, "token", "Code", "--json")
	asked, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	q := asked.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
		len(q.Get("state")) < 16 {
		t.Errorf("asked with %v", q)
	}
	if back, err := url.Parse(q.Get("redirect_uri")); err != nil ||
		back.Hostname() != "127.0.0.1" || back.Port() == "0" || back.Port() == "" {
		t.Errorf("comes back to %q", q.Get("redirect_uri"))
	}
	newPerson(t).opens(page)
	r := done()
	if r.code != exitDone {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	var got issuedToken
	read(t, r.out, &got)
	if got.How != "issued" || !got.HasRefresh || !b.alive(t, got.Access) {
		t.Errorf("how %q, refresh %v", got.How, got.HasRefresh)
	}
	if renewed := s.token("renew", got.Fingerprint); renewed.How != "refreshed" ||
		renewed.Access == got.Access {
		t.Errorf("renewed: %s", renewed.How)
	}
}

// A confidential client may use the grant too, and the server accepts its PKCE.
func TestCodeConfidential(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, `
		[[environment]]
		name = "oidc"
		token_url = "HTTP/token"
		authorize_url = "HTTP/auth"
		[[application]]
		name = "Code"
		consumer_key = "orders"
		consumer_secret = { env = "ORDERS_SECRET" }
		grant = "authorization_code"
		scopes = ["openid"]`)
	page, done := s.asks(authorizePage, "token", "Code", "--json")
	newPerson(t).opens(page)
	r := done()
	if r.code != exitDone {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	var got issuedToken
	read(t, r.out, &got)
	if !b.alive(t, got.Access) {
		t.Error("the server does not know the token")
	}
}

// If the person cancels, that is a refusal by the server at once, not a time-out.
func TestCodeDenied(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, console)
	page, done := s.asks(authorizePage, "token", "Code")
	p := newPerson(t)
	p.refuses = true
	p.opens(page)
	if r := done(); r.code != exitRefused || r.out != "" ||
		!strings.Contains(r.err, "access_denied") {
		t.Errorf("exit %d: %q %q", r.code, r.out, r.err)
	}
}

var userCode = regexp.MustCompile(`\b([A-Z]{4}-[A-Z]{4})\b`)

// The device grant: lanyard shows the code and the page, and polls until the person has approved.
func TestDevice(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, console)
	code, done := s.asks(userCode.String(), "token", "Device", "--json")
	p := newPerson(t)
	p.answers["user_code"] = code
	p.opens(b.issuer + "/device")
	r := done()
	if r.code != exitDone {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	if !strings.Contains(r.err, b.issuer+"/device") {
		t.Errorf("it did not say where to enter the code: %s", r.err)
	}
	var got issuedToken
	read(t, r.out, &got)
	if got.How != "issued" || !b.alive(t, got.Access) {
		t.Errorf("how %q", got.How)
	}
}

// The device grant ends when the person refuses.
func TestDeviceDenied(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, console)
	code, done := s.asks(userCode.String(), "token", "Device")
	p := newPerson(t)
	p.answers["user_code"] = code
	p.refuses = true
	p.opens(b.issuer + "/device")
	if r := done(); r.code != exitRefused || r.out != "" ||
		!strings.Contains(r.err, "access_denied") {
		t.Errorf("exit %d: %q %q", r.code, r.out, r.err)
	}
}
