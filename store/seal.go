package store

import (
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"strconv"

	"golang.org/x/crypto/chacha20poly1305"

	"lanyard/tokenapi/secret"
)

// keySize is the size of the data key in bytes.
const keySize = chacha20poly1305.KeySize

// sealForm is the first byte of everything sealed: XChaCha20-Poly1305, then 24 bytes of nonce, then the
// ciphertext with its tag.
const sealForm = 1

// sealer seals and opens values with the data key of one epoch. It is never changed once it was made, so that
// transactions may go on with the one they began with.
type sealer struct {
	aead  cipher.AEAD
	epoch int64
}

// newSealer makes a sealer from a key of keySize bytes.
func newSealer(key []byte, epoch int64) (*sealer, error) {
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("%w: the key has %d bytes instead of %d", ErrKey, len(key), keySize)
	}
	return &sealer{aead: a, epoch: epoch}, nil
}

// place is where a sealed value belongs. Only rows can hold a slash, so no two places read the same.
func (s *sealer) place(table, row, column string) []byte {
	return []byte(table + "/" + row + "/" + column + "/" + strconv.FormatInt(s.epoch, 10))
}

// seal gives t sealed for its place, or nil for no credential.
func (s *sealer) seal(t secret.Text, table, row, column string) []byte {
	if t.IsZero() {
		return nil
	}
	return s.sealBytes([]byte(t.Reveal()), table, row, column)
}

func (s *sealer) sealBytes(plain []byte, table, row, column string) []byte {
	head := 1 + s.aead.NonceSize()
	out := make([]byte, head, head+len(plain)+s.aead.Overhead())
	out[0] = sealForm
	_, _ = rand.Read(out[1:head]) // never fails
	return s.aead.Seal(out, out[1:head], plain, s.place(table, row, column))
}

// open gives back what seal was given for the same place; nil gives no credential, so
// that a deleted value is not noticed here. Anything else that seal did not make with the same key for the same place is ErrKey.
func (s *sealer) open(sealed []byte, table, row, column string) (secret.Text, error) {
	if sealed == nil {
		return secret.Text{}, nil
	}
	plain, err := s.openBytes(sealed, table, row, column)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(string(plain)), nil
}

func (s *sealer) openBytes(sealed []byte, table, row, column string) ([]byte, error) {
	head := 1 + s.aead.NonceSize()
	if len(sealed) < head+s.aead.Overhead() || sealed[0] != sealForm {
		return nil, fmt.Errorf("open %s.%s: %w", table, column, ErrKey)
	}
	plain, err := s.aead.Open(nil, sealed[1:head], sealed[head:], s.place(table, row, column))
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w", table, column, ErrKey)
	}
	return plain, nil
}
