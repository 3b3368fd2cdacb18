package cli

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lanyard/console"
)

func opened(t *testing.T, redirectURL string) console.Door {
	t.Helper()
	d, err := callbacks{}.Open(t.Context(), redirectURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(nil) })
	return d
}

func fetch(t *testing.T, method, address string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

// The door accepts one answer, refuses strangers before it, and stops listening after it.
func TestDoor(t *testing.T) {
	t.Parallel()
	d := opened(t, "http://127.0.0.1:0/callback")
	u, err := url.Parse(d.URL())
	if err != nil || u.Hostname() != "127.0.0.1" || u.Port() == "0" || u.Path != "/callback" {
		t.Fatalf("it is at %s", d.URL())
	}
	done := make(chan error, 1)
	var took []string
	go func() {
		err := d.Wait(t.Context(), func(q url.Values) error {
			if q.Get("state") != "ours" {
				return console.ErrNotOurs
			}
			took = append(took, q.Get("code"))
			return nil
		})
		d.Close(nil)
		done <- err
	}()
	const canary = "canary-code"
	for _, c := range []struct {
		method, rest string
		want         int
	}{
		{"GET", "?state=theirs&code=" + canary, 400}, {"GET", "?%zz", 400},
		{"POST", "?state=ours&code=" + canary, 404},
		{"GET", "/deeper?state=ours&code=" + canary, 404},
	} {
		if status, body, _ := fetch(t, c.method, d.URL()+c.rest); status != c.want ||
			strings.Contains(body, canary) || strings.Contains(body, "ours") {
			t.Errorf("%s %s: %d %s", c.method, c.rest, status, body)
		}
	}
	status, body, h := fetch(t, "GET", d.URL()+"?state=ours&code="+canary)
	if status != 200 || strings.Contains(body, canary) || h.Get("Cache-Control") != "no-store" ||
		h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %q %v", status, body, h)
	}
	if err := <-done; err != nil || len(took) != 1 || took[0] != canary {
		t.Errorf("%v, took %q", err, took)
	}
	// Another program may have taken the free port since: only the door must not answer.
	r, err := http.NewRequestWithContext(t.Context(), "GET", d.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultTransport.RoundTrip(r); err == nil {
		_ = resp.Body.Close()
		if resp.Header.Get("Referrer-Policy") == "no-referrer" {
			t.Error("somebody is still at home")
		}
	}
}

// The page waits for the outcome of the sign-in and shows it. Meanwhile no other answer is
// accepted.
func TestDoorTellsTheOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		outcome  error
		patience time.Duration
		status   int
		says     string
	}{
		{nil, time.Hour, 200, "Signed in. You can close this page"},
		{errors.New("canary: refused"), time.Hour, 502, "Lanyard got no token"},
		{nil, 0, 200, "still asking for the token"},
	} {
		d := opened(t, "http://127.0.0.1:0/callback")
		d.(*door).patience = c.patience
		done, paged := make(chan error, 1), make(chan string, 1)
		go func() { done <- d.Wait(t.Context(), func(url.Values) error { return nil }) }()
		go func() {
			status, body, _ := fetch(t, "GET", d.URL()+"?state=ours&code=c")
			paged <- strconv.Itoa(status) + " " + body
		}()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if c.patience > 0 && len(paged) > 0 {
			t.Errorf("the page came before the outcome: %s", <-paged)
		}
		if status, _, _ := fetch(t, "GET", d.URL()+"?state=ours&code=again"); status != 404 {
			t.Errorf("a second answer is met with %d", status)
		}
		if c.patience == 0 { // answered before the outcome is known
			text := <-paged
			paged <- text
		}
		d.Close(c.outcome)
		if text := <-paged; !strings.HasPrefix(text, strconv.Itoa(c.status)+" ") ||
			!strings.Contains(text, c.says) || strings.Contains(text, "canary") {
			t.Errorf("after %v the page is %s", c.outcome, text)
		}
	}
}

func TestDoorRefuses(t *testing.T) {
	t.Parallel()
	d := opened(t, "http://localhost:0/cb")
	if !strings.HasPrefix(d.URL(), "http://localhost:") {
		t.Errorf("the redirect URI is %s, which is not the one that is registered", d.URL())
	}
	no := errors.New("access denied")
	done := make(chan error, 1)
	go func() { done <- d.Wait(t.Context(), func(url.Values) error { return no }) }()
	if status, body, _ := fetch(t, "GET", d.URL()+"?error=x"); status != 400 ||
		strings.Contains(body, "denied") {
		t.Errorf("%d %s", status, body)
	}
	if err := <-done; !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"http://0.0.0.0:0/", "http://192.0.2.1:0/", "https://127.0.0.1:0/",
		"http://[::]:0/", "file:///x", "http://example.com/", "%"} {
		if d, err := (callbacks{}).Open(t.Context(), bad); err == nil {
			d.Close(nil)
			t.Errorf("%s was opened", bad)
		}
	}
	// Without an answer it is closed too.
	d = opened(t, "http://127.0.0.1:0/callback")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- d.Wait(ctx, func(url.Values) error { return nil }) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// The error of a port in use names the way out.
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err = (callbacks{}).Open(t.Context(), "http://"+l.Addr().String()+"/cb"); err == nil ||
		!strings.Contains(explain(err).Hint, "port 0") {
		t.Errorf("%v", err)
	}
}

// Too many requests that are no answer end the wait.
func TestDoorStrangers(t *testing.T) {
	t.Parallel()
	d := opened(t, "http://127.0.0.1:0/")
	done := make(chan error, 1)
	go func() {
		done <- d.Wait(t.Context(),
			func(url.Values) error { return console.ErrNotOurs })
	}()
	for range maxStrangers {
		fetch(t, "GET", d.URL()+"?state=x")
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("%v", err)
	}
}
