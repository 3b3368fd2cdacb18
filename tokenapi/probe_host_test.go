package tokenapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

// watched is a server that records the credentials of its requests.
type watched struct {
	*httptest.Server
	mu   sync.Mutex
	came []string
}

func watch(t *testing.T, h http.HandlerFunc) *watched {
	t.Helper()
	w := &watched{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.came = append(w.came, r.Method+" "+r.RequestURI+" "+r.Header.Get("Authorization"))
		w.mu.Unlock()
		h(rw, r)
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *watched) visits() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.came)
}

// A token goes to the host of its probe_url, once, with any answer of that host.
func TestProbeStaysAtItsHost(t *testing.T) {
	t.Parallel()
	const token = "c4n-probe-token-1"
	other := watch(t, func(http.ResponseWriter, *http.Request) {})
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{other.URL + "/elsewhere", "/here",
			"//" + other.Listener.Addr().String() + "/there"} {
			api := watch(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", to)
				w.Header().Set("Refresh", "0; url="+to)
				w.WriteHeader(status)
			})
			a, _, err := clientFor(t, other.URL, nil).Probe(t.Context(),
				tokenapi.ProbeRequest{URL: api.URL + "/api", Token: secret.New(token)})
			if err != nil || a.Status != status {
				t.Errorf("%d to %s: %+v, %v", status, to, a, err)
			}
			if got := api.visits(); len(got) != 1 || got[0] != "GET /api Bearer "+token {
				t.Errorf("%d to %s: it came with %q", status, to, got)
			}
		}
	}
	if got := other.visits(); got != nil {
		t.Errorf("another host was asked: %q", got)
	}
}

// A probe that would show the token to another party is not sent.
func TestProbeIsNotSent(t *testing.T) {
	t.Parallel()
	api := watch(t, func(http.ResponseWriter, *http.Request) {})
	at := api.Listener.Addr().String()
	proxy := watch(t,
		func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }).URL
	proxied := func(c *tokenapi.Config) {
		c.AllowHTTP, c.Proxies = true, tokenapi.Proxies{Named: proxy}
	}
	for name, c := range map[string]struct {
		target string
		change func(*tokenapi.Config)
		want   string
	}{
		"http off this machine":         {"http://192.0.2.1/api", nil, "unencrypted"},
		"http at another port":          {"http://gateway.example:8280/api", nil, "unencrypted"},
		"no loopback, though it begins": {"http://127.0.0.1.example/api", nil, "unencrypted"},
		"nor in its user info":          {"http://127.0.0.1@gateway.example/api", nil, "user name"},
		"user info":                     {"http://ana:c4n-pass@" + at + "/api", nil, "user name"},
		"a fragment":                    {api.URL + "/api#x", nil, "fragment"},
		"no scheme":                     {at + "/api", nil, "URL"},
		"a file":                        {"file:///etc/passwd", nil, "https://"},
		"a proxy that would read it":    {"http://gateway.example/api", proxied, "proxy"},
		"nothing":                       {"", nil, "https://"},
	} {
		a, _, err := clientFor(t, api.URL, c.change).Probe(t.Context(),
			tokenapi.ProbeRequest{URL: c.target, Token: secret.New("c4n-probe-token-1")})
		e, ok := tokenapi.AsError(err)
		if !ok || e.Kind != tokenapi.KindUsage || e.Sent || a.Verdict != tokenapi.Unclear ||
			!strings.Contains(e.Error(), c.want) || strings.Contains(fmt.Sprint(e, e.Hint), "c4n") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if got := api.visits(); got != nil {
		t.Errorf("it was sent: %q", got)
	}
}
