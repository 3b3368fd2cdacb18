package store

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"lanyard/store/key"
)

// heldBefore is a slot with an old key that is still to be removed.
type heldBefore struct {
	Kind   string          `json:"kind"`
	Params json.RawMessage `json:"params"`
	By     []byte          `json:"by,omitempty"` // sealed with the data key; see recorded
}

// sealPlace is the row that By is sealed for. It holds the rest of the entry, so that no other
// entry verifies.
func (b heldBefore) sealPlace() string {
	var params bytes.Buffer
	if json.Compact(&params, b.Params) != nil {
		return b.Kind
	}
	return b.Kind + " " + params.String()
}

// record seals the entry, so that a program without the key cannot make one.
func (b *heldBefore) record(by *sealer) {
	b.By = by.sealBytes(nil, "key_slot", b.sealPlace(), "before")
}

// recorded reports whether a change of this store's key made the entry.
func (b heldBefore) recorded(by *sealer) bool {
	_, err := by.openBytes(b.By, "key_slot", b.sealPlace(), "before")
	return err == nil
}

// inForce reports whether forgetting the entry could remove the key of row.
func (b heldBefore) inForce(row slotRow) bool {
	return b.Kind == row.kind && key.Same(b.Kind, b.Params, row.params)
}

// tidy removes old keys of the kinds that may accepts, and gives the key in force its lasting
// place. What fails is tried the next time. It drops an entry that no change of the key recorded,
// and leaves its key alone.
func (s *Store) tidy(ctx context.Context, may func(kind string) bool) {
	row, err := s.slotRow(ctx, s.read)
	if err != nil {
		return
	}
	k := s.key.Load()
	mine := func(b heldBefore) bool { return b.recorded(k.sealer) && !b.inForce(row) }
	gone := func(b heldBefore) bool {
		if !mine(b) {
			return false
		}
		switch slot, ok := s.slots[b.Kind]; {
		case key.Quiet(b.Kind): // below, while the database is locked
			return false
		case key.KeepsNothing(b.Kind):
			return true
		default:
			return ok && may(b.Kind) && slot.Forget(ctx, b.Params) == nil
		}
	}
	var done []string
	for _, b := range row.before {
		if gone(b) {
			done = append(done, string(b.Params))
		}
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	if row, err = s.slotRow(ctx, tx); err != nil || !k.is(row.epoch, row.check) {
		return
	}
	left := []heldBefore{}
	for _, b := range row.before {
		slot, ok := s.slots[b.Kind]
		if !mine(b) {
			s.say("an old key in the " + s.PlaceOf(b.Kind) + " was left alone: " +
				"no change of the key of " + s.path + " recorded it")
			continue
		}
		cleared := slices.Contains(done, string(b.Params))
		if key.Quiet(b.Kind) && ok && slot.Forget(ctx, b.Params) == nil || cleared {
			continue
		}
		left = append(left, b)
	}
	s.reached("forgotten")
	if s.dir != "" {
		s.swept = append(s.swept, key.SweepCopies(s.dir)...)
	}
	if slot, ok := s.slots[row.kind]; !ok || slot.Settle(row.params) != nil {
		return
	}
	s.reached("settled")
	if _, err := tx.ExecContext(ctx, "UPDATE key_slot SET before = ?", inJSON(&left)); err == nil {
		_ = s.commit(tx)
	}
}

// sweepKeys removes copies of keys that killed processes left.
func (s *Store) sweepKeys(ctx context.Context) {
	if s.dir == "" || s.readOnly != nil || len(key.Copies(s.dir)) == 0 {
		return
	}
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return // the next process that opens the store does it
	}
	defer func() { _ = tx.Rollback() }()
	if row, err := s.slotRow(ctx, tx); err == nil && row.kind != "" {
		// else the first key may be being written
		s.swept = key.SweepCopies(s.dir)
	}
}

// KeyCopies returns the copies of keys that Open removed, which killed processes had left, and
// those that are there now.
func (s *Store) KeyCopies() (removed, left []string) {
	if s.dir == "" {
		return nil, nil
	}
	return s.swept, key.Copies(s.dir)
}

// Openable returns the files and directories beside the database that open older copies of the
// store, with any key: keys that a restore kept or set aside, and output of WriteOut.
func (s *Store) Openable() (names []string) {
	if s.dir == "" {
		return nil
	}
	entries, _ := os.ReadDir(s.dir)
	for _, e := range entries {
		for _, begin := range []string{
			key.FileName + key.KeptSuffix, key.FileName + key.AsideSuffix, outPrefix,
		} {
			if strings.HasPrefix(e.Name(), begin) {
				names = append(names, e.Name())
			}
		}
	}
	return names
}
