package integration

import (
	"strings"
	"testing"
)

// Every client authentication method gets a token that is active at the server.
func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"basic": `
			[[environment]]
			name = "oidc"
			token_url = "HTTP/token"
			[[application]]
			name = "Orders"
			consumer_key = "orders"
			consumer_secret = { env = "ORDERS_SECRET" }`,
		"basic-encoded, every awkward character": `
			[[environment]]
			name = "oidc"
			token_url = "HTTP/token"
			client_auth = "basic-encoded"
			[[application]]
			name = "Orders"
			consumer_key = "odd client+id"
			consumer_secret = { env = "ODD_SECRET" }`,
		"post": `
			[[environment]]
			name = "oidc"
			token_url = "HTTP/token"
			client_auth = "post"
			[[application]]
			name = "Orders"
			consumer_key = "post"
			consumer_secret = "post-secret"`,
		"private_key_jwt": `
			[[environment]]
			name = "oidc"
			issuer = "HTTP"
			client_auth = "private_key_jwt"
			[[application]]
			name = "Orders"
			consumer_key = "signed"
			signing_key = { file = "STATE/client.key" }`,
		"tls": `
			[[environment]]
			name = "oidc"
			issuer = "HTTPS"
			client_auth = "tls"
			ca_file = "STATE/ca.pem"
			client_cert = "STATE/tls-client.pem"
			client_key = "STATE/tls-client.key"
			[[application]]
			name = "Orders"
			consumer_key = "mutual"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := requireBench(t)
			s := b.sit(t, nil, config)
			got := s.token("token", "Orders")
			if got.How != "issued" || got.HasRefresh || got.Left == nil || *got.Left < 500 {
				t.Errorf("how %q, refresh %v, left %v", got.How, got.HasRefresh, got.Left)
			}
			if name != "tls" && !b.alive(t, got.Access) { // the https issuer has separate tokens
				t.Error("the server does not know the token")
			}
			if again := s.token("token", "Orders"); again.How != "reused" ||
				again.Access != got.Access {
				t.Errorf("the second time it was %s", again.How)
			}
		})
	}
}

// Without encoding that secret is refused, which is why there are two kinds of basic.
func TestSecretThatNeedsEncoding(t *testing.T) {
	t.Parallel()
	s := requireBench(t).sit(t, nil, `
		[[environment]]
		name = "oidc"
		token_url = "HTTP/token"
		[[application]]
		name = "Orders"
		consumer_key = "odd client+id"
		consumer_secret = { env = "ODD_SECRET" }`)
	r := s.ends(exitRefused, "token", "Orders")
	if r.out != "" || strings.Contains(r.err, "w%rd") {
		t.Errorf("said %q, %q", r.out, r.err)
	}
}

// A server with a private CA is trusted only if ca_file names the CA.
func TestOwnCA(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	const config = `
		[[environment]]
		name = "oidc"
		token_url = "HTTPS/token"
		revoke_url = "HTTPS/token/revocation"
		CA
		[[application]]
		name = "Orders"
		consumer_key = "orders"
		consumer_secret = { env = "ORDERS_SECRET" }`
	r := b.sit(t, nil, strings.Replace(config, "CA\n", "\n", 1)).ends(exitNetwork, "token",
		"Orders")
	if r.out != "" || !strings.Contains(r.err, "ca_file") {
		t.Errorf("without it: %q, and no hint at ca_file in %q", r.out, r.err)
	}
	s := b.sit(t, nil, strings.Replace(config, "CA\n", "ca_file = \"STATE/ca.pem\"\n", 1))
	s.does("revoke", s.token("token", "Orders").Fingerprint)
}

// An issuer is enough: discovery finds the other URLs, and configured URLs take precedence.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	b := requireBench(t)
	s := b.sit(t, nil, `
		[[environment]]
		name = "oidc"
		issuer = "HTTP"
		[[application]]
		name = "Orders"
		consumer_key = "orders"
		consumer_secret = { env = "ORDERS_SECRET" }`)
	got := s.token("token", "Orders")
	if !s.active(got.Fingerprint) {
		t.Error("the server says that the new token is not active")
	}
	s.does("revoke", got.Fingerprint)
	if b.alive(t, got.Access) {
		t.Error("it lives on after the revoke")
	}

	wrong := b.sit(t, nil, `
		[[environment]]
		name = "oidc"
		issuer = "HTTP"
		token_url = "HTTP/elsewhere"
		[[application]]
		name = "Orders"
		consumer_key = "orders"
		consumer_secret = { env = "ORDERS_SECRET" }`)
	if r := wrong.run("token", "Orders"); r.code == exitDone || r.code == exitUsage {
		t.Errorf("a token_url of one's own gave exit %d: %s", r.code, r.err)
	}
}
