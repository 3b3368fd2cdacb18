package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// key returns the current state of the key.
func (m *root) key() scene.KeyState { return scene.KeyState{KeyState: m.s.Key()} }

// shownKey returns the state of the key that belongs to the board on the screen.
func (m *root) shownKey() scene.KeyState { return scene.KeyState{KeyState: m.s.KeyOnBoard()} }

// tellUnlocked tells the result of an attempt to unlock.
func (m *root) tellUnlocked(f session.Unlocked) tea.Cmd {
	for _, o := range m.overlays {
		if o, ok := o.(*overlay.Unlock); ok && (f.Err == nil || f.For == any(o)) {
			if f.Err == nil && o.Then != nil {
				m.notices.hide() // its notice was about the locked store
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

// paste hands pasted text to what is typed into. Elsewhere it drops the text: its characters would
// act as keys.
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
			return m.perform(o.Paste(text))
		}
		return nil
	}
	if m.view.Typing && !m.s.Quitting() {
		m.findPasted(text)
		return nil
	}
	if len(m.overlays) == 0 && !m.s.Quitting() {
		if o := overlay.ImportOf(m.Scene().Board.Environments, text); o != nil {
			m.Open(o)
			return nil
		}
	}
	m.pastedAt = m.now
	if len(m.overlays) == 0 && m.welcome == nil {
		m.Notify(scene.Info, "a paste does nothing here", m.keys.Hint(keys.Filter, "takes text"))
	}
	return nil
}
