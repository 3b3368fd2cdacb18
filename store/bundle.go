package store

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"
	"modernc.org/sqlite"

	"lanyard/console"
	"lanyard/store/disk"
	"lanyard/store/key"
)

// bundleMost is the largest size of a database in a backup that is read, in bytes.
const bundleMost = 512 << 20

// write writes the tar of a backup.
func (b bundle) write(w io.Writer) error {
	t := tar.NewWriter(w)
	for _, f := range []struct {
		name string
		data []byte
	}{{dbName, b.db}, {key.FileName, b.key}, {signatureName, b.signature}} {
		if f.data == nil {
			continue
		}
		head := &tar.Header{
			Name: f.name, Mode: int64(disk.FileMode), Size: int64(len(f.data)), ModTime: b.at,
			Typeflag: tar.TypeReg, Format: tar.FormatUSTAR,
		}
		if err := t.WriteHeader(head); err != nil {
			return err
		}
		if _, err := t.Write(f.data); err != nil {
			return err
		}
	}
	return t.Close()
}

// noBackup is the error of a file that is no backup or cannot be used as one.
func noBackup(why string, cause error) *Error {
	return &Error{
		Code: console.CodeStoreBackup, Text: "the backup cannot be used: " + why, Err: bare(cause),
		Hint: "nothing was changed. Is it the file that lanyard backup wrote, all of it? Use " +
			"another one",
	}
}

// ForPassphrase reports whether an age file is opened with a passphrase. It reads only the header.
// If the file is no age file, it fails with an *Error.
func ForPassphrase(r *bufio.Reader) (bool, error) {
	head, _ := r.Peek(4 << 10)
	if bytes.HasPrefix(head, []byte(armor.Header)) {
		head, _ = io.ReadAll(io.LimitReader(armor.NewReader(bytes.NewReader(head)), 4<<10))
	}
	lines := bytes.SplitN(head, []byte("\n"), 3)
	if len(lines) < 3 || !bytes.HasPrefix(lines[0], []byte("age-encryption.org/")) {
		return false, noBackup("it is no age file", nil)
	}
	return bytes.HasPrefix(lines[1], []byte("-> scrypt ")), nil
}

// notDecrypted returns the error for a backup that age cannot decrypt.
func notDecrypted(err error) error {
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); !ok {
		return noBackup("it is damaged, or no age file", err)
	}
	return &Error{
		Code: console.CodeStoreBackupLocked,
		Text: "the backup cannot be opened",
		Err:  errors.New("it was not made for this passphrase or identity"),
		Hint: "nothing was changed. Give the passphrase it was made with, or with " +
			"--identity the file of one of its recipients",
	}
}

// readBundle decrypts a backup. It reads to the end, because age reports a file that was cut off
// only there.
func readBundle(from io.Reader, who []age.Identity) (b bundle, err error) {
	defer func() {
		if err != nil {
			clear(b.key)
		}
	}()
	in := bufio.NewReader(from)
	var cipher io.Reader = in
	if head, _ := in.Peek(len(armor.Header)); string(head) == armor.Header {
		cipher = armor.NewReader(in)
	}
	plain, err := age.Decrypt(cipher, who...)
	if err != nil {
		return b, notDecrypted(err)
	}
	t := tar.NewReader(plain)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return b, noBackup("it is cut off or damaged, or holds something else", err)
		}
		var into *[]byte
		var least, most int64
		switch h.Name {
		case dbName:
			into, least, most = &b.db, 512, bundleMost
		case key.FileName:
			into, least, most = &b.key, keySize, keySize+1
		case signatureName:
			into, least, most = &b.signature, sha256.Size, sha256.Size
		}
		if into == nil || *into != nil || h.Typeflag != tar.TypeReg || h.Size < least ||
			h.Size > most {
			return b, noBackup("it holds something else than one "+dbName+", one "+key.FileName+
				" and at most one "+signatureName, nil)
		}
		*into = make([]byte, h.Size)
		if _, err := io.ReadFull(t, *into); err != nil {
			return b, noBackup("it is cut off or damaged", err)
		}
	}
	if n, err := io.Copy(io.Discard, io.LimitReader(plain, 1<<20+1)); err != nil || n > 1<<20 {
		return b, noBackup("it is cut off or damaged, or something follows", err)
	}
	if b.db == nil || b.key == nil {
		return b, noBackup("it lacks "+dbName+" or "+key.FileName, nil)
	}
	return b, nil
}

// raw calls f with the driver's own connection.
func raw(conn *sql.Conn, f func(sqliteConn) error) error {
	return conn.Raw(func(c any) error {
		s, ok := c.(sqliteConn)
		if !ok {
			return fmt.Errorf("a connection of another driver: %T", c)
		}
		return f(s)
	})
}

// sqliteConn has the driver's methods beyond those of database/sql.
type sqliteConn interface {
	NewBackup(dst string) (*sqlite.Backup, error)
	NewRestore(src string) (*sqlite.Backup, error)
	Serialize() ([]byte, error)
	Deserialize([]byte) error
}

// serialize returns a database in memory as the bytes of a file.
func (s *Store) serialize(ctx context.Context) (b []byte, err error) {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	err = raw(conn, func(c sqliteConn) error {
		b, err = c.Serialize()
		return err
	})
	return b, err
}

// all copies all pages at once.
func all(b *sqlite.Backup, err error) error {
	if err != nil {
		return err
	}
	more, err := b.Step(-1)
	if more && err == nil {
		err = errors.New("not everything was copied")
	}
	return errors.Join(err, b.Finish())
}
