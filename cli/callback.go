package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"lanyard/console"
)

// callbacks opens doors for browsers to come back through, on loopback addresses alone (RFC 8252 section 7.3).
type callbacks struct{}

// door is one listener for one authorization.
type door struct {
	listener net.Listener
	url      string
	path     string
}

// Open listens at the address of a redirect URL.
func (callbacks) Open(ctx context.Context, redirectURL string) (console.Door, error) {
	u, err := url.Parse(redirectURL)
	if err != nil || u.Scheme != "http" || !loopback(u.Hostname()) {
		return nil, misuse("such as http://127.0.0.1:0/callback", "redirect_url: not an http:// address of this machine")
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "80"
	}
	if u.Path == "" {
		u.Path = "/"
	}
	at := host
	if host == "localhost" {
		at = "127.0.0.1" // never what a hosts file says
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(at, port))
	if err != nil {
		return nil, &failure{exit: exitUnexpected, code: "no_callback", err: err,
			text: "get: nothing can come back to " + redirectURL + ": " + listenCause(err), hint: "port 0 in redirect_url takes a free one"}
	}
	_, port, _ = net.SplitHostPort(l.Addr().String())
	u.Host = net.JoinHostPort(host, port)
	return &door{listener: l, url: u.String(), path: u.Path}, nil
}

// URL is the redirect URI with the port that was taken.
func (d *door) URL() string { return d.url }

// Close lets go of the port.
func (d *door) Close() { _ = d.listener.Close() }

// maxStrangers is how many requests that are no answer are put up with.
const maxStrangers = 50

// Wait serves until accept takes a request. The page that the browser is shown says how it went, and holds
// nothing of what came in.
func (d *door) Wait(ctx context.Context, accept func(url.Values) error) error {
	over := make(chan error, 1)
	turn := make(chan struct{}, 1) // one request at a time
	strangers := 0
	finish := func(err error) {
		select {
		case over <- err:
		default:
		}
	}
	srv := &http.Server{
		ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			turn <- struct{}{}
			defer func() { <-turn }()
			if len(over) > 0 || r.URL.Path != d.path || r.Method != http.MethodGet {
				page(w, http.StatusNotFound, "There is nothing here.")
				return
			}
			q, err := url.ParseQuery(r.URL.RawQuery)
			if err == nil {
				err = accept(q)
			} else {
				err = console.ErrNotOurs
			}
			switch {
			case err == nil:
				page(w, http.StatusOK, "Signed in. You can close this page and go back to Lanyard.")
				finish(nil)
			case errors.Is(err, console.ErrNotOurs):
				page(w, http.StatusBadRequest, "This is not an answer to what Lanyard asked.")
				if strangers++; strangers >= maxStrangers {
					finish(&failure{exit: exitUnexpected, code: "no_callback", text: "get: too many requests at the redirect URL that were no answer"})
				}
			default:
				page(w, http.StatusBadRequest, "The sign-in did not succeed. Lanyard says why.")
				finish(err)
			}
		}),
	}
	serving := make(chan error, 1)
	go func() { serving <- srv.Serve(d.listener) }()
	var err error
	select {
	case err = <-over:
	case <-ctx.Done():
		err = ctx.Err()
	case err = <-serving:
		return fmt.Errorf("get: wait for the browser: %w", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // the page is on its way
	defer cancel()
	if srv.Shutdown(last) != nil {
		_ = srv.Close()
	}
	if end := <-serving; err == nil && !errors.Is(end, http.ErrServerClosed) {
		err = fmt.Errorf("get: wait for the browser: %w", end)
	}
	return err
}

// page answers a browser: no script, no style from elsewhere, nothing to keep, no referrer to pass on.
func page(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Lanyard</title></head><body><p>"+text+"</p></body></html>\n")
}
