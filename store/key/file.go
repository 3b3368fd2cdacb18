package key

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lanyard/store/disk"
	"lanyard/tokenapi/secret"
)

// FileName is the name of the key file in a state directory.
const FileName = "lanyard.key"

// Suffixes of the name of a key file that is not in use. A restore adds KeptSuffix and the time to
// each file of a store that it keeps. AsideSuffix and the key's id follow the name of a key that no
// database here knows.
const (
	KeptSuffix  = ".before-"
	AsideSuffix = ".was-"
)

// File is a slot in a file that only its owner can read (mode 0600), with the bytes of the key. A
// new key waits beside it under a name with the new key's ID, so that two concurrent rotations use
// different files.
type File struct{ Path string }

// Kind implements Slot.
func (k File) Kind() string { return InFile }

// Place implements Slot.
func (k File) Place() string { return "key file " + k.Path }

// coming returns the path of the key with this ID before it is settled.
func (k File) coming(id string) string { return k.Path + ".new-" + id }

// aside returns the path of a key that this database does not record.
func (k File) aside(id string) string { return k.Path + AsideSuffix + id }

// SetAside renames the present key file to make way for a new key. It returns the new name, or ""
// if there was no key file. Key still finds the key there.
func (k File) SetAside() (name string, err error) {
	key, err := readKey(k.Path)
	if errors.Is(err, ErrNoKey) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	name = k.aside(ID(key))
	clear(key)
	if err := os.Rename(k.Path, name); err != nil {
		return "", err
	}
	return name, disk.SyncDir(filepath.Dir(k.Path))
}

// fileID reads the id in params. It becomes part of a file name, and params may be hostile.
func fileID(params []byte) (string, error) {
	var p idParams
	err := readParams(params, &p)
	if _, odd := hex.DecodeString(p.ID); err == nil && odd != nil {
		err = errors.New("its stored parameters are not those of lanyard")
	}
	return p.ID, err
}

// Key implements Slot. It looks for the key in each file that may hold it. If another process
// settles the key meanwhile, the look at the lasting name finds it.
func (k File) Key(_ context.Context, params []byte, _ secret.Text) ([]byte, error) {
	id, err := fileID(params)
	if err != nil {
		return nil, err
	}
	kept, _, err := k.find(id)
	return kept, err
}

// find returns a stored key and its file. An id of "" matches any key.
func (k File) find(id string) (kept []byte, path string, err error) {
	paths := []string{k.coming(id), k.Path, k.aside(id)}
	if id == "" {
		paths = paths[1:2]
	}
	var damage error
	guards := false // whether a file has the byte, which is about the database
	for _, path := range paths {
		kept, err := readKept(path)
		if errors.Is(err, ErrNoKey) {
			continue
		}
		if err != nil {
			damage = errors.Join(damage, err)
			continue
		}
		guards = guards || len(kept) > Size
		if id == "" || ID(kept[:Size]) == id {
			if guards && len(kept) == Size {
				kept = Guarded(kept)
			}
			return kept, path, nil
		}
		clear(kept)
		damage = errors.Join(damage, ErrOtherKey)
	}
	if damage != nil {
		return nil, "", damage
	}
	return nil, "", ErrNoKey
}

// Where returns the path of the file with the key of params. After an interrupted change of the
// key, that file may not have its lasting name yet. Without such a file Where returns Path.
func (k File) Where(params []byte) string {
	if id, err := fileID(params); err == nil {
		if kept, path, err := k.find(id); err == nil {
			clear(kept)
			return path
		}
	}
	return k.Path
}

// MakeAgain writes a key of an earlier Make again if its file is gone.
func (k File) MakeAgain(ctx context.Context, params, key []byte) error {
	kept, err := k.Key(ctx, params, secret.Text{})
	if clear(kept); err == nil {
		return nil
	}
	return writeKey(k.coming(ID(key)), key)
}

// NoteGuarded implements Noting. The byte has one place and one value, so concurrent writes of it
// do no harm.
func (k File) NoteGuarded(_ context.Context, params []byte, guarded bool) error {
	id, err := fileID(params)
	if err != nil {
		return err
	}
	if !guarded { // Key finds the byte in either file
		return errors.Join(unguard(k.Path), unguard(k.coming(id)),
			disk.SyncDir(filepath.Dir(k.Path)))
	}
	kept, path, err := k.find(id)
	clear(kept)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	key := make([]byte, Size)
	defer clear(key)
	if _, err = f.ReadAt(key, 0); err == nil && id != "" && ID(key) != id {
		err = ErrNoKey // replaced in between
	}
	if err == nil {
		_, err = f.WriteAt([]byte{rowsGuarded}, Size)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// unguard removes the byte that NoteGuarded wrote, if the file exists.
func unguard(path string) error {
	kept, err := readKept(path)
	clear(kept)
	if err != nil || len(kept) == Size {
		return nil //nolint:nilerr // no key, or nothing noted
	}
	return os.Truncate(path, Size)
}

// ErrOtherKey is returned by a Slot that holds another key than the requested one.
var ErrOtherKey = errors.New("it holds another key")

// readKey reads a key without the byte of NoteGuarded.
func readKey(path string) ([]byte, error) {
	kept, err := readKept(path)
	if err != nil {
		return nil, err
	}
	return kept[:Size:Size], nil
}

// readKept reads a key with the byte of NoteGuarded, if there is one. It fails with ErrNoKey if
// there is no file.
func readKept(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > Size+1 {
		return nil, fmt.Errorf("not a file of %d bytes", Size+1)
	}
	kept, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) { // settled in between
		return nil, ErrNoKey
	}
	if err == nil {
		if _, _, err = Split(kept); err != nil {
			err = fmt.Errorf("not a file of %d bytes", Size+1)
		}
	}
	return kept, err
}

// Make implements Slot. It writes the whole key or nothing. The first key replaces no key file: if
// another process was faster, Make returns the key of that process.
func (k File) Make(_ context.Context, _ secret.Text, first bool) (key, params []byte, err error) {
	if first {
		key, err = readKey(k.Path)
		if errors.Is(err, ErrNoKey) {
			fresh := New()
			err = writeKey(k.Path, fresh)
			clear(fresh)
			if err == nil || errors.Is(err, fs.ErrExist) {
				key, err = readKey(k.Path) // the file decides
			}
		}
	} else {
		key = New()
		err = writeKey(k.coming(ID(key)), key)
	}
	if err != nil {
		clear(key)
		return nil, nil, err
	}
	return key, Params(key), nil
}

// keyTemp begins the names of temporary files, in which keys are written.
const keyTemp = "." + FileName + "-"

// writeTries is the number of attempts to write a key while other processes remove its temporary
// file.
const writeTries = 20

// writeKey writes a key file that must not exist; it fails with fs.ErrExist if it does.
func writeKey(path string, key []byte) (err error) {
	for range writeTries {
		if disk.Exists(path) {
			return fs.ErrExist
		}
		if err = linkKey(path, key); !errors.Is(err, fs.ErrNotExist) ||
			!disk.Exists(filepath.Dir(path)) {
			break
		}
	}
	return err
}

// linkKey writes a temporary file and links it to path. Unlike a rename, a link replaces nothing.
func linkKey(path string, key []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, keyTemp+"*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	kept := Guarded(key)
	defer clear(kept)
	if err := disk.WriteSynced(f, kept); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
		// A file system without links. A process that is killed in between leaves a part of the
		// key, which readKept then refuses.
		var file *os.File // not f, which is removed
		file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, disk.FileMode)
		if err == nil {
			err = disk.WriteSynced(file, kept)
		}
	}
	if err != nil {
		return err
	}
	return disk.SyncDir(dir)
}

// Copies returns the names of key files in dir that killed processes left. They are temporary files
// of writeKey, and of disk.NewFile for key files that a restore kept.
func Copies(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		n := e.Name()
		left := strings.HasPrefix(n, keyTemp) || strings.HasPrefix(n, disk.PartPrefix+FileName)
		if left && e.Type().IsRegular() {
			names = append(names, n)
		}
	}
	return names
}

// SweepCopies removes what Copies finds in dir, and returns the names of what it removed. The
// caller has locked the database: then no rotation and no restore is writing a key. A process that
// writes a first key meanwhile writes it again.
func SweepCopies(dir string) (gone []string) {
	for _, name := range Copies(dir) {
		if os.Remove(filepath.Join(dir, name)) == nil {
			gone = append(gone, name)
		}
	}
	if len(gone) > 0 {
		_ = disk.SyncDir(dir)
	}
	return gone
}

// Settle implements Slot. It gives the key of params its lasting name and removes what other
// rotations have left. The caller has locked the database: only then is it sure that no other key
// is coming into force.
func (k File) Settle(params []byte) error {
	id, err := fileID(params)
	if err != nil || id == "" {
		return err
	}
	if _, err := os.Lstat(k.coming(id)); err == nil {
		if key, err := readKey(k.Path); err == nil && ID(key) != id && !k.keptBeside(ID(key)) {
			// no database here knows it; one that was moved away may need it
			if err := os.Rename(k.Path, k.aside(ID(key))); err != nil {
				return err
			}
		}
		if err := os.Rename(k.coming(id), k.Path); err != nil {
			return err
		}
	}
	dir := filepath.Dir(k.Path)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(k.coming(""))) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(err, disk.SyncDir(dir))
}

// keptBeside reports whether a restore has kept the key with an id, beside the database that it
// opens.
func (k File) keptBeside(id string) bool {
	entries, _ := os.ReadDir(filepath.Dir(k.Path))
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		if !strings.HasPrefix(e.Name(), filepath.Base(k.Path)+KeptSuffix) {
			return false
		}
		key, err := readKey(filepath.Join(filepath.Dir(k.Path), e.Name()))
		defer clear(key)
		return err == nil && ID(key) == id
	})
}

// Forget implements Slot. It removes the key of params from whichever file it is in. The caller has
// locked the database, as for Settle.
func (k File) Forget(_ context.Context, params []byte) error {
	id, err := fileID(params)
	if err != nil || id == "" {
		return err
	}
	var all error
	for _, path := range []string{k.coming(id), k.Path} {
		key, err := readKey(path)
		if err != nil {
			continue // gone, or not a key that we wrote
		}
		if ID(key) == id {
			all = errors.Join(all, os.Remove(path))
		}
		clear(key)
	}
	return errors.Join(all, disk.SyncDir(filepath.Dir(k.Path)))
}
