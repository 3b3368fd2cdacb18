package store

import (
	"context"
	"errors"
	"fmt"

	"lanyard/console"
	"lanyard/store/key"
)

// ErrLocked is in the chain of each error of a call that needs the key while this process does not
// have it: the key is gone, another one is in its place, or no passphrase was given yet (exit code
// 6).
var ErrLocked = errors.New("the store's secrets cannot be opened")

// ErrNotTold is in the chain if the store is locked with a passphrase that was not given yet.
var ErrNotTold = key.ErrNotTold

// ErrKey is in the chain if one sealed value cannot be opened: it was sealed with another key,
// altered, or moved from another row.
var ErrKey = errors.New("wrong key, or the sealed value was altered or moved")

// ErrClosed is returned by every call on a closed Store.
var ErrClosed = errors.New("the store is closed")

// Error is a failure of the store, with a hint for a person. A *console.Error with the same code
// and hint is in its chain. It never holds a secret or a stored value.
type Error struct {
	Code console.Code
	Text string // the failure, with the file
	Hint string // the next step
	Err  error  // the cause, or nil
}

// Error returns the failure and its cause in one line, without the hint.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + ": " + e.Err.Error()
}

// Unwrap returns the cause, if there is one, and this error as a *console.Error.
func (e *Error) Unwrap() []error {
	c := &console.Error{Code: e.Code, Text: e.Error(), Hint: e.Hint}
	if e.Err == nil {
		return []error{c}
	}
	return []error{e.Err, c}
}

// Hints for a disk without room, and for a disk that fails.
const (
	busyHint = "another process is writing to it and does not end: close the other lanyard " +
		"(or whatever has the file open: fuser FILE) and try again"
	damagedHint = "the file is damaged or not a database: keep a copy of it, then bring back a " +
		"backup (lanyard restore FILE --replace keeps it too), or move it away to begin anew"
	fullHint = "the disk is full; nothing of this change was kept. Make room and try again"
	ioHint   = "the disk failed, or a limit on file sizes was reached; nothing of this " +
		"change was kept. Make room, look at the disk (dmesg), and try again"
)

// bare returns an error without its hint, because the error that wraps it has a better one.
func bare(err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return errors.New(err.Error())
	}
	return err
}

// The primary result codes of SQLite that this package distinguishes.
const (
	codeError    = 1 // a missing table, and errors that are not about the file
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// Extended codes of codeIO: a failed write, and the shared memory beside the database (-shm), which
// SQLite cannot create. On a full disk SQLite returns these if it does not return codeFull.
const (
	codeWrite    = codeIO | 3<<8
	codeSync     = codeIO | 4<<8
	codeSyncDir  = codeIO | 5<<8
	codeTruncate = codeIO | 6<<8
	codeShmOpen  = codeIO | 18<<8
	codeShmSize  = codeIO | 19<<8
	codeShmMap   = codeIO | 21<<8
)

// leastRoom is the free space in bytes below which a disk counts as full. SQLite requests less at
// once.
const leastRoom = 64 << 10

// fault is an error of SQLite.
type fault interface {
	error
	Code() int // extended result code
}

// sqliteCode returns the primary result code in err's chain, or 0.
func sqliteCode(err error) int { return extendedCode(err) & 0xff }

// extendedCode returns SQLite's extended result code in err's chain, or 0.
func extendedCode(err error) int {
	if e, ok := errors.AsType[fault](err); ok {
		return e.Code()
	}
	return 0
}

// noShared reports whether SQLite could not make the shared memory beside the database.
func noShared(err error) bool {
	c := extendedCode(err)
	return c == codeShmOpen || c == codeShmSize || c == codeShmMap
}

// crowded reports whether the disk failed because it has no room.
func (s *Store) crowded(err error) bool {
	switch extendedCode(err) {
	case codeWrite, codeSync, codeSyncDir, codeTruncate, codeShmOpen, codeShmSize, codeShmMap:
		free, ok := s.env.Free(s.dir)
		return ok && s.dir != "" && free < leastRoom
	}
	return false
}

// explain turns an error of SQLite into an *Error that names the file. It only puts the operation
// in front of an *Error, of console.ErrNotFound and of the end of a context.
func (s *Store) explain(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok || errors.Is(err, console.ErrNotFound) {
		return fmt.Errorf("%s: %w", op, err)
	}
	e := &Error{Text: op + " " + s.path}
	var words string
	switch sqliteCode(err) {
	case codeBusy, codeLocked:
		words, e.Code, e.Hint = "another process has it", console.CodeStoreBusy, busyHint
	case codeCorrupt, codeNotADB:
		words = "it is damaged, or no database"
		e.Code, e.Hint = console.CodeStoreDamaged, damagedHint
	case codeFull:
		words, e.Code, e.Hint = noRoom, console.CodeStoreFull, fullHint
	case codeReadOnly:
		words, e.Code = "it cannot be written", console.CodeStoreReadOnly
		e.Hint = "the file or its directory cannot be written; check its permissions or use " +
			"another place with --state"
	case codeCantOpen:
		words, e.Code = "it cannot be opened", console.CodeStoreAccess
		e.Hint = "the file or its directory cannot be opened; check permissions and free space, " +
			"or use another place with --state"
	case codeIO:
		words = fmt.Sprintf("the disk failed (SQLite calls it %d)", extendedCode(err))
		e.Code, e.Hint = console.CodeStoreIo, ioHint
		if s.crowded(err) {
			words, e.Code, e.Hint = noRoom, console.CodeStoreFull, fullHint
		}
	default:
		return fmt.Errorf("%s: %w", op, err)
	}
	e.Err = wordedError{words, err}
	return e
}

const noRoom = "there is no room on the disk"

// wordedError is an error of SQLite with a message for people.
type wordedError struct {
	words string
	error
}

func (s wordedError) Error() string { return s.words }

// Unwrap returns the error of SQLite.
func (s wordedError) Unwrap() error { return s.error }

// explainBegin is explain for the beginning of a transaction. If the deadline ended there, another
// process was writing.
func (s *Store) explainBegin(op string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{
			Code: console.CodeStoreBusy, Text: op + " " + s.path, Err: err, Hint: busyHint,
		}
	}
	return s.explain(op, err)
}
