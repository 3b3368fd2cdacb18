package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// alert tells a person of expiries and refusals outside of the screen.
func (m *root) alert(all []session.Alert) tea.Cmd {
	texts := make([]string, len(all))
	for i, a := range all {
		name := string(m.board().Apps[a.Row.App].Name)
		switch a.Kind {
		case session.AlertLeft:
			texts[i] = console.Left(a.Before) + " left · " + name
		case session.AlertExpired:
			texts[i] = a.Row.Token.Fingerprint + " expired · " + name
		case session.AlertDead:
			texts[i] = a.Row.Token.Fingerprint + " dead"
		case session.AlertOver:
			texts[i] = a.Row.Token.Fingerprint + " is over"
		}
	}
	return m.sendAlert(texts)
}

// sendAlert sends texts in the ways that the configuration names.
func (m *root) sendAlert(texts []string) tea.Cmd {
	if len(texts) == 0 {
		return nil
	}
	all := strings.Join(texts, ", ")
	text := m.Scene().Redacted(all)
	var b strings.Builder
	for _, via := range m.set.Alerts.Via {
		switch via {
		case "title":
			m.title = kit.Clean(all) // it is redacted when it is drawn
		case "bell":
			b.WriteString("\a")
		case "osc9":
			b.WriteString(m.throughTmux("\x1b]9;" + text + "\x1b\\"))
		case "osc99":
			b.WriteString(m.throughTmux("\x1b]99;;lanyard: " + text + "\x1b\\"))
		case "osc777":
			b.WriteString(m.throughTmux("\x1b]777;notify;lanyard;" +
				strings.ReplaceAll(text, ";", ",") + "\x1b\\"))
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return tea.Raw(b.String())
}

// throughTmux wraps a control sequence for tmux, which drops what is not wrapped.
func (m *root) throughTmux(seq string) string {
	for _, e := range m.o.Environ {
		if v, ok := strings.CutPrefix(e, "TMUX="); ok && v != "" {
			return "\x1bPtmux;" + strings.ReplaceAll(seq, "\x1b", "\x1b\x1b") + "\x1b\\"
		}
	}
	return seq
}

// windowTitle returns the title of the terminal window.
func (m *root) windowTitle() string {
	if m.title != "" {
		return m.redactor.Text(m.title) + " · lanyard"
	}
	return "lanyard"
}

// progress returns the progress bar of the terminal: the part of the newest gateway window that has
// passed. It returns nil if there is no window.
func (m *root) progress() *tea.ProgressBar {
	if !slices.Contains(m.set.Alerts.Via, "progress") {
		return nil
	}
	if r := m.board().LastEnding(); r != nil && r.State == console.Lingering {
		st := m.board().Status(r, session.Second(m.now))
		if whole := st.StaleUntil.Sub(st.EndedAt); st.StaleKnown && whole > 0 && st.StaleLeft > 0 {
			return tea.NewProgressBar(tea.ProgressBarWarning, int(100*(whole-st.StaleLeft)/whole))
		}
	}
	return nil
}
