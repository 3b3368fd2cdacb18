package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/sandbox"
)

// applications returns the applications that work with or without TLS as served. With demo it
// returns only the few for the demo.
func (h *sandboxServer) applications(demo bool) []sandbox.Application {
	return slices.DeleteFunc(h.api.Applications(), func(a sandbox.Application) bool {
		return demo && !a.Demo || a.Auth == sandbox.AuthTLS && h.caFile == ""
	})
}

// environment returns the sandbox as an environment of the configuration.
func (h *sandboxServer) environment(name string) console.Environment {
	return console.Environment{
		Name: console.Private(name),
		Endpoints: console.Endpoints{
			TokenURL:      console.Private(h.base + "/token"),
			RevokeURL:     console.Private(h.base + "/revoke"),
			IntrospectURL: console.Private(h.base + "/introspect"),
			AuthorizeURL:  console.Private(h.base + "/oauth2/authorize"),
			DeviceURL:     console.Private(h.base + "/oauth2/device_authorize"),
			JWKSURL:       console.Private(h.base + "/oauth2/jwks"),
		},
		CacheTTL:   h.api.CacheTTL(),
		Regime:     console.Regime(h.api.Profile()),
		ClientAuth: tokenapi.AuthBasic,
		Timeout:    15 * time.Second,
		CAFile:     h.caFile,
	}
}

// printConfig prints a whole configuration with credentials, and commands to try as comments.
func (h *sandboxServer) printConfig(w io.Writer) error {
	apps := h.applications(false)
	text := "# The sandbox of Lanyard: a Token API and a gateway that end with this process.\n" +
		h.toml(apps) + "\n" + h.hints(apps[0])
	_, err := io.WriteString(w, text)
	return err
}

// toml returns the configuration for apps. It has one environment for each way of client
// authentication, because that is a setting of the environment.
func (h *sandboxServer) toml(apps []sandbox.Application) string {
	var b strings.Builder
	auths := []string{sandbox.AuthBasic}
	for _, a := range apps {
		if !slices.Contains(auths, a.Auth) {
			auths = append(auths, a.Auth)
		}
	}
	for _, auth := range auths {
		h.tomlEnvironment(&b, auth)
	}
	for _, a := range apps {
		h.tomlApplication(&b, a)
	}
	return b.String()
}

// environmentOf returns the name of the environment for a way of client authentication.
func environmentOf(auth string) string {
	switch auth {
	case sandbox.AuthNone:
		return "sandbox-public"
	case sandbox.AuthPrivateKeyJWT:
		return "sandbox-signed"
	case sandbox.AuthTLS:
		return "sandbox-tls"
	}
	return "sandbox"
}

func (h *sandboxServer) tomlEnvironment(b *strings.Builder, auth string) {
	e := h.environment(environmentOf(auth))
	keys := [][2]string{
		{"name", string(e.Name)}, {"issuer", h.base + "/oauth2/token"},
		{"token_url", string(e.Endpoints.TokenURL)}, {"revoke_url", string(e.Endpoints.RevokeURL)},
		{"introspect_url", string(e.Endpoints.IntrospectURL)},
		{"authorize_url", string(e.Endpoints.AuthorizeURL)},
		{"device_url", string(e.Endpoints.DeviceURL)}, {"jwks_url", string(e.Endpoints.JWKSURL)},
		{"cache_ttl", e.CacheTTL.String()}, {"regime", string(e.Regime)}, {"ca_file", h.caFile},
	}
	if auth != sandbox.AuthBasic {
		keys = append(keys, [2]string{"client_auth", auth})
	}
	if auth == sandbox.AuthTLS {
		keys = append(keys, [][2]string{{"client_cert", h.certFile}, {"client_key", h.keyFile}}...)
	}
	b.WriteString("\n[[environment]]\n")
	for _, kv := range keys {
		setting(b, kv[0], kv[1])
	}
}

func (h *sandboxServer) tomlApplication(b *strings.Builder, a sandbox.Application) {
	b.WriteString("\n[[application]]\n")
	for _, kv := range [][2]string{
		{"name", a.Name}, {"environment", environmentOf(a.Auth)}, {"key_type", a.KeyType},
		{"consumer_key", a.ConsumerKey}, {"consumer_secret", a.ConsumerSecret.Reveal()},
		{"grant", a.Grant}, {"username", a.Username}, {"password", a.Password.Reveal()},
		{"probe_url", h.base + a.ProbePath},
	} {
		setting(b, kv[0], kv[1])
	}
	if a.Grant == tokenapi.GrantAuthorizationCode {
		setting(b, "redirect_url", "http://127.0.0.1:0/callback")
	}
	if !a.SigningKey.IsZero() {
		fmt.Fprintf(b, "%-15s = '''\n%s'''\n", "signing_key", a.SigningKey.Reveal())
	}
	if a.Grant == tokenapi.GrantTokenExchange {
		b.WriteString("subject_token   = { env = \"SUBJECT_TOKEN\" } # any living access token " +
			"of this sandbox\n")
	}
}

// hints returns commands to try, as comments.
func (h *sandboxServer) hints(a sandbox.Application) string {
	ca := ""
	if h.caFile != "" {
		ca = "--cacert " + shellQuote(h.caFile) + " "
	}
	e := h.environment("")
	curl := "curl " + ca + "-u " + a.ConsumerKey + ":" + a.ConsumerSecret.Reveal()
	name, password := h.api.PortalUser()
	return fmt.Sprintf("# %s -d grant_type=client_credentials %s\n"+
		"# %s -d token=ACCESS_TOKEN %s\n"+
		"# Developer portal: %s, user %s, password %s\n"+
		"# curl %s-d kind=lost -d endpoint=token %s/__sandbox/fault\n",
		curl, e.Endpoints.TokenURL, curl, e.Endpoints.RevokeURL, h.base, name, password.Reveal(),
		ca, h.base)
}

// setting writes a line of TOML, or nothing for an empty value. For printable text, Go's quoting is
// valid TOML.
func setting(b *strings.Builder, key, value string) {
	if value != "" {
		fmt.Fprintf(b, "%-15s = %s\n", key, strconv.Quote(value))
	}
}
