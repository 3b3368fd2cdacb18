package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"lanyard/console"
)

// callbacks opens doors for browsers to come back through, on loopback addresses alone (RFC 8252 section 7.3).
type callbacks struct{}

// door is one address for one authorization.
type door struct {
	listeners []net.Listener // two where localhost has two addresses
	url       string
	host      string // what a browser says it came to; any other was led here by a name of its own
	path      string
	patience  time.Duration // how long a browser is kept waiting for what becomes of its sign-in

	outcome chan error // what became of it
	mu      sync.Mutex
	server  *http.Server // holds the page of the accepted request until Close; nil before
}

// signInPatience is longer than the exchange of a code takes: the timeout of an environment is 15 s
// unless it is set.
const signInPatience = 30 * time.Second

// Open listens at the address of a redirect URL.
func (callbacks) Open(ctx context.Context, redirectURL string) (console.Door, error) {
	u, err := url.Parse(redirectURL)
	if err != nil || u.Scheme != "http" || !console.Loopback(u.Hostname()) {
		return nil, misuse("such as http://127.0.0.1:0/callback", "redirect_url: not an http:// address of this machine")
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "80"
	}
	if u.Path == "" {
		u.Path = "/"
	}
	listeners, err := listenAt(ctx, host, port)
	if err != nil {
		return nil, &failure{exit: exitUnexpected, code: console.CodeNoCallback, err: err,
			text: "get: nothing can come back to " + redirectURL + ": " + listenCause(err), hint: "port 0 in redirect_url takes a free one"}
	}
	_, port, _ = net.SplitHostPort(listeners[0].Addr().String())
	u.Host = net.JoinHostPort(host, port)
	return &door{
		listeners: listeners, url: u.String(), host: u.Host, path: u.Path, patience: signInPatience, outcome: make(chan error, 1),
	}, nil
}

// freePorts is how many ports are tried until one is free at both addresses of localhost.
const freePorts = 20

// listenAt listens at one address, or at both that localhost has: a browser may try either first, and whoever
// listens at the other would be handed the code. What a hosts file says of localhost is not asked.
func listenAt(ctx context.Context, host, port string) ([]net.Listener, error) {
	var conf net.ListenConfig
	if ip := net.ParseIP(host); ip != nil {
		l, err := conf.Listen(ctx, "tcp", net.JoinHostPort(host, port))
		return []net.Listener{l}, err
	}
	for try := 1; ; try++ {
		four, err := conf.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return nil, err
		}
		_, taken, _ := net.SplitHostPort(four.Addr().String())
		six, err := conf.Listen(ctx, "tcp6", net.JoinHostPort("::1", taken))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !addressTaken(err): // there is no IPv6 here
			return []net.Listener{four}, nil
		}
		_ = four.Close()
		if port != "0" || try == freePorts {
			return nil, err
		}
	}
}

// addressTaken says whether somebody else listens there. Windows has a number of its own for it.
func addressTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.Errno(10048))
}

// addressed says whether a request names this very address in its Host. A page elsewhere whose name leads to this
// machine (DNS rebinding) does not.
func (d *door) addressed(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	ours, ourPort, _ := net.SplitHostPort(d.host)
	if ip := net.ParseIP(name); ip != nil {
		return port == ourPort && ip.Equal(net.ParseIP(ours))
	}
	return port == ourPort && strings.EqualFold(name, ours)
}

// URL is the redirect URI with the port that was taken.
func (d *door) URL() string { return d.url }

// Close tells the browser whose request was accepted what became of the sign-in, and lets go of the
// port.
func (d *door) Close(outcome error) {
	d.mu.Lock()
	srv := d.server
	d.server = nil
	d.mu.Unlock()
	if srv != nil {
		d.outcome <- outcome
		shutDown(context.Background(), srv)
	}
	for _, l := range d.listeners {
		_ = l.Close()
	}
}

// shutDown ends a server. A page that is on its way has a second.
func shutDown(ctx context.Context, srv *http.Server) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if srv.Shutdown(last) != nil {
		_ = srv.Close()
	}
}

// maxStrangers is how many requests that are no answer are put up with.
const maxStrangers = 50

// Wait serves until accept takes a request. The page that the browser is shown holds nothing of
// what came in. The page of the request that was taken is sent by Close, or when patience is over.
func (d *door) Wait(ctx context.Context, accept func(url.Values) error) error {
	over := make(chan error, 1)
	turn := make(chan struct{}, 1) // one request at a time
	strangers, taken := 0, false
	finish := func(err error) {
		taken = true
		over <- err
	}
	// judge gives the page for a request; a status of 0 is that of the request that was taken.
	judge := func(r *http.Request) (status int, text string) {
		turn <- struct{}{}
		defer func() { <-turn }()
		if taken || !d.addressed(r.Host) || r.URL.Path != d.path || r.Method != http.MethodGet {
			return http.StatusNotFound, "There is nothing here."
		}
		q, err := parseAnswer(r.URL.RawQuery)
		if err == nil {
			err = accept(q)
		} else {
			err = console.ErrNotOurs
		}
		switch {
		case err == nil:
			finish(nil)
			return 0, ""
		case errors.Is(err, console.ErrNotOurs):
			if strangers++; strangers >= maxStrangers {
				finish(&failure{exit: exitUnexpected, code: console.CodeNoCallback, text: "get: too many requests at the redirect URL that were no answer"})
			}
			return http.StatusBadRequest, "This is not an answer to what Lanyard asked."
		}
		finish(err)
		return http.StatusBadRequest, "The sign-in did not succeed. Lanyard says why."
	}
	srv := &http.Server{
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: d.patience + 10*time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // it would write to the terminal, and quote what came
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status, text := judge(r)
			if status == 0 {
				status, text = d.awaitOutcome()
			}
			page(w, status, text)
		}),
	}
	serving := make(chan error, len(d.listeners))
	for _, l := range d.listeners {
		go func() { serving <- srv.Serve(l) }()
	}
	var err error
	select {
	case err = <-over:
		if err == nil {
			d.mu.Lock()
			d.server = srv
			d.mu.Unlock()
			return nil
		}
	case <-ctx.Done():
		err = ctx.Err()
	case err = <-serving:
		_ = srv.Close()
		return fmt.Errorf("get: wait for the browser: %w", err)
	}
	shutDown(ctx, srv)
	return err
}

// parseAnswer reads the query of an answer. A semicolon is an ordinary character in it (WHATWG URL, section 5.1), which
// servers leave as it is in a code, a state or a sentence; net/url refuses the whole query for it.
func parseAnswer(query string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
}

// awaitOutcome waits for what becomes of a sign-in and gives the page about it.
func (d *door) awaitOutcome() (status int, text string) {
	timer := time.NewTimer(d.patience)
	defer timer.Stop()
	select {
	case err := <-d.outcome:
		if err == nil {
			return http.StatusOK, "Signed in. You can close this page and go back to Lanyard."
		}
		return http.StatusBadGateway, "You have signed in, but Lanyard got no token. Lanyard says why."
	case <-timer.C:
		return http.StatusOK, "You have signed in. Lanyard is still asking for the token: look there for what becomes of it."
	}
}

// page answers a browser: no script, no style from elsewhere, nothing to keep, no referrer to pass on.
func page(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Lanyard</title></head><body><p>"+text+"</p></body></html>\n")
}
