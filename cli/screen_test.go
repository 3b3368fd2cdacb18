//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// console is a lanyard process in a terminal of its own.
type console struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	mu   sync.Mutex
	term vt10x.Terminal
	raw  bytes.Buffer
	done chan struct{}

	clock *handClock
}

// lanyardIn returns a command that runs this test binary as lanyard, without the environment of the
// person.
func lanyardIn(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{"lanyard"}, args...)
	example, err := filepath.Abs("../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = []string{"HOME=" + dir, "TERM=xterm-256color", "LANG=C.UTF-8",
		"PATH=" + os.Getenv("PATH"), "LANYARD_TEST_EXAMPLE=" + example,
		// over ssh a copy goes to the terminal and not to this machine's clipboard
		"SSH_TTY=/dev/pts/0", "NO_PROXY=*", "GORACE=atexit_sleep_ms=0"}
	return cmd
}

func openConsole(t *testing.T, dir string, args ...string) *console {
	t.Helper()
	return openConsoleWith(t, dir, nil, args...)
}

// pass moves the clock, and wakes lanyard up to see it.
func (c *console) pass(d time.Duration) {
	c.t.Helper()
	c.clock.advance(d)
	if err := c.cmd.Process.Signal(syscall.SIGWINCH); err != nil {
		c.t.Fatal(err)
	}
}

// openConsoleWith is openConsole with more environment variables.
func openConsoleWith(t *testing.T, dir string, env []string, args ...string) *console {
	t.Helper()
	return openWide(t, 120, dir, env, args...)
}

// openWide is openConsoleWith on a terminal of another width.
func openWide(t *testing.T, cols int, dir string, env []string, args ...string) *console {
	t.Helper()
	cmd := lanyardIn(t, dir, args...)
	cmd.Env = append(cmd.Env, env...)
	return openCommand(t, cols, cmd)
}

// resetIgnoredSignals resets signals that the tests were started to ignore, as under nohup. Child
// processes inherit an ignored signal, but not a caught one.
var resetIgnoredSignals = sync.OnceFunc(func() {
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP,
		syscall.SIGINT} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
})

// openCommand runs a command at a terminal, with a clock that the test moves: a notice does not
// fade on a slow machine.
func openCommand(t *testing.T, cols int, cmd *exec.Cmd) *console {
	t.Helper()
	resetIgnoredSignals()
	c := &console{t: t, cmd: cmd, done: make(chan struct{}), clock: newHandClock(t)}
	cmd.Env = append(cmd.Env, c.clock.env())
	c.term = vt10x.New(vt10x.WithSize(cols, 32))
	var err error
	if c.tty, err = pty.StartWithSize(c.cmd,
		&pty.Winsize{Rows: 32, Cols: uint16(cols)}); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.done)
		buf := make([]byte, 1<<15)
		for {
			n, err := c.tty.Read(buf)
			c.mu.Lock()
			c.raw.Write(buf[:n])
			_, _ = c.term.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.tty.Close()
	})
	return c
}

func (c *console) frame() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.term.String()
}

// see waits until the screen matches pattern.
func (c *console) see(pattern string) {
	c.t.Helper()
	c.look(pattern, true)
}

// gone waits until nothing on the screen matches pattern.
func (c *console) gone(pattern string) {
	c.t.Helper()
	c.look(pattern, false)
}

func (c *console) look(pattern string, there bool) {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for re.MatchString(c.frame()) != there {
		select {
		case <-tick.C:
		case <-deadline.C:
			c.t.Fatalf("%s does not appear, or go (%t):\n%s", pattern, there, c.frame())
		}
	}
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := c.tty.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// get asks for a token of the first application that matches what is typed, from the scope All.
func (c *console) get(typed string) {
	c.t.Helper()
	c.press("g")
	c.see(`Which application`)
	c.press(typed + "\r")
	c.see(`▌ ● \w+ +[0-9a-f]{8} `) // the notice may appear before the row
}

// leave quits and returns the exit code.
func (c *console) leave() int {
	c.t.Helper()
	c.press("q")
	return c.wait()
}

func (c *console) wait() int {
	c.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(patience):
		c.t.Fatalf("lanyard does not end:\n%s", c.frame())
	}
	select { // its last output was read
	case <-c.done:
	case <-time.After(patience):
		c.t.Fatal("the terminal stays open")
	}
	return c.cmd.ProcessState.ExitCode()
}

// undoWindow is the default time in which a revoke can be undone.
const undoWindow = 3 * time.Second

// The demo from the first key to a dead token. Nothing is on disk afterwards.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := openConsole(t, dir, "demo", "--empty", "--cache-ttl", "45s")
	c.see(`Applications(.|\n)*Tokens · all(.|\n)*g gets one(.|\n)*Selected(.|\n)*Activity`)
	c.get("ord")
	c.see(`Got [0-9a-f]{8}`) // the row may appear earlier
	c.press("p")
	// the call appears earlier, while the made-up token is sent
	c.see(`200: the gateway let it through`)
	c.press("x")
	c.see(`◌ Orders .*in [0-3] s`)
	c.pass(undoWindow)
	c.see(`◒ Orders .*≤0:4\d`)
	c.press("p")
	c.see(`still lets it through`)
	// revoked, but the gateway still accepts it
	c.see(`GET .*200 .*probe(.|\n)*POST +/revoke`)
	c.pass(45 * time.Second)
	c.see(`✕ Orders .*dead`)
	c.press("p")
	c.see(`GET .*401 `)
	if code := c.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("the demo wrote %v, %v", entries, err)
	}
	if bytes.Contains(c.raw.Bytes(), []byte("sbx_")) {
		t.Error("a secret was drawn")
	}
}

// The demo opens on a living board: before any key there are tokens, and a client that calls. The
// revoked token dies within its bound.
func TestLiveDemo(t *testing.T) {
	t.Parallel()
	c := openConsole(t, t.TempDir(), "demo")
	c.see(`3 active · next expires in 0:44 · 1 revoked, may pass ≤0:50`)
	c.see(`◒ Orders +ab59ff8e .*≤0:50 .*200 \|(.|\n)*✕ Payments +82127b58 .*dead  after 6 s`)
	c.pass(2 * time.Second)
	c.see(`◒ Orders +ab59ff8e .*≤0:48 .*200 \|`)
	c.press("t")
	c.see(`The client is paused`)
	c.pass(29 * time.Second)
	c.see(`◒ Orders +ab59ff8e .*≤0:19 .*200 \|`)
	c.press("t")
	// Activity shows a call earlier than the row, while calls with other tokens follow.
	c.see(`ab59ff8e .* 200 \|+ 401 ×1`)
	c.pass(time.Second)
	c.see(`ab59ff8e .* 200 \|+ 401 ×2`)
	c.pass(time.Second)
	c.see(`✕ Orders +ab59ff8e .*dead  after 41 s`)
	if code := c.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// On the first run nothing is written before a choice is made.
func TestWelcome(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := openConsole(t, dir)
	c.see(`(?i)try the demo`)
	if code := c.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("a look at the welcome screen wrote %v", entries)
	}
}

// Saving the form of the first run creates the store. The console continues with it, and the next
// start finds it.
func TestFirstApplication(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	of := func(key string) string {
		m := regexp.MustCompile(`(?m)^ *` + key + ` *= *"([^"]+)"`).FindSubmatch(config)
		if m == nil {
			t.Fatalf("the sandbox tells no %s", key)
		}
		return string(m[1])
	}
	c := openConsole(t, dir)
	c.see(`(?i)try the demo`)
	c.press("2")
	c.see(`Add an application`)
	c.press("Mine\t\t")
	c.press("typed\t")
	c.press(of("token_url") + "\t\t\t\t\t")
	c.press(of("consumer_key") + "\t")
	c.press(of("consumer_secret"))
	c.see(`•••`)
	c.press("\x14") // ctrl+t
	c.see(`it works: 200`)
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Fatalf("a test wrote %v", entries)
	}
	c.press("\x13") // ctrl+s
	c.see(`Tokens · Mine`)
	c.see(`▌ ● [0-9a-f]{8} `)
	if code := c.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
	out, err := lanyardIn(t, dir, "tokens").CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("Mine@typed")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// On the first run a developer portal is read, and its applications are stored only on request.
func TestFirstImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	portal := regexp.MustCompile(
		`(?m)^# Developer portal: (http[^,]*), user admin, password (\S+)$`).FindSubmatch(config)
	if portal == nil {
		t.Fatal("the sandbox tells of no portal")
	}
	c := openConsole(t, dir)
	c.see(`(?i)try the demo`)
	c.press("3")
	c.see(`Import applications`)
	c.press("\t" + string(portal[1]) + "\t")
	c.press("admin\t")
	c.press("not it\x13")
	c.see(`Unauthorized User: check user name`)
	c.press("\x15") // ctrl+u
	c.press(string(portal[2]))
	c.press("\x13")
	c.see(`\[x\] Orders`)
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Fatalf("a look at the portal wrote %v", entries)
	}
	c.press("\r")
	c.see(`Tokens · Orders`)
	c.press("g")
	c.see(`▌ ● [0-9a-f]{8} `)
	if code := c.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
	out, err := lanyardIn(t, dir, "apps").CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("Orders")) ||
		!bytes.Contains(out, []byte("store")) {
		t.Errorf("%v\n%s", err, out)
	}
	if bytes.Contains(c.raw.Bytes(), portal[2]) || bytes.Contains(c.raw.Bytes(), []byte("sbx_")) {
		t.Error("a secret was drawn")
	}
}

// A second ctrl+c quits at once, and the call that is under way is kept as unsure.
func TestLeftNow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ln, err := net.Listen("tcp", "127.0.0.1:0") // accepts requests and never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	sent := make(chan struct{})
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		_, _ = conn.Read(make([]byte, 1))
		close(sent)
		<-t.Context().Done()
		_ = conn.Close()
	}()
	file := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf(`
[[environment]]
name = "hung"
token_url = "http://%s/token"
timeout = "10m"

[[application]]
name = "Orders"
environment = "hung"
consumer_key = "key"
consumer_secret = "not-a-secret"
`, ln.Addr())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := openConsole(t, dir, "--config", file)
	c.see(`g gets one`)
	c.press("g")
	c.see(`Orders +… `)
	<-sent // before this no request is under way
	c.press("\x03")
	c.see(`ctrl\+c does not wait\. Finishing…\s`)
	c.press("\x03")
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if !bytes.Contains(c.raw.Bytes(), []byte("left before the server's answer")) {
		t.Error("nobody said what may have happened")
	}
	out, err := lanyardIn(t, dir, "tokens", "--config", file).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("answer")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// A console that is killed in the gateway's window loses nothing: the next one continues.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	file := filepath.Join(dir, "sandbox.toml")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) []byte {
		t.Helper()
		out, err := lanyardIn(t, dir, append(args, "--config", file)...).Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return out
	}
	run("token", "Orders")
	c := openConsole(t, dir, "--config", file)
	c.see(`▌ ● Orders`)
	c.press("x")
	c.see(`◌ Orders`)
	c.pass(undoWindow)
	c.see(`◒ Orders`)
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	c.wait()

	var before, after []struct {
		Verdict    string `json:"verdict"`
		StaleUntil string `json:"stale_until"`
	}
	if err := json.Unmarshal(run("revocations", "--json"), &before); err != nil {
		t.Fatal(err)
	}
	if len(before) != 1 || before[0].Verdict != "lingering" || before[0].StaleUntil == "" {
		t.Fatalf("after the kill: %+v", before)
	}
	again := openConsole(t, dir, "--config", file)
	again.see(`◒ Orders .*≤1[45]:\d\d`)
	if code := again.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if err := json.Unmarshal(run("revocations", "--json"), &after); err != nil || len(after) != 1 ||
		after[0] != before[0] {
		t.Errorf("after another console: %+v, before it %+v, %v", after, before, err)
	}
}

// In production a revoke asks first, and No is the default. A signal ends a wait with exit code
// 130.
func TestAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	file := filepath.Join(dir, "sandbox.toml")
	text := strings.Replace(string(config), "cache_ttl", "production = true\ncache_ttl", 1)
	text = regexp.MustCompile(`(?m)^password .*\n`).ReplaceAllString(text, "")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := lanyardIn(t, dir, "token", "Orders", "--config",
		file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := openConsole(t, dir, "revoke", "Orders", "--config", file)
	c.see(`revoke in production\? \[y/N\]`)
	c.press("\r")
	if code := c.wait(); code != 2 {
		t.Errorf("the default answer gives %d", code)
	}
	c.see(`not confirmed, nothing was sent`)

	c = openConsole(t, dir, "revoke", "Orders", "--wait-dead", "--config", file)
	c.see(`\[y/N\]`)
	c.press("y\r")
	c.see(`note: .* (accepted|refused)`) // it probes
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := c.wait(); code != 130 && code != 0 { // 0 if the three refusals came first
		t.Errorf("interrupted: %d", code)
	}

	// A password that is not configured is asked for, without an echo.
	c = openConsole(t, dir, "token", "Payments", "--config", file)
	c.see(`password of ana at Payments@sandbox/PRODUCTION: `)
	c.answer("not-the-password\r")
	c.see(`refused \(400\), invalid_grant`)
	if code := c.wait(); code != 3 {
		t.Errorf("a wrong password gives %d", code)
	}
	if strings.Contains(c.frame(), "not-the") {
		t.Error("the password is on the screen")
	}
}
