package ui_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "enter")
	l.shows("Token "+fp("access-1"), "● active", "issued", "expires", "opaque")
	l.Key("esc", "x")
	l.after(4e9)
	l.Key("enter")
	l.shows("lingering", "accepted", "by the server", "dead", "at the latest")
}

func TestExchange(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "4", "down", "enter")
	l.shows("POST /token", "As curl", "https://gw.example/token")
	l.Key("c")
	l.said("copied the call as curl")
	if text := l.clip.holds.Reveal(); !strings.HasPrefix(text, "curl -sS ") || strings.Contains(text, "access-1") {
		t.Errorf("copied %q", text)
	}
}

func TestCopyAs(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "Y", "h")
	if text := l.clip.holds.Reveal(); text != "Authorization: Bearer access-1" {
		t.Errorf("header: %q", text)
	}
	l.Key("Y", "i")
	l.shows("it came without one")
	l.Key("down", "up", "esc", "Y", "c")
	if text := l.clip.holds.Reveal(); !strings.Contains(text, "| curl -sS -H @- 'https://gw.example/Orders'") {
		t.Errorf("curl: %q", text)
	}
	if l.Overlays() != 0 {
		t.Error("the menu stays open")
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "v")
	l.shows("access-1", "hidden in 10 s")
	l.after(11e9)
	if l.Overlays() != 0 || strings.Contains(ansi.Strip(l.Frame()), "access-1") {
		t.Error("it stays in the open")
	}
	l.Key("v", "x") // any key hides it, and does nothing else
	if l.Overlays() != 0 || strings.Contains(ansi.Strip(l.Frame()), "revoking") {
		t.Error("the key that hid it did more")
	}
	l.Do("presenter")
	l.Key("v")
	l.said("nothing is revealed in presenter mode")
}
