package cli

import (
	"strings"
	"testing"

	"lanyard/store"
)

// If the keyring holds the key and cannot be reached, key status claims nothing about what it
// remembers.
func TestKeyOfAKeyringThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	kind, another := store.InKeyring, []string{"0a"}
	for want, k := range map[string]keyJSON{
		"not compared: the system keyring cannot be asked": {Kind: &kind, Locked: true},
		"remembers another one: 0a": {
			Kind:   &kind,
			Locked: true,
			Known:  another,
		},
		"remembered nowhere else": {Kind: &kind},
	} {
		if got := k.pinWords(); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
