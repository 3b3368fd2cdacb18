package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// certificateLife is the validity of a certificate of SelfSigned from now on. The validity begins
// an hour earlier, for clients whose clocks are behind.
const certificateLife = 30 * 24 * time.Hour

// Certificate is the TLS configuration of a sandbox: the authority for clients to trust, and the
// server's certificate with its key.
type Certificate struct {
	CAPEM  []byte
	Server tls.Certificate
}

// SelfSigned makes an authority and a server certificate for hosts (names or IP addresses, at least
// one), valid for 30 days from now. It discards the authority's key, so that it can sign nothing
// else.
func SelfSigned(hosts []string, now time.Time) (Certificate, error) {
	if len(hosts) == 0 {
		return Certificate{}, errors.New("sandbox: certificate: no hosts")
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Certificate{}, fmt.Errorf("sandbox: certificate: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Certificate{}, fmt.Errorf("sandbox: certificate: %w", err)
	}
	ca := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Lanyard sandbox authority"},
		SerialNumber:          serial(),
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(certificateLife),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	leaf := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Lanyard sandbox"},
		SerialNumber:          serial(),
		NotBefore:             ca.NotBefore,
		NotAfter:              ca.NotAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else if h == "" {
			return Certificate{}, errors.New("sandbox: certificate: an empty host")
		} else {
			leaf.DNSNames = append(leaf.DNSNames, h)
		}
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return Certificate{}, fmt.Errorf("sandbox: certificate: %w", err)
	}
	// The parsed authority has the subject key id that the leaf refers to. The template has none.
	parent, err := x509.ParseCertificate(caDER)
	if err != nil {
		return Certificate{}, fmt.Errorf("sandbox: certificate: %w", err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, parent, key.Public(), caKey)
	if err != nil {
		return Certificate{}, fmt.Errorf("sandbox: certificate: %w", err)
	}
	return Certificate{
		CAPEM:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}),
		Server: tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key},
	}, nil
}

// ClientCertificate makes a self-signed client certificate with its key. The sandbox accepts any
// client certificate. It is valid as long as those of SelfSigned.
func ClientCertificate(now time.Time) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox: client certificate: %w", err)
	}
	of := &x509.Certificate{
		Subject:      pkix.Name{CommonName: "Lanyard sandbox client"},
		SerialNumber: serial(),
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox: client certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox: client certificate: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil
}

// serial returns 127 random bits, because two runs must not share a serial number under the same
// authority name.
func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b[:])
}
