package console_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"lanyard/tokenapi/secret"
)

// issuer is a Token API that counts: one live pair for each client and scope, which every get is given, and strict
// rotation. It is slow, busy, or breaks off in the middle of an answer as often as faults says.
type issuer struct {
	mu     sync.Mutex
	dice   *rand.Rand
	faults bool

	n         int
	live      map[string]*pair // by client and scope
	byRefresh map[string]*pair
	written   map[string]*pair // whose answer went out whole, by fingerprint of the access token
	revoked   map[string]bool  // by fingerprint
	posts     int
	doubles   int // refresh tokens that came again after they had been spent
	refreshed int
}

type pair struct {
	access, refresh string
	client, scope   string
	from            string // fingerprint of the one it took the place of, in a refresh
	spent, ended    bool
}

func newIssuer(seed uint64) *issuer {
	return &issuer{
		dice: rand.New(rand.NewPCG(seed, 1)), faults: true, live: map[string]*pair{}, byRefresh: map[string]*pair{},
		written: map[string]*pair{}, revoked: map[string]bool{},
	}
}

func fingerprint(text string) string { return secret.New(text).Fingerprint() }

// issue makes a pair and lets it take the place of the one before.
func (i *issuer) issue(client, scope string) *pair {
	i.n++
	p := &pair{access: fmt.Sprintf("access-%d-%s", i.n, client), client: client, scope: scope}
	if client[0] == 'p' {
		p.refresh = fmt.Sprintf("refresh-%d-%s", i.n, client)
		i.byRefresh[p.refresh] = p
	}
	i.live[client+" "+scope] = p
	return p
}

// fate is what becomes of one request.
type fate struct {
	before, after time.Duration
	busy          bool // 503, nothing is done
	cut           bool // done, and the connection breaks in the middle of the answer
	proxy         bool // done, and a proxy answers 502
}

func (i *issuer) fate() (f fate) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.faults {
		return f
	}
	if i.dice.IntN(4) == 0 {
		f.before = time.Duration(i.dice.IntN(40)) * time.Millisecond
	}
	if i.dice.IntN(4) == 0 {
		f.after = time.Duration(i.dice.IntN(80)) * time.Millisecond
	}
	switch i.dice.IntN(20) {
	case 0:
		f.busy = true
	case 1:
		f.cut = true
	case 2:
		f.proxy = true
	}
	return f
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := i.fate()
	time.Sleep(f.before)
	if f.busy {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	client, _, _ := r.BasicAuth()
	if err := r.ParseForm(); err != nil {
		return // whoever sent it is gone
	}
	status, body, p := http.StatusOK, "", (*pair)(nil)
	if r.URL.Path == "/revoke" {
		i.revoke(r.Form.Get("token"))
	} else {
		status, body, p = i.token(client, r.Form.Get("grant_type"), r.Form.Get("scope"), r.Form.Get("refresh_token"))
	}
	time.Sleep(f.after)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	switch {
	case f.proxy:
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusBadGateway)
		return
	case f.cut && len(body) > 10:
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body[:len(body)/2]))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	_, err := w.Write([]byte(body))
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	if err == nil && p != nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.written[fingerprint(p.access)] = p
	}
}

func (i *issuer) token(client, grant, scope, refresh string) (int, string, *pair) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.posts++
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
	} else if p == nil {
		p = i.issue(client, scope)
	}
	body := fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":3600`, p.access)
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
