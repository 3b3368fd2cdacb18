package tokenapi

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"time"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// spareLife is the lifetime of a made-up JWT if the real one has no expiry in the future.
const spareLife = time.Hour

// MadeUp returns a random token of the same form, for a control probe. From an opaque token it
// takes length, alphabet and punctuation. From a JWT it takes the header, iss, aud and a future
// exp. jti and sub are random: gateways remember the jti of invalid tokens, and would refuse the
// real token because of a copied jti.
func MadeUp(token secret.Text, now time.Time) secret.Text {
	raw := jwt.Normalise(token).Reveal()
	for range 100 { // a token of a few characters may equal its copy
		made := madeUpOpaque(raw)
		if t, err := jwt.Parse(token); err == nil {
			made = madeUpJWT(t, strings.Split(raw, "."), now)
		}
		if made != raw {
			return secret.New(made)
		}
	}
	return secret.New(raw + "0")
}

func madeUpJWT(t jwt.Token, parts []string, now time.Time) string {
	made := []string{parts[0]}
	rest := parts[1:]
	if !t.Encrypted {
		made = append(made, base64.RawURLEncoding.EncodeToString(madeUpClaims(t, now)))
		rest = parts[2:]
	}
	for _, p := range rest {
		made = append(made, randomBase64(len(p)))
	}
	return strings.Join(made, ".")
}

func madeUpClaims(t jwt.Token, now time.Time) []byte {
	exp, ok := t.ExpiresAt()
	if !ok || !exp.After(now) {
		exp = now.Add(spareLife)
	}
	claims := struct {
		Issuer   json.RawMessage `json:"iss,omitempty"`
		Audience json.RawMessage `json:"aud,omitempty"`
		Expires  int64           `json:"exp"`
		ID       string          `json:"jti"`
		Subject  string          `json:"sub"`
	}{claimJSON(t, "iss"), claimJSON(t, "aud"), exp.Unix(), randomUUID(), randomUUID()}
	b, err := json.Marshal(claims)
	if err != nil { // iss or aud was not valid JSON
		claims.Issuer, claims.Audience = nil, nil
		b, _ = json.Marshal(claims)
	}
	return b
}

// claimJSON returns a claim as JSON, or nil.
func claimJSON(t jwt.Token, name string) json.RawMessage {
	c, ok := t.Get(name)
	switch {
	case !ok:
		return nil
	case !c.Text:
		return json.RawMessage(c.Value)
	}
	b, _ := json.Marshal(c.Value) // it never fails for a string
	return b
}

var uuidForm = regexp.MustCompile(`(?i)^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func madeUpOpaque(raw string) string {
	from := alphabetOf(raw)
	if from == "" {
		from = lowers
	}
	return strings.Map(func(r rune) rune {
		if !alphanumeric(r) {
			return r
		}
		return rune(from[below(len(from))])
	}, raw)
}

const (
	digits = "0123456789"
	lowers = "abcdefghijklmnopqrstuvwxyz"
	uppers = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func alphanumeric(r rune) bool { return strings.ContainsRune(digits+lowers+uppers, r) }

// alphabetOf returns the letters and digits of a token's alphabet: hexadecimal digits, or whole
// classes.
func alphabetOf(raw string) string {
	has := func(set string) bool { return strings.ContainsAny(raw, set) }
	low, up := lowers, uppers
	if uuidForm.MatchString(raw) || has(digits) && !has(lowers[6:]+uppers[6:]) {
		low, up = lowers[:6], uppers[:6]
	}
	from := ""
	if has(digits) {
		from += digits
	}
	if has(lowers) {
		from += low
	}
	if has(uppers) {
		from += up
	}
	return from
}

// TokenForm returns a digest that names the form of a token. Controls are stored by it. For a JWT
// it covers header, iss and aud, for an opaque token alphabet and length. It holds nothing secret.
func TokenForm(token secret.Text) string {
	raw := jwt.Normalise(token).Reveal()
	of := "opaque " + alphabetOf(raw) + " " + big.NewInt(int64(len(raw))).String()
	if t, err := jwt.Parse(token); err == nil {
		of = "jwt " + t.Alg + " " + string(claimJSON(t, "iss")) + " " + string(claimJSON(t, "aud"))
	}
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:6])
}

func below(n int) int {
	i, _ := rand.Int(rand.Reader, big.NewInt(int64(n))) // crypto/rand never fails
	return int(i.Int64())
}

// randomBase64 returns n random characters of base64url.
func randomBase64(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails
	s := base64.RawURLEncoding.EncodeToString(b[:(n*3+3)/4])
	return s[:n]
}

func randomUUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // crypto/rand never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
