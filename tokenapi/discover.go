package tokenapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lanyard/text"
)

const (
	opDiscover = "discover"
	opKeySet   = "jwks"
	wellKnown  = "/.well-known/"
	openID     = wellKnown + "openid-configuration"
	rfc8414    = wellKnown + "oauth-authorization-server"
)

// Discovered is the content of a discovery document (OpenID Connect Discovery 1.0, RFC 8414).
type Discovered struct {
	Issuer      string // as in the document
	Endpoints   Endpoints
	MTLS        Endpoints // Endpoints with mtls_endpoint_aliases applied (RFC 8705 section 5)
	Grants      []string  // grant_types_supported, unchanged; nil if missing
	AuthMethods []string  // token_endpoint_auth_methods_supported; nil if missing
	IssInAnswer bool      // authorization_response_iss_parameter_supported (RFC 9207)
	From        string    // the URL of the document
}

// Discover reads the discovery document of an issuer. It tries the URL of OpenID Connect Discovery
// first, then that of RFC 8414. WSO2's issuer, which is its token URL, has the first form. The
// issuer in the document must be the issuer that was asked for. Discover returns every exchange in
// order, and follows redirects within one scheme, host and port.
//
// If issuer is the URL of a document (it holds /.well-known/), Discover reads that document. Its
// issuer must then be on the same host.
func (c *Client) Discover(ctx context.Context, issuer string) (Discovered, []Exchange, error) {
	issuer = strings.TrimSpace(issuer)
	targets, err := c.documents(issuer)
	if err != nil {
		return Discovered{}, nil, err
	}
	var all []Exchange
	var first *Error // the first failure other than a 404
	for _, target := range targets {
		r, from, xs, err := c.fetch(ctx, target)
		all = append(all, xs...)
		if err != nil {
			return Discovered{}, all, err
		}
		d, found, e := c.readDocument(r, issuer, from)
		switch {
		case e == nil:
			return d, all, nil
		case found:
			return Discovered{}, all, e
		case first == nil || first.Status == http.StatusNotFound && e.Status != http.StatusNotFound:
			first = e
		}
	}
	tried := make([]string, len(targets))
	for i, target := range targets {
		tried[i] = bare(target)
	}
	if first.Status == http.StatusNotFound && first.Hint == "" {
		first.Hint = "is the issuer right? at WSO2 it is the token URL, such as " +
			"https://HOST:9443/oauth2/token"
	}
	first.Err = fmt.Errorf("%w; tried %s", first.Err, strings.Join(tried, ", "))
	return Discovered{}, all, first
}

// documents returns the URLs at which the document of an issuer may be, the most likely first.
func (c *Client) documents(issuer string) ([]string, error) {
	if err := checkURL("issuer", issuer, c.cfg.AllowHTTP); err != nil {
		return nil, err
	}
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, usage("issuer", "this is not a URL", "")
	}
	if strings.Contains(u.Path, wellKnown) {
		return []string{issuer}, nil
	}
	if u.RawQuery != "" || u.ForceQuery {
		return nil, usage("issuer", "an issuer has no query (?…)",
			"name the whole URL of the document, with "+wellKnown+" in it")
	}
	base, path := u.Scheme+"://"+u.Host, strings.TrimSuffix(u.EscapedPath(), "/")
	all := []string{base + path + openID, base + rfc8414 + path}
	if path != "" {
		all = append(all, base+openID+path)
	}
	return all, nil
}

// maxHops is the number of redirects to one document that are followed.
const maxHops = 3

// fetch requests a document and follows redirects to the same scheme, host and port: Django adds a
// missing slash. from is the URL that answered. It follows no other redirect, because another host
// could name endpoints of its own.
func (c *Client) fetch(ctx context.Context,
	target string) (r Reply, from string, all []Exchange, err error) {
	for hop := 0; ; hop++ {
		var x Exchange
		r, x, err = c.Call(ctx,
			Call{Op: opDiscover, Method: http.MethodGet, URL: target, URLKey: "issuer"})
		all = append(all, x)
		to, ok := sameOriginRedirect(target, r)
		if err != nil || !ok || hop == maxHops {
			return r, target, all, err
		}
		target = to
	}
}

// sameOriginRedirect returns the target of a redirect if it has the scheme, host and port of asked.
func sameOriginRedirect(asked string, r Reply) (to string, ok bool) {
	if !isRedirect(r.Status) {
		return "", false
	}
	base, err := url.Parse(asked)
	if err != nil || r.Header.Get("Location") == "" {
		return "", false
	}
	u, err := base.Parse(r.Header.Get("Location"))
	if err != nil || u.User != nil || !equalOrigin(u, base) {
		return "", false
	}
	u.Host, u.Fragment, u.RawFragment = base.Host, "", ""
	return u.String(), true
}

// portOf returns the port of a URL, or the default port of its scheme.
func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// readDocument reads the answer to a request for a document. If found is true, the error is final:
// there is a document, and it cannot be used.
func (c *Client) readDocument(r Reply, asked, from string) (d Discovered, found bool, e *Error) {
	fail := func(kind Kind, hint, format string, args ...any) *Error {
		return &Error{
			Op: opDiscover, Kind: kind, Status: r.Status, Sent: true, Hint: hint,
			Err: fmt.Errorf(format, args...),
		}
	}
	m, e := jsonReply(opDiscover, r)
	if e != nil {
		return Discovered{}, false, e
	}
	d = Discovered{Issuer: m.str("issuer"), From: from}
	if d.Issuer == "" {
		return Discovered{}, false,
			fail(KindGarbled, "", "the answer names no issuer: it is no discovery document")
	}
	if !sameIssuer(asked, d.Issuer) {
		hint := "the document says that its issuer is " +
			text.Words(maskURL(d.Issuer), wordsLimit) + ": name that one, if it is the right one"
		return Discovered{}, true, fail(KindRefused, hint, "the document belongs to another issuer")
	}
	if d.Endpoints, e = c.endpoints(m, "", Endpoints{}); e != nil {
		e.Status = r.Status
		return Discovered{}, true, e
	}
	const aliases = "mtls_endpoint_aliases"
	if d.MTLS, e = c.endpoints(m.object(aliases), aliases+".", d.Endpoints); e != nil {
		e.Status = r.Status
		return Discovered{}, true, e
	}
	if d.Endpoints.TokenURL == "" {
		return Discovered{}, true,
			fail(KindGarbled, "set token_url yourself", "the document names no token_endpoint")
	}
	d.Grants = m.names("grant_types_supported")
	d.AuthMethods = m.names("token_endpoint_auth_methods_supported")
	d.IssInAnswer = m["authorization_response_iss_parameter_supported"] == true ||
		strings.EqualFold(m.str("authorization_response_iss_parameter_supported"), "true")
	return d, true, nil
}

// endpoints reads the endpoints of a document; those that it does not name keep their value in e.
// They may be on any host: that is common, and the issuer vouches for them.
func (c *Client) endpoints(m members, prefix string, e Endpoints) (Endpoints, *Error) {
	for _, x := range []struct {
		name string
		to   *string
	}{
		{"token_endpoint", &e.TokenURL},
		{"revocation_endpoint", &e.RevokeURL},
		{"introspection_endpoint", &e.IntrospectURL},
		{"authorization_endpoint", &e.AuthorizeURL},
		{"device_authorization_endpoint", &e.DeviceURL},
		{"jwks_uri", &e.JWKSURL},
	} {
		raw := strings.TrimSpace(m.str(x.name))
		if raw == "" {
			continue
		}
		err := checkURL(prefix+x.name, raw, c.cfg.AllowHTTP)
		if err == nil && !sendable(raw) { // it will be shown, and sent (RFC 3986 section 2)
			err = usage(prefix+x.name, "the URL holds characters that no URL has", "")
		}
		if bad, ok := AsError(err); ok {
			return Endpoints{}, &Error{
				Op: opDiscover, Kind: KindGarbled, Sent: true,
				Err: fmt.Errorf("%s: %w", bad.Op, bad.Err), Hint: bad.Hint,
			}
		}
		*x.to = raw
	}
	return e, nil
}

// sameIssuer reports whether a document with the issuer stated answers a request for asked. A slash
// at the end makes no difference: it is removed before the document's URL is built (RFC 8414
// section 3.1). If asked is the URL of a document, the issuer must be on the same host.
func sameIssuer(asked, stated string) bool {
	if strings.TrimSuffix(asked, "/") == strings.TrimSuffix(stated, "/") {
		return true
	}
	a, err := url.Parse(asked)
	if err != nil || !strings.Contains(a.Path, wellKnown) {
		return false
	}
	s, err := url.Parse(stated)
	return err == nil && sendable(stated) && s.User == nil && s.Scheme == a.Scheme &&
		s.Host == a.Host
}

// names returns a member that is a list of names, or nil if it is none.
func (m members) names(name string) []string {
	const most = 100
	list, ok := m[name].([]any)
	if !ok {
		return nil
	}
	out := []string{}
	for _, v := range list[:min(len(list), most)] {
		if s, ok := v.(string); ok {
			if s = text.Words(s, 100); s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// KeySet fetches a key set (RFC 7517 section 5) and returns it unchanged. It fails with KindRefused
// for any status but 200, and with KindGarbled if the answer is not a JSON object with keys.
func (c *Client) KeySet(ctx context.Context, jwksURL string) ([]byte, Exchange, error) {
	r, x, err := c.Call(ctx, Call{
		Op: opKeySet, Method: http.MethodGet, URL: jwksURL, URLKey: "jwks_url",
		Accept: "application/json, application/jwk-set+json",
	})
	if err != nil {
		return nil, x, err
	}
	m, e := jsonReply(opKeySet, r)
	if e != nil {
		return nil, x, e
	}
	if _, ok := m["keys"].([]any); !ok {
		return nil, x, &Error{
			Op: opKeySet, Kind: KindGarbled, Status: r.Status, Sent: true,
			Err: errors.New("the answer holds no keys"), Hint: "is jwks_url right?",
		}
	}
	return r.Body, x, nil
}

// jsonReply returns the members of an answer that must be a JSON object. It ignores the
// Content-Type.
func jsonReply(op string, r Reply) (members, *Error) {
	fail := func(kind Kind, hint, format string, args ...any) *Error {
		return &Error{
			Op: op, Kind: kind, Status: r.Status, Sent: true, Hint: hint,
			Err: fmt.Errorf(format, args...),
		}
	}
	m, n := readMembers(r.Body)
	switch {
	case isRedirect(r.Status):
		what, hint := r.answer().redirected()
		return nil, fail(KindRefused, hint, "%s", what)
	case r.Status == http.StatusNotFound:
		return nil, fail(KindRefused, "", "there is no such document")
	case r.Status != http.StatusOK:
		return nil, fail(KindRefused, "", "the server did not hand it out")
	case r.Large:
		return nil, fail(KindGarbled, "is the URL right?",
			"the answer is larger than %d KiB", bodyLimit>>10)
	case n == isHTML && pageTitle(r.Body) != "":
		return nil, fail(KindGarbled, "is the URL right, is a proxy or captive portal between?",
			"this is a web page titled “%s”", text.Words(pageTitle(r.Body), wordsLimit))
	case n == isHTML:
		return nil, fail(KindGarbled, "is the URL right, is a proxy or captive portal between?",
			"a web page without a title")
	case n == isEmpty:
		return nil, fail(KindGarbled, "is the URL right?", "the answer is empty")
	case n != isJSON:
		return nil, fail(KindGarbled, "is the URL right?", "the answer is no JSON object")
	}
	return m, nil
}

// bare returns scheme, host and path of a URL for an error text.
func bare(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return text.Words(u.Scheme+"://"+u.Host+u.EscapedPath(), wordsLimit)
}
