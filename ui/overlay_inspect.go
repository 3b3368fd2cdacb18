package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

func (m *root) cannotInspect(s *scene) *refuse {
	if m.on() == activity {
		if m.panes.acts.selected(s) == nil {
			return &refuse{"no call is selected", "↑ ↓ select one"}
		}
		return nil
	}
	return m.needToken(s)
}

// inspect looks inside the selected token, or at the selected call.
func (m *root) inspect() tea.Cmd {
	s := m.scene()
	if m.on() == activity {
		if e := m.panes.acts.selected(s); e != nil {
			m.open(&exchangeOverlay{e: *e})
		}
		return nil
	}
	r := m.target(s)
	if r == nil || r.Token == nil {
		return nil
	}
	o := &inspectOverlay{id: r.ID, fingerprint: r.Token.Fingerprint}
	m.open(o)
	if m.fx.svc == nil || m.key().asks() {
		o.locked = m.fx.svc != nil
		return nil
	}
	return m.fx.inspect(o)
}

// inspectOverlay is what there is to know of a token: what was done to it, both clocks, and what is inside. It opens
// with what the board knows; what answers bring is filled in, and an answer for one that was closed is dropped.
type inspectOverlay struct {
	scroll          scroll
	id, fingerprint string
	locked          bool // the inside cannot be read
	seen            bool // the inside was read
	inside          inside
	asking          bool    // the key manager
	asked           []claim // what it said, when it was asked from here
	askErr          string
}

// inside is what a token itself says.
type inside struct {
	form      string
	signature string
	verified  bool
	times     []string // what speaks against it
	claims    []claim
	err       string
}

// claim is a member of a JWT, or of the key manager's answer.
type claim struct {
	part, name, value, note string
	at                      time.Time
}

func (o *inspectOverlay) title() string { return "Token " + o.fingerprint }

func (o *inspectOverlay) foot() string {
	text := "i asks the key manager · "
	if o.locked {
		text = "enter unlocks · "
	}
	if o.scroll.n > o.scroll.page {
		text += more + " · "
	}
	return text + "esc closes"
}

func (*inspectOverlay) danger() bool             { return false }
func (*inspectOverlay) size(w, h int) (int, int) { return min(w, 100), h * 9 / 10 }

func (o *inspectOverlay) press(_ *scene, a action, key string) intent {
	switch {
	case key == "enter" && o.locked:
		return lookInside{o}
	case a == closeTop, a == quit, key == "enter":
		return closeOverlay{}
	case key == "i":
		return introspectToken{o}
	}
	o.scroll.move(a)
	return nil
}

// cannotAsk is why the key manager cannot be asked, or "". Where an issuer is named it may yet name an address.
func (o *inspectOverlay) cannotAsk(b *session.Board) (why string, a *session.App) {
	r := b.ByID[o.id]
	if r == nil || r.Token == nil {
		return "this token is gone", nil
	}
	a = &b.Apps[r.App]
	if e := a.Environment; e.Endpoints.IntrospectURL == "" && e.Issuer == "" {
		return "environment " + kit.Clean(e.Name) + " has no introspect_url", a
	}
	return "", a
}

// lookInside is the intent to read what could not be read while the secrets were locked.
type lookInside struct{ box *inspectOverlay }

func (lookInside) intent() {}

func (i lookInside) perform(m *root) tea.Cmd {
	if m.fx.svc == nil || m.unlockFirst("look inside a token", i) {
		return nil
	}
	i.box.locked = false
	return m.fx.inspect(i.box)
}

// introspectToken is the intent to ask the key manager about the token that is looked at.
type introspectToken struct{ box *inspectOverlay }

func (introspectToken) intent() {}

func (i introspectToken) perform(m *root) tea.Cmd {
	if why, a := i.box.cannotAsk(&m.board); why != "" {
		hint := ""
		if a != nil {
			hint = m.fx.remedy(a, "set introspect_url", m.face())
		}
		m.note(info, why, hint)
		return nil
	}
	if i.box.asking || m.fx.svc == nil || m.unlockFirst("introspect a token", i) {
		return nil
	}
	i.box.asking, i.box.askErr = true, ""
	m.began(introspecting + i.box.id)
	if i.box.locked { // it no longer is
		return tea.Batch(lookInside(i).perform(m), m.fx.introspect(i.box))
	}
	return m.fx.introspect(i.box)
}

type (
	tokenInspected struct {
		box  *inspectOverlay
		seen inside
	}
	tokenIntrospected struct {
		box    *inspectOverlay
		claims []claim
		active bool
		err    error
	}
)

func (r tokenInspected) land(m *root) tea.Cmd {
	if m.isOpen(r.box) {
		r.box.seen, r.box.inside, m.dirty = true, r.seen, true
	}
	return nil
}

func (r tokenIntrospected) land(m *root) tea.Cmd {
	r.box.asking, m.dirty = false, true
	fp := r.box.fingerprint
	switch {
	case r.err != nil:
		r.box.askErr = kit.Clean(r.err.Error())
		if h := m.hintOf(r.err); h != "" {
			r.box.askErr += ": " + kit.Clean(h)
		}
		m.fail("introspect", r.err)
	case r.active:
		r.box.asked = r.claims
		m.note(info, fp+": active, says the key manager", "what the gateway does with it only a probe tells")
	default:
		r.box.asked = r.claims
		m.note(info, fp+": inactive, says the key manager", "a gateway may let it through for a while; a probe tells")
	}
	return m.read()
}

// signed is the sign of a signature's check: a word alone is read past.
func (i *inside) signed(s *scene) (string, themes.Paint) {
	if i.verified {
		return "✓ ", s.st.Good
	}
	return "! ", s.st.Warn
}
