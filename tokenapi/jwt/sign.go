package jwt

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"lanyard/tokenapi/secret"
)

// Sign returns claims as a compact JWS with typ JWT (RFC 7515 section 3.1). key is a private key:
// PEM in PKCS#8, PKCS#1 or SEC 1, a JWK, or a JWK set with one private key. It may be RSA of 2048
// to 8192 bits, P-256, P-384, P-521 or Ed25519. An empty alg selects the usual algorithm of the
// key, and an empty kid that of the JWK, if any. Errors do not quote the key.
func Sign(claims map[string]any, key secret.Text, alg, kid string) (secret.Text, error) {
	k, err := privateKey(key.Reveal(), kid)
	if err != nil {
		return secret.Text{}, fmt.Errorf("sign: %w", err)
	}
	if kid == "" {
		kid = k.id
	}
	switch {
	case alg == "" && k.alg != "":
		alg = k.alg
	case alg == "":
		alg = defaultAlg(k.key)
	case k.alg != "" && k.alg != alg:
		return secret.Text{},
			fmt.Errorf("sign: alg %s was asked for, and the JWK says %s", quoted(alg),
				quoted(k.alg))
	}
	if !slices.Contains(algorithms(), jose.SignatureAlgorithm(alg)) {
		return secret.Text{}, fmt.Errorf("sign: alg %s is not supported", quoted(alg))
	}
	if !fits(k.key, alg) {
		return secret.Text{}, fmt.Errorf("sign: alg %s does not fit %s", quoted(alg), kind(k.key))
	}
	if claims == nil {
		claims = map[string]any{}
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return secret.Text{}, fmt.Errorf("sign: encode claims: %w", err)
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{
			Algorithm: jose.SignatureAlgorithm(alg),
			Key:       jose.JSONWebKey{Key: k.key, KeyID: kid},
		},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return secret.Text{}, errors.New("sign: the key cannot sign")
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return secret.Text{}, errors.New("sign: the key cannot sign")
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		return secret.Text{}, fmt.Errorf("sign: %w", err)
	}
	return secret.New(compact), nil
}

// defaultAlg returns the usual algorithm of a private key.
func defaultAlg(key any) string {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return "RS256"
	case *ecdsa.PrivateKey:
		return curveAlg(&k.PublicKey)
	}
	return "EdDSA"
}

// kind names a key in messages.
func kind(key any) string {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return "an RSA key"
	case *ecdsa.PrivateKey:
		return "a " + k.Curve.Params().Name + " key"
	}
	return "an Ed25519 key"
}
