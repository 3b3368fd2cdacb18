package key_test

import (
	"testing"

	"lanyard/store/key"
)

func TestKeyInForceIsKnownInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, old, now string
		want           bool
	}{
		{"file", `{"id":"aa"}`, `{"id":"aa"}`, true},
		{"file", `{"ID" : "aa", "x": 1}`, `{"id":"aa"}`, true},
		{"file", `{"id":"bb"}`, `{"id":"aa"}`, false},
		{"file", `{"id":"bb"}`, `{}`, true}, // whichever the file holds
		{"file", `[`, `{"id":"aa"}`, true},
		{"keyring", `{"user":"store-A","id":"bb"}`, `{"user":"store-a","id":"aa"}`, true},
		{"keyring", `{"user":"store-b","id":"aa"}`, `{"user":"store-a","id":"aa"}`, false},
		{"passphrase", `{"salt":"AA=="}`, `{"salt":"AA=="}`, false}, // nothing is kept
	} {
		if got := key.Same(c.kind, []byte(c.old), []byte(c.now)); got != c.want {
			t.Errorf("%s %s, in force %s: %v", c.kind, c.old, c.now, got)
		}
	}
}
