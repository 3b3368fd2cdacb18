package tokenapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
	"lanyard/tokenapi/secret"
)

func TestIntrospectRequest(t *testing.T) {
	var form url.Values
	var auth string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form, auth = r.PostForm, r.Header.Get("Authorization")
		_, _ = fmt.Fprint(w,
			`{"active":true,"scope":"a","client_id":"ck","exp":1800000000,`+
				`"token_string":"canary-sent-7d1f/x==","echo":"canary-sent-7d1f/x==","jti":"j"}`)
	}))
	defer s.Close()
	c := clientFor(t, s.URL,
		func(cfg *tokenapi.Config) { cfg.Endpoints.IntrospectURL = s.URL + "/introspect" })
	a, x, err := c.Introspect(t.Context(), tokenapi.IntrospectRequest{
		Credentials: creds(tokenapi.AuthBasic), Token: secret.New(sentToken), Hint: "refresh_token",
	})
	if err != nil || !a.Active || a.ClientID != "ck" ||
		a.Expires != (tokenapi.Epoch{Seconds: 1800000000, Known: true}) || a.NotBefore.Known {
		t.Errorf("%+v %v", a, err)
	}
	if want := (url.Values{"token": {sentToken},
		"token_type_hint": {"refresh_token"}}); !reflect.DeepEqual(form, want) ||
		!strings.HasPrefix(auth, "Basic ") {
		t.Errorf("%v %s", form, auth)
	}
	leaks(t, "introspection", fmt.Sprintf("%+v", a)+dump(x))
	if x.Op != "introspect" || x.Status != 200 ||
		!strings.Contains(fmt.Sprint(a.Extra), "{jti j}") {
		t.Errorf("%+v %+v", x, a.Extra)
	}
	for name, r := range map[string]tokenapi.IntrospectRequest{
		"no token": {Credentials: creds(tokenapi.AuthBasic)},
		"bad hint": {Credentials: creds(tokenapi.AuthBasic), Token: secret.New("t"),
			Hint: "id_token"},
		"no key": {Token: secret.New("t")},
	} {
		if _, _, err := c.Introspect(t.Context(), r); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			failure(t, err, tokenapi.KindUsage)
		}
	}
	_, _, err = clientFor(t, s.URL, nil).Introspect(t.Context(),
		tokenapi.IntrospectRequest{Credentials: creds(tokenapi.AuthBasic), Token: secret.New("t")})
	failure(t, err, tokenapi.KindUsage, "introspect_url")
}

// TestIntrospectLife asks the sandbox about a token before and after its revocation.
func TestIntrospectLife(t *testing.T) {
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	app := s.Applications()[0]
	cr := tokenapi.Credentials{ConsumerKey: app.ConsumerKey, ConsumerSecret: app.ConsumerSecret,
		Auth: tokenapi.AuthBasic}
	const base = "https://sandbox.example"
	c := clientFor(t, base,
		func(cfg *tokenapi.Config) {
			cfg.Endpoints.IntrospectURL = base + "/introspect"
		}).WithTransport(inProcess(s))
	got, _, err := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: tokenapi.GrantClientCredentials})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := c.Introspect(t.Context(),
		tokenapi.IntrospectRequest{Credentials: cr, Token: got.Access})
	if err != nil || !a.Active || a.Lifetime != tokenapi.Bounded || a.ClientID != app.ConsumerKey {
		t.Fatalf("%+v %v", a, err)
	}
	if _, _, err := c.Revoke(t.Context(),
		tokenapi.RevokeRequest{Credentials: cr, Token: got.Access}); err != nil {
		t.Fatal(err)
	}
	a, _, err = c.Introspect(t.Context(),
		tokenapi.IntrospectRequest{Credentials: cr, Token: got.Access})
	if err != nil || a.Active || a.Lifetime != "" || a.Expires.Known {
		t.Errorf("%+v %v", a, err)
	}
	cr.ConsumerSecret = secret.New("wrong")
	_, _, err = c.Introspect(t.Context(),
		tokenapi.IntrospectRequest{Credentials: cr, Token: got.Access})
	if e := failure(t, err, tokenapi.KindRefused); e.Action != tokenapi.NotAllowedToAsk {
		t.Errorf("%+v", e)
	}
}

// TestEpochs checks expiries: a number, a string, nothing, never, and implausible values.
func TestEpochs(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	for exp, want := range map[string]tokenapi.Lifetime{
		`1700003600`: tokenapi.Bounded, `"1700003600"`: tokenapi.Bounded,
		`1600000000`: tokenapi.Bounded, `1700003600.5`: tokenapi.Bounded,
		`9223372036854775807`: tokenapi.Unbounded, `9223372036854775`: tokenapi.Unbounded,
		`1e99`:       tokenapi.Unbounded,
		`2100000000`: tokenapi.Unbounded, `null`: tokenapi.Unknown, `"soon"`: tokenapi.Unknown,
		`[]`: tokenapi.Unknown,
		`0`:  tokenapi.Ambiguous, `-1`: tokenapi.Ambiguous, `1700003600000`: tokenapi.Ambiguous,
	} {
		a, _, err := tokenapi.Answered{Status: 200, Header: http.Header{},
			Body: []byte(`{"active":true,"exp":` + exp + `}`), At: at}.Introspect()
		if err != nil || a.Lifetime != want {
			t.Errorf("%s: %q %v, want %q", exp, a.Lifetime, err, want)
		}
	}
}
