package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// field is a column and where its value is. One list of fields reads and writes, so that no column
// is written but not read.
type field struct {
	column string
	value  any // a pointer, or a stamp or asJSON around one
}

func values(fs []field) []any {
	vs := make([]any, len(fs))
	for i, f := range fs {
		vs[i] = f.value
	}
	return vs
}

func columns(fs []field) string {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.column
	}
	return strings.Join(names, ", ")
}

// upsert returns the statement that stores a whole row. The first field is the primary key.
func upsert(table string, fs []field) string {
	var set []string
	for _, f := range fs[1:] {
		set = append(set, f.column+" = excluded."+f.column)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s) ON CONFLICT (%s) DO UPDATE SET %s",
		table, columns(fs), strings.Repeat(", ?", len(fs)-1), fs[0].column, strings.Join(set, ", "))
}

// stamp is a time stored as nanoseconds since 1970, in UTC, with NULL for the zero time. Times
// outside of 1678–2262 are stored as the nearest end of that range: a server's odd expiry must not
// lose a token.
type stamp struct{ t *time.Time }

// Value implements driver.Valuer.
func (s stamp) Value() (driver.Value, error) {
	if s.t.IsZero() {
		return nil, nil
	}
	return nanos(*s.t), nil
}

// Scan implements sql.Scanner.
func (s stamp) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.Unix(0, v).UTC()
	default:
		return fmt.Errorf("a time is stored as %T", src)
	}
	return nil
}

// nanos returns t in nanoseconds since 1970, clamped to what an int64 holds.
func nanos(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// asJSON is a list or map stored as JSON, NULL for nil. Encoding a credential is an error.
type asJSON[T any] struct{ v *T }

func inJSON[T any](v *T) asJSON[T] { return asJSON[T]{v} }

// Value implements driver.Valuer.
func (j asJSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.v)
	if err != nil || string(b) == "null" {
		return nil, err
	}
	return string(b), nil
}

// Scan implements sql.Scanner.
func (j asJSON[T]) Scan(src any) error {
	var b []byte
	switch v := src.(type) {
	case nil:
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		return fmt.Errorf("a list is stored as %T", src)
	}
	var v T
	if b != nil {
		if err := json.Unmarshal(b, &v); err != nil {
			return fmt.Errorf("a list is stored in another form: %w", err)
		}
	}
	*j.v = v
	return nil
}
