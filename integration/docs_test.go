package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"lanyard/cli/config"
)

var tomlBlock = regexp.MustCompile("(?ms)^```toml\n(.*?)^```$")

// Every configuration in the documents can be used without changes. This needs no server.
func TestConfigurationsInDocuments(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) < 2 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range tomlBlock.FindAllSubmatch(text, -1) {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(page), i+1), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "config.toml")
				if err := os.WriteFile(file, block[1], 0o600); err != nil {
					t.Fatal(err)
				}
				cfg, err := config.Load(t.Context(), file)
				switch {
				case err != nil:
					t.Errorf("%v\nin\n%s", err, block[1])
				case len(cfg.Warnings) > 0:
					t.Errorf("%q\nin\n%s", cfg.Warnings, block[1])
				}
			})
		}
	}
}
