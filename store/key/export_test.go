package key

import "time"

// SessionBus returns the reason why the bus of a keyring may not be looked for.
func SessionBus(lookup func(string) (string, bool)) error { return sessionBus("linux", lookup) }

// KeyringLimits returns the limits of the waits for the system's keyring.
func KeyringLimits() (brief, asked time.Duration) {
	k := Keyring(func(string) (string, bool) { return "", false }).(*keyring)
	return k.brief, k.asked
}

// LinkKey writes a key file at a path that does not exist.
func LinkKey(path string, key []byte) error { return linkKey(path, key) }
