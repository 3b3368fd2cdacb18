package ui

import (
	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// confirmOverlay asks before a revoke in a production environment. The answer key is not the key that
// opened it.
type confirmOverlay struct {
	then  session.Request
	lines []string
	verb  string // what the answer key does
	no    string // another key, where there is one
	other string // what that does
}

func newConfirm(r *session.Row, a *session.App, then session.Request) *confirmOverlay {
	who := kit.Clean(r.Token.User)
	if who == "" {
		who = "the application itself"
	}
	text := []string{
		r.Token.Fingerprint + " of " + a.Shown + ", for " + who,
		kit.Clean(a.Environment.Name) + " is a production environment.",
		"",
		"Its gateway may still let the token through",
	}
	switch ttl := a.Environment.CacheTTL; {
	case ttl < 0:
		text = append(text, "until the token expires.")
	case ttl > 0:
		text = append(text, "for up to "+console.Left(ttl)+" after the server has accepted.")
	default:
		text = append(text, "for a while after the server has accepted.")
	}
	return &confirmOverlay{then: then, lines: text, verb: "revoke it"}
}

func (*confirmOverlay) title() string { return "Revoke in production?" }
func (*confirmOverlay) foot() string  { return "" }
func (*confirmOverlay) danger() bool  { return true }

func (o *confirmOverlay) size(w, _ int) (int, int) {
	want := 0
	for _, l := range o.lines {
		want = max(want, kit.Width(l)+4)
	}
	w = min(w, max(want, 50))
	return w, len(o.wrapped(w-2)) + 4
}

// wrapped are the lines on w cells; the first of them is the question's subject.
func (o *confirmOverlay) wrapped(w int) []string {
	var out []string
	for _, l := range o.lines {
		out = append(out, kit.Wrap(l, max(w-2, 8))...)
	}
	return out
}

func (o *confirmOverlay) press(s *scene, a keys.Action, key string) intent {
	if key == s.keys.Yes() {
		return confirmed{o, o.then}
	}
	return o.refused(a, key)
}

// refused is No, or nil where the key is not named.
func (*confirmOverlay) refused(a keys.Action, key string) intent {
	if no(a, key) {
		return closeTop{}
	}
	return nil
}

func (o *confirmOverlay) named(s *scene) string {
	other := ""
	if o.no != "" {
		other = o.no + " " + o.other + ", "
	}
	return s.keys.Yes() + " " + o.verb + ", " + other + "esc: No"
}

func (o *confirmOverlay) box(s *scene, w, h int) []string {
	question := kit.NewLine("", 160)
	question.Gap(2)
	question.Put(string(s.st.Danger), s.keys.Yes())
	question.Put("", " "+o.verb+"   ")
	if o.no != "" {
		question.Put(string(s.st.Key), o.no)
		question.Put("", " "+o.other+"   ")
	}
	question.Put(string(s.st.Key), "esc")
	question.Put("", " No")
	out := []string{""}
	for i, text := range o.wrapped(w) {
		paint := s.st.Quiet
		if i == 0 {
			paint = s.st.Strong
		}
		out = append(out, " "+padded(paint, text, w-1))
	}
	out[0] = kit.Spaces(w)
	out = append(out, kit.Spaces(w), question.End(w), kit.Spaces(w))
	if len(out) > h { // the question is what must stay
		out = append(out[1:max(h, 2)], out[len(out)-2])
		out = out[:min(len(out), max(h, 0))]
	}
	return out
}
