package overlay

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Inspect shows everything about a token: its life, the clocks of both machines, the answer of the
// key manager and its claims. It opens with what the board knows and adds what later answers bring.
type Inspect struct {
	scroll          scene.Scroll
	id, fingerprint string
	Locked          bool // the store is locked, so the token cannot be read
	seen            bool // inside is filled in
	inside          inside
	asking          bool    // a request to the key manager is in flight
	asked           []claim // its answer to that request
	askErr          console.Private
}

// NewInspect returns the overlay of a token.
func NewInspect(r *session.Row) *Inspect {
	return &Inspect{id: r.ID, fingerprint: r.Token.Fingerprint}
}

// inside holds the contents of the token itself.
type inside struct {
	form      string
	signature string
	verified  bool
	times     []string // problems with its time claims
	claims    []claim
	err       console.Private
}

// claim is a member of a JWT or of the answer of the key manager.
type claim struct {
	part, name, value, note string
	at                      time.Time
}

func (o *Inspect) Title(*scene.Scene) string { return "Token " + o.fingerprint }

// Hints implements [scene.Overlay].
func (o *Inspect) Hints(*scene.Scene) []scene.Hint {
	first := scene.Hint{Keys: "i", Word: "ask the key manager"}
	if o.Locked {
		first = scene.Hint{Keys: "enter", Word: "unlock"}
	}
	return []scene.Hint{first, o.scroll.More(), {Keys: "esc", Word: "close"}}
}

func (*Inspect) Danger() bool                             { return false }
func (*Inspect) Size(_ *scene.Scene, w, h int) (int, int) { return min(w, 100), h * 9 / 10 }

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

// cannotAsk returns why the key manager cannot be asked, or "". An environment with an issuer can
// be asked, because discovery (RFC 8414) may find the address.
func (o *Inspect) cannotAsk(b *session.Board) (why console.Private, a *session.App) {
	r := b.Row(o.id)
	if r == nil || r.Token == nil {
		return "this token is gone", nil
	}
	a = &b.Apps[r.App]
	if e := a.Environment; e.Endpoints.IntrospectURL == "" && e.Issuer == "" {
		return "environment " + e.Name + " has no introspect_url", a
	}
	return "", a
}

// introspectToken is the intent to ask the key manager about the token (RFC 7662).
type introspectToken struct{ box *Inspect }

// Perform implements [scene.Intent].
func (i introspectToken) Perform(h scene.Host) tea.Cmd {
	s := h.Scene()
	if why, a := i.box.cannotAsk(s.Board); why != "" {
		hint := ""
		if a != nil {
			hint = s.Session.Remedy(a, "set introspect_url", s.Keys.Face())
		}
		h.Notify(scene.Info, string(why), hint)
		return nil
	}
	return h.Request(session.Introspect{For: i.box, Token: i.box.id})
}

// Told implements [scene.Listener].
func (o *Inspect) Told(h scene.Host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		if _, asks := f.Request.(session.Introspect); !asks {
			o.Locked = false
			break
		}
		o.asking, o.askErr = true, ""
		if o.Locked { // this request has unlocked the store
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
		in.err = console.ErrorText(f.Err) + console.Private(" "+console.Hint(f.Err))
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

// toldIntrospected shows the answer of the key manager.
func (o *Inspect) toldIntrospected(h scene.Host, f session.Introspected) {
	o.asking = false
	if f.Err != nil {
		o.askErr = scene.JoinHint(console.ErrorText(f.Err),
			console.Remedy(f.Err, console.Hint(f.Err), h.Scene().Keys.Face()))
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

// sign returns the sign and the colour of the signature check.
func (i *inside) sign(s *scene.Scene) (string, themes.Paint) {
	if i.verified {
		return "✓ ", s.Styles.Good
	}
	return "! ", s.Styles.Warn
}
