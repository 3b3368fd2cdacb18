package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/session"
)

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
