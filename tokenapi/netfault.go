package tokenapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// broken is the error of an answer whose body could not be read to its end: what it said is unknown,
// so it counts as no answer.
func (k *call) broken(parent, ctx context.Context, err error) *Error {
	e := k.lost(parent, ctx, err)
	if e.Kind == KindNetwork || e.Kind == KindTLS {
		e.Kind, e.Err, e.Hint = KindNetwork, errors.New("the connection broke off in the middle of the answer"), ""
	}
	return e
}

// lost names the reason why there is no answer. It never quotes the cause: texts of net/http hold URLs,
// proxy passwords and bytes of the server.
func (k *call) lost(parent, ctx context.Context, err error) *Error {
	e := &Error{Op: k.x.Op, Kind: KindNetwork, Sent: k.sent.Load()}
	host := hostOf(k.url)
	say := func(kind Kind, hint, format string, args ...any) {
		e.Kind, e.Hint, e.Err = kind, hint, fmt.Errorf(format, args...)
	}
	var (
		dns   *net.DNSError
		op    *net.OpError
		cert  *tls.CertificateVerificationError
		unk   x509.UnknownAuthorityError
		inv   x509.CertificateInvalidError
		name  x509.HostnameError
		alert tls.AlertError
		rec   tls.RecordHeaderError
		proxy proxyRefusal
	)
	isOp := errors.As(err, &op)
	byProxy := isOp && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks"))
	if isOp && op.Op == "dial" || byProxy || errors.As(err, &dns) || errors.As(err, &cert) {
		e.Sent = false
	}
	switch {
	case errors.Is(parent.Err(), context.Canceled):
		say(KindCanceled, "", "the call was given up")
	case parent.Err() != nil:
		say(KindTimeout, "", "%s did not answer before the caller's deadline", host)
	case ctx.Err() != nil:
		say(KindTimeout, "is the host reachable from here? timeout sets the deadline", "%s did not answer within %s", host, k.c.cfg.Timeout)
	case errors.Is(err, errProxySetting):
		say(KindNetwork, "check HTTPS_PROXY: it looks like http://proxy.example:3128", "%s", errProxySetting)
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		say(KindNetwork, "check HTTPS_PROXY: it may hold a user name and a password", "the proxy wants credentials (407)")
	case errors.As(err, &proxy):
		say(KindNetwork, "check HTTPS_PROXY, or except the host with NO_PROXY", "the proxy did not connect to %s (%d)", host, proxy.status)
	case errors.As(err, &dns) && dns.IsNotFound:
		say(KindNetwork, "check the host name, and whether a VPN is needed", "no such host: %s", clean(dns.Name, 100))
	case errors.As(err, &dns):
		say(KindNetwork, "is this machine online?", "the name of %s could not be looked up", host)
	case byProxy:
		say(KindNetwork, "check HTTPS_PROXY and NO_PROXY", "the proxy could not be reached")
	case isOp && op.Op == "remote error" && op.Err != nil:
		k.alert(e, host, strings.TrimPrefix(op.Err.Error(), "tls: "))
	case errors.As(err, &unk):
		say(KindTLS, "name its authority with ca_file, if you trust it", "the certificate of %s was signed by an unknown authority", host)
	case errors.As(err, &inv):
		k.badCertificate(e, host, inv)
	case errors.As(err, &name):
		say(KindTLS, "use the host name that the certificate was made for", "the certificate is not for %s but for %s", host, certNames(name))
	case errors.As(err, &cert):
		say(KindTLS, "name its authority with ca_file, if you trust it", "the certificate of %s could not be verified", host)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"), errors.As(err, &rec):
		say(KindTLS, "use http:// if this port speaks plain HTTP", "%s does not speak TLS", host)
	case errors.As(err, &alert):
		say(KindTLS, "the server may ask for a client certificate or another TLS version", "%s ended the handshake: %s", host, clean(alert.Error(), 100))
	case strings.Contains(err.Error(), "tls: "):
		say(KindTLS, "", "no TLS connection with %s", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		say(KindNetwork, "check host and port; is the server running?", "nothing listens at %s", host)
	case errors.Is(err, syscall.ETIMEDOUT), isTimeout(err), errors.Is(err, context.DeadlineExceeded):
		say(KindTimeout, "is the host reachable from here?", "%s does not answer", host)
	case errors.Is(err, context.Canceled):
		say(KindCanceled, "", "the call was given up")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		say(KindNetwork, "is this machine online? is a VPN needed?", "no way to %s", host)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		say(KindNetwork, "", "%s closed the connection without an answer", host)
	case strings.Contains(err.Error(), "malformed HTTP"):
		say(KindNetwork, "is the port right? it may want https://", "%s does not speak HTTP", host)
	default:
		say(KindNetwork, "", "the connection to %s failed", host)
	}
	return e
}

// alert fills in e for a handshake that the server ended, with the words that crypto/tls has for why.
func (k *call) alert(e *Error, host, words string) {
	e.Kind, e.Err = KindTLS, fmt.Errorf("%s ended the handshake: %s", host, clean(words, 100))
	e.Hint = "the server may ask for a client certificate (client_cert and client_key) or another TLS version"
	if !strings.Contains(words, "certificate") {
		return
	}
	// With TLS 1.3 the request follows the certificate without waiting; a server that refuses the one has
	// not looked at the other (RFC 8446 section 4.4.4).
	e.Sent = false
	e.Hint = "the server wants a client certificate: set client_cert and client_key"
	if k.c.cert {
		e.Hint = "the server does not take this client certificate: is it of the right authority, has it expired?"
	}
}

// badCertificate fills in e for a certificate that its own dates or flags rule out.
func (k *call) badCertificate(e *Error, host string, inv x509.CertificateInvalidError) {
	e.Kind, e.Err = KindTLS, fmt.Errorf("the certificate of %s is not valid", host)
	if inv.Reason != x509.Expired || inv.Cert == nil {
		return
	}
	if k.c.now().Before(inv.Cert.NotBefore) {
		e.Err = fmt.Errorf("the certificate of %s is not valid before %s", host, inv.Cert.NotBefore.UTC().Format(time.DateOnly))
		e.Hint = "is the clock of this machine right?"
		return
	}
	e.Err = fmt.Errorf("the certificate of %s expired on %s", host, inv.Cert.NotAfter.UTC().Format(time.DateOnly))
	e.Hint = "the server needs a new certificate; or is the clock of this machine wrong?"
}

// isTimeout asks the error itself, as package net has it.
func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// certNames gives the names in a certificate that was made for another host.
func certNames(e x509.HostnameError) string {
	if e.Certificate == nil {
		return "another host"
	}
	names := append([]string(nil), e.Certificate.DNSNames...)
	for _, ip := range e.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "another host"
	}
	return clean(strings.Join(names[:min(len(names), 3)], ", "), 200)
}
