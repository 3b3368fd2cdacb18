package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Commands and JSON have the states of package console. The words of the screen are for people at a
// console only.
func TestCommandsKeepTheStateWords(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"*.go", "config/*.go", "../store/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, call := range []string{".StateWord(", "voice().State(", "voice().Ended("} {
				if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), call) {
					t.Errorf("%s calls %s", name, call)
				}
			}
		}
	}
}
