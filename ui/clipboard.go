package ui

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi/secret"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// tellCopied reports a copy of a token, the time after which the clipboard is cleared, and what is
// not cleared.
func (m *root) tellCopied(f session.Copied) tea.Cmd {
	if f.Err != nil {
		m.NotifyError("copy", f.Err)
		return nil
	}
	promise, hint := f.Copied.Promise(strconv.Itoa(int(m.set.ClearAfter/time.Second)) + " s")
	word := f.Copied.Words(f.What, promise)
	sev, said, next := scene.Good, word, ""
	var brief []string
	if but := m.whyUseless(f.ID); but != "" {
		sev, said, next = scene.Warn, word+", but "+but, m.keys.Hint(keys.Get, "gets another one")
		short, _, _ := strings.Cut(but, ", ")
		brief = []string{f.Copied.Words(f.What, "") + ", but " + short}
	}
	if hint != "" { // no remedy for a fault, so it does not come first
		said += ". " + text.Sentence(hint)
	}
	m.notify(sev, said, next, brief...)
	if f.Unlogged != nil {
		m.Notify(scene.Warn, word+", which the audit log does not say: "+f.Unlogged.Error(),
			console.Hint(f.Unlogged))
	}
	return raw(f.Copied.Terminal)
}

func (m *root) tellTextCopied(f session.TextCopied) tea.Cmd {
	if f.Err != nil {
		m.NotifyError("copy", f.Err)
		return nil
	}
	m.Notify(scene.Good, f.Copied.Words(f.What, "")+"; it is no secret, so it stays there", "")
	return raw(f.Copied.Terminal)
}

func (m *root) tellCleared(f session.ClipboardCleared) tea.Cmd {
	if f.Err != nil {
		m.NotifyError("clear the clipboard", f.Err)
	} else if said := f.Cleared.Words(); said != "" && !m.s.Quitting() {
		sev := scene.Info
		if f.Cleared.Unknown() {
			sev = scene.Warn
		}
		m.Notify(sev, said, f.Cleared.Hint())
	}
	return raw(f.Cleared.Terminal)
}

// raw writes the control sequence that sets the clipboard of a terminal.
func raw(sequence secret.Text) tea.Cmd {
	if sequence.IsZero() {
		return nil
	}
	return tea.Raw(sequence.Reveal())
}
