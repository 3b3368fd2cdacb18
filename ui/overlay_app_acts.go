package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// saveApp is the intent to save what a form holds.
type saveApp struct {
	form  *appOverlay
	draft console.Draft
}

func (saveApp) intent() {}

func (i saveApp) perform(m *root) tea.Cmd {
	if !m.isOpen(i.form) || i.form.saving {
		return nil
	}
	return m.request(session.Save{For: i.form, Draft: i.draft})
}

// testApp is the intent to try what a form holds.
type testApp struct {
	form  *appOverlay
	draft console.Draft
}

func (testApp) intent() {}

func (i testApp) perform(m *root) tea.Cmd {
	if !m.isOpen(i.form) || i.form.testing {
		return nil
	}
	return m.request(session.Test{For: i.form, Draft: i.draft, Changes: i.form.changes})
}

// closeApp is the intent to close a form without saving.
type closeApp struct{ form *appOverlay }

func (closeApp) intent() {}

func (i closeApp) perform(m *root) tea.Cmd {
	m.leftBehind(i.form.tested)
	i.form.tested = nil
	i.form.Wipe()
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

// tellTested shows in the form what a test came to.
func (m *root) tellTested(f session.Tested) {
	form := f.For.(*appOverlay)
	form.testing = false
	current := m.isOpen(form) && form.changes == f.Changes // else it says nothing of what is in the form now
	switch {
	case f.Err != nil && !current:
		m.fail("test", f.Err)
		return
	case f.Err != nil:
		text := "test: " + strings.TrimPrefix(f.Err.Error(), "test: ")
		form.said, form.good, form.failed = kit.Clean(join(text, console.Hint(f.Err))), false, true
		m.jot(bad, text, console.Hint(f.Err))
		return
	case !current:
		m.leftBehind(&f.Tested)
		return
	}
	form.tested, form.failed = &f.Tested, false
	said := "it works: " + f.Tested.Text()
	if f.Tested.Skipped != "" {
		said = f.Tested.Text()
	}
	form.said, form.good = kit.Clean(said), true
	m.jot(good, "test of "+form.draft().Label()+": "+f.Tested.Text(), strings.Join(f.Tested.Notes, "; "))
}

// join puts a hint behind what it is about.
func join(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + ": " + hint
}

// tellSaved closes the form of an application that was saved.
func (m *root) tellSaved(f session.Saved) {
	m.now = m.clock() // the first save has made a clock
	form := f.For.(*appOverlay)
	form.saving = false
	if f.Err != nil {
		text := "save: " + strings.TrimPrefix(f.Err.Error(), "save: ")
		if m.isOpen(form) {
			form.said, form.good = kit.Clean(join(text, console.Hint(f.Err))), false
			m.jot(bad, text, console.Hint(f.Err))
		} else {
			m.fail("save", f.Err)
		}
		return
	}
	m.welcome = nil
	m.panes.apps.list.sel = f.App.ID
	if t := f.Tested; t != nil && t.AppID != f.App.ID {
		m.leftBehind(t)
	}
	form.Wipe()
	m.drop(form)
	text, hint := " is kept in the store", m.keys.Hint(keys.Get, "gets a token")
	if t := f.Tested; t != nil && t.AppID == f.App.ID && t.Fingerprint != "" {
		text, hint = text+", and so is the token of the test", ""
	}
	m.note(good, kit.Clean(f.App.Label())+text, hint)
}

// configFile is the file that configured applications are in.
func (m *root) configFile() string {
	if svc := m.s.Service(); svc != nil && svc.ConfigPath() != "" {
		return kit.Clean(svc.ConfigPath())
	}
	if m.o.Demo {
		return "the demo, which is made anew each time"
	}
	return "the configuration file"
}
