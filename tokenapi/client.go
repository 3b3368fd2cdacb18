package tokenapi

import (
	"context"
	"time"
)

// Config is what one Client needs to know of its environment.
type Config struct {
	Endpoints          Endpoints
	Timeout            time.Duration // deadline of one whole call; 0 means 15 s
	CAPEM              []byte        // extra trusted certificates, PEM; nil: the system's
	InsecureSkipVerify bool          // trust any certificate; whoever sets it shows a banner
	AllowHTTP          bool          // http:// to a host that is not loopback is refused without it
	UserAgent          string
}

// Client calls one Token API. It is safe for concurrent use.
type Client struct {
	cfg Config
	now func() time.Time
}

// New makes a Client. It fails when a URL cannot be used (KindUsage), naming which and why.
func New(cfg Config, now func() time.Time) (*Client, error) {
	return &Client{cfg: cfg, now: now}, nil
}

// Token sends one grant, once. The Exchange is filled in either case.
func (c *Client) Token(ctx context.Context, r TokenRequest) (TokenAnswer, Exchange, error) {
	panic("being written")
}

// Revoke sends one revocation.
func (c *Client) Revoke(ctx context.Context, r RevokeRequest) (RevokeAnswer, Exchange, error) {
	panic("being written")
}

// Probe calls an API with a token. A transport failure is no error: it is an answer with Verdict Unclear.
// An error (KindUsage) means that nothing was sent.
func (c *Client) Probe(ctx context.Context, r ProbeRequest) (ProbeAnswer, Exchange, error) {
	panic("being written")
}
