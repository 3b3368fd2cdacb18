package tokenapi

import (
	"context"
	"net/http"
	"time"

	"lanyard/tokenapi/secret"
)

// defaultTimeout is the deadline of a call if Config sets none.
const defaultTimeout = 15 * time.Second

// Config holds the settings of a Client: one environment.
type Config struct {
	Endpoints          Endpoints
	Timeout            time.Duration // deadline of one whole call; 0 means 15 s
	CAPEM              []byte        // PEM; nil trusts the system's certificates only
	ClientCertPEM      []byte        // TLS client certificate and its chain, PEM; nil sends none
	ClientKeyPEM       secret.Text   // the key of ClientCertPEM, PEM, not encrypted
	InsecureSkipVerify bool          // trust any certificate; the caller must show a warning
	AllowHTTP          bool          // allow http:// to hosts other than loopback
	UserAgent          string
	Proxies            Proxies
}

// Client calls one authorization server and its gateway. It is safe for concurrent use. Its errors
// are of type *Error. KindUsage means that nothing was sent.
type Client struct {
	cfg   Config
	now   func() time.Time
	calls http.RoundTripper // grants and revocations: connections are reused for a short time
	fresh http.RoundTripper // probes: a new connection each, as a gateway has several nodes
	ours  bool              // the transports were made here, so they report what was sent
	cert  bool              // there is a TLS client certificate
	state *clientState
}

// New returns a Client. now is its clock and must not be nil. New fails (KindUsage) if a URL, a
// certificate or a key is invalid; the error names it and the reason.
func New(cfg Config, now func() time.Time) (*Client, error) {
	for _, e := range []struct{ key, url string }{
		{"token_url", cfg.Endpoints.TokenURL},
		{"revoke_url", cfg.Endpoints.RevokeURL},
		{"introspect_url", cfg.Endpoints.IntrospectURL},
		{"authorize_url", cfg.Endpoints.AuthorizeURL},
		{"device_url", cfg.Endpoints.DeviceURL},
		{"jwks_url", cfg.Endpoints.JWKSURL},
	} {
		if e.url == "" {
			continue
		}
		if err := checkURL(e.key, e.url, cfg.AllowHTTP); err != nil {
			return nil, err
		}
	}
	if cfg.Timeout < 0 {
		return nil, usage("timeout", "a negative timeout", "")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "lanyard"
	}
	calls, err := newTransport(cfg)
	if err != nil {
		return nil, err
	}
	fresh := calls.Clone()
	fresh.DisableKeepAlives = true
	return &Client{
		cfg: cfg, now: now, calls: calls, fresh: fresh, ours: true,
		cert: cfg.ClientCertPEM != nil, state: &clientState{},
	}, nil
}

// WithTransport returns a copy of the client that makes every call through rt.
func (c *Client) WithTransport(rt http.RoundTripper) *Client {
	d := *c
	d.calls, d.fresh, d.ours, d.state = rt, rt, false, &clientState{}
	return &d
}

// Close closes the idle connections. The client stays usable.
func (c *Client) Close() {
	if t, ok := c.calls.(*http.Transport); ok && c.ours {
		t.CloseIdleConnections()
	}
}

// deadline returns ctx with the client's deadline.
func (c *Client) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.cfg.Timeout)
}
