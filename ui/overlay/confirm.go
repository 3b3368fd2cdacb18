package overlay

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Confirm asks before a request that cannot be undone. The key for Yes never opens the question, so
// that a key pressed twice does not answer it.
type Confirm struct {
	title string
	then  session.Request
	lines []console.Private
	verb  string // effect of the key for Yes
	no    string // a third key, or ""
	other string // effect of the third key
}

// NewConfirm returns the question before a token of a production environment is revoked. then is
// the request that Yes makes.
func NewConfirm(r *session.Row, a *session.App, then session.Request) *Confirm {
	text := []console.Private{
		console.Private(r.Token.Fingerprint+" of ") + a.Name + ", for " +
			describe.Owner(*r.Token),
		a.Environment.Name + " is a production environment.",
		"",
		"Its gateway may still let the token through",
	}
	switch ttl := a.Environment.CacheTTL; {
	case ttl < 0:
		text = append(text, "until the token expires.")
	case ttl > 0:
		text = append(text,
			console.Private("for up to "+console.Left(ttl)+" after the server has accepted."))
	default:
		text = append(text, "for a while after the server has accepted.")
	}
	return &Confirm{
		title: "Revoke in production?", then: then, lines: text, verb: "revoke it",
	}
}

func (o *Confirm) Title(*scene.Scene) string { return o.title }
func (*Confirm) Danger() bool                { return true }

// Hints implements [scene.Overlay].
func (o *Confirm) Hints(s *scene.Scene) []scene.Hint {
	out := []scene.Hint{{Keys: s.Keys.Yes(), Word: o.verb}}
	if o.no != "" {
		out = append(out, scene.Hint{Keys: o.no, Word: o.other})
	}
	return append(out, scene.Hint{Keys: "esc", Word: "No"})
}

func (o *Confirm) Size(s *scene.Scene, w, _ int) (int, int) {
	want := 0
	for _, l := range o.lines {
		want = max(want, kit.Width(s.Show(l))+4)
	}
	w = min(w, max(want, 50))
	return w, len(o.wrapped(s, w)) + 4
}

// wrapped returns the lines for w cells. The first one is the subject of the question.
func (o *Confirm) wrapped(s *scene.Scene, w int) []string { return wrapAll(s, o.lines, w-3) }

// wrapAll breaks the lines of a question into lines of at most w cells, or 8 if w is smaller.
func wrapAll(s *scene.Scene, lines []console.Private, w int) (out []string) {
	for _, l := range lines {
		out = append(out, kit.Wrap(s.Show(l), max(w, 8))...)
	}
	return out
}

func (o *Confirm) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	if key == s.Keys.Yes() {
		return scene.Confirm(o, o.then)
	}
	return o.refused(a, key)
}

// refused returns the intent of a key other than Yes: to close the question, or none.
func (*Confirm) refused(a keys.Action, key string) scene.Intent {
	if scene.IsNo(a, key) {
		return scene.CloseTop{}
	}
	return nil
}

func (o *Confirm) Answers(s *scene.Scene) string {
	other := ""
	if o.no != "" {
		other = o.no + " " + o.other + ", "
	}
	return s.Keys.Yes() + " " + o.verb + ", " + other + "esc: No"
}

func (o *Confirm) Box(s *scene.Scene, w, h int) []string {
	question := kit.NewLine("", 160)
	question.Gap(2)
	question.Put(string(s.Styles.Danger), s.Keys.Yes())
	question.Put("", " "+o.verb+"   ")
	if o.no != "" {
		question.Put(string(s.Styles.Key), o.no)
		question.Put("", " "+o.other+"   ")
	}
	question.Put(string(s.Styles.Key), "esc")
	question.Put("", " No")
	out := []string{""}
	for i, text := range o.wrapped(s, w) {
		paint := s.Styles.Quiet
		if i == 0 {
			paint = s.Styles.Strong
		}
		out = append(out, " "+scene.Padded(paint, text, w-1))
	}
	out[0] = kit.Spaces(w)
	out = append(out, kit.Spaces(w), question.End(w), kit.Spaces(w))
	if len(out) > h { // the line with the answers is never cut off
		out = append(out[1:max(h, 2)], out[len(out)-2])
		out = out[:min(len(out), max(h, 0))]
	}
	return out
}
