package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// The limits of a private key. A JWK may hold its certificates too.
const (
	maxKeyText = 64 << 10 // bytes
	maxRSA     = 8192     // bits; the DER form of such a key has fewer bytes than that
)

// signingKey is a private key with the kid and alg of its JWK.
type signingKey struct {
	id, alg string
	key     any // *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey
}

// privateKey reads a key in PEM or JWK form. Its errors are fixed sentences, because the text may
// be another secret by mistake.
func privateKey(text, kid string) (signingKey, error) {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "\ufeff"))
	var k signingKey
	var err error
	switch {
	case text == "":
		return k, errors.New("there is no key")
	case len(text) > maxKeyText:
		return k, fmt.Errorf("the key is longer than %d KiB", maxKeyText>>10)
	case strings.HasPrefix(text, "{"):
		k, err = fromJWK(text, kid)
	case strings.Contains(text, "-----BEGIN "):
		k.key, err = fromPEM(text)
	case strings.HasPrefix(text, "ssh-"), strings.HasPrefix(text, "ecdsa-sha2-"):
		return k, errPublic
	default:
		return k, errors.New("the key is neither PEM nor a JWK")
	}
	if err != nil {
		return signingKey{}, err
	}
	return k, checkKey(k.key)
}

var errPublic = errors.New("this is a public key; signing needs the private one")

// fromPEM reads the private key of a PEM text (RFC 7468). There must be only one.
func fromPEM(text string) (any, error) {
	// Environment variables often hold line breaks as the two characters \ and n.
	rest := []byte(strings.ReplaceAll(text, `\n`, "\n"))
	var keys []*pem.Block
	certificates := 0
	for {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		switch {
		case b.Type == "ENCRYPTED PRIVATE KEY",
			strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED"), b.Headers["DEK-Info"] != "":
			return nil, errors.New(
				"the key is encrypted with a passphrase; give it without one " +
					"(openssl pkey -in key.pem)")
		case b.Type == "OPENSSH PRIVATE KEY":
			return nil, errors.New(
				"the key is in OpenSSH's own form; PKCS#8 is needed (ssh-keygen -p -m PKCS8)")
		case b.Type == "EC PARAMETERS": // openssl ecparam writes them before the key
		case b.Type == "CERTIFICATE", b.Type == "X509 CERTIFICATE", b.Type == "TRUSTED CERTIFICATE":
			certificates++
		case strings.HasSuffix(b.Type, "PUBLIC KEY"):
			return nil, errPublic
		case strings.HasSuffix(b.Type, "PRIVATE KEY"):
			keys = append(keys, b)
		default:
			return nil, errors.New("the PEM text holds something that is no private key")
		}
	}
	switch {
	case len(keys) == 0 && certificates > 0:
		return nil, errors.New(
			"this is a certificate; signing needs the private key that belongs to it")
	case len(keys) == 0:
		return nil, errors.New("the PEM text holds no complete block")
	case certificates > 0:
		return nil, errors.New(
			"the PEM text holds a certificate beside the key; give the private key alone")
	case len(keys) > 1:
		return nil, fmt.Errorf("the PEM text holds %d private keys; give one", len(keys))
	}
	// The label often names the wrong form, so try all of them.
	der := keys[0].Bytes
	if len(der) > maxRSA {
		return nil, errTooLong
	}
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	return nil, errors.New("the PEM block is no private key in PKCS#8, PKCS#1 or SEC 1")
}

// fromJWK reads a private JWK, or a set with one private key. kid selects one of several.
func fromJWK(text, kid string) (signingKey, error) {
	raws, _, err := rawKeys([]byte(text))
	if err != nil {
		return signingKey{}, errors.New("the key is neither a JWK nor a JWK set")
	}
	var found []signingKey
	public, symmetric, encrypting := 0, 0, 0
	for _, raw := range raws {
		m := jwk(raw)
		switch {
		case m == nil:
			return signingKey{}, errors.New("the JWK set holds something that is no JWK")
		case len(raws) > 1 && kid != "" && m.word("kid") != kid:
			continue
		case m.word("kty") == "oct":
			symmetric++
			continue
		case !m.private():
			public++
			continue
		case m.word("use") == "enc":
			encrypting++
			continue
		}
		k, err := m.signingKey(raw)
		if err != nil {
			return signingKey{}, err
		}
		found = append(found, k)
	}
	switch {
	case len(found) > 1:
		return signingKey{},
			fmt.Errorf("the JWK set holds %d private keys; name one by its kid", len(found))
	case len(found) == 1:
		return found[0], nil
	case encrypting > 0:
		return signingKey{}, errors.New("the JWK is for encryption (use enc)")
	case public > 0:
		return signingKey{}, errPublic
	case symmetric > 0:
		return signingKey{},
			errors.New("this is a symmetric key (oct); signing needs an RSA, EC or Ed25519 key")
	case kid != "":
		return signingKey{}, errors.New("the JWK set holds no private key with this kid")
	}
	return signingKey{}, errors.New("the JWK set holds no key")
}

// signingKey returns the private key of a JWK.
func (m members) signingKey(raw []byte) (signingKey, error) {
	needs := map[string][]string{
		"RSA": {"n", "e", "d", "p", "q"}, "EC": {"crv", "x", "y", "d"}, "OKP": {"crv", "x", "d"},
	}[m.word("kty")]
	if needs == nil {
		return signingKey{}, errors.New("the JWK's kty is none of RSA, EC and OKP")
	}
	for _, name := range needs {
		if m.word(name) == "" {
			return signingKey{}, fmt.Errorf("the JWK lacks the member %q", name)
		}
	}
	k, err := m.load(raw)
	if err != nil {
		return signingKey{}, errors.New("the JWK is no sound private key on a supported curve")
	}
	alg := m.word("alg")
	if alg == "Ed25519" {
		alg = "EdDSA" // RFC 9864 calls it Ed25519
	}
	if alg != "" && !slices.Contains(algorithms(), jose.SignatureAlgorithm(alg)) {
		return signingKey{},
			errors.New("the JWK's alg is none that signs here (RS, PS, ES and EdDSA do)")
	}
	return signingKey{m.word("kid"), alg, k.Key}, nil
}

// checkKey refuses keys that are too short, of another type, or whose private and public parts
// differ.
func checkKey(key any) error {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if bits := k.N.BitLen(); bits < minRSA || bits > maxRSA {
			return fmt.Errorf("the RSA key has %d bits; %d to %d are supported", bits, minRSA,
				maxRSA)
		}
		return nil
	case *ecdsa.PrivateKey:
		if curveAlg(&k.PublicKey) == "" {
			return errors.New("the key's curve is none of P-256, P-384 and P-521")
		}
		d, err := k.Bytes()
		if err != nil {
			return errUnpaired
		}
		again, err := ecdsa.ParseRawPrivateKey(k.Curve, d)
		if err != nil || !again.PublicKey.Equal(&k.PublicKey) {
			return errUnpaired
		}
		return nil
	case ed25519.PrivateKey:
		return nil
	}
	return errors.New("the key is of a kind that cannot sign; RSA, EC and Ed25519 can")
}

var errTooLong = fmt.Errorf("the key is longer than an RSA key of %d bits", maxRSA)

var errUnpaired = errors.New("the key's private and public halves do not belong together")
