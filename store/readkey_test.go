package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// textSlot is a slot of a kind whose text is text.
func textSlot(kind, text string) store.KeySlot {
	switch kind {
	case "env":
		return store.Environment("LANYARD_KEY", func(string) (string, bool) { return text, true })
	case "command":
		return store.Command("a command",
			func(context.Context) (secret.Text, error) { return secret.New(text), nil })
	}
	return key.Passphrase()
}

// A key is derived from a text as secrets are read. A store whose key an older version derived from
// the unchanged text still opens.
func TestKeyTextIsReadAsSecretsAre(t *testing.T) {
	t.Parallel()
	const text = "a text of sixteen or more"
	for _, c := range []struct {
		name, with, then string
		older            bool
		why              string // it does not open
	}{
		{"line end goes", text + "\r\n", text, false, ""},
		{"line end comes", text, text + "\n\n", false, ""},
		{"mark comes", text, "\ufeff" + text, false, ""},
		{"mark goes", "\ufeff" + text, text, false, ""},
		{"space goes", text + " ", text, false, "-"},
		{"older, line end", text + "\n", text + "\n", true, ""},
		{"older, mark and line end", "\ufeff" + text + "\n", "\ufeff" + text + "\n", true, ""},
		{"older, mark; a line end comes", "\ufeff" + text, "\ufeff" + text + "\n", true, ""},
		{"older, TAB", text + "\t", text + "\t", true, ""},
		{"another one with a TAB", text, text + "\t", false, "holds a TAB at character 26"},
	} {
		for _, kind := range []string{"passphrase", "env", "command"} {
			t.Run(c.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				slot := store.Cheap(textSlot(kind, c.with))
				if c.older {
					slot = store.Older(textSlot(kind, c.with), c.with)
				}
				s := openWith(t, dir,
					store.Options{First: []string{kind}, Slots: []store.KeySlot{slot}})
				if err := s.Unlock(t.Context(), secret.New(c.with)); err != nil {
					t.Fatal(err)
				}
				filled(t, s)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = openWith(t, dir,
					store.Options{Slots: []store.KeySlot{store.Cheap(textSlot(kind, c.then))}})
				err := s.Unlock(t.Context(), secret.New(c.then))
				if c.why == "" {
					if err != nil {
						t.Fatal(err)
					}
					whole(t, s)
					return
				}
				if !errors.Is(err, store.ErrLocked) ||
					c.why != "-" && !strings.Contains(err.Error(), c.why) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestKeyTextIsRefusedByName(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"passphrase", "env", "command"} {
		s := openWith(t, t.TempDir(),
			store.Options{First: []string{kind},
				Slots: []store.KeySlot{store.Cheap(textSlot(kind, "a text of\tsixteen or more"))}})
		if err := s.Unlock(t.Context(), secret.New("a text of\tsixteen or more")); err == nil ||
			!strings.Contains(err.Error(), "holds a TAB at character 10") {
			t.Errorf("%s: got %v", kind, err)
		}
	}
	err := store.Passable(secret.New("7 chars"))
	explained(t, err, "weak_key", "passphrase: fewer than 8 characters")
	if err := store.Passable(secret.New("long enough\x1b[D")); err == nil ||
		!strings.Contains(err.Error(), "holds an ESC at character 12") {
		t.Errorf("got %v", err)
	}
}
