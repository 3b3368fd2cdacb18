package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// keyState is how the screen words what is known of the key to the stored secrets.
type keyState struct{ session.KeyState }

// text names the backend, and in a word whether it is closed. A locked store is not verified, which is said where nothing else is.
func (k keyState) text() string {
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
func (k keyState) short() string {
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
func (k keyState) place() string {
	p := strings.TrimPrefix(kit.Clean(k.Place), "key "+k.Kind+" ")
	if p == k.Kind || k.Kind == "" || k.Kind == "memory" {
		return ""
	}
	return p
}

// key is the latest word on the key.
func (m *root) key() keyState { return keyState{m.s.Key()} }

// shownKey is what the board that is shown says of the key.
func (m *root) shownKey() keyState { return keyState{m.s.KeyShown()} }

// tellUnlocked tells the question for the passphrase what came of it.
func (m *root) tellUnlocked(f session.Unlocked) tea.Cmd {
	for _, o := range m.overlays {
		if o, ok := o.(*unlockOverlay); ok && (f.Err == nil || o.attempt == f.Attempt) {
			if f.Err == nil && o.then != nil {
				m.notices.hide() // what was said while they were locked is over
			}
			return o.Told(m, f)
		}
	}
	if f.Err != nil {
		m.NotifyError("unlock", f.Err)
	} else {
		m.Notify(good, "the stored secrets are unlocked", "")
	}
	return nil
}

// paste hands pasted text to what is typed into. Everywhere else it does nothing: keys would run.
func (m *root) paste(text string) tea.Cmd {
	if len(text) > mostPaste {
		m.pastedAt = m.now
		m.Notify(info, "a paste of more than 64 KiB was not taken", "")
		return nil
	}
	if n := len(m.overlays); n > 0 && !m.s.Quitting() {
		if o, ok := m.overlays[n-1].(typist); ok {
			if o.pasted(text) {
				return nil
			}
		}
		m.pastedAt = m.now
		if o, ok := m.overlays[n-1].(*inviteOverlay); ok {
			o.paste(m, text)
		}
		return nil
	}
	if m.view.typing && !m.s.Quitting() {
		m.filterPasted(text)
		return nil
	}
	m.pastedAt = m.now
	if len(m.overlays) == 0 && m.welcome == nil {
		m.Notify(info, "a paste does nothing here", m.keys.Hint(keys.Filter, "takes text"))
	}
	return nil
}

// line is the key with its place, as much of it as fits into w cells.
func (k keyState) line(w int) string {
	if p := k.place(); p != "" {
		return fitting([]string{k.text() + " · " + p, k.text()}, w)
	}
	return k.text()
}
