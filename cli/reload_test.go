package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lanyard/cli/config"
)

func TestReload(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	path := filepath.Join(t.TempDir(), "config.toml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const env = "[[environment]]\nname = \"cloud\"\ntoken_url = \"https://gw.example/token\"\n"
	write("theme = \"dark\"\n" + env)
	paths := config.Paths{Config: path, State: t.TempDir()}
	first, err := paths.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := &program{ctx: t.Context()}
	write("theme = \"nord\"\n[keys]\nrenew = \"R\"\n" + env)
	if r := p.reload(paths, first); r.Err != nil || r.Settings.Theme.Name() != "nord" ||
		r.Hint != "" {
		t.Errorf("another theme: %+v", r)
	}
	write("theme = \"nord\"\n" + env + "production = true\n")
	if r := p.reload(paths, first); r.Err != nil ||
		!strings.Contains(r.Hint, "start lanyard again") {
		t.Errorf("another environment: %+v", r)
	}
	write("tehme = \"nord\"\n")
	if r := p.reload(paths, first); r.Err == nil ||
		!strings.Contains(r.Err.Error(), ":1:1: tehme: unknown key") {
		t.Errorf("a slip: %v", r.Err)
	}
}
