package cli

import (
	stdflag "flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"lanyard/ui"
)

var update = stdflag.Bool("update", false, "write the generated tables into the README")

// The tables of keys and commands in the README are made from the program, and this fails when they are
// stale.
func TestReadmeTables(t *testing.T) {
	const file = "../README.md"
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(old)
	for name, table := range map[string]string{"keys": keyTable(), "commands": commandTable()} {
		text = between(t, text, name, table)
	}
	if text == string(old) {
		return
	}
	if !*update {
		t.Fatal("the README's tables are stale: go test ./cli -run TestReadme -update")
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func between(t *testing.T, text, name, table string) string {
	t.Helper()
	start := strings.Index(text, "<!-- "+name+": generated")
	if start < 0 {
		t.Fatalf("the README has no marker for %s", name)
	}
	start += strings.Index(text[start:], "-->") + len("-->")
	end := strings.Index(text[start:], "<!-- end -->")
	if end < 0 {
		t.Fatalf("the README's marker for %s has no end", name)
	}
	return text[:start] + "\n\n" + table + "\n" + text[start+end:]
}

func keyTable() string {
	var b strings.Builder
	b.WriteString("| key | does |\n| --- | --- |\n")
	for _, r := range ui.KeyTable() {
		fmt.Fprintf(&b, "| %s | %s |\n", r.Keys, r.Does)
	}
	return b.String()
}

func commandTable() string {
	var b strings.Builder
	b.WriteString("| command | does |\n| --- | --- |\n| `lanyard` | opens the console |\n")
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, s := range c.Commands() {
			switch {
			case s.Hidden || s.Name() == "help":
			case s.HasAvailableSubCommands() && s.Name() != "completion" && s.Name() != "apps":
				walk(s)
			default:
				use := strings.ReplaceAll(strings.TrimSuffix(s.UseLine(), " [flags]"), "|", "\\|")
				fmt.Fprintf(&b, "| `%s` | %s |\n", use, s.Short)
				if s.Name() == "apps" { // a list and a group
					walk(s)
				}
			}
		}
	}
	walk((&program{}).root())
	return b.String()
}
