package store_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"lanyard/console"
	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// pair is a recipient and its identity.
func pair(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// backedUp returns a backup of s.
func backedUp(t testing.TB, s *store.Store, to age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Backup(t.Context(), &b, to); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rich returns a store with a row of every kind.
func rich(t testing.TB, dir string) *store.Store {
	t.Helper()
	s := open(t, dir)
	at := time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC)
	update(t, s, func(w console.Writer) error {
		if err := put(w, 0, 30); err != nil {
			return err
		}
		due := console.Token{ID: "t30", AppID: "a", Fingerprint: "abcd", RevokeAt: at,
			RevokeTries: 3, RevokeNext: at.Add(time.Minute), RevokeError: "503"}
		_, err := w.Lease("token t30", "somebody", time.Unix(0, 0), time.Unix(1, 0))
		return errors.Join(err,
			w.PutToken(&due),
			w.PutSecrets("t30",
				console.Secrets{Access: secret.New("secret of t30"),
					Refresh: secret.New("canary-refresh"), ID: secret.New("canary-id")}),
			w.PutApplication(console.Application{ID: "a", Name: "Orders"},
				console.Secrets{Access: secret.New("canary-consumer")}),
			w.PutMark(console.Mark{ID: "m", Op: "refresh", AppID: "a", TokenID: "t30", SentAt: at}),
			w.PutProbe("t30", console.Probe{At: at, Status: 401, Verdict: "refused"}),
			w.PutEvent(console.Event{At: at, Kind: "issued", TokenID: "t30"}),
			w.SetSetting("theme", "dark"), w.SetSetting("count", "31"))
	})
	return s
}

// contents prints everything that a store holds, opened.
func contents(t testing.TB, s *store.Store) string {
	t.Helper()
	var b strings.Builder
	view(t, s, func(r console.Reader) error {
		apps, err := r.Applications()
		tokens, err1 := r.Tokens()
		marks, err2 := r.Marks()
		settings, err3 := r.Settings()
		events, err4 := r.Events(0)
		for i := range events {
			if events[i].Kind == "held" { // written by a migration, at its own time
				events[i].At = time.Time{}
			}
		}
		for _, what := range []any{apps, tokens, marks, settings, events} {
			line, err := json.MarshalIndent(what, "", " ")
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s\n", line)
		}
		for _, a := range apps {
			sec, err := r.ConsumerSecret(a.ID)
			fmt.Fprintln(&b, sec.Access.Reveal(), err)
		}
		for _, x := range tokens {
			sec, err := r.Secrets(x.ID)
			fmt.Fprintln(&b, x.ID, sec.Access.Reveal(), sec.Refresh.Reveal(), sec.ID.Reveal(), err)
		}
		return errors.Join(err, err1, err2, err3, err4)
	})
	return b.String()
}

// unpack decrypts a backup and unpacks its tar, as age -d FILE | tar x -C DIR does.
func unpack(t testing.TB, backup []byte, who age.Identity, dir string) {
	t.Helper()
	plain, err := age.Decrypt(bytes.NewReader(backup), who)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || h.FileInfo().Mode() != 0o600 {
			t.Fatal(h, err)
		}
		names = append(names, h.Name)
		data, err := io.ReadAll(r)
		if err := errors.Join(err,
			os.WriteFile(filepath.Join(dir, h.Name), data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(names, []string{"lanyard.db", "lanyard.key"}) &&
		!slices.Equal(names, []string{"lanyard.db", "lanyard.key", "lanyard.sig"}) {
		t.Error(names)
	}
}

func TestBackupIsAStateDirectory(t *testing.T) {
	t.Parallel()
	dir, back := t.TempDir(), t.TempDir()
	s := rich(t, dir)
	rotate(t, s, "file") // a key that is not the first, with another epoch
	id := pair(t)
	before := files(t, dir)
	b := backedUp(t, s, id.Recipient())
	unpack(t, b, id, back)
	if got, want := contents(t, open(t, back)), contents(t, s); got != want {
		t.Errorf("got %s, not %s", got, want)
	}
	// Nothing of it stayed beside the store, and the key in it is not the store's.
	untouched(t, dir, before)
	if key := files(t, back)["lanyard.key"]; len(key) != 33 ||
		bytes.Equal(key, before["lanyard.key"]) {
		t.Error("the key of the backup is the store's")
	}
	if o := open(t, back); o.Key().Kind != "file" || o.Key().Locked {
		t.Error(o.Key())
	}
	db := files(t, back)["lanyard.db"]
	for _, what := range []string{"secret of", "canary", "somebody"} {
		// a backup holds no lease
		if bytes.Contains(db, []byte(what)) || bytes.Contains(b, []byte(what)) {
			t.Errorf("%q is in it", what)
		}
	}
}

func TestBackupRestored(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	want := contents(t, s)
	passphrase, err := age.NewScryptRecipient("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	passphrase.SetWorkFactor(10)
	opens, err := age.NewScryptIdentity("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	x := pair(t)
	for name, c := range map[string]struct {
		to  age.Recipient
		who age.Identity
	}{"passphrase": {passphrase, opens}, "x25519": {x.Recipient(), x},
		"hybrid": {hybrid.Recipient(), hybrid}} {
		kinds := []string{""}
		if name == "x25519" {
			kinds = []string{"", "file", "passphrase", "env", "keyring file"}
		}
		for _, kind := range kinds {
			t.Run(name+" to "+kind, func(t *testing.T) {
				t.Parallel()
				dir := filepath.Join(t.TempDir(), "a", "state")
				variable := store.Environment("LANYARD_KEY", func(string) (string, bool) {
					return "a text of sixteen or more", true
				})
				slots := []store.KeySlot{store.Cheap(key.Passphrase()), store.Cheap(variable)}
				o := store.Options{First: strings.Fields(kind), Slots: slots}
				r := store.Restoring{Options: o, Passphrase: secret.New(phrase)}
				done, err := store.Restore(t.Context(), dir, bytes.NewReader(backedUp(t, s, c.to)),
					[]age.Identity{c.who}, r)
				if err != nil || done.Applications != 1 || done.Tokens != 31 ||
					len(done.Kept) != 0 {
					t.Fatalf("%+v %v", done, err)
				}
				modes(t, dir, ".", "lanyard.db")
				back, err := store.Open(t.Context(), dir, o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = back.Close() })
				if err := back.Unlock(t.Context(), secret.New(phrase)); err != nil {
					t.Fatal(err)
				}
				if got := contents(t, back); got != want {
					t.Errorf("got %s, not %s", got, want)
				}
				wanted := map[string]string{"": "file", "keyring file": "file"}[kind]
				if wanted == "" {
					wanted = kind
				}
				if back.Key().Kind != wanted {
					t.Error(back.Key())
				}
				names := []string{"lanyard.db", "lanyard.db-wal", "lanyard.key"}
				if wanted != "file" {
					names = names[:2] // no bare key lies there
				}
				for name := range files(t, dir) {
					if !slices.Contains(names, name) {
						t.Errorf("left behind: %s", name)
					}
				}
			})
		}
	}
}

func TestBackupFile(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	s := rich(t, dir)
	id := pair(t)
	path := filepath.Join(out, "b.age")
	if err := s.BackupTo(t.Context(), path, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	modes(t, out, "b.age")
	first := files(t, out)
	explained(t, s.BackupTo(t.Context(), path, id.Recipient()), "store_exists",
		path+" is there already")
	untouched(t, out, first)
	// A failed backup leaves no file.
	other := filepath.Join(out, "c.age")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.BackupTo(ctx, other, id.Recipient()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	explained(t, s.BackupTo(t.Context(), filepath.Join(out, "no", "c.age"), id.Recipient()),
		"store_backup", "no such file")
	untouched(t, out, first)
	// Files that a killed process left are removed.
	for name, age := range map[string]time.Duration{".lanyard-part-b.age-1": 2 * time.Hour,
		".lanyard-part-b.age-2": 0} {
		stale := filepath.Join(out, name)
		if err := errors.Join(os.WriteFile(stale, nil, 0o600),
			os.Chtimes(stale, time.Time{}, time.Now().Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.BackupTo(t.Context(), other, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	left := files(t, out)
	if _, ok := left[".lanyard-part-b.age-2"]; len(left) != 3 || !ok {
		t.Error(sizes(left))
	}
}

func TestBackupNeedsTheKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := rich(t, dir)
	key := filepath.Join(dir, "lanyard.key")
	_ = s.Close()
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	err := open(t, dir).Backup(t.Context(), io.Discard, pair(t).Recipient())
	explained(t, err, "store_locked", key)
	if err := os.Rename(key+".away", key); err != nil {
		t.Fatal(err)
	}
	// A secret that does not open is in the backup unchanged.
	s = open(t, dir)
	if _, err := s.Exec(
		"UPDATE token_secret SET access = randomblob(61) WHERE token_id = 't7'"); err != nil {
		t.Fatal(err)
	}
	id, back := pair(t), t.TempDir()
	backup := backedUp(t, s, id.Recipient())
	if got := reviewed(t, backup, id, nil); got.Altered != 1 {
		t.Errorf("%d are altered", got.Altered)
	}
	unpack(t, backup, id, back)
	damaged(t, open(t, back), console.Altered{Table: "token", ID: "t7"})
}

func TestForPassphrase(t *testing.T) {
	t.Parallel()
	s := memory(t)
	pass, err := age.NewScryptRecipient("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	pass.SetWorkFactor(10)
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data []byte
		want bool
	}{
		{backedUp(t, s, pass), true}, {armored(t, backedUp(t, s, pass)), true},
		{backedUp(t, s, pair(t).Recipient()), false},
		{armored(t, backedUp(t, s, pair(t).Recipient())), false},
	} {
		if got, err := store.ForPassphrase(reading(c.data)); got != c.want || err != nil {
			t.Errorf("%.40q: %v %v", c.data, got, err)
		}
	}
	for _, data := range []string{"", "something else", "SQLite format 3\x00\n-> scrypt \n",
		"-----BEGIN AGE ENCRYPTED FILE-----\nx"} {
		_, err := store.ForPassphrase(reading([]byte(data)))
		explained(t, err, "store_backup", "no age file")
	}
}

func armored(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	_, err := w.Write(b)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func reading(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }

// A file that appears at the path during a backup is not overwritten.
func TestNewFileIsNeverAnother(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.age")
	err := store.WriteNew(path, func(f *os.File) error {
		_, err := f.WriteString("new")
		return errors.Join(err, os.WriteFile(path, []byte("theirs"), 0o600))
	})
	explained(t, err, "store_exists", path)
	if got, err := os.ReadFile(path); string(got) != "theirs" ||
		len(files(t, filepath.Dir(path))) != 1 {
		t.Errorf("%q %v", got, err)
	}
}

// A backup that the disk returns in another form gets no name.
func TestBackupIsReadBack(t *testing.T) {
	t.Parallel()
	id := pair(t)
	good := backedUp(t, rich(t, t.TempDir()), id.Recipient())
	wrote := func(b []byte) hash.Hash {
		h := sha256.New()
		_, _ = h.Write(b)
		return h
	}
	bad := bytes.Clone(good)
	bad[len(bad)/2] ^= 1
	if err := store.ReadBack(bytes.NewReader(good), wrote(good), id); err != nil {
		t.Error(err)
	}
	explained(t, store.ReadBack(bytes.NewReader(bad), wrote(good), id), "store_backup",
		"other bytes are on the disk")
	explained(t, store.ReadBack(bytes.NewReader(good[:len(good)-1]), wrote(good), id),
		"store_backup", "other bytes are on the disk")
	// memory failed while it was made
	explained(t, store.ReadBack(bytes.NewReader(bad), wrote(bad), id), "store_backup",
		"cut off or damaged")
}
