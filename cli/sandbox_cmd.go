package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/tokenapi/sandbox"
)

// sandboxCacheTTL is the usual cache time of the sandbox's gateway, as that of WSO2.
const sandboxCacheTTL = 15 * time.Minute

// sandboxFlags adds the flags that demo and sandbox share.
func sandboxFlags(c *cobra.Command, o *sandbox.Options, cacheTTL time.Duration) {
	c.Flags().Float64Var(&o.Speed, "speed", 1,
		"divide the lifetimes of tokens and cache entries by this")
	c.Flags().DurationVar(&o.TokenTTL, "token-ttl", time.Hour, "lifetime of an access token")
	c.Flags().DurationVar(&o.CacheTTL, "cache-ttl", cacheTTL,
		"lifetime of an entry in the gateway's cache")
	c.Flags().Int64Var(&o.Seed, "seed", 1, "generate keys and secrets from this number")
	c.Flags().StringVar(&o.Profile, "profile", sandbox.ProfileOpaque,
		"rules for the lifetimes of tokens: "+strings.Join(sandbox.Profiles(), ", "))
	c.Flags().IntVar(&o.Nodes, "nodes", 1, "number of gateway nodes, each with its own cache")
}

func checkSandbox(c *cobra.Command, o sandbox.Options) error {
	for _, f := range []string{"token-ttl", "cache-ttl"} {
		if d, _ := c.Flags().GetDuration(f); d <= 0 {
			return misuse("", "--%s must be more than 0", f)
		}
	}
	if !(o.Speed > 0) {
		return misuse("", "--speed must be more than 0")
	}
	if !slices.Contains(sandbox.Profiles(), o.Profile) {
		return misuse("one of "+strings.Join(sandbox.Profiles(), ", "),
			"--profile: there is no %q", o.Profile)
	}
	if o.Nodes < 1 {
		return misuse("", "--nodes must be at least 1")
	}
	return nil
}

func (p *program) sandboxCommand() *cobra.Command {
	var o sandbox.Options
	var addr string
	var faults []string
	var useTLS bool
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a Token API and a gateway to practise with",
		Long: "Serves a Token API, and an API gateway with a token cache, on this machine until\n" +
			"ctrl+c. Prints a configuration with their URLs and credentials:\n\n" +
			"  lanyard sandbox > sandbox.toml\n" +
			"  lanyard --config sandbox.toml     # in another terminal",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkSandbox(c, o); err != nil {
				return err
			}
			for _, text := range faults {
				f, err := sandbox.ParseFault(text)
				if err != nil {
					return misuse("such as token:lost:1; kinds are "+
						strings.Join(sandbox.FaultKinds(), ", "), "--fault: %v", err)
				}
				o.Faults = append(o.Faults, f)
			}
			return p.runSandbox(c.Context(), addr, useTLS, o)
		},
	}
	sandboxFlags(c, &o, sandboxCacheTTL)
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:8243",
		"`address` of this machine to listen on; port 0 means any free port")
	c.Flags().BoolVar(&useTLS, "tls", false,
		"serve https, with a certificate generated for this run")
	c.Flags().DurationVar(&o.Latency, "latency", 0, "delay every answer by this")
	c.Flags().StringArrayVar(&faults, "fault", nil,
		"make answers fail: `ENDPOINT:KIND[:TIMES]`, such as token:lost:1; may be repeated")
	c.Flags().DurationVar(&o.ClockOff, "clock-off", 0,
		"how far the server's clock is ahead; negative: behind")
	c.Flags().StringVar(&o.PortalVersion, "portal-version", "v3",
		"version of the developer portal's API: "+strings.Join(sandbox.PortalVersions(), ", "))
	c.Flags().BoolVar(&o.HashedSecrets, "hashed-secrets", false,
		"the developer portal does not show consumer secrets")
	c.Flags().BoolVar(&o.IntrospectAdminOnly, "introspect-admin-only", false,
		"only the portal's user may introspect")
	c.Flags().BoolVar(&o.AutoApprove, "auto-approve", false,
		"grant authorization requests without asking")
	return c
}

func (p *program) runSandbox(ctx context.Context, addr string, useTLS bool,
	o sandbox.Options) error {
	h, err := p.startSandbox(ctx, addr, useTLS, o)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.printConfig(p.stdout); err != nil {
		return err
	}
	p.note("serving at %s until ctrl+c", h.base)
	return h.serve(ctx)
}

// sandboxServer is a sandbox that listens on a port.
type sandboxServer struct {
	api      *sandbox.Server
	listener net.Listener
	server   *http.Server
	base     string // base URL
	caFile   string // this and the next two: "" without TLS
	certFile string // certificate of the application with client_auth = "tls"
	keyFile  string
	caDir    string
}

// startSandbox starts a sandbox on a loopback address. Anybody can compute its credentials, so
// other machines must not reach it.
func (p *program) startSandbox(ctx context.Context, addr string, useTLS bool,
	o sandbox.Options) (*sandboxServer, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, misuse("such as 127.0.0.1:8243", "--addr: %q is no address with a port", addr)
	}
	if !console.Loopback(host) {
		return nil, misuse("such as 127.0.0.1:8243", "--addr: %q is not a loopback address", addr)
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	h := &sandboxServer{}
	h.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, &failure{
			exit: exitNetwork, code: console.CodeNetwork, err: err,
			text: "cannot listen on " + net.JoinHostPort(host, port) + ": " + listenCause(err),
			hint: "--addr 127.0.0.1:0 takes a free port",
		}
	}
	h.base = "http://" + h.listener.Addr().String()
	if useTLS {
		h.base = "https://" + h.listener.Addr().String()
	}
	o.Clock, o.PublicURL = p.clock, h.base
	if h.api, err = sandbox.New(o); err != nil {
		_ = h.listener.Close()
		return nil, misuse("", "%v", err)
	}
	h.server = &http.Server{Handler: h.api, ReadHeaderTimeout: 10 * time.Second}
	if useTLS {
		if err := h.enableTLS(host, p.clock()); err != nil {
			h.Close()
			return nil, err
		}
	}
	return h, nil
}

func listenCause(err error) string {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		return sys.Err.Error()
	}
	return "the address cannot be used"
}

// enableTLS generates the certificates, and writes those that clients need to files.
func (h *sandboxServer) enableTLS(host string, now time.Time) error {
	cert, err := sandbox.SelfSigned([]string{host, "localhost", "127.0.0.1", "::1"}, now)
	if err != nil {
		return err
	}
	if h.caDir, err = os.MkdirTemp("", "lanyard-sandbox-"); err != nil {
		return err
	}
	h.caFile = filepath.Join(h.caDir, "ca.pem")
	if err := os.WriteFile(h.caFile, cert.CAPEM, 0o600); err != nil {
		return err
	}
	certPEM, keyPEM, err := sandbox.ClientCertificate(now)
	if err != nil {
		return err
	}
	h.certFile = filepath.Join(h.caDir, "client.pem")
	h.keyFile = filepath.Join(h.caDir, "client-key.pem")
	if err := os.WriteFile(h.certFile, certPEM, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(h.keyFile, keyPEM, 0o600); err != nil {
		return err
	}
	h.listener = tls.NewListener(h.listener, &tls.Config{
		Certificates: []tls.Certificate{cert.Server}, MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		ClientAuth: tls.RequestClientCert, // any certificate passes; most clients send none
	})
	return nil
}

// shutdownPatience limits the time that the sandbox waits at its end for responses that are being
// written.
const shutdownPatience = 3 * time.Second

// serve answers requests until ctx ends, which is no error.
func (h *sandboxServer) serve(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(h.listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("sandbox: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownPatience)
	defer cancel()
	if h.server.Shutdown(last) != nil {
		_ = h.server.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// Close frees the port and removes the certificate files.
func (h *sandboxServer) Close() {
	_ = h.server.Close()
	_ = h.listener.Close()
	if h.caDir != "" {
		_ = os.RemoveAll(h.caDir)
	}
}
