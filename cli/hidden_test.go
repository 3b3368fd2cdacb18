//go:build unix

package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// shows waits until the terminal shows what is typed.
func (c *console) shows() {
	c.t.Helper()
	c.until(func(st *term.State) bool { return st.Lflag&syscall.ECHO != 0 },
		"what is typed is not shown")
}

func (c *console) until(is func(*term.State) bool, what string) {
	c.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		st, err := term.GetState(c.tty.Fd())
		if err != nil {
			c.t.Fatal(err)
		}
		if is(st) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			c.t.Fatalf("%s:\n%s", what, c.frame())
		}
	}
}

// hidden fails the test if the terminal echoes what is typed.
func (c *console) hidden() {
	c.t.Helper()
	if st, err := term.GetState(c.tty.Fd()); err != nil || st.Lflag&syscall.ECHO != 0 {
		c.t.Errorf("the terminal shows what is typed (%v):\n%s", err, c.frame())
	}
}

func openPassphraseShell(t *testing.T) *console {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, ".config", "lanyard", "config.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700),
		os.WriteFile(file, []byte("[store]\nkey = \"passphrase\"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	return openShell(t, dir)
}

// After lanyard was stopped at a prompt for a secret, in any way, the prompt is shown again and no
// typed key is echoed.
func TestSuspendedAtASecret(t *testing.T) {
	t.Parallel()
	for what, suspend := range map[string]func(*console){
		"ctrl+z": func(c *console) {
			c.press("half of\x1a")
			c.shows()
		},
		"SIGSTOP": func(c *console) {
			group, err := unix.IoctlGetInt(int(c.tty.Fd()), unix.TIOCGPGRP)
			if err == nil {
				err = unix.Kill(-group, unix.SIGSTOP)
			}
			if err != nil {
				c.t.Fatal(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			const phrase = "correct horse battery"
			c := openPassphraseShell(t)
			c.press("lanyard key rotate\r")
			c.see(`new passphrase: \s*$`)
			for range 2 {
				c.hidden()
				suspend(c)
				c.see(`(?i)(stopped|suspended).*\n(.*\n)*.*ready>\s*$`)
				st, err := term.GetState(c.tty.Fd())
				if err == nil { // like a shell that edits its lines
					st.Lflag |= syscall.ECHO
					err = term.SetState(c.tty.Fd(), st)
				}
				if err != nil {
					t.Fatal(err)
				}
				c.press("fg\r")
				c.see(`fg\s+lanyard key rotate\s+new passphrase: \s*$`)
				c.hidden()
			}
			c.press(phrase + "\r")
			c.see(`the same again: \s*$`)
			c.press(phrase + "\r")
			c.see(`(?s)the same again:.*ready>\s*$`)
			c.shows()
			c.press("lanyard key status\r")
			c.see(`(?s)passphrase.*ready>\s*$`)
			c.unseen(phrase)
		})
	}
}

// Keys that are typed while a passphrase is checked are not echoed, not tried, and not left for the
// shell.
func TestTypedAheadOfAPassphrase(t *testing.T) {
	t.Parallel()
	const phrase = "correct horse battery"
	c := openPassphraseShell(t)
	c.press("lanyard key rotate\r")
	for _, prompt := range []string{"new passphrase", "the same again"} {
		c.see(prompt + `: \s*$`)
		c.press(phrase + "\r")
	}
	c.see(`(?s)the same again:.*ready>\s*$`)
	c.press("lanyard key rotate\r")
	for i := range 3 {
		c.see(`(?s)(lanyard.db: .*){` + string(rune('1'+i)) + `}`)
		c.press("not that one\r" + phrase + "\r" + phrase + "\r")
	}
	c.see(`(?s)(is wrong.*){3}ready>\s*$`)
	c.unseen(phrase)
	c.press("echo no more\r")
	c.see(`(?m)^no more`)
	if f := c.frame(); strings.Contains(f, "not found") {
		t.Errorf("the shell got it:\n%s", f)
	}
}

// A typed secret is read by the same rules as every other: an arrow key is refused with a message.
func TestTypedSecretsAreReadOneWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, ".config", "lanyard", "config.toml")
	config := "[store]\nkey = \"passphrase\"\n[[environment]]\nname = \"e\"\ntoken_url = " +
		"\"https://e.example/token\"\n" +
		"[[application]]\nname = \"Orders\"\nconsumer_key = \"k\"\nconsumer_secret = { stored " +
		"= true }\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700),
		os.WriteFile(file, []byte(config), 0o600)); err != nil {
		t.Fatal(err)
	}
	c := openShell(t, dir)
	for typed, problem := range map[string]string{"s3cret\x1b[D": "holds an ESC at character 7",
		"": "is empty"} {
		c.press("lanyard apps set-secret Orders\r")
		c.see(`consumer secret of Orders@e: \s*$`)
		c.press(typed + "\r")
		c.see(`(?s)what was typed ` + problem + `.*ready>\s*$`)
	}
	c.press("lanyard key rotate\r")
	c.see(`new passphrase: \s*$`)
	c.press("correct \x1b[Dhorse\r")
	c.see(`(?s)passphrase: it holds an ESC at character 9\s+new passphrase: \s*$`)
	c.press("correct horse\r")
	c.see(`the same again: \s*$`)
	c.press("correct horse\r")
	c.see(`(?s)the same again:.*ready>\s*$`)
	c.unseen("correct")
}
