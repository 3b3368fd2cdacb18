package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// inspectOverlay is what there is to know of a token: what was done to it, both clocks, and what is
// inside. It opens with what the board knows; what answers bring is filled in, and an answer for
// one that was closed is dropped.
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

func newInspect(r *session.Row) *inspectOverlay {
	return &inspectOverlay{id: r.ID, fingerprint: r.Token.Fingerprint}
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

func (o *inspectOverlay) press(_ *scene, a keys.Action, key string) intent {
	switch {
	case key == "enter" && o.locked:
		return request{session.Inspect{For: o, Token: o.id}}
	case a == keys.Close, a == keys.Quit, key == "enter":
		return closeTop{}
	case key == "i":
		return introspectToken{o}
	}
	o.scroll.move(a)
	return nil
}

// cannotAsk is why the key manager cannot be asked, or "". Where an issuer is named it may yet name
// an address.
func (o *inspectOverlay) cannotAsk(b *session.Board) (why string, a *session.App) {
	r := b.Row(o.id)
	if r == nil || r.Token == nil {
		return "this token is gone", nil
	}
	a = &b.Apps[r.App]
	if e := a.Environment; e.Endpoints.IntrospectURL == "" && e.Issuer == "" {
		return "environment " + kit.Clean(e.Name) + " has no introspect_url", a
	}
	return "", a
}

// introspectToken is the intent to ask the key manager about the token that is looked at.
type introspectToken struct{ box *inspectOverlay }

// Perform implements intent.
func (i introspectToken) Perform(h host) tea.Cmd {
	s := h.Scene()
	if why, a := i.box.cannotAsk(s.board); why != "" {
		hint := ""
		if a != nil {
			hint = s.session.Remedy(a, "set introspect_url", s.keys.Face())
		}
		h.Notify(info, why, hint)
		return nil
	}
	if i.box.asking {
		return nil
	}
	return h.Request(session.Introspect{For: i.box, Token: i.box.id})
}

// Told implements listener.
func (o *inspectOverlay) Told(h host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		if _, asks := f.Request.(session.Introspect); !asks {
			o.locked = false
			break
		}
		o.asking, o.askErr = true, ""
		if o.locked { // it no longer is
			return h.Request(session.Inspect{For: o, Token: o.id})
		}
	case session.Inspected:
		o.seen, o.inside = true, insideOf(f)
	case session.Introspected:
		o.toldIntrospected(h, f)
	}
	return nil
}

func insideOf(f session.Inspected) (in inside) {
	if f.Err != nil {
		in.err = kit.Clean(f.Err.Error() + " " + console.Hint(f.Err))
		return in
	}
	i := f.Inspection
	in.form = "opaque: there is nothing to see inside"
	if i.JWT == nil {
		return in
	}
	if in.form = "JWT"; i.JWT.Encrypted {
		in.form = "JWE: encrypted, only its header can be read"
	}
	in.signature, in.verified = i.Check.Why, i.Check.Verified
	if i.Check.Verified {
		in.signature = "verified (" + i.Check.Alg + ")"
		if i.Check.KeyID != "" {
			in.signature = "verified with key " + i.Check.KeyID + " (" + i.Check.Alg + ")"
		}
	}
	in.times = i.Problems
	for _, c := range i.JWT.Header {
		in.claims = append(in.claims, claim{"Header", c.Name, c.Value, c.Note, c.Time})
	}
	for _, c := range i.JWT.Claims {
		in.claims = append(in.claims, claim{"Claims", c.Name, c.Value, c.Note, c.Time})
	}
	return in
}

// toldIntrospected shows what the key manager said.
func (o *inspectOverlay) toldIntrospected(h host, f session.Introspected) {
	o.asking = false
	if f.Err != nil {
		o.askErr = kit.Clean(f.Err.Error())
		if hint := console.Remedy(f.Err, console.Hint(f.Err), h.Scene().keys.Face()); hint != "" {
			o.askErr += ": " + kit.Clean(hint)
		}
		h.NotifyError("introspect", f.Err)
		return
	}
	o.asked = nil
	for _, x := range f.Answer.Members {
		c := claim{name: x.Name, value: x.Value, at: x.At}
		if x.Never {
			c = claim{name: x.Name, value: "never"}
		}
		o.asked = append(o.asked, c)
	}
	if f.Answer.Active {
		h.Notify(info, o.fingerprint+": active, says the key manager",
			"what the gateway does with it only a probe tells")
	} else {
		h.Notify(info, o.fingerprint+": inactive, says the key manager",
			"a gateway may let it through for a while; a probe tells")
	}
}

// signed is the sign of a signature's check: a word alone is read past.
func (i *inside) signed(s *scene) (string, themes.Paint) {
	if i.verified {
		return "✓ ", s.st.Good
	}
	return "! ", s.st.Warn
}
