//go:build unix

package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// While a command waits for a browser, it prompts for a pasted answer without an echo. It reports a
// wrong answer, and ctrl+c ends it.
func TestSignInIsAskedForAtATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, ".config", "lanyard", "config.toml")
	config := "[[environment]]\nname = \"e\"\ntoken_url = " +
		"\"https://e.example/token\"\nauthorize_url = " +
		"\"https://e.example/authorize\"\nclient_auth = \"none\"\n" +
		"[[application]]\nname = \"Me\"\nconsumer_key = \"k\"\ngrant = \"authorization_code\"\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700),
		os.WriteFile(file, []byte(config), 0o600)); err != nil {
		t.Fatal(err)
	}
	c := openShell(t, dir)
	c.press("lanyard token Me --no-browser\r")
	c.see(`open this address in a browser:`)
	c.see(`then enter: \s*$`)
	c.hidden()
	c.press("code=canary&state=guessed\r")
	c.see(`(?s)the state is not the one.*then enter: \s*$`)
	c.hidden()
	c.press("\x03")
	c.see(`(?s)interrupted.*ready>\s*$`)
	c.shows()
	c.unseen("canary")
}
