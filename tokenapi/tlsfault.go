package tokenapi

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"lanyard/text"
)

// badTLS describes a failure of TLS. It returns false if the failure has another cause.
func (k *call) badTLS(e *Error, host string, err error) bool {
	var (
		op    *net.OpError
		cert  *tls.CertificateVerificationError
		alert tls.AlertError
		rec   tls.RecordHeaderError
	)
	msg := err.Error()
	switch {
	case errors.As(err, &op) && op.Op == "remote error" && op.Err != nil:
		k.alert(e, host, strings.TrimPrefix(op.Err.Error(), "tls: "))
	case errors.As(err, &cert):
		k.badCertificate(e, host, cert)
	case errors.As(err, &rec) && string(rec.RecordHeader[:]) == "HTTP/":
		e.describe(KindTLS,
			"this port speaks plain HTTP: name the port that speaks TLS, or use http:// if the "+
				"server has no TLS", "%s does not speak TLS", host)
	case errors.As(err, &rec):
		e.describe(KindTLS, "is the port right? the server there speaks neither TLS nor HTTP",
			"%s does not speak TLS", host)
	case errors.As(err, &alert):
		k.alert(e, host, strings.TrimPrefix(alert.Error(), "tls: "))
	case !strings.Contains(msg, "tls: "):
		return false
	case strings.Contains(msg, "unsupported protocol version"):
		e.describe(KindTLS, oldTLS, "%s speaks no TLS version from 1.2 on", host)
	case strings.Contains(msg, "no renegotiation"):
		e.describe(KindTLS,
			"servers do this to ask for a client certificate for some paths only: use a host "+
				"or port that asks for it at once",
			"%s wants to negotiate TLS anew after the request, which lanyard does not do", host)
	case strings.Contains(msg, "keys are insecure"):
		e.describe(KindTLS, "have the certificate issued anew with an RSA key of 2048 bits or more",
			"the key of the certificate of %s is too small", host)
	case strings.Contains(msg, "certificate containing RSA key larger"):
		e.describe(KindTLS, "have the certificate issued anew with an RSA key of 4096 bits or less",
			"the key of the certificate of %s is larger than 8192 bits", host)
	case strings.Contains(msg, "failed to parse certificate"):
		e.describe(KindTLS, "the server needs another certificate",
			"the certificate of %s is malformed", host)
	case strings.Contains(msg, "invalid signature algorithm"),
		strings.Contains(msg, "unsupported signature algorithm"):
		e.describe(KindTLS,
			"the server may sign with SHA-1 alone, as old ones do; until it is updated, "+
				"GODEBUG=tlssha1=1 in the environment lets lanyard take that",
			"%s signed the handshake in a way that is not accepted", host)
	case strings.Contains(msg, "unconfigured cipher suite"):
		e.describe(KindTLS, oldCiphers, "%s chose a cipher that was not offered", host)
	default:
		e.describe(KindTLS,
			"the server, or something between such as a firewall, may not speak TLS as it should",
			"no TLS connection with %s", host)
	}
	return true
}

const (
	oldTLS = "lanyard speaks TLS 1.2 and 1.3: the server, or what stands before it, needs an update"
	// oldCiphers names the setting of package crypto/tls for servers that cannot be updated.
	oldCiphers = "a server with RSA key exchange only has none in common with lanyard: it needs " +
		"ECDHE ciphers; until then GODEBUG=tlsrsakex=1 in the environment offers RSA key " +
		"exchange, which has no forward secrecy"
)

// alert describes a handshake that the server ended, with the text of crypto/tls.
func (k *call) alert(e *Error, host, words string) {
	e.describe(KindTLS, "", "%s ended the handshake: %s", host, text.Words(words, 100))
	asked := k.certRequested.Load()
	if strings.Contains(words, "certificate") || asked {
		// In TLS 1.3 the client sends the request right after its certificate. A server that
		// refuses the certificate has not read the request (RFC 8446 section 4.4.4).
		e.Sent = false
	}
	const wanted = "the server wants a client certificate: set client_cert and client_key"
	switch {
	case words == "protocol version not supported" || words == "inappropriate fallback":
		e.Hint = oldTLS
	case words == "unrecognized name":
		e.Hint = "the server does not know this host name: is it the right one for this address?"
	case words == "no application protocol":
		e.Hint = "the server speaks neither HTTP/1.1 nor HTTP/2 here: is the port right?"
	case words == "certificate required":
		e.Hint = wanted
	case k.c.cert && words == "expired certificate":
		e.Hint = "the server says that client_cert has expired: renew it, or compare the clocks"
	case k.c.cert && words == "revoked certificate":
		e.Hint = "the server says that client_cert was revoked: set another"
	case k.c.cert && words == "unknown certificate authority":
		e.Hint = "the server does not know the authority of client_cert; client_cert must also " +
			"hold the certificates between the two"
	case k.c.cert && strings.Contains(words, "certificate"):
		e.Hint = "the server does not take this client certificate: is it of the right " +
			"authority, has it expired?"
	case strings.Contains(words, "certificate"):
		e.Hint = wanted
	case asked && k.c.cert:
		e.Hint = "the server may not take client_cert: is it of the right authority, has it " +
			"expired?"
	case asked:
		e.Hint = "the server asked for a client certificate and was given none: it may want " +
			"client_cert and client_key"
	case words == "handshake failure" || words == "insufficient security level":
		e.Hint = "server and lanyard may share no cipher or no version of TLS: " + oldCiphers +
			"; some servers also end it for a host name that they do not know"
	case words == "access denied":
		e.Hint = "the server may refuse this machine or this host name: ask whoever runs it"
	default:
		e.Hint = "the server, or something between, may not speak TLS 1.2 or 1.3 as it should; " +
			"or it wants a client certificate (client_cert and client_key)"
	}
}

// badCertificate describes a certificate that could not be verified.
func (k *call) badCertificate(e *Error, host string, bad *tls.CertificateVerificationError) {
	var (
		unk  x509.UnknownAuthorityError
		inv  x509.CertificateInvalidError
		name x509.HostnameError
		leaf *x509.Certificate
	)
	if len(bad.UnverifiedCertificates) > 0 {
		leaf = bad.UnverifiedCertificates[0]
	}
	msg := bad.Error()
	switch {
	case strings.Contains(msg, "insecure algorithm"):
		e.describe(KindTLS,
			"have it issued anew, signed with SHA-256 or better; ca_file does not help",
			"the certificate of %s is signed in a way that is no longer accepted (SHA-1 or MD5)",
			host)
	case strings.Contains(msg, "keys are insecure"):
		e.describe(KindTLS,
			"have it issued anew by an authority with an RSA key of 2048 bits or more; ca_file "+
				"does not help", "the key that signed the certificate of %s is too small", host)
	case strings.Contains(msg, "cannot sign this kind"):
		e.describe(KindTLS,
			"have it issued anew by an authority (basicConstraints CA:TRUE, keyUsage keyCertSign)",
			"the certificate of %s was signed with a certificate that is no authority", host)
	case errors.As(bad.Err, &unk):
		k.unknownAuthority(e, host, leaf, len(bad.UnverifiedCertificates))
	case errors.As(bad.Err, &inv):
		k.invalidCertificate(e, host, leaf, inv)
	case errors.As(bad.Err, &name):
		wrongName(e, host, name)
	default:
		e.describe(KindTLS,
			"if its authority is your own, name it with ca_file; the operating system may also "+
				"not accept its names, its dates or its key",
			"the certificate of %s could not be verified", host)
	}
}

// unknownAuthority describes a certificate without a trusted authority.
func (k *call) unknownAuthority(e *Error, host string, leaf *x509.Certificate, sent int) {
	e.describe(KindTLS, "name its authority with ca_file, if you trust it",
		"the certificate of %s was signed by an unknown authority", host)
	if k.c.cfg.CAPEM != nil {
		e.Hint = "ca_file does not hold its authority: add that one, if you trust it"
	}
	if leaf == nil {
		return
	}
	if slices.Equal(leaf.RawIssuer, leaf.RawSubject) {
		e.describe(KindTLS, "name the certificate itself with ca_file, if you trust it",
			"the certificate of %s was signed by an unknown authority: by itself", host)
		return
	}
	if issuer := text.Words(leaf.Issuer.CommonName, 60); issuer != "" {
		e.describe(KindTLS, e.Hint,
			"the certificate of %s was signed by an unknown authority, %s", host, issuer)
	}
	if sent == 1 {
		e.Hint += "; or the server does not send the certificates between its own and the " +
			"authority, as it should"
	}
	if via := k.via(); via.URL != nil {
		e.Hint += "; or the proxy " + via.String() +
			" reads along, and the authority is the proxy's"
	}
}

// invalidCertificate describes a certificate with invalid dates, names or uses, or one whose
// authority has them.
func (k *call) invalidCertificate(e *Error, host string, leaf *x509.Certificate,
	inv x509.CertificateInvalidError) {
	whose := "the certificate of " + host
	if inv.Cert != nil && leaf != nil && !inv.Cert.Equal(leaf) {
		whose = "the certificate of " + host + "'s authority " +
			text.Words(inv.Cert.Subject.CommonName, 60)
	}
	switch {
	case inv.Reason == x509.Expired && inv.Cert != nil:
		now := k.c.now()
		clock := "this machine's clock says " + now.UTC().Format("2006-01-02 15:04Z")
		if now.Before(inv.Cert.NotBefore) {
			e.describe(KindTLS, clock+": is that right?",
				"%s is not valid before %s", whose, inv.Cert.NotBefore.UTC().Format(time.DateOnly))
			return
		}
		e.describe(KindTLS, "the server needs a new certificate, if the clock is right: "+clock,
			"%s expired on %s", whose, inv.Cert.NotAfter.UTC().Format(time.DateOnly))
	case inv.Reason == x509.CANotAuthorizedForThisName,
		inv.Reason == x509.NameConstraintsWithoutSANs, inv.Reason == x509.UnconstrainedName:
		e.describe(KindTLS,
			"an authority on the way may sign for some names only: have the certificate issued "+
				"by another", "%s has a name that its authority may not sign for", whose)
	case inv.Reason == x509.IncompatibleUsage, inv.Reason == x509.CANotAuthorizedForExtKeyUsage:
		e.describe(KindTLS, "have it issued anew with the extended key usage serverAuth",
			"%s is not for servers", whose)
	case inv.Reason == x509.TooManyIntermediates:
		e.describe(KindTLS, "have it issued by an authority nearer to the one that is trusted",
			"%s has more authorities above it than one of them allows", "the certificate of "+host)
	default:
		e.describe(KindTLS, "the server needs another certificate", "%s is not valid", whose)
	}
}

// wrongName describes a certificate for another host.
func wrongName(e *Error, host string, bad x509.HostnameError) {
	c := bad.Certificate
	subjectAltName := asn1.ObjectIdentifier{2, 5, 29, 17}
	names := func(x pkix.Extension) bool { return x.Id.Equal(subjectAltName) }
	if c != nil && !slices.ContainsFunc(c.Extensions, names) {
		named := ""
		if cn := text.Words(c.Subject.CommonName, 100); cn != "" {
			named = ": it names " + cn + " only as its Common Name, which no longer counts"
		}
		e.describe(KindTLS,
			"have it issued anew with the host in subjectAltName; ca_file does not help",
			"the certificate of %s has no subjectAltName%s", host, named)
		return
	}
	e.describe(KindTLS,
		"use a host name that the certificate is for, or have it issued anew for this one",
		"the certificate is not for %s but for %s", host, certNames(bad))
}

// certNames returns the names in a certificate for another host.
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
	if len(names) > 3 {
		names = append(names[:3], "…")
	}
	return text.Words(strings.Join(names, ", "), 200)
}
