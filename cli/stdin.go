package cli

import (
	"context"
	"errors"
	"io"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/tokenapi/jwt"
	"lanyard/tokenapi/secret"
)

// readToken reads a token from standard input to its end, or at a terminal as one line without an
// echo. A token is never an argument, because other users can read those. Line breaks in a token
// are ignored.
func (p *program) readToken(prompt string) (secret.Text, error) {
	if _, in := host.TerminalFD(p.stdin); in {
		return p.askSecret(prompt)
	}
	text, err := p.readStdin(secret.ReadLines)
	if err == nil && jwt.Normalise(text).IsZero() {
		err = misuse("", "standard input is empty")
	}
	return text, err
}

// readSecret reads a secret of a kind from standard input.
func (p *program) readSecret(kind console.SecretKind) (secret.Text, error) {
	return p.readStdin(kind.Read)
}

// readStdin reads standard input to its end and parses it with read.
func (p *program) readStdin(read func(raw string) (secret.Text, error)) (secret.Text, error) {
	data, err := io.ReadAll(io.LimitReader(untilDone{p.ctx, p.stdin}, config.MaxSecret+1))
	switch {
	case errors.Is(err, context.Canceled):
		return secret.Text{}, err
	case err != nil:
		return secret.Text{}, &failure{
			exit: exitUnexpected, code: console.CodeStdin,
			text: "standard input cannot be read", err: err,
		}
	case len(data) > config.MaxSecret:
		return secret.Text{}, misuse("", "standard input holds more than 64 KiB")
	}
	text, err := read(string(data))
	if err != nil {
		return secret.Text{}, misuse("", "standard input %v", err)
	}
	return text, nil
}

// unreadable returns the error for a file argument that cannot be read.
func unreadable(ctx context.Context, what, path string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return misuse("name a file that can be read to its end",
		"%s cannot be read: %s: %v", what, path, err)
}

// untilDone reads from r until ctx ends. A read that blocks then is abandoned; its data is lost.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader. It reads in a goroutine, into memory of its own, because an abandoned
// read may still write to it.
func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		own := make([]byte, len(p))
		n, err := u.r.Read(own)
		done <- result{own[:n], err}
	}()
	select {
	case <-u.ctx.Done():
		return 0, u.ctx.Err()
	case r := <-done:
		defer clear(r.data)
		return copy(p, r.data), r.err
	}
}
