package scene

import (
	"strings"

	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// keyState is how the screen words what is known of the key to the stored secrets.
type KeyState struct{ session.KeyState }

// text names the backend, and in a word whether it is closed. A locked store is not verified, which is said where nothing else is.
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

// short is the least that must be said where there is no room for the text; "" when that is nothing.
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

// place says where the key is, in words, where that is more than its kind.
func (k KeyState) Where() string {
	p := strings.TrimPrefix(kit.Clean(k.Place), "key "+k.Kind+" ")
	if p == k.Kind || k.Kind == "" || k.Kind == "memory" {
		return ""
	}
	return p
}

// line is the key with its place, as much of it as fits into w cells.
func (k KeyState) Line(w int) string {
	if p := k.Where(); p != "" {
		return Fitting([]string{k.Text() + " · " + p, k.Text()}, w)
	}
	return k.Text()
}
