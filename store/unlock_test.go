package store_test

import (
	"errors"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// Hostile or damaged parameters of the key are refused, and everything else can still be read.
func TestHostileKeySlots(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query string
		code  console.Code
		says  string
	}{
		"a kind nobody knows": {"UPDATE key_slot SET kind = 'magic'", "store_locked",
			"does not know"},
		"a key of somebody else": {"UPDATE key_slot SET kind = 'env'", "store_locked", "env"},
		"no parameters":          {"UPDATE key_slot SET params = ''", "store_locked", "parameters"},
		"endless parameters": {
			"UPDATE key_slot SET params = printf('{\"id\":\"%.5000c\"}', 'x')", "store_locked",
			"too long"},
		"the id of another key": {"UPDATE key_slot SET params = '{\"id\":\"0011223344556677\"}'",
			"store_locked", "another key"},
		"a path for an id": {"UPDATE key_slot SET params = '{\"id\":\"/../../etc/passwd\"}'",
			"store_locked", "not those of lanyard"},
		"altered": {"UPDATE key_slot SET wrapped = zeroblob(73)", "store_locked",
			"another key"},
		"the key taken for data": {"UPDATE key_slot SET wrapped = NULL", "store_locked",
			"another key"},
		"of another epoch": {"UPDATE meta SET value = 7 WHERE name = 'key_epoch'",
			"store_locked", "another key"},
		"another check value": {"UPDATE meta SET value = zeroblob(48) WHERE name = 'key_check'",
			"store_locked", "another key"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			filled(t, s)
			if n, err := s.Exec(c.query); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			again := open(t, dir)
			err := again.Unlock(t.Context(), secret.New(phrase))
			explained(t, err, c.code, c.says)
			explained(t, secretsOf(again, "a"), c.code, "")
			listed(t, again, "a")
			if err := again.Rotate(t.Context(), store.Rotation{Now: now}); !errors.Is(err,
				store.ErrLocked) {
				t.Errorf("rotated: %v", err)
			}
			// The console that had the key before follows the file, and does not seal with the
			// other key.
			err = s.Update(t.Context(), func(w console.Writer) error {
				return w.PutSecrets("a", console.Secrets{Access: secret.New("new")})
			})
			if strings.Contains(c.query, "meta") && !errors.Is(err, store.ErrLocked) {
				t.Errorf("sealed: %v", err)
			}
		})
	}
}

func TestKeyThatIsNowhere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	filled(t, s)
	if _, err := s.Exec("DELETE FROM key_slot"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	explained(t, tryOpen(dir), "store_damaged", "where its key is")
}

func TestKeyInfo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openWith(t, dir, rings(t))
	i, err := s.KeyInfo(t.Context())
	if err != nil || i.Kind != "file" || i.Locked || i.Epoch != 1 || !i.Made.IsZero() ||
		i.Why != nil || len(i.Left) > 0 {
		t.Errorf("%+v %v", i, err)
	}
	rotate(t, s, "passphrase")
	i, err = openWith(t, dir, rings(t)).KeyInfo(t.Context())
	if err != nil || i.Kind != "passphrase" || !i.Locked || !i.Asks || i.Epoch != 2 ||
		!i.Made.Equal(now()) || i.Why == nil || len(i.Left) > 0 {
		t.Errorf("%+v %v", i, err)
	}
}

func TestKeyOfAnotherKeyringIsRemovedWhenItAnswers(t *testing.T) {
	ring, dir := &fakeRing{}, t.TempDir()
	s := openWith(t, dir, ringed(ring))
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	filled(t, s)
	ring.set(func() { ring.keeps = true })
	rotate(t, s, "file")
	whole(t, s)
	i, err := s.KeyInfo(t.Context())
	if err != nil || len(i.Left) != 1 || i.Left[0] != "system keyring" || ring.count() != 1 {
		t.Errorf("%+v %v", i, err)
	}
	ring.set(func() { ring.keeps = false })
	rotate(t, s, "")
	if i, err := s.KeyInfo(t.Context()); err != nil || len(i.Left) > 0 || ring.count() > 0 {
		t.Errorf("%+v %v", i, err)
	}
}
