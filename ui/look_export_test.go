package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Say shows a notice.
func (p *Pump) Say(text string) { p.m.Notify(scene.Info, text, "") }

// SayCall shows a warning about the last call, with what to do.
func (p *Pump) SayCall(text, hint string) {
	p.m.now = p.m.clock()
	p.m.notices.call = 1
	p.m.Notify(scene.Warn, text, hint)
	p.m.notices.call = 0
	p.m.draw()
}

// Logged sets what the audit log has of tokens.
func (p *Pump) Logged(events func(tokenID string) []console.Event) {
	p.m.panes.selected.Events = events
}

// Request hands a request to the session, as a key does.
func (p *Pump) Request(r session.Request) { p.Run(p.m.Request(r)) }

// ProbeFailed lets a probe of the selected token fail as if it had been begun just now.
func (p *Pump) ProbeFailed(err error) {
	p.m.now = p.m.clock()
	p.Send(failing{p.Selected(), err})
}

// failing is a message: in Update a probe fails.
type failing struct {
	id  string
	err error
}

func (f failing) land(m *root) tea.Cmd {
	return m.tell(session.Probed{ID: f.id, Token: console.Token{ID: f.id}, Err: f.err})
}

// Tell sends a fact that the overlay on top has requested, or a pane if no overlay is open.
func (p *Pump) Tell(fact func(box any) session.Fact) {
	p.m.now = p.m.clock()
	var box any
	if n := len(p.m.overlays); n > 0 {
		box = p.m.overlays[n-1]
	}
	p.Send(telling{fact(box)})
}

type telling struct{ fact session.Fact }

func (t telling) land(m *root) tea.Cmd { return m.tellFact(t.fact) }

// Reconfigured changes the settings, as a changed configuration does.
func (p *Pump) Reconfigured(change func(*Settings)) {
	s := p.m.set
	change(&s)
	p.Send(settingsRead{reload: Reload{Settings: s}})
}

// Found returns the numbers of tokens, applications and calls that match a text, for the person at
// the keys or for an audience.
func (p *Pump) Found(text string, audience bool) string {
	return fmt.Sprint(p.m.s.Page(session.Query{Find: text, Audience: audience}).Len(),
		p.m.s.Rail(text, audience).Apps, len(p.m.s.Calls(text, audience)))
}

// NoticeInFooter reports whether a notice takes the place of the footer.
func (p *Pump) NoticeInFooter() bool {
	l := p.m.layout()
	return p.m.noticeInFooter(l) && len(p.m.noticeLines(p.m.Scene(), l)) > 0
}

// DropCalls removes the oldest n calls of the board.
func (p *Pump) DropCalls(n int) { p.m.board().Exchanges = p.m.board().Exchanges[n:] }

// Notice shows a notice and logs it.
func (p *Pump) Notice(n scene.Notice) {
	p.m.now = p.m.clock()
	p.m.notify(n.Severity, n.Text, n.Hint, n.Briefly()...)
	p.m.draw()
}
