package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// weakened returns a store whose key was derived at a lower cost than the present one.
func weakened(t *testing.T, kind string) (dir string, dear store.Options) {
	t.Helper()
	dir = t.TempDir()
	s := openWith(t, dir, rings(t))
	filled(t, s)
	rotate(t, s, kind)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, store.Options{Slots: []store.KeySlot{
		store.Dearer(store.Environment("LANYARD_KEY", func(name string) (string, bool) {
			return "a text of sixteen or more " + name, true
		})),
		store.Dearer(store.Command("command", func(context.Context) (secret.Text, error) {
			return secret.New("what pass prints, long enough"), nil
		})),
	}}
}

func TestKeyIsStrengthenedAtTheNextUnlock(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"passphrase", "env", "command"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir, dear := weakened(t, kind)
			other := openWith(t, dir, rings(t))
			if err := other.Unlock(t.Context(), secret.New(phrase)); err != nil {
				t.Fatal(err)
			}
			s := openWith(t, dir, dear)
			if err := s.Unlock(t.Context(), secret.New(phrase+"?")); kind == "passphrase" &&
				!errors.Is(err, store.ErrLocked) {
				t.Fatal(err)
			}
			if params, err := s.Text("SELECT params FROM key_slot"); kind == "passphrase" &&
				(err != nil || strings.Contains(params, `"time":3`)) {
				t.Fatal("a wrong passphrase changed the slot", params, err)
			}
			if err := s.Unlock(t.Context(), secret.New(phrase)); err != nil {
				t.Fatal(err)
			}
			strong, err := s.Text("SELECT params FROM key_slot")
			want := `"time":2,"memory_kib":8192`
			if kind == "passphrase" { // whose slot every store has
				want = `"time":3,"memory_kib":65536`
			}
			if err != nil || !strings.Contains(strong, want) {
				t.Error(strong, err)
			}
			whole(t, s)
			whole(t, other)
			for range 2 { // once: the second unlock changes nothing
				again := openWith(t, dir, dear)
				if err := again.Unlock(t.Context(), secret.New(phrase)); err != nil {
					t.Fatal(err)
				}
				whole(t, again)
				if now, err := again.Text("SELECT params FROM key_slot"); err != nil ||
					now != strong {
					t.Error(now, err)
				}
			}
			rotate(t, other, "file")
			whole(t, s)
		})
	}
}

// strengthens is a child that unlocks and dies right after the slot was changed.
func strengthens(ctx context.Context, dir string, _ []string) error {
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	s.AtStep(fate())
	return s.Unlock(ctx, secret.New(phrase))
}

func TestFaultKilledWhileStrengthening(t *testing.T) {
	t.Parallel()
	c, _ := harness(t)
	dir, dear := weakened(t, "passphrase")
	c.died(t, strike(t, dir, "strengthens", fated("strengthened", 1)))
	s := openWith(t, dir, dear)
	if err := s.Unlock(t.Context(), secret.New(phrase)); err != nil {
		c.add(&c.lost)
		t.Fatal(err)
	}
	whole(t, s)
	if left, _ := filepath.Glob(filepath.Join(dir, "*key*")); len(left) > 0 {
		t.Error(left)
	}
}

func TestShortPassphrase(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"12345678":      "8 random lowercase letters last 604 days on average",
		"123456789ab":   "11 random lowercase letters",
		"äöüäöüäö":      "8 characters",
		"correct horse": "",
		"123456789abc":  "",
	} {
		got := store.Short(secret.New(text))
		if want == "" && got != "" || !strings.Contains(got, want) || strings.Contains(got, text) ||
			want != "" && !strings.Contains(got, "a word with digits 83 minutes at most") {
			t.Errorf("%d characters: %q", len(text), got)
		}
	}
}
