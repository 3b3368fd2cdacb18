package tokenapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

const ownValue = "canary-own/header+7d1f"

// The user's headers go to the origin of the token URL with every kind of request, to no other
// origin, and are never shown.
func TestOwnHeaders(t *testing.T) {
	t.Parallel()
	var got []string
	echo := func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.Path+" "+r.Header.Get("X-Own")+" "+r.Header.Get("Accept"))
		w.Header().Set("X-Echo", r.Header.Get("X-Own"))
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"error":"invalid_client","error_description":"%s is no header"}`,
			r.Header.Get("X-Own"))
	}
	api, other := httptest.NewServer(http.HandlerFunc(echo)),
		httptest.NewServer(http.HandlerFunc(echo))
	defer api.Close()
	defer other.Close()
	c := clientFor(t, api.URL, func(cfg *tokenapi.Config) {
		cfg.Endpoints.DeviceURL, cfg.Endpoints.IntrospectURL = api.URL+"/device",
			other.URL+"/introspect"
	})
	cr := creds(tokenapi.AuthBasic)
	cr.Headers = []tokenapi.Field{{Name: "x-own", Value: secret.New(ownValue)},
		{Name: "Accept", Value: secret.New("text/plain")}}
	_, token, err1 := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
	_, refresh, err2 := c.Token(t.Context(),
		tokenapi.TokenRequest{Credentials: cr, Grant: "refresh_token",
			RefreshToken: secret.New("r")})
	_, revoke, err3 := c.Revoke(t.Context(),
		tokenapi.RevokeRequest{Credentials: cr, Token: secret.New("t")})
	_, device, err4 := c.AuthorizeDevice(t.Context(), tokenapi.DeviceRequest{Credentials: cr})
	_, introspect, err5 := c.Introspect(t.Context(),
		tokenapi.IntrospectRequest{Credentials: cr, Token: secret.New("t")})
	want := "/token " + ownValue + " text/plain,/token " + ownValue + " text/plain,/revoke " +
		ownValue + " text/plain,/device " +
		ownValue + " text/plain,/introspect  application/json"
	if strings.Join(got, ",") != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if said := fmt.Sprintf("%+v",
		[]any{token, refresh, revoke, device, introspect, err1, err2, err3, err4,
			err5}); strings.Contains(said, ownValue) || strings.Contains(said, "canary-own") {
		t.Errorf("a value is shown: %s", said)
	}
	if said := fmt.Sprint(token.RequestHeaders); !strings.Contains(said, "{X-Own •••}") ||
		!strings.Contains(said, "{Accept •••}") {
		t.Errorf("the request is shown as %s", said)
	}
	if err1 == nil || !strings.Contains(err1.Error(), "is no header") {
		t.Errorf("the server's words are lost: %v", err1)
	}
}

// A probe has the configured method and headers, and the token only in its own header.
func TestProbeHeaders(t *testing.T) {
	t.Parallel()
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = fmt.Sprint(r.Method, " ", r.Header.Get("X-Api-Key"), " ", r.Header["Authorization"],
			" ", r.ContentLength, " ", len(body))
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w,
			`{"fault":{"code":900901,"message":"`+r.Header.Get("X-Api-Key")+`"}}`)
	}))
	defer s.Close()
	c := clientFor(t, s.URL, nil)
	for _, method := range []string{"", "GET", "HEAD", "OPTIONS", "POST", "PROPFIND"} {
		ans, x, err := c.Probe(t.Context(), tokenapi.ProbeRequest{
			Method: method, URL: s.URL, Token: secret.New("tok"),
			Headers: []tokenapi.Field{{Name: "X-Api-Key", Value: secret.New(ownValue)}},
		})
		shown := method
		if method == "" {
			shown = "GET"
		}
		if want := shown + " " + ownValue + " [Bearer tok] 0 0"; got != want || err != nil ||
			x.Method != shown {
			t.Errorf("%q sent %q, want %q (%v)", method, got, want, err)
		}
		if said := fmt.Sprintf("%+v %+v", ans, x); strings.Contains(said, "canary") {
			t.Errorf("a value is shown: %s", said)
		}
	}
}

func TestOwnHeadersRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(
		http.HandlerFunc(
			func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	defer s.Close()
	c := clientFor(t, s.URL, nil)
	for _, f := range []struct{ name, value, why string }{
		{"Authorization", "Bearer canary", "carries the client's credentials"},
		{"aUTHORIZATION", "Bearer canary", "carries the client's credentials"},
		{"Host", "canary", "is set by the connection"},
		{"content-length", "3", "is set by the connection"},
		{"Transfer-Encoding", "chunked", "is set by the connection"},
		{"Content-Type", "text/plain", "is set by the protocol"},
		{"Proxy-Authorization", "canary", "is for a proxy"},
		{"", "canary", "no name of an HTTP header"},
		{"X Own", "canary", "no name of an HTTP header"},
		{"X-Own:", "canary", "no name of an HTTP header"},
		{"X-Öwn", "canary", "no name of an HTTP header"},
		{"X-Own", "canary\r\nX-Other: 1", "line break"},
		{"X-Own", "canary\x00", "control character"},
		{"X-Own", " canary", "begins or ends with a blank"},
	} {
		cr := creds(tokenapi.AuthBasic)
		cr.Headers = []tokenapi.Field{{Name: f.name, Value: secret.New(f.value)}}
		_, _, err := c.Token(t.Context(),
			tokenapi.TokenRequest{Credentials: cr, Grant: "client_credentials"})
		if e := failure(t, err, tokenapi.KindUsage, f.why); strings.Contains(e.Error()+e.Hint,
			"canary") {
			t.Errorf("%s: the value is told: %v", f.name, e)
		}
	}
	for _, r := range []tokenapi.ProbeRequest{
		{Headers: []tokenapi.Field{{Name: "authorization", Value: secret.New("canary")}}},
		{Method: "get"}, {Method: "G T"}, {Method: "CONNECT"}, {Method: "TRACE"},
	} {
		r.URL, r.Token = s.URL, secret.New("tok")
		_, _, err := c.Probe(t.Context(), r)
		failure(t, err, tokenapi.KindUsage)
	}
	if why := tokenapi.FieldNameProblem("Content-Type", true); why != "" {
		t.Errorf("Content-Type of a probe %s", why)
	}
}
