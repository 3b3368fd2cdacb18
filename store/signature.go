package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"lanyard/console"
)

// signatureName is the file in a backup with its signature: the HMAC-SHA-256 of the database. The
// recipient of a backup (age1…) is enough to make a backup, but not its signature.
const signatureName = "lanyard.sig"

// Signature is the origin of a backup, as far as its signature shows it.
type Signature int

// The results of a check.
const (
	Unchecked Signature = iota // no store here can verify it, or that store is locked
	Unsigned                   // no signature, or that of another store
	Signed                     // by the store that is here, or by one that it was restored from
)

// Signer verifies signatures of one store. It is for Restoring.Signer.
type Signer struct{ key []byte }

// Signer returns the Signer of this store. It is nil while the store is locked, and for a store
// that never hashed a secret.
func (s *Store) Signer(ctx context.Context) (*Signer, error) {
	var key []byte
	err := s.View(ctx, func(r console.Reader) (err error) {
		key, err = r.(*reader).hashKey()
		return err
	})
	defer clear(key)
	if err != nil || key == nil {
		return nil, err
	}
	return &Signer{signingKey(key)}, nil
}

// signingKey derives the key from the one for hashes, which outlives rotations, backups and
// restores.
func signingKey(hashKey []byte) []byte {
	m := hmac.New(sha256.New, hashKey)
	_, _ = m.Write([]byte("lanyard key for signatures of backups\x00")) // never fails
	return m.Sum(nil)
}

func (s *Signer) of(db []byte) []byte {
	m := hmac.New(sha256.New, s.key)
	_, _ = m.Write(db) // never fails
	return m.Sum(nil)
}

// check returns the origin of a backup.
func (s *Signer) check(b bundle) Signature {
	switch {
	case b.signature == nil:
		return Unsigned
	case s == nil:
		return Unchecked
	case hmac.Equal(b.signature, s.of(b.db)):
		return Signed
	}
	return Unsigned
}

// sign returns the signature of a database, or nil if the store has no key for it.
func (s *Store) sign(ctx context.Context, db []byte) ([]byte, error) {
	signer, err := s.Signer(ctx)
	if err != nil || signer == nil {
		return nil, err
	}
	defer clear(signer.key)
	return signer.of(db), nil
}
