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

// callbacks implements console.Callbacks: it listens for the browser on loopback addresses (RFC
// 8252 section 7.3).
type callbacks struct{}

// door listens at one redirect URL for the answer to one authorization request.
type door struct {
	listeners []net.Listener // two where localhost has two addresses
	url       string
	host      string // expected Host header; another one may come from DNS rebinding
	path      string
	patience  time.Duration // limits the browser's wait for the outcome of its sign-in

	outcome chan error // nil: Lanyard got a token
	mu      sync.Mutex
	server  *http.Server // holds the page of the accepted request until Close; nil before
}

// signInPatience is longer than the exchange of a code takes: an environment's timeout is 15 s by
// default.
const signInPatience = 30 * time.Second

// Open listens at the address of a redirect URL.
func (callbacks) Open(ctx context.Context, redirectURL string) (console.Door, error) {
	u, err := url.Parse(redirectURL)
	if err != nil || u.Scheme != "http" || !console.Loopback(u.Hostname()) {
		return nil, misuse("such as http://127.0.0.1:0/callback",
			"redirect_url: not an http:// address of this machine")
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
		return nil, &failure{
			exit: exitUnexpected, code: console.CodeNoCallback, err: err,
			text: "get: cannot listen for the browser at " + redirectURL + ": " + listenCause(err),
			hint: "port 0 in redirect_url takes a free one",
		}
	}
	_, port, _ = net.SplitHostPort(listeners[0].Addr().String())
	u.Host = net.JoinHostPort(host, port)
	return &door{
		listeners: listeners, url: u.String(), host: u.Host, path: u.Path, patience: signInPatience,
		outcome: make(chan error, 1),
	}, nil
}

// freePorts is the number of ports that are tried until one is free at both addresses of localhost.
const freePorts = 20

// listenAt listens at one address, or at both addresses of localhost. A browser may try either one
// first, and another program that listened there would receive the code. The hosts file is not
// consulted.
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

// addressTaken reports whether another program listens at the address. 10048 is WSAEADDRINUSE of
// Windows.
func addressTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.Errno(10048))
}

// addressed reports whether host, the Host header of a request, is the address of this door. A page
// under another name that resolves to this machine has another Host (DNS rebinding).
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

// URL returns the redirect URI with the port that is in use.
func (d *door) URL() string { return d.url }

// Close tells the waiting browser the outcome of its sign-in, and frees the port.
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

// shutDown stops a server. A response that is being written has a second to finish.
func shutDown(ctx context.Context, srv *http.Server) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if srv.Shutdown(last) != nil {
		_ = srv.Close()
	}
}

// maxStrangers is the number of tolerated requests that hold no answer of the authorization server.
const maxStrangers = 50

// tooManyStrangers returns the error after maxStrangers requests that held no answer.
func tooManyStrangers() error {
	return &failure{
		exit: exitUnexpected, code: console.CodeNoCallback,
		text: "get: too many requests at the redirect URL that were no answer",
	}
}

// Wait serves requests until accept takes one. The page that the browser gets repeats nothing of
// the request. Close sends the page of the accepted request, or the server does when patience is
// over.
func (d *door) Wait(ctx context.Context, accept func(url.Values) error) error {
	over := make(chan error, 1)
	turn := make(chan struct{}, 1) // one request at a time
	strangers, taken := 0, false
	finish := func(err error) {
		taken = true
		over <- err
	}
	// judge returns the page for a request. Status 0 means that the request was accepted, and that
	// its page waits for the outcome.
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
				finish(tooManyStrangers())
			}
			return http.StatusBadRequest, "This is not an answer to what Lanyard asked."
		}
		finish(err)
		return http.StatusBadRequest, "The sign-in did not succeed. Lanyard says why."
	}
	srv := d.newServer(judge)
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

// newServer returns a server whose pages come from judge. The page of the accepted request waits
// for the outcome.
func (d *door) newServer(judge func(*http.Request) (status int, text string)) *http.Server {
	return &http.Server{
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: d.patience + 10*time.Second, MaxHeaderBytes: 64 << 10,
		// the default writes to the terminal, and quotes the request
		ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status, text := judge(r)
			if status == 0 {
				status, text = d.awaitOutcome()
			}
			page(w, status, text)
		}),
	}
}

// parseAnswer parses the query of an answer. Servers may leave a semicolon in a code, a state or a
// message unescaped (WHATWG URL, section 5.1), but net/url refuses the whole query for it.
func parseAnswer(query string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
}

// awaitOutcome waits for the outcome of a sign-in, and returns the page about it.
func (d *door) awaitOutcome() (status int, text string) {
	timer := time.NewTimer(d.patience)
	defer timer.Stop()
	select {
	case err := <-d.outcome:
		if err == nil {
			return http.StatusOK, "Signed in. You can close this page and go back to Lanyard."
		}
		return http.StatusBadGateway,
			"You have signed in, but Lanyard got no token. Lanyard says why."
	case <-timer.C:
		return http.StatusOK,
			"You have signed in. Lanyard is still asking for the token: look there for what " +
				"becomes of it."
	}
}

// page writes a page that has no script and no external style, is not cached, and sends no
// referrer.
func page(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy",
		"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<!doctype html><html lang="en"><head><meta charset="utf-8">`+
		"<title>Lanyard</title></head><body><p>"+text+"</p></body></html>\n")
}
