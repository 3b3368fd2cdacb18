package ui

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/tokenapi/secret"
	"lanyard/ui/kit"
)

// keyState is what the screen knows of the key to the stored secrets.
type keyState struct {
	console.KeyStatus
	failed bool  // the last attempt to fetch it failed
	unread bool  // nobody has looked yet
	unkept error // why nothing can be stored any more
}

// asks says whether a person has to unlock the secrets before a verb can run.
func (k keyState) asks() bool { return k.Locked && k.Asks }

// gone says whether the store was replaced or deleted.
func (k keyState) gone() bool {
	e, ok := console.AsError(k.unkept)
	return ok && e.Code == "store_replaced"
}

// fresh says whether that person chooses the passphrase: nothing is sealed yet.
func (k keyState) fresh() bool { return k.asks() && k.Kind == "" }

// shut says whether the secrets cannot be opened as things are. A key that nobody has needed yet is not shut:
// it is fetched when a verb wants it.
func (k keyState) shut() bool { return k.Locked && (k.Asks || k.failed) }

// text names the backend, and in a word whether it is closed. A locked store is not verified, which is said where nothing else is.
func (k keyState) text() string {
	switch {
	case k.unread:
		return ""
	case k.gone():
		return "store gone: nothing can be stored"
	case k.unkept != nil:
		return "nothing can be stored"
	case k.Kind == "":
		return "key: none yet"
	case k.asks():
		return "key: " + kit.Clean(k.Kind) + ", locked"
	case k.shut():
		return "key: " + kit.Clean(k.Kind) + ", not opened"
	case k.Locked:
		return "key: " + kit.Clean(k.Kind) + ", not verified"
	}
	return "key: " + kit.Clean(k.Kind)
}

// short is the least that must be said where there is no room for the text; "" when that is nothing.
func (k keyState) short() string {
	switch {
	case k.gone():
		return "store gone"
	case k.unkept != nil:
		return "not storing"
	case k.unread, k.Kind == "":
		return ""
	case k.asks():
		return "locked"
	case k.shut():
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

// key is the latest word on the key: a process that was locked a moment ago may be unlocked now.
func (m *root) key() keyState {
	k := keyState{KeyStatus: m.board.Key, failed: m.keyFailed, unkept: m.board.Unkept}
	if m.fx.svc != nil {
		k.KeyStatus = m.fx.key()
	}
	return k
}

// unlockFirst opens the question for the passphrase where the secrets are locked and a person has to give it: as
// the answer to the key that asked for the verb, never by itself. then is done once, when they are open.
func (m *root) unlockFirst(verb string, then intent) bool {
	k := m.key()
	if !k.asks() {
		return false
	}
	m.overlays = append(m.overlays, newUnlock(verb, k, then))
	return true
}

// unlock hands what was typed to the console. Deriving a key from it takes a moment.
func (m *root) unlock(i unlockStore) tea.Cmd {
	m.unlocking++
	i.overlay.ticket = m.unlocking
	if m.fx.svc == nil {
		return nil
	}
	return m.fx.unlock(m.unlocking, i.passphrase)
}

// storeUnlocked is what a passphrase came to.
type storeUnlocked struct {
	ticket int
	err    error
}

func (r storeUnlocked) land(m *root) tea.Cmd {
	var open *unlockOverlay
	for _, o := range m.overlays {
		if o, ok := o.(*unlockOverlay); ok {
			open = o
		}
	}
	if r.err != nil {
		if open != nil && open.ticket == r.ticket {
			open.refused(r.err)
			m.dirty = true
		} else {
			m.fail("unlock", r.err)
		}
		return m.read()
	}
	if open == nil {
		m.note(good, "the stored secrets are unlocked", "")
		return m.read()
	}
	m.drop(open)
	m.until = time.Time{} // what was said while they were locked is over
	if open.then == nil {
		m.note(good, "the stored secrets are unlocked", "")
		return m.read()
	}
	return tea.Batch(m.perform(open.then), m.read())
}

// opened forgets what was true while the secrets could not be read: what waits is sent now.
func (m *root) opened() {
	m.keyFailed, m.saidLocked = false, false
	m.dueAfter, m.retries, m.dueErr = time.Time{}, 0, ""
}

// waitsLocked says, once, that revokes are due which only an unlocked store can send.
func (m *root) waitsLocked() {
	if m.saidLocked {
		return
	}
	n, what, row := m.board.Overdue(m.now), "revokes wait", "one of their rows"
	if n == 0 {
		m.due = time.Time{} // the board knows
		return
	}
	m.saidLocked = true
	if n == 1 {
		what, row = "revoke waits", "its row"
	}
	m.note(warn, "locked: "+strconv.Itoa(n)+" "+what+" to be sent", m.keys.hint(doRevoke, "on "+row+" asks for the passphrase"))
}

// paste hands pasted text to what is typed into. Everywhere else it does nothing: keys would run.
func (m *root) paste(text string) {
	if len(text) > mostPaste {
		m.pastedAt, m.dirty = m.now, true
		m.note(info, "a paste of more than 64 KiB was not taken", "")
		return
	}
	if n := len(m.overlays); n > 0 && !m.quitting {
		if o, ok := m.overlays[n-1].(typist); ok {
			m.dirty = true
			if o.pasted(text) {
				return
			}
		}
		m.pastedAt = m.now
		if o, ok := m.overlays[n-1].(*inviteOverlay); ok && o.inv != nil && !o.device {
			m.dirty = true
			if err := m.fx.answer(o.inv.ID, secret.New(text)); err != nil {
				m.note(warn, err.Error(), m.hintOf(err))
			}
		}
		return
	}
	if m.view.typing && !m.quitting {
		m.filterPasted(text)
		return
	}
	m.pastedAt = m.now
	if len(m.overlays) == 0 && m.welcome == nil {
		m.note(info, "a paste does nothing here", m.keys.hint(filterRows, "takes text"))
	}
}

// closed notes an error that says that the key could not be fetched.
func (m *root) closed(err error) {
	if e, ok := console.AsError(err); ok && e.Code == "store_locked" {
		m.keyFailed, m.dirty = true, true
	}
}

// shownKey is what the board that is shown says of the key.
func (m *root) shownKey() keyState {
	return keyState{KeyStatus: m.board.Key, failed: m.keyFailed, unread: !m.board.Read, unkept: m.board.Unkept}
}

// line is the key with its place, as much of it as fits into w cells.
func (k keyState) line(w int) string {
	if p := k.place(); p != "" {
		return fitting([]string{k.text() + " · " + p, k.text()}, w)
	}
	return k.text()
}
