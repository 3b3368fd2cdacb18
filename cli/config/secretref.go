package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// errNoSecret is the cause if an application has no literal and no reference for the secret.
var errNoSecret = errors.New("none is configured")

const secretPatience = 10 * time.Second // time limit of a command or file

// SecretRef names the source of a secret: the configuration itself, an environment variable, the
// output of a command, a file, or the store. The zero value is no reference.
type SecretRef struct {
	Literal secret.Text
	Env     string
	Command []string // argv, no shell
	File    string
	Stored  bool // in the store: lanyard apps set-secret
	Lines   bool // it may have several lines
}

// IsZero reports whether there is no reference.
func (r SecretRef) IsZero() bool {
	return r.Literal.IsZero() && r.Env == "" && len(r.Command) == 0 && r.File == "" && !r.Stored
}

func (r SecretRef) state() console.SecretState {
	switch {
	case r.IsZero():
		return console.SecretMissing
	case !r.Literal.IsZero():
		return console.SecretAvailable
	case r.Stored:
		return console.SecretMissing // until the store is read
	}
	return console.SecretOnDemand
}

// String returns the kind of the reference and what it refers to. Of a command it returns only the
// program: an argument may be a secret.
func (r SecretRef) String() string {
	switch {
	case r.Env != "":
		return "environment variable " + text.Key(r.Env)
	case len(r.Command) > 0:
		return "command " + strconv.Quote(filepath.Base(r.Command[0]))
	case r.File != "":
		return "file " + strconv.Quote(r.File)
	case !r.Literal.IsZero():
		return "literal"
	case r.Stored:
		return "the store"
	}
	return "no reference"
}

// Format prints String for every verb: %+v would print the arguments of a command.
func (r SecretRef) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// Resolve fetches the secret. A command or a file may take 10 seconds. The errors name the
// reference, never its content.
func (r SecretRef) Resolve(ctx context.Context,
	env func(string) (string, bool)) (secret.Text, error) {
	if r.IsZero() || r.Stored { // the store is read elsewhere
		return secret.Text{}, errNoSecret
	}
	if !r.Literal.IsZero() {
		return r.Literal, nil
	}
	raw, err := r.raw(ctx, env)
	var found secret.Text
	switch {
	case err != nil:
	case r.Lines:
		found, err = secret.ReadLines(raw)
	default:
		found, err = secret.Read(raw)
	}
	if err != nil {
		return secret.Text{}, fmt.Errorf("%s: %w", r, err)
	}
	return found, nil
}

// raw returns the content of a reference, unchanged.
func (r SecretRef) raw(ctx context.Context, env func(string) (string, bool)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, secretPatience, errors.New("took longer than 10s"))
	defer cancel()
	switch {
	case r.Env != "":
		v, ok := env(r.Env)
		if !ok {
			return "", errors.New("is not set")
		}
		return v, nil
	case len(r.Command) > 0:
		return output(ctx, r.Command)
	}
	data, _, err := ReadFile(ctx, r.File, MaxSecret)
	return string(data), err
}

// output runs a program without input or terminal, and returns what it printed.
func output(ctx context.Context, argv []string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	detach(cmd)
	// Do not wait for child processes that the program left behind and that hold its output.
	cmd.WaitDelay = time.Second
	out := &cappedBuffer{}
	// Stdin and Stderr stay nil (the null device): an error message of the program may hold the
	// secret.
	cmd.Stdout = out
	err := cmd.Run()
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case errors.As(err, &exit):
		return "", fmt.Errorf("failed: %s", exit.ProcessState)
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("not found in PATH")
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		// a child process such as an agent may go on
		return "", PlainCause(err)
	case out.over:
		return "", errors.New("printed more than 64 KiB")
	}
	return out.buf.String(), nil
}

// cappedBuffer keeps the first MaxSecret bytes written to it. The buffer is not embedded, because
// its ReadFrom would bypass Write.
type cappedBuffer struct {
	buf  bytes.Buffer
	over bool
}

func (c *cappedBuffer) Write(p []byte) (int, error) {
	if c.buf.Len()+len(p) > MaxSecret {
		c.over = true
		return len(p), nil
	}
	return c.buf.Write(p)
}

// PlainCause returns the cause of an error of a file or a program, without the operation and the
// path.
func PlainCause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	var execErr *exec.Error
	if errors.As(err, &execErr) {
		return execErr.Err
	}
	return err
}

// vault resolves the secrets of a configuration.
type vault struct {
	refs map[SecretName]SecretRef
	env  func(string) (string, bool)

	mu      sync.Mutex
	secrets map[SecretName]*keptSecret
}

// keptSecret is one secret. Only the holder of turn fetches it, so a command runs once for all
// callers.
type keptSecret struct {
	turn chan struct{}
	text secret.Text
}

// Vault returns a vault that resolves a secret at its first use and keeps it for the life of the
// process. It does not keep a failure: the next use tries again.
func (c *Config) Vault(env func(string) (string, bool)) console.Vault {
	return &vault{refs: c.Secrets, env: env, secrets: map[SecretName]*keptSecret{}}
}

// SecretWords returns the words for a kind of secret, to precede the name of an application.
func SecretWords(kind console.SecretKind) string {
	if strings.Contains(string(kind), ".") { // a header keeps its name
		return string(kind) + " of "
	}
	return strings.ReplaceAll(string(kind), "_", " ") + " of "
}

// Secret implements console.Vault.
func (v *vault) Secret(ctx context.Context, a console.Application,
	kind console.SecretKind) (secret.Text, error) {
	name, what := SecretName{a.ConfigID, kind}, SecretWords(kind)
	ref := v.refs[name]
	v.mu.Lock()
	k := v.secrets[name]
	if k == nil {
		k = &keptSecret{turn: make(chan struct{}, 1)}
		v.secrets[name] = k
	}
	v.mu.Unlock()
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return secret.Text{}, fmt.Errorf("%s%s: %w", what, a.Label(), context.Cause(ctx))
	}
	if !k.text.IsZero() {
		return k.text, nil
	}
	text, err := ref.Resolve(ctx, v.env)
	if errors.Is(err, errNoSecret) {
		return secret.Text{}, missing{fmt.Sprintf("%s%s: %s", what, a.Label(), errNoSecret)}
	}
	if err != nil {
		return secret.Text{}, fmt.Errorf("%s%s: %w", what, a.Label(), err)
	}
	k.text = text
	return text, nil
}

// missing is errNoSecret with a hint.
type missing struct{ text string }

func (m missing) Error() string { return m.text }

// Unwrap returns errNoSecret, and a console.Error with the hint.
func (m missing) Unwrap() []error {
	return []error{errNoSecret, &console.Error{
		Code: console.CodeNoSecret, Text: m.text,
		Hint: "give it in the configuration as " + SaferForms +
			"; the commands ask for a password on a terminal",
	}}
}
