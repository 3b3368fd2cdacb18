package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// maxPairs limits the ledger: clients may request any number of scope sets.
const maxPairs = 100_000

// pair is one row of the key manager (WSO2: IDN_OAUTH2_ACCESS_TOKEN): an access token and its
// refresh token, which client_credentials does not have. A pair never changes: a request or a
// refresh replaces it.
type pair struct {
	triple
	client      *client
	scope       string // as in answers, separated by spaces
	access      string
	refresh     string // empty: none
	id, issuer  string // jti and iss of a JWT access token; id is empty for an opaque one
	family      string // shared by all pairs of one grant
	issued      time.Time
	accessEnds  time.Time // zero: never
	refreshEnds time.Time
	forget      time.Time // zero: never. Until then answers tell "expired" from "unknown"
}

// triple identifies the active row of WSO2 (constraint CON_APP_KEY).
type triple struct{ key, user, scopes string }

// accessLives reports whether the access token is valid at now. It is not valid at accessEnds
// itself.
func (p *pair) accessLives(now time.Time) bool {
	return p.accessEnds.IsZero() || now.Before(p.accessEnds)
}

func (p *pair) refreshLives(now time.Time) bool {
	return p.refresh != "" && now.Before(p.refreshEnds)
}

// ledger holds the pairs that are neither revoked nor replaced. All other tokens are unknown to the
// key manager.
type ledger struct {
	byAccess, byRefresh map[string]*pair
	byTriple            map[triple]*pair
}

func newLedger() ledger {
	return ledger{
		byAccess: map[string]*pair{}, byRefresh: map[string]*pair{}, byTriple: map[triple]*pair{},
	}
}

func (l ledger) full() bool { return l.held() >= maxPairs }

func (l ledger) held() int { return max(len(l.byAccess), len(l.byRefresh)) }

// put stores p in place of old, which may be nil.
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
	if l.byTriple[p.triple] == p { // of several pairs of a triple, only the newest is in the map
		delete(l.byTriple, p.triple)
	}
}

// family returns the pairs of one grant, or none for "".
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

// validPair returns the pair of a token while either of its tokens is valid, and reports whether
// token is the refresh token. A pair can still be revoked after one of its tokens has expired.
func (l ledger) validPair(token string, now time.Time) (p *pair, isRefresh bool) {
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

// newToken returns a UUID (RFC 9562 section 5.4), the form of WSO2's opaque tokens. It is random,
// or with Options.FixedTokens the next one of the seed.
func (s *Server) newToken() string {
	if !s.set.fixed {
		return randomToken()
	}
	text := fmt.Appendf(nil, "lanyard sandbox %d token %d", s.set.seed, s.minted.Add(1))
	sum := sha256.Sum256(text)
	return uuid(sum[:16])
}

// randomToken returns a random UUID. crypto/rand.Read does not fail.
func randomToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return uuid(b[:])
}

// uuid formats 16 bytes as a UUID of version 4.
func uuid(b []byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
