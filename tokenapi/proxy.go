package tokenapi

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"lanyard/text"
)

// Proxies chooses the proxy for a URL. The zero value never chooses one.
type Proxies struct {
	Named   string                   // URL of the configuration; "": the environment decides
	NamedBy string                   // where Named was set, for error texts
	Getenv  func(name string) string // nil: no variable is set
}

// Proxy is a proxy and the setting that named it.
type Proxy struct {
	URL *url.URL
	By  string // the name of a variable, or Proxies.NamedBy

	named bool // by the configuration
}

// String returns the URL without user name and password.
func (p Proxy) String() string { return p.URL.Scheme + "://" + text.Words(p.URL.Host, 100) }

// Choose returns the proxy for a URL. If there is none, URL is nil; if NO_PROXY is the reason, By
// still names the setting.
//
// Named comes first, then the variable of the URL's scheme (https_proxy, HTTPS_PROXY), then
// all_proxy and ALL_PROXY, like in curl. NO_PROXY applies to all of them. Only Named applies to
// loopback hosts.
//
// Choose fails (KindNetwork) if the setting is invalid. The error does not quote the setting, which
// may hold a password.
func (p Proxies) Choose(target *url.URL) (Proxy, error) {
	raw, by := p.setting(target.Scheme)
	if raw == "" {
		return Proxy{}, nil
	}
	if p.direct(target) {
		return Proxy{By: by}, nil
	}
	u, why := parseProxy(raw)
	if why != "" {
		hint := "correct it; it looks like http://proxy.example:3128"
		if strings.Contains(raw, "@") {
			hint += ", and %40, %3A, %2F, %23, %3F and %25 stand for @ : / # ? and % in its " +
				"credentials"
		}
		return Proxy{By: by},
			&Error{Op: "proxy", Kind: KindNetwork, Err: proxySetting{by, why}, Hint: hint}
	}
	return Proxy{URL: u, By: by, named: p.Named != ""}, nil
}

// setting returns the proxy that is set for URLs of a scheme, and where it was set.
func (p Proxies) setting(scheme string) (raw, by string) {
	if p.Named != "" {
		return p.Named, p.NamedBy
	}
	if p.Getenv == nil {
		return "", ""
	}
	names := []string{
		scheme + "_proxy", strings.ToUpper(scheme) + "_PROXY", "all_proxy", "ALL_PROXY",
	}
	if p.Getenv("REQUEST_METHOD") != "" { // CGI: HTTP_PROXY is the client's header "Proxy"
		names = slices.DeleteFunc(names, func(n string) bool { return n == "HTTP_PROXY" })
	}
	for _, name := range names {
		if raw = strings.TrimSpace(p.Getenv(name)); raw != "" {
			return raw, name
		}
	}
	return "", ""
}

// direct reports whether a URL is called without a proxy although one is set.
func (p Proxies) direct(target *url.URL) bool {
	var except string
	for _, name := range []string{"no_proxy", "NO_PROXY"} {
		if except == "" && p.Getenv != nil {
			except = p.Getenv(name)
		}
	}
	if p.Named != "" && loopback(target.Hostname()) { // httpproxy never uses a proxy for these
		return exceptsLoopback(except, target)
	}
	const some = "http://proxy.invalid"
	via, err := (&httpproxy.Config{
		HTTPProxy: some, HTTPSProxy: some, NoProxy: except,
	}).ProxyFunc()(target)
	return err == nil && via == nil
}

// exceptsLoopback reports whether NO_PROXY covers a loopback host: by *, address, network or name,
// with or without a port.
func exceptsLoopback(except string, target *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(target.Hostname()), ".")
	ip, _ := netip.ParseAddr(host)
	for _, entry := range strings.Split(except, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "" {
			continue
		}
		if block, err := netip.ParsePrefix(entry); err == nil {
			if block.Contains(ip) {
				return true
			}
			continue
		}
		name, port, err := net.SplitHostPort(entry)
		if err != nil {
			name, port = strings.Trim(entry, "[]"), ""
		}
		if port != "" && port != target.Port() {
			continue
		}
		name = strings.TrimPrefix(strings.TrimPrefix(name, "*"), ".")
		if name == "" || name == host || strings.HasSuffix(host, "."+name) && !ip.IsValid() {
			return true
		}
	}
	return false
}

// parseProxy reads the address of a proxy. If it fails, why is the reason.
func parseProxy(raw string) (u *url.URL, why string) {
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Hostname() == "", strings.Trim(u.Path, "/") != "", u.RawQuery != "",
		u.Fragment != "", !GoodPort(u.Port()):
		return nil, "cannot be read"
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"},
		strings.ToLower(u.Scheme)):
		return nil, "has a scheme other than http, https, socks5 and socks5h"
	}
	return u, ""
}

// GoodPort reports whether port is "" (the default) or a valid port number.
func GoodPort(port string) bool {
	n, ok := wholeSeconds(port)
	return port == "" || ok && n > 0 && n < 1<<16
}

// proxySetting is the error of an invalid proxy address.
type proxySetting struct{ by, why string }

func (p proxySetting) Error() string {
	return "the proxy address that is set by " + p.by + " " + p.why
}

// proxyRefusal is the refusal of a CONNECT by a proxy.
type proxyRefusal struct {
	status int
	wants  []string // the values of Proxy-Authenticate
}

func (p proxyRefusal) Error() string { return "the proxy refused" }

// proxyOf returns the Proxy function of a transport.
func proxyOf(cfg Config) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		via, err := cfg.Proxies.Choose(r.URL)
		return via.URL, err
	}
}

// via returns the proxy of this call. Its URL is nil if there is none, or if the setting is
// invalid.
func (k *call) via() Proxy {
	u, err := url.Parse(k.url)
	if err != nil || !k.c.ours {
		return Proxy{}
	}
	via, _ := k.c.cfg.Proxies.Choose(u)
	return via
}

// refusedByProxy keeps the status of a proxy that refused a CONNECT. net/http would keep only its
// text.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyRefusal{resp.StatusCode, resp.Header.Values("Proxy-Authenticate")}
	}
	return nil
}
