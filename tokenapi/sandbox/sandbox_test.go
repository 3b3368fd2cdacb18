package sandbox_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

// clock is a virtual clock, which the test advances.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// wire carries a client's requests to the handler without a socket.
type wire struct{ http.Handler }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	res := rec.Result()
	res.Request = r
	return res, nil
}

// bench is a server with its clock and its applications.
type bench struct {
	*testing.T
	server                              *sandbox.Server
	clock                               *clock
	orders, sandboxed, payments, mobile sandbox.Application

	base string // its URL, without a slash at the end
}

func newBench(t *testing.T, o sandbox.Options) *bench {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	if o.Clock == nil {
		o.Clock = c.Now
	}
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Applications()
	if len(a) < 4 {
		t.Fatalf("%d applications", len(a))
	}
	return &bench{t, s, c, a[0], a[1], a[2], a[3],
		strings.TrimRight(cmp.Or(o.PublicURL, "http://sandbox.test"), "/")}
}

// reply is an answer of the Token API or the gateway.
type reply struct {
	status int
	header http.Header
	body   string

	Access      string `json:"access_token"`
	Refresh     string `json:"refresh_token"`
	Scope       string `json:"scope"`
	Type        string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Code        string `json:"code"`
}

func (b *bench) do(r *http.Request) reply {
	b.Helper()
	res, err := (&http.Client{Transport: wire{b.server}}).Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header, body: string(body)}
	if strings.HasPrefix(out.body, "{") {
		if err := json.Unmarshal(body, &out); err != nil {
			b.Fatalf("not JSON: %v: %s", err, body)
		}
	}
	return out
}

func (b *bench) request(method, path, body string, header ...string) *http.Request {
	b.Helper()
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

const formType = "application/x-www-form-urlencoded"

// post sends a form as an application, by Basic.
func (b *bench) post(path string, a sandbox.Application, body string) reply {
	b.Helper()
	return b.do(b.request("POST", path, body, "Content-Type", formType, "Authorization", basic(a)))
}

func basic(a sandbox.Application) string {
	return "Basic " +
		base64.StdEncoding.EncodeToString([]byte(a.ConsumerKey+":"+a.ConsumerSecret.Reveal()))
}

func (b *bench) get(a sandbox.Application, extra string) reply {
	b.Helper()
	r := b.post("/token", a, "grant_type=client_credentials"+extra)
	b.want(r, 200, "")
	return r
}

func (b *bench) getAna(extra string) reply {
	b.Helper()
	r := b.post("/token", b.payments, anaForm(b.payments)+extra)
	b.want(r, 200, "")
	return r
}

func anaForm(a sandbox.Application) string {
	return url.Values{"grant_type": {"password"}, "username": {a.Username},
		"password": {a.Password.Reveal()}}.Encode()
}

func (b *bench) renew(a sandbox.Application, refresh string) reply {
	b.Helper()
	return b.post("/token", a, "grant_type=refresh_token&refresh_token="+refresh)
}

func (b *bench) revoke(a sandbox.Application, token string) reply {
	b.Helper()
	return b.post("/revoke", a, "token="+token)
}

func (b *bench) active(token string) bool {
	b.Helper()
	r := b.post("/introspect", b.orders, "token="+token)
	b.want(r, 200, "")
	return strings.Contains(r.body, `"active":true`)
}

// call sends a token to an API and returns the status.
func (b *bench) call(path, token string) int {
	b.Helper()
	return b.do(b.request("GET", path, "", "Authorization", "Bearer "+token)).status
}

func (b *bench) wantCall(path, token string, status int, when string) {
	b.Helper()
	if got := b.call(path, token); got != status {
		b.Errorf("%s: the gateway answered %d, want %d", when, got, status)
	}
}

func (b *bench) want(r reply, status int, code string) {
	b.Helper()
	if r.status != status || r.Error != code {
		b.Fatalf("got %d %q (%s), want %d %q", r.status, r.Error, r.Description, status, code)
	}
}
