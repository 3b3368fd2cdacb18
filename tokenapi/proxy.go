package tokenapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// proxyRefusal is the answer of a proxy that did not connect us.
type proxyRefusal struct{ status int }

func (p proxyRefusal) Error() string { return "the proxy refused" }

// errProxySetting stands for what was wrong with a proxy's URL. The cause is not kept: it quotes the URL,
// and that may hold a password.
var errProxySetting = errors.New("the proxy setting cannot be read")

// proxyOf gives the function that chooses a proxy.
func proxyOf(cfg Config) func(*http.Request) (*url.URL, error) {
	choose := http.ProxyFromEnvironment
	if cfg.Proxy != nil {
		choose = func(r *http.Request) (*url.URL, error) { return cfg.Proxy(r.URL) }
	}
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		if err != nil {
			return nil, errProxySetting
		}
		return u, nil
	}
}

// refusedByProxy keeps the status of a proxy that refused a CONNECT; net/http would keep only its words.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return proxyRefusal{resp.StatusCode}
	}
	return nil
}
