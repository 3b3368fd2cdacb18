package jwt_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

func TestSign(t *testing.T) {
	t.Parallel()
	rsaKey, ec := keys()["RSA"].(*rsa.PrivateKey), keys()["P-256"].(*ecdsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey))
	parameters := pemOf("EC PARAMETERS", []byte("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"))
	type row struct{ name, owner, key, alg, kid, wantAlg, wantKid string }
	rows := []row{
		{"PKCS#1", "RSA", pkcs1, "", "", "RS256", ""},
		{"SEC 1", "P-256", pemOf("EC PRIVATE KEY", sec1), "", "k", "ES256", "k"},
		{"SEC 1 after parameters", "P-256", parameters + pemOf("EC PRIVATE KEY", sec1), "", "",
			"ES256", ""},
		{"a wrong label", "RSA", strings.ReplaceAll(pkcs1, "RSA PRIVATE", "PRIVATE"), "", "",
			"RS256", ""},
		{"line breaks spelled out", "RSA", strings.ReplaceAll(strings.TrimSpace(pkcs1), "\n", `\n`),
			"", "", "RS256", ""},
		{"white space and CRLF", "RSA", "\ufeff \n" + strings.ReplaceAll(pkcs1, "\n", "\r\n"), "",
			"", "RS256", ""},
		{"another alg", "RSA", pkcs1, "PS512", "", "PS512", ""},
		{"a JWK's kid and alg", "RSA",
			with(jwkOf(t, rsaKey, "mine"), map[string]any{"alg": "PS256"}), "", "", "PS256",
			"mine"},
		{"a kid that wins", "RSA", jwkOf(t, rsaKey, "mine"), "", "theirs", "RS256", "theirs"},
		{"alg Ed25519", "Ed25519",
			with(jwkOf(t, keys()["Ed25519"], ""), map[string]any{"alg": "Ed25519"}), "", "",
			"EdDSA", ""},
		{"a set", "P-256",
			string(set(jwkOf(t, rsaKey.Public(), "p"), `{"kty":"oct","k":"AA"}`,
				with(jwkOf(t, rsaKey, "e"), map[string]any{"use": "enc"}), jwkOf(t, ec, "mine"))),
			"", "", "ES256", "mine"},
		{"one of a set", "P-256", string(set(jwkOf(t, rsaKey, "other"), jwkOf(t, ec, "mine"))), "",
			"mine", "ES256", "mine"},
	}
	for name, alg := range map[string]string{"RSA": "RS256", "P-256": "ES256", "P-384": "ES384",
		"P-521": "ES512", "Ed25519": "EdDSA"} {
		rows = append(rows, row{"PKCS#8 " + name, name, pkcs8(t, keys()[name]), "", "", alg, ""},
			row{"JWK " + name, name, jwkOf(t, keys()[name], "mine"), "", "", alg, "mine"})
	}
	for _, c := range rows {
		s, err := jwt.Sign(map[string]any{"iss": "me", "exp": 1700000000}, secret.New(c.key), c.alg,
			c.kid)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		tok := parse(t, s.Reveal())
		got := tok.Verify(set(jwkOf(t, keys()[c.owner].Public(), c.wantKid)))
		if !got.Verified || tok.Alg != c.wantAlg || tok.KeyID != c.wantKid || tok.Issuer() != "me" {
			t.Errorf("%s: alg %q, kid %q, %+v", c.name, tok.Alg, tok.KeyID, got)
		}
		if typ := tok.Header[len(tok.Header)-1]; typ.Name != "typ" || typ.Value != "JWT" {
			t.Errorf("%s: header %+v", c.name, tok.Header)
		}
	}
	s, err := jwt.Sign(nil, secret.New(pkcs1), "", "")
	if err != nil || len(parse(t, s.Reveal()).Claims) != 0 {
		t.Errorf("no claims: %v", err)
	}
	if _, err := jwt.Sign(map[string]any{"x": secret.New("hidden")}, secret.New(pkcs1), "",
		""); err == nil {
		t.Error("a secret went into the claims, masked")
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	rsaKey, ec, ed := keys()["RSA"].(*rsa.PrivateKey), keys()["P-256"].(*ecdsa.PrivateKey),
		keys()["Ed25519"]
	good := pkcs8(t, rsaKey)
	public, err := x509.MarshalPKIXPublicKey(rsaKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, ec.Public(), ec)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pemOf("CERTIFICATE", der)
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	legacy := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("hidden"),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}}))
	rsaJWKPrivate, ecJWKPrivate := jwkOf(t, rsaKey, ""), jwkOf(t, ec, "")
	for _, c := range []struct{ name, key, alg, kid, want string }{
		{"nothing", "", "", "", "there is no key"},
		{"white space", " \n", "", "", "there is no key"},
		{"a password", "hunter2", "", "", "the key is neither PEM nor a JWK"},
		{"too long", strings.Repeat("x", 65<<10), "", "", "the key is longer than 64 KiB"},
		{"too many bits", pemOf("PRIVATE KEY", make([]byte, 9000)), "", "",
			"the key is longer than an RSA key of 8192 bits"},
		{"public PEM", pemOf("PUBLIC KEY", public), "", "",
			"this is a public key; signing needs the private one"},
		{"public JWK", rsaJWK, "", "", "this is a public key; signing needs the private one"},
		{"public SSH key", "ssh-ed25519 AAAA", "", "",
			"this is a public key; signing needs the private one"},
		{"SSH key", pemOf("OPENSSH PRIVATE KEY", []byte("hidden")), "", "",
			"the key is in OpenSSH's own form; PKCS#8 is needed (ssh-keygen -p -m PKCS8)"},
		{"encrypted", pemOf("ENCRYPTED PRIVATE KEY", []byte("hidden")), "", "",
			"the key is encrypted with a passphrase; give it without one (openssl " +
				"pkey -in key.pem)"},
		{"encrypted the old way", legacy, "", "",
			"the key is encrypted with a passphrase; give it without one (openssl " +
				"pkey -in key.pem)"},
		{"certificate", certificate, "", "",
			"this is a certificate; signing needs the private key that belongs to it"},
		{"certificate and key", certificate + good, "", "",
			"the PEM text holds a certificate beside the key; give the private key alone"},
		{"two keys", good + pkcs8(t, ec), "", "", "the PEM text holds 2 private keys; give one"},
		{"something else", pemOf("X509 CRL", []byte("hidden")), "", "",
			"the PEM text holds something that is no private key"},
		{"cut off", good[:len(good)/2], "", "", "the PEM text holds no complete block"},
		{"garbage", pemOf("PRIVATE KEY", []byte("hidden")), "", "",
			"the PEM block is no private key in PKCS#8, PKCS#1 or SEC 1"},
		{"P-224", pkcs8(t, keys()["P-224"]), "", "",
			"the key's curve is none of P-256, P-384 and P-521"},
		{"X25519", pkcs8(t, exchange), "", "",
			"the key is of a kind that cannot sign; RSA, EC and Ed25519 can"},
		{"broken JSON", `{"kty":"hidden`, "", "", "the key is neither a JWK nor a JWK set"},
		{"no key", `{"keys":[]}`, "", "", "the JWK set holds no key"},
		{"no JWK", `{"keys":["hidden"]}`, "", "", "the JWK set holds something that is no JWK"},
		{"symmetric", `{"kty":"oct","k":"hidden"}`, "", "",
			"this is a symmetric key (oct); signing needs an RSA, EC or Ed25519 key"},
		{"for encryption", with(ecJWKPrivate, map[string]any{"use": "enc"}), "", "",
			"the JWK is for encryption (use enc)"},
		{"two private JWKs", string(set(rsaJWKPrivate, ecJWKPrivate)), "", "",
			"the JWK set holds 2 private keys; name one by its kid"},
		{"a kid that is not there", string(set(rsaJWKPrivate, ecJWKPrivate)), "", "k",
			"the JWK set holds no private key with this kid"},
		{"unknown kty", `{"kty":"hidden","d":"hidden"}`, "", "",
			"the JWK's kty is none of RSA, EC and OKP"},
		{"no primes", with(rsaJWKPrivate, map[string]any{"p": nil}), "", "",
			`the JWK lacks the member "p"`},
		{"a broken JWK", with(rsaJWKPrivate, map[string]any{"p": "hidden"}), "", "",
			"the JWK is no sound private key on a supported curve"},
		{"an unknown curve", with(ecJWKPrivate, map[string]any{"crv": "hidden"}), "", "",
			"the JWK is no sound private key on a supported curve"},
		{"halves of two keys", with(ecJWKPrivate, map[string]any{"x": ecX, "y": ecY}), "", "",
			"the key's private and public halves do not belong together"},
		{"a JWK of another alg", with(rsaJWKPrivate, map[string]any{"alg": "hidden"}), "", "",
			"the JWK's alg is none that signs here (RS, PS, ES and EdDSA do)"},
		{"two algs", with(rsaJWKPrivate, map[string]any{"alg": "RS256"}), "PS256", "",
			`alg "PS256" was asked for, and the JWK says "RS256"`},
		{"HMAC", good, "HS256", "", `alg "HS256" is not supported`},
		{"none", good, "none", "", `alg "none" is not supported`},
		{"ES256 with RSA", good, "ES256", "", `alg "ES256" does not fit an RSA key`},
		{"ES384 with P-256", pkcs8(t, ec), "ES384", "", `alg "ES384" does not fit a P-256 key`},
		{"RS256 with Ed25519", pkcs8(t, ed), "RS256", "",
			`alg "RS256" does not fit an Ed25519 key`},
	} {
		_, err := jwt.Sign(map[string]any{}, secret.New(c.key), c.alg, c.kid)
		if err == nil || err.Error() != "sign: "+c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil &&
			(strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: the error quotes the key: %v", c.name, err)
		}
	}
}

func TestSignRefusesShortRSA(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0") // to allow such a key
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{pkcs8(t, short), jwkOf(t, short, "")} {
		_, err := jwt.Sign(nil, secret.New(key), "", "")
		if err == nil ||
			err.Error() != "sign: the RSA key has 1024 bits; 2048 to 8192 are supported" {
			t.Error(err)
		}
	}
}
