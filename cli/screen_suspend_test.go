//go:build unix

package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"
)

// openShell starts a shell with job control at a terminal, where lanyard can be started, suspended
// and resumed.
func openShell(t *testing.T, dir string, env ...string) *console {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := lanyardIn(t, dir)
	cmd.Path, cmd.Args = sh, []string{"sh", "-i", "-m"}
	cmd.Env = append(cmd.Env, "PS1=ready> ", "ENV=", "PATH="+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, env...)
	c := openCommand(t, 120, cmd)
	c.see(`ready>`)
	return c
}

// mark returns the number of bytes that were written so far.
func (c *console) mark() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.Len()
}

// since returns what was written after a mark.
func (c *console) since(mark int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.raw.Bytes()[mark:])
}

// alternate reports whether the terminal shows its alternate screen.
func (c *console) alternate() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.term.Mode()&vt10x.ModeAltScreen != 0
}

// While lanyard is suspended, the shell has its terminal unchanged. When it is resumed, the
// countdowns are right and keys work.
func TestSuspend(t *testing.T) {
	t.Parallel()
	c := openShell(t, t.TempDir())
	c.press("lanyard demo --empty --token-ttl 20s\r")
	c.see(`g gets one`) // the applications have been read
	c.get("ord")
	if !c.alternate() {
		t.Fatal("it is not on the alternate screen")
	}

	left := c.mark()
	c.press("\x1a")
	c.see(`(?i)(stopped|suspended).*\n(.*\n)*.*ready> *`)
	if c.alternate() {
		t.Error("suspended, it keeps the alternate screen")
	}
	if !strings.Contains(c.frame(), "ready> lanyard demo") {
		t.Errorf("suspended, the terminal is not as it was:\n%s", c.frame())
	}
	for what, off := range map[string]string{"the mouse": "\x1b[?1002l",
		"focus reports": "\x1b[?1004l", "bracketed paste": "\x1b[?2004l"} {
		on := strings.Replace(off, "l", "h", 1)
		if before := c.since(0)[:left]; bytes.Contains(before, []byte(on)) &&
			!bytes.Contains(c.since(left), []byte(off)) {
			t.Errorf("suspended, %s stays on", what)
		}
	}
	if !bytes.Contains(c.since(left), []byte("\x1b[?25h")) {
		t.Error("suspended, the cursor stays hidden")
	}

	c.clock.advance(21 * time.Second) // the token lives for 20 s
	back := c.mark()
	c.press("fg\r")
	c.see(`○ Orders +[0-9a-f]{8} .*expired`)
	if !c.alternate() {
		t.Error("brought back, it is not on the alternate screen")
	}
	if shown := ansi.Strip(string(c.since(back))); strings.Contains(shown, "● Orders") {
		// not even in the first frame
		t.Errorf("brought back, it showed a token as active that had expired:\n%s", shown)
	}

	// A second time, and keys work.
	c.press("\x1a")
	c.see(`ready>\s*$`)
	c.press("fg\r?") // a key before lanyard has the terminal again
	c.see(`(?i)keys`)
	c.press("\x1b")
	c.gone(`(?i)keys`) // esc and the next key would be one key with alt
	c.see(`○ Orders +[0-9a-f]{8} .*expired`)
	c.get("ord")
	c.press("q")
	c.see(`ready>\s*$`)
	c.press("exit\r")
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// vtText returns the text that bytes leave on an empty terminal.
func vtText(b []byte) string {
	term := vt10x.New(vt10x.WithSize(120, 32))
	_, _ = term.Write(b)
	return term.String()
}

// On less capable terminals the screen is readable, or the console is lines.
func TestLesserTerminals(t *testing.T) {
	t.Parallel()
	for _, term := range []string{"screen", "screen-256color", "tmux-256color", "linux", "vt100",
		"ansi", "xterm", "", "unheard-of"} {
		t.Run("TERM="+term, func(t *testing.T) {
			t.Parallel()
			c := openConsoleWith(t, t.TempDir(), []string{"TERM=" + term}, "demo")
			c.see(`Applications(.|\n)*Tokens . all(.|\n)*Selected(.|\n)*Activity(.` +
				`|\n)*get  r renew`)
			c.press("g")
			c.see(`Which application`)
			c.press("pay\r")
			c.see(`Got [0-9a-f]{8}`)
			c.press("?")
			c.see(`(?i)keys`)
			if code := c.end(); code != 0 {
				t.Errorf("exit %d", code)
			}
			if left := vtText(c.since(0)); strings.Contains(left, "Applications") {
				t.Errorf("what it drew is left behind:\n%s", left)
			}
		})
	}
	t.Run("TERM=dumb", func(t *testing.T) {
		t.Parallel()
		c := openConsoleWith(t, t.TempDir(), []string{"TERM=dumb"}, "demo")
		c.see(`TERM is dumb, so the console is in lines, as with --plain`)
		c.see(`ready`)
		c.press("quit\r")
		if code := c.wait(); code != 0 {
			t.Errorf("exit %d", code)
		}
		c.onlyLines()
	})
}

// end closes the overlays and quits.
func (c *console) end() int {
	c.t.Helper()
	c.press("\x1b")
	c.gone(`(?i)keys`)
	return c.leave()
}
