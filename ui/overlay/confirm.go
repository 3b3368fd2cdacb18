package overlay

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Confirm asks before a request that cannot be undone. The key for Yes never opens the question, so
// that a key pressed twice does not answer it.
type Confirm struct {
	title   string
	row     string             // ID of the token that it is about; "" for none
	lines   []console.Private  // the first one is the subject
	short   console.Private    // what stands under the subject if lines do not fit
	verb    string             // effect of the key for Yes
	then    session.Request    // what Yes makes
	answers []answer           // other keys; esc means No
	scroll  scene.Scroll       // of the lines under the subject
	refresh func(*scene.Scene) // updates lines and short before they are drawn; nil: they stay
}

// answer is a key that answers a question.
type answer struct {
	key, does string
	word      string // does in the footer
	act       scene.Intent
}

// keep returns the answer No with a key beside esc. The argument is the object of the sentence:
// "it" or "them".
func keep(what string) answer { return answer{"n", "No, keep " + what, "keep", scene.CloseTop{}} }

// opens returns the answer that closes the question and opens the full view of a token.
func opens(id string) answer {
	return answer{"enter", "open the token", "open the token", openToken{id}}
}

// NewConfirm returns the question before a token of a production environment is revoked. then is
// the request that Yes makes.
func NewConfirm(s *scene.Scene, r *session.Row, then session.Request) *Confirm {
	o := &Confirm{
		title: "Revoke in production?", row: r.ID, then: then, verb: "revoke it",
		answers: []answer{keep("it"), opens(r.ID)},
	}
	o.refresh = o.sayBound
	o.sayBound(s)
	return o
}

// sayBound updates the lines of the question before a revoke: the bound shrinks as the token's life
// does. They stay as they are if there is nothing to revoke any more.
func (o *Confirm) sayBound(s *scene.Scene) {
	r := s.Board.Row(o.row)
	if r == nil || r.Token == nil {
		return
	}
	a := &s.Board.Apps[r.App]
	does := s.Board.Consequences(r, false, s.Now)
	subject := a.Name + console.Private(" · "+r.Token.Fingerprint)
	v := s.Voice()
	if does.Revoked.Window {
		v.AtMost = console.AtMost // it does not shrink
	}
	may := v.WhenAccepted(does)
	switch {
	case does.Revokes == console.RevokeRefresh:
		o.short = a.Environment.Name + " is a production environment. Only the refresh token is " +
			"left to revoke."
		o.lines = []console.Private{subject, "", o.short}
	case may != "":
		o.short = a.Environment.Name + " is production. " +
			console.Private(text.Sentence(may)) + "."
		o.lines = []console.Private{subject, "", a.Environment.Name +
			" is a production environment. When the server has accepted, " +
			console.Private(may) + "."}
	}
}

func (o *Confirm) Title(*scene.Scene) string { return o.title }
func (*Confirm) Danger() bool                { return true }

// About implements [scene.About].
func (o *Confirm) About() string { return o.row }

// all returns the keys that answer the question. The first one is Yes.
func (o *Confirm) all(s *scene.Scene) []answer {
	word := strings.TrimSuffix(strings.TrimSuffix(o.verb, " it"), " them")
	return append([]answer{{s.Keys.Yes(), o.verb, word, scene.Confirm(nil, o.then)}}, o.answers...)
}

// Hints implements [scene.Overlay].
func (o *Confirm) Hints(s *scene.Scene) (out []scene.Hint) {
	for _, a := range o.all(s) {
		out = append(out, scene.Hint{Keys: a.key, Word: a.word})
	}
	return append(out, o.scroll.More(), scene.Hint{Keys: "esc", Word: "No"})
}

// Hidden implements [scene.Partial].
func (o *Confirm) Hidden() (above, below int) { return o.scroll.Hidden() }

// Answers implements [scene.Question].
func (o *Confirm) Answers(s *scene.Scene) string {
	var out strings.Builder
	for _, a := range o.all(s) {
		out.WriteString(a.key + " " + strings.TrimPrefix(a.does, "No, ") + ", ")
	}
	return out.String() + "esc: No"
}

func (o *Confirm) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	for _, x := range o.all(s) {
		if x.key == key {
			return x.act
		}
	}
	if scene.IsNo(a, key) {
		return scene.CloseTop{}
	}
	if o.scroll.Move(a) {
		return scene.Handled{}
	}
	return nil
}

// questionWidth is the largest width of a question.
const questionWidth = 64

func (o *Confirm) Size(s *scene.Scene, w, _ int) (int, int) {
	if o.refresh != nil {
		o.refresh(s)
	}
	want := 50
	for _, l := range o.lines {
		want = max(want, kit.Width(s.Show(l))+4)
	}
	w = min(w, want, questionWidth)
	lines, _ := o.wrapped(s, w)
	return w, len(lines) + 3
}

// wrapped returns the lines for w cells. The first ones, as many as lead says, are the subject of
// the question.
func (o *Confirm) wrapped(s *scene.Scene, w int) (out []string, lead int) {
	first := wrapAll(s, o.lines[:1], w-2)
	if o.row != "" && s.Board.Row(o.row) != nil { // its row stands for them
		first = first[:1]
	}
	return append(first, wrapAll(s, o.lines[1:], w-2)...), len(first)
}

// wrapAll breaks the lines of a question into lines of at most w cells, or 8 if w is smaller.
func wrapAll(s *scene.Scene, lines []console.Private, w int) (out []string) {
	for _, l := range lines {
		out = append(out, kit.Wrap(s.Show(l), max(w, 8))...)
	}
	return out
}

// Box draws the subject, the lines and the answers. If they do not fit, the empty lines go first.
// Then the answers go, which the footer has too. The rest scrolls under the subject.
func (o *Confirm) Box(s *scene.Scene, w, h int) []string {
	lines, lead := o.wrapped(s, w)
	empty := func(l string) bool { return strings.TrimSpace(l) == "" }
	if len(slices.DeleteFunc(slices.Clone(lines), empty)) >= h && o.short != "" {
		lines = append(lines[:lead], wrapAll(s, []console.Private{o.short}, w-2)...)
	}
	var out []string
	for i, text := range lines {
		paint := s.Styles.Quiet
		if i < lead {
			paint = s.Styles.Strong
		}
		out = append(out, scene.Padded(paint, text, w))
	}
	if o.row != "" {
		if r := s.Board.Row(o.row); r != nil {
			out[0] = subject(s, r, w)
		}
	}
	blank := kit.Spaces(w)
	all := slices.Concat([]string{blank}, out, []string{blank, o.answerLine(s, w)})
	for i := len(all) - 1; i >= 0 && len(all) > h; i-- {
		if empty(all[i]) {
			all = slices.Delete(all, i, i+1)
		}
	}
	if len(all) <= h {
		o.scroll.Show(nil, 0)
		return all
	}
	out = slices.DeleteFunc(out, empty)
	lead = min(lead, max(h-1, 0))
	return append(out[:lead:lead], o.scroll.Show(out[lead:], h-lead)...)
}

// answerLine draws the keys that answer the question, as far apart as there is room. It is empty if
// they do not all fit; the footer has them too.
func (o *Confirm) answerLine(s *scene.Scene, w int) string {
	all := o.all(s)
	if !slices.ContainsFunc(all, func(a answer) bool { return a.act == (scene.CloseTop{}) }) {
		all = append(all, answer{key: "esc", does: "No"})
	}
	need := 3 // a cell at the end, too
	for _, a := range all {
		need += kit.Width(a.key) + 2 + kit.Width(a.does)
	}
	gap := min((w-need)/max(len(all)-1, 1), 6)
	if gap < 2 {
		return kit.Spaces(w)
	}
	l := kit.NewLine("", 256)
	l.Gap(2)
	for i, a := range all {
		paint := s.Styles.Danger
		if i > 0 {
			l.Gap(gap)
			paint = s.Styles.Key
		}
		l.Put(string(paint), a.key)
		l.Put("", "  "+a.does)
	}
	return l.End(w)
}

// subject draws the token that a question is about, with the time that it has left.
func subject(s *scene.Scene, r *session.Row, w int) string {
	sign, paint := s.Look(r.State)
	texts := []string{s.AppName(r.App)}
	if r.Token != nil {
		texts[0] += " · " + r.Token.Fingerprint
		if r.Token.User != "" {
			of := s.AppName(r.App) + " · " + s.Show(r.Token.User) + " · " + r.Token.Fingerprint
			texts = []string{of, texts[0]}
		}
		if st := s.Board.Status(r, s.Now); st.HasExpiry && st.Left > 0 {
			texts = append([]string{texts[0] + " · " + s.Left(st.Left) + " left"}, texts...)
		}
	}
	text := cmp.Or(scene.Fitting(texts, w-4), texts[len(texts)-1])
	l := kit.NewLine("", 160)
	l.Gap(1)
	l.Put(string(paint), sign)
	l.Gap(1)
	l.Put(string(s.Styles.Strong), kit.Middle(text, max(w-l.Width()-1, 0)))
	return l.End(w)
}

// openToken is the intent to open the full view of a token.
type openToken struct{ id string }

// Perform implements [scene.Intent].
func (i openToken) Perform(h scene.Host) tea.Cmd { return h.OpenToken(i.id) }
