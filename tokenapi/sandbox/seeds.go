package sandbox

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"

	"lanyard/tokenapi/secret"
)

// The two types of consumer key (WSO2: key_type). The type belongs to the key, not to a scope.
const (
	production = "PRODUCTION"
	sandboxKey = "SANDBOX"
)

const (
	tenant   = "@carbon.super" // WSO2's "no tenant", which its answers append to every user
	portalID = "admin"         // signs in to the developer portal, and owns all applications
	owner    = portalID + tenant
	userID   = "ana"
)

// The client authentication methods. AuthBasic includes a secret in the body.
const (
	AuthBasic         = "basic"
	AuthNone          = "none"
	AuthPrivateKeyJWT = "private_key_jwt"
	AuthTLS           = "tls"
)

// The states of a subscription that the gateway checks (WSO2: SubscriptionStatus). "" means that
// there is none.
const (
	unblocked = "UNBLOCKED"
	onHold    = "ON_HOLD"
	blocked   = "BLOCKED"
)

// Application is one consumer key of the sandbox with everything that a client needs to use it.
type Application struct {
	Name           string      // such as "Orders"; two keys may belong to one application
	KeyType        string      // PRODUCTION or SANDBOX
	ConsumerKey    string      // 28 characters of [a-zA-Z0-9_]
	ConsumerSecret secret.Text // likewise; zero unless Auth is AuthBasic
	Auth           string      // client authentication method, one of the Auth constants
	Grant          string      // the grant to begin with, by its short name, such as device_code
	Username       string      // for the password grant, or ""
	Password       secret.Text // likewise
	SigningKey     secret.Text // PEM (PKCS #8) of a P-256 key, for jwt_bearer and AuthPrivateKeyJWT
	RedirectURIs   []string    // for authorization_code; loopback URIs match with any port
	ProbePath      string      // a gateway path that answers 200 (Reports: 401)
	Scopes         []string    // the scopes to request; empty for the server's default
	Demo           bool        // shown in a demonstration
}

// client is an application on the server's side. It never changes.
type client struct {
	Application
	grants map[string]bool   // by short name
	users  []string          // users of the password grant
	jwt    bool              // its access tokens are JWTs in every profile; see Options.JWTApps
	subs   map[string]string // states of its subscriptions, by API; nil: subscribed to all
}

func (c *client) subscription(api string) string {
	if c.subs == nil {
		return unblocked
	}
	return c.subs[api]
}

// Applications returns the seeded applications, always in the same order. The caller may modify the
// result.
func (s *Server) Applications() []Application {
	apps := make([]Application, len(s.clients))
	for i, c := range s.clients {
		apps[i] = c.Application
		apps[i].Scopes = slices.Clone(c.Scopes)
		apps[i].RedirectURIs = slices.Clone(c.RedirectURIs)
	}
	return apps
}

// PortalUser returns the only user of the developer portal, who may also introspect.
func (s *Server) PortalUser() (name string, password secret.Text) {
	return portalID, s.accounts[portalID]
}

// AssertionKeyPEM returns the private key that signs assertions for this server (P-256, PKCS #8).
// Applications with a SigningKey have this one.
func (s *Server) AssertionKeyPEM() secret.Text { return keyPEM(s.assertion) }

func keyPEM(key *ecdsa.PrivateKey) secret.Text {
	der, _ := x509.MarshalPKCS8PrivateKey(key) // fails for foreign types only
	return secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

func seedAccounts(seed int64) map[string]secret.Text {
	accounts := map[string]secret.Text{}
	for _, name := range []string{userID, portalID} {
		accounts[name] = secret.New("sbx_" + derive(seed, "password of "+name, 16))
	}
	return accounts
}

func seedClients(set settings, accounts map[string]secret.Text,
	assertion *ecdsa.PrivateKey) []*client {
	seed := set.seed
	entry := func(name, keyType, grant, auth, probe string, demo bool) *client {
		c := &client{
			Application: Application{
				Name: name, KeyType: keyType, Grant: grant, Auth: auth, ProbePath: probe,
				Demo: demo, ConsumerKey: "sbx_" + derive(seed, name+" "+keyType+" key", 24),
			},
			// Every application may refresh, as in WSO2, although client_credentials returns no
			// refresh token.
			grants: map[string]bool{grantClient: auth != AuthNone, grantRefresh: true, grant: true},
			jwt:    slices.Contains(set.jwtApps, name),
		}
		if auth == AuthBasic {
			c.ConsumerSecret = secret.New("sbx_" + derive(seed, name+" "+keyType+" secret", 24))
		}
		if grant == grantPassword {
			c.Username, c.Password, c.users = userID, accounts[userID], []string{userID}
		}
		if grant == grantJWT || auth == AuthPrivateKeyJWT {
			c.SigningKey = keyPEM(assertion)
		}
		if grant == grantCode {
			c.RedirectURIs = []string{
				"http://127.0.0.1/callback", "http://[::1]/callback",
				"http://localhost/callback", "https://client.sandbox.test/callback",
			}
		}
		return c
	}
	const list = "/orders/1.0.0/list"
	all := []*client{
		entry("Orders", production, grantClient, AuthBasic, list, true),
		entry("Orders", sandboxKey, grantClient, AuthBasic, list, false),
		entry("Payments", production, grantPassword, AuthBasic, "/payments/1.0.0/balance", true),
		entry("Mobile", production, grantPassword, AuthBasic, "/mobile/1.0.0/feed", true),
		entry("Portal", production, grantCode, AuthBasic, list, true),
		entry("Kiosk", production, grantDevice, AuthBasic, "/mobile/1.0.0/feed", true),
		entry("Terminal", production, grantCode, AuthNone, list, false),
		entry("Batch", production, grantJWT, AuthBasic, list, false),
		entry("Relay", production, grantExchange, AuthBasic, list, false),
		entry("Robot", production, grantClient, AuthPrivateKeyJWT, list, false),
		entry("Machine", production, grantClient, AuthTLS, list, false),
		entry("Reports", production, grantClient, AuthBasic, list, false),
	}
	all[6].grants[grantDevice] = true
	all[11].subs = map[string]string{"orders": onHold, "mobile": blocked}
	return all
}

// derive returns n characters that depend on seed and label only. All callers put "sbx_" before
// them, so that they cannot be mistaken for real keys. The alphabet is WSO2's
// (clientIdValidationRegex [a-zA-Z0-9_]).
func derive(seed int64, label string, n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	out := make([]byte, 0, n)
	for block := 0; len(out) < n; block++ {
		text := fmt.Appendf(nil, "lanyard sandbox %d %s %d", seed, label, block)
		for _, b := range sha256.Sum256(text) {
			// Bytes after the last whole alphabet are skipped, so that all characters are equally
			// likely.
			if int(b) < 256/len(alphabet)*len(alphabet) && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out)
}
