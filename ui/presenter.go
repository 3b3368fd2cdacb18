package ui

import (
	"strings"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/pane"
	"lanyard/ui/redact"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// present turns presenter mode on or off.
func (m *root) present(on bool) {
	m.set.Presenter = on
	m.redactBoard()
	if on {
		m.beginPresenting()
		m.Log(scene.Good, "presenter mode: no secret, key, user or host is shown",
			m.keys.Hint(keys.Presenter, "closes it"))
	} else {
		m.Notify(scene.Info, "presenter mode is off: users and hosts are shown again", "")
	}
}

// beginPresenting hides a token that is shown in clear, and ends what the presenter layout does not
// show.
func (m *root) beginPresenting() {
	m.hideAgain()
	m.view.Typing, m.zoomed = false, false
	m.endFinds()
	m.focusOn(scene.Tokens)
}

// endFinds ends what is looked for: an audience may not see what it matches. The selected token
// stays, because it is presented.
func (m *root) endFinds() {
	m.view.FindCalls = ""
	if m.chooseFound(); m.before != nil {
		m.endFind()
	}
}

// redactBoard redacts the names of the board in presenter mode.
func (m *root) redactBoard() {
	if m.set.Presenter {
		m.redactor = redact.New(m.names(), m.redactor)
	} else {
		m.redactor = nil
	}
	m.panes.apps.Measure(m.Scene())
}

// learnNames notes the names in a request before a server can repeat them.
func (m *root) learnNames(r session.Request) {
	known := &m.entered
	switch r := r.(type) {
	case session.Get:
		known.Users = append(known.Users, string(r.User))
	case session.Test:
		known.Applications = append(known.Applications, r.Draft.Application)
	case session.Save:
		known.Applications = append(known.Applications, r.Draft.Application)
	case session.AskPortal:
		known.Users = append(known.Users, r.Request.User)
		known.Addresses = append(known.Addresses, r.Request.Base)
	default:
		return
	}
	m.redactBoard()
}

// names returns the names that an audience must not see.
func (m *root) names() redact.Known {
	names := knownNames(m.board())
	names.Applications = append(names.Applications, m.entered.Applications...)
	names.Users = append(names.Users, m.entered.Users...)
	names.Addresses = append(names.Addresses, m.entered.Addresses...)
	return names
}

// knownNames returns the names on a board.
func knownNames(b *session.Board) redact.Known {
	names := redact.Known{
		Applications: b.Applications(), Users: b.Users(), Clean: kit.Clean,
	}
	for i := range b.Exchanges {
		names.Addresses = append(names.Addresses, b.Exchanges[i].URL)
	}
	for _, i := range b.Invitations {
		names.Addresses = append(names.Addresses, string(i.URL), string(i.Complete))
	}
	return names
}

// presents reports whether the screen shows the presenter layout in place of the panes.
func (m *root) presents() bool { return m.redactor != nil && m.layout() != tooSmall }

// presented returns the row that the presenter layout shows; nil for none.
func (m *root) presented(s *scene.Scene) *session.Row {
	if s.Token != nil {
		return s.Token
	}
	return m.board().LastEnding()
}

// presentation draws the presenter layout: h lines of w cells with these warnings.
func (m *root) presentation(s *scene.Scene, warnings []string) []string {
	p := pane.Present(s, m.presented(s))
	p.Header, p.Warnings = m.presenterHeader(), warnings
	if m.notices.on {
		p.Notice = m.presenterNotice(s, m.notices.shown)
	}
	if p.Life != nil {
		if d := p.Life.Moves(m.w); d > 0 {
			s.ChangesIn(d)
		}
	}
	return p.Lines(m.w, m.h)
}

// presenterHeader draws the first line of the presenter layout.
func (m *root) presenterHeader() string {
	closes := m.keys.Hint(keys.Presenter, "closes")
	if n := len(m.s.Marks()); n > 0 {
		closes = scene.Count(n, "marked tokens") + "   " + closes
	}
	l := kit.NewLine("", 256)
	l.Gap(1)
	room := m.w - kit.Width(closes) - 4
	if kit.Width("lanyard   presenting") <= room {
		l.Put(string(m.st.Brand), "lanyard")
		l.Gap(3)
	}
	l.Put("", kit.Short("presenting", max(room, 0)))
	l.Gap(m.w - 1 - kit.Width(closes) - l.Width())
	l.Put(string(m.st.Quiet), closes)
	return l.End(m.w)
}

// presenterNotice returns a notice as one redacted text. It is "" for what went well and for the
// answer to a call: the layout itself shows that.
func (m *root) presenterNotice(s *scene.Scene, n scene.Notice) string {
	if n.Severity == scene.Good || n.Severity == scene.Info && n.Exchange != 0 {
		return ""
	}
	most := 2 // lines of words beside the name
	if m.h < 28 {
		most = 1
	}
	return strings.Join(m.arranged(s, n, most, m.w-2), " ")
}

// cannotWhilePresenting returns why an action on the panes cannot run in presenter mode; nil for
// all others.
func (m *root) cannotWhilePresenting(a keys.Action) *scene.Refuse {
	switch {
	case !m.presents():
	case a == keys.Filter, a >= keys.NextPane && a <= keys.Zoom:
		return scene.Cannot("presenter mode shows no panes",
			m.keys.Hint(keys.Presenter, "closes it"))
	}
	return nil
}
