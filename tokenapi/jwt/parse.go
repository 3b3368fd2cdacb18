package jwt

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"lanyard/tokenapi/secret"
)

// The limits of Parse. HTTP headers on common servers hold 8 to 64 KiB.
const (
	maxToken = 256 << 10 // bytes of the bare token
	maxPaste = 1 << 20   // bytes of the text around it too
	maxDepth = 64        // nested objects and arrays
)

// Parse decodes a token. It accepts quotes, "Bearer ", white space, a missing signature and
// standard base64. Its errors wrap ErrNotJWT and do not quote the token.
func Parse(text secret.Text) (Token, error) {
	t := Token{raw: Normalise(text)}
	parts, err := split(t.raw.Reveal())
	if err != nil {
		return Token{}, err
	}
	if t.Header, err = object(parts[0]); err != nil {
		return Token{}, fmt.Errorf("%w: the header %w", ErrNotJWT, err)
	}
	t.Alg, t.KeyID = word(t.Header, "alg"), word(t.Header, "kid")
	if len(parts) == 5 {
		t.Encrypted = true
		return t, nil
	}
	if t.Claims, err = object(parts[1]); err != nil {
		return Token{}, fmt.Errorf("%w: the claims %w", ErrNotJWT, err)
	}
	for i := range t.Claims {
		t.Claims[i].readTime()
	}
	t.Signed = len(parts) == 3 && parts[2] != ""
	return t, nil
}

// Normalise removes what is often copied along with a token: quotes, "Authorization: Bearer", white
// space and line breaks. It does the same for an opaque token, but keeps spaces within it. It
// changes no other character.
func Normalise(text secret.Text) secret.Text {
	s := text.Reveal()
	if len(s) > maxPaste {
		return text
	}
	for before := "."; s != before; {
		before = s
		s = joinLines(trimWrapping(s))
	}
	return secret.New(s)
}

// trimWrapping removes what surrounds a token, in time proportional to the length.
func trimWrapping(s string) string {
	for before := "."; s != before; {
		before = s
		s = strings.TrimFunc(s, wrapping)
		s = strings.TrimRight(s, ",;\\")
		for _, lead := range []string{"authorization:", "bearer ", "dpop "} {
			if len(s) > len(lead) && strings.EqualFold(fold(s[:len(lead)]), lead) {
				s = s[len(lead):]
			}
		}
	}
	return s
}

// fold replaces each ASCII white space by a space.
func fold(s string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(s)
}

// wrapping reports whether a rune at either end is not part of a token.
func wrapping(r rune) bool {
	return invisible(r) || strings.ContainsRune("\"'`“”„‘’‚«»", r)
}

func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad':
		return true
	}
	return unicode.IsSpace(r)
}

// joinLines removes white space from a compact JWS or JWE. From any other text it removes line
// breaks with the indentation after them.
func joinLines(s string) string {
	bare := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
	if strings.HasPrefix(bare, "ey") && strings.Contains(bare, ".") &&
		strings.Trim(bare, alphabet) == "" {
		return bare
	}
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	var b strings.Builder
	lineEnd := func(r rune) bool { return r == '\r' || r == '\n' }
	for line := range strings.FieldsFuncSeq(s, lineEnd) {
		b.WriteString(strings.TrimFunc(line, invisible))
	}
	return b.String()
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=."

// split returns the parts of a compact JWS (two or three, RFC 7515 section 7.1) or JWE (five, RFC
// 7516 section 7.1) in base64url without padding.
func split(s string) ([]string, error) {
	if len(s) > maxToken {
		return nil, fmt.Errorf("%w: longer than %d KiB", ErrNotJWT, maxToken>>10)
	}
	n := strings.Count(s, ".") + 1
	if n != 2 && n != 3 && n != 5 {
		return nil, ErrNotJWT
	}
	parts := strings.Split(s, ".")
	for i := range parts {
		parts[i] = urlAlphabet(parts[i])
	}
	return parts, nil
}

// urlAlphabet rewrites standard base64 as base64url without padding.
func urlAlphabet(s string) string {
	return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(s), "=")
}

// partError is the defect of a part of a token. It follows the name of the part in a message.
type partError string

func (f partError) Error() string { return string(f) }

const (
	notBase64 = partError("is not base64url")
	notObject = partError("is no JSON object")
	tooDeep   = partError("is nested too deeply")
)

// object reads the members of a JSON object in their order, with duplicates. Invalid UTF-8 becomes
// U+FFFD.
func object(part string) ([]Claim, error) {
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return nil, notBase64
	}
	if deep(b) {
		return nil, tooDeep
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, notObject
	}
	members := []Claim{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, notObject
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return nil, notObject
		}
		c := Claim{Name: name.(string)} // a decoder returns no other type here
		if raw[0] == '"' {
			c.Text = true
			if json.Unmarshal(raw, &c.Value) != nil {
				return nil, notObject
			}
		} else {
			var out bytes.Buffer
			if json.Compact(&out, raw) != nil {
				return nil, notObject
			}
			c.Value = strings.ToValidUTF8(out.String(), "\ufffd")
		}
		members = append(members, c)
	}
	if _, err := d.Token(); err != nil {
		return nil, notObject
	}
	if _, err := d.Token(); err != io.EOF { // nothing may follow
		return nil, notObject
	}
	return members, nil
}

// deep reports whether a JSON text is nested deeper than maxDepth.
func deep(b []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// Plain reports whether a text can be a bearer token: visible ASCII without quotes, brackets and
// commas.
func Plain(text secret.Text) bool {
	return !strings.ContainsFunc(text.Reveal(), func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("\"'`{}<>[](),;\\", r)
	})
}
