package overlay

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// inspectOverlay is what there is to know of a token: what was done to it, both clocks, and what is
// inside. It opens with what the board knows; what answers bring is filled in, and an answer for
// one that was closed is dropped.
type Inspect struct {
	scroll          scene.Scroll
	id, fingerprint string
	Locked          bool // the inside cannot be read
	seen            bool // the inside was read
	inside          inside
	asking          bool    // the key manager
	asked           []claim // what it said, when it was asked from here
	askErr          string
}

func NewInspect(r *session.Row) *Inspect {
	return &Inspect{id: r.ID, fingerprint: r.Token.Fingerprint}
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

func (o *Inspect) Title() string { return "Token " + o.fingerprint }

func (o *Inspect) Foot() string {
	text := "i asks the key manager · "
	if o.Locked {
		text = "enter unlocks · "
	}
	if o.scroll.N > o.scroll.Page {
		text += scene.More + " · "
	}
	return text + "esc closes"
}

func (*Inspect) Danger() bool             { return false }
func (*Inspect) Size(w, h int) (int, int) { return min(w, 100), h * 9 / 10 }

func (o *Inspect) Press(_ *scene.Scene, a keys.Action, key string) scene.Intent {
	switch {
	case key == "enter" && o.Locked:
		return scene.Do(session.Inspect{For: o, Token: o.id})
	case a == keys.Close, a == keys.Quit, key == "enter":
		return scene.CloseTop{}
	case key == "i":
		return introspectToken{o}
	}
	o.scroll.Move(a)
	return nil
}

// cannotAsk is why the key manager cannot be asked, or "". Where an issuer is named it may yet name
// an address.
func (o *Inspect) cannotAsk(b *session.Board) (why string, a *session.App) {
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
type introspectToken struct{ box *Inspect }

// Perform implements intent.
func (i introspectToken) Perform(h scene.Host) tea.Cmd {
	s := h.Scene()
	if why, a := i.box.cannotAsk(s.Board); why != "" {
		hint := ""
		if a != nil {
			hint = s.Session.Remedy(a, "set introspect_url", s.Keys.Face())
		}
		h.Notify(scene.Info, why, hint)
		return nil
	}
	if i.box.asking {
		return nil
	}
	return h.Request(session.Introspect{For: i.box, Token: i.box.id})
}

// Told implements listener.
func (o *Inspect) Told(h scene.Host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		if _, asks := f.Request.(session.Introspect); !asks {
			o.Locked = false
			break
		}
		o.asking, o.askErr = true, ""
		if o.Locked { // it no longer is
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
func (o *Inspect) toldIntrospected(h scene.Host, f session.Introspected) {
	o.asking = false
	if f.Err != nil {
		o.askErr = kit.Clean(f.Err.Error())
		if hint := console.Remedy(f.Err, console.Hint(f.Err), h.Scene().Keys.Face()); hint != "" {
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
		h.Notify(scene.Info, o.fingerprint+": active, says the key manager",
			"what the gateway does with it only a probe tells")
	} else {
		h.Notify(scene.Info, o.fingerprint+": inactive, says the key manager",
			"a gateway may let it through for a while; a probe tells")
	}
}

// signed is the sign of a signature's check: a word alone is read past.
func (i *inside) sign(s *scene.Scene) (string, themes.Paint) {
	if i.verified {
		return "✓ ", s.Styles.Good
	}
	return "! ", s.Styles.Warn
}
