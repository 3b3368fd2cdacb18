package store

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// keySize is the size of the data key in bytes. It is that of the keys of slots, because the slot
// of an older store holds the data key itself.
const keySize = key.Size

// The first byte of everything sealed is its form: XChaCha20-Poly1305, then 24 bytes of nonce, then
// the ciphertext with its tag. In the padded form, which is the one that is written, the length of
// the plaintext is hidden and the form is bound to the place. The bare form is only read.
const (
	bareForm   = 1
	paddedForm = 2
)

// leastPadded is the size in bytes of the smallest padded plaintext. Longer ones have twice, four
// times, … this size.
const leastPadded = 256

// pad adds a 1 bit and then 0 bits up to the next size (ISO/IEC 7816-4).
func pad(plain []byte) []byte {
	size := leastPadded
	for size <= len(plain) {
		size *= 2
	}
	out := make([]byte, size)
	copy(out, plain)
	out[len(plain)] = 0x80
	return out
}

// unpadded takes the padding off; ok is false where there is none.
func unpadded(padded []byte) (plain []byte, ok bool) {
	plain = bytes.TrimRight(padded, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != 0x80 {
		return nil, false
	}
	return plain[:len(plain)-1], true
}

// sealer seals and opens values with the data key of one epoch. It is never changed once it was
// made, so that transactions may go on with the one they began with.
type sealer struct {
	aead   cipher.AEAD
	epoch  int64
	rowKey []byte // key of the MACs of rows
	guards bool   // every row that lanyard wrote has a MAC
}

// newSealer makes a sealer from a key of keySize bytes. It guards rows.
func newSealer(key []byte, epoch int64) (*sealer, error) {
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("%w: the key has %d bytes instead of %d", ErrKey, len(key), keySize)
	}
	return &sealer{aead: a, epoch: epoch, rowKey: rowKey(key), guards: true}, nil
}

// aadOf returns the additional data that binds a sealed value to its place and its form. Only rows
// can hold a slash, so no two places have the same additional data.
func (s *sealer) aadOf(form byte, table, row, column string) []byte {
	place := table + "/" + row + "/" + column + "/" + strconv.FormatInt(s.epoch, 10)
	if form != bareForm {
		place += "/" + strconv.Itoa(int(form))
	}
	return []byte(place)
}

// seal returns t sealed for its place, or nil for no credential.
func (s *sealer) seal(t secret.Text, table, row, column string) []byte {
	if t.IsZero() {
		return nil
	}
	return s.sealBytes([]byte(t.Reveal()), table, row, column)
}

func (s *sealer) sealBytes(plain []byte, table, row, column string) []byte {
	head := 1 + s.aead.NonceSize()
	padded := pad(plain)
	defer clear(padded)
	out := make([]byte, head, head+len(padded)+s.aead.Overhead())
	out[0] = paddedForm
	_, _ = rand.Read(out[1:head]) // never fails
	return s.aead.Seal(out, out[1:head], padded, s.aadOf(paddedForm, table, row, column))
}

// withHeaders joins a consumer secret and the values of headers to one text, because they are
// stored in one place. A consumer secret alone stays as it is.
func withHeaders(consumer, headers secret.Text) secret.Text {
	if headers.IsZero() {
		return consumer
	}
	return secret.New("\x00" + headers.Reveal() + "\x00" + consumer.Reveal()) // JSON holds no NUL
}

// withoutHeaders takes apart what withHeaders has joined.
func withoutHeaders(t secret.Text) (consumer, headers secret.Text) {
	rest, joined := strings.CutPrefix(t.Reveal(), "\x00{")
	before, after, ok := strings.Cut(rest, "\x00")
	if !joined || !ok {
		return t, secret.Text{}
	}
	return secret.New(after), secret.New("{" + before)
}

// open returns what seal was given for the same place. A nil value is no credential, so that open
// does not notice a deleted value. It fails with ErrKey for everything that seal did not make with
// the same key for the same place.
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
	wrong := fmt.Errorf("open %s.%s: %w", table, column, ErrKey)
	if len(sealed) < head+s.aead.Overhead() || sealed[0] != bareForm && sealed[0] != paddedForm {
		return nil, wrong
	}
	plain, err := s.aead.Open(nil, sealed[1:head], sealed[head:],
		s.aadOf(sealed[0], table, row, column))
	if err != nil {
		return nil, wrong
	}
	if sealed[0] == paddedForm {
		var ok bool
		if plain, ok = unpadded(plain); !ok {
			return nil, wrong
		}
	}
	return plain, nil
}
