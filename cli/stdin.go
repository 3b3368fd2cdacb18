package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"lanyard/tokenapi/secret"
)

// readToken reads a token from standard input: to its end, or from a person who is asked without an echo. It is
// never taken from an argument, where other users can see it.
func (p *program) readToken(prompt string) (secret.Text, error) {
	if _, in := terminal(p.stdin); in {
		return p.askSecret(prompt)
	}
	return p.readSecret()
}

// readSecret reads standard input to its end and takes the line break off.
func (p *program) readSecret() (secret.Text, error) {
	data, err := io.ReadAll(io.LimitReader(untilDone{p.ctx, p.stdin}, secretMost+1))
	switch {
	case errors.Is(err, context.Canceled):
		return secret.Text{}, err
	case err != nil:
		return secret.Text{}, &failure{exit: exitUnexpected, code: "stdin", text: "standard input cannot be read", err: err}
	case len(data) > secretMost:
		return secret.Text{}, misuse("", "standard input holds more than 64 KiB")
	case strings.TrimSpace(string(data)) == "":
		return secret.Text{}, misuse("", "standard input is empty")
	}
	return secret.New(withoutNewline(string(data))), nil
}
