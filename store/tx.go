package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lanyard/console"
)

// View runs f on one consistent reading: what others commit meanwhile is not seen. An error of f is
// returned as it is. What f was given is of no use after it returned.
func (s *Store) View(ctx context.Context, f func(console.Reader) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.explain("read", err)
	}
	defer func() { _ = tx.Rollback() }()
	return f(&reader{ctx: ctx, tx: tx, s: s})
}

// Update runs f in one immediate transaction, which is durable when Update returns nil. An error of f is
// returned as it is; after an error or a panic nothing of what f wrote is kept (a token's Rev that was
// set in between means nothing then). While another process writes it waits, up to five seconds or to
// the end of ctx.
func (s *Store) Update(ctx context.Context, f func(console.Writer) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.explain("write", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing; it also runs in a panic
	w := &writer{reader: reader{ctx: ctx, tx: tx, s: s}}
	if err := f(w); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return s.explain("write", err)
	}
	if w.wrote {
		s.signal()
	}
	return nil
}

// reader is a console.Reader for the length of one transaction.
type reader struct {
	ctx context.Context
	tx  *sql.Tx
	s   *Store
}

// writer is a console.Writer for the length of one transaction.
type writer struct {
	reader
	wrote bool // at least one row was changed
}

// fail explains an error of a read or write; no rows is console.ErrNotFound.
func (r *reader) fail(op string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", op, console.ErrNotFound)
	}
	return r.s.explain(op, err)
}

// exec runs one statement and gives the number of rows it changed.
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
func collect[T any](r *reader, op, query string, fields func(*T) []field, args ...any) ([]T, error) {
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
