package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
)

// saidUnkept is the last thing that was said of a store in which nothing can be stored any more.
type saidUnkept string

// news gives the reason that a board names, where it was not said yet; nil otherwise.
func (s *saidUnkept) news(b console.Board) error {
	text := ""
	if b.Unkept != nil {
		text = b.Unkept.Error()
	}
	if text == string(*s) {
		return nil
	}
	*s = saidUnkept(text)
	return b.Unkept
}

// restoredWords say that the store which is shown is not the one from before.
const restoredWords = "the store was replaced by a restored backup; this console shows it now"

// writtenOut is what became of writing out what this console holds.
type writtenOut struct {
	place string
	err   error
}

// wroteOut says where what this console holds was written.
func wroteOut(place string) string { return "written to " + place }

// wroteOutHint is the next thing to do.
func wroteOutHint(place string) string {
	return "lanyard --state " + place + " opens it; to put it back: " + console.PutBack(place)
}

// unwritten says whether quitting would lose what this console holds. It looks, for nobody may have noticed yet.
func (fx effects) unwritten() bool { return fx.svc != nil && fx.svc.Unwritten(fx.ctx) != nil }

// asksToWriteOut opens the question that comes before quitting a console whose store is gone.
func (m *root) asksToWriteOut() bool {
	if !m.fx.unwritten() {
		return false
	}
	m.overlays = []overlay{&leaveOverlay{confirmOverlay{lines: []string{
		"Nothing can be stored any more.", "What this console holds ends with it, unless it is written out.",
	}, verb: "write it out and quit", no: "n", other: "quit without"}}}
	return true
}

// leaveOverlay asks whether to write out before quitting.
type leaveOverlay struct{ confirmOverlay }

func (*leaveOverlay) title() string { return "Write out what this console holds before it ends?" }

func (o *leaveOverlay) press(s *scene, a action, key string) intent {
	switch key {
	case s.keys.yes():
		return leaveUnkept{o, true}
	case o.no:
		return leaveUnkept{o, false}
	}
	return o.refused(a, key)
}

// leaveUnkept quits; write: when what is held was written out.
type leaveUnkept struct {
	o     *leaveOverlay
	write bool
}

func (leaveUnkept) intent() {}

func (i leaveUnkept) perform(m *root) tea.Cmd {
	m.drop(i.o)
	if !i.write {
		return m.leave(true)
	}
	m.leaving = true
	return m.fx.writeOut()
}

func (fx effects) writeOut() tea.Cmd {
	return run(func() writtenOut {
		place, err := fx.svc.WriteOut(fx.ctx)
		return writtenOut{place, err}
	})
}

func (r writtenOut) land(m *root) tea.Cmd {
	if r.err != nil {
		m.leaving = false
		m.fail("write out", r.err)
		return nil
	}
	m.note(good, wroteOut(r.place), wroteOutHint(r.place))
	if m.leaving {
		return m.leave(false)
	}
	return nil
}
