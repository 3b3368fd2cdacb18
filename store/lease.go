package store

import (
	"database/sql"
	"errors"
	"time"
)

// Lease takes the lease named key for owner until the given time, and reports whether it did. It
// fails to take one that another owner holds beyond now. An owner's own lease is extended, never
// shortened. Two processes cannot both hold it while their clocks differ by less than the lease
// lasts.
func (w *writer) Lease(key, owner string, now, until time.Time) (bool, error) {
	n, err := w.exec("lease "+key,
		`INSERT INTO lease (name, owner, until) VALUES (?1, ?2, ?4)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = CASE
			WHEN owner = excluded.owner THEN max(until, excluded.until)
			ELSE excluded.until END
		WHERE owner = excluded.owner OR until <= ?3`, key, owner, nanos(now), nanos(until))
	return n > 0, err
}

// LeaseOf returns the owner and the end of a lease. The owner is "" if the lease was never taken,
// or was given back.
func (r *reader) LeaseOf(key string) (owner string, until time.Time, err error) {
	err = r.tx.QueryRowContext(r.ctx, "SELECT owner, until FROM lease WHERE name = ?",
		key).Scan(&owner, stamp{&until})
	if errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, nil
	}
	return owner, until, r.fail("read lease "+key, err)
}

// Release gives a lease back if owner holds it, and otherwise does nothing.
func (w *writer) Release(key, owner string) error {
	_, err := w.exec("release "+key, "DELETE FROM lease WHERE name = ? AND owner = ?", key, owner)
	return err
}
