package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"lanyard/console"
	"lanyard/store/disk"
	"lanyard/store/key"
)

// dbName is the database in the state directory. SQLite adds -wal and -shm to it while it is open.
const dbName = "lanyard.db"

// env holds the calls to the operating system whose answers tests replace.
type env struct {
	disk.System
	now func() time.Time // for the name of a copy, and for nothing else
}

func (e env) orReal() env {
	e.System = e.OrReal()
	if e.now == nil {
		e.now = clockForNames
	}
	return e
}

// stateDir is a state directory that prepare has accepted or created.
type stateDir struct {
	tightened []string
	anew      bool  // the database was made, beside the key of an earlier one
	readOnly  error // reason why nothing can be written there, or nil
	// nothing can be written and there is no write-ahead log, so SQLite need not look for one
	immutable bool
}

// prepare makes dir and an empty database file if they are missing, because SQLite would create a
// file that others can read. It removes permissions that are too wide. It refuses files of another
// user and network file systems before it makes or changes anything.
func (e env) prepare(dir string) (p stateDir, err error) {
	if err := e.local(dir); err != nil {
		return p, err
	}
	if err := os.MkdirAll(dir, disk.DirMode); err != nil {
		return p, fileError("make the state directory", err)
	}
	if err := e.tightenDir(dir, &p.tightened); err != nil {
		return p, err
	}
	path := filepath.Join(dir, dbName)
	if err := looksWhole(path); err != nil {
		return p, err
	}
	keyFile := filepath.Join(dir, key.FileName)
	info, err := os.Lstat(path)
	empty := err == nil && info.Mode().IsRegular() && info.Size() == 0
	if empty && disk.Exists(keyFile) {
		return p, &Error{
			Code: console.CodeStoreDamaged,
			Text: path + " is empty, but the key of a store is beside it: " + keyFile,
			Hint: "nothing was changed: put the database back where it was, or bring back a " +
				"backup (lanyard restore FILE --replace); to begin anew, move both files away",
		}
	}
	// Look before the database exists: from then on another process may make its key.
	hadKey := disk.Exists(keyFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, disk.FileMode)
	switch {
	case err == nil:
		if err := errors.Join(f.Close(), disk.SyncDir(dir)); err != nil {
			return p, fileError("make the database", err)
		}
		p.anew = hadKey
	case !disk.Exists(path):
		return p, fileError("make the database", err)
	}
	for _, name := range []string{dbName, dbName + "-wal", dbName + "-shm", key.FileName} {
		if err := e.tighten(filepath.Join(dir, name), &p.tightened); err != nil {
			return p, err
		}
	}
	if p.readOnly = writable(path); p.readOnly != nil {
		p.immutable = disk.Size(path+"-wal") == 0
	}
	return p, nil
}

// local refuses a directory on a network file system. The write-ahead log needs memory that all its
// processes share. Two machines share none, and the database would be damaged silently.
func (e env) local(dir string) error {
	kind, err := e.NetworkOf(dir)
	if err != nil {
		return fileError("look at the state directory", err)
	}
	if kind == "" {
		return nil
	}
	return &Error{
		Code: console.CodeStoreNetwork,
		Text: fmt.Sprintf("the state directory %s is on a network file system (%s)", dir, kind),
		Hint: "two machines would damage a store there, whose write-ahead log needs shared " +
			"memory: use a directory on a local disk with --state or LANYARD_STATE",
	}
}

// looksWhole refuses a database file that SQLite cannot open but would still change.
//
// If the file is missing or empty and its write-ahead log is not, SQLite would delete the log. A
// database is never empty when its log is begun, so the file was lost and the log may be all that
// is left. If the file has no valid header, SQLite would fold the log into it. The header is the
// same in every version of a database, so that an interrupted write does not change it.
func looksWhole(path string) error {
	if n := disk.Size(path); n > 0 {
		if head := begins(path); n < 512 || len(head) < 24 ||
			string(head[:16]) != "SQLite format 3\x00" ||
			string(head[20:24]) != "\x00\x40\x20\x20" {
			return &Error{
				Code: console.CodeStoreDamaged,
				Text: path + " is damaged, or no database", Hint: damagedHint,
			}
		}
		return nil
	}
	if disk.Size(path+"-wal") == 0 {
		return nil
	}
	return &Error{
		Code: console.CodeStoreDamaged,
		Text: path + " is gone or empty, but its write-ahead log " + filepath.Base(path) +
			"-wal is there",
		Hint: "nothing was changed: put the database back where it was, or move the log away " +
			"and restore a backup",
	}
}

// writable returns the reason why the database at path or the files beside it cannot be written, or
// nil.
func writable(path string) error {
	err := disk.CanWrite(path)
	if err == nil {
		return nil
	}
	return &Error{
		Code: console.CodeStoreReadOnly, Text: "the store can only be read", Err: err,
		Hint: "lists still work; for the rest make the directory and the file writable " +
			"(chmod u+rwX), or use another place with --state",
	}
}

// crippled returns the stateDir for Options.Lists if SQLite cannot make its shared memory. Only a
// write-ahead log needs that memory, and a process with the database open would have made the log.
func (p stateDir) crippled(path string, err error) (stateDir, bool) {
	if p.readOnly != nil || !noShared(err) || disk.Size(path+"-wal") != 0 {
		return p, false
	}
	e := &Error{
		Code: console.CodeStoreIo, Text: "the store can only be read", Err: bare(err),
		Hint: "lists still work; for the rest: " + ioHint,
	}
	if why, ok := errors.AsType[*Error](err); ok {
		e.Code, e.Hint = why.Code, "lists still work; for the rest: "+why.Hint
	}
	p.readOnly, p.immutable = e, true
	return p, true
}

// tightenDir removes permissions of other users from the directory, unless it is clearly shared:
// --state /tmp must not close /tmp.
func (e env) tightenDir(dir string, tightened *[]string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fileError("look at the state directory", err)
	}
	if !disk.Wide(info) {
		return e.own(dir, info)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fileError("look at the state directory", err)
	}
	ours := len(entries) == 0
	for _, e := range entries {
		ours = ours || e.Name() == dbName || e.Name() == key.FileName
	}
	if !ours {
		return &Error{
			Code: console.CodeStoreAccess,
			Text: fmt.Sprintf(
				"state directory %s: others can look into it (%04o) and it holds other files", dir,
				info.Mode().Perm()),
			Hint: "name a directory of its own with --state, or chmod 700 it",
		}
	}
	return e.narrow(dir, info, disk.DirMode, tightened)
}

// tighten narrows the permissions of one file. It refuses links and special files: a link could
// point anywhere.
func (e env) tighten(path string, tightened *[]string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fileError("look at the store", err)
	}
	if !info.Mode().IsRegular() {
		return &Error{Code: console.CodeStoreAccess, Text: path + " is not a regular file",
			Hint: "move it away, or use another place with --state"}
	}
	if !disk.Wide(info) {
		return e.own(path, info)
	}
	return e.narrow(path, info, disk.FileMode, tightened)
}

// own refuses a file of another user, even if this process may use it. Root may use any file, but
// its owner could not use the files that root adds.
func (e env) own(path string, info fs.FileInfo) error {
	foreign := e.Foreign(path, info)
	if foreign == nil {
		return nil
	}
	dir := path
	if !info.IsDir() {
		dir = filepath.Dir(path)
	}
	hint := fmt.Sprintf(
		"give it back with chown -R %d %s as root, or use another place with --state",
		foreign.User, dir)
	if foreign.User == 0 {
		hint = fmt.Sprintf(
			"run lanyard as that user, not with sudo, or use another place with --state; if "+
				"root is to have it: chown -R 0 %s", dir)
	}
	return &Error{Code: console.CodeStoreOwner, Text: foreign.Error(), Hint: hint}
}

func (e env) narrow(path string, info fs.FileInfo, mode fs.FileMode, tightened *[]string) error {
	if err := e.own(path, info); err != nil {
		return err
	}
	if err := disk.Narrow(path, info, mode); err != nil {
		return fileError("close the store to others", err)
	}
	*tightened = append(*tightened, fmt.Sprintf("%s (was %04o)", path, info.Mode().Perm()))
	return nil
}

// fileError returns the error of a failed file operation, with a code and a hint. err names the
// file.
func fileError(op string, err error) *Error {
	e := &Error{
		Code: console.CodeStoreAccess, Text: op, Err: err, Hint: "use another place with --state",
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT),
		errors.Is(err, syscall.EFBIG):
		e.Code, e.Hint = console.CodeStoreFull, fullHint
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Code, e.Hint = console.CodeStoreReadOnly,
			"check the permissions of the directory, or use another place with --state"
	case errors.Is(err, syscall.EIO):
		e.Code, e.Hint = console.CodeStoreIo, ioHint
	}
	return e
}

// begins returns the first bytes of a file, or none if it cannot be read. SQLite reports that error
// later.
func begins(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return []byte("SQLite format 3\x00....\x00\x40\x20\x20")
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 24)
	n, _ := io.ReadFull(f, head)
	return head[:n]
}

// Lost looks for signs that a state directory without a database had one before. It returns an
// error for a write-ahead log, and only a sentence for a key file.
func Lost(dir string) (text string, err error) {
	path := filepath.Join(dir, dbName)
	if err := looksWhole(path); err != nil {
		return "", err
	}
	if !disk.Exists(path) && disk.Exists(filepath.Join(dir, key.FileName)) {
		text = path + " is not there, though a key is beside it: " +
			filepath.Join(dir, key.FileName)
	}
	return text, nil
}

// LostHint is the hint for the text that Lost returns.
const LostHint = "if the store is lost, bring back a backup: lanyard restore FILE --replace; " +
	"the next command that stores begins a new one, which that key seals too"

// FreeRoom returns the number of bytes that may still be written to the disk of the directory dir.
// ok is false if the number is not known.
func FreeRoom(dir string) (bytes uint64, ok bool) { return disk.Free(dir) }
