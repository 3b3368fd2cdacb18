package ui

import (
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// tellEnded tells the end of tokens, and what to do. A token that was replaced needs nothing, so it
// is logged only. So is one that presenter mode does not show: a notice would hide the words about
// the one that it shows.
func (m *root) tellEnded(f session.Ended) {
	var shown []session.Ending
	only := "" // the token that presenter mode shows
	if m.presents() {
		if r := m.presented(m.Scene()); r != nil {
			only = r.ID
		}
	}
	for _, e := range f.All {
		if e.Status.State != console.Superseded && (only == "" || e.Row.ID == only) {
			shown = append(shown, e)
		}
	}
	for _, e := range f.All {
		words, hint := m.endedWords(e), m.afterEnd(e)
		switch {
		case len(shown) == 1 && e.Row == shown[0].Row:
			st := e.Status
			m.NotifyEnd(endSeverity(e), words, hint,
				e.Row.Token.Fingerprint+": "+describe.StateWord(st.State, st.Cause))
		case e.Status.State == console.Superseded:
			m.Log(scene.Info, words, "")
		default:
			m.Log(endSeverity(e), words, hint)
		}
	}
	if len(shown) > 1 {
		m.showEnded(shown)
	}
}

// showEnded shows the end of several tokens. The log has each of them.
func (m *root) showEnded(all []session.Ending) {
	sev, expired := scene.Good, 0
	for _, e := range all {
		if e.Status.State == console.Expired {
			sev, expired = scene.Warn, expired+1
		}
	}
	var parts []string
	if expired > 0 {
		parts = append(parts, text.Count(expired, "token")+" expired")
	}
	if n := len(all) - expired; n > 0 {
		parts = append(parts, text.CountOf(n, "token is", "tokens are")+" dead")
	}
	m.showEnd(scene.Notice{
		At: m.now, Severity: sev, Text: strings.Join(parts, ", "),
		Hint: m.keys.Hint(keys.Messages, "lists them"),
	})
}

// endSeverity returns the severity of an end: the end of a revoke is good, an expiry is not.
func endSeverity(e session.Ending) scene.Severity {
	if e.Status.State == console.Expired {
		return scene.Warn
	}
	return scene.Good
}

// endedWords names a token with its application, and describes its end.
func (m *root) endedWords(e session.Ending) string {
	words := e.Row.Token.Fingerprint + " of " + string(m.board().Apps[e.Row.App].Name)
	return words + ": " + m.voice().Ended(e.Status)
}

// afterEnd returns the key that brings a usable token in place of one that has ended.
func (m *root) afterEnd(e session.Ending) string {
	act := m.s.ActAfter(e.Row)
	switch {
	case act == "":
		return ""
	case act == console.ActRenew && m.panes.tokens.List.Selected != e.Row.ID:
		return m.keys.Hint(keys.Renew, "on its row "+describe.AfterEnd(act))
	case act == console.ActRenew:
		return m.keys.Hint(keys.Renew, describe.AfterEnd(act))
	}
	of, does := &m.board().Apps[e.Row.App], describe.AfterEnd(act)
	if a, ok := m.Scene().OneApp(); !ok || a.ID != of.ID { // the key is for another application
		does = "in " + string(of.Name) + " " + does
	}
	return m.keys.Hint(keys.Get, does)
}
