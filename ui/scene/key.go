package scene

import (
	"cmp"
	"strings"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// KeyState describes in words what the session knows of the store's key.
type KeyState struct{ session.KeyState }

// Text names what seals the secrets of the store, or why they cannot be read. "Not verified" means
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
		return "no key yet"
	case k.NeedsPassphrase():
		return "secrets locked"
	case k.Shut():
		return "key not opened"
	case k.Locked:
		return "not verified"
	case k.Kind == console.StoreKeyMemory:
		return "nothing is written"
	}
	return "sealed with " + sealWords(k.Kind)
}

// Kept says where saved applications are kept.
func (k KeyState) Kept() string {
	if k.Kind == console.StoreKeyMemory {
		return "kept until this console ends"
	}
	return "kept in the store"
}

// sealWords names the place of a key.
func sealWords(kind string) string {
	switch kind {
	case console.StoreKeyFile:
		return "key file"
	case console.StoreKeyEnv:
		return "key variable"
	case console.StoreKeyCommand:
		return "key command"
	}
	return kit.Clean(kind)
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
	if p == k.Kind || k.Kind == "" || k.Kind == console.StoreKeyMemory {
		return ""
	}
	return p
}

// Line returns a line about the store: the text and the place of the key, or the text alone if both
// do not fit into w cells. The word "store" goes first.
func (k KeyState) Line(w int) string {
	bare := k.Text()
	if bare == "" {
		return ""
	}
	text := "store: " + strings.TrimPrefix(bare, "store ")
	all := []string{text, bare}
	if p := k.Where(); p != "" {
		all = append([]string{text + " · " + p}, all...)
	}
	return cmp.Or(Fitting(all, w), bare)
}
