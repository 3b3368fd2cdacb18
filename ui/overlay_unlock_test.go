package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui"
)

func TestVerbAsksForThePassphrase(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"g", "r", "x", "y", "p"} {
		l, s := behindPassphrase(t)
		l.ScopeTo("Orders")
		l.Key("g")
		s.lock(true)
		l.Changed()
		if l.Overlays() != 0 {
			t.Fatal("it asks by itself")
		}
		l.shows("secrets locked", "U unlocks them", "● "+fp("access-1"), "1h 00m")
		before := l.api.tokens
		l.Key(key)
		if l.Overlays() != 1 || s.tries() != 0 {
			t.Fatalf("%s: %d overlays, %d attempts", key, l.Overlays(), s.tries())
		}
		l.shows("Unlock the stored secrets", "a passphrase, in the store")
		l.Key("enter")
		l.shows("nothing was typed yet")
		l.Type("wrong")
		l.shows("passphrase  •••••▏")
		l.Key("enter")
		l.shows("✕ that is not the passphrase", "type it again", "passphrase  ▏")
		if l.Overlays() != 1 || s.tries() != 1 || l.api.tokens != before {
			t.Fatalf("%s: a wrong passphrase closed it, or ran the verb", key)
		}
		l.Type(passphrase)
		l.Key("enter")
		if l.Overlays() != 0 || s.Key().Locked {
			t.Fatalf("%s: not unlocked", key)
		}
		l.shows("sealed with passphrase ")
		got := l.api.tokens - before
		switch key {
		case "g", "r":
			if got != 1 {
				t.Errorf("%s: %d requests", key, got)
			}
		case "x":
			l.shows("◌ "+fp("access-1"), "u undoes it")
			l.after(10 * time.Second)
			if len(l.api.revokes) != 1 {
				t.Errorf("%d revokes", len(l.api.revokes))
			}
		case "y":
			l.said("copied " + fp("access-1"))
		case "p":
			l.said("200: the gateway let it through")
		}
	}
}

func TestUnlockIsCancelled(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.ScopeTo("Orders")
	s.lock(true)
	l.Changed()
	l.Key("g")
	l.Type("half of i")
	l.Key("esc")
	if l.Overlays() != 0 || l.api.tokens != 0 || s.tries() != 0 {
		t.Error("the verb went on")
	}
	l.said("nothing was done: to get a token the stored secrets have to be unlocked")
	l.Key("g") // the text of the earlier attempt is gone
	l.shows("passphrase  ▏")
}

// The footer names one key while the store is locked. It unlocks and does nothing else.
func TestUnlockHasAKey(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.Key("U")
	l.said("the stored secrets are not locked")
	l.ScopeTo("Orders")
	l.Key("g")
	s.lock(true)
	l.Changed()
	if last := lastLine(l.Pump); !strings.HasPrefix(last, " U unlock  ") ||
		strings.Contains(last, "revoke") {
		t.Errorf("the footer is %q", last)
	}
	l.Key("U")
	l.shows("Unlock the stored secrets")
	l.Type(passphrase)
	l.Key("enter")
	l.said("the stored secrets are unlocked")
	if last := lastLine(l.Pump); strings.Contains(last, "unlock") || s.Key().Locked ||
		l.api.tokens != 1 || l.Overlays() != 0 {
		t.Errorf("locked %t, %d requests, %d open, footer %q", s.Key().Locked, l.api.tokens,
			l.Overlays(), last)
	}
}

// Keys of other actions are typed, and typed text can be removed.
func TestTyping(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.ScopeTo("Orders")
	s.lock(true)
	l.Changed()
	l.Key("g")
	l.Type("q?!hjklxyz1語ß")
	l.Key("space", "tab", "up", "home")
	l.shows("home has no effect here; esc cancels")
	l.shows("passphrase  " + strings.Repeat("•", 14) + "▏")
	l.Key("backspace", "backspace")
	l.shows("passphrase  " + strings.Repeat("•", 12) + "▏")
	l.Key("ctrl+u", "backspace")
	l.shows("passphrase  ▏")
	if l.Overlays() != 1 || l.Quit {
		t.Fatal("a key that was typed did something")
	}
	l.Paste("two\nlines")
	l.shows("more than one line was pasted", "passphrase  ▏")
	l.Paste("")
	l.shows("what was pasted is empty")
	l.Paste(strings.Repeat("x", 2000))
	l.shows("that is too long", "passphrase  ▏")
	l.Paste("two\twords")
	l.shows("what was pasted holds a TAB at character 4", "passphrase  ▏")
	l.Paste("\ufeff" + passphrase + "\r\n\n")
	l.Key("enter")
	if s.Key().Locked || l.api.tokens != 1 {
		t.Error("what was pasted did not unlock")
	}
	l.Key("ctrl+c")
	if !l.Quit {
		t.Error("ctrl+c does not quit")
	}
}

func TestPasteElsewhereDoesNothing(t *testing.T) {
	t.Parallel()
	l, _ := behindPassphrase(t)
	for _, key := range []string{"", "?", "!"} {
		if key != "" {
			l.Key(key)
		}
		l.Paste("g\nx\ny")
		l.Key("g", "enter") // the end of a paste, as a terminal without bracketed paste sends it
		if l.api.tokens != 0 || l.Overlays() != len(key) {
			t.Errorf("after %q a paste did something", key)
		}
		if key == "" {
			l.shows("A paste does nothing here")
		}
		l.after(time.Second)
		if key != "" {
			l.Key("esc")
		}
	}
}

// During an attempt no key is typed, and a second enter starts no second attempt.
func TestUnlockingTakesAMoment(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.ScopeTo("Orders")
	s.lock(true)
	l.Changed()
	l.Key("g")
	l.Type(passphrase)
	l.Hold = true
	l.Key("enter", "enter", "x")
	l.shows("unlocking …", "passphrase  ▏")
	l.Key("esc") // gives up the verb and not the unlocking
	l.Release()
	if s.tries() != 1 || s.Key().Locked || l.api.tokens != 0 || l.Overlays() != 0 {
		t.Errorf("%d attempts, %d requests, %d overlays", s.tries(), l.api.tokens, l.Overlays())
	}
	l.said("the stored secrets are unlocked")
}

// The question of a production environment is asked before the passphrase, and once.
func TestUnlockAfterTheQuestion(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t, func(e *console.Environment) { e.Production = true })
	l.ScopeTo("Orders")
	l.Key("g")
	s.lock(true)
	l.Changed()
	l.Key("x")
	l.shows("Revoke in production?")
	l.Key("y")
	l.shows("Unlock the stored secrets")
	if l.Overlays() != 1 {
		t.Errorf("%d overlays", l.Overlays())
	}
	l.Type(passphrase)
	l.Key("enter")
	l.shows("◌ "+fp("access-1"), "u undoes it")
	if l.Overlays() != 0 {
		t.Errorf("%d overlays", l.Overlays())
	}
	l, s = behindPassphrase(t, superseding)
	l.ScopeTo("Orders")
	l.Key("g")
	s.lock(true)
	l.Changed()
	l.Key("g", "y")
	l.shows("Unlock the stored secrets")
	l.Type(passphrase)
	l.Key("enter")
	if l.api.tokens != 2 || l.Overlays() != 0 {
		t.Errorf("%d requests, %d overlays", l.api.tokens, l.Overlays())
	}
}

// If nothing is sealed, the passphrase is chosen and typed twice.
func TestPassphraseIsChosen(t *testing.T) {
	t.Parallel()
	l, s := behind(t, console.KeyStatus{Place: "no key yet", Locked: true, Asks: true}, "")
	l.ScopeTo("Orders")
	l.shows("no key yet")
	if strings.Contains(ansi.Strip(l.Frame()), "locked") {
		t.Error("nothing is locked yet")
	}
	l.Key("g")
	l.shows("Choose a passphrase", "passphrase  ▏")
	l.Type("short")
	l.Key("enter")
	l.shows("once more   ▏")
	l.Type("shirt")
	l.Key("enter")
	l.shows("the two are not the same", "passphrase  ▏")
	l.Type("short")
	l.Key("enter")
	l.Type("short")
	l.Key("enter")
	l.shows("fewer than 8 characters", "take a longer one", "passphrase  ▏")
	l.Type(passphrase)
	l.Key("enter")
	if in := l.Inside(); strings.Contains(in, "correct") || strings.Contains(l.Frame(), "correct") {
		t.Errorf("what was typed first is printed: %s", in)
	}
	l.Type(passphrase)
	l.Key("enter")
	if l.Overlays() != 0 || l.api.tokens != 1 || s.opens != passphrase {
		t.Errorf("%d overlays, %d requests", l.Overlays(), l.api.tokens)
	}
	l.shows("sealed with passphrase ")
}

func TestTypedTextPrintsNowhere(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.ScopeTo("Orders")
	s.lock(true)
	l.Changed()
	l.Key("g")
	l.Type(passphrase)
	inside := l.Inside()
	for _, leak := range []string{passphrase, "correct", fmt.Sprintf("%d %d %d", 'c', 'o', 'r'),
		"63 6f 72", "0x63, 0x6f", "63, 6f", "'c' 'o'"} {
		if strings.Contains(inside, leak) || strings.Contains(l.Frame(), leak) {
			t.Errorf("%q is printed: %s", leak, inside)
		}
	}
}

func TestLockedGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		b := orders()
		b.Key = lockedKey()
		p.Feed(b)
		p.Key("2", "down")
		for _, c := range []struct {
			name string
			do   func()
		}{
			{"locked", func() {}},
			{"unlock", func() { p.Key("r") }},
			{"unlock-typed", func() { p.Type("correct horse") }},
			{"unlock-tried", func() { p.Key("enter") }},
			{"unlock-wrong", func() { p.Refused(notIt) }},
		} {
			c.do()
			fits(t, p.Frame(), w, h)
			golden(t, s+"-"+c.name, p)
		}
		b.Key = console.KeyStatus{Place: "no key yet", Locked: true, Asks: true}
		p, _ = still(t, w, h)
		p.Feed(b)
		p.ScopeTo("Orders")
		p.Key("g")
		p.Type("correct")
		p.Key("enter")
		fits(t, p.Frame(), w, h)
		golden(t, s+"-choose", p)
	}
}

// The overlay can be used at every size that shows text, with each of its messages.
func TestUnlockAtAnySize(t *testing.T) {
	t.Parallel()
	for _, th := range []string{"dark", "mono"} {
		p, _ := still(t, 80, 24, func(o *ui.Options) {
			o.Theme = theme(t, th)
			o.Banners = []describe.Banner{{Text: "TLS is not verified", Short: "TLS"}}
		})
		b := orders()
		b.Key = lockedKey()
		b.Key.Place = strings.Repeat("/a/very/long/path", 12)
		p.Feed(b)
		p.ScopeTo("Orders")
		p.Key("g")
		p.Type(strings.Repeat("語", 300))
		for w := 30; w < 140; w += 13 {
			for h := 8; h < 40; h += 5 {
				p.Resize(w, h)
				fits(t, p.Frame(), w, h)
				text := ansi.Strip(p.Frame())
				for _, want := range []string{"…•••", "•▏", "enter", "esc"} {
					if !strings.Contains(text, want) {
						t.Fatalf("%s %dx%d: no %q:\n%s", th, w, h, want, text)
					}
				}
			}
		}
		if m := colour.FindString(p.Frame()); th == "mono" && m != "" {
			t.Errorf("a colour: %q", m)
		}
	}
}
