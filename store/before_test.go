package store_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// A list of old keys that another program wrote into the database deletes no key: neither the one
// in force, however it is spelled, nor one of another store.
func TestHostileListOfOldKeys(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"file", "keyring", "legacy"} {
		for name, spell := range map[string]func(params string) string{
			"as it stands": func(p string) string { return p },
			"spelled out": func(p string) string {
				return strings.Replace(p, "{", `{ "x": 1, `, 1)
			},
			"upper names": func(p string) string {
				return strings.NewReplacer(`"id"`, `"ID"`, `"user"`, `"USER"`).Replace(p)
			},
			"recorded":        func(p string) string { return p },
			"another store's": nil,
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				ring, dir := &fakeRing{}, t.TempDir()
				if kind == "legacy" {
					dir = legacy(t)
				}
				s := openWith(t, dir, ringed(ring))
				if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
					t.Fatal(err)
				}
				if kind == "file" {
					rotate(t, s, "file")
				}
				filled(t, s)
				params, err := s.Text("SELECT params FROM key_slot")
				if err != nil {
					t.Fatal(err)
				}
				if kind == "legacy" { // names no key, so it stands for the key in the file
					kept, err := os.ReadFile(filepath.Join(dir, "lanyard.key"))
					if err != nil {
						t.Fatal(err)
					}
					params = `{"id":"` + key.ID(kept[:32]) + `"}`
				}
				held := map[string]string{"file": "file", "keyring": "keyring",
					"legacy": "file"}[kind]
				if spell == nil {
					const other = "store-0011223344556677"
					ring.set(func() {
						ring.items = maps.Clone(ring.items)
						if ring.items == nil {
							ring.items = map[string]string{}
						}
						ring.items["lanyard/"+other] = strings.Repeat("ab", 32)
					})
					held, params = "keyring", `{"user":"`+other+`","id":"0011223344556677"}`
				} else {
					params = spell(params)
				}
				had := ring.count()
				before, err := json.Marshal(
					[]map[string]any{{"kind": held, "params": json.RawMessage(params)}})
				if err != nil {
					t.Fatal(err)
				}
				if name == "recorded" {
					// a change of the key leaves this list: an old key that came into force once
					// more
					before = []byte(s.RecordedBefore(held, params))
				}
				if n, err := s.Exec("UPDATE key_slot SET before = ?", string(before)); n != 1 ||
					err != nil {
					t.Fatal(n, err)
				}
				for range 2 {
					again := openWith(t, dir, ringed(ring))
					if err := again.Unlock(t.Context(), secret.Text{}); err != nil {
						t.Fatalf("its key was deleted: %v", err)
					}
					whole(t, again)
				}
				if ring.count() != had {
					t.Errorf("%d keys in the keyring, %d before", ring.count(), had)
				}
				rotate(t, s, "") // deletes neither key because of the entry
				again := openWith(t, dir, ringed(ring))
				if err := again.Unlock(t.Context(), secret.Text{}); err != nil {
					t.Fatal(err)
				}
				whole(t, again)
				if spell == nil && ring.items["lanyard/store-0011223344556677"] == "" {
					t.Error("the key of another store was deleted")
				}
			})
		}
	}
}

// A change of the key causes no warning about the old key if its place is known.
func TestOwnListOfOldKeysIsTrusted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_ = openWith(t, dir, rings(t)).Close() // records the place of the first key
	o := rings(t)
	o.Tell = func(s string) { t.Error(s) }
	s := openWith(t, dir, o)
	for _, kind := range []string{"passphrase", "passphrase", "env", "env", "file", "file",
		"passphrase"} {
		rotate(t, s, kind)
	}
	if i, err := s.KeyInfo(t.Context()); err != nil || len(i.Left) > 0 {
		t.Errorf("%+v %v", i, err)
	}
}

// The key file that opened the database is removed when the key moves to another kind of slot, also
// if the database names another file.
func TestKeyFileIsForgottenWhateverItsParametersSay(t *testing.T) {
	t.Parallel()
	for _, params := range []string{`{}`, `{"id":""}`, `{"ID":"%s"}`, `{"x":1}`} {
		dir := t.TempDir()
		s := openWith(t, dir, rings(t))
		filled(t, s)
		_ = s.Close()
		kept, err := os.ReadFile(filepath.Join(dir, "lanyard.key"))
		if err != nil {
			t.Fatal(err)
		}
		params := strings.Replace(params, "%s", key.ID(kept[:32]), 1)
		behind(t, dir, "UPDATE key_slot SET params = '"+params+"'")
		s = openWith(t, dir, rings(t))
		rotate(t, s, "passphrase")
		whole(t, s)
		i, err := s.KeyInfo(t.Context())
		if left, _ := filepath.Glob(filepath.Join(dir, "*key*")); len(left) > 0 || err != nil ||
			len(i.Left) > 0 {
			t.Errorf("%s: left %q and %q, %v", params, left, i.Left, err)
		}
	}
}
