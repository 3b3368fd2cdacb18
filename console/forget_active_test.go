package console_test

import (
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// A token that the server called active after its expiry may be alive.
func TestCalledActiveAfterExpiryIsNotOver(t *testing.T) {
	t.Parallel()
	tok := console.Token{
		ID: "t_aaaaaaaaaaaa", Lifetime: tokenapi.Bounded, IssuedAt: t0,
		ExpiresAt: t0.Add(time.Hour), Granted: time.Hour, Refresh: console.RefreshNone,
	}
	now := t0.Add(3 * time.Hour)
	if _, held := console.OverSince(tok, console.Policy{}, now); held.Why != "" {
		t.Fatalf("expired: %+v", held)
	}
	for at, kept := range map[time.Duration]bool{30 * time.Minute: false, 2 * time.Hour: true} {
		tok.AtServer, tok.AtServerAt, tok.ActiveAt = console.ServerActive, t0.Add(at), t0.Add(at)
		if _, held := console.OverSince(tok, console.Policy{}, now); (held.Why != "") != kept {
			t.Errorf("called active after %v: %+v", at, held)
		}
	}
}
