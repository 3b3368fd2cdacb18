package tokenapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lanyard/tokenapi"
)

// The hint for an answer without a reason follows from its status, and claims no more.
func TestStatusHints(t *testing.T) {
	t.Parallel()
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		action tokenapi.Action
		want   string
		not    string
	}{
		"401": {401, nil, "", tokenapi.FixCredentials, "consumer secret", "API"},
		"401 of an API": {401, header("Www-Authenticate", `Bearer realm="x"`), "",
			tokenapi.FixCredentials, "may be that of an API", ""},
		"401 of Windows": {401, header("Www-Authenticate", "Negotiate"), "", tokenapi.Stop,
			"Negotiate, NTLM", "consumer"},
		"403": {403, nil, "<html><title>Forbidden</title>", tokenapi.Stop,
			"may not let this machine", ""},
		"404": {404, nil, "", tokenapi.Stop,
			"token_url is http://SERVER/oauth/tokn?tenant=•••", "9443"},
		"405": {405, header("Allow", "GET, HEAD"), "", tokenapi.Stop,
			"the server takes GET, HEAD there", ""},
		"406": {406, nil, "", tokenapi.Stop, "no answer in JSON", ""},
		"407": {407, nil, "", tokenapi.Stop, "no setting here names",
			"HTTPS_PROXY"},
		"411": {411, nil, "", tokenapi.Stop, "something on the way", ""},
		"413": {413, nil, "", tokenapi.Stop, "larger than the server takes", ""},
		"414": {414, nil, "", tokenapi.Stop, "larger than the server takes", ""},
		"415": {415, nil, "", tokenapi.Stop, "takes no form", ""},
		"421": {421, nil, "", tokenapi.Stop, "does not serve this host name",
			""},
		"429": {429, nil, "", tokenapi.RetryLater,
			"fewer requests: try again later", ""},
		"429 with its time": {429, header("Retry-After", "17"), "", tokenapi.RetryLater,
			"try again in 17s, as the server says", "later"},
		"431": {431, nil, "", tokenapi.Stop, "larger than the server takes", ""},
		"502": {502, nil, "<html><title>502 Bad Gateway</title>",
			tokenapi.RetryLater, "what stands before the server answers", "proxy"},
		"503 with its time": {503, header("Retry-After", "90"), "<html>", tokenapi.RetryLater,
			"try again in 1m30s", ""},
		"504": {504, nil, "", tokenapi.RetryLater,
			"what stands before the server answers", ""},
		"511": {511, nil, "<html>", tokenapi.RetryLater, "wants a sign-in first",
			"server's"},
		"a page": {200, nil, "<html><title>Wifi</title>", tokenapi.Stop,
			"captive portal", ""},
		"nginx, no TLS": {400, nil,
			"<html><title>400 The plain HTTP request was sent to HTTPS port</title>", tokenapi.Stop,
			"use https://", ""},
		"Apache, no TLS": {400, nil,
			"<html><title>400 Bad Request</title><p>Reason: You're speaking plain HTTP to an " +
				"SSL-enabled server port.", tokenapi.Stop, "use https://", ""},
		"Tomcat, no TLS": {400, nil,
			"Bad Request\nThis combination of host and port requires TLS.\n", tokenapi.Stop,
			"use https://", ""},
		"nginx, no certificate": {400, nil,
			"<html><title>400 No required SSL certificate was sent</title>", tokenapi.Stop,
			"client_cert and client_key", ""},
		"nginx, bad certificate": {400, nil, "<html><title>400 The SSL certificate error</title>",
			tokenapi.Stop, "right authority", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for name, values := range c.header {
					w.Header()[name] = values
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer s.Close()
			_, _, err := get(t.Context(), clientFor(t, s.URL, func(cfg *tokenapi.Config) {
				cfg.Endpoints.TokenURL = s.URL + "/oauth/tokn?tenant=canary-7d1f"
			}))
			e, ok := tokenapi.AsError(err)
			if !ok {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(c.want, "SERVER", s.Listener.Addr().String())
			if e.Action != c.action || !strings.Contains(e.Hint, want) || c.not != "" &&
				strings.Contains(e.Hint, c.not) || strings.Contains(e.Error()+e.Hint, "canary") {
				t.Errorf("%+v, hint %q", e, e.Hint)
			}
		})
	}
}

// The path of a gateway's old endpoint does not prove that there is a gateway.
func TestOldPathIsNoProof(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	_, _, err := get(t.Context(), clientFor(t, s.URL, nil))
	failure(t, err, tokenapi.KindRefused, "is the URL right? if this is a gateway of WSO2")
}

// Over TLS only the holder of a certificate for the host can answer in its place.
func TestPageOverTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, "a")
	s := a.serve(t, http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html><title>Sign in</title>")
		}), nil)
	_, _, err := get(t.Context(), clientFor(t, s.URL, func(c *tokenapi.Config) { c.CAPEM = a.pem }))
	if e := failure(t, err, tokenapi.KindGarbled, "is token_url right?"); strings.Contains(e.Hint,
		"captive") {
		t.Error(e.Hint)
	}
}
