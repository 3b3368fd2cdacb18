package overlay

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/form"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Unlock asks for the passphrase of the store before an action that needs the secrets.
type Unlock struct {
	typist
	verb   string
	place  string
	Then   scene.Intent // performed when the store is unlocked; nil for nothing
	text   form.Hidden
	fresh  bool        // the store has no secrets yet: a new passphrase is typed twice
	chosen secret.Text // the first of two typed passphrases
	busy   bool        // an attempt is in flight
	said   console.Private
	hint   string
}

// NewUnlock returns the overlay. verb names the action that needs the secrets; then is performed
// when the store is unlocked.
func NewUnlock(verb string, k scene.KeyState, then scene.Intent) *Unlock {
	return &Unlock{verb: verb, place: k.Where(), Then: then, fresh: k.Fresh()}
}

func (o *Unlock) Title(*scene.Scene) string {
	if o.fresh {
		return "Choose a passphrase"
	}
	return "Unlock the stored secrets"
}

// refused shows why the passphrase was refused. The overlay stays open.
func (o *Unlock) refused(err error) {
	o.busy = false
	o.said, o.hint = console.ErrorText(err), console.Hint(err)
	if o.hint == "" {
		o.hint = "type it again; esc leaves everything locked"
	}
}

func (o *Unlock) say(text, hint string) { o.said, o.hint = console.Private(text), hint }

func (o *Unlock) Typed(msg tea.KeyPressMsg) scene.Intent {
	key := msg.String()
	if key == "esc" {
		o.Discard()
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
		return nil
	}
	o.say("", key+" has no effect here; esc cancels")
	return nil
}

// entered tries the passphrase. A new passphrase must be typed twice first.
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

// Pasted takes one line.
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
		o.say("that is too long",
			fmt.Sprintf("a passphrase has at most %d characters", form.MaxSecret))
	}
}

const unlockWidth = 64

func (o *Unlock) Size(s *scene.Scene, w, h int) (int, int) {
	if w = min(w, unlockWidth); w < 40 {
		w += 2 // on a small screen the box has no margin
	}
	return w, min(h, len(o.body(s, w, h)))
}

func (o *Unlock) Box(s *scene.Scene, w, h int) []string {
	parts := o.body(s, w, h)
	out := make([]string, 0, len(parts))
	for _, p := range parts {
		out = append(out, scene.Padded(p.paint, p.text, w))
	}
	return out[:min(len(out), max(h, 0))]
}

// body returns the lines with their explanations if h lines are enough, else the field and the
// message.
func (o *Unlock) body(s *scene.Scene, w, h int) []textLine {
	st := s.Styles
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
		lead = wrapped("",
			"It seals the tokens kept here, from the first one on: without it nobody can open "+
				"them again.")
	}
	where := wrapped(st.Quiet, s.Redacted(o.place))
	said := append(wrapped(st.Danger, o.sign(s)), wrapped(st.Quiet, s.Redacted(o.hint))...)
	if o.busy {
		said = []textLine{{st.Accent, "unlocking …"}}
	}
	field := textLine{st.Strong, o.field(w, s.Redactor != nil)}
	room := max(h-1, 0)
	place := slices.Clone(said)
	for len(place) < 2 { // room for a message, so that nothing moves when it comes
		place = append(place, textLine{})
	}
	roomy := slices.Concat([]textLine{{}}, lead, where, []textLine{{}, field, {}}, place,
		[]textLine{{}})
	if len(roomy) <= h {
		return roomy
	}
	tight := append([]textLine{field}, said[:min(len(said), room)]...)
	if len(lead)+len(said) <= room {
		tight = slices.Concat(lead, []textLine{field}, said)
	}
	for len(tight) <= room { // as high as with a message
		tight = append(tight, textLine{})
	}
	return tight
}

func (o *Unlock) sign(s *scene.Scene) string {
	if o.said == "" {
		return ""
	}
	return "✕ " + s.Show(o.said)
}

// field draws a dot for each character and the cursor. It shows the end of a passphrase that does
// not fit. With hides the number of dots does not tell its length.
func (o *Unlock) field(w int, hides bool) string {
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
	n := o.text.Len()
	if hides && n > 0 {
		n = form.HiddenLength
	}
	return lead + form.Dots(n, room+2, true)
}

// Hints implements [scene.Overlay].
func (o *Unlock) Hints(*scene.Scene) []scene.Hint {
	cancel := scene.Hint{Keys: "esc", Word: "cancel"}
	switch {
	case o.busy:
		return []scene.Hint{cancel}
	case o.fresh:
		return []scene.Hint{
			{Keys: "enter", Word: "go on"}, {Keys: "ctrl+u", Word: "empty it"}, cancel,
		}
	}
	return []scene.Hint{
		{Keys: "enter", Word: "unlock"}, {Keys: "ctrl+u", Word: "empty it"}, cancel,
	}
}

// Discard erases what was typed.
func (o *Unlock) Discard() {
	o.text.Wipe()
	o.chosen = secret.Text{}
}

// tryPassphrase is the intent to unlock the store.
type tryPassphrase struct {
	box        *Unlock
	passphrase secret.Text
}

// Perform implements [scene.Intent].
func (i tryPassphrase) Perform(h scene.Host) tea.Cmd {
	return h.Request(session.Unlock{For: i.box, Passphrase: i.passphrase})
}

// cancelUnlock is the intent to close the overlay and leave the store locked.
type cancelUnlock struct{ box *Unlock }

// Perform implements [scene.Intent].
func (i cancelUnlock) Perform(h scene.Host) tea.Cmd {
	h.Close(i.box)
	h.Notify(scene.Info,
		"nothing was done: to "+i.box.verb+" the stored secrets have to be unlocked",
		"the key asks again")
	return nil
}

// Told implements [scene.Listener].
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
