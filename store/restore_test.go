package store_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"lanyard/console"
	"lanyard/store"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// member is one file of a tar.
type member struct {
	name string
	data []byte
	kind byte
}

// forged seals a tar of any members.
func forged(t testing.TB, to age.Recipient, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	tw := tar.NewWriter(w)
	for _, m := range members {
		if m.name == "" { // its data is the rest of the file
			if err := tw.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(m.data); err != nil {
				t.Fatal(err)
			}
			continue
		}
		h := &tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.data)), Typeflag: m.kind}
		if m.kind == tar.TypeSymlink {
			h.Linkname, h.Size = "/etc/passwd", 0
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(m.data); err != nil && m.kind == tar.TypeReg {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// parts returns database and key of a backup.
func parts(t testing.TB, s *store.Store) (db, key []byte) {
	t.Helper()
	id, dir := pair(t), t.TempDir()
	unpack(t, backedUp(t, s, id.Recipient()), id, dir)
	all := files(t, dir)
	return all["lanyard.db"], all["lanyard.key"]
}

// after returns a database after some statements.
func after(t testing.TB, db, key []byte, statements ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "lanyard.db"), db, 0o600),
		os.WriteFile(filepath.Join(dir, "lanyard.key"), key, 0o600)); err != nil {
		t.Fatal(err)
	}
	c, err := store.OpenSteps(t.Context(), dir, store.Options{}, store.SchemaSteps())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range append(statements, "PRAGMA journal_mode = DELETE") {
		if _, err := c.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return files(t, dir)["lanyard.db"]
}

func TestRestoreChecksFirst(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	id := pair(t)
	good := backedUp(t, s, id.Recipient())
	db, key := parts(t, s)
	sealed := func(members ...member) []byte { return forged(t, id.Recipient(), members...) }
	with := func(statements ...string) []byte {
		return sealed(member{"lanyard.db", after(t, db, key, statements...), tar.TypeReg},
			member{"lanyard.key", key, tar.TypeReg})
	}
	flipped := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	page := bytes.Clone(db)
	garble(page[len(page)/2 : len(page)/2+4096])
	// Any number of bytes may follow the tar before the age file ends.
	long := forged(t, id.Recipient(), member{"lanyard.db", db, tar.TypeReg},
		member{"lanyard.key", key, tar.TypeReg}, member{"", make([]byte, 200_000), 0})
	isDB, isKey := member{"lanyard.db", db, tar.TypeReg}, member{"lanyard.key", key, tar.TypeReg}
	for _, b := range [][]byte{sealed(isKey, isDB), long} {
		if _, err := store.Restore(t.Context(), t.TempDir(), bytes.NewReader(b), []age.Identity{id},
			store.Restoring{}); err != nil {
			t.Fatal("the forger does not even get a good one in:", err)
		}
	}
	for name, c := range map[string]struct {
		data []byte
		code console.Code
		text string
	}{
		"no age file": {[]byte("something else, and long enough"), "store_backup",
			"no age file"},
		"empty": {nil, "store_backup", "no age file"},
		"for another": {backedUp(t, s, pair(t).Recipient()), "store_backup_locked",
			"not made for this"},
		"cut in the header": {good[:100], "store_backup", "damaged"},
		"cut":               {good[:len(good)/2], "store_backup", "cut off or damaged"},
		"last byte missing": {good[:len(good)-1], "store_backup", "cut off or damaged"},
		"something follows": {append(bytes.Clone(good), 'x'), "store_backup",
			"cut off or damaged"},
		"flipped":            {flipped(len(good) / 2), "store_backup", "cut off or damaged"},
		"flipped at the end": {flipped(len(good) - 1), "store_backup", "cut off or damaged"},
		"cut behind the tar": {long[:len(long)-70_000], "store_backup", "cut off or damaged"},
		"no tar":             {sealed(), "store_backup", "lacks"},
		"no key":             {sealed(isDB), "store_backup", "lacks"},
		"no database":        {sealed(isKey), "store_backup", "lacks"},
		"twice":              {sealed(isDB, isKey, isDB), "store_backup", "something else"},
		"more": {sealed(isDB, isKey, member{"more", nil, tar.TypeReg}),
			"store_backup", "something else"},
		"a path": {sealed(member{"../lanyard.db", db, tar.TypeReg}, isKey),
			"store_backup", "something else"},
		"absolute": {sealed(member{"/lanyard.db", db, tar.TypeReg}, isKey),
			"store_backup", "something else"},
		"a link": {sealed(isDB, member{"lanyard.key", nil, tar.TypeSymlink}),
			"store_backup", "something else"},
		"a directory": {sealed(isDB, member{"lanyard.key/", nil, tar.TypeDir}),
			"store_backup", "something else"},
		"a short key": {sealed(isDB, member{"lanyard.key", key[:31], tar.TypeReg}),
			"store_backup", "something else"},
		"a long key": {
			sealed(isDB, member{"lanyard.key", append(bytes.Clone(key), 0), tar.TypeReg}),
			"store_backup", "something else"},
		"another key": {
			sealed(isDB, member{"lanyard.key", bytes.Repeat([]byte("k"), 32), tar.TypeReg}),
			"store_backup", "does not open"},
		"no SQLite": {
			sealed(member{"lanyard.db", bytes.Repeat([]byte("no database "), 500), tar.TypeReg},
				isKey), "store_backup", "no database"},
		"damaged page": {sealed(member{"lanyard.db", page, tar.TypeReg}, isKey),
			"store_backup", "damaged"},
		"database cut": {
			sealed(member{"lanyard.db", db[:len(db)-5000], tar.TypeReg}, isKey), "store_backup",
			"damaged"},
		"header only": {sealed(member{"lanyard.db", db[:512], tar.TypeReg}, isKey),
			"store_backup", "damaged"},
		"another program's": {with("PRAGMA application_id = 7"), "store_foreign",
			"another program"},
		"newer":        {with("PRAGMA user_version = 99"), "store_newer", "version 99"},
		"without form": {with("PRAGMA user_version = 0"), "store_backup", "empty"},
		"a trigger": {
			with("CREATE TRIGGER x AFTER INSERT ON token BEGIN DELETE FROM mark; END"),
			"store_backup", "other tables"},
		"a view": {with("CREATE VIEW x AS SELECT 1"), "store_backup",
			"other tables"},
		"without a table": {with("DROP TABLE mark"), "store_backup", "other tables"},
		"a secret without token": {
			with("PRAGMA foreign_keys = 0", "DELETE FROM token WHERE id = 't3'",
				"INSERT INTO token_secret (token_id) VALUES ('nobody')"), "store_backup",
			"damaged"},
		"a key that never was": {with("DELETE FROM meta WHERE name = 'key_check'"),
			"store_backup", "which key"},
		"a key check of its own": {
			with("UPDATE meta SET value = randomblob(48) WHERE name = 'key_check'"), "store_backup",
			"does not open"},
		"an epoch of its own": {with("UPDATE meta SET value = 7 WHERE name = 'key_epoch'"),
			"store_backup", "does not open"},
		"a constraint is broken": {
			with("PRAGMA writable_schema = 1",
				"UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (one = 1)', 'CHECK (one = "+
					"2)') WHERE name = 'key_slot'"), "store_backup", "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			old := stocked(t, dir, 3)
			before := files(t, dir)
			_, err := store.Restore(t.Context(), dir, bytes.NewReader(c.data), []age.Identity{id},
				store.Restoring{Replace: true})
			explained(t, err, c.code, c.text)
			if strings.Contains(err.Error(), "canary") ||
				strings.Contains(err.Error(), "secret of") {
				t.Error(err)
			}
			untouched(t, dir, before)
			sound(t, open(t, filepath.Dir(old)), 3)
			fresh := filepath.Join(t.TempDir(), "state")
			if _, err := store.Restore(t.Context(), fresh, bytes.NewReader(c.data),
				[]age.Identity{id}, store.Restoring{}); err == nil {
				t.Error("taken where nothing is")
			}
			if left, _ := os.ReadDir(fresh); len(left) != 0 {
				t.Error(left)
			}
		})
	}
}

func TestRestoreRefusesToReplace(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	dir := t.TempDir()
	stocked(t, dir, 3)
	before := files(t, dir)
	_, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		store.Restoring{})
	explained(t, err, "store_exists", "lanyard.db is there already")
	untouched(t, dir, before)
	for _, name := range []string{"lanyard.key", "lanyard.db-wal"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		explained(t, store.Occupied(dir), "store_exists", name)
	}
	// A restore is refused on a network file system, and in a directory of another user.
	o := store.Options{}.OnNetwork(func(string) (string, error) { return "nfs", nil })
	_, err = store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		store.Restoring{Options: o, Replace: true})
	explained(t, err, "store_network", dir)
	o = store.Options{}.Owned(func(string) int { return 4711 }).AsUser(1)
	_, err = store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		store.Restoring{Options: o, Replace: true})
	explained(t, err, "store_owner", dir)
	untouched(t, dir, before)
}

func TestRestoreKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	want := contents(t, s)
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	for _, kind := range []string{"file", "passphrase"} {
		for _, from := range []string{"file", "passphrase", "legacy"} {
			t.Run(from+" by "+kind, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				if from == "legacy" {
					dir = legacy(t)
				} else {
					stocked(t, dir, 3)
				}
				slots := []store.KeySlot{store.Cheap(key.Passphrase())}
				old := openWith(t, dir, store.Options{Slots: slots})
				if from == "passphrase" {
					rotate(t, old, from)
				}
				was := contents(t, old)
				_ = old.Close()
				o := store.Options{First: []string{kind}, Slots: slots}
				o = o.At(time.Date(2027, 1, 2, 3, 4, 5, 6, time.UTC))
				r := store.Restoring{Options: o, Replace: true, Passphrase: secret.New(phrase)}
				for range 2 { // the second time at the same second: nothing is overwritten
					done, err := store.Restore(t.Context(), dir, bytes.NewReader(b),
						[]age.Identity{id}, r)
					if err != nil {
						t.Fatal(err)
					}
					if len(done.Kept) == 0 ||
						!strings.HasPrefix(done.Kept[0],
							filepath.Join(dir, "lanyard.db.before-20270102T030405")) {
						t.Fatal(done.Kept)
					}
					modes(t, dir, filepath.Base(done.Kept[0]))
				}
				now := openWith(t, dir, store.Options{Slots: slots})
				if err := now.Unlock(t.Context(), secret.New(phrase)); err != nil {
					t.Fatal(err)
				}
				if got := contents(t, now); got != want {
					t.Errorf("got %s, not %s", got, want)
				}
				for name := range files(t, dir) {
					if strings.Contains(name, ".was-") || strings.Contains(name, ".new-") {
						t.Errorf("left behind: %s", name)
					}
				}
				// The store that was set aside is the old one, and opens.
				back := t.TempDir()
				for _, name := range []string{"lanyard.db", "lanyard.key"} {
					data, err := os.ReadFile(filepath.Join(dir, name+".before-20270102T030405"))
					if errors.Is(err, os.ErrNotExist) && name == "lanyard.key" &&
						from == "passphrase" {
						continue
					}
					if err := errors.Join(err,
						os.WriteFile(filepath.Join(back, name), data, 0o600)); err != nil {
						t.Fatal(err)
					}
				}
				again := openWith(t, back, store.Options{Slots: slots})
				if err := again.Unlock(t.Context(), secret.New(phrase)); err != nil {
					t.Fatal(err)
				}
				if got := contents(t, again); got != was {
					t.Errorf("kept %s, not %s", got, was)
				}
			})
		}
	}
}

// statement changes a database without its key.
func statement(query string) func(dir, db string) error {
	return func(_, path string) error {
		db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path))
		if err != nil {
			return err
		}
		_, err = db.ExecContext(context.Background(), query)
		return errors.Join(err, db.Close())
	}
}

func TestRestoreInPlaceOfADamagedStore(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	want := contents(t, s)
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	from := t.TempDir()
	stocked(t, from, 100)
	for name, harm := range map[string]func(dir, db string) error{
		"header": func(_, db string) error {
			return os.WriteFile(db, []byte(strings.Repeat("no database ", 1000)), 0o600)
		},
		"cut": func(_, db string) error { return os.Truncate(db, 10_000) },
		"pages": func(_, db string) error {
			b, err := os.ReadFile(db)
			garble(b[4096:])
			return errors.Join(err, os.WriteFile(db, b, 0o600))
		},
		"gone but for its log": func(_, db string) error {
			return errors.Join(os.Remove(db), os.WriteFile(db+"-wal", []byte("log"), 0o600))
		},
		"header, with a log that is sound": func(dir, db string) error { // and has no header in it
			s, err := store.Open(t.Context(), dir, store.Options{})
			if err != nil {
				return err
			}
			err = s.Update(t.Context(),
				func(w console.Writer) error { return w.SetSetting("count", "99") })
			log, err1 := os.ReadFile(db + "-wal")
			b, err2 := os.ReadFile(db)
			if err := errors.Join(err, err1, err2, s.Close()); err != nil {
				return err
			}
			garble(b[:100])
			return errors.Join(os.WriteFile(db, b, 0o600), os.WriteFile(db+"-wal", log, 0o600))
		},
		"key cut": func(dir, _ string) error {
			return os.Truncate(filepath.Join(dir, "lanyard.key"), 5)
		},
		"key gone": func(dir, _ string) error {
			return os.Remove(filepath.Join(dir, "lanyard.key"))
		},
		"without tokens": statement("DROP TABLE token"),
		"without leases": statement("DROP TABLE lease"),
		"without a key":  statement("DROP TABLE key_slot"),
		"without facts":  statement("DROP TABLE meta"),
		"without a rev":  statement("DELETE FROM meta WHERE name = 'rev'"),
		"with a trigger": statement(
			"CREATE TRIGGER t BEFORE UPDATE ON token BEGIN SELECT RAISE(IGNORE); END"),
		"of another form": statement("PRAGMA user_version = 2"),
		"newer": func(dir, _ string) error {
			s, err := store.Open(t.Context(), dir, store.Options{})
			if err != nil {
				return err
			}
			_, err = s.Exec("PRAGMA user_version = 99")
			return errors.Join(err, s.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := cloned(t, from)
			db := filepath.Join(dir, "lanyard.db")
			if err := harm(dir, db); err != nil {
				t.Fatal(err)
			}
			before := files(t, dir)
			done, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
				store.Restoring{Replace: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := contents(t, open(t, dir)); got != want {
				t.Errorf("got %s, not %s", got, want)
			}
			after := files(t, dir)
			for name, data := range before {
				kept := ""
				for _, k := range done.Kept {
					if strings.HasPrefix(filepath.Base(k), name+".before-") {
						kept = filepath.Base(k)
					}
				}
				same := bytes.Equal(after[kept], data) ||
					name == "lanyard.db" && alike(after[kept], data)
				if len(data) > 0 && !same {
					t.Errorf("%s was not kept as it was: %v of %v", name, sizes(after),
						sizes(before))
				}
			}
		})
	}
}

// Commits that were only in the log of a killed console are in the store that the restore keeps.
func TestRestoreKeepsTheLogToo(t *testing.T) {
	t.Parallel()
	id, from := pair(t), t.TempDir()
	b := backedUp(t, rich(t, t.TempDir()), id.Recipient())
	stocked(t, from, 10)
	live := open(t, from)
	update(t, live, func(w console.Writer) error { return put(w, 10, 12) })
	dir := t.TempDir()
	for name, data := range files(t, from) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	done, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id},
		store.Restoring{Replace: true})
	if err != nil || len(done.Kept) != 2 {
		t.Fatal(done, err)
	}
	back := t.TempDir()
	for i, name := range []string{"lanyard.db", "lanyard.key"} {
		data, err := os.ReadFile(done.Kept[i])
		if err := errors.Join(err,
			os.WriteFile(filepath.Join(back, name), data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	sound(t, open(t, back), 12)
}

// alike reports whether two databases are the same but for the use of a write-ahead log and the
// count of changes.
func alike(a, b []byte) bool {
	if len(a) != len(b) || len(a) < 100 {
		return false
	}
	a, b = bytes.Clone(a), bytes.Clone(b)
	for _, h := range [][]byte{a, b} {
		copy(h[18:20], "\x01\x01")
		copy(h[24:28], "\x00\x00\x00\x00")
		copy(h[92:96], "\x00\x00\x00\x00")
	}
	return bytes.Equal(a, b)
}

// readOn opens a store, reads, and keeps it open until its standard input ends.
func readOn(ctx context.Context, dir string, _ []string) error {
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	return s.View(ctx, func(r console.Reader) error {
		ts, err := r.Tokens()
		if err != nil {
			return err
		}
		os.Stdout.WriteString(strings.Repeat("x", len(ts)) + "\n")
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		return nil
	})
}

// A backup of an older lanyard is migrated to the present form.
func TestRestoreOfAnOlderForm(t *testing.T) {
	t.Parallel()
	old := legacy(t)
	id := pair(t)
	all := files(t, old)
	data := forged(t, id.Recipient(), member{"lanyard.db", all["lanyard.db"], tar.TypeReg},
		member{"lanyard.key", all["lanyard.key"], tar.TypeReg})
	dir := t.TempDir()
	done, err := store.Restore(t.Context(), dir, bytes.NewReader(armored(t, data)),
		[]age.Identity{id}, store.Restoring{})
	if err != nil || done.Tokens == 0 {
		t.Fatal(done, err)
	}
	s := open(t, dir)
	if s.Copied() != "" {
		t.Error("it was migrated when it was opened:", s.Copied())
	}
	got, want := contents(t, s), contents(t, open(t, old))
	if got != want || !strings.Contains(got, "<nil>") {
		t.Errorf("got %s, not %s", got, want)
	}
}

func TestRestoreWithoutAPlaceForTheKey(t *testing.T) {
	t.Parallel()
	s := rich(t, t.TempDir())
	id := pair(t)
	b := backedUp(t, s, id.Recipient())
	dir := t.TempDir()
	stocked(t, dir, 3)
	before := files(t, dir)
	// without a passphrase
	r := store.Restoring{Options: store.Options{First: []string{"passphrase"}}, Replace: true}
	_, err := store.Restore(t.Context(), dir, bytes.NewReader(b), []age.Identity{id}, r)
	if !errors.Is(err, store.ErrLocked) || console.Hint(err) == "" {
		t.Error(err)
	}
	untouched(t, dir, before)
	if codeOf(err) != "store_locked" {
		t.Error(codeOf(err))
	}
}

func codeOf(err error) console.Code {
	e, _ := errors.AsType[*store.Error](err)
	if e == nil {
		return ""
	}
	return e.Code
}
