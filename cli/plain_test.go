//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// onlyLines checks that nothing but text and line ends reached the terminal.
func (c *console) onlyLines() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, b := range bytes.ReplaceAll(c.raw.Bytes(), []byte("\r\n"), []byte("\n")) {
		// the terminal itself adds the returns
		if b < ' ' && b != '\n' || b == 0x7f {
			c.t.Fatalf("byte %#x at %d of %q", b, i, c.raw.Bytes())
		}
	}
}

// The console in lines at a terminal: commands are answered, and quit ends it.
func TestPlainAtTheTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := openConsole(t, dir, "demo", "--plain", "--empty", "--cache-ttl", "15m")
	c.see(`a demo on a Token API of its own(.|\n)*ready`)
	c.press("get orders\r")
	c.see(`Orders production key, token 1 \([0-9a-f]{8}\): got, `)
	c.press("revoke 1\r")
	c.see(`the revoke is sent in .*; undo takes it back`)
	c.clock.advance(undoWindow)
	c.press("q\r")
	c.see(`accepted by the server; the gateway may let it through for at most 1[45] minutes`)
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
	c.onlyLines()
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("something was written: %v %v", files, err)
	}
}

// Ctrl+c finishes what is under way, and the exit code says so.
func TestPlainCtrlC(t *testing.T) {
	t.Parallel()
	c := openConsole(t, t.TempDir(), "demo", "--plain", "--empty")
	c.see(`ready`)
	c.press("get orders\r")
	c.see(`got, `)
	c.press("revoke 1\r")
	c.see(`undo takes it back`)
	c.clock.advance(undoWindow)
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	c.see(`accepted by the server`) // a note appears only if finishing takes time: ui tests that
	if code := c.wait(); code != 130 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
}

// In lines the demo begins with the same board. Its client says nothing: what comes of its calls is
// told like any other change.
func TestPlainLiveDemo(t *testing.T) {
	t.Parallel()
	c := openWide(t, 1000, t.TempDir(), nil, "demo", "--plain")
	c.see(`6 tokens: 3 active \(1 expiring\), 1 that may still pass(.|\n)*ready`)
	c.press("tokens all\r")
	c.see(`82127b58 of Payments production key, for ana: dead: the gateway refused it three ` +
		`times in a row, 6 seconds after the revoke`)
	before := c.mark()
	c.clock.advance(20 * time.Second)
	c.press("apps\r")
	c.see(`application A5: Kiosk production key`)
	if said := string(c.since(before)); strings.Contains(said, "200") {
		t.Errorf("the client talks:\n%s", said)
	}
	c.press("quit\r")
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
	c.onlyLines()
}

// Without a browser, the commands that the demo prints sign in at its sandbox.
func TestPlainDemoSignIn(t *testing.T) {
	t.Parallel()
	c := openWide(t, 1000, t.TempDir(), nil, "demo", "--plain", "--empty")
	c.see(`ready`)
	c.press("get portal\r")
	command := `this command signs in, in another terminal: curl -sL -d approve=1 "([^"]*)"`
	c.see(command)
	found := regexp.MustCompile(command).FindStringSubmatch(c.frame())
	yes, err := http.NewRequestWithContext(t.Context(), http.MethodPost, found[1],
		strings.NewReader("approve=1"))
	if err != nil {
		t.Fatal(err)
	}
	yes.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(yes)
	if err != nil {
		t.Fatal(err)
	}
	if _ = answer.Body.Close(); answer.StatusCode != http.StatusOK {
		t.Errorf("the sandbox answers %d", answer.StatusCode)
	}
	c.see(`Portal production key, token 1 \([0-9a-f]{8}\): got, `)
	c.press("quit\r")
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
}

// With TERM=dumb the console is lines without --plain.
func TestDumbTerminal(t *testing.T) {
	t.Parallel()
	c := openConsole(t, t.TempDir(), "demo")
	c.see("Applications")
	c.leave()

	c = openConsoleWith(t, t.TempDir(), []string{"TERM=dumb"}, "demo")
	c.see(`TERM is dumb, so the console is in lines(.|\n)*ready`)
	c.press("apps\r")
	c.see(`application A1: Orders production key`)
	c.press("\x04")
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
}

// A command that needs a secret asks for the passphrase of a locked store, without an echo. Lists
// do not ask.
func TestPlainPassphrase(t *testing.T) {
	t.Parallel()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	dir := t.TempDir()
	file := filepath.Join(dir, ".config", "lanyard", "config.toml")
	config = append(config, "\n[store]\nkey = \"passphrase\"\n"...)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700),
		os.WriteFile(file, config, 0o600)); err != nil {
		t.Fatal(err)
	}
	const phrase = "correct horse battery"
	c := openWide(t, 1000, dir, nil, "--plain")
	c.see(`ready`)
	c.press("get orders/SANDBOX\r")
	c.see(`new passphrase, which is not shown:`)
	c.answer(phrase + "\r")
	c.see(`the same again, which is not shown:`)
	c.answer(phrase + "\r")
	c.see(`Orders sandbox key in sandbox, token 1 \([0-9a-f]{8}\): got, `)
	c.press("quit\r")
	if code := c.wait(); code != 0 {
		t.Fatalf("exit %d:\n%s", code, c.frame())
	}
	c.unseen(phrase)

	c = openWide(t, 1000, dir, nil, "--plain")
	c.see(`The store is locked: lists work(.|\n)*ready`)
	c.press("tokens\r")
	c.see(`token 1: [0-9a-f]{8} of Orders sandbox key in sandbox, for .*: active`)
	c.press("probe 1\r")
	c.see(`passphrase of .*lanyard.db, which is not shown:`)
	c.answer("not that one\r")
	c.see(`the passphrase is wrong(.|\n)*which is not shown:\s*$`)
	c.answer(phrase + "\r")
	c.see(`200, the gateway let it through`)
	c.press("unlock\r")
	c.see(`The store is not locked`)
	c.press("quit\r")
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
	c.unseen(phrase)
	c.onlyLines()
}
