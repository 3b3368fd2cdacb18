package jwt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Limits of a key set.
const (
	maxSet  = 1 << 20 // bytes
	maxKeys = 256
	minRSA  = 2048 // bits, RFC 7518 section 3.3
)

// publicKey is a usable key of a set.
type publicKey struct {
	name    string // for messages
	id, alg string
	key     any // *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
}

// unusable is a key of a set that cannot verify signatures.
type unusable struct{ id, why string }

// KeyIDs returns the kid of each key of a JWKS document, usable or not. If the kid of a token is
// missing, a newer document may have it.
func KeyIDs(jwks []byte) []string {
	raws, _, err := rawKeys(jwks)
	if err != nil {
		return nil
	}
	var ids []string
	for _, raw := range raws {
		if m := jwk(raw); m.word("kid") != "" {
			ids = append(ids, m.word("kid"))
		}
	}
	return ids
}

// publicKeys loads the keys of a set one by one, so that one invalid key does not affect the
// others.
func publicKeys(jwks []byte) (good []publicKey, bad []unusable, err error) {
	raws, more, err := rawKeys(jwks)
	if err != nil {
		return nil, nil, err
	}
	for i, raw := range raws {
		m := jwk(raw)
		id := m.word("kid")
		name := "key " + quoted(id)
		if id == "" {
			name = "key number " + strconv.Itoa(i+1)
		}
		key, why := m.public(raw)
		if why != "" {
			bad = append(bad, unusable{id, name + ": " + why})
			continue
		}
		good = append(good, publicKey{name, id, m.word("alg"), key})
	}
	if more > 0 {
		bad = append(bad, unusable{"", fmt.Sprintf("%d more keys: not looked at", more)})
	}
	return good, bad, nil
}

// rawKeys reads a JWKS document (RFC 7517 section 5) or a single key. more is the number of keys
// beyond the limit.
func rawKeys(jwks []byte) (keys []json.RawMessage, more int, err error) {
	if len(jwks) > maxSet {
		return nil, 0, fmt.Errorf("the key set is longer than %d KiB", maxSet>>10)
	}
	jwks = bytes.TrimPrefix(bytes.TrimSpace(jwks), []byte("\ufeff"))
	var set struct {
		Keys json.RawMessage `json:"keys"`
		Kty  json.RawMessage `json:"kty"`
	}
	if len(jwks) == 0 {
		return nil, 0, errors.New("the key set is empty")
	}
	if json.Unmarshal(jwks, &set) != nil {
		return nil, 0, errors.New("the key set is no JSON object")
	}
	if set.Keys == nil && set.Kty != nil {
		return []json.RawMessage{jwks}, 0, nil
	}
	if json.Unmarshal(set.Keys, &keys) != nil || keys == nil {
		return nil, 0, errors.New(`the key set has no array "keys"`)
	}
	if n := len(keys); n > maxKeys {
		return keys[:maxKeys], n - maxKeys, nil
	}
	return keys, 0, nil
}

// members are the members of a JWK. Names are case-sensitive: "KTY" is not "kty".
type members map[string]json.RawMessage

// jwk returns the members of a JWK, or nil if raw is not an object.
func jwk(raw []byte) members {
	var m members
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

func (m members) word(name string) string {
	var s string
	if json.Unmarshal(m[name], &s) != nil {
		return ""
	}
	return s
}

// private reports whether the JWK is a private key.
func (m members) private() bool { return m["d"] != nil && string(m["d"]) != "null" }

// public returns the public key of a JWK. If it cannot be used, why is the reason.
func (m members) public(raw []byte) (key any, why string) {
	var ops []string
	_ = json.Unmarshal(m["key_ops"], &ops)
	switch kty, use := m.word("kty"), m.word("use"); {
	case m == nil:
		return nil, "no JSON object"
	case kty == "":
		return nil, "has no kty"
	case kty == "oct":
		return nil, "a symmetric key (oct), which cannot prove anything to others"
	case kty != "RSA" && kty != "EC" && kty != "OKP":
		return nil, "unknown kty " + quoted(kty)
	case m.private():
		return nil, "a private key, which whoever reads the set can sign with"
	case use != "" && use != "sig":
		return nil, "for use " + quoted(use) + ", not for signatures"
	case len(ops) > 0 && !slices.Contains(ops, "verify"):
		return nil, `its key_ops lack "verify"`
	}
	if crv := m.word("crv"); m.word("kty") == "OKP" && crv != "Ed25519" || m.word("kty") == "EC" &&
		!slices.Contains([]string{"P-256", "P-384", "P-521"}, crv) {
		return nil, "unsupported curve " + quoted(crv)
	}
	k, err := m.load(raw)
	if err != nil {
		return nil, strings.TrimPrefix(reason(err), "invalid JWK, ")
	}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSA {
			return nil, fmt.Sprintf("an RSA key of %d bits, where RFC 7518 asks for %d", bits,
				minRSA)
		}
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		return nil, "not a public key for signatures"
	}
	return k.Key, ""
}

// load parses a JWK with go-jose. It first rewrites padded or standard base64, which some servers
// send and go-jose refuses.
func (m members) load(raw []byte) (jose.JSONWebKey, error) {
	repaired := false
	for _, name := range []string{
		"n", "e", "x", "y", "d", "p", "q", "dp", "dq", "qi", "x5t", "x5t#S256",
	} {
		was := m.word(name)
		if is := urlAlphabet(strings.Join(strings.Fields(was), "")); is != was {
			m[name], _ = json.Marshal(is)
			repaired = true
		}
	}
	if repaired {
		raw, _ = json.Marshal(m)
	}
	var k jose.JSONWebKey
	err := k.UnmarshalJSON(raw)
	return k, err
}

// reason returns the text of a go-jose error, made fit for a message.
func reason(err error) string {
	return strings.Trim(quoted(strings.TrimPrefix(err.Error(), "go-jose/go-jose: ")), `"`)
}

// quoted quotes a foreign text for a message, shortened and without control characters.
func quoted(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
