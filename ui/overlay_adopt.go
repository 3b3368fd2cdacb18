package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// adoptOverlay takes over a token from elsewhere: one that leaked, or that another program holds.
type adoptOverlay struct {
	form.Form
	appID, name string
	busy        bool
	said        string
}

// newAdopt asks for a token of an application.
func newAdopt(a *session.App) *adoptOverlay {
	return &adoptOverlay{appID: a.ID, name: a.Shown, Form: form.Form{Fields: []*form.Field{
		form.NewSecret("token", "access token", "typed or pasted, shown as dots"),
		form.NewSecret("refresh", "refresh token", "if there is one; alone it can be revoked too"),
	}}}
}

func (o *adoptOverlay) title() string { return "Adopt a token of " + o.name }
func (*adoptOverlay) foot() string    { return "" }
func (*adoptOverlay) danger() bool    { return false }

func (o *adoptOverlay) press(*scene, keys.Action, string) intent { return nil } // typed takes every key

func (o *adoptOverlay) typed(msg tea.KeyPressMsg) intent {
	switch key := msg.String(); {
	case key == "esc":
		o.Wipe()
		return closeTop{}
	case o.busy:
	case (key == "enter" || key == "ctrl+s") && o.Fields[0].Empty() && o.Fields[1].Empty():
		o.said = "nothing was typed yet"
	case key == "enter" || key == "ctrl+s":
		return request{session.Adopt{
			For: o, App: o.appID, Access: o.Secret("token"), Refresh: o.Secret("refresh"),
		}}
	default:
		o.said = ""
		o.Press(msg)
	}
	return nil
}

func (o *adoptOverlay) pasted(text string) bool {
	if !o.busy {
		o.said = o.Paste(text)
	}
	return true
}

func (o *adoptOverlay) size(w, h int) (int, int) { return min(w, 70), min(h, 8) }

func (o *adoptOverlay) box(s *scene, w, h int) []string {
	foot := padded(s.st.Quiet, fitting([]string{"tab next · enter takes it over, to be watched and revoked · esc cancels", "tab next · enter takes it over · esc cancels", "tab · enter · esc cancels", "enter · esc"}, w-2), w)
	paint, said := s.st.Danger, ""
	switch {
	case o.busy:
		paint, said = s.st.Accent, "taking it over …"
	case o.said != "":
		said = "✕ " + o.said
	}
	line := padded(paint, said, w)
	if h < 8 {
		out := append(o.Lines(s.form(), w, max(min(2, h-2), 1), nil), line, foot)
		return out[:min(h, len(out))]
	}
	out := append([]string{kit.Spaces(w)}, o.Lines(s.form(), w, 2, nil)...)
	return append(out, kit.Spaces(w), line, kit.Spaces(w), foot, kit.Spaces(w))
}

// Told selects a token that was taken over.
func (o *adoptOverlay) Told(h host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		o.busy = true
	case session.Adopted:
		o.busy = false
		if f.Err != nil {
			if h.IsOpen(o) {
				o.said = kit.Clean(f.Err.Error())
			}
			h.NotifyError("adopt", f.Err)
			return nil
		}
		o.Wipe()
		h.Close(o)
		h.Notify(good, "adopted "+f.Token.Fingerprint+": it is watched here",
			h.Scene().keys.Hint(keys.Revoke, "revokes it"))
	}
	return nil
}
