package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// View runs f on one consistent reading, without later commits of others. It returns an error of f
// as it is. f must not keep its argument.
func (s *Store) View(ctx context.Context, f func(console.Reader) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	tx, k, err := s.transaction(ctx, s.reading(ctx), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.explain("read", err)
	}
	defer func() { _ = tx.Rollback() }()
	return f(&reader{ctx: ctx, tx: tx, s: s, key: k})
}

// Update runs f in one immediate transaction, which is durable when Update returns nil. It returns
// an error of f as it is. After an error or a panic nothing that f wrote is kept, and a Rev that f
// set on a token has no meaning. While another process writes, Update waits to the end of ctx, or
// for Options.Busy if ctx has no deadline.
func (s *Store) Update(ctx context.Context, f func(console.Writer) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if s.readOnly != nil {
		return fmt.Errorf("write: %w", s.readOnly)
	}
	tx, k, err := s.transaction(ctx, s.write, nil)
	if err != nil {
		return s.explainBegin("write", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing; it also runs in a panic
	s.reached("update begun")
	w := &writer{reader: reader{ctx: ctx, tx: tx, s: s, key: k}}
	if err := f(w); err != nil {
		return err
	}
	s.reached("update written")
	if err := s.commit(tx); err != nil {
		return s.explain("write", err)
	}
	s.reached("update committed")
	if w.dropped && s.dir != "" {
		s.emptyLog(ctx)
	}
	if w.wrote {
		s.signal()
	}
	return nil
}

// emptyLog removes deleted content from the write-ahead log too. Other processes cannot write while
// it waits for readers, so it waits only briefly. If it fails, the next call does it, or the last
// process that closes the store.
func (s *Store) emptyLog(ctx context.Context) {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 100"); err != nil {
		return
	}
	_, _ = conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	_, _ = conn.ExecContext(context.WithoutCancel(ctx),
		fmt.Sprintf("PRAGMA busy_timeout = %d", s.busy.Milliseconds()))
}

// transaction begins a transaction with the present key. If another process has changed the key, it
// fetches the new one while no transaction is open, because that may take long.
func (s *Store) transaction(ctx context.Context, db *sql.DB,
	o *sql.TxOptions) (*sql.Tx, *keyState, error) {
	for tries := 0; ; tries++ {
		if err := s.unreadable(); err != nil { // the file holds another store
			return nil, nil, err
		}
		tx, err := s.beginOn(ctx, db, o)
		if err != nil {
			return nil, nil, err
		}
		k := s.key.Load()
		same, err := k.holds(ctx, tx)
		beside := err == nil && same // according to this process's cache
		if beside {
			same, err = s.holdsOnDisk(ctx, k)
		}
		if err == nil {
			if odd := s.sameTables(ctx, tx); odd != nil {
				_ = tx.Rollback()
				return nil, nil, odd
			}
		}
		switch {
		case err == nil && same:
			return tx, k, nil
		case err == nil && tries == 5 && beside && k.sealer != nil:
			_ = tx.Rollback()
			return nil, nil, s.writtenOver()
		case err == nil && tries == 5:
			return tx, &keyState{
				why: s.locked("its key is being changed again and again", nil, "try again"),
			}, nil
		}
		_ = tx.Rollback()
		if err == nil {
			err = s.follow(ctx)
		}
		if err != nil {
			return nil, nil, err
		}
		// After a change of the key the key file holds the new one. After a replacement of the
		// store it does not. (If only the record of this key was altered, the store is locked.)
		now := s.key.Load()
		locked := k.sealer != nil && now.sealer == nil && errors.Is(now.why, key.ErrOtherKey)
		if locked && now.row.kind == InFile && !bytes.Equal(now.row.params, k.row.params) {
			return nil, nil, s.writtenOver()
		}
	}
}

// open opens a sealed value. A nil value needs no key.
func (r *reader) open(sealed []byte, table, row, column string) (secret.Text, error) {
	if sealed == nil {
		return secret.Text{}, nil
	}
	if r.key.sealer == nil {
		return secret.Text{}, r.key.why
	}
	return r.key.sealer.open(sealed, table, row, column)
}

func (r *reader) seal(t secret.Text, table, row, column string) ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	if r.key.sealer == nil {
		return nil, r.key.why
	}
	return r.key.sealer.seal(t, table, row, column), nil
}

// reader is a console.Reader for the length of one transaction.
type reader struct {
	ctx context.Context
	tx  *sql.Tx
	s   *Store
	key *keyState // as it is in this transaction

	altered []console.Altered // the altered rows found so far
	known   map[console.Altered]bool
}

// writer is a console.Writer for the length of one transaction.
type writer struct {
	reader
	wrote   bool // at least one row was changed
	dropped bool // secrets were removed
}

// fail explains an error of a read or write; no rows is console.ErrNotFound.
func (r *reader) fail(op string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", op, console.ErrNotFound)
	}
	return r.s.explain(op, err)
}

// exec runs one statement and returns the number of rows that it changed.
func (w *writer) exec(op, query string, args ...any) (int64, error) {
	res, err := w.tx.ExecContext(w.ctx, query, args...)
	if err != nil {
		return 0, w.fail(op, err)
	}
	n, err := res.RowsAffected()
	w.wrote = w.wrote || n > 0
	return n, err
}

// row reads one row into dest.
func (r *reader) row(op, query string, args []any, dest ...any) error {
	return r.fail(op, r.tx.QueryRowContext(r.ctx, query, args...).Scan(dest...))
}

// collect reads all rows of a query, each by fields.
func collect[T any](r *reader, op, query string, fields func(*T) []field,
	args ...any) ([]T, error) {
	rows, err := r.tx.QueryContext(r.ctx, query, args...)
	if err != nil {
		return nil, r.fail(op, err)
	}
	defer func() { _ = rows.Close() }()
	var all []T
	var t T // scanned over for each row: every field is a column, and lists are made anew
	into := values(fields(&t))
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, r.fail(op, err)
		}
		all = append(all, t)
	}
	return all, r.fail(op, rows.Err())
}
