package sandbox

import (
	"crypto/sha256"
	"fmt"

	"lanyard/tokenapi/secret"
)

// The two kinds of consumer key (WSO2: key_type). The kind belongs to the key, not to a scope.
const (
	production = "PRODUCTION"
	sandboxKey = "SANDBOX"
)

const (
	tenant = "@carbon.super" // WSO2's name for "no tenant", which its answers append to every user
	owner  = "admin" + tenant
	userID = "ana"
)

// Application is one consumer key of the sandbox with all a client needs to use it.
type Application struct {
	Name           string      // such as "Orders"; two keys may belong to one application
	KeyType        string      // PRODUCTION or SANDBOX
	ConsumerKey    string      // 28 characters of [a-zA-Z0-9_]
	ConsumerSecret secret.Text // likewise
	Grant          string      // the grant to begin with: client_credentials or password
	Username       string      // for the password grant, otherwise empty
	Password       secret.Text // likewise
	ProbePath      string      // a path at the gateway that answers 200 to a token of this application
	Scopes         []string    // to ask for; empty for the server's default
}

// client is an application as the server sees it. It never changes.
type client struct {
	Application
	grants map[string]bool
}

// Applications gives the seeds, always in the same order. The caller may change what it gets.
func (s *Server) Applications() []Application {
	apps := make([]Application, len(s.clients))
	for i, c := range s.clients {
		apps[i] = c.Application
		apps[i].Scopes = append([]string(nil), c.Scopes...)
	}
	return apps
}

func seedClients(seed int64) []*client {
	password := secret.New("sbx_" + derive(seed, "password of "+userID, 16))
	entry := func(name, keyType, grant, probe string) *client {
		c := &client{
			Application: Application{
				Name: name, KeyType: keyType, Grant: grant, ProbePath: probe,
				ConsumerKey:    "sbx_" + derive(seed, name+" "+keyType+" key", 24),
				ConsumerSecret: secret.New("sbx_" + derive(seed, name+" "+keyType+" secret", 24)),
			},
			// Every application may refresh, as in WSO2, though client_credentials gives nothing to refresh.
			grants: map[string]bool{"client_credentials": true, "refresh_token": true, grant: true},
		}
		if grant == "password" {
			c.Username, c.Password = userID, password
		}
		return c
	}
	return []*client{
		entry("Orders", production, "client_credentials", "/orders/1.0.0/list"),
		entry("Orders", sandboxKey, "client_credentials", "/orders/1.0.0/list"),
		entry("Payments", production, "password", "/payments/1.0.0/balance"),
		entry("Mobile", production, "client_credentials", "/mobile/1.0.0/feed"),
	}
}

// derive gives n characters that depend on seed and label only. The prefix "sbx_" that every use puts
// before them, and WSO2's alphabet (clientIdValidationRegex [a-zA-Z0-9_]) keep them apart from keys that
// mean something elsewhere.
func derive(seed int64, label string, n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	out := make([]byte, 0, n)
	for block := 0; len(out) < n; block++ {
		for _, b := range sha256.Sum256(fmt.Appendf(nil, "lanyard sandbox %d %s %d", seed, label, block)) {
			// Bytes past the last whole alphabet are skipped, so that no character is likelier than another.
			if int(b) < 256/len(alphabet)*len(alphabet) && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out)
}
