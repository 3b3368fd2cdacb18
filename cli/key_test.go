//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
)

func TestPassphraseAtTheTerminal(t *testing.T) {
	t.Parallel()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	dir := t.TempDir()
	file := filepath.Join(dir, ".config", "lanyard", "config.toml")
	if err = os.MkdirAll(filepath.Dir(file), 0o700); err == nil {
		err = os.WriteFile(file, append(config, "\n[store]\nkey = \"passphrase\"\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	const phrase = "correct horse battery"

	// the first passphrase is chosen: it must be long enough, and typed twice
	c := openWide(t, 1000, dir, nil, "token", "Orders")
	c.see(`new passphrase: `)
	c.answer("short\r")
	c.see(`fewer than 8 characters`)
	c.see(`new passphrase: \s*$`)
	c.answer(phrase + "\r")
	c.see(`the same again: `)
	c.answer(phrase + "?\r")
	c.see(`not the same(.|\n)*new passphrase: \s*$`)
	c.answer(phrase + "\r")
	c.see(`(?s)again.*again: \s*$`)
	c.answer(phrase + "\r")
	c.see(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	if code := c.wait(); code != 0 {
		t.Fatalf("exit %d:\n%s", code, c.frame())
	}
	c.unseen(phrase)

	// the next run asks for the passphrase, three times at most
	c = openWide(t, 1000, dir, nil, "token", "Orders")
	c.see(`passphrase of .*lanyard.db: `)
	c.answer("not that one\r")
	c.see(`the passphrase is wrong(.|\n)*lanyard.db: \s*$`)
	c.answer(phrase + "\r")
	c.see(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	c.unseen(phrase)
	// a command that reads several environments at once asks once
	c = openWide(t, 1000, dir, nil, "doctor")
	c.see(`passphrase of .*lanyard.db: `)
	c.answer(phrase + "\r")
	c.wait()
	if n := bytes.Count(c.raw.Bytes(), []byte("passphrase of ")); n != 1 {
		t.Errorf("doctor asks %d times:\n%s", n, c.raw.String())
	}
	c = openWide(t, 1000, dir, nil, "key", "rotate")
	for i := range 3 {
		c.see(`(?s)(lanyard.db: .*){` + strconv.Itoa(i+1) + `}`)
		c.answer("not that one\r")
		c.see(`(?s)(is wrong.*){` + strconv.Itoa(i+1) + `}`)
	}
	if code := c.wait(); code != 6 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}

	// moving the key away from the passphrase asks only for the present one
	c = openWide(t, 1000, dir, nil, "key", "set", "file")
	c.see(`lanyard.db: \s*$`)
	c.answer(phrase + "\r")
	c.see(`kept in: key file`)
	c.see(`refused until lanyard key set passphrase moves it`)
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	c = openWide(t, 1000, dir, nil, "token", "Orders")
	c.see(`the configuration says \[store\] key = "passphrase"(?s).*hint: .*lanyard ` +
		`key set passphrase`)
	if code := c.wait(); code != 6 {
		t.Errorf("exit %d", code)
	}
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	c = openWide(t, 1000, dir, nil, "token", "Orders")
	c.see(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	if code := c.wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// answer types a secret after the terminal has stopped echoing.
func (c *console) answer(text string) {
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
		if st.Lflag&syscall.ECHO == 0 {
			c.press(text)
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			c.t.Fatalf("the terminal shows what is typed:\n%s", c.frame())
		}
	}
}

// unseen fails the test if the terminal showed the text.
func (c *console) unseen(text string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes.Contains(c.raw.Bytes(), []byte(text)) {
		c.t.Errorf("it was shown:\n%s", c.raw.String())
	}
}

// Ctrl+c at the prompt ends it at once.
func TestInterruptedAtThePassphrase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, ".config", "lanyard", "config.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700),
		os.WriteFile(file, []byte("[store]\nkey = \"passphrase\"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	c := openWide(t, 1000, dir, nil, "key", "rotate")
	c.see(`new passphrase: \s*$`)
	c.press("\x03")
	c.see(`interrupted`)
	if code := c.wait(); code != 130 {
		t.Errorf("exit %d:\n%s", code, c.frame())
	}
}
