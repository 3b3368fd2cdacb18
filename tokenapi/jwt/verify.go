package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// maxTries is the number of keys to try if none has the token's kid.
const maxTries = 32

// Check is the result of verifying a signature. It does not depend on the time: see
// Token.TimeProblems.
type Check struct {
	Verified bool
	Alg      string   // algorithm of the token
	KeyID    string   // ID of the key that verified it, or ""
	Why      string   // if not verified: "not verified: " and the reason
	Skipped  []string // unusable keys of the set, with the reason
}

// algorithms are the accepted signature algorithms. HMAC is not among them: an attacker could sign
// with a public key as the secret.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// Verify checks the signature against a JWKS document. It tries the keys with the token's kid or,
// if there are none, every key that fits its alg.
func (t Token) Verify(jwks []byte) Check {
	c := Check{Alg: t.Alg}
	if why := t.unverifiable(); why != "" {
		return c.failed(why)
	}
	good, bad, err := publicKeys(jwks)
	if err != nil {
		return c.failed(err.Error())
	}
	for _, b := range bad {
		c.Skipped = append(c.Skipped, b.why)
	}
	parts, err := split(t.raw.Reveal())
	if err != nil {
		return c.failed("the token cannot be read")
	}
	jws, err := jose.ParseSignedCompact(strings.Join(parts, "."), algorithms())
	if err != nil {
		return c.failed("the token is malformed: " + reason(err))
	}
	if t.KeyID != "" {
		if named := slices.DeleteFunc(slices.Clone(good),
			func(k publicKey) bool { return k.id != t.KeyID }); len(named) > 0 {
			return c.try(jws, named, "the signature does not match key "+quoted(t.KeyID))
		}
		for _, b := range bad {
			if b.id == t.KeyID {
				return c.failed("the key that signed it cannot be used: " + b.why)
			}
		}
	}
	var whose string
	switch {
	case len(good) == 0:
		return c.failed("the key set has no usable key")
	case t.KeyID != "":
		whose = fmt.Sprintf("the key set has no key %s, and no other key matches the signature",
			quoted(t.KeyID))
	default:
		whose = "no key of the set matches the signature"
	}
	return c.try(jws, good, whose)
}

// unverifiable returns the reason why no key can verify the token, or "".
func (t Token) unverifiable() string {
	_, crit := last(t.Header, "crit")
	_, b64 := last(t.Header, "b64")
	seen := map[string]bool{}
	for _, c := range t.Header {
		if seen[c.Name] { // RFC 7515 section 4: duplicates are ambiguous
			return "its header has " + quoted(c.Name) + " twice"
		}
		seen[c.Name] = true
	}
	switch {
	case t.raw.IsZero():
		return "there is no token"
	case t.Encrypted:
		return "the token is encrypted (JWE), and only its recipient can open it"
	case strings.EqualFold(t.Alg, "none"):
		return `its alg is "none": it is not signed`
	case t.Alg == "":
		return "its header names no alg"
	case strings.HasPrefix(t.Alg, "HS"):
		return "its alg is " + quoted(t.Alg) +
			", a secret shared with the server, which no key set can verify"
	case !slices.Contains(algorithms(), jose.SignatureAlgorithm(t.Alg)):
		return "its alg is " + quoted(t.Alg) + ", which is not supported"
	case !t.Signed:
		return "the signature is missing"
	case crit || b64:
		return "its header asks for an extension (crit) that is not supported"
	}
	return ""
}

// try verifies the signature with each key until one matches.
func (c Check) try(jws *jose.JSONWebSignature, keys []publicKey, why string) Check {
	tries := 0
	for _, k := range keys {
		if !fits(k.key, c.Alg) || k.alg != "" && k.alg != c.Alg &&
			(k.alg != "Ed25519" || c.Alg != "EdDSA") {
			continue
		}
		if tries++; tries > maxTries {
			return c.failed(
				fmt.Sprintf("none of the first %d keys matches the signature", maxTries))
		}
		if _, err := jws.Verify(k.key); err == nil {
			c.Verified, c.KeyID = true, k.id
			return c
		}
	}
	if tries == 0 {
		if len(keys) == 1 {
			return c.failed(keys[0].name + " is not for alg " + quoted(c.Alg))
		}
		return c.failed("no key of the set is for alg " + quoted(c.Alg))
	}
	return c.failed(why)
}

func (c Check) failed(why string) Check {
	c.Why = "not verified: " + why
	return c
}

// fits reports whether a public or private key has the type that an algorithm needs (RFC 7518
// section 3.1).
func fits(key any, alg string) bool {
	switch k := key.(type) {
	case *rsa.PublicKey, *rsa.PrivateKey:
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case *ecdsa.PublicKey:
		return curveAlg(k) == alg
	case *ecdsa.PrivateKey:
		return curveAlg(&k.PublicKey) == alg
	case ed25519.PublicKey, ed25519.PrivateKey:
		return alg == "EdDSA"
	}
	return false
}

// curveAlg returns the algorithm of a curve, or "".
func curveAlg(k *ecdsa.PublicKey) string {
	switch k.Curve.Params().BitSize {
	case 256:
		return "ES256"
	case 384:
		return "ES384"
	case 521:
		return "ES512"
	}
	return ""
}
