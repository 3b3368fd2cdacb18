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
	list            scene.List
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
	o := &Copy{id: t.ID, fingerprint: t.Fingerprint, forms: []copyForm{
		{"y", "the access token", "", console.FormBare},
		{"h", "Authorization header", "", console.FormHeader},
		{"c", "curl line for the probe URL", probe, console.FormCurl},
		{"e", "export LANYARD_TOKEN=…", "", console.FormEnv},
		{"j", "JSON", "", console.FormJSON},
		{"t", ".http request", probe, console.FormHTTP},
		{"r", "the refresh token", refresh, console.FormRefresh},
		{"i", "the ID token", id, console.FormID},
	}}
	o.list.Selected = o.key(0)
	return o
}

func (o *Copy) Title(*scene.Scene) string { return "Copy " + o.fingerprint + " as" }
func (*Copy) Danger() bool                { return false }

// Size leaves a line for a message.
func (o *Copy) Size(s *scene.Scene, w, h int) (int, int) {
	w = min(w, 60)
	lines, _ := o.lines(s, w)
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

// Point implements [scene.Pointed].
func (o *Copy) Point(line int) {
	o.said = ""
	o.list.Point(line)
}

func (o *Copy) key(i int) string { return o.forms[i].key }

func (o *Copy) Press(_ *scene.Scene, a keys.Action, key string) scene.Intent {
	o.said = ""
	switch {
	case a == keys.Close, a == keys.Quit:
		return scene.CloseTop{}
	case key == "enter":
		return o.choose(o.list.Index(len(o.forms), o.key))
	case len(key) > 1: // a letter names a form
		o.list.Move(a, len(o.forms), o.key)
		return nil
	}
	for i, f := range o.forms {
		if f.key == key {
			o.list.Selected = key
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
	lines, ids := o.lines(s, w)
	said := wrapAll(s, []console.Private{console.Private(o.said)}, w-2)
	if o.said == "" {
		said = nil
	}
	room := max(h-len(said), 1)
	from := slices.Index(ids, o.list.Selected)
	to := from + 1
	for to < len(ids) && ids[to] == ids[from] {
		to++
	}
	lines = slices.Clone(o.scroll.ShowRange(lines, room, from, to))
	above, _ := o.scroll.Hidden()
	o.list.Drawn = ids[above : above+len(lines)]
	o.list.SetHeight(room)
	for len(lines) < room {
		lines = append(lines, kit.Spaces(w))
	}
	for _, text := range said {
		lines = append(lines, scene.Padded(s.Styles.Warn, text, w))
	}
	return lines[:min(len(lines), max(h, 0))]
}

// lines draws all forms. ids has the form of each line.
func (o *Copy) lines(s *scene.Scene, w int) (lines, ids []string) {
	for _, f := range o.forms {
		key, paint, text := s.Styles.Key, "", f.name
		if f.why != "" {
			key, paint, text = s.Styles.Quiet, string(s.Styles.Quiet), text+" – "+f.why
		}
		for n, part := range kit.Wrap(text, max(w-6, 8)) {
			l := s.BeginRow(f.key == o.list.Selected, true)
			if n == 0 {
				l.Put(string(key), " "+f.key+"  ")
			} else {
				l.Gap(4)
			}
			l.Put(paint, part)
			lines, ids = append(lines, l.End(w)), append(ids, f.key)
		}
	}
	return lines, ids
}
