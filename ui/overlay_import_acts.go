package ui

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/paste"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
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
	if !m.isOpen(i.form) || i.form.busy || m.s.Busy(session.Key{Kind: session.AskingPortal}) {
		return nil
	}
	ctx, stop := context.WithCancel(m.ctx)
	i.form.stop = stop
	return m.request(session.AskPortal{For: i.form, Request: i.request, Stop: ctx.Done()})
}

// tellPortal shows what a portal has.
func (m *root) tellPortal(f session.PortalAsked) {
	form := f.For.(*importOverlay)
	form.stop()
	form.busy, form.stop = false, nil
	switch open := m.isOpen(form); {
	case !open && errors.Is(f.Err, context.Canceled):
		m.note(info, "the portal is no longer asked, and nothing of it is kept", "")
	case f.Err != nil && open:
		text := "import: " + strings.TrimPrefix(f.Err.Error(), "import: ")
		form.said = kit.Clean(join(text, console.Hint(f.Err)))
		m.jot(bad, text, console.Hint(f.Err))
	case f.Err != nil:
		m.fail("import", f.Err)
	case !open:
		m.note(info, "the portal has answered, and nothing of it is kept", m.keys.Hint(keys.Import, "asks it again"))
	case len(f.Found.All) == 0:
		form.said = "the portal shows no application with keys: make keys there first"
	default:
		form.found = newFoundList(f.Found)
	}
	for _, n := range f.Found.Notes {
		m.jot(info, kit.Clean(n), "")
	}
}

// keepFound is the intent to keep what was chosen.
type keepFound struct {
	form   *importOverlay
	chosen console.PortalFound
}

func (keepFound) intent() {}

func (i keepFound) perform(m *root) tea.Cmd {
	if !m.isOpen(i.form) || i.form.busy {
		return nil
	}
	return m.request(session.KeepFound{For: i.form, Chosen: i.chosen})
}

// tellKept closes the import of what was kept.
func (m *root) tellKept(f session.FoundKept) {
	m.now = m.clock() // the first save has made a clock
	form := f.For.(*importOverlay)
	form.busy = false
	if f.Err != nil {
		if m.isOpen(form) {
			form.said = kit.Clean(join(f.Err.Error(), console.Hint(f.Err)))
			m.jot(bad, f.Err.Error(), console.Hint(f.Err))
		} else {
			m.fail("import", f.Err)
		}
		return
	}
	m.welcome = nil
	form.wipe()
	m.drop(form)
	var missing []string
	for i, a := range f.Apps {
		if i == 0 {
			m.panes.apps.list.sel = a.ID
		}
		if a.Secret == console.SecretMissing && a.Source == console.FromStore {
			missing = append(missing, a.Label())
		}
	}
	text := "kept in the store: " + text.Count(len(f.Apps), "application") + " of the portal"
	if len(missing) == 0 {
		m.note(good, text, m.keys.Hint(keys.Get, "gets a token"))
	} else {
		m.note(warn, text+"; without a secret: "+kit.Clean(strings.Join(missing, ", ")), m.keys.Hint(keys.EditApp, "takes it"))
	}
}

// fillIn is the intent to go on, in the form of an application, with what a text told.
type fillIn struct {
	from   *importOverlay
	pasted paste.Draft
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
func (o *appOverlay) fillIn(p paste.Draft) {
	env := newEnvironment
	if known, ok := console.EnvironmentWith(o.envs, p.Environment.Endpoints.TokenURL); ok {
		env = known.Name
	}
	o.edit(func() {
		chosen := o.Field(console.FieldEnvironment)
		chosen.Choose(env, chosen.Options...)
	})
	o.edit(func() { o.putIn(p, env == newEnvironment) })
	o.Changed = true
	o.GoTo(console.FieldName)
}

// putIn puts it into the fields.
func (o *appOverlay) putIn(p paste.Draft, settles bool) {
	a := p.Application
	put := func(key, value string) {
		if f := o.Field(key); value != "" {
			f.Set(value)
			f.Touched = true
		}
	}
	if settles {
		put("environment_name", a.Environment.Name)
		put(console.FieldTokenURL, a.Environment.Endpoints.TokenURL)
		put(console.FieldIssuer, a.Environment.Issuer)
		put(console.FieldRevokeURL, a.Environment.Endpoints.RevokeURL)
		auth := o.Field(console.FieldClientAuth)
		auth.Choose(string(a.Environment.ClientAuth), auth.Options...)
	}
	put(console.FieldConsumerKey, a.ConsumerKey)
	put(console.FieldScopes, strings.Join(a.Scopes, " "))
	put(console.FieldUsername, a.Username)
	put(console.FieldRedirectURL, a.Details.RedirectURL)
	put(console.FieldAudience, a.Audience)
	put(console.FieldResource, strings.Join(a.Resource, " "))
	put(console.FieldExtra, console.ExtraText(a.Extra))
	put(console.FieldProbeURL, a.ProbeURL)
	grant := o.Field(console.FieldGrant)
	grant.Choose(a.Grant, grant.Options...)
	o.Field("consumer_secret").Give(p.Secret)
	o.Field("password").Give(p.Password)
}
