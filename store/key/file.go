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

// What follows the name of a key file that is not in use: KeptSuffix of every file of a store that a
// restore keeps, with the time; AsideSuffix of a key that no database here knows, with its id.
const (
	KeptSuffix  = ".before-"
	AsideSuffix = ".was-"
)

// File is a key in a file that only its owner can read. A key that is to replace it waits beside it under a
// name with its own id, so that two rotations at once cannot take each other's.
type File struct{ Path string }

func (k File) Kind() string  { return InFile }
func (k File) Place() string { return "key file " + k.Path }

// coming is where the key with an id waits until it is settled.
func (k File) coming(id string) string { return k.Path + ".new-" + id }

// aside is where a key goes that nobody of this database knows.
func (k File) aside(id string) string { return k.Path + AsideSuffix + id }

// SetAside moves the key that is there out of the way of a new one, and gives its new name, under
// which find still reads it; "" where there was none.
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

// fileID reads the id in params. It becomes part of a file name, and comes from a file that may be hostile.
func fileID(params []byte) (string, error) {
	var p idParams
	err := readParams(params, &p)
	if _, odd := hex.DecodeString(p.ID); err == nil && odd != nil {
		err = errors.New("its stored parameters are not those of lanyard")
	}
	return p.ID, err
}

// Key reads the key in whichever file it is. Where a key is settled meanwhile, the second look finds it.
func (k File) Key(_ context.Context, params []byte, _ secret.Text) ([]byte, error) {
	id, err := fileID(params)
	if err != nil {
		return nil, err
	}
	kept, _, err := k.find(id)
	return kept, err
}

// find gives a key as it is kept, and its file. An id of "" is whatever key there is.
func (k File) find(id string) (kept []byte, path string, err error) {
	paths := []string{k.coming(id), k.Path, k.aside(id)}
	if id == "" {
		paths = paths[1:2]
	}
	var damage error
	guards := false // lanyard.key says it of the database beside it, whichever key opens that
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

// Where is the file that has the key of params; a change of the key may not have given it its
// lasting name yet.
func (k File) Where(params []byte) string {
	if id, err := fileID(params); err == nil {
		if kept, path, err := k.find(id); err == nil {
			clear(kept)
			return path
		}
	}
	return k.Path
}

// MakeAgain writes a key that Make has made once more where it is gone.
func (k File) MakeAgain(ctx context.Context, params, key []byte) error {
	kept, err := k.Key(ctx, params, secret.Text{})
	if clear(kept); err == nil {
		return nil
	}
	return writeKey(k.coming(ID(key)), key)
}

// NoteGuarded implements Noting. The byte has one place and one value, so that two who write it at once do no
// harm.
func (k File) NoteGuarded(_ context.Context, params []byte, guarded bool) error {
	id, err := fileID(params)
	if err != nil {
		return err
	}
	if !guarded { // lanyard.key says it, whichever key it is
		return errors.Join(unguard(k.Path), unguard(k.coming(id)), disk.SyncDir(filepath.Dir(k.Path)))
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

// unguard takes back what NoteGuarded wrote into a file that may not be there.
func unguard(path string) error {
	kept, err := readKept(path)
	clear(kept)
	if err != nil || len(kept) == Size {
		return nil //nolint:nilerr // no key, or nothing noted
	}
	return os.Truncate(path, Size)
}

// ErrOtherKey is the cause where there is a key, and it is not the one that was asked for.
var ErrOtherKey = errors.New("it holds another key")

func readKey(path string) ([]byte, error) {
	kept, err := readKept(path)
	if err != nil {
		return nil, err
	}
	return kept[:Size:Size], nil
}

// readKept reads a key as it is kept.
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

// Make writes a key whole or not at all. The first one replaces no key file: if another process was
// faster, its key is the one that Make gives.
func (k File) Make(_ context.Context, _ secret.Text, first bool) (key, params []byte, err error) {
	if first {
		key, err = readKey(k.Path)
		if errors.Is(err, ErrNoKey) {
			fresh := New()
			err = writeKey(k.Path, fresh)
			clear(fresh)
			if err == nil || errors.Is(err, fs.ErrExist) {
				key, err = readKey(k.Path) // what is there counts, not what was meant
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

// keyTemp is how the names begin of keys that are being written.
const keyTemp = "." + FileName + "-"

// writeTries is how often a key is written whose first name another process swept away.
const writeTries = 20

// writeKey writes a key file that must not exist.
func writeKey(path string, key []byte) (err error) {
	for range writeTries {
		if disk.Exists(path) {
			return fs.ErrExist
		}
		if err = linkKey(path, key); !errors.Is(err, fs.ErrNotExist) || !disk.Exists(filepath.Dir(path)) {
			break
		}
	}
	return err
}

// linkKey writes under another name first, then links, because a link, unlike a rename, replaces nothing.
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
		// A file system without links: whole only if nothing dies in between, and then said to be damaged.
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, disk.FileMode); err == nil {
			err = disk.WriteSynced(f, kept)
		}
	}
	if err != nil {
		return err
	}
	return disk.SyncDir(dir)
}

// Copies lists the key files in dir under names that a process gives up before it ends, unless it is killed: those of
// writeKey, and those of a restore that keeps a key file.
func Copies(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && (strings.HasPrefix(e.Name(), keyTemp) || strings.HasPrefix(e.Name(), disk.PartPrefix+FileName)) {
			names = append(names, e.Name())
		}
	}
	return names
}

// SweepCopies removes copies of keys that killed processes left in dir. It runs while the database is locked: then no
// rotation and no restore is writing one. A process that writes a first key meanwhile writes it again.
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

// Settle gives the key of params its lasting name and removes what other rotations left lying. It runs while the
// database is locked: only then is it sure that no other key is coming into force.
func (k File) Settle(params []byte) error {
	id, err := fileID(params)
	if err != nil || id == "" {
		return err
	}
	if _, err := os.Lstat(k.coming(id)); err == nil {
		if key, err := readKey(k.Path); err == nil && ID(key) != id && !k.keptBeside(ID(key)) {
			// Whose it is nobody here knows; a database that was moved away may need it.
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

// keptBeside reports whether a restore kept a key beside, with the database that it opens.
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

// Forget removes the key of params wherever it lies, and no other. It runs while the database is locked, as Settle.
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
