package tokenapi

import (
	"context"
	"net/http"
	"time"

	"lanyard/tokenapi/secret"
)

// defaultTimeout is the deadline of a call when Config names none.
const defaultTimeout = 15 * time.Second

// Config is what one Client needs to know of its environment.
type Config struct {
	Endpoints          Endpoints
	Timeout            time.Duration // deadline of one whole call; 0 means 15 s
	CAPEM              []byte        // extra trusted certificates, PEM; nil: the system's
	ClientCertPEM      []byte        // TLS client certificate and what leads to its authority, PEM; nil: none
	ClientKeyPEM       secret.Text   // the key of ClientCertPEM, PEM, not encrypted
	InsecureSkipVerify bool          // trust any certificate; whoever sets it shows a banner
	AllowHTTP          bool          // http:// to a host that is not loopback is refused without it
	UserAgent          string
	Proxies            Proxies
}

// Client calls one Token API. It is safe for concurrent use.
type Client struct {
	cfg   Config
	now   func() time.Time
	calls http.RoundTripper // grants and revocations: connections are kept for a short while
	fresh http.RoundTripper // probes: a new connection each time, as a gateway has several nodes
	ours  bool              // the transports are ours and report what they wrote
	cert  bool              // there is a TLS client certificate
	seen  *memory
}

// New makes a Client. Both arguments are needed. It fails (KindUsage) when a URL, a certificate or a key cannot be used,
// naming which and why.
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
		cert: cfg.ClientCertPEM != nil, seen: &memory{},
	}, nil
}

// WithTransport gives a copy of the client that makes every call through rt, and opens no socket itself.
func (c *Client) WithTransport(rt http.RoundTripper) *Client {
	d := *c
	d.calls, d.fresh, d.ours, d.seen = rt, rt, false, &memory{}
	return &d
}

// Close lets go of the connections that are kept. The client stays usable.
func (c *Client) Close() {
	if t, ok := c.calls.(*http.Transport); ok && c.ours {
		t.CloseIdleConnections()
	}
}

// deadline gives ctx the client's deadline.
func (c *Client) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.cfg.Timeout)
}
