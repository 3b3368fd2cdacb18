package overlay

import (
	"slices"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// copyForm is one form in which a token can be copied.
type copyForm struct {
	key, name, why string // why: the reason why this token has no such form, or ""
	form           console.Form
}

// Copy asks in which form a token is copied.
type Copy struct {
	id, fingerprint string
	forms           []copyForm
	at              int
	said            string
	scroll          scene.Scroll
}

// NewCopy returns the question for a token. probed reports whether its application has a probe URL.
func NewCopy(t *console.Token, probed bool) *Copy {
	probe, refresh, id := "", "", ""
	if !probed {
		probe = "the application has no probe URL"
	}
	if t.Refresh == console.RefreshNone {
		refresh = "not issued"
	}
	if !t.HasID {
		id = "not issued"
	}
	return &Copy{id: t.ID, fingerprint: t.Fingerprint, forms: []copyForm{
		{"y", "the access token", "", console.FormBare},
		{"h", "Authorization header", "", console.FormHeader},
		{"c", "curl line for the probe URL", probe, console.FormCurl},
		{"e", "export LANYARD_TOKEN=…", "", console.FormEnv},
		{"j", "JSON", "", console.FormJSON},
		{"t", ".http request", probe, console.FormHTTP},
		{"r", "the refresh token", refresh, console.FormRefresh},
		{"i", "the ID token", id, console.FormID},
	}}
}

func (o *Copy) Title(*scene.Scene) string { return "Copy " + o.fingerprint + " as" }
func (*Copy) Danger() bool                { return false }

// Size leaves a line for a message.
func (o *Copy) Size(s *scene.Scene, w, h int) (int, int) {
	w = min(w, 60)
	lines, _, _ := o.lines(s, w)
	return w, min(h, len(lines)+1)
}

// Hidden implements [scene.Partial].
func (o *Copy) Hidden() (above, below int) { return o.scroll.Hidden() }

// About implements [scene.About].
func (o *Copy) About() string { return o.id }

// Hints implements [scene.Overlay].
func (*Copy) Hints(*scene.Scene) []scene.Hint {
	return []scene.Hint{
		{Keys: "enter", Word: "copy"}, {Keys: "up down", Word: "choose"},
		{Keys: "esc", Word: "close"},
	}
}

func (o *Copy) Press(_ *scene.Scene, a keys.Action, key string) scene.Intent {
	o.said = ""
	switch a {
	case keys.Down:
		if key == "down" {
			o.at = min(o.at+1, len(o.forms)-1)
			return nil
		}
	case keys.Up:
		if key == "up" {
			o.at = max(o.at-1, 0)
			return nil
		}
	case keys.First, keys.PageUp:
		o.at = 0
	case keys.Last, keys.PageDown:
		o.at = len(o.forms) - 1
	case keys.Close, keys.Quit:
		return scene.CloseTop{}
	}
	if key == "enter" {
		return o.choose(o.at)
	}
	for i, f := range o.forms {
		if f.key == key {
			o.at = i
			return o.choose(i)
		}
	}
	return nil
}

func (o *Copy) choose(i int) scene.Intent {
	if why := o.forms[i].why; why != "" {
		o.said = o.forms[i].name + ": " + why
		return scene.Handled{}
	}
	f := o.forms[i]
	return scene.Confirm(o, session.Copy{Token: o.id, Form: f.form, As: f.name})
}

func (o *Copy) Box(s *scene.Scene, w, h int) []string {
	lines, from, to := o.lines(s, w)
	said := wrapAll(s, []console.Private{console.Private(o.said)}, w-2)
	if o.said == "" {
		said = nil
	}
	room := max(h-len(said), 1)
	lines = slices.Clone(o.scroll.ShowRange(lines, room, from, to))
	for len(lines) < room {
		lines = append(lines, kit.Spaces(w))
	}
	for _, text := range said {
		lines = append(lines, scene.Padded(s.Styles.Warn, text, w))
	}
	return lines[:min(len(lines), max(h, 0))]
}

// lines draws all forms. The selected one is drawn on the lines from and up to but not to.
func (o *Copy) lines(s *scene.Scene, w int) (lines []string, from, to int) {
	for i, f := range o.forms {
		key, paint, text := s.Styles.Key, "", f.name
		if f.why != "" {
			key, paint, text = s.Styles.Quiet, string(s.Styles.Quiet), text+" – "+f.why
		}
		if i == o.at {
			from = len(lines)
		}
		for n, part := range kit.Wrap(text, max(w-6, 8)) {
			l := s.BeginRow(i == o.at, true)
			if n == 0 {
				l.Put(string(key), " "+f.key+"  ")
			} else {
				l.Gap(4)
			}
			l.Put(paint, part)
			lines = append(lines, l.End(w))
		}
		if i == o.at {
			to = len(lines)
		}
	}
	return lines, from, to
}
