package jwt

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// Claim is one member of a header or of the claims, in the order in which they stand.
type Claim struct {
	Name  string
	Value string    // the text of a string, compact JSON for anything else; not cleaned for a terminal
	Text  bool      // the member is a JSON string
	Time  time.Time // UTC; set for exp, nbf, iat, auth_time and the like when they can be read as a time
	Note  string    // what is odd about that time: NoteMilliseconds, NoteString, NoteNever, NoteImplausible
}

// What Claim.Note says.
const (
	NoteMilliseconds = "in milliseconds, where RFC 7519 asks for seconds"
	NoteString       = "a string, where RFC 7519 asks for a number"
	NoteNever        = "never" // no Time: so far away that the issuer means no expiry
	NoteImplausible  = "not a plausible time"
)

// Token is a JWT that was taken apart. Nothing in it is verified.
type Token struct {
	Header    []Claim
	Claims    []Claim
	Alg       string
	KeyID     string
	Encrypted bool // five parts: a JWE, whose claims cannot be read
	Signed    bool // there is a signature to verify
	raw       secret.Text
}

// ErrNotJWT says that a text is no JWT; an opaque token is none.
var ErrNotJWT = errors.New("not a JWT")

// Raw is the bare token, without what Normalise takes off: the text to send and to fingerprint.
func (t Token) Raw() secret.Text { return t.raw }

// Get finds a claim. Of several with one name it gives the last, as RFC 7519 section 4 has it.
func (t Token) Get(name string) (Claim, bool) { return last(t.Claims, name) }

// Issuer is the iss claim, or "".
func (t Token) Issuer() string {
	if c, ok := t.Get("iss"); ok && c.Text {
		return c.Value
	}
	return ""
}

// ExpiresAt is the exp claim; false when there is none or when it means never (Claim.Note tells).
func (t Token) ExpiresAt() (time.Time, bool) {
	c, _ := t.Get("exp")
	return c.Time, !c.Time.IsZero()
}

// Scopes reads scope, or scp where that is missing: a string divided by blanks (or, without any, by
// commas) or an array. It is nil when the token does not say, and empty when it says none.
func (t Token) Scopes() []string {
	for _, name := range []string{"scope", "scp"} {
		c, _ := t.Get(name)
		if !c.Text {
			list := []string{}
			if json.Unmarshal([]byte(c.Value), &list) != nil || list == nil {
				continue // absent, null or something else
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

// word is the text of a string member, or "".
func word(members []Claim, name string) string {
	if c, ok := last(members, name); ok && c.Text {
		return c.Value
	}
	return ""
}
