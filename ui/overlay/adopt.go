package overlay

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Adopt asks for a token that Lanyard did not get: one that leaked, or that another program holds.
type Adopt struct {
	form.Form
	typist
	access, refresh *form.Field
	appID           string
	name            console.Private
	busy            bool
	warned          bool // esc was pressed, and something was typed
	said            console.Private
}

// NewAdopt returns an overlay that asks for a token of an application.
func NewAdopt(a *session.App) *Adopt {
	o := &Adopt{
		appID: a.ID, name: a.Name,
		access: form.Secret("access token", "typed or pasted, shown as dots").
			Helps("a token that Lanyard did not get; kept sealed, to be watched or revoked"),
		refresh: form.Secret("refresh token", "if any; alone it can be revoked too").
			Helps("the token that renews it, if the server issued one"),
	}
	o.Fields = []*form.Field{o.access, o.refresh}
	return o
}

func (o *Adopt) Title(s *scene.Scene) string { return "Adopt a token of " + s.Show(o.name) }

func (o *Adopt) Typed(msg tea.KeyPressMsg) scene.Intent {
	warned := o.warned
	o.warned = false
	switch key := msg.String(); {
	case key == "esc" && o.Edits > 0 && !o.busy && !warned:
		o.warned = true
	case key == "esc":
		o.Wipe()
		return scene.CloseTop{}
	case o.busy:
	case (key == "enter" || key == "ctrl+s") && o.access.Empty() && o.refresh.Empty():
		o.said = "nothing was typed yet"
	case key == "enter" || key == "ctrl+s":
		return scene.Do(session.Adopt{
			For: o, App: o.appID, Access: o.access.Secret(), Refresh: o.refresh.Secret(),
		})
	default:
		o.said = ""
		o.Type(msg)
	}
	return nil
}

func (o *Adopt) Pasted(text string) bool {
	if !o.busy {
		o.said = console.Private(o.Paste(text))
	}
	return true
}

func (o *Adopt) Size(_ *scene.Scene, w, h int) (int, int) { return min(w, 70), min(h, 6) }

// Hints implements [scene.Overlay].
func (o *Adopt) Hints(*scene.Scene) []scene.Hint {
	esc := escHint(o.Edits > 0 && !o.busy, o.warned)
	if o.busy {
		return []scene.Hint{esc}
	}
	return formHints(&o.Form, scene.Hint{Keys: "enter", Word: "take it over"}, esc)
}

func (o *Adopt) Box(s *scene.Scene, w, h int) []string {
	paint := s.Styles.Danger
	var said string
	switch {
	case o.busy:
		paint, said = s.Styles.Accent, "taking it over …"
	case o.warned:
		said = typedWarning
	case o.said != "":
		said = "✕ " + s.Show(o.said)
	default:
		paint, said = s.Styles.Quiet, o.Cut(s.FormLook(), w)
	}
	if o.Top = 0; h < 6 {
		return underFields(s, paint, o.Help(), said, w, h, func(h int) []string {
			return o.Lines(s.FormLook(), w, min(2, h))
		})
	}
	o.Top = 1
	out := append([]string{kit.Spaces(w)}, o.Lines(s.FormLook(), w, 2)...)
	return append(out, underFields(s, paint, o.Help(), said, w, h-3, func(int) []string {
		return []string{kit.Spaces(w)}
	})...)
}

// Told closes the overlay when the token was adopted.
func (o *Adopt) Told(h scene.Host, f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Began:
		o.busy = true
	case session.Adopted:
		o.busy = false
		if f.Err != nil {
			if h.IsOpen(o) {
				o.said = console.ErrorText(f.Err)
			}
			h.NotifyError("adopt", f.Err)
			return nil
		}
		o.Wipe()
		h.Close(o)
		h.Notify(scene.Good, "adopted "+f.Token.Fingerprint+": it is watched here",
			h.Scene().Keys.Hint(keys.Revoke, "revokes it"))
	}
	return nil
}
