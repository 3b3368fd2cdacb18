package jwt

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// Claim is one member of a header or of the claims. Claims keep their order in the token.
type Claim struct {
	Name  string
	Value string    // the text of a string, or compact JSON; not cleaned for a terminal
	Text  bool      // the member is a JSON string
	Time  time.Time // UTC; set for exp, nbf, iat, auth_time and updated_at if they are valid
	Note  string    // remark if Time is unusual, or ""
}

// The values of Claim.Note.
const (
	NoteMilliseconds = "in milliseconds, where RFC 7519 asks for seconds"
	NoteString       = "a string, where RFC 7519 asks for a number"
	NoteNever        = "never" // Time is zero: so far away that the issuer means no expiry
	NoteImplausible  = "not a plausible time"
)

// Token is a decoded JWT. Nothing in it is verified.
type Token struct {
	Header    []Claim
	Claims    []Claim
	Alg       string
	KeyID     string
	Encrypted bool // five parts: a JWE, whose claims cannot be read
	Signed    bool // it has a signature
	raw       secret.Text
}

// ErrNotJWT reports that a text is not a JWT. It may be an opaque token.
var ErrNotJWT = errors.New("not a JWT")

// Raw returns the bare token, as Normalise returns it: the text to send and to fingerprint.
func (t Token) Raw() secret.Text { return t.raw }

// Get returns the claim of this name. If the name occurs more than once, it returns the last one
// (RFC 7519 section 4).
func (t Token) Get(name string) (Claim, bool) { return last(t.Claims, name) }

// Issuer returns the iss claim, or "".
func (t Token) Issuer() string {
	if c, ok := t.Get("iss"); ok && c.Text {
		return c.Value
	}
	return ""
}

// ExpiresAt returns the exp claim. It returns false if there is no valid one, or if it means never
// (see Claim.Note).
func (t Token) ExpiresAt() (time.Time, bool) {
	c, _ := t.Get("exp")
	return c.Time, !c.Time.IsZero()
}

// Scopes returns scope, or scp if there is no scope: an array, or a string separated by spaces or,
// without spaces, by commas. It is nil if the token has neither, and empty if the member is empty.
func (t Token) Scopes() []string {
	for _, name := range []string{"scope", "scp"} {
		c, _ := t.Get(name)
		if !c.Text {
			list := []string{}
			if json.Unmarshal([]byte(c.Value), &list) != nil || list == nil {
				continue // missing, null or of another type
			}
			return list
		}
		words := strings.Fields(c.Value)
		if len(words) == 1 {
			words = strings.FieldsFunc(words[0], func(r rune) bool { return r == ',' })
		}
		return append([]string{}, words...)
	}
	return nil
}

func last(members []Claim, name string) (Claim, bool) {
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].Name == name {
			return members[i], true
		}
	}
	return Claim{}, false
}

// word returns the text of a string member, or "".
func word(members []Claim, name string) string {
	if c, ok := last(members, name); ok && c.Text {
		return c.Value
	}
	return ""
}
