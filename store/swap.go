package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lanyard/console"
	"lanyard/store/disk"
	"lanyard/store/key"
)

// incoming is a restored store in memory that Restore puts in place of the one in a state
// directory.
type incoming struct {
	env          env
	dir, path    string
	from         *Store
	slot         KeySlot
	params       []byte
	made         []byte // the key itself, for a key file
	at           func(string)
	wait         time.Duration // for the writing transactions of others; see Options.Busy
	calm         lull
	replaces     bool
	board        key.Board // nil: none
	firstKeyNote string    // sentence for Restoring.Tell once the key is in force
}

func (n *incoming) reached(step string) {
	if n.at != nil {
		n.at(step)
	}
}

// key makes a key in the first slot that can hold one, and seals the incoming store with it. The
// key waits beside the one in force.
func (n *incoming) key(ctx context.Context, r Restoring, from *sealer) error {
	s := newStore(Options{})
	s.take(r.Options, InFile, key.File{Path: filepath.Join(n.dir, key.FileName)}, key.Passphrase())
	s.dir, s.path = n.dir, n.path
	n.board = s.board()
	var by []byte
	var why error
	for i, kind := range s.first {
		slot, ok := s.slots[kind]
		if !ok {
			why = s.notHere(kind)
			continue
		}
		var err error
		if by, n.params, err = makeKey(ctx, slot, r.Passphrase, false); err != nil {
			if ctx.Err() != nil {
				return err
			}
			why = s.cannotHold(slot, err)
			continue
		}
		if n.slot = slot; i > 0 {
			n.firstKeyNote = fmt.Sprintf(
				"the restored tokens are sealed with the %s, because the %s cannot be used; "+
					"lanyard key set passphrase protects them better",
				slot.Place(), s.PlaceOf(s.first[0]))
		}
		break
	}
	if n.slot == nil {
		return why
	}
	n.made = by
	data := key.New()
	defer clear(data)
	// The passphrase entry stands for a former key that was never stored. It makes the next Open
	// tidy up and give the key its lasting name, should this process be killed before it does.
	row := slotRow{
		epoch: from.epoch, kind: n.slot.Kind(), params: n.params,
		before: []heldBefore{{Kind: InPassphrase, Params: json.RawMessage("{}")}},
		made:   n.env.now(),
	}
	put := func(tx *sql.Tx, _ *sealer) error { return n.from.putKey(ctx, tx, row, data, by) }
	if err := n.from.sealWith(ctx, from, data, put); err != nil {
		n.forget(ctx)
		return noBackup("a secret in it cannot be opened", err)
	}
	n.reached("made")
	return nil
}

// forget removes the key of an incoming store that was not put in place.
func (n *incoming) forget(ctx context.Context) {
	clear(n.made)
	if n.slot != nil {
		_ = n.slot.Forget(context.WithoutCancel(ctx), n.params)
	}
}

// swap puts the incoming store in place and returns the names under which the old one is kept.
func (n *incoming) swap(ctx context.Context) (kept []string, err error) {
	defer n.calm.end()
	defer func() { clear(n.made) }()
	if kept, err = n.overwrite(ctx); isDamaged(err) {
		return n.replace(ctx)
	}
	return kept, err
}

// overwrite replaces the content of an intact or empty database in one transaction. Other processes
// that have it open read the old or the new content, and notice the new one like any commit.
func (n *incoming) overwrite(ctx context.Context) (kept []string, err error) {
	db, err := n.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, n.explain(err)
	}
	defer func() { _ = conn.Close() }()
	for {
		flying := 0
		err = raw(conn, func(c sqliteConn) error {
			b, err := c.NewRestore(memoryDSN(n.from.path))
			if err != nil {
				return err
			}
			// Copies nothing, but takes the lock for writing, which is held until the last step is
			// committed.
			if _, err = b.Step(0); err == nil {
				kept, flying, err = n.ready(ctx, db)
			}
			if err != nil || flying > 0 {
				_ = b.Finish()
				return err
			}
			return all(b, nil)
		})
		if err != nil {
			return kept, n.explain(err)
		}
		if flying == 0 {
			break
		}
		switch over, err := n.calm.beat(ctx); {
		case err != nil:
			return nil, fmt.Errorf("restore: %w", err)
		case over:
			return nil, inFlight(n.path, flying, "a backup takes its place")
		}
	}
	_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)") // does not wait for readers
	return kept, nil
}

// open opens the old database, or makes an empty one.
func (n *incoming) open(ctx context.Context) (*sql.DB, error) {
	if !disk.Exists(n.path) && disk.Size(n.path+"-wal") == 0 {
		f, err := os.OpenFile(n.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, disk.FileMode)
		if err == nil {
			err = errors.Join(f.Close(), disk.SyncDir(n.dir))
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fileError("make the database", err)
		}
	}
	if err := looksWhole(n.path); err != nil {
		return nil, err
	}
	u := url.URL{
		Scheme: "file", Path: slashed(n.path),
		RawQuery: url.Values{
			"mode": {"rw"}, "_busy_timeout": {fmt.Sprint(n.wait.Milliseconds())},
			"_synchronous": {"FULL"},
		}.Encode(),
	}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", n.path, err)
	}
	s := n.beside(db)
	version, err := s.schemaVersion(ctx, db, anyVersion) // another program's is not touched
	known := 0
	if err == nil {
		known, err = n.from.schemaVersion(ctx, n.from.write, anyVersion)
	}
	if err == nil && version > known {
		// a newer lanyard that has it open would not understand what comes
		err = s.explain("open", s.folded(ctx))
	}
	// A file from another program may be in a mode in which a lock keeps readers out.
	if err == nil && disk.Size(n.path) > 0 {
		err = s.journalWAL(ctx)
	}
	if err != nil {
		_ = db.Close()
		return nil, n.explain(err)
	}
	return db, nil
}

// anyVersion is above every schema version, so that schemaVersion accepts a newer store. The old
// store is only copied.
const anyVersion = 1<<31 - 1

// beside returns the old store with what is needed to read it.
func (n *incoming) beside(db *sql.DB) *Store {
	return &Store{dir: n.dir, path: n.path, write: db, read: db, busy: n.wait, env: n.env}
}

// folded fails if another process has the database open.
func (s *Store) folded(ctx context.Context) error {
	var mode string
	return s.write.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
}

// ready decides whether the incoming store may replace the old one, and copies the old one. Its
// caller keeps other writers out. While other processes wait for answers it copies nothing and
// returns how many.
func (n *incoming) ready(ctx context.Context, db *sql.DB) (kept []string, flying int, err error) {
	s := n.beside(db)
	version := 0
	if disk.Size(n.path)+disk.Size(n.path+"-wal") > 0 {
		version, err = s.schemaVersion(ctx, db, anyVersion)
	}
	if err != nil {
		return nil, 0, err
	}
	var all []part
	var rev int64
	file := filepath.Join(n.dir, key.FileName)
	if version > 0 {
		if !n.replaces { // another process was faster
			return nil, 0, occupied(n.path)
		}
		if flying, err = n.calm.flying(ctx, db); err != nil || flying > 0 {
			return nil, flying, err
		}
		if err := n.waiting(ctx, db); err != nil {
			return nil, 0, err
		}
		const query = "SELECT coalesce(max(value), 0) FROM meta WHERE name = 'rev'"
		if err := db.QueryRowContext(ctx, query).Scan(&rev); err != nil {
			return nil, 0, err
		}
		data, err := s.serialize(ctx)
		if err != nil {
			return nil, 0, err
		}
		all = []part{{name: dbName, data: data}}
		if row, err := s.slotRow(ctx, db); err == nil && row.kind == InFile {
			file = (key.File{Path: file}).Where(row.params)
		}
	}
	if kept, err = n.keep(append(all, part{name: key.FileName, path: file})); err != nil {
		return kept, 0, err
	}
	return kept, 0, n.ensure(ctx, rev)
}

// ensure checks right before the swap that the key is stored, and that the keyring remembers it. It
// also raises the revision above rev, so that no reader sees the revision go back.
func (n *incoming) ensure(ctx context.Context, rev int64) error {
	n.reached("kept")
	if f, ok := n.slot.(key.File); ok {
		// Another process may have removed the key as left over. It cannot while the lock is held.
		if err := f.MakeAgain(ctx, n.params, n.made); err != nil {
			return fileError("write the "+f.Place(), err)
		}
	}
	if _, err := n.from.write.ExecContext(ctx,
		`UPDATE meta SET value = max(value, ?) + 1 WHERE name = 'rev';
		INSERT OR REPLACE INTO meta (name, value)
			SELECT 'restored', value FROM meta WHERE name = 'rev'`, rev); err != nil {
		return err
	}
	if err := n.pin(ctx); err != nil {
		return err
	}
	n.reached("pinned")
	return nil
}

// pin makes the keyring remember the incoming key beside the present one. If the keyring remembers
// no key for this path, it records the new one after the swap: until then the old store may be the
// next to open.
func (n *incoming) pin(ctx context.Context) error {
	if n.board == nil {
		return nil
	}
	row, err := n.from.slotRow(ctx, n.from.write)
	if err != nil {
		return err
	}
	was, err := key.Recall(ctx, n.board, n.dir)
	if err == nil && len(key.PinsOf(was)) > 0 {
		err = key.PinBoth(ctx, n.board, n.dir, row.pin())
	}
	if err != nil && !errors.Is(err, key.ErrNoBoard) {
		return (&Store{path: n.path}).locked(
			"the system keyring does not take the id of the restored key", err,
			"nothing was changed: unlock or start the keyring, then try again")
	}
	return nil
}

// waiting refuses to replace a store with revokes that the server has not accepted, unless the
// incoming store holds them too. Otherwise no process would deliver them.
func (n *incoming) waiting(ctx context.Context, old *sql.DB) error {
	theirs, err := undelivered(ctx, old)
	if err != nil {
		return n.explain(err)
	}
	ours, err := undelivered(ctx, n.from.write)
	if err != nil {
		return n.explain(err)
	}
	lost := slices.DeleteFunc(theirs, func(id string) bool { return slices.Contains(ours, id) })
	if len(lost) == 0 {
		return nil
	}
	return &Error{
		Code: console.CodeStoreWaiting,
		Text: fmt.Sprintf("restore: the server has not accepted %d of the revokes decided in %s",
			len(lost), n.path),
		Hint: "nothing was changed: lanyard revocations names them; let an open console or the " +
			"next probe deliver them, or move the file away to give them up",
	}
}

// undelivered returns the IDs of tokens whose revoke was decided and not accepted.
func undelivered(ctx context.Context, db *sql.DB) (ids []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT id FROM token WHERE revoke_at IS NOT NULL AND (
		revoke_kind <> 'refresh' AND accepted_at IS NULL OR
		revoke_kind <> 'access' AND refresh_accepted_at IS NULL AND refresh = 'live')`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (n *incoming) explain(err error) error {
	if c := sqliteCode(err); c == codeBusy || c == codeLocked {
		return n.busy(err)
	}
	if _, worded := errors.AsType[*Error](err); worded {
		return err
	}
	return (&Store{path: n.path}).explain("restore", err)
}

func (n *incoming) busy(err error) error {
	return &Error{
		Code: console.CodeStoreBusy, Text: "restore " + n.path, Err: bare(err),
		Hint: "nothing was changed: another process has it; try again, or close the other " +
			"consoles first",
	}
}

// isDamaged reports whether SQLite cannot work with the database. No other process can then.
func isDamaged(err error) bool {
	e, ok := errors.AsType[*Error](err)
	// a table of ours is not there
	return ok && e.Code == console.CodeStoreDamaged || sqliteCode(err) == codeError
}

// part is a file of the old store: its content, or its path.
type part struct {
	name, path string
	data       []byte
}

// keep copies the old store beside itself, under new names.
func (n *incoming) keep(all []part) (kept []string, err error) {
	stamp := key.KeptSuffix + n.env.now().UTC().Format("20060102T150405")
	for i, s := 1, stamp; ; i++ {
		free := true
		for _, name := range []string{dbName, dbName + "-wal", key.FileName} {
			free = free && !disk.Exists(filepath.Join(n.dir, name+s))
		}
		if free {
			stamp = s
			break
		}
		s = fmt.Sprintf("%s.%d", stamp, i)
	}
	for _, p := range all {
		if p.data == nil && disk.Size(p.path) == 0 {
			continue
		}
		to := filepath.Join(n.dir, p.name+stamp)
		if err := writeNew(to, n.reached, p.copyTo); err != nil {
			return kept, err
		}
		kept = append(kept, to)
	}
	return kept, nil
}

func (p part) copyTo(f *os.File) error {
	var from io.Reader = bytes.NewReader(p.data)
	if p.data == nil {
		r, err := os.Open(p.path)
		if err != nil {
			return fileError("keep "+p.path, err)
		}
		defer func() { _ = r.Close() }()
		from = r
	}
	_, err := io.Copy(f, from)
	if err = errors.Join(err, f.Sync()); err != nil {
		return fileError("keep "+p.name, err)
	}
	return nil
}

// replace keeps a damaged database and puts a new file in its place. It removes the old log first:
// SQLite would apply it to the new database.
func (n *incoming) replace(ctx context.Context) (kept []string, err error) {
	if !n.replaces {
		return nil, occupied(n.path)
	}
	var all []part
	for _, name := range []string{dbName, dbName + "-wal", key.FileName} {
		all = append(all, part{name: name, path: filepath.Join(n.dir, name)})
	}
	if kept, err = n.keep(all); err != nil {
		return kept, err
	}
	if err := n.ensure(ctx, 0); err != nil {
		return kept, err
	}
	return kept, n.rename(ctx)
}

// rename puts a new file where the damaged one was.
func (n *incoming) rename(ctx context.Context) error {
	data, err := n.from.serialize(ctx)
	if err != nil {
		return n.explain(err)
	}
	f, err := os.CreateTemp(n.dir, disk.PartPrefix+dbName+"-*") // 0600
	if err != nil {
		return fileError("write the restored database", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := disk.WriteSynced(f, data); err != nil {
		return fileError("write the restored database", err)
	}
	for _, name := range []string{"-wal", "-journal", "-shm"} {
		if err := os.Remove(n.path + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError("remove what belonged to the damaged database", err)
		}
	}
	n.reached("cleared")
	err = errors.Join(disk.SyncDir(n.dir), os.Rename(f.Name(), n.path), disk.SyncDir(n.dir))
	if err != nil {
		return fileError("put the restored database in its place", err)
	}
	return nil
}

// slashed returns a path in the form of an SQLite URI.
func slashed(path string) string {
	p := filepath.ToSlash(path)
	if len(p) == 0 || p[0] != '/' {
		p = "/" + p // C:/…
	}
	return p
}
