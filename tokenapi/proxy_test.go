package tokenapi_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"lanyard/tokenapi"
)

// forwarding is a proxy that connects everything to one server, and records the requests.
type forwarding struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func (f *forwarding) log() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

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
		// The client sends as soon as it has its 200. The server must have stopped reading before
		// that.
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
	return http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, granted) })
}

func TestProxy(t *testing.T) {
	a := newAuthority(t, "a")
	s := a.serve(t, grants(), nil)
	f := newForwarding(t, s.Listener.Addr().String(), 0)
	through := func(base, proxy string) *tokenapi.Client {
		return clientFor(t, base, func(c *tokenapi.Config) {
			c.CAPEM, c.AllowHTTP = a.pem, true
			c.Proxies = tokenapi.Proxies{Named: proxy, NamedBy: "proxy of environment cloud"}
		})
	}
	for _, base := range []string{"https://gateway.example:8243", "http://gateway.example", s.URL} {
		if _, _, err := get(t.Context(), through(base, f.URL)); err != nil {
			t.Fatal(err)
		}
	}
	// The configured proxy is used for this machine too.
	if got := f.log(); !slices.Equal(got,
		[]string{"CONNECT gateway.example:8243", "POST http://gateway.example/token",
			"CONNECT " + s.Listener.Addr().String()}) {
		t.Errorf("the proxy was asked for %q", got)
	}
	// Without one the call is direct.
	if _, _, err := get(t.Context(), through(s.URL, "")); err != nil || len(f.log()) != 3 {
		t.Errorf("%v %q", err, f.log())
	}
}

// Every failure of a proxy names the proxy, without its password, and where it was set.
func TestProxyFaults(t *testing.T) {
	a := newAuthority(t, "a")
	web := a.serve(t, grants(), nil)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.Close()
	refusing := func(status int) string {
		return newForwarding(t, "", status).Listener.Addr().String()
	}
	socks := func(reply string) string { return socksServer(t, reply) }
	for name, c := range map[string]struct {
		proxy, target string // of the proxy without credentials
		want          []string
	}{
		"wants credentials": {"http://" + refusing(407), "https://gateway.example",
			[]string{"wants credentials (407)", "check the credentials in HTTPS_PROXY"}},
		"forbids": {"http://" + refusing(403), "https://gateway.example",
			[]string{"did not connect to gateway.example (403)", "may not allow"}},
		"cannot reach it": {"http://" + refusing(502), "https://gateway.example",
			[]string{"did not connect to gateway.example (502)", "server running"}},
		"is a web server": {"http://" + refusing(405), "https://gateway.example",
			[]string{"(405)", "no proxy"}},
		"is dead": {"http://" + dead.Addr().String(), "https://gateway.example",
			[]string{"could not be reached: nothing listens there", "NO_PROXY"}},
		"is dead, socks": {"socks5h://" + dead.Addr().String(),
			"https://gateway.example",
			[]string{"could not be reached: nothing listens there", "NO_PROXY"}},
		"is dead, without TLS": {"http://" + dead.Addr().String(), "http://gateway.example",
			[]string{"could not be reached: nothing listens there", "HTTP_PROXY"}},
		"has no such name": {"http://proxy.invalid:3128", "https://gateway.example",
			[]string{"could not be reached"}},
		"is spoken to in TLS": {"https://" + refusing(403), "https://gateway.example",
			[]string{"does not speak TLS", "write http://"}},
		"is not trusted": {"https://" + web.Listener.Addr().String(),
			"https://gateway.example", []string{"no TLS connection with the proxy", "ca_file"}},
		"socks, of HTTP": {"socks5://" + socks("HTTP/1.1 400 Bad Request\r\n\r\n"),
			"https://gateway.example", []string{"does not speak SOCKS5", "http://"}},
		"socks, wants credentials": {"socks5://" + socks("\x05\xff"), "https://gateway.example",
			[]string{"wants credentials", "HTTPS_PROXY"}},
		"socks, cannot reach it": {
			"socks5h://" + socks("\x05\x00\x05\x04\x00\x01\x7f\x00\x00\x01\x00\x00"),
			"https://gateway.example",
			[]string{"did not connect to gateway.example: host unreachable"}},
		"plain, answers itself 407": {"http://" + refusing(407), "http://gateway.example",
			[]string{"(407)", "check the credentials in HTTP_PROXY"}},
	} {
		t.Run(name, func(t *testing.T) {
			variable := "HTTPS_PROXY"
			if strings.HasPrefix(c.target, "http:") {
				variable = "HTTP_PROXY"
			}
			with := strings.Replace(c.proxy, "://", "://ana:canary-7d1f@", 1)
			client := clientFor(t, c.target, func(cfg *tokenapi.Config) {
				cfg.AllowHTTP, cfg.Proxies.Getenv = true,
					func(n string) string { return map[string]string{variable: with}[n] }
			})
			_, x, err := get(t.Context(), client)
			e, ok := tokenapi.AsError(err)
			if !ok {
				t.Fatal(err)
			}
			said := e.Error() + "\n" + e.Hint
			want := c.want
			if !e.Answered() {
				want = append(want, "the proxy "+c.proxy, "set by "+variable)
			}
			for _, w := range want {
				if !strings.Contains(said, w) {
					t.Errorf("%q is not in %q", w, said)
				}
			}
			if strings.Contains(said+x.Err, "canary") || !e.Answered() && e.Sent {
				t.Errorf("%+v", e)
			}
		})
	}
}

// socksServer answers the greeting of each client with the first two bytes of a reply, and its
// request with the rest.
func socksServer(t *testing.T, reply string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(c, make([]byte, 3))
			_, _ = io.WriteString(c, reply[:2])
			_, _ = c.Read(make([]byte, 300))
			_, _ = io.WriteString(c, reply[2:])
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// TestProxyChoice checks the order of the variables, which is curl's, and the exclusions of
// NO_PROXY.
func TestProxyChoice(t *testing.T) {
	t.Parallel()
	const named = "http://named.example:3128"
	for _, c := range []struct{ name, target, env, named, want, by string }{
		{"nothing", "https://h.example", "", "", "", ""},
		{"https", "https://h.example", "HTTPS_PROXY=http://a.example ALL_PROXY=http://b.example",
			"", "http://a.example", "HTTPS_PROXY"},
		{"https, small first", "https://h.example",
			"HTTPS_PROXY=http://a.example https_proxy=http://c.example", "", "http://c.example",
			"https_proxy"},
		{"http", "http://h.example",
			"HTTPS_PROXY=http://a.example HTTP_PROXY=http://d.example:8080", "",
			"http://d.example:8080", "HTTP_PROXY"},
		{"http in CGI", "http://h.example", "HTTP_PROXY=http://d.example REQUEST_METHOD=GET", "",
			"", ""},
		{"http in CGI, small", "http://h.example", "http_proxy=http://d.example REQUEST_METHOD=GET",
			"", "http://d.example", "http_proxy"},
		{"http without its own", "http://h.example", "HTTPS_PROXY=http://a.example", "", "", ""},
		{"all, http", "http://h.example", "ALL_PROXY=http://u:p@b.example:18300", "",
			"http://b.example:18300", "ALL_PROXY"},
		{"all, https", "https://h.example", "ALL_PROXY=socks5h://b.example", "",
			"socks5h://b.example", "ALL_PROXY"},
		{"all, small first", "https://h.example",
			"ALL_PROXY=http://b.example all_proxy=socks5://e.example", "", "socks5://e.example",
			"all_proxy"},
		{"all, no scheme", "https://h.example", "ALL_PROXY=b.example:3128", "",
			"http://b.example:3128", "ALL_PROXY"},
		{"all, and excepted", "https://h.example", "ALL_PROXY=http://b.example NO_PROXY=.example",
			"", "", "ALL_PROXY"},
		{"excepted by the small name", "https://h.example",
			"ALL_PROXY=http://b.example no_proxy=h.example", "", "", "ALL_PROXY"},
		{"all, this machine", "http://127.0.0.1:8080", "ALL_PROXY=http://b.example", "", "",
			"ALL_PROXY"},
		{"all, localhost", "http://localhost:8080", "ALL_PROXY=http://b.example", "", "",
			"ALL_PROXY"},
		{"named first", "https://h.example", "HTTPS_PROXY=http://a.example", named, named,
			"the file"},
		{"named, excepted", "https://h.example", "NO_PROXY=h.example", named, "", "the file"},
		{"named, this machine", "http://127.0.0.1:8080", "", named, named, "the file"},
		{"named, localhost", "http://localhost:8080", "NO_PROXY=other.example", named, named,
			"the file"},
		{"named, ::1", "http://[::1]:8080", "NO_PROXY=127.0.0.1", named, named, "the file"},
		{"named, this machine excepted", "http://127.0.0.1:8080", "NO_PROXY=localhost,127.0.0.1",
			named, "", "the file"},
		{"named, ::1 excepted", "http://[::1]:8080", "NO_PROXY=::1", named, "", "the file"},
		{"named, [::1] with its port", "http://[::1]:8080", "NO_PROXY=[::1]:8080", named, "",
			"the file"},
		{"named, network excepted", "http://127.0.0.2:8080", "NO_PROXY=127.0.0.0/8", named, "",
			"the file"},
		{"named, port excepted", "http://127.0.0.1:8080", "NO_PROXY=127.0.0.1:8080", named, "",
			"the file"},
		{"named, another port excepted", "http://127.0.0.1:8080", "NO_PROXY=127.0.0.1:9443", named,
			named, "the file"},
		{"named, everything excepted", "http://localhost:8080", "NO_PROXY=*", named, "",
			"the file"},
		{"named, domain excepted", "http://a.localhost:8080", "NO_PROXY=localhost", named, "",
			"the file"},
		{"cannot be read, but is not used", "https://h.example",
			"HTTPS_PROXY=http://[::1 NO_PROXY=h.example", "", "", "HTTPS_PROXY"},
	} {
		target, err := url.Parse(c.target)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tokenapi.Proxies{Named: c.named, NamedBy: "the file",
			Getenv: variables(c.env)}.Choose(target)
		said := ""
		if got.URL != nil {
			said = got.String()
		}
		if err != nil || said != c.want || got.By != c.by {
			t.Errorf("%s: %q by %q, %v; want %q by %q", c.name, said, got.By, err, c.want, c.by)
		}
	}
}

// variables makes an environment from words NAME=VALUE.
func variables(words string) func(string) string {
	env := map[string]string{}
	for _, w := range strings.Fields(words) {
		name, value, _ := strings.Cut(w, "=")
		env[name] = value
	}
	return func(name string) string { return env[name] }
}

// An invalid address is refused, and the error names its variable. The proxy is not bypassed.
func TestProxyAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"http://ana:canary@[::1":                "cannot be read",
		"http://http://proxy.example:3128":      "cannot be read",
		"http://ana:can#ary@proxy.example:3128": "cannot be read",
		"http://ana:can/ary@proxy.example:3128": "cannot be read",
		"http://proxy.example:99999":            "cannot be read",
		"http://:3128":                          "cannot be read",
		"http://proxy.example:3128/?canary":     "cannot be read",
		`"http://proxy.example:3128"`:           "cannot be read",
		"http://proxy.example:port":             "cannot be read",
		"socks4://proxy.example:1080":           "has a scheme other than",
		"ftp://ana:canary@proxy.example":        "has a scheme other than",
	} {
		for _, name := range []string{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"} {
			c := clientFor(t, "https://192.0.2.1",
				func(c *tokenapi.Config) { c.Proxies.Getenv = variables(name + "=" + raw) })
			_, _, err := get(t.Context(), c)
			e := failure(t, err, tokenapi.KindNetwork,
				"the proxy address that is set by "+name+" "+want, "http://proxy.example:3128")
			if e.Sent || strings.Contains(e.Error()+e.Hint, "can") &&
				strings.Contains(e.Error()+e.Hint, "ary") {
				t.Errorf("%s: %+v", raw, e)
			}
			if strings.Contains(raw, "@") != strings.Contains(e.Hint, "%40") {
				t.Errorf("%s: %s", raw, e.Hint)
			}
		}
	}
}

// The gateway is at 0.0.0.0: not a loopback address, so variables apply, but on this machine.
func TestProxyFromEnvironment(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, "a")
	s := a.serve(t, grants(), nil)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for env, want := range map[string][]string{
		"HTTPS_PROXY=%s":                        {"CONNECT 0.0.0.0:" + port},
		"ALL_PROXY=%s":                          {"CONNECT 0.0.0.0:" + port},
		"HTTP_PROXY=%s":                         nil,
		"HTTPS_PROXY=%s NO_PROXY=other.example": {"CONNECT 0.0.0.0:" + port},
		"HTTPS_PROXY=%s NO_PROXY=other,0.0.0.0": nil,
		"ALL_PROXY=%s NO_PROXY=*":               nil,
	} {
		f := newForwarding(t, s.Listener.Addr().String(), 0)
		c := clientFor(t, "https://0.0.0.0:"+port, func(c *tokenapi.Config) {
			c.CAPEM, c.Proxies.Getenv = a.pem, variables(strings.ReplaceAll(env, "%s", f.URL))
		})
		if _, _, err := get(t.Context(), c); err != nil {
			t.Errorf("%s: %v", env, err)
		}
		if got := f.log(); !slices.Equal(got, want) {
			t.Errorf("%s: the proxy was asked for %q, want %q", env, got, want)
		}
	}
}
