package jwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// RFC 7515 appendix A.2 and A.3.
const (
	rfcPayload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19" +
		"yb290Ijp0cnVlfQ"

	rs256Sig = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7" +
		"AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4" +
		"BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K" +
		"0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv" +
		"hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
	rs256 = "eyJhbGciOiJSUzI1NiJ9." + rfcPayload + "." + rs256Sig
	es256 = "eyJhbGciOiJFUzI1NiJ9." + rfcPayload +
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

	rsaN = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx" +
		"HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs" +
		"D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH" +
		"SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV" +
		"MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8" +
		"NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
	rsaJWK = `{"kty":"RSA","n":"` + rsaN + `","e":"AQAB"}`
	ecX    = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	ecY    = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
	ecJWK  = `{"kty":"EC","crv":"P-256","x":"` + ecX + `","y":"` + ecY + `"}`
)

func set(keys ...string) []byte { return []byte(`{"keys":[` + strings.Join(keys, ",") + `]}`) }

// with adds members to a JWK, or changes them; nil removes a member.
func with(jwk string, more map[string]any) string {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(jwk), &m); err != nil {
		panic(err)
	}
	maps.Copy(m, more)
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	b, _ := json.Marshal(m)
	return string(b)
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// unsigned returns a token of a header and claims, with an invalid signature.
func unsigned(header, claims string) string { return b64(header) + "." + b64(claims) + ".c2ln" }

func parse(t testing.TB, text string) jwt.Token {
	t.Helper()
	tok, err := jwt.Parse(secret.New(text))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return tok
}

// keys are made once, because RSA keys take time.
var keys = sync.OnceValue(func() map[string]crypto.Signer {
	m := map[string]crypto.Signer{}
	m["RSA"], _ = rsa.GenerateKey(rand.Reader, 2048)
	m["P-224"], _ = ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	m["P-256"], _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	m["P-384"], _ = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	m["P-521"], _ = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	_, m["Ed25519"], _ = ed25519.GenerateKey(rand.Reader)
	return m
})

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("PRIVATE KEY", der)
}

// jwkOf returns the JWK of a private or public key.
func jwkOf(t testing.TB, key any, kid string) string {
	t.Helper()
	b, err := jose.JSONWebKey{Key: key, KeyID: kid}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
