package leak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// patience limits the wait of a test for something that must happen. Only a failing test waits that
// long.
const patience = 2 * time.Minute

// echoServer is a Token API that names tokens in headers and repeats the request in its errors.
func echoServer() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		access, refresh := accessCanary.text, refreshCanary.text
		switch {
		case r.PostForm.Get("scope") == "fail", r.PostForm.Has("device_code"),
			strings.Contains(r.PostForm.Get("scope"), "apim:"):
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(
				map[string]string{"error": "invalid_grant", "error_description": fmt.Sprintf(
					"no: %s %s %s", r.Header.Get("Authorization"), r.PostForm.Encode(),
					r.PostForm.Get("password"))})
			return
		case r.PostForm.Get("grant_type") == "refresh_token":
			access, refresh = access2Canary.text, refresh2Canary.text
			w.Header().Set("DeactivatedAccessToken", accessCanary.text)
		}
		w.Header().Set("Set-Cookie", "session="+url.QueryEscape(secretCanary.text))
		_ = json.NewEncoder(w).Encode(
			map[string]any{"access_token": access, "refresh_token": refresh,
				"id_token":   idCanary.text,
				"token_type": "Bearer", "expires_in": 3600,
				"note": "the old one was " + accessCanary.text})
	})
	mux.HandleFunc("POST /revoke", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("RevokedAccessToken", r.PostForm.Get("token"))
		w.Header().Set("RevokedRefreshToken", refresh2Canary.text)
	})
	mux.HandleFunc("POST /introspect", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		_ = json.NewEncoder(w).Encode(
			map[string]any{"active": true, "token_string": r.PostForm.Get("token"),
				"username":  "ana",
				"note":      "asked with " + r.Header.Get("Authorization"),
				"client_id": "key-of-Users"})
	})
	mux.HandleFunc("POST /device", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(
			map[string]any{"device_code": deviceCanary.text, "user_code": "BCDF-xyz2",
				"interval":         1,
				"verification_uri": "https://device.example/", "expires_in": 600,
				"note": deviceCanary.text})
	})
	mux.HandleFunc("POST /client-registration/v0.17/register",
		func(w http.ResponseWriter, r *http.Request) {
			if user, _, _ := r.BasicAuth(); user == "eve" {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = fmt.Fprintf(w, `{"code":401,"message":"no","description":%q}`,
					r.Header.Get("Authorization")+" "+portalCanary.text)
				return
			}
			_ = json.NewEncoder(w).Encode(
				map[string]any{"clientId": "dcr", "clientSecret": secretCanary.text,
					"clientName": "lanyard"})
		})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		http.Redirect(w, r,
			q.Get("redirect_uri")+"?"+
				url.Values{"state": {q.Get("state")}, "code": {codeCanary.text}}.Encode(),
			http.StatusFound)
	})
	mux.HandleFunc("POST /slow", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /api", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-You-Sent", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprintf(w, `{"code":"900901","message":"no: %s","description":%q}`,
			r.Header.Get("Authorization"),
			strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	})
	return mux
}

// place is a home directory for one run of the program.
type place struct {
	t      *testing.T
	tally  *tally
	dir    string
	config string
	env    []string
	stdin  string // for the next command

	variants int // commands in JSON, and ones that send nothing
}

// skipVariant counts the commands that are a variant of another one, in JSON or without sending
// anything. It reports whether to skip this one: three of four are skipped without LANYARD_FULL.
func (p *place) skipVariant(args []string) bool {
	if full() || !slices.Contains(args, "--json") && !slices.Contains(args, "--dry-run") {
		return false
	}
	p.variants++
	return p.variants%4 != 1
}

func newPlace(t *testing.T, y *tally, tokenAPI string) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{t: t, tally: y, dir: dir, config: filepath.Join(dir, "config.toml")}
	app := func(name, grant, extra string) string {
		return fmt.Sprintf(
			"\n[[application]]\nname = %q\nconsumer_key = \"key-of-%s\"\nconsumer_secret = "+
				"'%s'\ngrant = %q\nprobe_url = %q\n%s",
			name, name, secretCanary.text, grant, tokenAPI+"/api", extra)
	}
	user := "username = \"ana\"\npassword = \"\"\"" +
		strings.ReplaceAll(passwordCanary.text, `"`, `\"`) + "\"\"\"\n"
	p.write("undo_window = \"0s\"\n[clipboard]\nvia = \"off\"\n" + environment(tokenAPI, "/token") +
		app("Orders", "client_credentials", "") + app("Users", "password", user) +
		app("Broken", "password", strings.Replace(user, "ana", "eve", 1)+"scopes = [\"fail\"]\n") +
		app("Device", "device_code", "") +
		app("Signer", "jwt_bearer", "signing_key = '"+keyCanary.text+"'\n"))
	p.env = append(os.Environ(), asProgram+"=1", "HOME="+dir, "LANYARD_CONFIG="+p.config,
		"LANYARD_STATE="+filepath.Join(dir, "state"),
		"XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "TERM=xterm-256color", "LC_ALL=C.UTF-8",
		"DBUS_SESSION_BUS_ADDRESS=", "XDG_RUNTIME_DIR=", "NO_PROXY=*", "GORACE=atexit_sleep_ms=0",
		"GOCOVERDIR="+t.TempDir(), "GOTRACEBACK=all")
	return p
}

// environment returns an environment of the echo server, with its token endpoint at a path.
func environment(base, token string) string {
	return fmt.Sprintf(
		"[[environment]]\nname = \"canary\"\ntoken_url = %q\nrevoke_url = %q\nintrospect_url = "+
			"%q\ndevice_url = %q\nauthorize_url = %q\n",
		base+token, base+"/revoke", base+"/introspect", base+"/device", base+"/authorize")
}

// write writes the configuration.
func (p *place) write(config string) {
	p.t.Helper()
	if err := os.WriteFile(p.config, []byte(config), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Env, c.Dir = p.env, p.dir
	return c
}

// run runs one command to its end.
func (p *place) run(args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	c := p.command(ctx, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if p.stdin != "" {
		c.Stdin = strings.NewReader(p.stdin)
	}
	err := c.Run()
	if ctx.Err() != nil {
		p.t.Fatalf("%v did not end", args)
	}
	if c.ProcessState == nil {
		p.t.Fatalf("%v: %v", args, err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// sweep looks for every canary in one surface, and for the beginning of one that was cut off. A
// surface without a class was counted before.
func (p *place) sweep(class, surface, text string) {
	p.t.Helper()
	if class != "" {
		p.tally.add(class)
	}
	found := leaks([]byte(text), allCanaries())
	for _, l := range found {
		p.t.Errorf("%s leaks %s", surface, l)
	}
	for _, piece := range pieces() {
		if i := strings.Index(text, piece); i >= 0 && found == nil {
			p.t.Errorf("%s leaks a piece of a secret: …%q…", surface,
				text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// sweepFiles sweeps everything that the program has written, except the key.
func (p *place) sweepFiles(class string) {
	p.t.Helper()
	store := false
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == p.config {
			return err
		}
		b, err := os.ReadFile(path)
		store = store || filepath.Base(path) == "lanyard.db"
		if errors.Is(err, fs.ErrNotExist) { // a journal of the database, deleted meanwhile
			return nil
		}
		p.sweep(class, filepath.Base(path), string(b))
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if !store {
		p.t.Error("the files that were swept are not the store's")
	}
}

// screen is the program on a terminal of its own.
type screen struct {
	t    *testing.T
	tty  *os.File
	cmd  *exec.Cmd
	done chan struct{}

	mu   sync.Mutex
	term vt10x.Terminal
	raw  bytes.Buffer
	more chan struct{}

	frames map[string]bool // as rendered, each once
}

// open starts the program on a terminal.
func (p *place) open(cols, rows int, args ...string) *screen {
	p.t.Helper()
	s := &screen{t: p.t, done: make(chan struct{}), more: make(chan struct{}, 1),
		frames: map[string]bool{}, term: vt10x.New(vt10x.WithSize(cols, rows))}
	s.cmd = p.command(p.t.Context(), args...)
	var err error
	if s.tty, err = pty.StartWithSize(s.cmd,
		&pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		b := make([]byte, 32<<10)
		for {
			n, err := s.tty.Read(b)
			s.mu.Lock()
			_, _ = s.term.Write(b[:n])
			s.raw.Write(b[:n])
			s.frames[s.term.String()] = true
			s.mu.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	p.t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.tty.Close(); <-s.done; _ = s.cmd.Wait() })
	return s
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.term.String()
}

// await waits until the screen shows a text.
func (s *screen) await(text string) {
	s.t.Helper()
	s.until(func() bool { return strings.Contains(s.text(), text) }, "shows "+text)
}

func (s *screen) until(ok func() bool, what string) {
	s.t.Helper()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-s.more:
		case <-deadline:
			s.t.Fatalf("the screen never %s:\n%s", what, s.text())
		}
	}
}

// over opens an overlay, waits until the screen shows it, and closes it again. An escape counts as
// a key only if nothing follows it.
func (s *screen) over(key, title string) {
	s.t.Helper()
	s.press(key)
	s.await(title)
	s.press("\x1b")
	s.until(func() bool { return !strings.Contains(s.text(), title) }, "closes "+title)
}

// bytes returns everything that reached the terminal so far.
func (s *screen) bytes() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// end waits until the program has ended.
func (s *screen) end() {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Fatalf("it does not end:\n%s", s.text())
	}
}

// sweep sweeps everything that reached the terminal, as bytes and as each visible frame. It also
// joins the lines of a frame, in case a secret is broken over two.
func (s *screen) sweep(p *place, what string) {
	s.t.Helper()
	p.sweep("terminal, bytes", what, s.bytes())
	// Under -race the program has the detector too.
	for _, report := range strings.Split(s.bytes(), "WARNING: DATA RACE")[1:] {
		report, _, _ = strings.Cut(report, "==================")
		// Bubble Tea v2.1.1 closes its reader while its loop still reads, if it ends without
		// waiting: after a panic, from the goroutine that recovered or from Run.
		if !strings.Contains(report, "cancelreader.(*epollCancelReader).Close()") ||
			!strings.Contains(report, "(*Program).shutdown") {
			s.t.Errorf("%s: a data race%s", what, report)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for frame := range s.frames {
		p.sweep("terminal, frames", "a frame of "+what, frame)
		joined := strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r >= '─' && r <= '╿' {
				return -1
			}
			return r
		}, frame)
		p.sweep("", "a frame of "+what+" with its lines joined", joined)
	}
}

func (s *screen) press(keys string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}
