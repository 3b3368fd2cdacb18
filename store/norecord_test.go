package store_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// noRecord returns the statements that remove the record of the key.
func noRecord() []string {
	return []string{"DELETE FROM key_slot", "DELETE FROM meta WHERE name = 'key_check'"}
}

// stocks makes a store of a kind with something in each table that a key protects or seals.
func stocks(t *testing.T, kind string) (dir string, o store.Options, said *[]string) {
	t.Helper()
	dir, o, said = t.TempDir(), rings(t), new([]string)
	o.Slots = append(o.Slots, store.RingOf(&fakeRing{}, patience, patience))
	o.First = []string{kind}
	o.Tell = func(sentence string) { *said = append(*said, sentence) }
	s := openWith(t, dir, o)
	if err := s.Unlock(t.Context(), secret.New(phrase)); err != nil {
		t.Fatal(err)
	}
	filled(t, s)
	update(t, s, func(w console.Writer) error {
		return errors.Join(w.PutProbe("a", console.Probe{Status: 200}),
			w.PutMark(console.Mark{ID: "m", TokenID: "a"}), w.SetSetting("refused/x", "[]"))
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	*said = nil
	return dir, o, said
}

// If the record of the key is removed, a first key would give altered rows their MACs. Such a store
// is refused until a person accepts it, and loses its sealed values then.
func TestStoreWithoutTheRecordOfItsKeyIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"file", "keyring", "passphrase", "env", "command"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir, o, said := stocks(t, kind)
			behind(t, dir, append(noRecord(), `UPDATE application
				SET environment = '{"form":1,"token_url":"https://stranger"}'`)...)
			before := files(t, dir)["lanyard.key"]
			for range 2 {
				s := openWith(t, dir, o)
				explained(t, s.Unlock(t.Context(), secret.New(phrase)), "store_locked",
					"the record of its key is gone")
				explained(t, s.Rotate(t.Context(), store.Rotation{To: "env"}), "store_locked",
					"the record of its key is gone")
				if i, err := s.KeyInfo(t.Context()); err != nil || !i.SetBack || i.Asks ||
					!i.Locked || i.ID != "" {
					t.Errorf("%+v %v", i, err)
				}
				_ = s.Close()
			}
			s := openWith(t, dir, o)
			if err := s.AcceptOlder(t.Context()); err != nil {
				t.Fatal(err)
			}
			*said = nil
			if err := s.Unlock(t.Context(), secret.New(phrase)); err != nil {
				t.Fatal(err)
			}
			if now := files(t, dir)["lanyard.key"]; kind == "file" &&
				(len(now) != 33 || bytes.Equal(now, before)) {
				t.Error("the key file that was there seals again: whoever removed the record " +
					"may have put it there")
			}
			if len(*said) == 0 ||
				!strings.Contains(strings.Join(*said, "\n"), dir+"/lanyard.db had no key") {
				t.Errorf("said %q", *said)
			}
			view(t, s, func(r console.Reader) error {
				if got := all(t, r); len(got) > 0 {
					t.Errorf("altered: %v", got)
				}
				if _, err := r.Secrets("a"); !errors.Is(err, console.ErrNotFound) {
					t.Errorf("secrets: %v", err)
				}
				sec, err := r.ConsumerSecret("p")
				password, err2 := r.Password("p")
				tok, err3 := r.Token("a")
				if !sec.Access.IsZero() || !password.IsZero() || tok.AccessHash != "" {
					t.Error("something is there that the lost key sealed")
				}
				return errors.Join(err, err2, err3)
			})
			filled(t, s)
			whole(t, s)
			if i, err := s.KeyInfo(t.Context()); err != nil || i.SetBack || i.Locked {
				t.Errorf("%+v %v", i, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			behind(t, dir, noRecord()...) // the acceptance does not last
			explained(t, openWith(t, dir, o).Unlock(t.Context(), secret.New(phrase)),
				"store_locked", "the record of its key is gone")
		})
	}
}

// One value that only a key can have made is enough to refuse the store.
func TestWhatTellsOfALostKey(t *testing.T) {
	t.Parallel()
	traces := map[string]string{}
	for _, table := range []string{"application", "token", "probe", "mark", "setting"} {
		traces[table] = "UPDATE " + table + " SET mac = NULL"
	}
	for _, table := range []string{"token_secret", "application_secret", "application_password",
		"hash_key"} {
		traces[table] = "DELETE FROM " + table
	}
	for name := range traces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, o, _ := stocks(t, "env")
			harm := noRecord()
			for other, q := range traces {
				if other != name {
					harm = append(harm, q)
				}
			}
			behind(t, dir, harm...)
			explained(t, openWith(t, dir, o).Unlock(t.Context(), secret.Text{}), "store_locked",
				"the record of its key is gone")
		})
	}
	// A store without any of them never had a key. Its rows are accepted, with one warning.
	dir, o, said := stocks(t, "env")
	behind(t, dir, noRecord()...)
	for _, q := range traces {
		behind(t, dir, q)
	}
	for range 2 {
		s := openWith(t, dir, o)
		if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
			t.Fatal(err)
		}
		view(t, s, func(r console.Reader) error {
			if got := all(t, r); len(got) > 0 {
				t.Errorf("altered: %v", got)
			}
			return nil
		})
		_ = s.Close()
	}
	if len(*said) != 1 || !strings.Contains((*said)[0], "had no key") {
		t.Errorf("said %q", *said)
	}
}

// A theme that was stored before there was a key causes no warning.
func TestFirstKeyOfAThemeIsQuiet(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), rings(t)
	o.First = []string{"env"}
	o.Tell = func(sentence string) { t.Error(sentence) }
	s := openWith(t, dir, o)
	update(t, s, func(w console.Writer) error { return w.SetSetting("theme", "dark") })
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
}

// A store from before there were MACs gets them with a warning, because an older copy may have
// replaced it.
func TestFirstMACsAreSaid(t *testing.T) {
	t.Parallel()
	dir, said := legacy(t), []string(nil)
	for range 2 {
		s := openWith(t, dir,
			store.Options{Tell: func(sentence string) { said = append(said, sentence) }})
		if s.Key().Locked {
			t.Fatal("locked")
		}
		_ = s.Close()
	}
	if len(said) != 1 || !strings.Contains(said[0], "have MACs from now on") ||
		!strings.Contains(said[0], dir) {
		t.Errorf("said %q", said)
	}
}
