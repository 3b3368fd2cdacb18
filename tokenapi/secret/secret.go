// Package secret has the type in which a credential travels through Lanyard.
//
// A [Text] prints and logs as a mask, whatever the fmt verb. Every method that encodes it returns
// [ErrEncode]: a mask that is stored in place of a credential loses it.
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

// Mask is what a non-empty Text shows wherever it is printed. Its length says nothing of the secret's.
const Mask = "•••"

// ErrEncode is returned by every encoding method: encoding a secret is always a mistake, and an error
// is better than a mask in a file that somebody will read back.
var ErrEncode = errors.New("secret: refusing to encode a credential")

// Text is a credential. The zero value is "no credential". It is safe to copy and to share; it cannot
// be compared with == (use Equal) and cannot be a map key. The pointer keeps the text out of fmt's
// reflection: an unexported Text inside a foreign struct prints as an address.
type Text struct {
	_ [0]func()
	p *string
}

// New wraps s. An empty s gives the zero Text.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{p: &s}
}

// Reveal gives the credential itself. The files that may call it are listed in house_test.go.
func (t Text) Reveal() string {
	if t.p == nil {
		return ""
	}
	return *t.p
}

// IsZero says whether there is no credential.
func (t Text) IsZero() bool { return t.p == nil }

// Equal compares in time that does not depend on where the two differ.
func (t Text) Equal(o Text) bool {
	a, b := sha256.Sum256([]byte(t.Reveal())), sha256.Sum256([]byte(o.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Readings are what t may stand for where it opens something that was sealed with it: what Read makes of it, then what older
// versions took it for, which was all of it, or all but one line end.
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

// Fingerprint is the first 8 hex digits of the SHA-256 of the credential, or "" for none: enough to
// tell two tokens apart on a screen, useless for anything else.
func (t Text) Fingerprint() string {
	if t.p == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(*t.p))
	return hex.EncodeToString(sum[:4])
}

// String gives the mask, or "" when there is no credential.
func (t Text) String() string {
	if t.p == nil {
		return ""
	}
	return Mask
}

// GoString gives the mask for %#v.
func (t Text) GoString() string { return "secret.Text(" + t.String() + ")" }

// Format answers every verb and flag with the mask: %d, %x and %q would otherwise reach the pointer.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue gives the mask to log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON refuses.
func (t Text) MarshalJSON() ([]byte, error) { return nil, ErrEncode }

// MarshalText refuses; it also covers encoding/xml attributes, TOML and map keys.
func (t Text) MarshalText() ([]byte, error) { return nil, ErrEncode }

// MarshalBinary refuses; it also covers encoding/gob.
func (t Text) MarshalBinary() ([]byte, error) { return nil, ErrEncode }

// GobEncode refuses.
func (t Text) GobEncode() ([]byte, error) { return nil, ErrEncode }
