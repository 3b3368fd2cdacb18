package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"

	"lanyard/console"
)

// ErrLocked is in the chain of an Open that failed because the secrets cannot be opened: the key is gone
// or is another one (exit code 6).
var ErrLocked = errors.New("the store's secrets cannot be opened")

// ErrKey is in the chain when one sealed value cannot be opened: it was sealed with another key, or it
// was altered, or it belongs to another row.
var ErrKey = errors.New("wrong key, or the sealed value was altered or moved")

// ErrClosed is returned by every call on a closed Store.
var ErrClosed = errors.New("the store is closed")

// Error is a failure of the store that a person can do something about. A *console.Error with the same
// code and hint is in its chain. It never holds a secret or a stored value.
type Error struct {
	Code string // "store_locked", "store_busy", "store_damaged", "store_full", "store_read_only", "store_newer", "store_foreign", "store_access", "store_io"
	Text string // what failed, with the file
	Hint string // what to do
	Err  error  // the cause, or nil
}

// Error says what failed and why, in one line without the hint.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + ": " + e.Err.Error()
}

// Unwrap gives the cause and the console's form of this error.
func (e *Error) Unwrap() []error {
	c := &console.Error{Code: e.Code, Text: e.Error(), Hint: e.Hint}
	if e.Err == nil {
		return []error{c}
	}
	return []error{e.Err, c}
}

// SQLite's primary result codes that a person can do something about.
const (
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// sqliteCode gives the primary result code in err's chain, or 0.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// explain says what an error of SQLite means for a person and names the file. Errors that are already
// explained, console.ErrNotFound and the end of a context only get the operation in front.
func (s *Store) explain(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok || errors.Is(err, console.ErrNotFound) {
		return fmt.Errorf("%s: %w", op, err)
	}
	e := &Error{Text: op + " " + s.path, Err: err}
	switch sqliteCode(err) {
	case codeBusy, codeLocked:
		e.Code, e.Hint = "store_busy", "another lanyard process is writing without end; close it and try again"
	case codeCorrupt, codeNotADB:
		e.Code, e.Hint = "store_damaged", "the file is damaged or not a database: keep a copy of it, then restore a backup or move it away to begin anew"
	case codeFull:
		e.Code, e.Hint = "store_full", "the disk is full; nothing of this change was kept. Make room and try again"
	case codeReadOnly:
		e.Code, e.Hint = "store_read_only", "the file or its directory cannot be written; check its permissions or use another place with --state"
	case codeCantOpen:
		e.Code, e.Hint = "store_access", "the file or its directory cannot be opened; check permissions and free space, or use another place with --state"
	case codeIO:
		e.Code, e.Hint = "store_io", "the disk failed while reading or writing; nothing of this change was kept"
	default:
		return fmt.Errorf("%s: %w", op, err)
	}
	return e
}
