package ui_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// safe is a store whose key this process does not have.
type safe struct {
	*store.Store
	mu       sync.Mutex
	key      console.KeyStatus
	opens    string // the passphrase; "" if nothing opens the store
	attempts int
}

var notIt = &console.Error{Code: "store_locked", Text: "that is not the passphrase of this store",
	Hint: "type it again; nobody can open the store without it"}

func (s *safe) Unlock(_ context.Context, passphrase secret.Text) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.key.Locked {
		return nil
	}
	s.attempts++
	switch {
	case s.key.Kind == "" && len(passphrase.Reveal()) < 8:
		return &console.Error{Code: "weak_key", Text: "passphrase: fewer than 8 characters",
			Hint: "take a longer one"}
	case s.key.Kind == "":
		s.key.Kind, s.opens = "passphrase", passphrase.Reveal()
	case !s.key.Asks && s.opens == "":
		return &console.Error{Code: "store_locked", Text: "the keyring does not answer",
			Hint: "unlock it and try again"}
	case s.key.Asks && passphrase.IsZero():
		return &console.Error{Code: "store_locked", Text: "the store is locked",
			Hint: "lanyard key status says where its key is"}
	case s.key.Asks && !passphrase.Equal(secret.New(s.opens)):
		return notIt
	}
	s.key.Locked = false
	return nil
}

func (s *safe) Key() console.KeyStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

func (s *safe) lock(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key.Locked = on
}

func (s *safe) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts
}

const passphrase = "correct horse q!"

// behindPassphrase returns a screen on a store that asks for a passphrase. It is open until it is
// locked.
func behindPassphrase(t *testing.T, change ...func(*console.Environment)) (*live, *safe) {
	t.Helper()
	return behind(t,
		console.KeyStatus{Kind: "passphrase", Place: "a passphrase, in the store", Asks: true},
		passphrase, change...)
}

func behind(t *testing.T, key console.KeyStatus, opens string,
	change ...func(*console.Environment)) (*live, *safe) {
	t.Helper()
	s := &safe{key: key, opens: opens}
	l := keptBy(t, func(st *store.Store) console.Keeper { s.Store = st; return s },
		func(*console.Application) {}, change...)
	return l, s
}

// Revokes that are due while the store is locked open no overlay and are not tried. One notice
// tells of them, and they are sent after unlocking.
func TestLockedDelivery(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.scoped("Orders")
	l.Key("g", "x")
	s.lock(true)
	l.Changed()
	beats := len(l.Beats)
	l.after(10 * time.Minute)
	if n := len(l.Beats) - beats; n > 700 {
		t.Errorf("%d beats in 600 s", n)
	}
	if l.Overlays() != 0 || s.tries() != 0 || len(l.api.revokes) != 0 {
		t.Fatalf("%d overlays, %d attempts, %d revokes", l.Overlays(), s.tries(),
			len(l.api.revokes))
	}
	if n := strings.Count(strings.Join(l.Log(), "\n"),
		"locked: 1 revoke waits to be sent"); n != 1 {
		t.Errorf("said %d times:\n%s", n, strings.Join(l.Log(), "\n"))
	}
	l.shows("◌ "+fp("access-1"), "revoking  the revoke is not sent: locked", "secrets locked")
	l.open() // also after a restart
	l.scoped("Orders")
	l.shows("Locked: 1 revoke waits to be sent")
	if l.Overlays() != 0 || s.tries() != 0 {
		t.Error("it asks, or tries, at the start")
	}
	l.Key("x")
	l.shows("The passphrase is needed to send the revoke that waits.")
	l.Type(passphrase)
	l.Key("enter")
	if len(l.api.revokes) != 1 {
		t.Errorf("%d revokes after unlocking", len(l.api.revokes))
	}
	l.said("accepted by the server")
	// Quitting does not wait for revokes that cannot be sent.
	l, s = behindPassphrase(t)
	l.scoped("Orders")
	l.Key("g", "x")
	s.lock(true)
	l.Changed()
	l.Key("q")
	if !l.Quit {
		t.Error("q waits for a passphrase")
	}
}

// A missing key is an error with a hint. No overlay opens, because a person could not type it.
func TestKeyIsGone(t *testing.T) {
	t.Parallel()
	l, s := behind(t,
		console.KeyStatus{Kind: "keyring", Place: "the keyring of this session", Locked: true}, "")
	l.scoped("Orders")
	l.shows("   not verified ")
	l.Key("g")
	if l.Overlays() != 0 || l.api.tokens != 0 {
		t.Error("something was asked, or got")
	}
	l.said("the keyring does not answer unlock it and try again")
	l.shows("   key not opened ")
	footer := func() string {
		lines := strings.Split(ansi.Strip(l.Frame()), "\n")
		return lines[len(lines)-1]
	}
	if strings.Contains(footer(), "get") {
		t.Errorf("the footer has a verb: %s", footer())
	}
	s.lock(false)
	l.Changed()
	l.Key("g")
	if !strings.Contains(footer(), "get") || !strings.Contains(footer(), "revoke") {
		t.Errorf("the footer lacks verbs: %s", footer())
	}
	l.Key("x")
	s.lock(true)
	l.after(4 * time.Second)
	for _, verb := range []string{"get", "renew", "revoke", "probe"} {
		if strings.Contains(footer(), verb) {
			t.Errorf("the footer has %s: %s", verb, footer())
		}
	}
	first := s.tries()
	l.after(10 * time.Minute)
	if n := s.tries() - first; n > 16 {
		t.Errorf("tried %d times in ten minutes", n)
	}
	if n := strings.Count(strings.Join(l.Log(), "\n"), "deliver revokes"); n != 1 {
		t.Errorf("said %d times:\n%s", n, strings.Join(l.Log(), "\n"))
	}
	l.shows("the revoke is not sent: the key is not there")
	s.mu.Lock()
	s.opens = "now"
	s.mu.Unlock()
	l.after(2 * time.Minute)
	if len(l.api.revokes) != 1 {
		t.Errorf("%d revokes after the key came back", len(l.api.revokes))
	}
}

func lockedKey() console.KeyStatus {
	return console.KeyStatus{
		Kind:   "passphrase",
		Place:  "a passphrase, in the store",
		Locked: true,
		Asks:   true,
	}
}

var keyKinds = []console.KeyStatus{
	{Kind: ""}, {Kind: "file"}, {Kind: "keyring"}, {Kind: "keyring", Locked: true},
	{Kind: "passphrase", Asks: true}, lockedKey(),
	{Kind: "env"}, {Kind: "command"}, {Kind: "memory"},
}

// sealedWith are the texts for a key that can be read, by its kind.
var sealedWith = map[string]string{
	"": "no key yet", "file": "sealed with key file", "keyring": "sealed with keyring",
	"passphrase": "sealed with passphrase", "env": "sealed with key variable",
	"command": "sealed with key command", "memory": "nothing is written",
}

// TestKeyIsAlwaysShown checks that the kind of the key is visible: in the header of a wide screen,
// in the log at every size, and at the end of the help of a screen that is not tiny. It must not
// replace anything more important. That the secrets are locked is visible at every size.
func TestKeyIsAlwaysShown(t *testing.T) {
	t.Parallel()
	var heads strings.Builder
	for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		fmt.Fprintf(&heads, "%s\n", s)
		p, _ := still(t, w, h)
		for _, k := range keyKinds {
			b := orders()
			b.Key = console.KeyStatus{}
			p.Feed(b)
			bare, _, _ := strings.Cut(ansi.Strip(p.Frame()), "\n")
			b.Key = k
			p.Feed(b)
			fits(t, p.Frame(), w, h)
			frame := ansi.Strip(p.Frame())
			head, _, _ := strings.Cut(frame, "\n")
			fmt.Fprintf(&heads, "%s\n", strings.TrimRight(head, " "))
			want := sealedWith[k.Kind]
			switch {
			case k.Locked && k.Asks:
				want = "locked"
			case k.Locked:
				want = "not verified"
			}
			if w >= 120 && !strings.Contains(head, want) {
				t.Errorf("%s: no %q: %q", s, want, head)
			}
			if k.Locked && k.Asks && !strings.Contains(frame, "locked") {
				t.Errorf("%s: it is not said that it is locked:\n%s", s, frame)
			}
			before, _, _ := strings.Cut(bare, "no key yet")
			for word := range strings.FieldsSeq(before) {
				goes := h < 10 && (word == "lanyard" || word == "next")
				if !strings.Contains(head, word) && !goes {
					t.Errorf("%s: %q went for the key: %q", s, word, head)
				}
			}
			for _, key := range []string{"?", "!"} {
				p.Key(key)
				if key == "?" {
					p.Key("end")
				}
				text := ansi.Strip(p.Frame())
				if w < 60 { // a longer one is cut or wrapped
					want = string([]rune(want)[:5])
				}
				if (w >= 60 || key != "?") && !strings.Contains(text, want) {
					t.Errorf("%s %s: no %q:\n%s", s, key, want, text)
				}
				p.Key("esc")
			}
		}
	}
	compare(t, "header-keys", "text", bare(heads.String()))
}
