package store

import (
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

	"lanyard/tokenapi/secret"
)

// newcomer is a restored store, in memory, that is to take the place of the one in a state directory.
type newcomer struct {
	world     world
	dir, path string
	from      *Store
	slot      KeySlot
	params    []byte
	was       string   // the name of the key that a key file held
	there     []string // the files of the store that is there
	at        func(string)
	wait      time.Duration // for other processes; see Options.Busy
	replaces  bool
	version   int        // of the schema of what is there; 0: nothing
	read      []*os.File // of what is there: closed last, because the first close of a file gives up all its locks
	board     pinBoard   // nil: none
	elsewhere string     // what is to be said of where the key is, once it is in force
}

func (n *newcomer) reached(step string) {
	if n.at != nil {
		n.at(step)
	}
}

// key makes a key in the first slot that can hold one, and seals the newcomer with it. The key waits beside the one in force.
func (n *newcomer) key(ctx context.Context, r Restoring, from *sealer) error {
	s := newStore(Options{})
	s.take(r.Options, InFile, keyFile{filepath.Join(n.dir, keyName)}, passphrase())
	s.dir, s.path = n.dir, n.path
	n.board = s.board()
	var key []byte
	var why error
	for i, kind := range s.first {
		slot, ok := s.slots[kind]
		if !ok {
			why = s.notHere(kind)
			continue
		}
		var err error
		if key, n.params, err = slot.Make(ctx, r.Passphrase, false); err != nil {
			if ctx.Err() != nil {
				return err
			}
			why = s.cannotHold(slot, err)
			continue
		}
		if n.slot = slot; i > 0 {
			n.elsewhere = fmt.Sprintf("the restored tokens are sealed with the %s, because the %s cannot be used; lanyard key set passphrase protects them better",
				slot.Place(), s.place(s.first[0]))
		}
		break
	}
	if n.slot == nil {
		return why
	}
	defer clear(key)
	data := freshKey()
	defer clear(data)
	// A key from before that was nowhere kept: whoever opens the store next has something to tidy up, which gives the key its
	// lasting name should this process die before it does.
	row := slotRow{epoch: from.epoch, kind: n.slot.Kind(), params: n.params, before: []heldBefore{{Kind: InPassphrase, Params: json.RawMessage("{}")}}, made: n.world.now()}
	if err := n.from.sealWith(ctx, from, data, func(tx *sql.Tx, _ *sealer) error { return n.from.putKey(ctx, tx, row, data, key) }); err != nil {
		n.forget(ctx)
		return noBackup("a secret in it cannot be opened", err)
	}
	n.reached("made")
	return nil
}

// forget takes back the key of a newcomer that did not get in.
func (n *newcomer) forget(ctx context.Context) {
	if n.slot != nil {
		_ = n.slot.Forget(context.WithoutCancel(ctx), n.params)
	}
}

// swap brings the newcomer in and gives the names under which the store that was there is kept.
func (n *newcomer) swap(ctx context.Context) (kept []string, err error) {
	old, err := n.alone(ctx)
	defer func() {
		if old != nil {
			err = errors.Join(err, old.Close())
		}
		for _, f := range n.read {
			_ = f.Close()
		}
	}()
	damaged := isDamaged(err)
	if err != nil && !damaged {
		return nil, err
	}
	if !n.replaces && (n.version > 0 || damaged) { // somebody was faster
		return nil, occupied(n.path)
	}
	if n.version > 0 && !damaged {
		if err := n.waiting(ctx, old); err != nil {
			return nil, err
		}
	}
	if key, err := readKey(filepath.Join(n.dir, keyName)); err == nil {
		n.was = keyID(key)
		clear(key)
	}
	for _, name := range []string{dbName, dbName + "-wal", keyName} {
		if size(filepath.Join(n.dir, name)) > 0 && (name != dbName || n.version > 0 || damaged) {
			n.there = append(n.there, name)
		}
	}
	if kept, err = n.keep(); err != nil {
		return nil, err
	}
	n.reached("kept")
	if quiet(n.slot.Kind()) {
		// Somebody who opened the old store may have taken the key for one that was left lying. From here on nobody can.
		again, err := n.slot.Key(ctx, n.params, secret.Text{})
		if clear(again); err != nil {
			return kept, &Error{Code: "store_busy", Text: "restore " + n.path, Err: err, Hint: "another lanyard changed its key meanwhile; try again"}
		}
	}
	if err := n.pin(ctx); err != nil {
		return kept, err
	}
	n.reached("pinned")
	if damaged {
		return kept, n.replace(ctx)
	}
	conn, err := old.Conn(ctx)
	if err == nil {
		err = raw(conn, func(c sqliteConn) error { return all(c.NewRestore(memoryDSN(n.from.path))) })
		err = errors.Join(err, conn.Close())
	}
	return kept, n.explain(err)
}

// pin lets the keyring remember the key of the newcomer beside what it remembers. Where it remembers nothing of this path, it is
// told when the newcomer is in: the store that is there may still be the one that opens next.
func (n *newcomer) pin(ctx context.Context) error {
	if n.board == nil {
		return nil
	}
	row, err := n.from.slotRow(ctx, n.from.write)
	if err != nil {
		return err
	}
	pins, err := n.board.pins(ctx, pinPath(n.dir))
	if err == nil && len(pins) > 0 {
		err = pinBoth(ctx, n.board, n.dir, row.pin())
	}
	if err != nil && !errors.Is(err, errNoBoard) {
		return (&Store{path: n.path}).locked("the system keyring does not take the id of the restored key", err, "nothing was changed: unlock or start the keyring, then try again")
	}
	return nil
}

// waiting refuses to set aside a store whose decided revokes the server has not accepted, unless the newcomer has them
// too: nobody would deliver them.
func (n *newcomer) waiting(ctx context.Context, old *sql.DB) error {
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
	return &Error{Code: "store_waiting", Text: fmt.Sprintf("restore: the server has not accepted %d of the revokes decided in %s", len(lost), n.path),
		Hint: "nothing was changed: lanyard revocations names them; let an open console or the next probe deliver them, or move the file away to give them up"}
}

// undelivered gives the tokens whose revoke was decided and not accepted.
func undelivered(ctx context.Context, db *sql.DB) (ids []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT id FROM token WHERE revoke_at IS NOT NULL AND"+
		" (revoke_kind <> 'refresh' AND accepted_at IS NULL OR revoke_kind <> 'access' AND refresh_accepted_at IS NULL AND refresh = 'live')")
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

// alone opens the database so that nobody else has it open, with nothing left in its log.
func (n *newcomer) alone(ctx context.Context) (*sql.DB, error) {
	if !exists(n.path) && size(n.path+"-wal") == 0 {
		f, err := os.OpenFile(n.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if err == nil {
			err = errors.Join(f.Close(), syncDir(n.dir))
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fileError("make the database", err)
		}
	}
	if err := looksWhole(n.path); err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "file", Path: slashed(n.path), RawQuery: url.Values{
		"mode": {"rw"}, "_busy_timeout": {fmt.Sprint(n.wait.Milliseconds())}, "_synchronous": {"FULL"}, "_pragma": {"locking_mode(EXCLUSIVE)"},
	}.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", n.path, err)
	}
	db.SetMaxOpenConns(1)
	s := &Store{path: n.path}
	n.version, err = s.schemaVersion(ctx, db, 1<<31-1) // a newer one is kept as it is; another program's is not touched
	var mode string
	if err != nil {
		err = n.explain(err)
	} else {
		// Fails unless nobody else has it open, and folds the log into the file.
		err = n.explain(db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode))
	}
	if err == nil {
		_, err = db.ExecContext(ctx, "BEGIN EXCLUSIVE; COMMIT") // the lock stays
		err = n.explain(err)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func (n *newcomer) explain(err error) error {
	if c := sqliteCode(err); c == codeBusy || c == codeLocked {
		return n.busy(err)
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Code == "store_busy" {
		return n.busy(err)
	}
	return (&Store{path: n.path}).explain("restore", err)
}

func (n *newcomer) busy(err error) error {
	return &Error{Code: "store_busy", Text: "restore " + n.path, Err: bare(err), Hint: "nothing was changed: another process has it open; close the other consoles and try again"}
}

// isDamaged says whether an error tells of a database that SQLite cannot work with, which nobody else can then.
func isDamaged(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == "store_damaged"
}

// keep copies the store that is there beside itself, under names nobody has.
func (n *newcomer) keep() (kept []string, err error) {
	stamp := ".before-" + n.world.now().UTC().Format("20060102T150405")
	for i, s := 1, stamp; ; i++ {
		free := true
		for _, name := range []string{dbName, dbName + "-wal", keyName} {
			free = free && !exists(filepath.Join(n.dir, name+s))
		}
		if free {
			stamp = s
			break
		}
		s = fmt.Sprintf("%s.%d", stamp, i)
	}
	for _, name := range n.there {
		path := filepath.Join(n.dir, name)
		if size(path) == 0 {
			continue // a log that was folded into its database
		}
		to := filepath.Join(n.dir, name+stamp)
		err := newFile(to, n.reached, func(f *os.File) error {
			from, err := os.Open(path)
			if err == nil {
				n.read = append(n.read, from)
				_, err = io.Copy(f, from)
				err = errors.Join(err, f.Sync())
			}
			if err != nil {
				return fileError("keep "+path, err)
			}
			return nil
		})
		if err != nil {
			return kept, err
		}
		kept = append(kept, to)
	}
	return kept, nil
}

// replace puts a new file where the damaged one was, which is kept by now. Its log goes first: the new database must not get it.
func (n *newcomer) replace(ctx context.Context) error {
	data, err := n.from.serialize(ctx)
	if err != nil {
		return n.explain(err)
	}
	f, err := os.CreateTemp(n.dir, partOf+dbName+"-*") // 0600
	if err != nil {
		return fileError("write the restored database", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := writeSynced(f, data); err != nil {
		return fileError("write the restored database", err)
	}
	for _, name := range []string{"-wal", "-journal", "-shm"} {
		if err := os.Remove(n.path + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError("remove what belonged to the damaged database", err)
		}
	}
	n.reached("cleared")
	if err := errors.Join(syncDir(n.dir), os.Rename(f.Name(), n.path), syncDir(n.dir)); err != nil {
		return fileError("put the restored database in its place", err)
	}
	return nil
}

// sweep removes the second copy of a key file that was kept: the store puts a key which it does not know aside.
func (n *newcomer) sweep(kept []string) {
	if aside := (keyFile{filepath.Join(n.dir, keyName)}).aside(n.was); n.was != "" && len(kept) > 0 {
		_ = os.Remove(aside)
	}
}

// slashed is a path as it stands in the address of a database.
func slashed(path string) string {
	p := filepath.ToSlash(path)
	if len(p) == 0 || p[0] != '/' {
		p = "/" + p // C:/…
	}
	return p
}
