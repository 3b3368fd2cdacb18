package tokenapi

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

const (
	pemBegin = "-----BEGIN "
	pemHint  = "it must be PEM: -----BEGIN CERTIFICATE-----"
)

// pemText normalizes a file for pem.Decode: UTF-8 without byte order marks, Unix line breaks, each
// block at the start of a line. pem.Decode skips a block of any other form without an error.
func pemText(data []byte) []byte {
	// Files that were joined have a byte order mark in the middle.
	data = bytes.ReplaceAll(toUTF8(data), []byte("\ufeff"), nil)
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"),
		[]byte("\n"))
	data = bytes.ReplaceAll(data, []byte(pemBegin), []byte("\n"+pemBegin))
	lines := bytes.Split(data, []byte("\n"))
	for i, line := range lines {
		lines[i] = bytes.TrimSpace(line)
	}
	return bytes.Join(lines, []byte("\n"))
}

// plainText refuses a file with control characters. DER has them, and so has UTF-16 without a byte
// order mark.
func plainText(key string, data []byte, hint string) error {
	if err := secret.CheckLines(string(toUTF8(data))); err != nil {
		return usage(key, "this is no text in UTF-8: it "+err.Error(), hint)
	}
	return nil
}

// Certificates reads every certificate of a PEM file (RFC 7468), in order. It skips text and keys
// between them. It fails (KindUsage) if the file has no certificate, or if one is damaged, and
// gives its number. key is the configuration key that named the file.
func Certificates(key string, data []byte) ([]*x509.Certificate, error) {
	if err := plainText(key, data, pemHint); err != nil {
		return nil, err
	}
	text := pemText(data)
	var all []*x509.Certificate
	blocks := bytes.Split(text, []byte(pemBegin))[1:]
	for n := 1; len(blocks) > 0; blocks = blocks[1:] {
		kind, _, _ := strings.Cut(string(blocks[0]), "-----")
		if !strings.HasSuffix(kind, "CERTIFICATE") && !strings.HasPrefix(kind, "PKCS") &&
			kind != "CMS" {
			continue // a private key, Diffie-Hellman parameters, a revocation list
		}
		c, why := readCertificate(kind, append([]byte(pemBegin), blocks[0]...))
		if c == nil {
			return nil, usage(key, fmt.Sprintf("certificate %d of the file is damaged: %s", n, why),
				"replace it, or take it out of the file")
		}
		all, n = append(all, c), n+1
	}
	marks := max(bytes.Count(text, []byte("BEGIN CERTIFICATE")),
		bytes.Count(text, []byte("END CERTIFICATE")))
	switch {
	case len(all) == 0:
		return nil, usage(key, "no certificate could be read", pemHint)
	case marks > len(all): // a dash or a whole line is missing
		return nil, usage(key,
			fmt.Sprintf("the file holds %d certificates, of which %d could be found: a line "+
				"-----BEGIN CERTIFICATE----- is damaged",
				marks, len(all)), "replace that certificate, or take it out of the file")
	}
	return all, nil
}

// readCertificate reads one PEM block. If it fails, why is the reason.
func readCertificate(kind string, block []byte) (c *x509.Certificate, why string) {
	switch kind {
	case "CERTIFICATE", "X509 CERTIFICATE":
	case "TRUSTED CERTIFICATE":
		return nil, "it is in a form of OpenSSL's own (openssl x509 -in OLD -out NEW)"
	default:
		return nil, "it is in a block of the kind " + text.Words(kind, 40) +
			", which is not read (openssl pkcs7 -print_certs -in OLD -out NEW)"
	}
	decoded, _ := pem.Decode(block)
	if decoded == nil {
		return nil, "its base64 is broken or its end is missing"
	}
	c, err := x509.ParseCertificate(decoded.Bytes)
	if err == nil {
		return c, ""
	}
	var raw asn1.RawValue
	if _, bad := asn1.Unmarshal(decoded.Bytes, &raw); bad != nil {
		return nil, "its content is not a certificate"
	}
	return nil, text.Words(strings.TrimPrefix(err.Error(), "x509: "), 100)
}
