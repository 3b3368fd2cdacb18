package overlay

import (
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Supersede asks before a get that may make the server revoke an older token, which another program
// may use. No key that opens it answers it.
type Supersede struct {
	row   string // ID of the token that would end; "" if it is not known
	lines []console.Private
	own   session.Request // with a scope that gets a separate token; nil: not offered
	scope string
	yes   session.Request

	scroll scene.Scroll // of the text
}

// NewSupersede returns the question. then is the request that Yes makes.
func NewSupersede(b *session.Board, about session.Superseding, then session.Request) *Supersede {
	k := about.Supersede
	words, hint := describe.Supersede(k)
	o := &Supersede{
		yes: then, own: about.Own(then), scope: kit.Clean(k.Scope),
		lines: []console.Private{console.Private(text.Sentence(words) + ".")},
	}
	if held := b.Named(k.Held); len(held) == 1 {
		o.row = held[0].ID
	}
	if _, test := then.(session.Test); test {
		o.lines = append(o.lines, "", "A scope that nobody else asks for buys a token of its own.")
	} else if o.own == nil {
		o.lines = append(o.lines, "", console.Private(text.Sentence(hint)+"."))
	}
	return o
}

func (*Supersede) Title(*scene.Scene) string { return "End the older token?" }
func (*Supersede) Danger() bool              { return true }

// About implements [scene.About].
func (o *Supersede) About() string { return o.row }

// Hints implements [scene.Overlay].
func (o *Supersede) Hints(s *scene.Scene) (out []scene.Hint) {
	if o.own != nil {
		out = append(out, scene.Hint{Keys: "d", Word: "get one of its own"})
	}
	return append(out, scene.Hint{Keys: s.Keys.Yes(), Word: "get it anyway"},
		o.scroll.More(), scene.Hint{Keys: "esc", Word: "No"})
}

// Hidden implements [scene.Partial].
func (o *Supersede) Hidden() (above, below int) { return o.scroll.Hidden() }

func (o *Supersede) Size(s *scene.Scene, w, _ int) (int, int) {
	if w = min(w, 72); w < 40 {
		w += 2 // on a small screen the box has no margin
	}
	return w, 1 + len(o.wrapped(s, w)) + 1 + len(o.answers(s, w)) + 1
}

func (o *Supersede) wrapped(s *scene.Scene, w int) []string { return wrapAll(s, o.lines, w-4) }

func (o *Supersede) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	switch {
	case key == s.Keys.Yes():
		return scene.Confirm(o, o.yes)
	case key == "d" && o.own != nil:
		return scene.Confirm(o, o.own)
	case scene.IsNo(a, key):
		return scene.CloseTop{}
	case o.scroll.Move(a):
		return scene.Handled{}
	}
	return nil
}

func (o *Supersede) Answers(s *scene.Scene) string {
	own := ""
	if o.own != nil {
		own = "d gets one of its own, "
	}
	return own + s.Keys.Yes() + " gets it anyway, esc: No"
}

// answers returns a line for each key that answers the question, with the effect of the key.
func (o *Supersede) answers(s *scene.Scene, w int) []string {
	type answer struct{ key, means string }
	all := []answer{{s.Keys.Yes(), "get it anyway"}, {"esc", "No"}}
	if o.own != nil {
		means := "get one of its own, with the scope " + o.scope
		if kit.Width(means) > w-8 {
			means = "get with " + o.scope
		}
		all = append([]answer{{"d", means}}, all...)
	}
	out := make([]string, 0, len(all))
	for _, a := range all {
		l := kit.NewLine("", 128)
		l.Gap(2)
		l.Cell(string(s.Styles.Key), a.key, 3)
		l.Gap(2)
		l.Put("", kit.Middle(a.means, max(w-8, 1)))
		out = append(out, l.End(w))
	}
	return out
}

func (o *Supersede) Box(s *scene.Scene, w, h int) []string {
	var out []string
	for _, text := range o.wrapped(s, w) {
		out = append(out, " "+scene.Padded("", text, w-1))
	}
	answers := o.answers(s, w)
	if len(out)+len(answers) > h { // the footer has esc
		answers = answers[:len(answers)-1]
	}
	if room := max(h-len(answers), 1); len(out)+3 > room {
		blank := func(l string) bool { return strings.TrimSpace(l) == "" }
		if len(out) > room {
			out = slices.DeleteFunc(out, blank)
		}
		out = append(slices.Clone(o.scroll.Show(out, room)), answers...)
		return out[:max(min(len(out), h), 0)]
	}
	o.scroll.Show(nil, 0)
	out = append([]string{kit.Spaces(w)}, append(out, kit.Spaces(w))...)
	return append(append(out, answers...), kit.Spaces(w))
}
