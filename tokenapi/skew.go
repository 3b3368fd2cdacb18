package tokenapi

import (
	"net/http"
	"sync"
	"time"
)

// memory is what a Client keeps between calls: how the servers' clocks differ from its own, and when it
// last used its connections.
type memory struct {
	mu       sync.Mutex
	used     time.Time
	api      time.Duration // from the hosts of the Token API
	hasAPI   bool
	other    time.Duration // from any other host
	hasOther bool
}

// Skew is how far the server's clock was ahead of ours in the last answer of the Token API, or of another
// host when the Token API has not answered yet. It is for showing and for the times in an assertion: no
// lifetime is counted by it, because a lifetime counts from receipt (RFC 6749 section 5.1).
func (c *Client) Skew() (time.Duration, bool) {
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	if c.seen.hasAPI {
		return c.seen.api, true
	}
	return c.seen.other, c.seen.hasOther
}

// serverTime is now by the Token API's clock, as far as that is known. Other hosts are not asked: the time
// in an assertion is held against the Token API's clock alone.
func (c *Client) serverTime() time.Time {
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	if !c.seen.hasAPI {
		return c.now()
	}
	return c.now().Add(c.seen.api)
}

// noteSkew keeps what an answer from target showed.
func (c *Client) noteSkew(target string, d time.Duration) {
	host, ours := hostOf(target), false
	for _, u := range []string{c.cfg.Endpoints.TokenURL, c.cfg.Endpoints.RevokeURL, c.cfg.Endpoints.IntrospectURL, c.cfg.Endpoints.DeviceURL} {
		ours = ours || u != "" && hostOf(u) == host
	}
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	if ours {
		c.seen.api, c.seen.hasAPI = d, true
		return
	}
	c.seen.other, c.seen.hasOther = d, true
}

// skew compares the Date of an answer with the time in which it was made, by our clock. The server wrote
// its Date, cut to whole seconds, at some moment between started and answered; skew is the middle of what
// that permits, and 0 when it permits 0: a slow call does not show that a clock is off. What a cache kept
// (Age, RFC 9111 section 5.1) has the Date of another day.
func skew(h http.Header, started, answered time.Time) (time.Duration, bool) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || h.Get("Age") != "" {
		return 0, false
	}
	least, most := date.Sub(answered), date.Add(time.Second).Sub(started)
	if least <= 0 && most >= 0 {
		return 0, true
	}
	return least + (most-least)/2, true // the sum of both could overflow
}

// dropStale lets go of kept connections that were last used longer ago than they are kept. The transport
// does that by itself, but by a clock that stands still while the machine sleeps: what it kept then is
// mostly dead, and a grant sent into it is lost without anybody knowing whether it arrived.
func (c *Client) dropStale() {
	now := c.now().Round(0) // by the wall clock
	c.seen.mu.Lock()
	last := c.seen.used
	c.seen.used = now
	c.seen.mu.Unlock()
	if !last.IsZero() && now.Sub(last) > idleFor {
		c.Close()
	}
}
