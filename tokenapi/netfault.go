package tokenapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"lanyard/text"
)

// cutOff returns the error of an answer whose body could not be read to its end. It counts as no
// answer.
func (k *call) cutOff(parent, ctx context.Context, err error) *Error {
	e := k.noAnswer(parent, ctx, err)
	if e.Kind == KindNetwork || e.Kind == KindTLS {
		e.Kind, e.Hint = KindNetwork, ""
		e.Err = errors.New("the connection broke off in the middle of the answer")
	}
	return e
}

// noAnswer returns the error of a call without an answer. It never quotes the cause: errors of
// net/http hold URLs, proxy passwords and bytes from the server.
func (k *call) noAnswer(parent, ctx context.Context, err error) *Error {
	e := &Error{Op: k.x.Op, Kind: KindNetwork, Sent: k.sent.Load()}
	host := hostOf(k.url)
	var (
		dns   *net.DNSError
		op    *net.OpError
		cert  *tls.CertificateVerificationError
		proxy proxyRefusal
	)
	isOp := errors.As(err, &op)
	byProxy := isOp && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks"))
	if isOp && op.Op == "dial" || byProxy || errors.As(err, &dns) || errors.As(err, &cert) {
		e.Sent = false
	}
	setting, isSetting := AsError(err)
	switch {
	case errors.Is(parent.Err(), context.Canceled):
		e.describe(KindCanceled, "", "the call was given up")
	case parent.Err() != nil:
		e.describe(KindTimeout, "", "%s did not answer before the caller's deadline", host)
	case ctx.Err() != nil:
		k.timedOut(e, host)
	case isSetting:
		e.describe(KindNetwork, setting.Hint, "%s", setting.Err)
	case errors.As(err, &proxy):
		k.proxyRefused(e, host, proxy)
	case byProxy:
		k.proxyUnreachable(e, host, err, op)
	case k.badTLS(e, host, err):
	default:
		k.noNetwork(e, host, err)
	}
	return e
}

// describe sets kind, cause and hint.
func (e *Error) describe(kind Kind, hint, format string, args ...any) {
	e.Kind, e.Hint, e.Err = kind, hint, fmt.Errorf(format, args...)
}

// phase is the progress of a call, by the last event of package httptrace.
type phase int32

const (
	phaseUnknown   phase = iota // also if the transport reports nothing
	phaseLookup                 // the name is being resolved
	phaseConnect                // a connection is being opened, to the host or the proxy
	phaseConnected              // connected; a proxy may not have reached the host yet
	phaseHandshake              // TLS
	phaseReady                  // the request can be sent, or was
)

// timedOut describes a call that reached its own deadline, by its last phase.
func (k *call) timedOut(e *Error, host string) {
	const sets = "timeout sets the deadline"
	after, via := k.c.cfg.Timeout, k.via()
	switch at := phase(k.phase.Load()); {
	case via.URL != nil && (at == phaseLookup || at == phaseConnect):
		e.describe(KindTimeout, fixProxy(via),
			"the proxy %s (set by %s) could not be reached within %s", via, via.By, after)
	case via.URL != nil && at == phaseConnected:
		e.describe(KindTimeout, "does the proxy reach that host? "+fixProxy(via),
			"the proxy %s (set by %s) did not connect to %s within %s", via, via.By, host, after)
	case at == phaseLookup:
		e.describe(KindTimeout, "is this machine online? its name server does not answer; "+sets,
			"the name of %s could not be looked up within %s", host, after)
	case at == phaseConnect:
		e.describe(KindTimeout,
			"is the host reachable from here? a firewall may be between, or a VPN or a proxy "+
				"be needed; "+sets,
			"no connection to %s within %s", host, after)
	case at == phaseConnected || at == phaseHandshake:
		e.describe(KindTimeout,
			"does this port speak TLS? a firewall may hold the handshake up; "+sets,
			"%s did not finish the TLS handshake within %s", host, after)
	case at == phaseReady:
		e.describe(KindTimeout, "the server may be busy; "+sets,
			"%s did not answer within %s", host, after)
	default:
		e.describe(KindTimeout, "is the host reachable from here? "+sets,
			"%s did not answer within %s", host, after)
	}
}

// fixProxy returns the hint to use another proxy or none.
func fixProxy(via Proxy) string {
	return "correct " + via.By + ", or except the host with NO_PROXY"
}

// proxyRefused describes a proxy that refused a CONNECT.
func (k *call) proxyRefused(e *Error, host string, r proxyRefusal) {
	via := k.via()
	if r.status == http.StatusProxyAuthRequired {
		e.describe(KindNetwork, proxyLogin(via, r.wants),
			"the proxy %s (set by %s) wants credentials (407)", via, via.By)
		return
	}
	e.describe(KindNetwork, fixProxy(via),
		"the proxy %s (set by %s) did not connect to %s (%d)", via, via.By, host, r.status)
	switch r.status {
	case http.StatusForbidden:
		e.Hint = "the proxy may not allow this host or port: ask whoever runs it; or " +
			fixProxy(via)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		e.Hint = "the proxy may not reach that host: are host and port right, and the server " +
			"running? or " + fixProxy(via)
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusNotImplemented:
		e.Hint = "this may be a web server and no proxy: " + fixProxy(via)
	}
}

// proxyLogin returns the hint to give a proxy the credentials that it requires. The configuration
// file cannot hold them.
func proxyLogin(via Proxy, wants []string) string {
	basic := len(wants) == 0
	for _, w := range wants {
		basic = basic || strings.HasPrefix(strings.ToLower(strings.TrimSpace(w)), "basic")
	}
	switch {
	case !basic:
		return "the proxy takes no user name and password (Basic), and lanyard has no other " +
			"way: ask whoever runs it"
	case via.named:
		return "the configuration cannot hold them: take " + via.By +
			" out, and set HTTPS_PROXY to http://USER:PASSWORD@" + text.Words(via.URL.Host, 100)
	case via.URL.User != nil:
		return "check the credentials in " + via.By
	}
	return "set " + via.By + " to " + via.URL.Scheme + "://USER:PASSWORD@" +
		text.Words(via.URL.Host, 100)
}

// proxyUnreachable describes a proxy that could not be reached, or a SOCKS proxy that did not
// connect.
func (k *call) proxyUnreachable(e *Error, host string, err error, op *net.OpError) {
	via := k.via()
	msg := ""
	if strings.HasPrefix(op.Op, "socks") && op.Err != nil {
		msg = op.Err.Error()
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(msg, w) })
	}
	switch {
	case has("authentication"), has("username/password"):
		e.describe(KindNetwork, proxyLogin(via, nil),
			"the proxy %s (set by %s) wants credentials, or refuses those it was given", via,
			via.By)
		return
	case has("unexpected protocol version"):
		e.describe(KindNetwork, "it may be a proxy for HTTP: write http:// in "+via.By,
			"the proxy %s (set by %s) does not speak SOCKS5", via, via.By)
		return
	case has("unknown error "):
		_, why, _ := strings.Cut(msg, "unknown error ")
		e.describe(KindNetwork,
			"are host and port right, and may the proxy connect to them? or "+fixProxy(via),
			"the proxy %s (set by %s) did not connect to %s: %s", via, via.By, host,
			text.Words(why, 60))
		return
	}
	e.describe(KindNetwork, fixProxy(via),
		"the proxy %s (set by %s) could not be reached%s", via, via.By, unreachableReason(err))
	var rec tls.RecordHeaderError
	switch {
	case errors.As(err, &rec):
		e.Err = fmt.Errorf("the proxy %s (set by %s) does not speak TLS", via, via.By)
		e.Hint = "most proxies are spoken to in plain HTTP: write http:// in " + via.By
	case strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "x509: "):
		e.Err = fmt.Errorf("no TLS connection with the proxy %s (set by %s)", via, via.By)
		e.Hint = "its certificate may be of an authority that ca_file does not name, or it may " +
			"speak plain HTTP: write http:// in " + via.By
	}
}

// unreachableReason returns the reason why a connection could not be opened, after a colon, or ""
// if it is unknown.
func unreachableReason(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return ": no such host"
	case errors.As(err, &dns):
		return ": its name could not be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return ": nothing listens there"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return ": there is no way to it"
	case errors.Is(err, syscall.ETIMEDOUT), isTimeout(err):
		return ": it does not answer"
	}
	return ""
}

// noNetwork describes a failure other than of TLS.
func (k *call) noNetwork(e *Error, host string, err error) {
	var dns *net.DNSError
	msg := err.Error()
	plain := strings.HasPrefix(strings.ToLower(k.url), "http:")
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		e.describe(KindNetwork, "check the host name; a VPN or a proxy may be needed to know it",
			"no such host: %s", text.Words(dns.Name, 100))
	case errors.As(err, &dns):
		e.describe(KindNetwork, "is this machine online? its name server may not answer",
			"the name of %s could not be looked up", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.describe(KindNetwork, "check host and port; is the server running?",
			"nothing listens at %s", host)
	case errors.Is(err, syscall.ETIMEDOUT), isTimeout(err),
		errors.Is(err, context.DeadlineExceeded):
		e.describe(KindTimeout, "is the host reachable from here?", "%s does not answer", host)
	case errors.Is(err, context.Canceled):
		e.describe(KindCanceled, "", "the call was given up")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e.describe(KindNetwork, "is this machine online? is a VPN needed?", "no way to %s", host)
	case strings.Contains(msg, "response headers exceeded"),
		strings.Contains(msg, "header list larger"):
		e.describe(KindNetwork, "is the URL right?",
			"the header of the answer of %s is larger than %d KiB", host, headerLimit>>10)
	case strings.Contains(msg, "HTTP_1_1_REQUIRED"):
		e.describe(KindNetwork,
			"the server may want a client certificate for this path alone; with "+
				"GODEBUG=http2client=0 in the environment lanyard speaks HTTP/1.1",
			"%s wants HTTP/1.1 for this request", host)
	case strings.Contains(msg, "malformed HTTP") && strings.Contains(msg, `"\x15\x03`): // TLS
		e.describe(KindNetwork, "use https://", "%s speaks TLS, and was called with http://", host)
	case strings.Contains(msg, "malformed"), strings.Contains(msg, "unsupported transfer encoding"),
		strings.Contains(msg, "bad Content-Length"):
		e.describe(KindNetwork, "is the port right?", "%s does not speak HTTP", host)
		if plain {
			e.Hint += " it may want https://"
		}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(msg, "server closed"), strings.Contains(msg, "connection broken"),
		strings.Contains(msg, "GOAWAY"), strings.Contains(msg, "stream error"):
		k.closed(e, host, plain)
	default:
		hint := ""
		if k.certRequested.Load() && !k.c.cert {
			hint = noClientCert
		}
		e.describe(KindNetwork, hint, "the connection to %s failed", host)
	}
}

// noClientCert is the hint for a connection that ended after the server had requested a client
// certificate.
const noClientCert = "it asked for a client certificate and was given none: it may want " +
	"client_cert and client_key"

// closed describes a connection that ended before there was an answer.
func (k *call) closed(e *Error, host string, plain bool) {
	via := ""
	if p := k.via(); p.URL != nil {
		via = fmt.Sprintf(", or the proxy %s (set by %s),", p, p.By)
	}
	at := phase(k.phase.Load())
	switch {
	case k.certRequested.Load() && !k.c.cert:
		e.describe(KindNetwork, noClientCert,
			"%s%s closed the connection without an answer", host, via)
	case at == phaseHandshake:
		e.describe(KindNetwork,
			"this port may not speak TLS; the server may not serve this host name, or have "+
				"only older TLS versions or ciphers; a firewall may be between",
			"%s%s closed the connection during the TLS handshake", host, via)
	case plain:
		e.describe(KindNetwork,
			"the port may want https://; or something between, or the server, ended the connection",
			"%s%s closed the connection without an answer", host, via)
	default:
		e.describe(KindNetwork,
			"the server may have restarted, or something between has ended the connection",
			"%s%s closed the connection without an answer", host, via)
	}
}

// isTimeout reports whether err calls itself a timeout, like a net.Error.
func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
