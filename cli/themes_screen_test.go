//go:build unix

package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A theme that is chosen in the console is used at the next start. A theme file is applied when it
// is saved.
func TestChooseTheme(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := filepath.Join(dir, ".config", "lanyard")
	write := func(name, text string) {
		path := filepath.Join(config, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		// In one step, as editors do: the console sees either the old or the new file.
		if err := errors.Join(os.WriteFile(path+".new", []byte(text), 0o600),
			os.Rename(path+".new", path)); err != nil {
			t.Fatal(err)
		}
	}
	write("config.toml",
		"[[environment]]\nname = \"e\"\ntoken_url = \"http://127.0.0.1:1/token\"\n")
	write("themes/mine.toml",
		"about = \"my very own\"\nextends = \"nord\"\n[dark]\nground = \"#010203\"\n")
	// so that no path is too long for a line
	c := openWide(t, 300, dir, []string{"COLORTERM=truecolor"})
	c.see("Applications")
	c.press(":")
	c.see("Commands")
	c.press("choose a theme\r")
	c.see("mine +my very own")
	c.press("\x1b[F")
	c.see("mine +my very own")
	c.press("\r")
	c.see("Theme mine")
	write("themes/mine.toml", "extends = \"nord\"\n[dark]\nacent = \"#fff\"\n")
	c.see(`mine\.toml:3:1: dark\.acent: unknown key`)
	c.press("!")
	c.see("what was in force stays in force")
	c.press("q")
	c.see("No application yet")
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	write("themes/mine.toml", "extends = \"nord\"\n[dark]\nground = \"#010203\"\n")
	c = openConsoleWith(t, dir, []string{"COLORTERM=truecolor"})
	c.see("Applications")
	c.press("q")
	if code := c.wait(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	if !strings.Contains(c.raw.String(), "48;2;1;2;3") {
		t.Error("the choice was not kept")
	}
}
