package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"
)

// maxPairs bounds the ledger: clients may ask for as many scope sets as they like, for ever.
const maxPairs = 100_000

// pair is one row of the key manager: an access token and, except for client_credentials, the refresh
// token beside it (WSO2: IDN_OAUTH2_ACCESS_TOKEN). It never changes; a get or refresh replaces it.
type pair struct {
	triple
	client      *client
	scope       string // as it is answered, blank separated
	access      string
	refresh     string // empty: none
	id, issuer  string // jti and iss of a JWT access token; id is empty for an opaque one
	family      string // shared by all pairs that came of one grant
	issued      time.Time
	accessEnds  time.Time // zero: never
	refreshEnds time.Time
	forget      time.Time // zero: never. Until then an answer can tell "expired" from "unknown"
}

// triple is what WSO2 keeps one active row for (constraint CON_APP_KEY).
type triple struct{ key, user, scopes string }

// accessLives: the end itself is already outside.
func (p *pair) accessLives(now time.Time) bool {
	return p.accessEnds.IsZero() || now.Before(p.accessEnds)
}

func (p *pair) refreshLives(now time.Time) bool { return p.refresh != "" && now.Before(p.refreshEnds) }

// ledger holds the pairs that are neither revoked nor replaced: to the key manager those never were.
type ledger struct {
	byAccess, byRefresh map[string]*pair
	byTriple            map[triple]*pair
}

func newLedger() ledger {
	return ledger{byAccess: map[string]*pair{}, byRefresh: map[string]*pair{}, byTriple: map[triple]*pair{}}
}

func (l ledger) full() bool { return l.held() >= maxPairs }

func (l ledger) held() int { return max(len(l.byAccess), len(l.byRefresh)) }

// put files p in place of old, which may be nil.
func (l ledger) put(p, old *pair) {
	if old != nil {
		l.drop(old)
	}
	l.byAccess[p.access], l.byTriple[p.triple] = p, p
	if p.refresh != "" {
		l.byRefresh[p.refresh] = p
	}
}

func (l ledger) drop(p *pair) {
	delete(l.byAccess, p.access)
	delete(l.byRefresh, p.refresh)
	if l.byTriple[p.triple] == p { // where one triple may have several, the newest is filed
		delete(l.byTriple, p.triple)
	}
}

// family gives the pairs that came of one grant, none for "".
func (l ledger) family(name string) (all []*pair) {
	for _, index := range []map[string]*pair{l.byAccess, l.byRefresh} {
		for _, p := range index {
			if name != "" && p.family == name && !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// living gives the pair that token belongs to while either half lives, and whether token is its refresh
// token. Expiry of one half does not free the other from a revoke.
func (l ledger) living(token string, now time.Time) (p *pair, isRefresh bool) {
	if token == "" {
		return nil, false
	}
	p = l.byAccess[token]
	if p == nil {
		p, isRefresh = l.byRefresh[token], true
	}
	if p == nil || !p.accessLives(now) && !p.refreshLives(now) {
		return nil, false
	}
	return p, isRefresh
}

func (l ledger) tidy(now time.Time) {
	for _, index := range []map[string]*pair{l.byAccess, l.byRefresh} {
		for _, p := range index {
			if !p.forget.IsZero() && !now.Before(p.forget) {
				l.drop(p)
			}
		}
	}
}

// newToken gives 122 random bits as a UUID (RFC 9562 section 5.4), which is what WSO2's opaque tokens
// look like. crypto/rand.Read does not fail.
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return uuid(b[:])
}

// uuid writes 16 bytes as a UUID of version 4.
func uuid(b []byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
