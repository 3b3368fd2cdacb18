package overlay

import (
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
}

// NewRevokeAll returns the question for an application.
func NewRevokeAll(a *session.App) *RevokeAll {
	o := &RevokeAll{
		appID: a.ID, name: a.Label(), env: a.Environment.Name, production: a.Environment.Production,
	}
	o.Fields = []*form.Field{
		form.Text("how many", &o.count, "type the number to revoke them").Public(),
	}
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
	switch msg.String() {
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
	return w, min(h, len(o.text(s, w))+5)
}

func (o *RevokeAll) text(s *scene.Scene, w int) []string {
	n := console.Private(text.Count(o.n, "living token")+" of ") + o.name
	if o.refresh > 0 {
		n += console.Private(", " + strconv.Itoa(o.refresh) + " of them only by the refresh token")
	}
	lines := []console.Private{
		n, "Whoever uses them is locked out when the gateway's cache has run out.",
	}
	if o.production {
		lines = append(lines, o.env+" is a production environment.")
	}
	return wrapAll(s, lines, w-3)
}

// Hints implements [scene.Overlay].
func (*RevokeAll) Hints(*scene.Scene) []scene.Hint {
	return []scene.Hint{{Keys: "enter", Word: "revoke"}, {Keys: "esc", Word: "No"}}
}

func (o *RevokeAll) Box(s *scene.Scene, w, h int) []string {
	var out []string
	for i, t := range o.text(s, w) {
		paint := s.Styles.Quiet
		if i == 0 {
			paint = s.Styles.Strong
		}
		out = append(out, " "+scene.Padded(paint, t, w-1))
	}
	said := ""
	if o.said != "" {
		said = "✕ " + o.said
	}
	ask := append(o.Lines(s.FormLook(), w, 1), scene.Padded(s.Styles.Danger, said, w))
	if len(out)+len(ask)+3 <= h {
		out = append(append([]string{kit.Spaces(w)}, out...), kit.Spaces(w))
		return append(append(out, ask...), kit.Spaces(w))
	}
	return append(out[:min(len(out), max(h-len(ask), 0))], ask...)
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
	for _, r := range a.Living() {
		if !slices.Contains(i.o.ids, r.ID) {
			all.More++
		}
	}
	return h.Request(all)
}
