package console_test

import (
	"testing"
	"time"

	"lanyard/console"
)

// A restored store lost the ends of tokens, and tokens that were issued later. Tokens that have
// expired do not count.
func TestRevertedTokens(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	live := console.Token{ID: "live", ExpiresAt: now.Add(1)}
	endless := console.Token{ID: "endless"}
	expired := console.Token{ID: "expired", ExpiresAt: now}
	revoked := func(t console.Token) console.Token { t.AcceptedAt = now; return t }
	replaced := func(t console.Token) console.Token { t.ReplacedAt = now; return t }
	for name, c := range map[string]struct {
		before, after  []console.Token
		alive, missing int
	}{
		"unchanged": {[]console.Token{live}, []console.Token{live}, 0, 0},
		"revoked":   {[]console.Token{revoked(live)}, []console.Token{live}, 1, 0},
		"replaced":  {[]console.Token{replaced(endless)}, []console.Token{endless}, 1, 0},
		"revoked in both": {[]console.Token{revoked(live)}, []console.Token{revoked(live)}, 0,
			0},
		"revoked, expired":   {[]console.Token{revoked(expired)}, []console.Token{expired}, 0, 0},
		"issued later":       {[]console.Token{live, endless}, nil, 0, 2},
		"issued and ended":   {[]console.Token{revoked(live), replaced(live)}, nil, 0, 0},
		"issued, expired":    {[]console.Token{expired}, nil, 0, 0},
		"only in the backup": {nil, []console.Token{live}, 0, 0},
	} {
		got := console.RevertedTokens(c.before, c.after, now)
		if len(got.Alive) != c.alive || len(got.Missing) != c.missing {
			t.Errorf("%s: %d alive again and %d missing, want %d and %d", name, len(got.Alive),
				len(got.Missing), c.alive, c.missing)
		}
	}
}
