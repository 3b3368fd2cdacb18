package jwt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

func ExampleParse() {
	pasted := secret.New(`"Bearer ` + rs256 + `"`)
	t, err := jwt.Parse(pasted)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range t.Claims {
		fmt.Println(c.Name, c.Value)
	}
	fmt.Println(t.Raw().Fingerprint() == secret.New(rs256).Fingerprint())
	// Output:
	// iss joe
	// exp 1300819380
	// http://example.com/is_root true
	// true
}

func ExampleParse_opaque() {
	_, err := jwt.Parse(secret.New("0af5ec2c-8ea1-3f4b-9d0e-1f5b0b5a4d3e"))
	fmt.Println(err)
	// Output: not a JWT
}

// Signature and lifetime are checked separately.
func ExampleToken_Verify() {
	t, err := jwt.Parse(secret.New(es256))
	if err != nil {
		fmt.Println(err)
		return
	}
	keys := set(`{"kty":"EC","crv":"secp256k1","kid":"old"}`, ecJWK)
	c := t.Verify(keys)
	fmt.Println(c.Verified, c.Alg)
	fmt.Println(c.Skipped[0])
	fmt.Println(t.TimeProblems(time.Unix(1300819380+180, 0), 30*time.Second))
	fmt.Println(t.Verify(set(rsaJWK)).Why)
	// Output:
	// true ES256
	// key "old": unsupported curve "secp256k1"
	// [expired 3 min ago]
	// not verified: key number 1 is not for alg "ES256"
}

// An assertion authenticates a client (RFC 7523 section 2.2).
func ExampleSign() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	text := secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	claims := map[string]any{"iss": "client", "sub": "client",
		"aud": "https://localhost:9443/oauth2/token", "jti": "1", "exp": 1700000060}
	assertion, err := jwt.Sign(claims, text, "", "key-1")
	fmt.Println(assertion, err)
	t, err := jwt.Parse(assertion)
	fmt.Println(t.Alg, t.KeyID, t.Issuer(), err)
	_, err = jwt.Sign(claims, text, "RS256", "")
	fmt.Println(err)
	// Output:
	// ••• <nil>
	// ES256 key-1 client <nil>
	// sign: alg "RS256" does not fit a P-256 key
}
