package store

import (
	"database/sql"
	"errors"
	"time"
)

// Lease takes the lease named key for owner until the given time, and says whether it did: not when
// another owner holds it beyond now. One's own is extended, never shortened. Two processes cannot both
// be told true, as long as their clocks differ by less than the lease lasts.
func (w *writer) Lease(key, owner string, now, until time.Time) (bool, error) {
	n, err := w.exec("lease "+key, "INSERT INTO lease (name, owner, until) VALUES (?1, ?2, ?4)"+
		" ON CONFLICT (name) DO UPDATE SET"+
		" until = CASE WHEN owner = excluded.owner THEN max(until, excluded.until) ELSE excluded.until END,"+
		" owner = excluded.owner"+
		" WHERE owner = excluded.owner OR until <= ?3", key, owner, nanos(now), nanos(until))
	return n > 0, err
}

// LeaseOf gives the owner of a lease and the end it has; "" when nobody took it, or it was given back.
func (r *reader) LeaseOf(key string) (owner string, until time.Time, err error) {
	err = r.tx.QueryRowContext(r.ctx, "SELECT owner, until FROM lease WHERE name = ?", key).Scan(&owner, stamp{&until})
	if errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, nil
	}
	return owner, until, r.fail("read lease "+key, err)
}

// Release gives a lease back if owner holds it; otherwise it does nothing.
func (w *writer) Release(key, owner string) error {
	_, err := w.exec("release "+key, "DELETE FROM lease WHERE name = ? AND owner = ?", key, owner)
	return err
}
