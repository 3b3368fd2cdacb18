package overlay

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// unlockOverlay asks for the passphrase of the store, because a verb was asked for that needs the secrets.
type Unlock struct {
	verb    string
	place   string
	Then    scene.Intent // what was asked for; nil: nothing but to unlock
	text    form.Hidden
	fresh   bool        // nothing is sealed yet: the passphrase is chosen here, and typed twice
	chosen  secret.Text // what was typed the first time
	Attempt int         // the one under way
	busy    bool        // it is being tried
	said    string
	hint    string
}

func NewUnlock(verb string, k scene.KeyState, then scene.Intent) *Unlock {
	return &Unlock{verb: verb, place: k.Where(), Then: then, fresh: k.Fresh()}
}

func (o *Unlock) Title() string {
	if o.fresh {
		return "Choose a passphrase"
	}
	return "Unlock the stored secrets"
}

func (*Unlock) Foot() string { return "" }
func (*Unlock) Danger() bool { return false }

// refused says what was wrong with what was typed. The question stays.
func (o *Unlock) refused(err error) {
	o.busy = false
	o.said, o.hint = kit.Clean(err.Error()), kit.Clean(console.Hint(err))
	if o.hint == "" {
		o.hint = "type it again; esc leaves everything locked"
	}
}

func (o *Unlock) say(text, hint string) { o.said, o.hint = text, hint }

func (o *Unlock) Press(*scene.Scene, keys.Action, string) scene.Intent { return nil } // typed takes every key

func (o *Unlock) Typed(msg tea.KeyPressMsg) scene.Intent {
	key := msg.String()
	if key == "esc" {
		o.text.Wipe()
		o.chosen = secret.Text{}
		return cancelUnlock{o}
	}
	if o.busy {
		return nil
	}
	switch key {
	case "enter":
		if o.text.Len() == 0 {
			o.say("nothing was typed yet", "type the passphrase of this store, then enter")
			return nil
		}
		return o.entered()
	case "backspace", "ctrl+h":
		o.text.Back()
		return nil
	case "ctrl+u":
		o.text.Wipe()
		return nil
	}
	if msg.Text != "" {
		o.enter(msg.Text)
	}
	return nil
}

// entered tries what was typed; a passphrase that is chosen is first typed once more.
func (o *Unlock) entered() scene.Intent {
	text := o.text.Take()
	if o.fresh {
		before := o.chosen
		o.chosen = secret.Text{}
		switch {
		case before.IsZero():
			o.chosen = text
			o.say("", "")
			return nil
		case !text.Equal(before):
			o.say("the two are not the same", "type it again, and once more")
			return nil
		}
	}
	o.busy = true
	o.say("", "")
	return tryPassphrase{o, text}
}

// pasted takes one line.
func (o *Unlock) Pasted(text string) bool {
	if o.busy {
		return true
	}
	hint := ""
	why := o.text.Paste(text)
	if why != "" {
		hint = fmt.Sprintf("paste the passphrase alone, of at most %d characters", form.MaxSecret)
	}
	o.say(why, hint)
	return true
}

func (o *Unlock) enter(text string) {
	o.say("", "")
	if !o.text.Add(text) {
		o.say("that is too long", fmt.Sprintf("a passphrase has at most %d characters", form.MaxSecret))
	}
}

const unlockWidth = 64

func (o *Unlock) Size(w, h int) (int, int) {
	if w = min(w, unlockWidth); w < 40 {
		w += 2 // a small screen is used to its edges
	}
	return w, min(h, len(o.body(nil, w, h)))
}

func (o *Unlock) Box(s *scene.Scene, w, h int) []string {
	parts := o.body(s, w, h)
	out := make([]string, 0, len(parts))
	for _, p := range parts {
		out = append(out, scene.Padded(p.paint, p.text, w))
	}
	return out[:min(len(out), max(h, 0))]
}

// body is everything with its explanations where h lines are enough, else the field, what was said and the keys.
func (o *Unlock) body(s *scene.Scene, w, h int) []textLine {
	var st themes.Styles
	if s != nil {
		st = *s.Styles
	}
	wrapped := func(paint themes.Paint, text string) (out []textLine) {
		for _, l := range kit.Wrap(text, max(w-2, 1)) {
			if text != "" {
				out = append(out, textLine{paint, l})
			}
		}
		return out
	}
	lead := wrapped("", "The passphrase is needed to "+o.verb+".")
	if o.fresh {
		lead = wrapped("", "It seals the tokens kept here, from the first one on: without it nobody can open them again.")
	}
	where := wrapped(st.Quiet, o.place)
	said := append(wrapped(st.Danger, o.sign()), wrapped(st.Quiet, o.hint)...)
	if o.busy {
		said = []textLine{{st.Accent, "unlocking …"}}
	}
	field, keys := textLine{st.Strong, o.field(w)}, textLine{st.Quiet, o.keys(w)}
	room := max(h-2, 0)
	place := slices.Clone(said)
	for len(place) < 2 { // kept free for what may be said, so that nothing moves when it is
		place = append(place, textLine{})
	}
	roomy := slices.Concat([]textLine{{}}, lead, where, []textLine{{}, field, {}}, place, []textLine{{}, keys, {}})
	if len(roomy) <= h {
		return roomy
	}
	tight := []textLine{field}
	switch {
	case len(said) > 0:
		tight = append(tight, said[:min(len(said), room)]...)
	case len(lead) <= room:
		tight = append(lead, field)
	}
	for len(tight) <= room { // as large as it will be when something is said
		tight = append(tight, textLine{})
	}
	return append(tight, keys)
}

func (o *Unlock) sign() string {
	if o.said == "" {
		return ""
	}
	return "✕ " + o.said
}

// field shows a dot for each character, the last ones where they are more than fit, and where the next one goes.
func (o *Unlock) field(w int) string {
	lead := "passphrase  "
	switch again := !o.chosen.IsZero(); {
	case again && w < 40:
		lead = "again › "
	case again:
		lead = "once more   "
	case w < 40:
		lead = "› "
	}
	room := max(w-2-kit.Width(lead)-1, 1)
	n, cut := o.text.Len(), ""
	if n > room {
		n, cut = room-1, "…"
	}
	return lead + cut + strings.Repeat("•", max(n, 0)) + "▏"
}

func (o *Unlock) keys(w int) string {
	short, does := "unlock", "unlocks"
	if o.fresh {
		short, does = "go on", "goes on"
	}
	if w < 48 {
		return "enter " + short + " · esc cancel"
	}
	return "enter " + does + " · ctrl+u empties · esc cancels"
}

// wipe forgets what was typed.
func (o *Unlock) Discard() {
	o.text.Wipe()
	o.chosen = secret.Text{}
}

// tryPassphrase is the intent to unlock the store.
type tryPassphrase struct {
	box        *Unlock
	passphrase secret.Text
}

// Perform implements intent.
func (i tryPassphrase) Perform(h scene.Host) tea.Cmd {
	i.box.Attempt = h.Scene().Session.NextAttempt()
	return h.Request(session.Unlock{Passphrase: i.passphrase, Attempt: i.box.Attempt})
}

// cancelUnlock is the intent to leave the store locked.
type cancelUnlock struct{ box *Unlock }

// Perform implements intent.
func (i cancelUnlock) Perform(h scene.Host) tea.Cmd {
	h.Close(i.box)
	h.Notify(scene.Info, "nothing was done: to "+i.box.verb+" the stored secrets have to be unlocked", "the key asks again")
	return nil
}

// Told implements listener.
func (o *Unlock) Told(h scene.Host, f session.Fact) tea.Cmd {
	done, ok := f.(session.Unlocked)
	switch {
	case !ok:
		return nil
	case done.Err != nil:
		o.refused(done.Err)
		return nil
	}
	h.Close(o)
	if o.Then == nil {
		h.Notify(scene.Good, "the stored secrets are unlocked", "")
		return nil
	}
	return o.Then.Perform(h)
}
