package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"reflect"
	"slices"
	"strings"

	"lanyard/console"
)

// A program that can write to the database, but has no key, must not be able to change a row. So
// each row of these tables has a MAC over its columns, made with a key that is derived from the
// data key. A row whose MAC does not fit is altered: it is not read.

// macTable is a table whose rows have a MAC. The first field is its primary key.
type macTable[T any] struct {
	name   string
	fields func(*T) []field
}

// anyMACTable is a macTable of any row type.
type anyMACTable interface {
	// sealRows gives each row a MAC of to. A row without a valid MAC of from, or with a value that
	// does not scan, gets none. If from has no MACs, every row that scans gets one.
	sealRows(ctx context.Context, tx *sql.Tx, from, to *sealer) error
}

func tokenTable() macTable[console.Token] { return macTable[console.Token]{"token", tokenFields} }
func probeTable() macTable[probeRow]      { return macTable[probeRow]{"probe", probeFields} }
func markTable() macTable[console.Mark]   { return macTable[console.Mark]{"mark", markFields} }
func settingTable() macTable[setting]     { return macTable[setting]{"setting", settingFields} }
func applicationTable() macTable[console.Application] {
	return macTable[console.Application]{"application", applicationFields}
}

func macTables() []anyMACTable {
	return []anyMACTable{
		applicationTable(), tokenTable(), probeTable(), markTable(), settingTable(),
	}
}

// rowKey derives the key for the MACs of rows from a data key.
func rowKey(data []byte) []byte {
	m := hmac.New(sha256.New, data)
	_, _ = m.Write([]byte("lanyard key for the MACs of rows\x00")) // never fails
	return m.Sum(nil)
}

// rowMAC computes the MACs of rows, one after another. A nil rowMAC computes nothing.
type rowMAC struct {
	h   hash.Hash
	odd bool // the present row has a value that its column cannot hold
}

// rows returns a new rowMAC, or nil for a nil sealer.
func (s *sealer) rows() *rowMAC {
	if s == nil {
		return nil
	}
	return &rowMAC{h: hmac.New(sha256.New, s.rowKey)}
}

// begin begins a row of a table.
func (m *rowMAC) begin(table string) {
	if m == nil {
		return
	}
	m.h.Reset()
	m.odd = false
	m.part([]byte(table))
}

// sum returns the MAC of the row that was added, or nil if no table of ours can hold the row.
func (m *rowMAC) sum() []byte {
	if m == nil || m.odd {
		return nil
	}
	return m.h.Sum(nil)
}

func (m *rowMAC) part(b []byte) {
	_, _ = m.h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b)))) // never fails, as the next
	_, _ = m.h.Write(b)
}

// add adds a column with its value in the database. A column with the value that rows had before
// the column existed (NULL, or 0 or the empty text if it cannot be NULL) is left out. A column that
// is added later therefore changes no MAC. The MAC includes the names of columns.
func (m *rowMAC) add(f field, v driver.Value) {
	if m == nil {
		return
	}
	_, nullable := f.value.(sql.Scanner)
	var kind byte
	var b []byte
	switch v := v.(type) {
	case nil:
		m.odd = m.odd || !nullable
		return
	case int64:
		if v == 0 && !nullable {
			return
		}
		kind, b = 'i', binary.BigEndian.AppendUint64(nil, uint64(v)) //nolint:gosec // the same bits
	case string:
		if v == "" && !nullable {
			return
		}
		kind, b = 't', []byte(v)
	default:
		m.odd = true
		return
	}
	m.part([]byte(f.column))
	m.part(append([]byte{kind}, b...))
}

// stored returns the values of a row as the database will return them.
func stored(fs []field) ([]any, error) {
	vs := make([]any, len(fs))
	for i, f := range fs {
		v, err := driver.DefaultParameterConverter.ConvertValue(f.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.column, err)
		}
		if b, ok := v.(bool); ok {
			v = int64(0)
			if b {
				v = int64(1)
			}
		}
		vs[i] = v
	}
	return vs, nil
}

// macOf returns the MAC of a row before it is written.
func (s *sealer) macOf(table string, fs []field, vs []any) []byte {
	m := s.rows()
	m.begin(table)
	for i, f := range fs {
		m.add(f, vs[i])
	}
	return m.sum()
}

// macColumn scans a column of a table with MACs into its field and into the MAC.
type macColumn struct {
	field
	macs [2]*rowMAC
	odd  *error // the first value of the row that its field cannot hold
}

// Scan implements sql.Scanner.
func (r macColumn) Scan(src any) error {
	for _, m := range r.macs {
		m.add(r.field, src)
	}
	if err := assign(r.value, src); err != nil && *r.odd == nil {
		*r.odd = err
	}
	return nil
}

// assign puts a value of the database into a field.
func assign(dst, src any) error {
	if s, ok := dst.(sql.Scanner); ok {
		return s.Scan(src)
	}
	to := reflect.ValueOf(dst).Elem()
	switch v := src.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
			return nil
		}
	case int64:
		switch {
		case to.CanInt() && !to.OverflowInt(v):
			to.SetInt(v)
			return nil
		case to.Kind() == reflect.Bool && (v == 0 || v == 1):
			to.SetBool(v == 1)
			return nil
		}
	}
	return fmt.Errorf("a %T is stored as %T", dst, src)
}

// rowsOf reads the rows of a table with MACs that a clause selects. It returns the rows that verify
// and, apart from them, those that do not. While the store is locked it verifies nothing, and only
// a row that does not scan is altered.
func rowsOf[T any](r *reader, op string, g macTable[T], follow string,
	args ...any) (good, altered []T, err error) {
	err = g.read(r.ctx, r.tx, r.key.sealer, nil, follow, args, func(t T, fits bool, _ []byte) {
		if fits {
			good = append(good, t)
		} else {
			altered = append(altered, t)
		}
	})
	return good, altered, r.fail(op, err)
}

// read calls each with every selected row, with whether its MAC is that of from, and with its MAC
// of to. A nil from verifies nothing; a nil to computes nothing.
func (g macTable[T]) read(ctx context.Context, tx *sql.Tx, from, to *sealer, follow string,
	args []any, each func(t T, fits bool, mac []byte)) error {
	var t T // scanned over for each row: every field is a column, and lists are made anew
	fs := g.fields(&t)
	query := strings.Join([]string{"SELECT", columns(fs) + ", mac", "FROM", g.name, follow}, " ")
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var odd error
	var mac []byte
	old, fresh := from.rows(), to.rows()
	into := make([]any, 0, len(fs)+1)
	for _, f := range fs {
		into = append(into, macColumn{f, [2]*rowMAC{old, fresh}, &odd})
	}
	into = append(into, &mac)
	for rows.Next() {
		odd = nil
		old.begin(g.name)
		fresh.begin(g.name)
		if err := rows.Scan(into...); err != nil {
			return err
		}
		fits := odd == nil && (old == nil || !from.guards || hmac.Equal(mac, old.sum()))
		each(t, fits, fresh.sum())
	}
	return rows.Err()
}

// sealRows implements anyMACTable.
func (g macTable[T]) sealRows(ctx context.Context, tx *sql.Tx, from, to *sealer) error {
	type row struct{ key, mac any }
	var all []row // before the first is changed: what a query sees of changes under it is undefined
	var key field
	err := g.read(ctx, tx, from, to, "", nil, func(t T, fits bool, mac []byte) {
		key = g.fields(&t)[0]
		r := row{key: key.value}
		if fits {
			r.mac = mac
		}
		all = append(all, r)
	})
	if err != nil {
		return err
	}
	query := strings.Join([]string{"UPDATE", g.name, "SET mac = ? WHERE", key.column, "= ?"}, " ")
	for _, r := range all {
		if _, err := tx.ExecContext(ctx, query, r.mac, r.key); err != nil {
			return err
		}
	}
	return nil
}

// put stores a row whole, with its MAC.
func put[T any](w *writer, op string, g macTable[T], t *T) error {
	fs := g.fields(t)
	if w.key.sealer == nil {
		return w.fail(op, w.key.why)
	}
	vs, err := stored(fs)
	if err != nil {
		return w.fail(op, err)
	}
	mac := w.key.sealer.macOf(g.name, fs, vs)
	n, err := w.exec(op, upsert(g.name, append(fs, field{column: "mac"})), append(vs, mac)...)
	if err == nil && n == 0 {
		err = w.fail(op, errors.New("nothing was stored"))
	}
	return err
}

// alteredRow is the error of a row that does not verify.
func (r *reader) alteredRow(op, what, id string) error {
	return r.fail(op, &Error{
		Code: console.CodeStoreAltered, Text: what + " " + id + " is altered", Err: errAltered,
		Hint: "something else than lanyard changed it in the database, and it is not used. " +
			"lanyard doctor names what is altered, lanyard forget " + id + " removes it",
	})
}

// errAltered is in the chain when a row does not verify.
var errAltered = errors.New("the row does not verify")

// found records altered rows, each once.
func (r *reader) found(table string, ids ...string) {
	for _, id := range ids {
		a := console.Altered{Table: table, ID: id}
		if r.known == nil {
			r.known = map[console.Altered]bool{}
		}
		if !r.known[a] {
			r.known[a] = true
			r.altered = append(r.altered, a)
		}
	}
}

// Altered returns the altered rows that this transaction has read so far.
func (r *reader) Altered() []console.Altered { return slices.Clone(r.altered) }
