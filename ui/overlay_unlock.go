package ui

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
	"lanyard/ui/session"
)

// unlockOverlay asks for the passphrase of the store, because a verb was asked for that needs the secrets.
type unlockOverlay struct {
	verb    string
	place   string
	then    intent // what was asked for; nil: nothing but to unlock
	text    form.Hidden
	fresh   bool        // nothing is sealed yet: the passphrase is chosen here, and typed twice
	chosen  secret.Text // what was typed the first time
	attempt int         // the one under way
	busy    bool        // it is being tried
	said    string
	hint    string
}

func newUnlock(verb string, k keyState, then intent) *unlockOverlay {
	return &unlockOverlay{verb: verb, place: k.place(), then: then, fresh: k.Fresh()}
}

func (o *unlockOverlay) title() string {
	if o.fresh {
		return "Choose a passphrase"
	}
	return "Unlock the stored secrets"
}

func (*unlockOverlay) foot() string { return "" }
func (*unlockOverlay) danger() bool { return false }

// refused says what was wrong with what was typed. The question stays.
func (o *unlockOverlay) refused(err error) {
	o.busy = false
	o.said, o.hint = kit.Clean(err.Error()), kit.Clean(console.Hint(err))
	if o.hint == "" {
		o.hint = "type it again; esc leaves everything locked"
	}
}

func (o *unlockOverlay) say(text, hint string) { o.said, o.hint = text, hint }

func (o *unlockOverlay) press(*scene, keys.Action, string) intent { return nil } // typed takes every key

func (o *unlockOverlay) typed(msg tea.KeyPressMsg) intent {
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
func (o *unlockOverlay) entered() intent {
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
func (o *unlockOverlay) pasted(text string) bool {
	if o.busy {
		return true
	}
	hint := ""
	why := o.text.Paste(text)
	if why != "" {
		hint = fmt.Sprintf("paste the passphrase alone, of at most %d characters", form.MostTyped)
	}
	o.say(why, hint)
	return true
}

func (o *unlockOverlay) enter(text string) {
	o.say("", "")
	if !o.text.Add(text) {
		o.say("that is too long", fmt.Sprintf("a passphrase has at most %d characters", form.MostTyped))
	}
}

const unlockWide = 64

func (o *unlockOverlay) size(w, h int) (int, int) {
	if w = min(w, unlockWide); w < 40 {
		w += 2 // a small screen is used to its edges
	}
	return w, min(h, len(o.body(nil, w, h)))
}

func (o *unlockOverlay) box(s *scene, w, h int) []string {
	parts := o.body(s, w, h)
	out := make([]string, 0, len(parts))
	for _, p := range parts {
		out = append(out, padded(p.paint, p.text, w))
	}
	return out[:min(len(out), max(h, 0))]
}

// body is everything with its explanations where h lines are enough, else the field, what was said and the keys.
func (o *unlockOverlay) body(s *scene, w, h int) []part {
	var st themes.Styles
	if s != nil {
		st = *s.st
	}
	wrapped := func(paint themes.Paint, text string) (out []part) {
		for _, l := range kit.Wrap(text, max(w-2, 1)) {
			if text != "" {
				out = append(out, part{paint, l})
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
		said = []part{{st.Accent, "unlocking …"}}
	}
	field, keys := part{st.Strong, o.field(w)}, part{st.Quiet, o.keys(w)}
	room := max(h-2, 0)
	place := slices.Clone(said)
	for len(place) < 2 { // kept free for what may be said, so that nothing moves when it is
		place = append(place, part{})
	}
	roomy := slices.Concat([]part{{}}, lead, where, []part{{}, field, {}}, place, []part{{}, keys, {}})
	if len(roomy) <= h {
		return roomy
	}
	tight := []part{field}
	switch {
	case len(said) > 0:
		tight = append(tight, said[:min(len(said), room)]...)
	case len(lead) <= room:
		tight = append(lead, field)
	}
	for len(tight) <= room { // as large as it will be when something is said
		tight = append(tight, part{})
	}
	return append(tight, keys)
}

func (o *unlockOverlay) sign() string {
	if o.said == "" {
		return ""
	}
	return "✕ " + o.said
}

// field shows a dot for each character, the last ones where they are more than fit, and where the next one goes.
func (o *unlockOverlay) field(w int) string {
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

func (o *unlockOverlay) keys(w int) string {
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
func (o *unlockOverlay) wipe() {
	o.text.Wipe()
	o.chosen = secret.Text{}
}

// tryPassphrase is the intent to unlock the store.
type tryPassphrase struct {
	box        *unlockOverlay
	passphrase secret.Text
}

// Perform implements intent.
func (i tryPassphrase) Perform(h host) tea.Cmd {
	i.box.attempt = h.Scene().session.NextAttempt()
	return h.Request(session.Unlock{Passphrase: i.passphrase, Attempt: i.box.attempt})
}

// cancelUnlock is the intent to leave the store locked.
type cancelUnlock struct{ box *unlockOverlay }

// Perform implements intent.
func (i cancelUnlock) Perform(h host) tea.Cmd {
	h.Close(i.box)
	h.Notify(info, "nothing was done: to "+i.box.verb+" the stored secrets have to be unlocked", "the key asks again")
	return nil
}

// Told implements listener.
func (o *unlockOverlay) Told(h host, f session.Fact) tea.Cmd {
	done, ok := f.(session.Unlocked)
	switch {
	case !ok:
		return nil
	case done.Err != nil:
		o.refused(done.Err)
		return nil
	}
	h.Close(o)
	if o.then == nil {
		h.Notify(good, "the stored secrets are unlocked", "")
		return nil
	}
	return o.then.Perform(h)
}
