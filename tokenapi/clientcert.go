package tokenapi

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"strings"
)

// clientCertificate reads the TLS client certificate of an environment, nil if it has none. The
// errors name the wrong file and the reason, and quote neither file.
func clientCertificate(cfg Config) (*tls.Certificate, error) {
	cert, key := cfg.ClientCertPEM, []byte(cfg.ClientKeyPEM.Reveal())
	const keyHint = "it must be PEM: -----BEGIN PRIVATE KEY----- (or RSA, or EC)"
	switch {
	case cert == nil && len(key) == 0:
		return nil, nil
	case len(key) == 0:
		return nil, usage("client_cert", "there is a client certificate without its key",
			"set client_key, or put the key into the same file and name it in both")
	case cert == nil:
		return nil, usage("client_key", "there is a key without its client certificate",
			"set client_cert")
	}
	if _, err := Certificates("client_cert", cert); err != nil {
		if pemBlock(pemText(cert), isPrivate) != nil &&
			!bytes.Contains(cert, []byte("CERTIFICATE")) {
			return nil, usage("client_cert", "this is a private key, not a certificate",
				"were client_cert and client_key mixed up?")
		}
		return nil, err
	}
	if err := plainText("client_key", key, keyHint); err != nil {
		return nil, err
	}
	cert, key = pemText(cert), pemText(key)
	switch block := pemBlock(key, isPrivate); {
	case block == nil && pemBlock(key, func(string) bool { return true }) != nil:
		return nil, usage("client_key", "this is no private key",
			"were client_cert and client_key mixed up?")
	case block == nil:
		return nil, usage("client_key", "no private key could be read", keyHint)
	case block.Type == "ENCRYPTED PRIVATE KEY",
		strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		return nil, usage("client_key", "the key is encrypted with a passphrase",
			"decrypt it first: openssl pkey -in KEY -out NEWKEY")
	}
	pair, err := tls.X509KeyPair(cert, key)
	switch {
	case err != nil && strings.Contains(err.Error(), "match"):
		return nil, usage("client_key", "the key does not belong to the client certificate",
			"name the key that the certificate was made with")
	case err != nil:
		return nil, usage("client_key",
			"the private key is damaged, or of a kind that TLS does not know", keyHint)
	}
	return &pair, nil
}

// pemBlock returns the first block of a wanted type, or nil.
func pemBlock(data []byte, wanted func(kind string) bool) *pem.Block {
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil || wanted(b.Type) {
			return b
		}
	}
}

// isPrivate reports whether a PEM type is a private key: PKCS #8, PKCS #1 or SEC 1. OpenSSL may
// write EC PARAMETERS before the key.
func isPrivate(kind string) bool { return strings.HasSuffix(kind, "PRIVATE KEY") }
