package integration

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The exit codes in README.md.
const (
	exitDone          = 0
	exitUnclear       = 1
	exitUsage         = 2
	exitRefused       = 3
	exitNetwork       = 4
	exitStillAccepted = 7
)

// seat is one person's lanyard, with its own configuration and state.
type seat struct {
	t   *testing.T
	b   *bench
	dir string
	env []string
}

// sit writes a configuration. It replaces HTTP, HTTPS, OAUTH2, GATEWAY and STATE: the two issuers,
// the shared oauth2-server, a gateway (may be nil), and the folder of the issuers with their CA and
// the clients' keys.
func (b *bench) sit(t *testing.T, gw *server, config string) *seat {
	t.Helper()
	s := &seat{t: t, b: b, dir: t.TempDir()}
	words := []string{"HTTPS", b.secure, "HTTP", b.issuer, "OAUTH2", b.oauth2.ready, "STATE",
		b.oidc.state}
	if gw != nil {
		words = append(words, "GATEWAY", gw.ready)
	}
	config = strings.NewReplacer(words...).Replace(config)
	if err := os.WriteFile(filepath.Join(s.dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env = []string{
		"PATH=" + s.dir, // an empty folder, so that no grant opens a browser
		"HOME=" + s.dir, "LANYARD_STATE=" + filepath.Join(s.dir, "state"),
		"LANYARD_CONFIG=" + filepath.Join(s.dir, "config.toml"),
		"NO_PROXY=*", "ORDERS_SECRET=orders-secret", "ANA_PASSWORD=ana",
		`ODD_SECRET=p@ss:w%rd/+ &="~`,
	}
	return s
}

// result is the output and the exit code of a command.
type result struct {
	out, err string
	code     int
}

// command prepares lanyard with arguments.
func (s *seat) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.b.lanyard, args...)
	cmd.Env = s.env
	return cmd
}

// run runs lanyard to its end.
func (s *seat) run(args ...string) result { return s.runWith("", args...) }

// runWith is run with standard input.
func (s *seat) runWith(stdin string, args ...string) result {
	s.t.Helper()
	r, err := s.try(stdin, args...)
	if err != nil {
		s.t.Fatalf("lanyard %s: %v\n%s", strings.Join(args, " "), err, r.err)
	}
	return r
}

// try is run for other goroutines than the test's: it returns an error if lanyard did not end.
func (s *seat) try(stdin string, args ...string) (result, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	cmd := s.command(ctx, args...)
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	code, err := exitCode(cmd.Run())
	return result{out.String(), errs.String(), code}, err
}

// exitCode returns a command's exit code.
func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// does runs lanyard, which must succeed, and returns its standard output.
func (s *seat) does(args ...string) string {
	s.t.Helper()
	return s.ends(exitDone, args...).out
}

// ends runs lanyard, which must end with this exit code.
func (s *seat) ends(code int, args ...string) result {
	s.t.Helper()
	r := s.run(args...)
	if r.code != code {
		s.t.Fatalf("lanyard %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.code, code,
			r.out, r.err)
	}
	return r
}

// issuedToken is a token with its secrets, as `token --json` and `renew --json` print it.
type issuedToken struct {
	ID, Fingerprint, Grant, User, How string
	Scopes                            []string
	Left                              *int64
	Access                            string `json:"access_token"`
	Refresh                           string `json:"refresh_token"`
	HasRefresh                        bool   `json:"has_refresh"`
}

func (s *seat) token(args ...string) (i issuedToken) {
	s.t.Helper()
	read(s.t, s.does(append(args, "--json")...), &i)
	if i.Access == "" || len(i.Fingerprint) != 8 {
		s.t.Fatalf("lanyard %s: no token in its answer", strings.Join(args, " "))
	}
	return i
}

// heldToken is a token without its secrets, as `tokens --json` prints it.
type heldToken struct {
	Fingerprint, State string
	ExpiresAt          time.Time `json:"expires_at"`
	StaleUntil         time.Time `json:"stale_until"` // zero for null
}

// held returns the row of a token in `tokens --json`.
func (s *seat) held(fingerprint string) heldToken {
	s.t.Helper()
	var all []heldToken
	read(s.t, s.does("tokens", "--all", "--json"), &all)
	for _, one := range all {
		if one.Fingerprint == fingerprint {
			return one
		}
	}
	s.t.Fatalf("%s is not among the tokens", fingerprint)
	return heldToken{}
}

// active returns the member active of `introspect --json`.
func (s *seat) active(token string) bool {
	s.t.Helper()
	var answer struct{ Active *bool }
	read(s.t, s.run("introspect", token, "--json").out, &answer)
	if answer.Active == nil {
		s.t.Fatal("introspect: the answer does not say whether the token is active")
	}
	return *answer.Active
}

func read(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

// asks starts a command that prints a request to the person on standard error. found is the first
// group of the pattern. After the person has acted, done returns the output of the command.
func (s *seat) asks(pattern string, args ...string) (found string, done func() result) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	s.t.Cleanup(cancel)
	cmd := s.command(ctx, args...)
	var out strings.Builder
	errs := &watchedBuffer{pattern: regexp.MustCompile(pattern), found: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = &out, errs
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	select {
	case found = <-errs.found:
	case err := <-over:
		s.t.Fatalf("lanyard %s ended without asking: %v\n%s", strings.Join(args, " "), err,
			errs.String())
	}
	return found, func() result {
		s.t.Helper()
		code, err := exitCode(<-over)
		if err != nil {
			s.t.Fatalf("lanyard %s: %v\n%s", strings.Join(args, " "), err, errs.String())
		}
		return result{out.String(), errs.String(), code}
	}
}

// watchedBuffer is a buffer that signals when a pattern is in it.
type watchedBuffer struct {
	lockedBuffer
	pattern *regexp.Regexp
	found   chan string
}

func (w *watchedBuffer) Write(p []byte) (int, error) {
	n, err := w.lockedBuffer.Write(p)
	if m := w.pattern.FindStringSubmatch(w.String()); m != nil {
		select {
		case w.found <- m[1]:
		default:
		}
	}
	return n, err
}
