package tokenapi_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/tokenapi"
)

// forwarding is a proxy that connects everything to one server, and records what it was asked for.
type forwarding struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func (f *forwarding) log() []string { f.mu.Lock(); defer f.mu.Unlock(); return slices.Clone(f.asked) }

func newForwarding(t *testing.T, to string, refuse int) *forwarding {
	t.Helper()
	f := &forwarding{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+r.RequestURI)
		f.mu.Unlock()
		if refuse != 0 {
			w.WriteHeader(refuse)
			return
		}
		if r.Method != http.MethodConnect {
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(500)
			}
			_, _ = io.WriteString(w, granted)
			return
		}
		up, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(502)
			return
		}
		// The client speaks as soon as it has its 200: by then the server must have stopped reading.
		down, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = up.Close()
			return
		}
		_, _ = io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(up, down); _ = up.Close() }()
		_, _ = io.Copy(down, up)
		_ = down.Close()
	}))
	t.Cleanup(f.Close)
	return f
}

func grants() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, granted) })
}

func TestProxy(t *testing.T) {
	a := newAuthority(t, "a")
	s := a.serve(t, grants(), nil)
	f := newForwarding(t, s.Listener.Addr().String(), 0)
	at, err := url.Parse(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	through := func(base string, u *url.URL, err error) *tokenapi.Client {
		return clientFor(t, base, func(c *tokenapi.Config) {
			c.CAPEM, c.AllowHTTP = a.pem, true
			c.Proxy = func(*url.URL) (*url.URL, error) { return u, err }
		})
	}
	if _, _, err := get(t.Context(), through("https://gateway.example:8243", at, nil)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := get(t.Context(), through("http://gateway.example", at, nil)); err != nil {
		t.Fatal(err)
	}
	if got := f.log(); !slices.Equal(got, []string{"CONNECT gateway.example:8243", "POST http://gateway.example/token"}) {
		t.Errorf("the proxy was asked for %q", got)
	}
	// Without one the call goes straight there.
	if _, _, err := get(t.Context(), through(s.URL, nil, nil)); err != nil || len(f.log()) != 2 {
		t.Errorf("%v %q", err, f.log())
	}

	for status, words := range map[int]string{407: "the proxy wants credentials", 403: "the proxy did not connect to gateway.example (403)"} {
		no, _ := url.Parse(newForwarding(t, "", status).URL)
		no.User = url.UserPassword("ana", "canary-7d1f")
		_, _, err = get(t.Context(), through("https://gateway.example", no, nil))
		if e := failure(t, err, tokenapi.KindNetwork, words, "HTTPS_PROXY"); e.Sent || strings.Contains(e.Error()+e.Hint, "canary") {
			t.Errorf("%+v", e)
		}
	}
	f.Close()
	_, _, err = get(t.Context(), through("https://gateway.example", at, nil))
	if e := failure(t, err, tokenapi.KindNetwork, "the proxy could not be reached"); e.Sent {
		t.Errorf("%+v", e)
	}
	_, _, err = get(t.Context(), through("https://gateway.example", nil, errors.New("canary-7d1f")))
	if e := failure(t, err, tokenapi.KindNetwork, "proxy setting"); e.Sent || strings.Contains(e.Error(), "canary") {
		t.Errorf("%+v", e)
	}
}

// TestProxyFromEnvironment runs itself again, because net/http reads the environment once. The gateway is at
// 0.0.0.0: no loopback address, for which no proxy is ever used, and yet on this machine.
func TestProxyFromEnvironment(t *testing.T) {
	const child = "LANYARD_TEST_PROXY_CHILD"
	if target, ca, ok := strings.Cut(os.Getenv(child), "\n"); ok {
		c, err := tokenapi.New(tokenapi.Config{
			Endpoints: tokenapi.Endpoints{TokenURL: target + "/token"}, CAPEM: []byte(ca), Timeout: time.Minute,
		}, time.Now)
		if err == nil {
			_, _, err = get(t.Context(), c)
		}
		fmt.Printf("answer: %v\n", err)
		return
	}
	a := newAuthority(t, "a")
	s := a.serve(t, grants(), nil)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for noProxy, want := range map[string][]string{
		"":                       {"CONNECT 0.0.0.0:" + port},
		"other.example":          {"CONNECT 0.0.0.0:" + port},
		"other.example, 0.0.0.0": nil,
		"*":                      nil,
	} {
		f := newForwarding(t, s.Listener.Addr().String(), 0)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyFromEnvironment$")
		cmd.Env = []string{"HTTPS_PROXY=" + f.URL, "NO_PROXY=" + noProxy, child + "=https://0.0.0.0:" + port + "\n" + string(a.pem)}
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "answer: <nil>") {
			t.Errorf("NO_PROXY=%q: %v %s", noProxy, err, out)
		}
		if got := f.log(); !slices.Equal(got, want) {
			t.Errorf("NO_PROXY=%q: the proxy was asked for %q, want %q", noProxy, got, want)
		}
	}
}
