package ui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// alerts are what a person is told without looking: once each, and nothing that was over before the console started.
type alerts struct {
	began time.Time // what was over by then is not told
	next  time.Time
	told  map[string]bool
	title string // until a key is pressed
}

// event is something to be told of.
type event struct {
	key  string
	at   time.Time
	text string
}

// watchAlerts looks up when the next one is due: the board or the settings have changed.
func (m *root) watchAlerts() {
	a := &m.alerts
	if a.told == nil {
		a.told = map[string]bool{}
	}
	if a.began.IsZero() {
		a.began = m.now
	}
	a.next = time.Time{}
	if len(m.set.Alerts.Via) == 0 {
		return
	}
	for i := range m.board.Apps {
		for _, r := range m.board.Apps[i].Rows {
			for _, e := range m.events(r) {
				if e.at.After(a.began) && !a.told[e.key] {
					a.next = session.Earlier(a.next, e.at)
				}
			}
		}
	}
}

// events are what there is to tell of a token, in the order of time.
func (m *root) events(r *session.Row) (out []event) {
	if r.Token == nil {
		return nil
	}
	st := m.board.Status(r, m.now)
	name := m.veil.text(m.board.Apps[r.App].Shown)
	switch {
	case st.Ended:
		at, word := st.OverAt, " dead"
		if st.Proof == console.ProofNone {
			if at = st.StaleUntil; !st.StaleKnown || st.Reopened {
				return nil
			}
		}
		if st.Cause == console.CauseReplaced {
			word = " is over"
		}
		return []event{{r.ID + " dead", at, r.Token.Fingerprint + word}}
	case !st.HasExpiry:
		return nil
	}
	for _, d := range m.set.Alerts.Before {
		if at := r.Token.ExpiresAt.Add(-d); d > 0 && at.After(r.Token.IssuedAt) {
			out = append(out, event{r.ID + " " + d.String(), at, console.Left(d) + " left · " + name})
		}
	}
	slices.SortFunc(out, func(x, y event) int { return x.at.Compare(y.at) })
	return append(out, event{r.ID + " expired", r.Token.ExpiresAt, r.Token.Fingerprint + " expired · " + name})
}

// alertAt is when somebody is to be told of something next.
func (m *root) alertAt() time.Time { return m.alerts.next }

// alert tells what is due; of one token only the last, for whoever comes back from a long sleep.
func (m *root) alert() tea.Cmd {
	var texts []string
	for i := range m.board.Apps {
		for _, r := range m.board.Apps[i].Rows {
			text := ""
			for _, e := range m.events(r) {
				if !e.at.After(m.now) && e.at.After(m.alerts.began) && !m.alerts.told[e.key] {
					m.alerts.told[e.key] = true
					text = e.text
				}
			}
			if text != "" {
				texts = append(texts, text)
			}
		}
	}
	m.watchAlerts()
	return m.tell(texts)
}

// tell reaches the person in the ways that they have asked for.
func (m *root) tell(texts []string) tea.Cmd {
	if len(texts) == 0 {
		return nil
	}
	text := kit.Clean(strings.Join(texts, ", "))
	var b strings.Builder
	for _, via := range m.set.Alerts.Via {
		switch via {
		case "title":
			m.alerts.title, m.dirty = text, true
		case "bell":
			b.WriteString("\a")
		case "osc9":
			b.WriteString(m.passed("\x1b]9;" + text + "\x1b\\"))
		case "osc99":
			b.WriteString(m.passed("\x1b]99;;lanyard: " + text + "\x1b\\"))
		case "osc777":
			b.WriteString(m.passed("\x1b]777;notify;lanyard;" + strings.ReplaceAll(text, ";", ",") + "\x1b\\"))
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return tea.Raw(b.String())
}

// passed is a control sequence on its way through tmux, which hands on only what is wrapped for it.
func (m *root) passed(seq string) string {
	for _, e := range m.o.Environ {
		if v, ok := strings.CutPrefix(e, "TMUX="); ok && v != "" {
			return "\x1bPtmux;" + strings.ReplaceAll(seq, "\x1b", "\x1b\x1b") + "\x1b\\"
		}
	}
	return seq
}

// windowTitle is what the terminal calls its window.
func (m *root) windowTitle() string {
	if m.alerts.title != "" {
		return m.veil.text(m.alerts.title) + " · lanyard"
	}
	return "lanyard"
}

// progress is what the terminal shows in its progress bar: how much of the newest gateway window is over. nil:
// nothing.
func (m *root) progress() *tea.ProgressBar {
	if !slices.Contains(m.set.Alerts.Via, "progress") {
		return nil
	}
	for _, r := range m.board.Gate {
		if r.State != console.Lingering {
			continue
		}
		st := m.board.Status(r, m.second())
		if whole := st.StaleUntil.Sub(st.EndedAt); st.StaleKnown && whole > 0 && st.StaleLeft > 0 {
			return tea.NewProgressBar(tea.ProgressBarWarning, int(100*(whole-st.StaleLeft)/whole))
		}
	}
	return nil
}
