package console

import "time"

// Reverted holds what a restored store lost because its backup is older than the store before. Of
// both stores only tokens that can still be alive count.
type Reverted struct {
	Alive   []Token // were revoked or replaced after the backup, and count as alive again
	Missing []Token // were issued after the backup, and are not in the restored store
}

// RevertedTokens compares the tokens of a store before and after it was restored from a backup.
func RevertedTokens(before, after []Token, now time.Time) (out Reverted) {
	held := map[string]Token{}
	for _, t := range after {
		held[t.ID] = t
	}
	ended := func(t Token) bool { return !t.AcceptedAt.IsZero() || !t.ReplacedAt.IsZero() }
	for _, t := range before {
		restored, ok := held[t.ID]
		switch live := t.ExpiresAt.IsZero() || t.ExpiresAt.After(now); {
		case !live:
		case !ok && !ended(t):
			out.Missing = append(out.Missing, t)
		case ok && ended(t) && !ended(restored):
			out.Alive = append(out.Alive, t)
		}
	}
	return out
}
