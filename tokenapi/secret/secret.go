// Package secret provides the type of every credential in Lanyard.
//
// A [Text] prints and logs as a mask, with every fmt verb. Every method that encodes it returns
// [ErrEncode], because a mask that is stored in place of a credential loses the credential. Only
// Text.Reveal returns the credential itself.
//
// [Read] and [ReadLines] make a Text from a file, a variable or a keyboard. They refuse control
// characters, which are always a mistake there.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Mask is the printed form of every Text that is not empty. Its length does not depend on the
// secret.
const Mask = "•••"

// ErrEncode is the error of every encoding method. Encoding a secret is always a mistake, and an
// error is better than a mask in a file that is read back later.
var ErrEncode = errors.New("secret: refusing to encode a credential")

// Text is a credential. The zero value is no credential. A Text may be copied and shared. It cannot
// be compared with == (use Equal) and cannot be a map key. The pointer hides the credential from
// the reflection of package fmt: a Text in an unexported field prints as an address.
type Text struct {
	_ [0]func()
	p *string
}

// New returns s as a Text. An empty s is the zero Text.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{p: &s}
}

// Reveal returns the credential itself. house_test.go lists the files that may call it.
func (t Text) Reveal() string {
	if t.p == nil {
		return ""
	}
	return *t.p
}

// IsZero reports whether there is no credential.
func (t Text) IsZero() bool { return t.p == nil }

// Equal reports whether two credentials are equal. Its time does not depend on the position of the
// first difference.
func (t Text) Equal(o Text) bool {
	a, b := sha256.Sum256([]byte(t.Reveal())), sha256.Sum256([]byte(o.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Readings returns the possible passphrases in t, for opening a file that may have been sealed by
// an older version. The first is the result of Read. Older versions used all of t, or all but one
// line end.
func Readings(t Text) []Text {
	raw := t.Reveal()
	all := make([]Text, 0, 3)
	add := func(t Text) {
		if !t.IsZero() && !slices.ContainsFunc(all, t.Equal) {
			all = append(all, t)
		}
	}
	if now, err := Read(raw); err == nil {
		add(now)
	}
	add(New(strings.TrimSuffix(strings.TrimSuffix(raw, "\n"), "\r")))
	add(t)
	return all
}

// Fingerprint returns the first 8 hex digits of the SHA-256 of the credential, or "" if there is
// none. It tells two tokens apart. Do not show it for a password: it could be found by guessing.
func (t Text) Fingerprint() string {
	if t.p == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(*t.p))
	return hex.EncodeToString(sum[:4])
}

// String returns the mask, or "" if there is no credential.
func (t Text) String() string {
	if t.p == nil {
		return ""
	}
	return Mask
}

// GoString returns the mask for %#v.
func (t Text) GoString() string { return "secret.Text(" + t.String() + ")" }

// Format writes the mask for every verb and flag. Without it, %d, %x and %q would print the
// pointer.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue returns the mask for log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON returns ErrEncode.
func (t Text) MarshalJSON() ([]byte, error) { return nil, ErrEncode }

// MarshalText returns ErrEncode. It also covers encoding/xml attributes, TOML and map keys.
func (t Text) MarshalText() ([]byte, error) { return nil, ErrEncode }

// MarshalBinary returns ErrEncode. It also covers encoding/gob.
func (t Text) MarshalBinary() ([]byte, error) { return nil, ErrEncode }

// GobEncode returns ErrEncode.
func (t Text) GobEncode() ([]byte, error) { return nil, ErrEncode }
