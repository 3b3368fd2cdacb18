package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// ErrNoKey is returned by a KeySlot that holds no key yet.
var ErrNoKey = errors.New("no key yet")

// KeySlot keeps the data key, 32 random bytes, somewhere else than in the database.
type KeySlot interface {
	// Name is the backend in one word, such as "file".
	Name() string
	// Unseal gives the key, in a slice that the caller may overwrite; ErrNoKey when there is none.
	Unseal(ctx context.Context) ([]byte, error)
	// Seal keeps key durably. It never replaces a key: then it fails with fs.ErrExist.
	Seal(ctx context.Context, key []byte) error
}

// keyFile is the key in a file that only its owner can read.
type keyFile struct{ path string }

func (k keyFile) Name() string   { return "file" }
func (k keyFile) String() string { return "key file " + k.path }

func (k keyFile) Unseal(context.Context) ([]byte, error) {
	info, err := os.Lstat(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() != keySize {
		return nil, fmt.Errorf("not a file of %d bytes", keySize)
	}
	return os.ReadFile(k.path)
}

// Seal writes the key whole or not at all: under another name first, then linked, because a link, unlike
// a rename, never replaces the key of somebody who was faster.
func (k keyFile) Seal(_ context.Context, key []byte) error {
	dir := filepath.Dir(k.path)
	f, err := os.CreateTemp(dir, ".lanyard.key-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := writeSynced(f, key); err != nil {
		return err
	}
	err = os.Link(f.Name(), k.path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without links: whole only if nothing dies in between, and then said to be damaged.
		if f, err = os.OpenFile(k.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode); err == nil {
			err = writeSynced(f, key)
		}
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// writeSynced writes, syncs and closes f.
func writeSynced(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// memoryKey keeps the key for the life of the process.
type memoryKey struct {
	mu  sync.Mutex
	key []byte
}

func (m *memoryKey) Name() string   { return "memory" }
func (m *memoryKey) String() string { return "key in memory" }

func (m *memoryKey) Unseal(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.key == nil {
		return nil, ErrNoKey
	}
	return bytes.Clone(m.key), nil
}

func (m *memoryKey) Seal(_ context.Context, key []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.key != nil {
		return fs.ErrExist
	}
	m.key = bytes.Clone(key)
	return nil
}

// slotName is what a person calls a slot.
func slotName(k KeySlot) string {
	if s, ok := k.(fmt.Stringer); ok {
		return s.String()
	}
	return "key slot " + k.Name()
}
