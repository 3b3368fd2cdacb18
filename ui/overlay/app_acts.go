package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// closeApp is the intent to close the form without saving.
type closeApp struct{ form *App }

// Perform implements [scene.Intent].
func (i closeApp) Perform(h scene.Host) tea.Cmd {
	warnTestToken(h, i.form.tested)
	i.form.tested = nil
	i.form.Wipe()
	h.Close(i.form)
	return nil
}

// warnTestToken warns that the token of a test is alive and not stored. Lanyard does not revoke it,
// because the server may have returned a token that other programs use.
func warnTestToken(h scene.Host, t *console.Tested) {
	if t != nil && t.Lives() != "" {
		h.Notify(scene.Warn, t.Lives(), "save right after a test to keep its token")
	}
}

// Told implements [scene.Listener].
func (o *App) Told(h scene.Host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		o.said = ""
		if _, test := f.Request.(session.Test); test {
			warnTestToken(h, o.tested)
			o.testing, o.tested = true, nil
		} else {
			o.saving = true
		}
	case session.Refused:
		o.said, o.good = "there is nowhere to save it", false
		if _, test := f.Request.(session.Test); test {
			o.said = "there is nothing to test it with"
		}
	case session.Tested:
		o.toldTested(h, f)
	case session.Saved:
		o.toldSaved(h, f)
	}
	return nil
}

// logFailure logs the error of an action, and returns the text that the open form shows. op is the
// verb, such as "save".
func logFailure(h scene.Host, op string, err error) console.Private {
	text, hint := console.OpErrorText(op, err), console.Hint(err)
	h.Log(scene.Bad, string(text), hint)
	return scene.JoinHint(text, hint)
}

// toldTested shows the result of a test.
func (o *App) toldTested(h scene.Host, f session.Tested) {
	o.testing = false
	// A late result may be about an earlier draft.
	current := h.IsOpen(o) && o.Edits == f.Changes
	switch {
	case f.Err != nil && !current:
		h.NotifyError("test", f.Err)
		return
	case f.Err != nil:
		o.said, o.good, o.failed = logFailure(h, "test", f.Err), false, true
		return
	case !current:
		warnTestToken(h, &f.Tested)
		return
	}
	o.tested, o.failed = &f.Tested, false
	said := "it works: " + f.Tested.Text()
	if f.Tested.Skipped != "" {
		said = f.Tested.Text()
	} else if said += " · its token is kept if you save now"; o.draft().ProbeURL != "" {
		said += " · the probe URL was not tried"
	}
	o.said, o.good = console.Private(said), true
	notes := f.Tested.Notes
	if k := f.Tested.Supersedes; k != nil {
		words, _ := describe.Supersede(*k)
		notes = append([]string{words}, notes...)
	}
	h.Log(scene.Good, "test of "+string(o.draft().Label())+": "+f.Tested.Text(),
		strings.Join(notes, "; "))
}

// toldSaved closes the form when the application was saved.
func (o *App) toldSaved(h scene.Host, f session.Saved) {
	o.saving = false
	if f.Err != nil {
		if h.IsOpen(o) {
			o.said, o.good = logFailure(h, "save", f.Err), false
		} else {
			h.NotifyError("save", f.Err)
		}
		return
	}
	if t := f.Tested; t != nil && t.AppID != f.App.ID {
		warnTestToken(h, t)
	}
	o.Wipe()
	h.Close(o)
	text, hint := " is "+h.Scene().Key.Kept(), h.Scene().Keys.Hint(keys.Get, "gets a token")
	if t := f.Tested; t != nil && t.AppID == f.App.ID && t.Fingerprint != "" {
		text, hint = text+", and so is the token of the test", ""
	}
	h.Notify(scene.Good, string(f.App.Label())+text, hint)
}
