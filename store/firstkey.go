package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// firstKey makes the first key in the first slot that can hold one. When it returns nil, the store
// has a key, from this process or from a faster one. It calls the slot while no transaction is
// open. If another process was faster, it forgets its own key.
func (s *Store) firstKey(ctx context.Context, told secret.Text) error {
	var why, wanted error
	for _, kind := range s.first {
		slot, ok := s.slots[kind]
		if !ok {
			why, wanted = s.notHere(kind), cmp.Or(wanted, errors.New("there is none"))
			continue
		}
		won, pinned, unmade, err := s.putFirst(ctx, slot, told)
		if unmade == nil {
			if won && err == nil {
				s.sayFirst(slot, pinned, wanted)
			}
			return err
		}
		err = unmade
		if ctx.Err() != nil {
			return err
		}
		wanted = cmp.Or(wanted, err)
		if _, worded := errors.AsType[*Error](err); worded {
			why = lock{cause: err}
			continue
		}
		if why = keyFileError(slot, err); why != nil {
			continue
		}
		why = s.locked("the "+slot.Place()+" cannot hold a key", err,
			"nothing is stored yet: "+firstHint(kind))
		if errors.Is(err, key.ErrNotTold) {
			why = s.noKeyYet(told)
		}
	}
	return why
}

// sayFirst tells the person if the first key is not in the preferred slot. Unless the configuration
// names the slot, it also tells that only the state directory remembers the key.
func (s *Store) sayFirst(slot KeySlot, pinned bool, wanted error) {
	trust := ""
	if kind := slot.Kind(); s.dir != "" && key.Pinnable(kind) && !pinned && s.want != kind {
		trust = "nothing outside of " + s.dir +
			" remembers its key: whoever can write there can replace the store"
	}
	switch {
	case slot.Kind() != s.first[0]:
		sentence := fmt.Sprintf(
			"stored tokens are sealed with the %s, because the %s cannot be used (%v); "+
				"lanyard key set passphrase protects them better",
			slot.Place(), s.PlaceOf(s.first[0]), wanted)
		if trust != "" {
			sentence += "; " + trust
		}
		s.say(sentence)
	case trust != "":
		s.say(trust)
	}
}

func firstHint(kind string) string {
	switch kind {
	case InFile:
		return "repair or remove the key, and a new one is made"
	case InEnv:
		return "set the variable, or choose another place with lanyard key set"
	}
	return "choose another place for the key with lanyard key set"
}

// putFirst makes and stores the first key, and gives the present rows their MACs. unmade is the
// slot's error. A slot that may wait for an answer makes its key before the transaction, a key file
// within it.
func (s *Store) putFirst(ctx context.Context, slot KeySlot,
	told secret.Text) (won, pinned bool, unmade, err error) {
	const op = "make the first key"
	var by, params []byte
	defer func() { clear(by) }()
	if !key.Quiet(slot.Kind()) {
		if by, params, unmade = makeKey(ctx, slot, told, true); unmade != nil {
			return false, false, unmade, nil
		}
		defer func() {
			if !won {
				_ = slot.Forget(context.WithoutCancel(ctx), params)
			}
		}()
	}
	data := key.New()
	defer clear(data)
	// BEGIN IMMEDIATE lets one first start write; the other then finds its key.
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return false, false, nil, s.explain(op, err)
	}
	defer func() { _ = tx.Rollback() }()
	row, err := s.slotRow(ctx, tx)
	if err != nil || row.kind != "" {
		return false, false, nil, err
	}
	rows, err := s.unkeyed(ctx, tx)
	if err != nil {
		return false, false, nil, err
	}
	var was []key.Remembered
	var mute error
	b := s.board()
	if !key.Pinnable(slot.Kind()) {
		b = nil
	}
	if b != nil {
		was, mute = key.Recall(ctx, b, s.dir)
	}
	others, moved := key.PinsOf(was), ""
	// Whoever replaced the database may have replaced the key file too.
	if f, ok := slot.(key.File); ok && len(others) > 0 {
		moved, unmade = f.SetAside()
	}
	if key.Quiet(slot.Kind()) && unmade == nil {
		by, params, unmade = makeKey(ctx, slot, told, true)
	}
	if unmade != nil {
		return false, false, unmade, nil
	}
	seals, err := newSealer(data, row.epoch)
	if err != nil {
		return false, false, nil, err
	}
	if err := s.sealRows(ctx, tx, nil, seals); err != nil {
		return false, false, nil, err
	}
	row = slotRow{epoch: row.epoch, kind: slot.Kind(), params: params}
	if err := s.putKey(ctx, tx, row, data, by); err != nil {
		return false, false, nil, err
	}
	if row, err = s.slotRow(ctx, tx); err != nil {
		return false, false, nil, err
	}
	if b != nil {
		pinned = mute == nil && key.Remember(ctx, b, s.dir, append(others, row.pin())...) == nil
		s.mute = s.mute || !pinned // sayFirst reports it
	}
	if err := s.commit(tx); err != nil {
		// the commit may have happened: then its key must stay
		return true, false, nil, s.explain(op, err)
	}
	if len(others) > 0 {
		sentence := fmt.Sprintf(
			"the system keyring remembered another key for %s: the store that was there is "+
				"gone, and this is a new one", s.path)
		if moved != "" {
			sentence += "; the key file that was there is not used, and is " + moved + " now"
		}
		s.say(sentence)
	}
	if rows {
		s.say(fmt.Sprintf(
			"%s had no key: what it says is taken as it is, and its rows have MACs from now "+
				"on; if it had a key before, somebody has put another database there", s.path))
	}
	return true, pinned, nil, nil
}

// unkeyed fails if a database without a record of its key must have had one: a first key would
// vouch for rows that may have been changed. rows reports whether the database has rows that verbs
// act on.
func (s *Store) unkeyed(ctx context.Context, q queryer) (rows bool, err error) {
	var keyed bool
	err = q.QueryRowContext(ctx,
		`SELECT EXISTS (SELECT 1 FROM application)
			OR EXISTS (SELECT 1 FROM token)
			OR EXISTS (SELECT 1 FROM probe)
			OR EXISTS (SELECT 1 FROM mark)
			OR EXISTS (SELECT 1 FROM setting WHERE instr(name, '/') > 0),
		EXISTS (SELECT 1 FROM application WHERE mac IS NOT NULL)
			OR EXISTS (SELECT 1 FROM token WHERE mac IS NOT NULL)
			OR EXISTS (SELECT 1 FROM probe WHERE mac IS NOT NULL)
			OR EXISTS (SELECT 1 FROM mark WHERE mac IS NOT NULL)
			OR EXISTS (SELECT 1 FROM setting WHERE mac IS NOT NULL)
			OR EXISTS (SELECT 1 FROM token_secret)
			OR EXISTS (SELECT 1 FROM application_secret)
			OR EXISTS (SELECT 1 FROM application_password)
			OR EXISTS (SELECT 1 FROM hash_key)`).Scan(&rows, &keyed)
	if err != nil {
		return false, s.explain("look for a key", err)
	}
	if keyed {
		return rows, s.noRecord()
	}
	if !rows {
		return false, nil
	}
	if slot, ok := s.slots[InFile]; ok {
		kept, _ := slot.Key(ctx, []byte("{}"), secret.Text{})
		clear(kept)
		if len(kept) > keySize {
			return rows, s.setBack(slot)
		}
	}
	if b := s.board(); b != nil {
		if was, _ := key.Recall(ctx, b, s.dir); len(key.PinsOf(was)) > 0 {
			return rows, s.setBack(s.slots[InKeyring])
		}
	}
	return rows, nil
}

// putKey records the key that is in force from this transaction on.
func (s *Store) putKey(ctx context.Context, tx *sql.Tx, row slotRow, data, by []byte) error {
	const op = "store the key slot"
	seals, err := newSealer(data, row.epoch)
	if err != nil {
		return err
	}
	wrapped, err := wrap(data, by, row.kind, row.epoch)
	if err != nil {
		return err
	}
	row.before = append([]heldBefore{}, row.before...)
	for i := range row.before {
		row.before[i].record(seals)
	}
	if _, err := tx.ExecContext(ctx,
		`INSERT INTO key_slot (one, kind, params, wrapped, made, before) VALUES (1, ?, ?, ?, ?, ?)
		ON CONFLICT (one) DO UPDATE SET kind = excluded.kind, params = excluded.params,
			wrapped = excluded.wrapped, made = excluded.made, before = excluded.before`,
		row.kind, string(row.params), wrapped, stamp{&row.made}, inJSON(&row.before)); err != nil {
		return s.explain(op, err)
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO meta (name, value) VALUES ('key_epoch', ?), ('key_check', ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		row.epoch, seals.sealBytes([]byte("lanyard"), "meta", "key_check", "value"))
	return s.explain(op, err)
}

// wrap seals a data key for a slot.
func wrap(data, by []byte, kind string, epoch int64) ([]byte, error) {
	k, err := newSealer(by, epoch)
	if err != nil {
		return nil, err
	}
	kept := key.Guarded(data)
	defer clear(kept)
	return k.sealBytes(kept, "key_slot", kind, "wrapped"), nil
}
