package overlay

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/paste"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// askPortal is the intent to ask a portal for its applications.
type askPortal struct {
	form    *Import
	request console.PortalRequest
}

// Perform implements [scene.Intent].
func (i askPortal) Perform(h scene.Host) tea.Cmd {
	if h.Scene().Session.Busy(session.Key{Kind: session.AskingPortal}) {
		return nil
	}
	i.form.stop = make(chan struct{})
	return h.Request(session.AskPortal{For: i.form, Request: i.request, Stop: i.form.stop})
}

// Told implements [scene.Listener].
func (o *Import) Told(h scene.Host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		o.busy, o.said = true, ""
	case session.Refused:
		if _, asks := f.Request.(session.AskPortal); asks {
			o.said = "there is nothing to ask it with"
		}
	case session.PortalAsked:
		o.toldPortal(h, f)
	case session.FoundKept:
		o.toldKept(h, f)
	}
	return nil
}

// toldPortal shows the applications of a portal, or why there are none.
func (o *Import) toldPortal(h scene.Host, f session.PortalAsked) {
	o.busy, o.stop = false, nil
	switch open := h.IsOpen(o); {
	case !open && errors.Is(f.Err, context.Canceled):
		h.Notify(scene.Info, "the portal is no longer asked, and nothing of it is kept", "")
	case f.Err != nil && open:
		o.said = logFailure(h, "import", f.Err)
	case f.Err != nil:
		h.NotifyError("import", f.Err)
	case !open:
		h.Notify(scene.Info, "the portal has answered, and nothing of it is kept",
			h.Scene().Keys.Hint(keys.Import, "asks it again"))
	case len(f.Found.All) == 0:
		o.said = "the portal shows no application with keys: make keys there first"
	default:
		o.found = newFoundList(f.Found)
	}
	for _, n := range f.Found.Notes {
		h.Log(scene.Info, kit.Clean(n), "")
	}
}

// toldKept closes the overlay when the applications were saved.
func (o *Import) toldKept(h scene.Host, f session.FoundKept) {
	o.busy = false
	if f.Err != nil {
		if h.IsOpen(o) {
			o.said = logFailure(h, "import", f.Err)
		} else {
			h.NotifyError("import", f.Err)
		}
		return
	}
	o.Discard()
	h.Close(o)
	var missing []string
	for _, a := range f.Apps {
		if a.Secret == console.SecretMissing && a.Source == console.FromStore {
			missing = append(missing, string(a.Label()))
		}
	}
	text := h.Scene().Key.Kept() + ": " + text.Count(len(f.Apps), "application") + " of the portal"
	if k := h.Scene().Keys; len(missing) == 0 {
		h.Notify(scene.Good, text, k.Hint(keys.Get, "gets a token"))
	} else {
		h.Notify(scene.Warn, text+"; without a secret: "+kit.Clean(strings.Join(missing, ", ")),
			k.Hint(keys.EditApp, "takes it"))
	}
}

// fillIn is the intent to open the form of an application with what was read in a text.
type fillIn struct {
	from   *Import
	pasted paste.Draft
}

func (i fillIn) Perform(h scene.Host) tea.Cmd {
	i.from.Discard()
	h.Close(i.from)
	o := NewApp(h.Scene(), nil, "")
	o.fillIn(i.pasted, h.Scene().Board.Environments)
	h.Open(o)
	for _, n := range i.pasted.Notes {
		h.Log(scene.Info, "pasted: "+kit.Clean(n), "")
	}
	return nil
}

// fillIn fills the form with what was read in a text. It chooses the known environment of its Token
// API, else a new one; the person can still choose another one.
func (o *App) fillIn(p paste.Draft, known []console.KnownEnvironment) {
	// without a name of the person it does not fail
	e, note, _ := console.ImportEnvironment(known, p.Environment, "")
	anew := o.envs[len(o.envs)-1]
	to := anew
	if i := slices.IndexFunc(o.envs, func(x *environment) bool {
		return x.name != "" && x.name == e.Name
	}); i >= 0 {
		to = o.envs[i]
	}
	o.edit(func() { o.env = anew })
	o.edit(func() {
		anew.Environment = p.Environment
		if to == anew {
			anew.Environment = e
		}
		p.KeyType = o.entry.KeyType
		o.entry.Application = p.Application
		o.more = o.more || o.rareUsed()
		for _, x := range o.Fields {
			x.Load()
		}
	})
	o.edit(func() {
		o.env = to
		o.secret.Give(p.Secret)
		o.password.Give(p.Password)
		for name, value := range p.Headers {
			o.values[name].Give(value)
		}
		o.Edits++
	})
	o.GoTo(o.name)
	o.note = console.Private(note)
}
