package tokenapi_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"lanyard/tokenapi"
)

// issuing is a server with documents at some paths. It records the requests.
type issuing struct {
	*httptest.Server
	mu    sync.Mutex
	docs  map[string]http.HandlerFunc
	asked []string
}

func newIssuing(t *testing.T) *issuing {
	t.Helper()
	s := &issuing{docs: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.RequestURI())
		s.mu.Unlock()
		if h := s.docs[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// document returns a document with every endpoint on https://as.example, changed by more.
func document(issuer string, more map[string]any) string {
	m := map[string]any{
		"issuer": issuer, "token_endpoint": "https://as.example/token",
		"revocation_endpoint":           "https://as.example/revoke",
		"introspection_endpoint":        "https://as.example/introspect",
		"authorization_endpoint":        "https://as.example/authorize?x=1",
		"device_authorization_endpoint": "https://as.example/device",
		"jwks_uri":                      "https://as.example/jwks",
		"grant_types_supported": []any{"client_credentials", 7,
			"urn:ietf:params:oauth:grant-type:jwt-bearer", "client_credentials"},
	}
	maps.Copy(m, more)
	b, _ := json.Marshal(m)
	return string(b)
}

func TestDiscoverForms(t *testing.T) {
	for _, x := range []struct {
		issuer, at string // paths
		asked      []string
	}{
		{"", "/.well-known/openid-configuration", []string{"/.well-known/openid-configuration"}},
		{"/", "/.well-known/openid-configuration", []string{"/.well-known/openid-configuration"}},
		// WSO2
		{"/oauth2/token", "/oauth2/token/.well-known/openid-configuration",
			[]string{"/oauth2/token/.well-known/openid-configuration"}},
		{"/t/a%20b", "/.well-known/oauth-authorization-server/t/a b",
			[]string{"/t/a%20b/.well-known/openid-configuration",
				"/.well-known/oauth-authorization-server/t/a%20b"}},
		{"/t/", "/.well-known/openid-configuration/t", []string{
			"/t/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/t",
			"/.well-known/openid-configuration/t"}},
	} {
		s := newIssuing(t)
		s.docs[x.at] = says(200, "\ufeff\n"+document(s.URL+x.issuer, nil))
		d, all, err := clientFor(t, s.URL, nil).Discover(t.Context(), s.URL+x.issuer)
		if err != nil || !slices.Equal(s.asked, x.asked) || len(all) != len(x.asked) {
			t.Errorf("%s: asked %v, %v", x.issuer, s.asked, err)
			continue
		}
		want := tokenapi.Endpoints{
			TokenURL: "https://as.example/token", RevokeURL: "https://as.example/revoke",
			IntrospectURL: "https://as.example/introspect",
			AuthorizeURL:  "https://as.example/authorize?x=1",
			DeviceURL:     "https://as.example/device", JWKSURL: "https://as.example/jwks",
		}
		if d.Endpoints != want || d.MTLS != want || d.Issuer != s.URL+x.issuer ||
			d.From != s.URL+x.asked[len(x.asked)-1] || d.IssInAnswer || d.AuthMethods != nil ||
			!slices.Equal(d.Grants,
				[]string{"client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"}) {
			t.Errorf("%+v", d)
		}
		if last := all[len(all)-1]; last.Op != "discover" || last.Status != 200 ||
			!strings.Contains(last.ResponseBody, `"token_endpoint":"https://as.example/token"`) {
			t.Errorf("%+v", last)
		}
	}
}

func TestDiscoverMembers(t *testing.T) {
	s := newIssuing(t)
	s.docs["/.well-known/openid-configuration"] = says(200, document(s.URL+"/", map[string]any{
		"mtls_endpoint_aliases": map[string]any{
			"token_endpoint":                        "https://mtls.example/token",
			"pushed_authorization_request_endpoint": "x"},
		"token_endpoint_auth_methods_supported": []any{"private_key_jwt\x1b[31m",
			"tls_client_auth"}, "grant_types_supported": "all",
		"authorization_response_iss_parameter_supported": true, "revocation_endpoint": nil,
		"introspection_endpoint": 7,
	}))
	d, _, err := clientFor(t, s.URL, nil).Discover(t.Context(), " "+s.URL+" ")
	if err != nil {
		t.Fatal(err)
	}
	if d.MTLS.TokenURL != "https://mtls.example/token" ||
		d.Endpoints.TokenURL != "https://as.example/token" ||
		d.MTLS.JWKSURL != d.Endpoints.JWKSURL ||
		d.Endpoints.RevokeURL != "" || d.Endpoints.IntrospectURL != "" || d.Issuer != s.URL+"/" ||
		!d.IssInAnswer || d.Grants != nil ||
		!slices.Equal(d.AuthMethods, []string{"private_key_jwt", "tls_client_auth"}) {
		t.Errorf("%+v", d)
	}
}

func TestDiscoverRefuses(t *testing.T) {
	const doc = "/.well-known/openid-configuration"
	bad := func(name string, v any) func(string) http.HandlerFunc {
		return func(base string) http.HandlerFunc {
			return says(200, document(base, map[string]any{name: v}))
		}
	}
	for _, x := range []struct {
		answer func(base string) http.HandlerFunc
		kind   tokenapi.Kind
		asked  int
		words  []string
	}{
		{bad("issuer", "https://evil.example/x?a=canary-7d1f"), tokenapi.KindRefused, 1,
			[]string{"another issuer", "https://evil.example/x"}},
		{func(base string) http.HandlerFunc {
			return says(200, document(base+"/oauth2/token", nil))
		}, tokenapi.KindRefused, 1, []string{"another issuer", "/oauth2/token: name that one"}},
		{bad("token_endpoint", "http://as.example/token"), tokenapi.KindGarbled, 1,
			[]string{"token_endpoint", "unencrypted"}},
		{bad("revocation_endpoint", "https://a:canary-7d1f@as.example/"), tokenapi.KindGarbled, 1,
			[]string{"revocation_endpoint", "user name"}},
		{bad("jwks_uri", "/jwks"), tokenapi.KindGarbled, 1, []string{"jwks_uri", "https://"}},
		{bad("authorization_endpoint", "javascript:canary"), tokenapi.KindGarbled, 1,
			[]string{"authorization_endpoint"}},
		{bad("device_authorization_endpoint", "https://as.example/\u009b31m"), tokenapi.KindGarbled,
			1, []string{"device_authorization_endpoint", "characters"}},
		{bad("mtls_endpoint_aliases", map[string]any{"token_endpoint": "ftp://x"}),
			tokenapi.KindGarbled, 1, []string{"mtls_endpoint_aliases.token_endpoint"}},
		{bad("token_endpoint", nil), tokenapi.KindGarbled, 1, []string{"no token_endpoint"}},
		{bad("issuer", nil), tokenapi.KindGarbled, 2,
			[]string{"names no issuer", "tried 127.0.0.1"}},
		{func(string) http.HandlerFunc { return says(200, "<html><title>Sign in</title>") },
			tokenapi.KindGarbled, 2, []string{"web page titled “Sign in”", "tried"}},
		{func(string) http.HandlerFunc { return says(200, "") }, tokenapi.KindGarbled, 2,
			[]string{"empty"}},
		{func(string) http.HandlerFunc { return says(200, `["x"]`) }, tokenapi.KindGarbled, 2,
			[]string{"no JSON object"}},
		{func(string) http.HandlerFunc {
			return says(200, `{"issuer":"`+strings.Repeat("x", 1<<20))
		}, tokenapi.KindGarbled, 2, []string{"1024 KiB"}},
		{func(string) http.HandlerFunc { return says(503, "") }, tokenapi.KindRefused, 2,
			[]string{"503"}},
		{func(string) http.HandlerFunc { return http.NotFound }, tokenapi.KindRefused, 2,
			[]string{"404", doc + ", ", "/.well-known/oauth-authorization-server", "at WSO2"}},
		{func(string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://elsewhere.example/x?canary", http.StatusFound)
			}
		}, tokenapi.KindRefused, 2,
			[]string{"redirected to https://elsewhere.example/x", "set issuer", "not followed"}},
	} {
		s := newIssuing(t)
		s.docs[doc] = x.answer(s.URL)
		if len(x.words) > 1 {
			x.words[1] = strings.ReplaceAll(x.words[1], "127.0.0.1", s.URL)
		}
		d, all, err := clientFor(t, s.URL, nil).Discover(t.Context(), s.URL)
		e := failure(t, err, x.kind, x.words...)
		if len(s.asked) != x.asked || len(all) != x.asked || d.Issuer != "" ||
			strings.Contains(e.Error()+e.Hint, "canary") {
			t.Errorf("asked %v, %v, hint %s", s.asked, e, e.Hint)
		}
	}
}

func TestDiscoverDocumentURL(t *testing.T) {
	s := newIssuing(t)
	const at = "/oauth2/oidcdiscovery/.well-known/openid-configuration"
	s.docs[at] = says(200, document(s.URL+"/oauth2/token", nil))
	d, all, err := clientFor(t, s.URL, nil).Discover(t.Context(), s.URL+at+"?p=x")
	if err != nil || d.Issuer != s.URL+"/oauth2/token" || d.From != s.URL+at+"?p=x" ||
		len(all) != 1 || !slices.Equal(s.asked, []string{at + "?p=x"}) {
		t.Errorf("%+v %v %v", d, s.asked, err)
	}
	s.docs[at] = says(200, document("http://other.example/oauth2/token", nil))
	_, _, err = clientFor(t, s.URL, nil).Discover(t.Context(), s.URL+at)
	failure(t, err, tokenapi.KindRefused, "another issuer", "http://other.example/oauth2/token")
}

func TestDiscoverAsksNobody(t *testing.T) {
	c := clientFor(t, "http://127.0.0.1:1", nil)
	for raw, words := range map[string]string{
		"http://h.example": "unencrypted", "h.example": "https://",
		"https://h.example?x=canary": "no query", "https://a:b@h.example": "user name",
		"": "https://",
	} {
		_, all, err := c.Discover(t.Context(), raw)
		if failure(t, err, tokenapi.KindUsage, words); len(all) != 0 {
			t.Errorf("%s: %d exchanges", raw, len(all))
		}
	}
	// No answer: the others would not answer either.
	_, all, err := c.Discover(t.Context(), "http://127.0.0.1:1/x")
	if failure(t, err, tokenapi.KindNetwork, "nothing listens"); len(all) != 1 {
		t.Errorf("%d exchanges", len(all))
	}
}

func TestKeySet(t *testing.T) {
	s := newIssuing(t)
	const set = "\ufeff{\"keys\":[{\"kty\":\"oct\",\"k\":\"canary-k-7d1f\"}]}"
	s.docs["/jwks"], s.docs["/html"], s.docs["/none"] = says(200, set), says(200, "<html>"),
		says(200, `{"keys":7}`)
	s.docs["/created"] = says(201, set)
	c := clientFor(t, s.URL, nil)
	b, x, err := c.KeySet(t.Context(), s.URL+"/jwks")
	if err != nil || string(b) != set || x.Op != "jwks" || strings.Contains(dump(x), "canary") {
		t.Errorf("%q %+v %v", b, x, err)
	}
	for path, kind := range map[string]tokenapi.Kind{
		"/html": tokenapi.KindGarbled, "/none": tokenapi.KindGarbled,
		"/created": tokenapi.KindRefused, "/missing": tokenapi.KindRefused,
	} {
		b, _, err := c.KeySet(t.Context(), s.URL+path)
		if failure(t, err, kind, "jwks"); b != nil {
			t.Errorf("%s: %q", path, b)
		}
	}
	_, _, err = c.KeySet(t.Context(), "")
	failure(t, err, tokenapi.KindUsage, "jwks_url is missing")
	_, _, err = c.KeySet(t.Context(), "http://h.example/jwks")
	failure(t, err, tokenapi.KindUsage, "jwks_url", "unencrypted")
}

// A redirect to the same scheme, host and port is followed a few times. Any other redirect is an
// error, and no other server is called.
func TestDiscoverRedirects(t *testing.T) {
	const at = "/o/.well-known/openid-configuration"
	elsewhere := newIssuing(t)
	port := strings.TrimPrefix(elsewhere.URL, "http://127.0.0.1")
	for _, x := range []struct {
		status int
		to     func(s *issuing) string
		asked  int // requests for two forms, with redirects; the third is a 404
		ok     bool
	}{
		{301, func(*issuing) string { return at + "/" }, 2, true}, // Django
		{302, func(s *issuing) string { return s.URL + at + "/#x" }, 2, true},
		{307, func(*issuing) string { return "openid-configuration/" }, 2, true},
		{308, func(s *issuing) string {
			return "http://" + strings.TrimPrefix(s.URL, "http://") + at + "/?x=1"
		}, 2, true},
		{301, func(*issuing) string { return at }, 1 + 3 + 2, false}, // a loop
		{301, func(*issuing) string { return "http://127.0.0.1" + port + at + "/" }, 3, false},
		{301, func(s *issuing) string {
			return strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + at + "/"
		}, 3, false},
		{301, func(s *issuing) string {
			return strings.Replace(s.URL, "http:", "https:", 1) + at + "/"
		}, 3, false},
		{301, func(s *issuing) string {
			return strings.Replace(s.URL, "http://", "http://u:p@", 1) + at + "/"
		}, 3, false},
		{300, func(*issuing) string { return at + "/" }, 3, false},
		{301, func(*issuing) string { return "" }, 3, false},
	} {
		s := newIssuing(t)
		s.docs[at] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", x.to(s))
			w.WriteHeader(x.status)
		}
		s.docs[at+"/"] = says(200, document(s.URL+"/o", nil))
		d, all, err := clientFor(t, s.URL, nil).Discover(t.Context(), s.URL+"/o")
		if (err == nil) != x.ok || len(s.asked) != x.asked || len(all) != x.asked ||
			x.ok && !strings.HasPrefix(d.From, s.URL+at+"/") {
			t.Errorf("%d to %s: asked %v, %d exchanges, from %s, %v", x.status, x.to(s), s.asked,
				len(all), d.From, err)
		}
	}
	if len(elsewhere.asked) > 0 {
		t.Errorf("another port was asked: %v", elsewhere.asked)
	}
}
