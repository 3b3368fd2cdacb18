package sandbox

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The two signature algorithms (RFC 7518 section 3.1). No other algorithm can be selected, nor
// none.
const (
	algRS256 = "RS256"
	algES256 = "ES256"
)

// The typ headers of issued tokens. at+jwt is that of RFC 9068 section 2.1. The others keep a
// gateway from accepting a refresh or ID token as an access token.
const (
	typAccess  = "at+jwt"
	typRefresh = "rt+jwt"
	typID      = "JWT"
)

// signer is a key that signs JWTs.
type signer struct {
	alg, kid string
	key      crypto.Signer
}

// newSigner makes a key for this run, because tokens of an earlier run must be unknown. With
// Options.FixedTokens an ES256 key depends on the seed. Key generation cannot fail, since
// crypto/rand does not.
func newSigner(set settings) signer {
	alg := set.alg
	if alg == algES256 {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if set.fixed {
			key = seededKey(set.seed, "signing key")
		}
		return signer{alg, keyID(key.Public(), alg), key}
	}
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	return signer{alg, keyID(key.Public(), alg), key}
}

// seededKey returns the P-256 key that depends on seed and label only.
func seededKey(seed int64, label string) *ecdsa.PrivateKey {
	for n := 0; ; n++ { // about one in 2^32 hashes is not a valid key
		sum := sha256.Sum256(fmt.Appendf(nil, "lanyard sandbox %d %s %d", seed, label, n))
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:]); err == nil {
			return key
		}
	}
}

// keyID returns a kid that looks like WSO2's: base64 of a hash, an underscore and the algorithm.
func keyID(public crypto.PublicKey, alg string) string {
	member, _ := json.Marshal(jwk(public, "", alg))
	sum := sha256.Sum256(member)
	return base64.RawURLEncoding.EncodeToString(sum[:]) + "_" + alg
}

// jwk returns a public key as a JSON Web Key (RFC 7517).
func jwk(public crypto.PublicKey, kid, alg string) map[string]string {
	b64 := base64.RawURLEncoding.EncodeToString
	key := map[string]string{"use": "sig", "alg": alg, "kid": kid}
	switch k := public.(type) {
	case *rsa.PublicKey:
		key["kty"], key["n"] = "RSA", b64(k.N.Bytes())
		key["e"] = b64(big.NewInt(int64(k.E)).Bytes())
	case *ecdsa.PublicKey:
		point, _ := k.Bytes() // 4, then 32 bytes each: the curve is P-256
		key["kty"], key["crv"] = "EC", "P-256"
		key["x"], key["y"] = b64(point[1:33]), b64(point[33:])
	}
	return key
}

// header is a JOSE header. A token with crit is refused (RFC 7515 section 4.1.11).
type header struct {
	Type string          `json:"typ,omitempty"`
	Alg  string          `json:"alg"`
	Kid  string          `json:"kid,omitempty"`
	Crit json.RawMessage `json:"crit,omitempty"`
}

// claims are the claims that are issued or read here.
type claims struct {
	Issuer    string   `json:"iss,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Audience  audience `json:"aud,omitempty"`
	Azp       string   `json:"azp,omitempty"`
	ClientID  string   `json:"client_id,omitempty"`
	Aut       string   `json:"aut,omitempty"`
	Scope     string   `json:"scope,omitempty"`
	Nonce     string   `json:"nonce,omitempty"`
	Issued    epoch    `json:"iat,omitempty"`
	NotBefore epoch    `json:"nbf,omitempty"`
	Expires   epoch    `json:"exp,omitempty"`
	ID        string   `json:"jti,omitempty"`
}

// audience is one string or several (RFC 7519 section 4.1.3).
type audience []string

// MarshalJSON writes one value as a string, as WSO2 does.
func (a audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// UnmarshalJSON reads both forms.
func (a *audience) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(a))
}

// epoch is a time in seconds since 1970. Clients may send fractions.
type epoch int64

// UnmarshalJSON reads a number and drops its fraction.
func (e *epoch) UnmarshalJSON(raw []byte) error {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		*e = epoch(n)
		return nil
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err == nil && f > -1e15 && f < 1e15 {
		*e = epoch(f)
	}
	return err
}

func epochOf(t time.Time) epoch { return epoch(t.Unix()) }

// sign returns the compact form (RFC 7515 section 3.1). Encoding these types and signing with these
// keys cannot fail. Equal claims get equal signatures (ES256: RFC 6979).
func (s signer) sign(typ string, c claims) string {
	head, _ := json.Marshal(header{Type: typ, Alg: s.alg, Kid: s.kid})
	body, _ := json.Marshal(c)
	text := base64.RawURLEncoding.EncodeToString(head) + "." +
		base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	var sig []byte
	switch k := s.key.(type) {
	case *rsa.PrivateKey:
		sig, _ = rsa.SignPKCS1v15(nil, k, crypto.SHA256, sum[:])
	case *ecdsa.PrivateKey:
		der, _ := k.Sign(nil, sum[:], crypto.SHA256)
		var pair struct{ R, S *big.Int }
		_, _ = asn1.Unmarshal(der, &pair)
		sig = make([]byte, 64)
		pair.R.FillBytes(sig[:32])
		pair.S.FillBytes(sig[32:])
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// verifyJWT returns header and claims of a JWT if public verifies it under alg. The alg of the
// header must be the same.
func verifyJWT(token string, public crypto.PublicKey, alg string) (h header, c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return h, c, false
	}
	var raw [3][]byte
	for i, p := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(p); err != nil {
			return h, c, false
		}
	}
	if json.Unmarshal(raw[0], &h) != nil || h.Alg != alg || h.Crit != nil {
		return h, c, false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch k := public.(type) {
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], raw[2]) == nil
	case *ecdsa.PublicKey:
		ok = len(raw[2]) == 64 &&
			ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(raw[2][:32]),
				new(big.Int).SetBytes(raw[2][32:]))
	}
	return h, c, ok && json.Unmarshal(raw[1], &c) == nil
}
