package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
)

// saveApp is the intent to save what a form holds.
type saveApp struct {
	form  *appOverlay
	draft console.Draft
}

func (saveApp) intent() {}

func (i saveApp) perform(m *root) tea.Cmd {
	switch {
	case !m.isOpen(i.form) || i.form.saving:
		return nil
	case m.fx.svc != nil && m.unlockFirst("save an application", i):
		return nil
	case m.fx.svc == nil && m.o.Begin == nil:
		i.form.said, i.form.good = "there is nowhere to save it", false
		return nil
	}
	m.busy["save"] = true
	m.began("save")
	i.form.saving, i.form.said = true, ""
	return m.fx.saveApp(i.form, i.draft)
}

// testApp is the intent to try what a form holds.
type testApp struct {
	form     *appOverlay
	draft    console.Draft
	answered bool // a person has said yes to the question whether an older token may end by it
}

func (testApp) intent() {}

func (i testApp) perform(m *root) tea.Cmd {
	if i.answered {
		m.answer()
	}
	switch {
	case !m.isOpen(i.form) || i.form.testing:
		return nil
	case m.fx.svc != nil && m.unlockFirst("test an application", i):
		return nil
	case m.fx.svc == nil && m.o.Begin == nil:
		i.form.said, i.form.good = "there is nothing to test it with", false
		return nil
	case m.fx.svc != nil && !i.answered && m.asksBeforeTest(i):
		return nil
	}
	if t := i.form.tested; t != nil {
		m.leftBehind(t)
	}
	m.busy["test"] = true
	m.began("test")
	i.form.testing, i.form.tested, i.form.said = true, nil, ""
	return m.fx.testApp(i.form, i.draft, i.form.changes)
}

// asksBeforeTest opens the question that the key would open: a test is a get, and may end a token that is held here.
func (m *root) asksBeforeTest(i testApp) bool {
	a := i.draft.Application
	a.ID = i.draft.Identity()
	k, ok := console.KnocksOut(a, m.board.Applications(), m.board.Tokens, a.Scopes, m.fx.svc.Policy(a), m.o.Device, m.now)
	i.answered = true
	return ok && m.asksToEnd(k, a.ID, a.Scopes, i)
}

// closeApp is the intent to close a form without saving.
type closeApp struct{ form *appOverlay }

func (closeApp) intent() {}

func (i closeApp) perform(m *root) tea.Cmd {
	m.leftBehind(i.form.tested)
	i.form.tested = nil
	i.form.wipe()
	m.drop(i.form)
	return nil
}

// leftBehind says that the token of a test is not kept, and lives. It is not revoked: the server may have handed out one
// that others use.
func (m *root) leftBehind(t *console.Tested) {
	if t != nil && t.Lives() != "" {
		m.note(warn, "of the test: "+t.Lives()+"; it is not kept here", "saved right after a test, its token is kept")
	}
}

// appTested is what a test came to, with the state of the form that was tested.
type appTested struct {
	form    *appOverlay
	changes int
	tested  console.Tested
	err     error
}

func (r appTested) land(m *root) tea.Cmd {
	delete(m.busy, "test")
	r.form.testing, m.dirty = false, true
	open := m.isOpen(r.form)
	if r.err != nil {
		text := "test: " + strings.TrimPrefix(r.err.Error(), "test: ")
		if !open || r.form.changes != r.changes {
			m.fail("test", r.err)
			return m.read()
		}
		r.form.said, r.form.good, r.form.failed = kit.Clean(join(text, console.Hint(r.err))), false, true
		m.jot(bad, text, console.Hint(r.err))
		return m.read()
	}
	if !open || r.form.changes != r.changes { // it says nothing of what is in the form now
		m.leftBehind(&r.tested)
		return m.read()
	}
	r.form.tested, r.form.failed = &r.tested, false
	said := "it works: " + r.tested.Text()
	if r.tested.Skipped != "" {
		said = r.tested.Text()
	}
	r.form.said, r.form.good = kit.Clean(said), true
	m.jot(good, "test of "+r.form.draft().Label()+": "+r.tested.Text(), strings.Join(r.tested.Notes, "; "))
	return m.read()
}

// join puts a hint behind what it is about.
func join(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + ": " + hint
}

type appSaved struct {
	form   *appOverlay
	app    console.Application
	tested *console.Tested // that was saved with it
	begun  *console.Service
	err    error
}

func (r appSaved) land(m *root) tea.Cmd {
	delete(m.busy, "save")
	r.form.saving, m.dirty = false, true
	begun := m.goOnWith(r.begun)
	if r.err != nil {
		text := "save: " + strings.TrimPrefix(r.err.Error(), "save: ")
		if m.isOpen(r.form) {
			r.form.said, r.form.good = kit.Clean(join(text, console.Hint(r.err))), false
			m.jot(bad, text, console.Hint(r.err))
		} else {
			m.fail("save", r.err)
		}
		return tea.Batch(begun, m.read())
	}
	m.welcome = nil
	m.panes.apps.list.sel = r.app.ID
	if t := r.tested; t != nil && t.AppID != r.app.ID {
		m.leftBehind(t)
	}
	r.form.wipe()
	m.drop(r.form)
	text, hint := " is kept in the store", m.keys.hint(doGet, "gets a token")
	if t := r.tested; t != nil && t.AppID == r.app.ID && t.Fingerprint != "" {
		text, hint = text+", and so is the token of the test", ""
	}
	m.note(good, kit.Clean(r.app.Label())+text, hint)
	return tea.Batch(begun, m.read())
}

// goOnWith goes on with the service that the first save has made.
func (m *root) goOnWith(svc *console.Service) tea.Cmd {
	if svc == nil || m.fx.svc != nil {
		return nil
	}
	m.fx.svc = svc
	m.fx.changes = m.fx.follow(svc)
	m.clock = m.fx.now
	m.now = m.clock()
	return m.fx.watch()
}

// configFile is the file that configured applications are in.
func (m *root) configFile() string {
	if m.fx.svc != nil && m.fx.svc.ConfigPath() != "" {
		return kit.Clean(m.fx.svc.ConfigPath())
	}
	if m.o.Demo {
		return "the demo, which is made anew each time"
	}
	return "the configuration file"
}
