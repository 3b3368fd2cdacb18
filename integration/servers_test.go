package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The environment variables that turn these tests on. By default they are off, because they need
// more than Go and may download npm packages.
const (
	runSwitch     = "LANYARD_INTEGRATION"         // 1: run the tests whose servers are available
	requireSwitch = "LANYARD_REQUIRE_INTEGRATION" // 1: fail if a server is missing
)

// patience is the longest wait for one step on a busy machine.
const patience = 3 * time.Minute

// bench is shared by all tests of this package.
type bench struct {
	dir     string // removed at the end
	lanyard string // the program
	oidc    *server
	issuer  string // http
	secure  string // the https issuer
	oauth2  *server
}

// requireBench returns the bench. It skips a test that cannot run here.
func requireBench(t *testing.T, tools ...string) *bench {
	t.Helper()
	requireTools(t, append([]string{"bash", "openssl", "node", "npm"}, tools...)...)
	b, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said := b.oidc.log() + b.oauth2.log(); t.Failed() && said != "" {
			t.Logf("the authorization servers said:\n%s", said)
		}
	})
	return b
}

// requireTools skips a test whose tools are missing. Only here may a test skip for that reason, so
// that all other tests need Go only. CI may not skip, see requireSwitch.
func requireTools(t *testing.T, tools ...string) {
	t.Helper()
	lack := ""
	if os.Getenv(runSwitch) != "1" {
		lack = "off, " + runSwitch + "=1 turns it on"
	}
	for _, tool := range tools {
		_, err := exec.LookPath(tool)
		if _, admin := exec.LookPath("/usr/sbin/" + tool); err != nil && admin != nil {
			lack = "there is no " + tool + " on this machine"
		}
	}
	switch {
	case lack == "":
	case os.Getenv(requireSwitch) == "1":
		t.Fatalf("%s=1, but %s", requireSwitch, lack)
	default:
		t.Skip(lack)
	}
}

// running is the started bench, for TestMain to stop.
var running atomic.Pointer[bench]

// shared starts the shared servers when the first test needs them.
var shared = sync.OnceValues(func() (*bench, error) {
	dir, err := os.MkdirTemp("", "lanyard") // a short path: nginx binds a Unix socket in it
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, lanyard: filepath.Join(dir, "lanyard")}
	running.Store(b)
	if out, err := exec.Command("go", "build", "-o", b.lanyard,
		"lanyard").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	if b.oidc, err = start(filepath.Join(dir, "oidc"), "oidc-provider/start.sh"); err != nil {
		return nil, err
	}
	if b.oauth2, err = start(filepath.Join(dir, "oauth2"), "oauth2-server/start.sh"); err != nil {
		return nil, err
	}
	var ok bool
	if b.issuer, b.secure, ok = strings.Cut(b.oidc.ready, " "); !ok {
		return nil, fmt.Errorf("oidc-provider: ready with %q", b.oidc.ready)
	}
	return b, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if b := running.Load(); b != nil {
		for _, s := range []*server{b.oidc, b.oauth2} {
			if s != nil {
				s.stop()
			}
		}
		os.RemoveAll(b.dir)
	}
	os.Exit(code)
}

// server is a running start script. It serves until its standard input ends, so it also ends with
// the test process.
type server struct {
	state string // its folder
	ready string // the line that it printed when it was ready
	input io.Closer
	cmd   *exec.Cmd
	errs  *lockedBuffer
}

// start runs a start script of this folder and waits until it is ready.
func start(state, script string, args ...string) (*server, error) {
	s := &server{state: state, errs: &lockedBuffer{}}
	s.cmd = exec.Command("bash", append([]string{script, state}, args...)...)
	s.cmd.Stderr = s.errs
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.input = in
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	said := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		said <- strings.TrimSpace(line)
	}()
	select {
	case s.ready = <-said:
	case <-time.After(patience):
	}
	if s.ready == "" {
		s.stop()
		return nil, fmt.Errorf("%s did not start:\n%s", script, s.log())
	}
	return s, nil
}

// stop ends the script's input and waits. It kills a server that does not end.
func (s *server) stop() {
	s.input.Close()
	done := make(chan struct{})
	go func() { s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		s.cmd.Process.Kill()
		<-done
	}
}

func (s *server) log() string {
	said := s.errs.String()
	if more, err := os.ReadFile(filepath.Join(s.state, "error.log")); err == nil {
		said += string(more)
	}
	return said
}

// starts starts a server for this test only.
func (b *bench) starts(t *testing.T, script string, args ...string) *server {
	t.Helper()
	state, err := os.MkdirTemp(b.dir, "own")
	if err != nil {
		t.Fatal(err)
	}
	s, err := start(state, script, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop()
		if said := s.log(); t.Failed() && said != "" {
			t.Logf("%s said:\n%s", script, said)
		}
	})
	return s
}

// gateway starts an API gateway in front of /orders/, for this test only. It caches the result of
// an introspection for the time cached, in whole seconds.
func (b *bench) gateway(t *testing.T, cached time.Duration) *server {
	t.Helper()
	return b.starts(t, "nginx/start.sh", b.issuer+"/token/introspection",
		fmt.Sprint(int(cached.Seconds())))
}

// gateways starts gateways, for this test only, that ask an oauth2-server about each call.
func (b *bench) gateways(t *testing.T, keyManager *server) *server {
	t.Helper()
	return b.starts(t, "auth-request/start.sh", keyManager.ready+"/check")
}

// visit is one request that an authorization server answered. The last two fields are about its
// bearer token.
type visit struct {
	Method, Path, Client, Grant string
	Status                      int
	Known                       *bool // the server issued it
	Length                      int
}

// visits returns the requests of a client to the token endpoint with this grant.
func (b *bench) visits(t *testing.T, client, grant string) (out []visit) {
	t.Helper()
	for _, v := range b.oidc.visits(t) {
		if v.Client == client && v.Grant == grant {
			out = append(out, v)
		}
	}
	return out
}

// visits returns the requests so far.
func (s *server) visits(t *testing.T) (out []visit) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.state, "access.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var v visit
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// post sends a request to the authorization server without lanyard, as the client orders.
func (b *bench) post(t *testing.T, path string,
	form url.Values) (status int, answer map[string]any) {
	t.Helper()
	return post(t, b.issuer+path, form)
}

func post(t *testing.T, address string, form url.Values) (status int, answer map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address,
		strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("orders", "orders-secret")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return res.StatusCode, answer
}

// alive reports whether a token is active at the authorization server.
func (b *bench) alive(t *testing.T, token string) bool {
	t.Helper()
	status, answer := b.post(t, "/token/introspection", url.Values{"token": {token}})
	if status != http.StatusOK {
		t.Fatalf("introspection: %d", status)
	}
	return answer["active"] == true
}

// lockedBuffer is a buffer for concurrent use.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
