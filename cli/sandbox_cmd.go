package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
)

// sandboxFlags adds what demo and sandbox have in common.
func sandboxFlags(c *cobra.Command, o *sandbox.Options) {
	c.Flags().Float64Var(&o.Speed, "speed", 1, "divide the lives of tokens and gateway cache by this")
	c.Flags().DurationVar(&o.TokenTTL, "token-ttl", time.Hour, "life of an access token")
	c.Flags().DurationVar(&o.CacheTTL, "cache-ttl", 15*time.Minute, "life of an entry of the gateway's cache")
	c.Flags().Int64Var(&o.Seed, "seed", 1, "other keys and secrets")
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
	return nil
}

func (p *program) sandboxCommand() *cobra.Command {
	var o sandbox.Options
	var addr, profile string
	var useTLS bool
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a Token API and a gateway to try things on",
		Long: "Serves a Token API and an API gateway with a token cache on this machine, until ctrl+c. Its URLs and credentials\n" +
			"go to stdout as a configuration: lanyard sandbox > sandbox.toml, then lanyard --config sandbox.toml.",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if profile != "opaque" {
				return misuse("only opaque is built", "--profile %s: not supported yet", profile)
			}
			if err := checkSandbox(c, o); err != nil {
				return err
			}
			return p.runSandbox(c.Context(), addr, useTLS, o)
		},
	}
	sandboxFlags(c, &o)
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:8243", "`address` to listen on, of this machine; port 0 is a free one")
	c.Flags().BoolVar(&useTLS, "tls", false, "serve https, with a certificate made for this run")
	c.Flags().DurationVar(&o.Latency, "latency", 0, "wait this long before every answer")
	c.Flags().StringVar(&profile, "profile", "opaque", "how the server behaves")
	return c
}

func (p *program) runSandbox(ctx context.Context, addr string, useTLS bool, o sandbox.Options) error {
	h, err := p.host(ctx, addr, useTLS, o)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.announce(p.stdout); err != nil {
		return err
	}
	p.note("serving at %s until ctrl+c", h.base)
	return h.serve(ctx)
}

// hosted is a sandbox that listens.
type hosted struct {
	api      *sandbox.Server
	listener net.Listener
	server   *http.Server
	base     string // its URL
	caFile   string // "" without TLS
	caDir    string
}

// host listens on a loopback address. The credentials of a sandbox can be computed by anybody, so nobody
// else may reach it.
func (p *program) host(ctx context.Context, addr string, useTLS bool, o sandbox.Options) (*hosted, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, misuse("such as 127.0.0.1:8243", "--addr: %q is no address with a port", addr)
	}
	if !loopback(host) {
		return nil, misuse("such as 127.0.0.1:8243", "--addr: %q is not a loopback address", addr)
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	h := &hosted{}
	if h.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port)); err != nil {
		return nil, &failure{exit: exitNetwork, code: "network", err: err,
			text: "cannot listen on " + net.JoinHostPort(host, port) + ": " + listenCause(err), hint: "--addr 127.0.0.1:0 takes a free port"}
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
		if err := h.secure(host, p.clock()); err != nil {
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

// secure makes the certificates; the authority's goes to a file for clients.
func (h *hosted) secure(host string, now time.Time) error {
	cert, err := sandbox.SelfSigned([]string{host, "localhost", "127.0.0.1", "::1"}, now)
	if err != nil {
		return err
	}
	if h.caDir, err = os.MkdirTemp("", "lanyard-sandbox-"); err != nil {
		return err
	}
	h.caFile = filepath.Join(h.caDir, "ca.pem")
	if err := os.WriteFile(h.caFile, cert.CAPEM, 0o644); err != nil { //nolint:gosec // a certificate is public
		return err
	}
	h.listener = tls.NewListener(h.listener, &tls.Config{
		Certificates: []tls.Certificate{cert.Server}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
	})
	return nil
}

// goodbye is how long answers under way are waited for at the end.
const goodbye = 3 * time.Second

// serve answers until ctx ends; that is how a server is meant to end, so it is no error.
func (h *hosted) serve(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- h.server.Serve(h.listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("sandbox: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if h.server.Shutdown(last) != nil {
		_ = h.server.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

// Close lets go of the port and removes the authority's file.
func (h *hosted) Close() {
	_ = h.server.Close()
	_ = h.listener.Close()
	if h.caDir != "" {
		_ = os.RemoveAll(h.caDir)
	}
}

// environment describes the sandbox as a configuration would.
func (h *hosted) environment(name string) console.Environment {
	return console.Environment{
		Name:       name,
		Endpoints:  tokenapi.Endpoints{TokenURL: h.base + "/token", RevokeURL: h.base + "/revoke", IntrospectURL: h.base + "/introspect"},
		CacheTTL:   h.api.CacheTTL(),
		Regime:     console.RegimeOpaque,
		ClientAuth: tokenapi.AuthBasic,
		Timeout:    15 * time.Second,
		CAFile:     h.caFile,
	}
}

// announce prints a whole configuration, with the credentials, and two lines to try by hand.
func (h *hosted) announce(w io.Writer) error {
	var b strings.Builder
	e := h.environment("sandbox")
	b.WriteString("# The sandbox of Lanyard: a Token API and a gateway that end with this process.\n\n[[environment]]\n")
	for _, kv := range [][2]string{
		{"name", e.Name}, {"token_url", e.Endpoints.TokenURL}, {"revoke_url", e.Endpoints.RevokeURL},
		{"introspect_url", e.Endpoints.IntrospectURL}, {"cache_ttl", e.CacheTTL.String()}, {"regime", string(e.Regime)}, {"ca_file", h.caFile},
	} {
		setting(&b, kv[0], kv[1])
	}
	apps := h.applications(false)
	for _, a := range apps {
		b.WriteString("\n[[application]]\n")
		for _, kv := range [][2]string{
			{"name", a.Name}, {"environment", e.Name}, {"key_type", a.KeyType}, {"consumer_key", a.ConsumerKey},
			{"consumer_secret", a.ConsumerSecret.Reveal()}, {"grant", a.Grant}, {"username", a.Username},
			{"password", a.Password.Reveal()}, {"probe_url", h.base + a.ProbePath},
		} {
			setting(&b, kv[0], kv[1])
		}
	}
	curl := "curl "
	if h.caFile != "" {
		curl += "--cacert " + shellQuote(h.caFile) + " "
	}
	curl += "-u " + apps[0].ConsumerKey + ":" + apps[0].ConsumerSecret.Reveal()
	fmt.Fprintf(&b, "\n# %s -d grant_type=client_credentials %s\n# %s -d token=ACCESS_TOKEN %s\n",
		curl, e.Endpoints.TokenURL, curl, e.Endpoints.RevokeURL)
	_, err := io.WriteString(w, b.String())
	return err
}

// everyGrant says whether a configuration can hold the newer grants, client authentication by application and
// the URLs that come with them.
const everyGrant = false

// applications gives those of the sandbox that a configuration can hold, and of these for a demonstration
// only a few.
func (h *hosted) applications(demo bool) []sandbox.Application {
	return slices.DeleteFunc(h.api.Applications(), func(a sandbox.Application) bool {
		plain := a.Grant == tokenapi.GrantClientCredentials && a.Auth == sandbox.AuthBasic || a.Grant == tokenapi.GrantPassword
		return demo && !a.Demo || !everyGrant && (!plain || a.Name == "Reports") || a.Auth == sandbox.AuthTLS && h.caFile == ""
	})
}

// setting writes one line of TOML, none for an empty value. Go's quotes are TOML's for printable text.
func setting(b *strings.Builder, key, value string) {
	if value != "" {
		fmt.Fprintf(b, "%-15s = %s\n", key, strconv.Quote(value))
	}
}
