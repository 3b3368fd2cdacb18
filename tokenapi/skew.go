package tokenapi

import (
	"net/http"
	"sync"
	"time"
)

// clientState is the state that a Client keeps between calls: the difference between the clocks,
// and the last use of its connections.
type clientState struct {
	mu       sync.Mutex
	used     time.Time
	api      time.Duration // skew of the hosts of the endpoints
	hasAPI   bool
	other    time.Duration // skew of any other host
	hasOther bool
}

// Skew returns the server's clock minus ours, from the last answer of an endpoint, or of another
// host if no endpoint has answered. It is for display and for the times in an assertion. Lifetimes
// do not use it: they count from receipt (RFC 6749 section 5.1).
func (c *Client) Skew() (time.Duration, bool) {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	if c.state.hasAPI {
		return c.state.api, true
	}
	return c.state.other, c.state.hasOther
}

// serverTime is now by the clock of the endpoints, if it is known. Other hosts do not count,
// because only the authorization server checks the times in an assertion.
func (c *Client) serverTime() time.Time {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	if !c.state.hasAPI {
		return c.now()
	}
	return c.now().Add(c.state.api)
}

// noteSkew records the clock difference that an answer showed.
func (c *Client) noteSkew(target string, d time.Duration) {
	host, ours := hostOf(target), false
	for _, u := range []string{
		c.cfg.Endpoints.TokenURL, c.cfg.Endpoints.RevokeURL,
		c.cfg.Endpoints.IntrospectURL, c.cfg.Endpoints.DeviceURL,
	} {
		ours = ours || u != "" && hostOf(u) == host
	}
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	if ours {
		c.state.api, c.state.hasAPI = d, true
		return
	}
	c.state.other, c.state.hasOther = d, true
}

// skew compares the Date of an answer with our clock. The server wrote its Date, cut to whole
// seconds, between started and answered. The result is the middle of the possible range, or 0 if
// the range holds 0: a slow call does not show a clock difference. An answer from a cache (Age, RFC
// 9111 section 5.1) has an old Date and does not count.
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

// closeStale closes idle connections that are older than idleFor. The transport does that too, but
// by a clock that stops while the machine sleeps. A grant on a dead connection is lost, and the
// caller cannot know whether it arrived.
func (c *Client) closeStale() {
	now := c.now().Round(0) // by the wall clock
	c.state.mu.Lock()
	last := c.state.used
	c.state.used = now
	c.state.mu.Unlock()
	if !last.IsZero() && now.Sub(last) > idleFor {
		c.Close()
	}
}
