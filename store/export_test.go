package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"lanyard/console"
)

// OpenSteps opens with other migrations than the built-in ones.
func OpenSteps(ctx context.Context, dir string, o Options, steps []string) (*Store, error) {
	return open(ctx, dir, o, steps)
}

// SchemaSteps are the built-in migrations.
func SchemaSteps() []string {
	steps, err := schemaSteps()
	if err != nil {
		panic(err)
	}
	return steps
}

// KeyFile is the default slot.
func KeyFile(path string) KeySlot { return keyFile{path} }

// Exec runs a statement behind the Store's back, on its own connection.
func (s *Store) Exec(query string, args ...any) (int64, error) {
	res, err := s.write.Exec(query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Text reads one text behind the Store's back.
func (s *Store) Text(query string, args ...any) (v string, err error) {
	err = s.write.QueryRow(query, args...).Scan(&v)
	return v, err
}

// DropConnection makes database/sql give up the connection that work is done on.
func (s *Store) DropConnection(ctx context.Context) error {
	c, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	if err := c.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
		return errors.New("the connection lives")
	}
	_ = c.Close()
	return nil
}

// CountForEver reads until ctx ends.
func (s *Store) CountForEver(ctx context.Context) error {
	return s.View(ctx, func(r console.Reader) error {
		var n int
		return r.(*reader).row("count", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c", nil, &n)
	})
}

// Seal and Unseal use a bare key.
func Seal(key, plain []byte, table, row, column string, epoch int64) []byte {
	s, err := newSealer(key, epoch)
	if err != nil {
		panic(err)
	}
	return s.sealBytes(plain, table, row, column)
}

// Unseal is the other way round.
func Unseal(key, sealed []byte, table, row, column string, epoch int64) ([]byte, error) {
	s, err := newSealer(key, epoch)
	if err != nil {
		panic(err)
	}
	return s.openBytes(sealed, table, row, column)
}
