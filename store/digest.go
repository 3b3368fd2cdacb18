package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// digestSize is the number of bytes of the HMAC that are kept, enough to tell any two secrets of a
// store apart.
const digestSize = 16

// Digest returns the keyed hash of a secret: HMAC-SHA-256, cut to 128 bits, in base64. A store
// draws the key for hashes once and seals it with the data key, so that hashes outlive a rotation.
// Digest returns "" if the store has no such key.
func (r *reader) Digest(label string, text secret.Text) (string, error) {
	if text.IsZero() {
		return "", nil
	}
	key, err := r.hashKey()
	if err != nil || key == nil {
		return "", err
	}
	defer clear(key)
	return digest(key, label, text), nil
}

// Digest makes the key if there is none.
func (w *writer) Digest(label string, text secret.Text) (string, error) {
	if text.IsZero() {
		return "", nil
	}
	key, err := w.hashKey()
	if err != nil {
		return "", err
	}
	if key == nil {
		key = make([]byte, keySize)
		_, _ = rand.Read(key) // never fails
		if err := w.putHashKey(key); err != nil {
			return "", err
		}
	}
	defer clear(key)
	return digest(key, label, text), nil
}

func digest(key []byte, label string, text secret.Text) string {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(label + "\x00" + text.Reveal())) // never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:digestSize])
}

// hashKey returns the key for hashes, or nil if the store has none or it does not open.
func (r *reader) hashKey() ([]byte, error) {
	const op = "hash a secret"
	var sealed []byte
	err := r.tx.QueryRowContext(r.ctx, "SELECT key FROM hash_key").Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, r.fail(op, err)
	}
	if r.key.sealer == nil {
		return nil, r.fail(op, r.key.why)
	}
	key, err := r.key.sealer.openBytes(sealed, "hash_key", "1", "key")
	if errors.Is(err, ErrKey) {
		return nil, nil // it is altered: no hash made with it is like any other
	}
	return key, r.fail(op, err)
}

// HashAs gives s the key for hashes of another store, so that hashes copied from there can be
// compared. Both must be unlocked, and s must not have hashed anything yet.
func (s *Store) HashAs(ctx context.Context, other *Store) error {
	var key []byte
	defer func() { clear(key) }()
	err := other.View(ctx, func(r console.Reader) (err error) {
		key, err = r.(*reader).hashKey()
		return err
	})
	if err != nil || key == nil {
		return err
	}
	return s.Update(ctx, func(w console.Writer) error { return w.(*writer).putHashKey(key) })
}

func (w *writer) putHashKey(key []byte) error {
	if w.key.sealer == nil {
		return w.fail("hash a secret", w.key.why)
	}
	sealed := w.key.sealer.sealBytes(key, "hash_key", "1", "key")
	_, err := w.exec("store the key for hashes",
		`INSERT INTO hash_key (one, key) VALUES (1, ?)
		ON CONFLICT (one) DO UPDATE SET key = excluded.key`, sealed)
	return err
}
