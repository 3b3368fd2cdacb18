//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

// A running console applies changes of the configuration. While the file has errors, it keeps the
// last good keys.
func TestReloadOnTheScreen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.toml")
	const env = "[store]\nkey = \"file\"\n[[environment]]\nname = \"cloud\"\ntoken_url = " +
		"\"https://gw.example/token\"\n"
	const app = "[[application]]\nname = \"Orders\"\nconsumer_key = \"k\"\nconsumer_secret = { " +
		"env = \"ORDERS\" }\n"
	write := func(text string) {
		t.Helper()
		// In one step, as editors do: the console sees either the old or the new file.
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	write(env + app)
	c := openWide(t, 300, dir, nil, "--config", path) // so that no path is too long for a line
	c.see(`g get +G get with…`)
	write("[keys]\nget_with = \"R\"\n" + env + app)
	c.see(`The configuration was read again(.|\n)*g get +R get with…`)
	write("[keys]\nget_with = \"R\"\nrevoke = \"R\"\n" + env + app)
	c.see(`config\.toml:2:12: keys\.get_with: the key R is on revoke too in line 3`)
	c.see(`g get +R get with…`)
	c.press("?") // the help shows the last good keys too
	c.see(` R +get a token with a grant`)
	c.press("\x1b")
	write("[keys]\nget_with = \"N\"\n" + env + app +
		"[[application]]\nname = \"Bills\"\nconsumer_key = \"k2\"\nconsumer_secret = { env = " +
		"\"BILLS\" }\n")
	c.see(`g get +N get with…`)
	c.see(`Start lanyard again to use the changed applications`)
	if code := c.leave(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
