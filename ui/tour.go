package ui

import (
	"fmt"
	"time"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// step is one step of the tour. Each %s in screen and brief stands for the key of one of acts.
type step struct {
	screen string
	brief  string // for a narrow screen
	acts   []keys.Action
}

// steps are the steps of session.Tour, worded for the screen.
func steps() []step {
	return []step{
		{
			"%s gets a token: choose Orders, which needs no sign-in", "%s: get",
			[]keys.Action{keys.Get},
		},
		{
			"%s probes it: the gateway lets it through, and remembers that", "%s: probe",
			[]keys.Action{keys.Probe},
		},
		{
			"%s revokes it; until it is sent, %s undoes it", "%s, then %s",
			[]keys.Action{keys.Revoke, keys.Undo},
		},
		{
			"%s again, and wait: the server accepts", "%s, and wait", []keys.Action{keys.Revoke},
		},
		{
			"accepted is not dead: %s shows that it still passes", "%s once more",
			[]keys.Action{keys.Probe},
		},
		{
			"its row counts down how long it may pass; %s probes until it is dead", "%s until dead",
			[]keys.Action{keys.ProbeUntilDead},
		},
		{
			"%s lists all messages, and %s all keys", "%s or %s",
			[]keys.Action{keys.Messages, keys.Help},
		},
	}
}

// tourSaw tells the tour about an action that leaves nothing on the board. It reports whether the
// tour goes on to another step.
func (m *root) tourSaw(a keys.Action) bool {
	return (a == keys.Messages || a == keys.Help) && m.tour.LookedUp()
}

// tourLine draws the current step on w cells.
func (m *root) tourLine(w int) string {
	all := steps()
	now := all[m.tour.Step()]
	ways := make([]any, len(now.acts))
	for i, a := range now.acts {
		ways[i] = m.keys.Way(a)
	}
	ends := []string{m.keys.Hint(keys.Close, "ends the tour"), m.keys.Hint(keys.Close, "ends")}
	if m.noticeInFooter(m.layout()) { // the keys that are in every footer
		rest := m.keys.Way(keys.Commands) + " " + m.keys.Way(keys.Quit) + " " +
			m.keys.Way(keys.Help)
		ends = []string{ends[0] + "  " + rest, ends[1] + "  " + rest, rest}
	}
	l := kit.NewLine("", 256)
	l.Gap(1)
	l.Put(string(m.st.Accent), fmt.Sprintf("%d/%d  ", m.tour.Step()+1, len(all)))
	room := w - 1 - l.Width()
	text := fmt.Sprintf(now.screen, ways...)
	if kit.Width(text) > room {
		text = fmt.Sprintf(now.brief, ways...)
	}
	l.Put(string(m.st.Strong), kit.Cut(text, max(room, 0)))
	for _, end := range ends {
		if gap := w - 1 - kit.Width(end) - l.Width(); gap >= 2 {
			l.Gap(gap)
			l.Put(string(m.st.Quiet), end)
			break
		}
	}
	return l.End(w)
}

// tourRead tells the tour about the board that was just read.
func (m *root) tourRead(now time.Time) {
	if m.s.ObserveTour(m.tour) {
		m.tellTourEnd()
	}
}

// tellTourEnd says that the tour has ended, if it has.
func (m *root) tellTourEnd() {
	if m.tour.Over() {
		m.Notify(scene.Good,
			"that was the life of a token, from the first answer to the last refusal",
			"lanyard demo --tour begins it again")
	}
}

// endTour ends the tour, and reports whether there was one.
func (m *root) endTour() bool {
	if m.tour.Over() {
		return false
	}
	m.tour = nil
	m.Notify(scene.Info, "the tour is over", "lanyard demo --tour begins it again")
	return true
}
