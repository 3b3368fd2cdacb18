package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lanyard/console"
)

// waitingDoor is a door whose Wait runs, with the codes that it accepted.
type waitingDoor struct {
	console.Door
	at   *url.URL
	took chan string
	done chan error
}

func waiting(t *testing.T, redirectURL string) *waitingDoor {
	t.Helper()
	k := &waitingDoor{Door: opened(t, redirectURL), took: make(chan string, 10),
		done: make(chan error, 1)}
	var err error
	if k.at, err = url.Parse(k.URL()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		err := k.Wait(ctx, func(q url.Values) error {
			if q.Get("state") != "ours" {
				return console.ErrNotOurs
			}
			k.took <- q.Get("code")
			return nil
		})
		k.Close(nil)
		k.done <- err
	}()
	t.Cleanup(cancel)
	return k
}

// say sends a raw request and returns the answer, or nil if the connection was closed.
func (k *waitingDoor) say(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		return nil, ""
	}
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		return nil, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// Requests that are not the answer to this redirect URL are refused. They do not use up the one
// answer, and the pages repeat nothing of them.
func TestDoorSendsAway(t *testing.T) {
	t.Parallel()
	k := waiting(t, "http://127.0.0.1:0/callback")
	const code = "c4n-code-1"
	answer := "/callback?state=ours&code=" + code
	get := func(target, host, more string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n"
	}
	_, port, _ := net.SplitHostPort(k.at.Host)
	for name, c := range map[string]struct {
		request string
		want    int
	}{
		"another name":          {get(answer, "evil.example:"+port, ""), 404},
		"another name, no port": {get(answer, "evil.example", ""), 404},
		"this name, no port":    {get(answer, "127.0.0.1", ""), 404},
		"another port":          {get(answer, "127.0.0.1:1", ""), 404},
		"localhost, not asked":  {get(answer, "localhost:"+port, ""), 404},
		"a whole URL":           {get("http://evil.example"+answer, k.at.Host, ""), 404},
		"no name at all":        {"GET " + answer + " HTTP/1.1\r\n\r\n", 400},
		"an empty name":         {get(answer, "", ""), 404},
		"an old protocol":       {"GET " + answer + " HTTP/1.0\r\n\r\n", 404},
		"another method": {
			"POST " + answer + " HTTP/1.1\r\nHost: " + k.at.Host + "\r\nContent-Length: 0\r\n\r\n",
			404,
		},
		"HEAD": {
			strings.Replace(get(answer, k.at.Host, ""), "GET", "HEAD", 1),
			404,
		},
		"OPTIONS": {
			strings.Replace(get(answer, k.at.Host, ""), "GET", "OPTIONS", 1),
			404,
		},
		"CONNECT": {
			"CONNECT " + k.at.Host + " HTTP/1.1\r\nHost: " + k.at.Host + "\r\n\r\n",
			404,
		},
		"another path":  {get("/?state=ours&code="+code, k.at.Host, ""), 404},
		"a path below":  {get("/callback/?state=ours&code="+code, k.at.Host, ""), 404},
		"a path around": {get("/x/../callback?state=ours&code="+code, k.at.Host, ""), 404},
		"an icon":       {get("/favicon.ico", k.at.Host, ""), 404},
		"another state": {
			get("/callback?state=<b>theirs</b>&code="+code, k.at.Host, ""),
			400,
		},
		"no state":       {get("/callback?code="+code, k.at.Host, ""), 400},
		"nothing":        {get("/callback", k.at.Host, ""), 400},
		"a broken query": {get("/callback?%zz&state=ours", k.at.Host, ""), 400},
		"a header too large": {
			get(answer, k.at.Host, "X: "+strings.Repeat("x", 128<<10)+"\r\n"),
			431,
		},
	} {
		resp, body := k.say(t, k.at.Host, c.request)
		if resp == nil && name == "a header too large" {
			continue // the server may close before the request is written
		}
		if resp == nil || resp.StatusCode != c.want {
			t.Errorf("%s: %v", name, resp)
			continue
		}
		if all := body + headerText(resp.Header); strings.Contains(all, code) ||
			strings.Contains(all, "theirs") || strings.Contains(all, "ours") ||
			strings.Contains(all, "evil") {
			t.Errorf("%s: it repeats what was said: %s", name, all)
		}
	}
	// An unfinished request does not delay the answer of the browser.
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", k.at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	_, _ = io.WriteString(slow, "GET "+answer+" HTTP/1.1\r\nHost: "+k.at.Host+"\r\nX-Slow: ")
	if len(k.took) != 0 {
		t.Fatalf("one of them was taken: %s", <-k.took)
	}
	resp, body := k.say(t, k.at.Host, get(answer, k.at.Host, ""))
	if resp == nil || resp.StatusCode != 200 || strings.Contains(body, code) {
		t.Fatalf("the answer was not taken: %v %s", resp, body)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri " +
			"'none'; form-action 'none'",
		"Content-Type": "text/html; charset=utf-8",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if !resp.Close {
		t.Error("the connection is kept")
	}
	if err := <-k.done; err != nil || <-k.took != code || len(k.took) != 0 {
		t.Errorf("it ended with %v", err)
	}
	if c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", k.at.Host); err == nil {
		_ = c.Close()
		t.Error("somebody is still at home")
	}
	if _, err := slow.Read(make([]byte, 1)); err == nil || !errors.Is(err, io.EOF) &&
		!strings.Contains(err.Error(), "reset") {
		t.Errorf("the slow one is still connected: %v", err)
	}
}

func headerText(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

// A browser may try either address of localhost first, so the door listens at both.
func TestDoorAtBothAddresses(t *testing.T) {
	t.Parallel()
	six, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp6", "[::1]:0")
	hasSix := err == nil
	if hasSix {
		defer six.Close()
		_, taken, _ := net.SplitHostPort(six.Addr().String())
		if d, err := (callbacks{}).Open(t.Context(), "http://localhost:"+taken+"/"); err == nil {
			d.Close(nil)
			t.Error("it opened where somebody else listens at the other address")
		} else if !strings.Contains(explain(err).Hint, "port 0") {
			t.Errorf("%v", err)
		}
	}
	for _, addr := range []string{"127.0.0.1", "::1"} {
		if addr == "::1" && !hasSix {
			t.Log("this machine has no IPv6: one address is all there is")
			continue
		}
		k := waiting(t, "http://LocalHost:0/cb")
		_, port, _ := net.SplitHostPort(k.at.Host)
		resp, _ := k.say(t, net.JoinHostPort(addr, port),
			"GET /cb?state=ours&code=c HTTP/1.1\r\nHost: localhost:"+port+"\r\n\r\n")
		if resp == nil || resp.StatusCode != 200 {
			t.Fatalf("at %s: %v", addr, resp)
		}
		if err := <-k.done; err != nil {
			t.Errorf("at %s: %v", addr, err)
		}
		for _, both := range []string{"127.0.0.1", "::1"} {
			if c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp",
				net.JoinHostPort(both, port)); err == nil {
				_ = c.Close()
				t.Errorf("somebody is still at home at %s", both)
			}
		}
	}
}

func TestAddressed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		host, came string
		want       bool
	}{
		{"127.0.0.1:80", "127.0.0.1", true}, {"127.0.0.1:80", "127.0.0.1:80", true},
		{"127.0.0.1:81", "127.0.0.1", false},
		{"[::1]:80", "[::1]", true}, {"[::1]:8976", "[::1]:8976", true},
		{"[::1]:8976", "[0:0:0:0:0:0:0:1]:8976", true},
		{"localhost:8976", "LOCALHOST:8976", true}, {"localhost:8976", "localhost.:8976", false},
		{"localhost:8976", "127.0.0.1:8976", false},
		{"127.0.0.1:8976", "127.0.0.1.evil.example:8976", false}, {"127.0.0.1:8976", "", false},
		{"localhost:80", "", false},
	} {
		if got := (&door{host: c.host}).addressed(c.came); got != c.want {
			t.Errorf("%s for %s: %v", c.came, c.host, got)
		}
	}
}

// A semicolon in an answer is kept. net/url refuses such a query, and the sign-in would wait until
// its end.
func TestDoorReadsSemicolons(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"code=a;b&state=ours": "a;b", "code=a;state=theirs&state=ours": "a;state=theirs",
		"iss=https://h/;v=1&code=c&state=ours&error_description=no;why": "c",
		"state=ours&code=a%3Bb": "a;b", ";&code=c&state=ours": "c",
	} {
		k := waiting(t, "http://127.0.0.1:0/callback")
		resp, _ := k.say(t, k.at.Host,
			"GET /callback?"+query+" HTTP/1.1\r\nHost: "+k.at.Host+"\r\n\r\n")
		if resp == nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %v", query, resp)
			continue
		}
		if got := <-k.took; got != want {
			t.Errorf("%s: the code is %q, want %q", query, got, want)
		}
	}
}
