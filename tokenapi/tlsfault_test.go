package tokenapi_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi"
)

// pair makes a certificate from a template, signed by this authority, or by its own key if self is
// set.
func (a authority) pair(t *testing.T, self bool, key crypto.Signer,
	change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "gateway.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	change(tmpl)
	parent, signer := a.cert, crypto.Signer(a.key)
	if self {
		parent, signer = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// below returns an authority below a. change modifies its certificate.
func (a authority) below(t *testing.T, change func(*x509.Certificate)) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := a.pair(t, false, key, func(c *x509.Certificate) {
		c.Subject.CommonName, c.IsCA, c.BasicConstraintsValid, c.KeyUsage = "Issuing CA", true,
			true, x509.KeyUsageCertSign
		c.IPAddresses, c.ExtKeyUsage = nil, nil
		change(c)
	})
	cert, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})}
}

// Each cause of a failed handshake or a refused certificate has its own text and way out.
func TestTLSFaults(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t, "Root CA"), newAuthority(t, "Corp Proxy CA")
	key := newKey(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	leaf := func(change func(*x509.Certificate)) func(*tls.Config) {
		c := a.pair(t, false, key, change)
		return func(s *tls.Config) { s.Certificates = []tls.Certificate{c} }
	}
	chain := func(ca authority, send bool, change func(*x509.Certificate)) func(*tls.Config) {
		c := ca.pair(t, false, key, change)
		if send {
			c.Certificate = append(c.Certificate, ca.cert.Raw)
		}
		return func(s *tls.Config) { s.Certificates = []tls.Certificate{c} }
	}
	same := func(*x509.Certificate) {}
	rsaLeaf := a.pair(t, false, rsaKey, same)
	over, soon := time.Now().Add(-time.Minute), time.Now().Add(time.Hour/2)
	for name, c := range map[string]struct {
		serve func(*tls.Config)
		want  []string
		not   string
	}{
		"no subjectAltName": {leaf(func(c *x509.Certificate) { c.IPAddresses = nil }),
			[]string{"has no subjectAltName: it names gateway.example only as its Common Name",
				"issued anew", "ca_file does not help"}, "another host"},
		"no name at all": {
			leaf(func(c *x509.Certificate) { c.IPAddresses, c.Subject = nil, pkix.Name{} }),
			[]string{"has no subjectAltName", "issued anew"}, "Common Name"},
		"another name": {
			leaf(func(c *x509.Certificate) {
				c.IPAddresses, c.DNSNames = nil, []string{"gateway.example"}
			}), []string{"but for gateway.example"}, "Common Name"},
		"many names": {leaf(func(c *x509.Certificate) {
			c.IPAddresses, c.DNSNames = nil,
				[]string{"a.example", "b.example", "c.example", "d.example"}
		}),
			[]string{"but for a.example, b.example, c.example, …"}, ""},
		"expired": {leaf(func(c *x509.Certificate) { c.NotAfter = over }),
			[]string{"expired on " + over.UTC().Format(time.DateOnly), "this machine's clock says"},
			"authority"},
		"not yet valid": {leaf(func(c *x509.Certificate) { c.NotBefore = soon }),
			[]string{"not valid before " + soon.UTC().Format(time.DateOnly),
				"this machine's clock says"}, "expired"},
		"its authority expired": {
			chain(a.below(t, func(c *x509.Certificate) { c.NotAfter = over }), true, same),
			[]string{"'s authority Issuing CA expired on"}, ""},
		"unknown authority": {chain(other, false, same),
			[]string{"unknown authority, Corp Proxy CA", "ca_file does not hold its authority",
				"certificates between"}, "itself"},
		"no intermediate": {chain(a.below(t, same), false, same),
			[]string{"unknown authority, Issuing CA", "does not send the certificates between"},
			""},
		"signed by itself": {
			func(s *tls.Config) { s.Certificates = []tls.Certificate{a.pair(t, true, key, same)} },
			[]string{"unknown authority: by itself", "the certificate itself with ca_file"},
			"between"},
		"a name that its authority may not sign": {chain(a.below(t, func(c *x509.Certificate) {
			c.PermittedDNSDomains, c.ExcludedIPRanges = []string{"corp.example"},
				[]*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}}
		}), true, same), []string{"a name that its authority may not sign for"}, "ca_file"},
		"not for servers": {
			leaf(func(c *x509.Certificate) {
				c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
			}), []string{"is not for servers", "serverAuth"}, "ca_file"},
		"no authority": {
			chain(a.below(t, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, 0 }), true,
				same), []string{"certificate that is no authority", "CA:TRUE"}, "unknown"},
		"a small key": {func(s *tls.Config) {
			s.Certificates, s.MaxVersion = []tls.Certificate{
				a.pair(t, false, newSmallKey(t), same)}, tls.VersionTLS12
		}, []string{"is too small", "2048"}, "ca_file does not hold"},
		"signed with SHA-1": {
			leaf(func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }),
			[]string{"no longer accepted (SHA-1 or MD5)", "issued anew"}, "unknown"},
		"TLS 1.1 only": {
			func(s *tls.Config) { s.MinVersion, s.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
			[]string{"TLS 1.2 and 1.3", "update"}, "client_cert"},
		"RSA key exchange only": {func(s *tls.Config) {
			s.Certificates, s.MaxVersion, s.CipherSuites = []tls.Certificate{rsaLeaf},
				tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		}, []string{"handshake failure", "may share no cipher", "RSA key exchange",
			"GODEBUG=tlsrsakex=1"}, "client_cert"},
		"wants a certificate": {func(s *tls.Config) { s.ClientAuth = tls.RequireAnyClientCert },
			[]string{"client_cert and client_key"}, "cipher"},
		"wants one, TLS 1.2": {
			func(s *tls.Config) {
				s.ClientAuth, s.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
			}, []string{"client_cert and client_key"}, "cipher"},
		"unknown name": {func(s *tls.Config) {
			s.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
				return nil, tls.AlertError(112)
			}
		}, []string{"ended the handshake"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := a.serve(t, grants(), func(s *httptest.Server) { c.serve(s.TLS) })
			_, _, err := get(t.Context(),
				clientFor(t, s.URL, func(cfg *tokenapi.Config) { cfg.CAPEM = a.pem }))
			kind, sent := tokenapi.KindTLS, false
			if e, ok := tokenapi.AsError(err); ok && name == "wants a certificate" &&
				e.Kind == tokenapi.KindNetwork {
				// The server closed the connection, and its alert was lost: before or after the
				// request was written.
				kind, sent = e.Kind, e.Sent
			}
			e := failure(t, err, kind, c.want...)
			if e.Sent != sent || c.not != "" && strings.Contains(e.Error()+e.Hint, c.not) {
				t.Errorf("%+v, hint %q", e, e.Hint)
			}
		})
	}
}

// smallKey is an RSA key of 512 bits. Package rsa neither makes such keys nor signs with them.
type smallKey struct {
	public rsa.PublicKey
	d      *big.Int
}

func newSmallKey(t *testing.T) smallKey {
	t.Helper()
	for e := big.NewInt(65537); ; {
		p, err := rand.Prime(rand.Reader, 256)
		if err != nil {
			t.Fatal(err)
		}
		q, err := rand.Prime(rand.Reader, 256)
		if err != nil {
			t.Fatal(err)
		}
		one := big.NewInt(1)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		if d := new(big.Int).ModInverse(e, phi); d != nil {
			return smallKey{rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, d}
		}
	}
}

func (k smallKey) Public() crypto.PublicKey { return &k.public }

// Sign makes a PKCS #1 v1.5 signature of a SHA-256 hash (RFC 8017 section 9.2).
func (k smallKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	info := append([]byte(
		"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), digest...)
	size := (k.public.N.BitLen() + 7) / 8
	em := append(append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-3-len(info))...), 0)
	return new(big.Int).Exp(new(big.Int).SetBytes(append(em, info...)), k.d,
		k.public.N).FillBytes(make([]byte, size)), nil
}

// talk answers the first bytes of each connection with reply, and then closes it.
func talk(t *testing.T, reply string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 64<<10))
			_, _ = io.WriteString(c, reply)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// The error about a port that is not an https server names what answered, and claims no more.
func TestWrongPort(t *testing.T) {
	t.Parallel()
	alert := func(n byte) string { return "\x15\x03\x03\x00\x02\x02" + string([]byte{n}) }
	for name, c := range map[string]struct {
		scheme, reply string
		kind          tokenapi.Kind
		want          []string
		not           string
	}{
		"plain HTTP": {"https", "HTTP/1.1 400 Bad Request\r\n\r\n", tokenapi.KindTLS,
			[]string{"does not speak TLS", "use http://"}, ""},
		"neither": {"https", "SSH-2.0-OpenSSH_9.9\r\n", tokenapi.KindTLS,
			[]string{"does not speak TLS", "neither TLS nor HTTP"}, "use http://"},
		"closes in the handshake": {"https", "", tokenapi.KindNetwork,
			[]string{"during the TLS handshake", "may not"}, ""},
		"unrecognized_name": {"https", alert(112), tokenapi.KindTLS,
			[]string{"does not know this host name"}, "client_cert"},
		"protocol_version": {"https", alert(70), tokenapi.KindTLS,
			[]string{"TLS 1.2 and 1.3"}, "client_cert"},
		"chooses TLS 1.0": {"https",
			"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01" + strings.Repeat("r", 32) +
				"\x00\x00\x2f\x00", tokenapi.KindTLS,
			[]string{"no TLS version from 1.2 on", "update"}, "client_cert"},
		"handshake_failure": {"https", alert(40), tokenapi.KindTLS,
			[]string{"may share no cipher", "tlsrsakex=1"}, "client_cert"},
		"access_denied": {"https", alert(49), tokenapi.KindTLS,
			[]string{"may refuse this machine"}, "client_cert"},
		"internal_error": {"https", alert(80), tokenapi.KindTLS,
			[]string{"may not speak TLS"}, ""},
		"TLS, called with http": {"http", alert(70), tokenapi.KindNetwork,
			[]string{"speaks TLS", "use https://"}, ""},
		"SSH, called with http": {"http", "SSH-2.0-OpenSSH_9.9\r\n", tokenapi.KindNetwork,
			[]string{"does not speak HTTP", "is the port right?"}, ""},
		"closes": {"http", "", tokenapi.KindNetwork,
			[]string{"closed the connection without an answer", "may want https://"}, ""},
		"too long a header": {"http",
			"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 300<<10) + "\r\n\r\n",
			tokenapi.KindNetwork,
			[]string{"larger than 256 KiB"}, ""},
		"breaks off": {"http", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
			tokenapi.KindNetwork, []string{"middle of the answer"}, "port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := talk(t, c.reply)
			_, _, err := get(t.Context(), clientFor(t, c.scheme+"://"+at, nil))
			e := failure(t, err, c.kind, append(slices.Clone(c.want), "")...)
			if c.not != "" && strings.Contains(e.Error()+e.Hint, c.not) ||
				strings.Contains(e.Error(), "SSH-2.0") {
				t.Errorf("%+v, hint %q", e, e.Hint)
			}
		})
	}
}

// The error about a deadline names the progress of the call.
func TestLatePhases(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // it accepts connections and sends nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for name, c := range map[string]struct{ base, proxy, want string }{
		"TLS": {"https://" + l.Addr().String(), "",
			"did not finish the TLS handshake within"},
		"answer": {"http://" + l.Addr().String(), "", "did not answer within"},
		"proxy's CONNECT": {"https://gateway.example", "http://" + l.Addr().String(),
			"(set by proxy of x) did not connect to gateway.example within"},
		"socks": {"https://gateway.example", "socks5h://" + l.Addr().String(),
			"(set by proxy of x) did not connect to gateway.example within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The deadline doubles until the machine was fast enough to reach that phase.
			for timeout := 100 * time.Millisecond; ; timeout *= 2 {
				_, _, err := get(t.Context(), clientFor(t, c.base, func(cfg *tokenapi.Config) {
					cfg.Timeout, cfg.Proxies = timeout,
						tokenapi.Proxies{Named: c.proxy, NamedBy: "proxy of x"}
				}))
				if timeout < 10*time.Second && !strings.Contains(err.Error(), c.want) {
					continue
				}
				failure(t, err, tokenapi.KindTimeout, c.want)
				return
			}
		})
	}
}
