package store_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"testing"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// hashed returns a store that has hashed a secret, as every store in use has.
func hashed(t *testing.T, dir, app string) *store.Store {
	t.Helper()
	s := open(t, dir)
	update(t, s, func(w console.Writer) error {
		_, err := w.Digest("access", secret.New("x"))
		return errors.Join(err,
			w.PutApplication(
				console.Application{ID: app, Name: console.Private(app), Source: console.FromStore},
				console.Secrets{}))
	})
	return s
}

func signerOf(t *testing.T, s *store.Store) *store.Signer {
	t.Helper()
	signer, err := s.Signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// errSeen ends a restore before it changes anything.
var errSeen = errors.New("seen")

// reviewed returns the Review of a backup.
func reviewed(t *testing.T, backup []byte, id age.Identity,
	signer *store.Signer) (got store.Review) {
	t.Helper()
	dir := t.TempDir()
	_, err := store.Restore(t.Context(), dir, bytes.NewReader(backup), []age.Identity{id},
		store.Restoring{Signer: signer, Review: func(v store.Review) error {
			got = v
			return errSeen
		}})
	if !errors.Is(err, errSeen) {
		t.Fatal(err)
	}
	if all := files(t, dir); len(all) > 0 {
		t.Errorf("a restore that was ended has made %d files", len(all))
	}
	return got
}

func TestSignatureOfABackup(t *testing.T) {
	t.Parallel()
	id := pair(t)
	dir := t.TempDir()
	s := hashed(t, dir, "a")
	backup := backedUp(t, s, id.Recipient())
	got := reviewed(t, backup, id, signerOf(t, s))
	if got.Signature != store.Signed || len(got.Applications) != 1 ||
		got.Applications[0].ID != "a" || got.Altered != 0 {
		t.Errorf("got %+v", got)
	}
	// After a change of the key, and in a store that was restored from it.
	rotate(t, s, "")
	if got := reviewed(t, backup, id, signerOf(t, s)); got.Signature != store.Signed {
		t.Error(got.Signature)
	}
	if got := reviewed(t, backup, id, nil); got.Signature != store.Unchecked {
		t.Error(got.Signature)
	}
	back := t.TempDir()
	if _, err := store.Restore(t.Context(), back, bytes.NewReader(backup), []age.Identity{id},
		store.Restoring{}); err != nil {
		t.Fatal(err)
	}
	if got := reviewed(t, backup, id, signerOf(t, open(t, back))); got.Signature != store.Signed {
		t.Error(got.Signature)
	}
	// A backup from a stranger who knows the recipient and took the signature of a genuine backup.
	evil := backedUp(t, hashed(t, t.TempDir(), "evil"), id.Recipient())
	if got := reviewed(t, evil, id, signerOf(t, s)); got.Signature != store.Unsigned ||
		got.Applications[0].ID != "evil" {
		t.Errorf("got %+v", got)
	}
	if got := reviewed(t, resigned(t, evil, backup, id), id,
		signerOf(t, s)); got.Signature != store.Unsigned {
		t.Error("a signature was taken from another backup")
	}
	if got := reviewed(t, resigned(t, evil, nil, id), id,
		signerOf(t, s)); got.Signature != store.Unsigned {
		t.Error("no signature is one")
	}
}

// resigned is a backup with the signature of another one, or with none.
func resigned(t *testing.T, backup, other []byte, id *age.X25519Identity) []byte {
	t.Helper()
	dir, from := t.TempDir(), t.TempDir()
	unpack(t, backup, id, dir)
	all := files(t, dir)
	delete(all, "lanyard.sig")
	if other != nil {
		unpack(t, other, id, from)
		all["lanyard.sig"] = files(t, from)["lanyard.sig"]
		if all["lanyard.sig"] == nil {
			t.Fatal("it has no signature")
		}
	}
	var members []member
	for name, data := range all {
		members = append(members, member{name, data, tar.TypeReg})
	}
	return forged(t, id.Recipient(), members...)
}

// Altered rows of a backup are counted, and stay altered.
func TestReviewCountsAlteredRows(t *testing.T) {
	t.Parallel()
	id := pair(t)
	s := hashed(t, t.TempDir(), "a")
	if _, err := s.Exec("UPDATE application SET name = 'b'"); err != nil {
		t.Fatal(err)
	}
	if got := reviewed(t, backedUp(t, s, id.Recipient()), id, signerOf(t, s)); got.Altered != 1 ||
		len(got.Applications) != 0 {
		t.Errorf("got %+v", got)
	}
}
