package cli

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"lanyard/cli/config"
	"lanyard/themes"
	"lanyard/tokenapi/sandbox"
)

// The configuration is valid with every grant, and each application has its environment.
func TestSandboxTOML(t *testing.T) {
	api, err := sandbox.New(sandbox.Options{Profile: sandbox.ProfileStateless})
	if err != nil {
		t.Fatal(err)
	}
	h := &sandboxServer{api: api, base: "https://127.0.0.1:8243", caFile: "/tmp/ca.pem",
		certFile: "/tmp/client.pem", keyFile: "/tmp/client-key.pem"}
	var file struct {
		Environment []struct {
			Name, Issuer, Regime string
			AuthorizeURL         string `toml:"authorize_url"`
			DeviceURL            string `toml:"device_url"`
			KeysURL              string `toml:"jwks_url"`
			ClientAuth           string `toml:"client_auth"`
		}
		Application []struct {
			Name, Environment, Grant string
			SigningKey               string `toml:"signing_key"`
			ConsumerSecret           string `toml:"consumer_secret"`
		}
	}
	text := h.toml(api.Applications()) + h.hints(api.Applications()[0])
	if _, err := toml.Decode(text, &file); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	cfg, err := config.Parse("sandbox.toml", []byte(text), themes.Set{})
	if err != nil || len(cfg.Applications) != len(api.Applications()) || len(cfg.Warnings) > 0 {
		t.Errorf("as a configuration: %v", err)
	}
	auth := map[string]string{}
	for _, e := range file.Environment {
		auth[e.Name] = e.ClientAuth
		if e.Issuer != h.base+"/oauth2/token" || e.AuthorizeURL == "" || e.DeviceURL == "" ||
			e.KeysURL == "" || e.Regime != "stateless" {
			t.Errorf("environment %+v", e)
		}
	}
	for i, a := range api.Applications() {
		f := file.Application[i]
		want := a.Auth
		if want == sandbox.AuthBasic {
			want = ""
		}
		if got, known := auth[f.Environment]; !known || got != want {
			t.Errorf("%s is in environment %q with client_auth %q, want %q", f.Name, f.Environment,
				got, want)
		}
		if f.Name != a.Name || f.Grant != a.Grant ||
			(f.SigningKey == "") == !a.SigningKey.IsZero() ||
			(f.ConsumerSecret != "") != (a.Auth == sandbox.AuthBasic) {
			t.Errorf("application %d is not %s", i, a.Name)
		}
		if !a.SigningKey.IsZero() &&
			!strings.HasPrefix(f.SigningKey, "-----BEGIN PRIVATE KEY-----\n") {
			t.Errorf("%s: the signing key is not PEM", a.Name)
		}
	}
}

// Without TLS no application needs a certificate.
func TestSandboxWithoutTLS(t *testing.T) {
	api, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &sandboxServer{api: api, base: "http://127.0.0.1:1"}
	for _, a := range h.applications(false) {
		if a.Auth == sandbox.AuthTLS {
			t.Error("an application proves itself by TLS, which is not there")
		}
	}
	if n := len(h.applications(true)); n < 4 || n > 6 {
		t.Errorf("%d applications in the demonstration", n)
	}
}
