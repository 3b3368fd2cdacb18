package ui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"lanyard/console"
)

// sent returns the key that Bubble Tea reads from a sequence of a terminal.
func sent(t *testing.T, seq string) tea.KeyPressMsg {
	t.Helper()
	var d uv.EventDecoder
	n, e := d.Decode([]byte(seq))
	k, ok := e.(uv.KeyPressEvent)
	if n != len(seq) || !ok {
		t.Fatalf("%q is %T %+v", seq, e, e)
	}
	return tea.KeyPressMsg(k)
}

// If the terminal names the place of a key, a letter of another script runs the action of that
// place.
func TestKeysByPlace(t *testing.T) {
	t.Parallel()
	const get, getWith, filter, palette, quit = "\x1b[1087::103;1u", "\x1b[1087:1055:103;2u",
		"\x1b[1592::47;1u", "\x1b[1078:1046:59;2u", "\x1b[1081::113;1u"
	l := alive(t).scoped("Orders")
	l.Send(sent(t, get))
	l.said("got " + fp("access-1"))
	l.Send(sent(t, getWith)) // shift: get with …
	l.shows("Get a token for")
	l.Key("esc")
	l.Send(sent(t, palette))
	l.shows("Commands")
	l.Send(sent(t, get)) // typed into the palette
	l.shows("п▏")
	l.Key("esc")
	l.Send(sent(t, "\x1b[1055:1087:103;65u")) // with caps lock
	l.shows("Get a token for")
	l.Key("esc")
	l.Send(sent(t, filter))
	l.Send(sent(t, get))
	l.shows("/ п▏")
	l.Key("esc")
	l.Send(sent(t, quit))
	if !l.Quit {
		t.Error("it has not ended")
	}
}

// A question can be answered by place. A key that the question does not name is no answer by its
// place either.
func TestQuestionsByPlace(t *testing.T) {
	t.Parallel()
	for seq, revoked := range map[string]bool{"\x1b[1085::121;1u": true,
		"\x1b[1090::110;1u": false} {
		// the places of y and n
		l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
		l.Key("g", "x")
		l.shows("production")
		l.Send(sent(t, seq))
		if got := l.board(t, "revoking") == 1; got != revoked || l.Overlays() != 0 {
			t.Errorf("%q: revoked %t, want %t", seq, got, revoked)
		}
	}
}

// On a keyboard with Latin letters the letter counts: on Dvorak c is at the place of i, and i at
// the place of g.
func TestLatinKeysByLetter(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Send(sent(t, "\x1b[105::103;1u"))
	if l.shows("Import applications"); l.api.tokens != 0 || l.Overlays() != 1 {
		t.Error("i has got a token, or imports nothing")
	}
	l.Send(sent(t, "\x1b[99::105;5u"))
	if !l.Quit {
		t.Error("ctrl+c has not ended it")
	}
	l = alive(t).scoped("Orders")
	l.Send(sent(t, "\x1b[1089::99;5u")) // Russian, by place
	if !l.Quit {
		t.Error("ctrl+c of a Russian keyboard has not ended it")
	}
}

// If the terminal sends no places, the notice names the setting, and the action at that place of
// common keyboards. Nothing is run.
func TestNoticeNamesTheSetting(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"п": `no action is on п type Latin letters, or set [keys] get = ["g", "п"]`,
		"П": `set [keys] get_with = ["G", "П"]`,
		"к": `set [keys] renew = ["r", "к"]`, "Ж": `set [keys] commands = [":", "Ж"]`,
		"γ": `set [keys] get = ["g", "γ"]`, "ע": `set [keys] get = ["g", "ע"]`,
		"ل": `set [keys] get = ["g", "ل"]`,
		"і": `no action is on і type Latin letters, or give an action this key in [keys]`,
		"語": `no action is on 語 type Latin letters, or give an action this key in [keys]`,
	} {
		l := alive(t).scoped("Orders")
		l.Send(sent(t, typed))
		if l.said(want); l.api.tokens != 0 {
			t.Errorf("%s has got a token", typed)
		}
	}
	l := alive(t).scoped("Orders")
	l.Key("ß")
	l.said("no action is on ß ? lists the keys")
}

// A letter of another script makes the screen request places from a terminal with the kitty
// protocol, but not while a text is typed.
func TestPlacesAreAskedFor(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	all := func() bool {
		return l.Keyboard().ReportAllKeysAsEscapeCodes && l.Keyboard().ReportAssociatedText
	}
	l.Send(tea.KeyboardEnhancementsMsg{Flags: 5})
	if !l.Keyboard().ReportAlternateKeys || all() {
		t.Errorf("at first %+v", l.Keyboard())
	}
	l.Send(sent(t, "п"))
	l.said("no action is on п; from now on the place of a key counts press it again")
	if !all() {
		t.Errorf("then %+v", l.Keyboard())
	}
	for _, open := range []string{"/", "a", ":"} {
		l.Key(open)
		if all() {
			t.Errorf("while a text is typed after %s: %+v", open, l.Keyboard())
		}
		l.Key("esc")
	}
	log := len(l.Log())
	l.Send(sent(t, "\x1b[57441;2u")) // shift alone
	if !all() || len(l.Log()) != log {
		t.Errorf("shift alone does something: %q", l.Log())
	}
}
