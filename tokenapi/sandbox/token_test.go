package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

func TestClientCredentials(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	r := b.get(b.orders, "")
	if r.Scope != "am_application_scope default" || r.ExpiresIn != 3600 || r.Type != "Bearer" ||
		r.Refresh != "" {
		t.Errorf("got scope %q, expires_in %d, type %q, refresh token %v", r.Scope, r.ExpiresIn,
			r.Type, r.Refresh != "")
	}
	if strings.Contains(r.body, "refresh_token") {
		t.Error("client_credentials answers with a refresh_token member")
	}
	if !regexp.MustCompile(
		`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(
		r.Access) {
		t.Errorf("a token of %d characters is not a UUID", len(r.Access))
	}
	for name, want := range map[string]string{"Content-Type": "application/json",
		"Cache-Control": "no-store", "Pragma": "no-cache"} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if alt := b.post("/oauth2/token", b.orders,
		"grant_type=client_credentials"); alt.Access != r.Access {
		t.Error("/oauth2/token is another place than /token")
	}
}

func TestSameTokenAgain(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	first := b.get(b.orders, "")
	b.clock.pass(2877*time.Second + 500*time.Millisecond)
	again := b.get(b.orders, "")
	if again.Access != first.Access || again.ExpiresIn != 722 {
		t.Errorf("same token: %v, expires_in %d, want what is left, rounded down: 722",
			again.Access == first.Access, again.ExpiresIn)
	}
	for what, other := range map[string]reply{
		"scope":    b.get(b.orders, "&scope=device_laptop"),
		"key type": b.get(b.sandboxed, ""),
		"key":      b.get(b.mobile, ""),
	} {
		if other.Access == first.Access || other.ExpiresIn != 3600 {
			t.Errorf("another %s must get a token of its own", what)
		}
	}
	one, two := b.get(b.orders, "&scope=b+a+b"), b.get(b.orders, "&scope=a+b")
	if one.Access != two.Access || one.Scope != "b a" {
		t.Errorf("a scope set has no order: same %v, scope %q", one.Access == two.Access, one.Scope)
	}
	b.clock.pass(722 * time.Second) // half a second is left, which would be expires_in 0
	if late := b.get(b.orders, ""); late.Access == first.Access || late.ExpiresIn != 3600 {
		t.Errorf("an expiring token was given again, expires_in %d", late.ExpiresIn)
	}
	gone := b.get(b.mobile, "").Access
	b.revoke(b.mobile, gone)
	if b.get(b.mobile, "").Access == gone {
		t.Error("a revoked token was given again")
	}
}

func TestValidityPeriod(t *testing.T) {
	b := newBench(t, sandbox.Options{Speed: 60})
	for asked, want := range map[string]int64{"": 60, "-1": 60, "-2": 9223372036854775, "5": 5,
		"100000": 100000} {
		if got := b.get(b.mobile,
			"&scope=m"+asked+"&validity_period="+asked).ExpiresIn; got != want {
			t.Errorf("validity_period %q: expires_in %d, want %d", asked, got, want)
		}
	}
	for _, asked := range []string{"0", "-3", "x", "1.5", "9223372036854775807",
		"99999999999999999999"} {
		b.want(b.post("/token", b.orders, "grant_type=client_credentials&validity_period="+asked),
			400, "invalid_request")
	}
	eternal := b.get(b.mobile, "&scope=m-2").Access
	b.clock.pass(99 * 365 * 24 * time.Hour)
	if !b.active(eternal) {
		t.Error("a token that never expires did")
	}
	var i struct{ Exp int64 }
	if err := json.Unmarshal([]byte(b.post("/introspect", b.mobile, "token="+eternal).body),
		&i); err != nil || i.Exp != math.MaxInt64 {
		t.Errorf("exp %d, %v", i.Exp, err)
	}
	b.wantCall("/mobile/1.0.0/feed", eternal, 200, "after 99 years")
}

func TestPassword(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	r := b.getAna("")
	if r.Scope != "default" || r.ExpiresIn != 3600 || r.Refresh == "" || r.Refresh == r.Access {
		t.Errorf("got scope %q, expires_in %d, refresh token %v", r.Scope, r.ExpiresIn,
			r.Refresh != "")
	}
	if again := b.getAna(""); again.Access != r.Access || again.Refresh != r.Refresh {
		t.Error("asking again gave another pair")
	}
	if s := b.getAna("&scope=some_random_scope").Scope; s != "some_random_scope" {
		t.Errorf("an unknown scope is granted verbatim, not as %q", s)
	}
	withTenant := "grant_type=password&username=ana%40carbon.super&password=" +
		b.payments.Password.Reveal()
	if b.post("/token", b.payments, withTenant).Access != r.Access {
		t.Error("ana@carbon.super is ana")
	}
	wrong := b.post("/token", b.payments, "grant_type=password&username=ana&password=wrong")
	b.want(wrong, 400, "invalid_grant")
	if wrong.Description != "Authentication failed for ana" {
		t.Errorf("description %q", wrong.Description)
	}
	b.want(b.post("/token", b.payments,
		"grant_type=password&username=&password="+b.payments.Password.Reveal()), 400,
		"invalid_request")
	b.want(b.post("/token", b.orders, anaForm(b.payments)), 400, "unauthorized_client")

	// The refresh token outlives the access token and is returned again with a new one.
	b.clock.pass(time.Hour)
	late := b.getAna("")
	if late.Access == r.Access || late.Refresh != r.Refresh {
		t.Errorf("after expiry: new access token %v, old refresh token %v", late.Access != r.Access,
			late.Refresh == r.Refresh)
	}
	b.clock.pass(23*time.Hour + 30*time.Minute) // now the refresh token has expired
	b.want(b.renew(b.payments, late.Refresh), 400, "invalid_grant")
	if last := b.getAna(""); last.Refresh == r.Refresh || last.Refresh == "" {
		t.Error("an ended refresh token was handed out again")
	}
}

func TestRefreshRotates(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	old := b.getAna("")
	b.clock.pass(10 * time.Minute)
	r := b.renew(b.payments, old.Refresh)
	b.want(r, 200, "")
	if r.Access == old.Access || r.Refresh == old.Refresh || r.Refresh == "" ||
		r.ExpiresIn != 3600 || r.Scope != "default" {
		t.Errorf("new access %v, new refresh %v, expires_in %d, scope %q", r.Access != old.Access,
			r.Refresh != old.Refresh, r.ExpiresIn, r.Scope)
	}
	if r.header.Get("DeactivatedAccessToken") != old.Access {
		t.Error("DeactivatedAccessToken does not carry the old access token")
	}
	if b.active(old.Access) || !b.active(r.Access) {
		t.Error("the key manager must know the new access token only")
	}
	used := b.renew(b.payments, old.Refresh)
	b.want(used, 400, "invalid_grant")
	if used.Description != "Persisted access token data not found" {
		t.Errorf("description %q", used.Description)
	}
	if b.getAna("").Access != r.Access {
		t.Error("a get after a refresh must give the refreshed token")
	}
	b.want(b.renew(b.orders, r.Refresh), 400, "invalid_grant")
	b.want(b.renew(b.payments, r.Access), 400, "invalid_grant")
	b.want(b.renew(b.payments, ""), 400, "invalid_request")
	if !b.active(r.Access) {
		t.Error("a failed refresh killed the token")
	}

	b.clock.pass(24*time.Hour - time.Nanosecond)
	last := b.renew(b.payments, r.Refresh)
	b.want(last, 200, "")
	b.clock.pass(24 * time.Hour)
	ended := b.renew(b.payments, last.Refresh)
	b.want(ended, 400, "invalid_grant")
	if ended.Description != "Refresh token is expired." {
		t.Errorf("description %q", ended.Description)
	}
	b.clock.pass(25 * time.Hour) // at the end the server drops it
	if d := b.renew(b.payments,
		last.Refresh).Description; d != "Persisted access token data not found" {
		t.Errorf("description %q", d)
	}
}

// The two curl lines of WSO2's Token API page, with their mistakes corrected, and the first as
// printed there.
func TestPageRequests(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	old := b.getAna("")
	renewed := b.do(
		b.request("POST", "/token",
			"grant_type=refresh_token&refresh_token="+old.Refresh+"&scope=PRODUCTION",
			"Authorization", basic(b.payments), "Content-Type", formType))
	b.want(renewed, 200, "")
	if renewed.Scope != "default" {
		t.Errorf("scope=PRODUCTION on a refresh is ignored, but the scope became %q", renewed.Scope)
	}
	revoked := b.do(b.request("POST", "/revoke", "token="+renewed.Access, "Authorization",
		basic(b.payments), "Content-Type", formType))
	if revoked.status != 200 || revoked.body != "" ||
		revoked.header.Get("RevokedAccessToken") != renewed.Access {
		t.Errorf("revoke: %d, %d bytes", revoked.status, len(revoked.body))
	}
	glued := b.do(b.request("POST", "/token", "grant_type=client_credentials",
		"Authorization", basic(b.orders)+", Content-Type: "+formType, "Content-Type", formType))
	b.want(glued, 401, "invalid_client")
}

func TestClientAuthentication(t *testing.T) {
	b := newBench(t, sandbox.Options{PublicURL: "https://gateway.test:8243"})
	key, pass := b.orders.ConsumerKey, b.orders.ConsumerSecret.Reveal()
	enc := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	const cc = "grant_type=client_credentials"
	inBody := "&client_id=" + key + "&client_secret=" + pass
	for _, c := range []struct {
		name, header, body string
		status             int
		code, description  string
	}{
		{"basic", enc(key + ":" + pass), cc, 200, "", ""},
		{"basic in lower case", "basic " + enc(key + ":" + pass)[6:], cc, 200, "", ""},
		{"body", "", cc + inBody, 200, "", ""},
		{"body beside a foreign scheme", "Bearer x", cc + inBody, 200, "", ""},
		{"basic and the same client_id", enc(key + ":" + pass), cc + "&client_id=" + key, 200, "",
			""},
		{"both", enc(key + ":" + pass), cc + inBody, 400, "invalid_request",
			"The client MUST NOT use more than one authentication method in each request."},
		{"basic and another client_id", enc(key + ":" + pass), cc + "&client_id=other", 400,
			"invalid_request", ""},
		{"none", "", cc, 401, "invalid_client", "Unsupported Client Authentication Method!"},
		{"bearer", "Bearer x", cc, 401, "invalid_client",
			"Unsupported Client Authentication Method!"},
		{"id only", "", cc + "&client_id=" + key, 401, "invalid_client",
			"Unsupported Client Authentication Method!"},
		{"wrong secret", enc(key + ":" + pass + "x"), cc, 401, "invalid_client",
			"Client credentials are invalid."},
		{"wrong secret in the body", "", cc + inBody + "x", 401, "invalid_client",
			"Client credentials are invalid."},
		{"unknown key", enc("nobody:" + pass), cc, 401, "invalid_client",
			"A valid OAuth client could not be found for client_id: nobody"},
		{"not a key", enc("a\x1b[31mb:" + pass), cc, 401, "invalid_client",
			"Client credentials are invalid."},
		{"three pieces", enc(key + ":" + pass + ":"), cc, 401, "invalid_client",
			"Client credentials are invalid."},
		{"one piece", enc(key + pass), cc, 401, "invalid_client",
			"Client credentials are invalid."},
		{"not base64", "Basic !!!", cc, 401, "invalid_client", "Client credentials are invalid."},
		{"no value", "Basic", cc, 401, "invalid_client", "Client credentials are invalid."},
		{"percent-encoded, which nobody decodes", enc("%73" + key[1:] + ":" + pass), cc, 401,
			"invalid_client", ""},
		{"another application's secret", enc(key + ":" + b.mobile.ConsumerSecret.Reveal()), cc, 401,
			"invalid_client", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, server: b.server, base: b.base}
			h := []string{"Content-Type", formType}
			if c.header != "" {
				h = append(h, "Authorization", c.header)
			}
			r := b.do(b.request("POST", "/token", c.body, h...))
			b.want(r, c.status, c.code)
			if c.description != "" && r.Description != c.description {
				t.Errorf("description %q, want %q", r.Description, c.description)
			}
			challenge := ""
			if c.status == 401 {
				challenge = "Basic realm=gateway.test"
			}
			if got := r.header.Get("WWW-Authenticate"); got != challenge {
				t.Errorf("challenge %q, want %q", got, challenge)
			}
			if strings.Contains(r.body, pass) {
				t.Error("the answer repeats the secret")
			}
		})
	}
}

func TestErrorBody(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	r := b.post("/token", b.orders, "grant_type=kerberos")
	if r.status != 400 || r.body != `{"error_description":"Unsupported grant type : kerberos, `+
		`is used.","error":"unsupported_grant_type"}` {
		t.Errorf("%d %s", r.status, r.body)
	}
	r = b.do(b.request("POST", "/token", "grant_type=client_credentials", "Content-Type", formType,
		"Authorization", "Basic eA=="))
	if r.header.Get("WWW-Authenticate") != "Basic realm=localhost" || r.body !=
		`{"error_description":"Client credentials are invalid.","error":"invalid_client"}` {
		t.Errorf("%s, %q", r.body, r.header.Get("WWW-Authenticate"))
	}
	if d := b.post("/token", b.orders,
		"grant_type=%1B%5D0%3Bx%07%22").Description; strings.ContainsAny(d, "\x1b\x07\"") {
		t.Errorf("description %q repeats control bytes", d)
	}
}

func TestMalformedRequests(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	auth := []string{"Authorization", basic(b.orders)}
	form := append([]string{"Content-Type", formType}, auth...)
	const cc = "grant_type=client_credentials"
	for _, c := range []struct {
		name, path, body string
		header           []string
		status           int
		code             string
	}{
		{"no grant", "/token", "scope=a", form, 400, "invalid_request"},
		{"empty body", "/token", "", form, 400, "invalid_request"},
		{"repeated", "/token", cc + "&scope=a&scope=b", form, 400, "invalid_request"},
		{"bad escape", "/token", cc + "&scope=%zz", form, 400, "invalid_request"},
		{"semicolon", "/token", cc + ";scope=a", form, 400, "invalid_request"},
		{"JSON", "/token", `{"grant_type":"client_credentials"}`,
			append([]string{"Content-Type", "application/json"}, auth...), 400, "invalid_request"},
		{"no type", "/token", cc, auth, 400, "invalid_request"},
		{"type with charset", "/token", cc,
			append([]string{"Content-Type", formType + "; charset=UTF-8"}, auth...), 200, ""},
		{"secret in the URL", "/token?client_secret=x", cc, form, 400, "invalid_request"},
		{"password in the URL", "/token?password=x", cc, form, 400, "invalid_request"},
		{"refresh token in the URL", "/token?refresh_token=x", cc, form, 400, "invalid_request"},
		{"token in the URL", "/revoke?token=x", "token=y", form, 400, "invalid_request"},
		{"harmless query", "/token?tenantDomain=carbon.super", cc, form, 200, ""},
		{"broken query", "/token?a=%zz", cc, form, 400, "invalid_request"},
		{"missing refresh token", "/token", "grant_type=refresh_token", form, 400,
			"invalid_request"},
		{"bad scope", "/token", cc + "&scope=a%22", form, 400, "invalid_scope"},
		{"control byte in a scope", "/token", cc + "&scope=a%0Ab", form, 400, "invalid_scope"},
		{"long scope", "/token", cc + "&scope=" + strings.Repeat("a", 3000), form, 400,
			"invalid_scope"},
		{"large", "/token", cc + "&scope=" + strings.Repeat("a", 1<<20), form, 413,
			"invalid_request"},
		{"large revoke", "/revoke", "token=" + strings.Repeat("a", 1<<20), form, 413,
			"invalid_request"},
		{"large introspect", "/introspect", "token=" + strings.Repeat("a", 1<<20), form, 413,
			"invalid_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, server: b.server, base: b.base}
			b.want(b.do(b.request("POST", c.path, c.body, c.header...)), c.status, c.code)
		})
	}
}

func TestMethods(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	for _, path := range []string{"/token", "/oauth2/token", "/revoke", "/oauth2/revoke",
		"/introspect", "/oauth2/introspect"} {
		for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"} {
			r := b.do(b.request(method, path, "", "Authorization", basic(b.orders)))
			if r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST" {
				t.Errorf("%s %s: %d, Allow %q", method, path, r.status, r.header.Get("Allow"))
			}
		}
	}
	if r := b.do(b.request("POST", "/", "")); r.status != 405 ||
		r.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST /: %d, Allow %q", r.status, r.header.Get("Allow"))
	}
}

func TestNilBody(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	r := b.request("POST", "/token", "", "Content-Type", formType, "Authorization", basic(b.orders))
	r.Body = nil
	b.want(b.do(r), 400, "invalid_request")
}

// FuzzToken sends arbitrary requests to the Token API. None may panic, fail the server, or get a
// token without the credentials. Every body is JSON in the right order, or the empty one of a
// revocation.
func FuzzToken(f *testing.F) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		f.Fatal(err)
	}
	a := s.Applications()
	good := basic(a[0])
	for _, seed := range []struct{ path, query, kind, auth, body string }{
		{"/token", "", formType, good, "grant_type=client_credentials"},
		{"/token", "", formType, good, "grant_type=refresh_token&refresh_token=x&scope=PRODUCTION"},
		{"/token", "password=x", formType, "", anaForm(a[2])},
		{"/revoke", "", formType, good, "token=x&token_type_hint=refresh_token"},
		{"/introspect", "", formType, good, "token=x"},
		{"/token", "", formType + ";a=\"", "Basic OjpeOg==", "client_id=a&client_id=b"},
		{"/token", "a=%", "", "Basic  =", "%=&;"},
	} {
		f.Add(seed.path, seed.query, seed.kind, seed.auth, seed.body)
	}
	f.Fuzz(func(t *testing.T, path, query, kind, auth, body string) {
		r := httptest.NewRequest("POST", "/", io.NopCloser(strings.NewReader(body)))
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header["Content-Type"], r.Header["Authorization"] = []string{kind}, []string{auth}
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		known := false
		for _, a := range a {
			id, sec := a.ConsumerKey, a.ConsumerSecret.Reveal()
			known = known || strings.Contains(body, id) && strings.Contains(body, sec) ||
				strings.Contains(auth, basic(a)[6:])
		}
		api := strings.TrimPrefix(path, "/oauth2")
		if rec.Code == 200 && !known &&
			(api == "/token" || api == "/revoke" || api == "/introspect" ||
				strings.HasPrefix(path, "/api/") && !strings.HasSuffix(path, "/settings")) {
			t.Fatalf("%d without credentials: %s", rec.Code, path)
		}
		if b := rec.Body.Bytes(); strings.HasSuffix(path, "token") && rec.Code != 200 &&
			!json.Valid(b) {
			t.Fatalf("not JSON: %q", b)
		}
		if strings.ContainsAny(rec.Body.String(), "\x00\x07\x1b\x7f") {
			t.Fatal("the answer holds control bytes")
		}
	})
}

func TestApplications(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	apps := b.server.Applications()
	names := ""
	alphabet := regexp.MustCompile(`^[a-zA-Z0-9_]{20,}$`)
	seen := map[string]bool{}
	for _, a := range apps {
		names += a.Name + " " + a.KeyType + " " + a.Grant + " " + a.ProbePath + "\n"
		credentials := []string{a.ConsumerKey}
		if a.Auth == sandbox.AuthBasic {
			credentials = append(credentials, a.ConsumerSecret.Reveal())
		} else if !a.ConsumerSecret.IsZero() {
			t.Errorf("%s has a secret, but proves itself by %s", a.Name, a.Auth)
		}
		for _, s := range credentials {
			if !alphabet.MatchString(s) || !strings.HasPrefix(s, "sbx_") || seen[s] {
				t.Errorf("%s %s: a credential of %d characters is repeated or of a wrong alphabet",
					a.Name, a.KeyType, len(s))
			}
			seen[s] = true
		}
		if (a.Username == "ana") != (a.Grant == "password") ||
			a.Password.IsZero() != (a.Username == "") {
			t.Errorf("%s %s: user %q for %s", a.Name, a.KeyType, a.Username, a.Grant)
		}
	}
	if want := "Orders PRODUCTION client_credentials /orders/1.0.0/list\nOrders SANDBOX " +
		"client_credentials /orders/1.0.0/list\n" +
		"Payments PRODUCTION password /payments/1.0.0/balance\nMobile PRODUCTION " +
		"password /mobile/1.0.0/feed\n" +
		"Portal PRODUCTION authorization_code /orders/1.0.0/list\nKiosk PRODUCTION device_code " +
		"/mobile/1.0.0/feed\n" +
		"Terminal PRODUCTION authorization_code /orders/1.0.0/list\nBatch PRODUCTION " +
		"jwt_bearer /orders/1.0.0/list\n" +
		"Relay PRODUCTION token_exchange /orders/1.0.0/list\nRobot PRODUCTION " +
		"client_credentials /orders/1.0.0/list\n" +
		"Machine PRODUCTION client_credentials /orders/1.0.0/list\nReports PRODUCTION " +
		"client_credentials /orders/1.0.0/list\n"; names != want {
		t.Errorf("applications:\n%s", names)
	}

	apps[0].ConsumerKey, apps[0].ConsumerSecret = "mine", secret.New("mine")
	b.get(b.orders, "") // changes by the caller do not affect the server

	same := newBench(t, sandbox.Options{Seed: 1, Speed: 9})
	other := newBench(t, sandbox.Options{Seed: 2})
	for i, a := range b.server.Applications() {
		s, o := same.server.Applications()[i], other.server.Applications()[i]
		if s.ConsumerKey != a.ConsumerKey || !s.ConsumerSecret.Equal(a.ConsumerSecret) ||
			!s.Password.Equal(a.Password) {
			t.Errorf("%s %s: the same seed gave other credentials", a.Name, a.KeyType)
		}
		if o.ConsumerKey == a.ConsumerKey || !a.ConsumerSecret.IsZero() &&
			o.ConsumerSecret.Equal(a.ConsumerSecret) ||
			a.Username != "" && o.Password.Equal(a.Password) {
			t.Errorf("%s %s: another seed gave the same credentials", a.Name, a.KeyType)
		}
	}
	if same.get(same.orders, "").Access == b.get(b.orders, "").Access {
		t.Error("two runs with one seed gave the same token")
	}
}
