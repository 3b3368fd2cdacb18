package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
)

// logged returns the number of lines of the message log that hold a text.
func (l *live) logged(text string) int { return strings.Count(strings.Join(l.Log(), "\n"), text) }

// An expiry is told once, with the key that brings a new token.
func TestExpiryIsANotice(t *testing.T) {
	t.Parallel()
	for _, refresh := range []bool{false, true} {
		l := alive(t).scoped("Orders")
		l.api.refresh = refresh
		l.Key("g", "enter")
		l.slept(time.Hour - time.Second)
		if n := l.logged("expired"); n > 0 {
			t.Errorf("told %d times before", n)
		}
		l.after(2 * time.Second)
		want := fp("access-1") + " of Orders: expired. g gets a new one."
		if refresh {
			want = fp("access-1") + " of Orders: expired. r refreshes it."
		}
		l.shows(want)
		l.after(24 * time.Hour)
		if n := l.logged(fp("access-1") + " of Orders: expired"); n != 1 {
			t.Errorf("told %d times:\n%s", n, strings.Join(l.Log(), "\n"))
		}
	}
}

// The key that refreshes a token acts on the selected row: the notice says so if that is another.
func TestExpiryOfAnotherRow(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "enter")
	l.slept(time.Minute)
	l.ScopeTo("Payments")
	l.Key("g")
	l.slept(59*time.Minute + time.Second)
	l.shows(fp("access-1") + " of Orders: expired. r on its row refreshes it.")
}

// The end of a window is told once.
func TestDeathIsANotice(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "enter", "x")
	l.after(5 * time.Second)
	l.slept(15 * time.Minute)
	l.shows(fp("access-1") + " of Orders: dead: the window ran out. g gets a new one.")
	l.after(24 * time.Hour)
	if n := l.logged("the window ran out"); n != 1 {
		t.Errorf("told %d times:\n%s", n, strings.Join(l.Log(), "\n"))
	}
}

// The notice of an expiry or a death stays until a key is pressed; other notices fade.
func TestEndStaysUntilAKey(t *testing.T) {
	t.Parallel()
	for name, press := range map[string][]string{
		": expired. ": {"g", "enter"}, ": dead: the window ran out. ": {"g", "enter", "x"},
	} {
		l := alive(t).scoped("Orders")
		l.Key(press...)
		l.after(5 * time.Second)
		l.slept(time.Hour)
		l.after(time.Hour)
		l.shows(fp("access-1") + " of Orders" + name)
		l.Key("z")
		if strings.Contains(ansi.Strip(l.Frame()), name) {
			t.Errorf("%q stands after a key:\n%s", name, ansi.Strip(l.Frame()))
		}
	}
}

// On a small screen it does not take the keys of an open box for long.
func TestEndLeavesTheKeysOfABox(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Resize(40, 12)
	l.Key("g", "z", "?")
	l.slept(time.Hour + time.Second)
	l.shows(": expired")
	l.after(31 * time.Second)
	l.shows("esc close")
}

// A replaced token needs nothing: its end is in the log only.
func TestReplacedIsOverInTheLog(t *testing.T) {
	t.Parallel()
	l := alive(t, func(e *console.Environment) { e.Regime = console.RegimeOpaque }).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "enter", "r")
	l.slept(16 * time.Minute)
	l.said(fp("access-1") + " of Orders: replaced: the window ran out")
	if frame := l.Frame(); strings.Contains(frame, "the window ran out") {
		t.Errorf("it is shown:\n%s", frame)
	}
}

// Tokens that end together are one notice, and each has its line in the log.
func TestSeveralEndAsOneNotice(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "enter", "g", "enter")
	l.slept(3 * time.Hour)
	l.shows("2 tokens expired. ! lists them.")
	for _, token := range []string{"access-1", "access-2"} {
		if n := l.logged(fp(token) + " of Orders: expired"); n != 1 {
			t.Errorf("%s is told %d times:\n%s", token, n, strings.Join(l.Log(), "\n"))
		}
	}
}

// The notice about an end names the application that a get is for, if the key is for another one.
func TestEndedNamesTheApplicationOfItsKey(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string]string{
		"Orders":   " g gets a new one.",
		"Payments": " g in Orders gets a new one.",
		"":         " g in Orders gets a new one.",
	} {
		l := alive(t).scoped("Orders")
		l.Key("g")
		l.ScopeTo(scope)
		l.slept(time.Hour + time.Second)
		l.shows(fp("access-1") + " of Orders: expired." + want)
	}
}
