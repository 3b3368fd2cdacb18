package console_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"

	"lanyard/tokenapi/secret"
)

// issuer is a Token API that counts. It has one live pair for each client and scope, returns it to
// every get, and rotates refresh tokens strictly. A client whose key begins with s gets a new pair
// from every get, and the earlier pairs stay alive. With faults it is sometimes busy or loses an
// answer. It can stop a client at a point of a request.
type issuer struct {
	mu     sync.Mutex
	random *rand.Rand
	faults bool
	stop   *stop
	next   map[string]fate // fates of the next requests, by client

	requests  map[string]int // by client
	n         int
	live      map[string]*pair // by client and scope
	byRefresh map[string]*pair
	written   map[string]*pair // sent whole, by fingerprint of the access token
	revoked   map[string]bool  // by fingerprint
	doubles   int              // refresh tokens that were sent again after they had been spent
	refreshed int
}

type pair struct {
	access, refresh string
	client, scope   string
	from            string // fingerprint of the pair that it replaced, in a refresh
	spent, ended    bool
}

func newIssuer(seed uint64) *issuer {
	return &issuer{
		random: rand.New(rand.NewPCG(seed, 1)), live: map[string]*pair{},
		byRefresh: map[string]*pair{},
		written:   map[string]*pair{}, revoked: map[string]bool{}, requests: map[string]int{},
		next: map[string]fate{},
	}
}

// faultLife is the life of a token in seconds. It is longer than all advances of the clock
// together.
const faultLife = 400 * 24 * 3600

func fingerprint(text string) string { return secret.New(text).Fingerprint() }

// issue makes a pair and puts it in the place of the earlier one.
func (i *issuer) issue(client, scope string) *pair {
	i.n++
	p := &pair{access: fmt.Sprintf("access-%d-%s", i.n, client), client: client, scope: scope}
	if client[0] != 'c' {
		p.refresh = fmt.Sprintf("refresh-%d-%s", i.n, client)
		i.byRefresh[p.refresh] = p
	}
	i.live[client+" "+scope] = p
	return p
}

// The points of a request at which the issuer can stop a client.
const (
	received = "received" // nothing is done
	holds    = "holds"    // done, nothing is answered
	middle   = "middle"   // half of the answer is sent
	answered = "answered" // all of the answer is sent
)

// stop is a point of a request at which its client is to be killed. The issuer closes at when the
// request is there, and goes on when gone is closed.
type stop struct {
	who, where string
	left       int  // requests of this client before the one to stop at
	lives      bool // the client is not killed: the request goes on
	at, gone   chan struct{}
}

// arm stops the request n of a client from now.
func (i *issuer) arm(who, where string, n int) *stop {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stop = &stop{who: who, where: where, left: n, at: make(chan struct{}),
		gone: make(chan struct{})}
	return i.stop
}

// fate decides how the server treats one request.
type fate struct {
	stop  *stop
	busy  bool // 503, nothing is done
	lost  bool // done, and the connection breaks before the answer
	cut   bool // done, and the connection breaks in the middle of the answer
	proxy bool // done, and a proxy answers 502
}

func (i *issuer) fate(who string) (f fate) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests[who]++
	if s := i.stop; s != nil && s.who == who {
		if s.left--; s.left == 0 {
			f.stop, i.stop = s, nil
			return f
		}
	}
	if f, ok := i.next[who]; ok {
		delete(i.next, who)
		return f
	}
	if !i.faults {
		return f
	}
	switch i.random.IntN(24) {
	case 0:
		f.busy = true
	case 1:
		f.lost = true
	case 2:
		f.cut = true
	case 3:
		f.proxy = true
	}
	return f
}

// spoil sets the fate of the next request of a client.
func (i *issuer) spoil(who string, f fate) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.next[who] = f
}

// spoilt reports whether a client has sent the request that was to be spoilt.
func (i *issuer) spoilt(who string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, waits := i.next[who]
	return !waits
}

// reached holds a request at a point if its client is to be killed there.
func (f fate) reached(where string) {
	if f.stop != nil && f.stop.where == where {
		close(f.stop.at)
		<-f.stop.gone
		if !f.stop.lives {
			panic(http.ErrAbortHandler)
		}
	}
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client, who, _ := r.BasicAuth()
	f := i.fate(who)
	f.reached(received)
	if f.busy {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if err := r.ParseForm(); err != nil {
		return // the client is gone
	}
	status, body, p := http.StatusOK, "{}", (*pair)(nil)
	if r.URL.Path == "/revoke" {
		i.revoke(r.Form.Get("token"))
	} else {
		status, body, p = i.token(client, r.Form.Get("grant_type"), r.Form.Get("scope"),
			r.Form.Get("refresh_token"))
	}
	f.reached(holds)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	switch {
	case f.lost:
		panic(http.ErrAbortHandler)
	case f.proxy:
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(status)
	flush := http.NewResponseController(w).Flush
	_, err := w.Write([]byte(body[:len(body)/2]))
	if err == nil {
		err = flush()
	}
	f.reached(middle)
	if f.cut {
		panic(http.ErrAbortHandler)
	}
	if err == nil {
		_, err = w.Write([]byte(body[len(body)/2:]))
	}
	if err == nil {
		err = flush()
	}
	if err == nil && p != nil {
		i.mu.Lock()
		i.written[fingerprint(p.access)] = p
		i.mu.Unlock()
	}
	f.reached(answered)
}

func (i *issuer) token(client, grant, scope, refresh string) (int, string, *pair) {
	i.mu.Lock()
	defer i.mu.Unlock()
	p := i.live[client+" "+scope]
	if grant == "refresh_token" {
		old := i.byRefresh[refresh]
		switch {
		case old != nil && old.spent:
			i.doubles++
			fallthrough
		case old == nil || old.ended:
			return http.StatusBadRequest, `{"error":"invalid_grant"}`, nil
		}
		old.spent = true
		i.refreshed++
		p = i.issue(old.client, old.scope)
		p.from = fingerprint(old.access)
	} else if p == nil || client[0] == 's' {
		p = i.issue(client, scope)
	}
	body := fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":%d`, p.access,
		faultLife)
	if p.refresh != "" {
		body += fmt.Sprintf(`,"refresh_token":%q`, p.refresh)
	}
	return http.StatusOK, body + "}", p
}

func (i *issuer) revoke(text string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.revoked[fingerprint(text)] = true
	if p := i.byRefresh[text]; p != nil {
		p.ended = true
	}
	for key, p := range i.live {
		if p.access == text || p.refresh == text {
			delete(i.live, key)
		}
	}
}

// sent returns how many requests a client has sent.
func (i *issuer) sent(who string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.requests[who]
}

func (i *issuer) setFaults(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults = on
}
