package overlay

import (
	"cmp"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// RevokeAll asks before all tokens of an application are revoked. A person types their number,
// because a single key is pressed too easily.
type RevokeAll struct {
	form.Form
	typist
	appID      string
	name, env  console.Private
	production bool
	n          int      // number of living tokens
	refresh    int      // those of them that live by their refresh token only
	ids        []string // the tokens that were counted
	count      string   // as it is typed
	said       string
	scroll     scene.Scroll // of the text
}

// NewRevokeAll returns the question for an application.
func NewRevokeAll(a *session.App) *RevokeAll {
	o := &RevokeAll{
		appID: a.ID, name: a.Label(), env: a.Environment.Name, production: a.Environment.Production,
	}
	o.Fields = []*form.Field{form.Text("number", &o.count, "").Public()}
	for _, r := range a.Living() {
		o.ids = append(o.ids, r.ID)
		if !console.OfUse(console.Token{}, console.Status{State: r.State}) {
			o.refresh++
		}
	}
	o.n = len(o.ids)
	return o
}

func (o *RevokeAll) Title(*scene.Scene) string { return "Revoke everything?" }
func (*RevokeAll) Danger() bool                { return true }

func (*RevokeAll) Answers(*scene.Scene) string { return "type the number, esc: No" }

func (o *RevokeAll) Typed(msg tea.KeyPressMsg) scene.Intent {
	switch key := msg.String(); key {
	case "up", "down", "pgup", "pgdown":
		o.scroll.Move(listKeys[key])
		return nil
	case "esc":
		return scene.CloseTop{}
	case "enter":
		if o.count != strconv.Itoa(o.n) {
			o.said = "that is not " + strconv.Itoa(o.n) + ": nothing was revoked"
			return nil
		}
		return revokeEverything{o}
	}
	o.said = ""
	o.Type(msg)
	return nil
}

// Pasted refuses the text, because the number must be typed.
func (o *RevokeAll) Pasted(string) bool {
	o.said = "the number is typed, not pasted"
	return false
}

func (o *RevokeAll) Size(s *scene.Scene, w, h int) (int, int) {
	w = min(w, 66)
	strong, quiet := o.text(s, w)
	return w, min(h, len(strong)+len(quiet)+5)
}

// text returns what is revoked, and below it what follows. Production comes first.
func (o *RevokeAll) text(s *scene.Scene, w int) (strong, quiet []string) {
	n := console.Private(text.Count(o.n, "living token")+" of ") + o.name
	switch {
	case o.refresh == 0:
	case o.n == 1:
		n += ", only by its refresh token"
	default:
		n += console.Private(", " + text.CountOf(o.refresh, "of them only by its refresh token",
			"of them only by their refresh tokens"))
	}
	subject := []console.Private{n}
	if o.production {
		subject = []console.Private{o.env + " is a production environment.", n}
	}
	strong = wrapAll(s, subject, w-3)
	return strong, wrapAll(s, []console.Private{console.Private("Whoever uses " + o.them() +
		" is locked out when the gateway's cache has run out."), o.asks()}, w-3)
}

// asks says what the field is for.
func (o *RevokeAll) asks() console.Private {
	if o.n == 1 {
		return "Type 1 to revoke it."
	}
	return console.Private("Type their number (" + strconv.Itoa(o.n) + ") to revoke them.")
}

// them returns the pronoun of the tokens.
func (o *RevokeAll) them() string {
	if o.n == 1 {
		return "it"
	}
	return "them"
}

// Hidden implements [scene.Partial].
func (o *RevokeAll) Hidden() (above, below int) { return o.scroll.Hidden() }

// Hints implements [scene.Overlay].
func (*RevokeAll) Hints(*scene.Scene) []scene.Hint {
	return []scene.Hint{{Keys: "enter", Word: "revoke"}, {Keys: "esc", Word: "No"}}
}

// Box draws the text, the field and a message. On a low screen the text scrolls above the field.
func (o *RevokeAll) Box(s *scene.Scene, w, h int) []string {
	var out []string
	strong, quiet := o.text(s, w)
	for i, t := range slices.Concat(strong, quiet) {
		paint := s.Styles.Quiet
		if i < len(strong) {
			paint = s.Styles.Strong
		}
		out = append(out, " "+scene.Padded(paint, t, w-1))
	}
	o.Fields[0].Hint = cmp.Or(scene.Fitting([]string{
		"type the number to revoke " + o.them(), "type the number",
	}, o.Room(w)-kit.Width(form.Cursor)), "the number")
	ask, said := o.Lines(s.FormLook(), w, 1), []string{""}
	if o.said != "" {
		said = kit.Wrap("✕ "+o.said, max(w-2, 1))
	}
	if len(out)+len(ask)+len(said)+2 <= h {
		out = append([]string{kit.Spaces(w)}, append(out, kit.Spaces(w))...)
	} else if o.said == "" {
		said = nil
	}
	for _, t := range said {
		ask = append(ask, scene.Padded(s.Styles.Danger, t, w))
	}
	out = append(slices.Clone(o.scroll.Show(out, max(h-len(ask), 1))), ask...)
	return out[:max(min(len(out), h), 0)]
}

// Counted returns the request that the answer makes. It covers the tokens that were counted, not
// those that have come since.
func (o *RevokeAll) Counted() session.Bulk {
	return session.Bulk{
		Verb: session.VerbRevoke, Tokens: o.ids, What: "tokens of " + string(o.name),
		Confirmed: true,
	}
}

// revokeEverything is the intent to revoke the tokens that were counted.
type revokeEverything struct{ o *RevokeAll }

// Perform implements [scene.Intent].
func (i revokeEverything) Perform(h scene.Host) tea.Cmd {
	h.Close(i.o)
	a := h.Scene().Board.App(i.o.appID)
	if a == nil {
		h.Notify(scene.Info, string(i.o.name)+" is gone", "")
		return nil
	}
	all := i.o.Counted()
	counted := map[string]bool{}
	for _, id := range all.Tokens {
		counted[id] = true
	}
	for _, r := range a.Living() {
		if !counted[r.ID] {
			all.More++
		}
	}
	return h.Request(all)
}
