package ui

import (
	"cmp"
	"slices"
	"strconv"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// hint is a key in the footer with its effect.
type hint struct {
	act       keys.Action
	key, word string
	brief     string // the word if there is no room for it; "" for none
	stays     bool   // other keys go first
}

func (h hint) width() int {
	if h.word == "" {
		return kit.Width(h.key)
	}
	return kit.Width(h.key) + 1 + kit.Width(h.word)
}

// allWords is the width from which each key of the footer has its word. A narrower footer has the
// verbs of a token, find, commands, quit and help without a word, and no other key.
const allWords = 80

// footer draws the keys that do something here, with help at the right end. On a narrow screen the
// less important keys go first, then the words of the others.
func (m *root) footer(s *scene.Scene) string {
	if m.view.Typing {
		return m.findLine(s)
	}
	return m.footerOf(m.hints(s))
}

// footerOf draws keys in the footer. See footer.
func (m *root) footerOf(hints []hint) string {
	help := hint{act: keys.Help, key: m.keys.Key(keys.Help), word: "help"}
	if m.w < 40 {
		help.word = ""
	}
	tooLong := func() bool {
		n := 2 + help.width()
		for _, h := range hints {
			n += h.width() + 2
		}
		return n > m.w
	}
	drop := func(all ...keys.Action) {
		for _, a := range all {
			if tooLong() {
				hints = slices.DeleteFunc(hints, func(h hint) bool {
					return h.act == a && !h.stays
				})
			}
		}
	}
	drop(keys.ShowToken, keys.Messages, keys.ProbeUntilDead, keys.Zoom, keys.Mark)
	for i := range hints {
		if h := &hints[i]; h.brief != "" && tooLong() {
			h.word = h.brief
		}
	}
	drop(keys.None, keys.Traffic, keys.CopyAs, keys.GetWith, keys.EditApp)
	// Commands, quit and help stay at every size.
	last := []keys.Action{keys.Probe, keys.Filter, keys.Renew, keys.Revoke, keys.Copy, keys.Get,
		keys.Undo}
	if m.w >= allWords {
		drop(last...)
	}
	for _, a := range []keys.Action{
		keys.Quit, keys.Commands, keys.Filter, keys.Probe, keys.Renew, keys.Revoke, keys.Copy,
		keys.Get,
	} {
		for i := range hints {
			if h := &hints[i]; h.act == a && tooLong() {
				h.word = ""
			}
		}
	}
	drop(append(last, keys.Inspect)...)
	l := kit.NewLine("", 512)
	l.Gap(1)
	put := func(h hint, word themes.Paint) {
		m.frame.buttons = append(m.frame.buttons,
			button{x: l.Width(), y: m.h - 1, w: h.width(), act: h.act})
		l.Put(string(m.st.Key), h.key)
		if h.word != "" {
			l.Put(string(word), " "+h.word)
		}
	}
	for i, h := range hints {
		if i > 0 {
			l.Gap(2)
		}
		put(h, m.st.Quiet)
	}
	l.Gap(max(m.w-1-help.width()-l.Width(), 1))
	if help.key != "" {
		put(help, m.st.Quiet)
	}
	return l.End(m.w)
}

// hints returns the keys of the footer, in its order. A key that cannot act now is left out.
func (m *root) hints(s *scene.Scene) (out []hint) {
	marked := inView(s, m.bulk())
	for _, a := range m.footerActions(s) {
		row := m.keys.Row(a)
		key, word, brief, stays := m.keys.Key(a), cmp.Or(row.Brief, row.Word), "", false
		if key == "" || m.cannot(s, a) != nil {
			continue
		}
		some := actsOn(s, marked, a) // of the marked tokens
		if len(marked) > 0 && some == 0 || len(marked) == 0 && idle(s, s.Token, a) {
			continue
		}
		switch {
		case a == keys.ProbeUntilDead && s.Token != nil && m.s.IsProbing(s.Token.ID):
			word, stays = "stop", true
		case len(marked) > 0 && (a == keys.Revoke || a == keys.Renew || a == keys.Probe):
			word += " " + strconv.Itoa(some)
		case a == keys.Close && len(m.bulk()) > 0:
			word = "unmark"
		case a == keys.Close && !m.zoomed && m.view.Find != "":
			word = "show all"
		case a == keys.Close:
			word = "back"
		case a == keys.Traffic && m.s.Traffic() == session.TrafficPaused:
			word = "go on"
		case a == keys.Traffic:
			word, brief = "pause traffic", "traffic"
		}
		out = append(out, hint{a, key, word, brief, stays})
	}
	return out
}

// actsOn returns the number of tokens whose state does not refuse an action.
func actsOn(s *scene.Scene, ids []string, a keys.Action) (n int) {
	for _, id := range ids {
		if !idle(s, s.Board.Row(id), a) {
			n++
		}
	}
	return n
}

// idle reports whether an action would be refused because of the state of a token.
func idle(s *scene.Scene, r *session.Row, a keys.Action) bool {
	if r == nil || r.Token == nil {
		return false
	}
	c := s.Board.Consequences(r, s.Key.Shut(), s.Now)
	switch a {
	case keys.Renew:
		return session.VerbRenew.Refuses(c)
	case keys.Revoke:
		return session.VerbRevoke.Refuses(c)
	case keys.Probe:
		return session.VerbProbe.Refuses(c)
	case keys.ProbeUntilDead:
		return (c.Locked || !c.UntilDead) && !s.Session.IsProbing(r.ID)
	}
	return false
}

// footerActions returns the actions that the footer may show in the current mode.
func (m *root) footerActions(s *scene.Scene) []keys.Action {
	find := []keys.Action{keys.Filter, keys.Commands}
	end := []keys.Action{keys.Zoom, keys.Messages, keys.Quit}
	back := m.zoomed || m.view.Find != "" || m.focus != scene.Tokens && m.layout() <= narrow
	switch {
	case len(s.Board.Apps) == 0:
		return append([]keys.Action{keys.AddApp, keys.Import}, append(find, keys.Quit)...)
	case s.Key.Shut() && !s.Key.Fresh():
		out := []keys.Action{keys.Unlock, keys.Filter, keys.Inspect, keys.Commands}
		if m.s.CanUndo() { // that needs no secret
			out = append([]keys.Action{keys.Undo}, out...)
		}
		return slices.Concat(out, end)
	case len(m.bulk()) > 0:
		return slices.Concat([]keys.Action{
			keys.Revoke, keys.Renew, keys.Probe, keys.Mark, keys.Close,
		}, find, []keys.Action{keys.Zoom, keys.Quit})
	case m.focus == scene.Activity:
		out := []keys.Action{keys.Inspect}
		if back {
			out = append(out, keys.Close)
		}
		return slices.Concat(out, find, end)
	}
	verbs := []keys.Action{keys.Get, keys.Renew, keys.Revoke, keys.Copy, keys.Probe,
		keys.ProbeUntilDead}
	if s.Token == nil {
		verbs = []keys.Action{keys.Get, keys.GetWith, keys.EditApp}
	}
	if m.s.CanUndo() {
		verbs = append([]keys.Action{keys.Undo}, verbs...)
		if s.Token != nil && s.Token.Undoable() {
			verbs = slices.DeleteFunc(verbs, func(a keys.Action) bool { return a == keys.Revoke })
		}
	}
	if s.Token != nil && (m.layout() == wide || m.focus == scene.Selected) {
		verbs = append(verbs, keys.ShowToken)
	}
	if m.focus == scene.Selected && m.zoomed {
		return slices.Concat(verbs,
			[]keys.Action{keys.CopyAs, keys.Close, keys.Commands, keys.Quit})
	}
	if m.s.Traffic() != session.TrafficOff {
		verbs = append(verbs, keys.Traffic)
	} else if s.Token != nil {
		verbs = append(verbs, keys.Mark)
	}
	if back {
		verbs = append(verbs, keys.Close)
	}
	return slices.Concat(verbs, find, end)
}
