package tokenapi

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// usage returns the error of a request that was not sent.
func usage(op, cause, hint string) *Error {
	return &Error{Op: op, Kind: KindUsage, Err: errors.New(cause), Hint: hint}
}

// checkURL returns the reason why a URL cannot be used, or nil. The error never quotes the URL: its
// query may hold a credential.
func checkURL(key, raw string, allowHTTP bool) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return usage(key, "this is not a URL",
			"a URL looks like https://gateway.example:8243/token")
	case u.Scheme != "http" && u.Scheme != "https":
		return usage(key, "the URL must begin with https://",
			"a URL looks like https://gateway.example:8243/token")
	case u.Hostname() == "":
		return usage(key, "the URL names no host",
			"a URL looks like https://gateway.example:8243/token")
	case u.User != nil:
		return usage(key, "the URL holds a user name or password",
			"credentials belong in consumer_key and consumer_secret")
	case u.Fragment != "":
		return usage(key, "the URL has a fragment (#…)", "remove what follows the #")
	case u.Scheme == "http" && !allowHTTP && !loopback(u.Hostname()):
		return usage(key, "http:// would send credentials unencrypted to "+text.Words(u.Host, 100),
			"use https://, or set allow_http = true for this environment")
	}
	return nil
}

// loopback reports whether host is this machine.
func loopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// maskURL removes user info and fragment from a URL and masks the values of its query.
func maskURL(raw string) string {
	return maskURLExcept(raw, func(string, string) bool { return false })
}

// maskQuotedURL is maskURL for a URL in a server's text. It keeps the words and short numbers that
// name an error.
func maskQuotedURL(raw string) string {
	return maskURLExcept(raw, func(name, value string) bool {
		plain, err := url.QueryUnescape(value)
		return err == nil && isLabel(plain) && !isSecret(name, plain)
	})
}

// maskURLExcept is maskURL, but keeps what shows accepts: a value of the query or, with an empty
// name, a part of the query or the fragment.
func maskURLExcept(raw string, shows func(name, value string) bool) string {
	u, err := url.Parse(raw)
	if err != nil {
		head, _, cut := strings.Cut(raw, "?")
		head, _, hash := strings.Cut(head, "#")
		if strings.Contains(head, "@") { // may be user info that could not be parsed
			return secret.Mask
		}
		if cut || hash {
			head += "?" + secret.Mask
		}
		return head
	}
	query, fragment := u.RawQuery, u.EscapedFragment()
	if u.Opaque != "" { // "mailto:…", "host:port/path": any part of it may be a secret
		return u.Scheme + ":" + secret.Mask
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	s := u.String()
	for sep := "?"; query != ""; {
		pair, rest := query, ""
		if i := strings.IndexAny(query, "&;"); i >= 0 {
			pair, rest = query[:i], query[i:]
		}
		s += sep + maskQueryPair(pair, shows)
		if query = rest; query != "" {
			sep, query = query[:1], query[1:]
		}
	}
	if fragment != "" && shows("", fragment) {
		s += "#" + fragment
	}
	return s
}

func maskQueryPair(pair string, shows func(name, value string) bool) string {
	name, value, named := strings.Cut(pair, "=")
	switch {
	case pair == "", !named && shows("", pair), named && (value == "" || shows(name, value)):
		return pair
	case !named: // "?TOKEN": without a name, all of it is the value
		return secret.Mask
	}
	return name + "=" + secret.Mask
}

// hostOf returns host and port of a URL for an error text, or "".
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return text.Words(u.Host, 100)
}

// pathOf returns the path of a URL, or "".
func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Path
}
