package cli

import (
	"context"
	"errors"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// errNoSecret is the cause when an application has neither a literal nor a reference for what was asked.
var errNoSecret = errors.New("none is configured")

// SecretRef says where a secret is to be found: in the configuration itself, an environment variable, the
// output of a command, or a file. The zero value is no reference.
type SecretRef struct {
	literal secret.Text
	env     string
	command []string
	file    string
}

// Resolve fetches the secret.
func (r SecretRef) Resolve(ctx context.Context, env func(string) (string, bool)) (secret.Text, error) {
	panic("being written")
}

// Vault resolves the secrets of the configuration at first use and keeps them for the process.
func (c *Config) Vault(env func(string) (string, bool)) console.Vault { panic("being written") }
