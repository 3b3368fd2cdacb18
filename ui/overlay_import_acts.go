package ui

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
)

// importFirst is the intent to import the first applications, on the welcome screen.
type importFirst struct{}

func (importFirst) intent() {}

func (importFirst) perform(m *root) tea.Cmd { return m.openImport() }

// askPortal is the intent to ask a portal what there is.
type askPortal struct {
	form    *importOverlay
	request console.PortalRequest
}

func (askPortal) intent() {}

func (i askPortal) perform(m *root) tea.Cmd {
	switch {
	case !m.isOpen(i.form) || i.form.busy || m.busy["portal"]:
		return nil
	case m.fx.svc == nil && m.o.Begin == nil:
		i.form.said = "there is nothing to ask it with"
		return nil
	}
	m.busy["portal"] = true
	m.began("portal")
	i.form.busy, i.form.said = true, ""
	ctx, stop := context.WithCancel(m.fx.ctx)
	i.form.stop = stop
	return m.fx.askPortal(ctx, i.form, i.request)
}

// portalAsked is what a portal showed.
type portalAsked struct {
	form  *importOverlay
	found console.PortalFound
	err   error
}

func (r portalAsked) land(m *root) tea.Cmd {
	delete(m.busy, "portal")
	r.form.stop()
	r.form.busy, r.form.stop, m.dirty = false, nil, true
	switch open := m.isOpen(r.form); {
	case !open && errors.Is(r.err, context.Canceled):
		m.note(info, "the portal is no longer asked, and nothing of it is kept", "")
	case r.err != nil && open:
		text := "import: " + strings.TrimPrefix(r.err.Error(), "import: ")
		r.form.said = kit.Clean(join(text, console.Hint(r.err)))
		m.jot(bad, text, console.Hint(r.err))
	case r.err != nil:
		m.fail("import", r.err)
	case !open:
		m.note(info, "the portal has answered, and nothing of it is kept", m.keys.hint(importApps, "asks it again"))
	case len(r.found.All) == 0:
		r.form.said = "the portal shows no application with keys: make keys there first"
	default:
		r.form.found = newFoundList(r.found)
	}
	for _, n := range r.found.Notes {
		m.jot(info, kit.Clean(n), "")
	}
	return m.read()
}

// keepFound is the intent to keep what was chosen.
type keepFound struct {
	form   *importOverlay
	chosen console.PortalFound
}

func (keepFound) intent() {}

func (i keepFound) perform(m *root) tea.Cmd {
	switch {
	case !m.isOpen(i.form) || i.form.busy:
		return nil
	case m.fx.svc != nil && m.unlockFirst("keep applications", i):
		return nil
	}
	m.busy["keep"] = true
	m.began("keep")
	i.form.busy, i.form.said = true, ""
	return m.fx.keepFound(i.form, i.chosen)
}

type foundKept struct {
	form  *importOverlay
	apps  []console.Application
	begun *console.Service
	err   error
}

func (r foundKept) land(m *root) tea.Cmd {
	delete(m.busy, "keep")
	r.form.busy, m.dirty = false, true
	begun := m.goOnWith(r.begun)
	if r.err != nil {
		if m.isOpen(r.form) {
			r.form.said = kit.Clean(join(r.err.Error(), console.Hint(r.err)))
			m.jot(bad, r.err.Error(), console.Hint(r.err))
		} else {
			m.fail("import", r.err)
		}
		return tea.Batch(begun, m.read())
	}
	m.welcome = nil
	r.form.wipe()
	m.drop(r.form)
	var missing []string
	for i, a := range r.apps {
		if i == 0 {
			m.panes.apps.list.sel = a.ID
		}
		if a.Secret == console.SecretMissing && a.Source == console.FromStore {
			missing = append(missing, a.Label())
		}
	}
	text := "kept in the store: " + counted(len(r.apps), "application") + " of the portal"
	if len(missing) == 0 {
		m.note(good, text, m.keys.hint(doGet, "gets a token"))
	} else {
		m.note(warn, text+"; without a secret: "+kit.Clean(strings.Join(missing, ", ")), m.keys.hint(editApp, "takes it"))
	}
	return tea.Batch(begun, m.read())
}

// fillIn is the intent to go on, in the form of an application, with what a text told.
type fillIn struct {
	from   *importOverlay
	pasted console.Pasted
}

func (fillIn) intent() {}

func (i fillIn) perform(m *root) tea.Cmd {
	i.from.wipe()
	m.drop(i.from)
	m.openApp(false)
	o := m.overlays[len(m.overlays)-1].(*appOverlay)
	o.fillIn(i.pasted)
	for _, n := range i.pasted.Notes {
		m.jot(info, "pasted: "+kit.Clean(n), "")
	}
	return nil
}

// fillIn puts what a text told into the form: into the environment with its token URL, if there is one.
func (o *appOverlay) fillIn(p console.Pasted) {
	env := newEnvironment
	if known, ok := console.EnvironmentWith(o.envs, p.Environment.Endpoints.TokenURL); ok {
		env = known.Name
	}
	o.edit(func() {
		chosen := o.field(console.FieldEnvironment)
		chosen.choose(env, chosen.options...)
	})
	o.edit(func() { o.putIn(p, env == newEnvironment) })
	o.changed = true
	o.goTo(console.FieldName)
}

// putIn puts it into the fields.
func (o *appOverlay) putIn(p console.Pasted, settles bool) {
	a := p.Application
	put := func(key, value string) {
		if f := o.field(key); value != "" {
			f.set(value)
			f.touched = true
		}
	}
	if settles {
		put("environment_name", a.Environment.Name)
		put(console.FieldTokenURL, a.Environment.Endpoints.TokenURL)
		put(console.FieldIssuer, a.Environment.Issuer)
		put(console.FieldRevokeURL, a.Environment.Endpoints.RevokeURL)
		auth := o.field(console.FieldClientAuth)
		auth.choose(string(a.Environment.ClientAuth), auth.options...)
	}
	put(console.FieldConsumerKey, a.ConsumerKey)
	put(console.FieldScopes, strings.Join(a.Scopes, " "))
	put(console.FieldUsername, a.Username)
	put(console.FieldRedirectURL, a.Details.RedirectURL)
	put(console.FieldAudience, a.Audience)
	put(console.FieldResource, strings.Join(a.Resource, " "))
	put(console.FieldExtra, console.ExtraText(a.Extra))
	put(console.FieldProbeURL, a.ProbeURL)
	grant := o.field(console.FieldGrant)
	grant.choose(a.Grant, grant.options...)
	o.field("consumer_secret").give(p.Secret)
	o.field("password").give(p.Password)
}
