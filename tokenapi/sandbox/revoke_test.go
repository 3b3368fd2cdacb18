package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

var revokedHeaders = [...]string{"RevokedAccessToken", "RevokedRefreshToken", "AuthorizedUser"}

// wantRevoked checks the answer to a revocation of p.
func (b *bench) wantRevoked(r, p reply, user string) {
	b.Helper()
	want := [...]string{p.Access, p.Refresh, user}
	b.want(r, 200, "")
	if r.body != "" || r.header.Get("Cache-Control") != "no-store" ||
		r.header.Get("Content-Type") != "text/html" {
		b.Errorf("%d bytes under %q", len(r.body), r.header.Get("Content-Type"))
	}
	for i, name := range revokedHeaders {
		if r.header.Get(name) != want[i] {
			b.Errorf("%s is not what was revoked", name)
		}
	}
}

// wantNothingRevoked checks the 200 without a revocation.
func (b *bench) wantNothingRevoked(r reply) {
	b.Helper()
	b.wantRevoked(r, reply{}, "")
}

func TestRevokeKillsThePair(t *testing.T) {
	for _, hint := range []string{"", "&token_type_hint=access_token",
		"&token_type_hint=refresh_token", "&token_type_hint=nonsense"} {
		b := newBench(t, sandbox.Options{})
		p := b.getAna("")
		b.wantRevoked(b.post("/revoke", b.payments, "token="+p.Access+hint), p, "ana@carbon.super")
		b.wantNothingRevoked(b.post("/revoke", b.payments, "token="+p.Access+hint))
		b.want(b.renew(b.payments, p.Refresh), 400, "invalid_grant")
		if b.active(p.Access) || b.active(p.Refresh) {
			t.Error("a revoked token is active")
		}

		q := b.getAna("")
		if q.Access == p.Access || q.Refresh == p.Refresh {
			t.Error("a revoked pair was handed out again")
		}
		b.wantRevoked(b.post("/oauth2/revoke", b.payments, "token="+q.Refresh+hint), q,
			"ana@carbon.super")
		b.wantCall("/payments/1.0.0/balance", q.Access, 401,
			"revoked through its refresh token before its first use")
	}
}

func TestRevokeOfAnApplicationToken(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.get(b.orders, "")
	b.wantRevoked(b.revoke(b.orders, p.Access), p, "admin@carbon.super")
	b.wantNothingRevoked(b.revoke(b.orders, "no-such-token"))
}

func TestRevokeOfAnExpiredHalf(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p, q := b.getAna(""), b.get(b.orders, "")
	b.clock.pass(2 * time.Hour)
	b.wantNothingRevoked(b.revoke(b.orders, q.Access))
	// Its refresh token was still valid.
	b.wantRevoked(b.revoke(b.payments, p.Access), p, "ana@carbon.super")
	b.want(b.renew(b.payments, p.Refresh), 400, "invalid_grant")
}

func TestRevokeErrors(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	p := b.getAna("")

	foreign := b.revoke(b.orders, p.Access)
	b.want(foreign, 401, "unauthorized_client")
	if foreign.Description != "Client Authentication failed." ||
		foreign.header.Get("Content-Type") != "application/json" ||
		foreign.header.Get("WWW-Authenticate") != "Basic realm=localhost" {
		t.Errorf("%q under %q, %q", foreign.Description, foreign.header.Get("Content-Type"),
			foreign.header.Get("WWW-Authenticate"))
	}
	b.wantNothingRevoked(b.revoke(b.orders, p.Refresh))
	if !b.active(p.Access) || !b.active(p.Refresh) {
		t.Error("another client killed the pair")
	}

	for _, body := range []string{"", "token=", "token_type_hint=access_token"} {
		r := b.post("/revoke", b.payments, body)
		b.want(r, 400, "invalid_request")
		if r.Description != "Invalid revocation request" {
			t.Errorf("description %q", r.Description)
		}
	}
	for _, auth := range []string{"Basic eDp5", "Basic !", "Bearer x"} {
		r := b.do(b.request("POST", "/revoke", "token="+p.Access, "Content-Type", formType,
			"Authorization", auth))
		b.want(r, 401, "invalid_client")
		if r.header.Get("Content-Type") != "text/html" ||
			r.header.Get("WWW-Authenticate") != "Basic realm=localhost" ||
			r.body !=
				`{"error_description":"Client Authentication failed.","error":"invalid_client"}` {
			t.Errorf("%s under %q", r.body, r.header.Get("Content-Type"))
		}
	}
	b.want(b.post("/revoke", b.payments, "token=a&token=b"), 400, "invalid_request")
	if !b.active(p.Access) {
		t.Error("a refused revoke killed the token")
	}
}

func TestIntrospect(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	iat := b.clock.Now().Unix()
	app, user := b.get(b.orders, ""), b.getAna("&scope=read")
	b.clock.pass(time.Minute)
	for _, c := range []struct{ name, token, want string }{
		{
			"application",
			app.Access,
			sprintf(`{"aut":"APPLICATION","nbf":%d,"scope":"am_application_scope default",`+
				`"active":true,`+
				`"token_type":"Bearer","exp":%d,"iat":%d,"client_id":"%s",`+
				`"username":"admin@carbon.super"}`,
				iat, iat+3600, iat, b.orders.ConsumerKey),
		},
		{
			"user",
			user.Access,
			sprintf(`{"aut":"APPLICATION_USER","nbf":%d,"scope":"read","active":true,`+
				`"token_type":"Bearer","exp":%d,"iat":%d,"client_id":"%s",`+
				`"username":"ana@carbon.super"}`,
				iat, iat+3600, iat, b.payments.ConsumerKey),
		},
		{
			"refresh",
			user.Refresh,
			sprintf(`{"aut":"APPLICATION_USER","nbf":%d,"scope":"read","active":true,`+
				`"token_type":"Refresh","exp":%d,"iat":%d,"client_id":"%s",`+
				`"username":"ana@carbon.super"}`,
				iat, iat+86400, iat, b.payments.ConsumerKey),
		},
		{"unknown", "no-such-token", `{"active":false}`},
	} {
		for _, path := range []string{"/introspect", "/oauth2/introspect"} {
			if r := b.post(path, b.mobile,
				"token="+c.token+"&token_type_hint=refresh_token"); r.status != 200 ||
				r.body != c.want {
				t.Errorf("%s: %d %s\nwant %s", c.name, r.status, r.body, c.want)
			}
		}
	}
	b.clock.pass(time.Hour - time.Minute)
	if b.active(user.Access) || !b.active(user.Refresh) {
		t.Error("after an hour only the refresh token is active")
	}
	for _, body := range []string{"", "token=", "token=a&token=b"} {
		if r := b.post("/introspect", b.orders, body); r.status != 400 ||
			r.body != `{"error":"Invalid input"}` {
			t.Errorf("%q: %d %s", body, r.status, r.body)
		}
	}
	r := b.do(b.request("POST", "/introspect", "token="+app.Access, "Content-Type", formType))
	b.want(r, 401, "invalid_client")
	if strings.Contains(r.body, "active") {
		t.Error("who may not ask is told something")
	}
}
