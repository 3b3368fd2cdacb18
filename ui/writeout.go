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

// wroteOut is that in words, with the next thing to do.
func wroteOut(place string) (text, hint string) {
	return "written to " + place, "lanyard --state " + place + " opens it"
}

func (fx effects) writeOut() tea.Cmd {
	return run(func() writtenOut {
		place, err := fx.svc.WriteOut(fx.ctx)
		return writtenOut{place, err}
	})
}

func (r writtenOut) land(m *root) tea.Cmd {
	if r.err != nil {
		m.fail("write out", r.err)
		return nil
	}
	text, hint := wroteOut(r.place)
	m.note(good, text, hint)
	return nil
}

// writeOut writes what is held to a new directory, as the lines do it.
func (p *plain) writeOut(string) { p.begin("out", "", p.fx.writeOut()) }

func (p *plain) wroteOut(r writtenOut) {
	delete(p.busy, "out")
	if r.err != nil {
		p.fail("write out", r.err)
		return
	}
	text, hint := wroteOut(r.place)
	p.out.say("%s.", text)
	p.out.hint(hint)
}
