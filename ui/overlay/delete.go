package overlay

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Delete asks before an application of the store is deleted. The key for Yes never opens it.
type Delete struct {
	appID  string
	name   console.Private
	living int
	gone   bool // no longer configured: deleting forgets its records
	listed int  // number of its tokens in the list
}

// NewDelete returns the question for an application. listed is the number of its tokens in the
// list.
func NewDelete(a *session.App, listed int) *Delete {
	return &Delete{
		appID: a.ID, name: a.Label(), living: a.Tally.Active + a.Tally.Expiring + a.Tally.Revoking,
		gone: a.Source == console.Gone, listed: listed,
	}
}

func (*Delete) Title(*scene.Scene) string { return "Delete the application?" }
func (*Delete) Foot() string              { return "" }
func (*Delete) Danger() bool              { return true }

func (o *Delete) text() []console.Private {
	switch {
	case o.gone && o.listed > 0:
		return []console.Private{
			o.name,
			console.Private("It is no longer configured, and its tokens are over (" +
				strconv.Itoa(o.listed) +
				" listed). They are forgotten with it, and so is their log; it keeps that they " +
				"were forgotten."),
		}
	case o.gone:
		return []console.Private{
			o.name, "It is no longer configured, and holds no token. What is left of it is " +
				"forgotten.",
		}
	case o.living == 0 && o.listed == 0:
		return []console.Private{
			o.name, "It holds no token. Its consumer secret is forgotten with it.",
		}
	case o.living == 0:
		return []console.Private{
			o.name, "Its consumer secret stays sealed in the store while a token of it is listed.",
		}
	}
	n := text.CountOf(o.living, "living token stays", "living tokens stay")
	return []console.Private{
		o.name,
		console.Private(
			n + " listed under “no longer configured”, and can still be revoked. To be rid of " +
				"them, revoke them first."),
	}
}

func (o *Delete) Size(s *scene.Scene, w, _ int) (int, int) {
	w = min(w, 64)
	return w, len(o.wrapped(s, w)) + 4
}

func (o *Delete) wrapped(s *scene.Scene, w int) (out []string) {
	for _, t := range o.text() {
		out = append(out, kit.Wrap(s.Show(t), max(w-3, 8))...)
	}
	return out
}

func (o *Delete) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	switch {
	case key == s.Keys.Yes():
		return scene.Confirm(o, session.Delete{App: o.appID, Name: string(o.name)})
	case key == "r" && o.revocable():
		return revokeFirst{o}
	case scene.IsNo(a, key):
		return scene.CloseTop{}
	}
	return nil
}

func (o *Delete) Answers(s *scene.Scene) string {
	first := ""
	if o.revocable() {
		first = "r revokes first, "
	}
	return s.Keys.Yes() + " deletes it, " + first + "esc: No"
}

func (o *Delete) Box(s *scene.Scene, w, h int) []string {
	out := []string{kit.Spaces(w)}
	for i, t := range o.wrapped(s, w) {
		paint := s.Styles.Quiet
		if i == 0 {
			paint = s.Styles.Strong
		}
		out = append(out, " "+scene.Padded(paint, t, w-1))
	}
	q := kit.NewLine("", 160)
	q.Gap(2)
	q.Put(string(s.Styles.Danger), s.Keys.Yes())
	q.Put("", " delete it   ")
	if o.revocable() {
		q.Put(string(s.Styles.Key), "r")
		q.Put("", " revoke first   ")
	}
	q.Put(string(s.Styles.Key), "esc")
	q.Put("", " No")
	out = append(out, kit.Spaces(w), q.End(w), kit.Spaces(w))
	if len(out) > h { // the line with the answers is never cut off
		out = append(out[1:max(h, 2)], out[len(out)-2])
		out = out[:min(len(out), max(h, 0))]
	}
	return out
}

// revocable reports whether the question offers to revoke first.
func (o *Delete) revocable() bool { return o.living > 0 && !o.gone }

// revokeFirst is the intent to ask before all tokens of the application are revoked instead.
type revokeFirst struct{ o *Delete }

func (i revokeFirst) Perform(h scene.Host) tea.Cmd {
	h.Close(i.o)
	return h.Act(keys.RevokeAll)
}
