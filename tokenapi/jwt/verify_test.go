package jwt_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

func TestVerifyRFC7515(t *testing.T) {
	t.Parallel()
	for alg, c := range map[string]struct{ token, key, other string }{
		"RS256": {rs256, rsaJWK, ecJWK}, "ES256": {es256, ecJWK, rsaJWK},
	} {
		got := parse(t, c.token).Verify(set(c.other, c.key))
		if !got.Verified || got.Alg != alg || got.Why != "" || got.Skipped != nil {
			t.Errorf("%s: %+v", alg, got)
		}
		if got := parse(t, c.token).Verify([]byte(c.key)); !got.Verified {
			t.Errorf("%s with a single key: %+v", alg, got)
		}
		if got := parse(t, c.token).Verify(set(c.other)); got.Verified || got.Why == "" {
			t.Errorf("%s with another key: %+v", alg, got)
		}
		parts := strings.Split(c.token, ".")
		for i := range parts {
			bad := slices.Clone(parts)
			switch i {
			case 0:
				bad[0] = b64(`{"alg":"` + alg + `","x":1}`)
			case 1:
				bad[1] = b64(`{"iss":"joe","exp":1300819380,"http://example.com/is_root":false}`)
			case 2:
				bad[2] = "A" + bad[2][1:]
			}
			got := parse(t, strings.Join(bad, ".")).Verify(set(c.key))
			if got.Verified || got.KeyID != "" ||
				got.Why != "not verified: no key of the set matches the signature" {
				t.Errorf("%s, part %d changed: %+v", alg, i, got)
			}
		}
	}
}

// One broken key among good ones does not affect the others.
func TestVerifyKeyByKey(t *testing.T) {
	t.Parallel()
	padded := strings.NewReplacer("-", "+", "_", "/").Replace(rsaN) + "=="
	if !strings.ContainsAny(padded, "+/") {
		t.Fatal("the modulus proves nothing")
	}
	const oct = `{"kty":"oct","k":"AyM1"}`
	for reason, key := range map[string]string{
		"key number 1: no JSON object":          `"key"`,
		"key number 1: has no kty":              `{}`,
		`key "a": has no kty`:                   `{"kid":"a"}`,
		`key number 1: unknown kty "AKP"`:       `{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}`,
		`key number 1: unknown kty "a\x1b[31m"`: `{"kty":"a\u001b[31m"}`,
		`key "k": unsupported curve "secp256k1"`: with(ecJWK,
			map[string]any{"crv": "secp256k1", "kid": "k"}),
		`key number 1: unsupported curve "X25519"`: `{"kty":"OKP","crv":"X25519","x":"` + ecX +
			`"}`,
		"key number 1: x5t header is of incorrect size": with(rsaJWK,
			map[string]any{"x5t": "YWJj"}),
		"key number 1: x5t header has invalid encoding": with(rsaJWK,
			map[string]any{"x5t": "a:b"}),
		"key number 1: invalid RSA key, missing n/e values": `{"kty":"RSA","e":"AQAB"}`,
		"key number 1: invalid RSA key, bad e value": with(rsaJWK,
			map[string]any{"e": "AQ"}),
		"key number 1: invalid EC key, X/Y are not on declared curve": with(ecJWK,
			map[string]any{"y": ecX}),
		"key number 1: a symmetric key (oct), which cannot prove anything to others": oct,
		`key number 1: for use "enc", not for signatures`: with(rsaJWK,
			map[string]any{"use": "enc"}),
		`key number 1: its key_ops lack "verify"`: with(rsaJWK,
			map[string]any{"key_ops": []string{"encrypt"}}),
		"key number 1: an RSA key of 1024 bits, where RFC 7518 asks for 2048": with(rsaJWK,
			map[string]any{"n": rsaN[:171]}),
		"key number 1: a private key, which whoever reads the set can sign with": jwkOf(t,
			keys()["P-256"], ""),
	} {
		got := parse(t, rs256).Verify(set(key, ecJWK, rsaJWK))
		if !got.Verified || !slices.Equal(got.Skipped, []string{reason}) {
			t.Errorf("%s: verified %v, skipped %q", reason, got.Verified, got.Skipped)
		}
		if got := parse(t, rs256).Verify(set(key)); got.Verified ||
			got.Why != "not verified: the key set has no usable key" {
			t.Errorf("%s: alone: %+v", reason, got)
		}
	}
	for name, key := range map[string]string{
		"padded base64":  with(rsaJWK, map[string]any{"n": padded, "e": "AQAB=="}),
		"wrapped base64": with(rsaJWK, map[string]any{"n": padded[:64] + "\n" + padded[64:]}),
		"use, alg, key_ops": with(rsaJWK,
			map[string]any{"use": "sig", "alg": "RS256", "key_ops": []string{"verify"}}),
		"null members": `{"kty":"RSA","n":"` + rsaN +
			`","e":"AQAB","use":null,"d":null,"kid":null}`,
		"x5t in hex": with(rsaJWK,
			map[string]any{"x5t": b64("0123456789abcdef0123456789abcdef01234567")}),
	} {
		if got := parse(t, rs256).Verify(set(key)); !got.Verified {
			t.Errorf("%s: %+v", name, got)
		}
	}
	many := set(slices.Repeat([]string{`{}`}, 300)...)
	if got := parse(t, rs256).Verify(many); len(got.Skipped) != 257 ||
		got.Skipped[256] != "44 more keys: not looked at" {
		t.Errorf("%d skipped", len(got.Skipped))
	}
}

func TestVerifyDocuments(t *testing.T) {
	t.Parallel()
	for doc, why := range map[string]string{
		"":                         "the key set is empty",
		"<html>":                   "the key set is no JSON object",
		"[]":                       "the key set is no JSON object",
		"{}":                       `the key set has no array "keys"`,
		`{"keys":{}}`:              `the key set has no array "keys"`,
		`{"keys":null}`:            `the key set has no array "keys"`,
		`{"keys":[]}`:              "the key set has no usable key",
		strings.Repeat(" ", 1<<20): "the key set is empty",
		strings.Repeat("[", 2<<20): "the key set is longer than 1024 KiB",
		strings.Repeat("[", 1<<19): "the key set is no JSON object",
	} {
		if got := parse(t, rs256).Verify([]byte(doc)); got.Verified ||
			got.Why != "not verified: "+why {
			t.Errorf("%.20q: %+v", doc, got)
		}
	}
	if got := parse(t, rs256).Verify([]byte("\ufeff" + string(set(rsaJWK)))); !got.Verified {
		t.Errorf("with a byte order mark: %+v", got)
	}
	if ids := jwt.KeyIDs(
		set(`{"kid":"a"}`, `"x"`, ecJWK, with(rsaJWK, map[string]any{"kid": "b"}))); !slices.Equal(
		ids, []string{"a", "b"}) {
		t.Errorf("key IDs %q", ids)
	}
	if ids := jwt.KeyIDs([]byte("<html>")); ids != nil {
		t.Errorf("key IDs %q", ids)
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	const shared = `its alg is "HS256", a secret shared with the server, which no key ` +
		`set can verify`
	for header, why := range map[string]string{
		`{"alg":"none"}`:      `its alg is "none": it is not signed`,
		`{"alg":"NoNe"}`:      `its alg is "none": it is not signed`,
		`{"alg":"HS256"}`:     shared,
		`{"alg":"ES256K"}`:    `its alg is "ES256K", which is not supported`,
		`{"alg":"\u001b[2J"}`: `its alg is "\x1b[2J", which is not supported`,
		`{"alg":"rs256"}`:     `its alg is "rs256", which is not supported`,
		`{"alg":7}`:           "its header names no alg",
		`{}`:                  "its header names no alg",
		`{"alg":"RS256","crit":["exp"],"exp":1}`: "its header asks for an extension (crit) " +
			"that is not supported",
		`{"alg":"RS256","b64":false}`: "its header asks for an extension (crit) " +
			"that is not supported",
		`{"alg":"PS256"}`:                              "no key of the set matches the signature",
		`{"alg":"EdDSA"}`:                              `key number 1 is not for alg "EdDSA"`,
		`{"alg":"none","alg":"RS256"}`:                 `its header has "alg" twice`,
		`{"alg":"RS256","jwk":` + rsaJWK + `,"kid":7}`: "", // any reason
	} {
		got := parse(t, unsigned(header, `{}`)).Verify(set(rsaJWK))
		if got.Verified || !strings.HasPrefix(got.Why, "not verified: ") ||
			why != "" && got.Why != "not verified: "+why {
			t.Errorf("%s: %+v", header, got)
		}
	}
	if got := parse(t,
		strings.TrimSuffix(rs256, rs256Sig)).Verify(
		set(rsaJWK)); got.Why != "not verified: the signature is missing" {
		t.Errorf("%+v", got)
	}
	jwe := b64(`{"alg":"RS256","enc":"A128GCM"}`) + ".a2V5.aXY.Y2lwaGVy.dGFn"
	if got := parse(t,
		jwe).Verify(set(
		rsaJWK)); got.Why != "not verified: the token is encrypted (JWE), and only its "+
		"recipient can open it" {
		t.Errorf("%+v", got)
	}
	if got := (jwt.Token{}).Verify(set(rsaJWK)); got.Verified ||
		got.Why != "not verified: there is no token" {
		t.Errorf("%+v", got)
	}
}

// A public key in any encoding is not accepted as an HMAC secret.
func TestAlgConfusion(t *testing.T) {
	t.Parallel()
	pub := keys()["RSA"].Public()
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	doc := jwkOf(t, pub, "k")
	for _, hmacKey := range [][]byte{der,
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), []byte(doc)} {
		for _, alg := range []string{"HS256", "RS256"} {
			input := b64(`{"alg":"`+alg+`","kid":"k"}`) + "." + b64(`{"sub":"admin"}`)
			mac := hmac.New(sha256.New, hmacKey)
			mac.Write([]byte(input))
			forged := input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
			oct := fmt.Sprintf(`{"kty":"oct","kid":"k","k":%q}`,
				base64.RawURLEncoding.EncodeToString(hmacKey))
			for _, keys := range [][]byte{set(doc), set(oct), set(doc, oct)} {
				if got := parse(t, forged).Verify(keys); got.Verified {
					t.Errorf("%s: %+v", alg, got)
				}
			}
		}
	}
}

func TestVerifyChoosesKeys(t *testing.T) {
	t.Parallel()
	rsaKey, ec := keys()["RSA"], keys()["P-256"]
	key := secret.New(pkcs8(t, rsaKey))
	sign := func(alg, kid string) jwt.Token {
		t.Helper()
		s, err := jwt.Sign(map[string]any{"iss": "x"}, key, alg, kid)
		if err != nil {
			t.Fatal(err)
		}
		return parse(t, s.Reveal())
	}
	right := jwkOf(t, rsaKey.Public(), "right")
	other := func(kid string) string { return with(rsaJWK, map[string]any{"kid": kid}) }
	for _, c := range []struct {
		name     string
		token    jwt.Token
		keys     []byte
		verified string // by the key with this kid
		why      string
	}{
		{"by kid", sign("", "right"), set(other("a"), right), "right", ""},
		{"no kid", sign("", ""), set(other("a"), right), "right", ""},
		{"an unknown kid", sign("", "gone"), set(other("a"), right), "right", ""},
		{"two keys of one kid", sign("", "right"),
			set(other("right"), jwkOf(t, ec.Public(), "right"), right), "right", ""},
		{"the kid of another key", sign("", "a"), set(other("a"), right), "",
			`the signature does not match key "a"`},
		{"an unknown kid and key", sign("", "gone"), set(other("a")), "",
			`the key set has no key "gone", and no other key matches the signature`},
		{"a broken key", sign("", "right"),
			set(other("a"), with(right, map[string]any{"use": "enc"})), "",
			`the key that signed it cannot be used: key "right": for use "enc", ` +
				`not for signatures`},
		{"another alg in the JWK", sign("PS256", "right"),
			set(with(right, map[string]any{"alg": "RS256"})), "",
			`key "right" is not for alg "PS256"`},
		{"the same alg in the JWK", sign("PS512", "right"),
			set(with(right, map[string]any{"alg": "PS512"})), "right", ""},
		{"no key of the kind", sign("", ""),
			set(jwkOf(t, ec.Public(), "e"), jwkOf(t, keys()["P-384"].Public(), "f")), "",
			`no key of the set is for alg "RS256"`},
		{"the 32nd key", sign("", ""),
			set(append(slices.Repeat([]string{other("a")}, 31), right)...), "right", ""},
		{"the 33rd key", sign("", ""),
			set(append(slices.Repeat([]string{other("a")}, 32), right)...), "",
			"none of the first 32 keys matches the signature"},
		{"the 100th key, by kid", sign("", "right"),
			set(append(slices.Repeat([]string{other("a")}, 99), right)...), "right", ""},
	} {
		got := c.token.Verify(c.keys)
		if got.Verified != (c.verified != "") || got.KeyID != c.verified ||
			strings.TrimPrefix(got.Why, "not verified: ") != c.why {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// WSO2 writes the thumbprint as base64 of its hexadecimal digits, and adds the alg to the kid.
func TestVerifyLikeWSO2(t *testing.T) {
	t.Parallel()
	x5t := b64("0123456789abcdef0123456789abcdef01234567")
	kid := x5t + "_RS256"
	opts := (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("x5t", x5t).WithHeader("kid", kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: keys()["RSA"]}, opts)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(
		[]byte(`{"sub":"admin","aut":"APPLICATION","exp":9223372036854775807,"nbf":1700000000,` +
			`"scope":"am_application_scope default"}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	tok := parse(t, text)
	got := tok.Verify(
		set(with(jwkOf(t, keys()["RSA"].Public(), kid),
			map[string]any{"x5t": x5t, "use": "sig", "alg": "RS256"})))
	if !got.Verified || got.KeyID != kid ||
		!slices.Equal(tok.Scopes(), []string{"am_application_scope", "default"}) {
		t.Errorf("%+v", got)
	}
	if c, _ := tok.Get("exp"); c.Note != jwt.NoteNever || c.Value != "9223372036854775807" {
		t.Errorf("%+v", c)
	}
}
