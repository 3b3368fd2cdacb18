package overlay

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// revokeAllOverlay asks before everything of an application is revoked: how many there are is typed, because a key
// is pressed too easily.
type RevokeAll struct {
	form.Form
	appID, name, env string
	production       bool
	n, refresh       int      // and how many of them live by their refresh tokens alone
	ids              []string // what was counted
	count            string   // what was typed
	said             string
}

// newRevokeAll asks whether everything of an application is to be revoked.
func NewRevokeAll(a *session.App) *RevokeAll {
	o := &RevokeAll{
		appID: a.ID, name: kit.Clean(a.Label()), env: kit.Clean(a.Environment.Name), production: a.Environment.Production,
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

func (o *RevokeAll) Title() string { return "Revoke everything?" }
func (*RevokeAll) Foot() string    { return "" }
func (*RevokeAll) Danger() bool    { return true }

func (o *RevokeAll) Press(*scene.Scene, keys.Action, string) scene.Intent { return nil } // typed takes every key

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
	o.Form.Press(msg)
	return nil
}

// pasted does nothing: the number is typed.
func (o *RevokeAll) Pasted(string) bool {
	o.said = "the number is typed, not pasted"
	return false
}

func (o *RevokeAll) Size(w, h int) (int, int) {
	w = min(w, 66)
	return w, min(h, len(o.text(w))+6)
}

func (o *RevokeAll) text(w int) (out []string) {
	n := text.Count(o.n, "living token") + " of " + o.name
	if o.refresh > 0 {
		n += ", " + strconv.Itoa(o.refresh) + " of them only by the refresh token"
	}
	lines := []string{n, "Whoever uses them is locked out when the gateway's cache has run out."}
	if o.production {
		lines = append(lines, o.env+" is a production environment.")
	}
	for _, t := range lines {
		out = append(out, kit.Wrap(t, max(w-3, 8))...)
	}
	return out
}

func (o *RevokeAll) Box(s *scene.Scene, w, h int) []string {
	var out []string
	for i, t := range o.text(w) {
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
	ask := append(o.Lines(s.FormLook(), w, 1), scene.Padded(s.Styles.Danger, said, w), scene.Padded(s.Styles.Quiet, scene.Fitting([]string{"enter revokes when the number is right · esc: No", "enter · esc: No"}, w-2), w))
	if len(out)+len(ask)+3 <= h {
		out = append(append([]string{kit.Spaces(w)}, out...), kit.Spaces(w))
		return append(append(out, ask...), kit.Spaces(w))
	}
	return append(out[:min(len(out), max(h-len(ask), 0))], ask...)
}

// revokeEverything is the intent to do it.
type revokeEverything struct{ o *RevokeAll }

// Perform implements intent.
func (i revokeEverything) Perform(h scene.Host) tea.Cmd {
	h.Close(i.o)
	a := h.Scene().Board.App(i.o.appID)
	if a == nil {
		h.Notify(scene.Info, i.o.name+" is gone", "")
		return nil
	}
	// Those that were counted, and no other: nobody has said yes to what has come since.
	all := session.Bulk{Verb: session.VerbRevoke, Tokens: i.o.ids, What: "tokens of " + i.o.name, Answered: true}
	for _, r := range a.Living() {
		if !slices.Contains(i.o.ids, r.ID) {
			all.More++
		}
	}
	return h.Request(all)
}
