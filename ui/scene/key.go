package scene

import (
	"strings"

	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// KeyState describes in words what the session knows of the store's key.
type KeyState struct{ session.KeyState }

// Text names where the key is kept and, in a word, whether the store is open. "Not verified" means
// that a locked store cannot check the MACs of its rows.
func (k KeyState) Text() string {
	switch {
	case k.Unread:
		return ""
	case k.Gone():
		return "store gone: nothing can be stored"
	case k.Unkept != nil:
		return "nothing can be stored"
	case k.Kind == "":
		return "key: none yet"
	case k.NeedsPassphrase():
		return "key: " + kit.Clean(k.Kind) + ", locked"
	case k.Shut():
		return "key: " + kit.Clean(k.Kind) + ", not opened"
	case k.Locked:
		return "key: " + kit.Clean(k.Kind) + ", not verified"
	}
	return "key: " + kit.Clean(k.Kind)
}

// Short returns the shortest warning about the key, or "" if none is needed.
func (k KeyState) Short() string {
	switch {
	case k.Gone():
		return "store gone"
	case k.Unkept != nil:
		return "not storing"
	case k.Unread, k.Kind == "":
		return ""
	case k.NeedsPassphrase():
		return "locked"
	case k.Shut():
		return "no key"
	}
	return ""
}

// Where returns the place of the key, or "" if it adds nothing to the kind.
func (k KeyState) Where() string {
	p := strings.TrimPrefix(kit.Clean(k.Place), "key "+k.Kind+" ")
	if p == k.Kind || k.Kind == "" || k.Kind == "memory" {
		return ""
	}
	return p
}

// Line returns the text and the place of the key, or the text alone if both do not fit into w
// cells.
func (k KeyState) Line(w int) string {
	if p := k.Where(); p != "" {
		return Fitting([]string{k.Text() + " · " + p, k.Text()}, w)
	}
	return k.Text()
}
