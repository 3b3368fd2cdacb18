package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// key is the latest word on the key.
func (m *root) key() scene.KeyState { return scene.KeyState{KeyState: m.s.Key()} }

// shownKey is what the board that is shown says of the key.
func (m *root) shownKey() scene.KeyState { return scene.KeyState{KeyState: m.s.KeyShown()} }

// tellUnlocked tells the question for the passphrase what came of it.
func (m *root) tellUnlocked(f session.Unlocked) tea.Cmd {
	for _, o := range m.overlays {
		if o, ok := o.(*overlay.Unlock); ok && (f.Err == nil || o.Attempt == f.Attempt) {
			if f.Err == nil && o.Then != nil {
				m.notices.hide() // what was said while they were locked is over
			}
			return o.Told(m, f)
		}
	}
	if f.Err != nil {
		m.NotifyError("unlock", f.Err)
	} else {
		m.Notify(scene.Good, "the stored secrets are unlocked", "")
	}
	return nil
}

// paste hands pasted text to what is typed into. Everywhere else it does nothing: keys would run.
func (m *root) paste(text string) tea.Cmd {
	if len(text) > mostPaste {
		m.pastedAt = m.now
		m.Notify(scene.Info, "a paste of more than 64 KiB was not taken", "")
		return nil
	}
	if n := len(m.overlays); n > 0 && !m.s.Quitting() {
		if o, ok := m.overlays[n-1].(scene.Typist); ok {
			if o.Pasted(text) {
				return nil
			}
		}
		m.pastedAt = m.now
		if o, ok := m.overlays[n-1].(*overlay.Invite); ok {
			o.Paste(m, text)
		}
		return nil
	}
	if m.view.Typing && !m.s.Quitting() {
		m.filterPasted(text)
		return nil
	}
	m.pastedAt = m.now
	if len(m.overlays) == 0 && m.welcome == nil {
		m.Notify(scene.Info, "a paste does nothing here", m.keys.Hint(keys.Filter, "takes text"))
	}
	return nil
}
