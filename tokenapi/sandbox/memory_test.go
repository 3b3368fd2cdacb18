package sandbox

import (
	"strconv"
	"testing"
	"time"
)

// Inside the package, since the stored objects are not visible outside.
func TestMemoryIsBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s, err := New(Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	payments := s.clients[2]
	held := func() int {
		return len(s.ledger.byAccess) + len(s.ledger.byRefresh) + len(s.ledger.byTriple) +
			s.gate.held()
	}
	ana := func(scope string) tokenRequest {
		return tokenRequest{
			client:  payments,
			user:    "ana",
			scope:   scope,
			life:    time.Minute,
			refresh: true,
		}
	}
	for range 5000 {
		s.tidy(now)
		p, bad := s.issue(ana(randomToken()), now)
		if bad != nil || s.admit(p.access, 1, now) == nil {
			t.Fatal(bad)
		}
		now = now.Add(time.Minute)
	}
	// A pair is kept for two refresh lifetimes (2 × 1440 here), a cache entry for one token
	// lifetime.
	if most := 3*(2*1440+2) + 2; held() > most {
		t.Errorf("%d entries are held, want at most %d", held(), most)
	}
	now = now.Add(49 * time.Hour)
	s.tidy(now)
	if held() != 0 {
		t.Errorf("%d entries are held after everything expired", held())
	}

	// Rapid growth runs tidy before the minute is over.
	for range 3000 {
		p, _ := s.issue(ana(randomToken()), now)
		s.admit(p.access, 1, now)
		s.revoke(payments, p.access)
	}
	if len(s.ledger.byAccess) != 0 || len(s.gate.nodes[0]) != 3000 {
		t.Errorf("%d pairs and %d cache entries, want only entries, which linger",
			len(s.ledger.byAccess), len(s.gate.nodes[0]))
	}
	now = now.Add(time.Minute)
	s.tidyAt = now.Add(time.Hour)
	for range 2*3000 + tidyFloor {
		_, _ = s.issue(ana(randomToken()), now)
		s.tidy(now)
	}
	if len(s.gate.nodes[0]) != 0 {
		t.Errorf("%d ended cache entries outlived a doubling", len(s.gate.nodes[0]))
	}
}

func TestFullLedgerRefuses(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := s.set.clock()
	first, _ := s.issue(
		tokenRequest{client: s.clients[2], user: "ana", scope: "first", life: never, refresh: true},
		now)
	for i := len(s.ledger.byAccess); i < maxPairs; i++ {
		s.ledger.byAccess[strconv.Itoa(i)] = &pair{}
	}
	if _, bad := s.issue(tokenRequest{client: s.clients[0], user: owner, scope: "one more",
		life: never}, now); bad == nil || bad.status != 502 || bad.code != "server_error" {
		t.Errorf("%v", bad)
	}
	if p, bad := s.issue(tokenRequest{client: s.clients[2], user: "ana", scope: "first",
		life: never, refresh: true}, now); bad != nil || p != first {
		t.Errorf("a full ledger must still give what it has: %v", bad)
	}
	if _, _, bad := s.refresh(tokenRequest{client: s.clients[2]},
		form{"refresh_token": first.refresh}, now); bad != nil {
		t.Errorf("a full ledger must still refresh: %v", bad)
	}
}
