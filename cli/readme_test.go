package cli

import (
	stdflag "flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"lanyard/ui/keys"
)

var update = stdflag.Bool("update", false, "write the generated tables into the README")

// The tables of keys and commands in the README are generated. The test fails if they are stale.
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
	for _, r := range keys.Default() {
		if of := strings.Fields(r.Shown()); len(of) > 0 { // the others are in the palette only
			fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(of, "` `"), r.Does)
		}
	}
	return b.String()
}

func commandTable() string {
	var b strings.Builder
	b.WriteString("| command | does |\n| --- | --- |\n| `lanyard` | Open the console |\n")
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

// docs/keys.md is generated from the actions. The test fails if it is stale.
func TestReadmeOfKeys(t *testing.T) {
	const file = "../docs/keys.md"
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(`# Keys

The table lists every action of the console. ~[keys]~ in the configuration binds an action to one
key or a list of keys. An action with ~[]~ has no key and is run from the palette (~:~). A key on
two actions is an error that names both, with their lines. A running console loads a changed file
at once; a file with errors is reported, and the last good one stays in force.

~~~toml
[keys]
renew  = "R"
revoke = ["x", "delete"]
suspend = []
~~~

Keys are bound to Latin letters. On a keyboard of another script, a terminal with the kitty keyboard
protocol (kitty, foot, Ghostty, WezTerm and others) names the place of a key: ~п~ then does what ~g~
does, once the first such letter has been typed. In other terminals bind the letter, too:

~~~toml
[keys]
get = ["g", "п"]
~~~

Made by ~go test ./cli -run TestReadme -update~.

| action | keys | does |
| --- | --- | --- |
`, "~", "`"))
	for _, a := range keys.Default() {
		keys := "–"
		if len(a.Keys) > 0 {
			keys = "`" + strings.Join(a.Keys, "` `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", a.Name, keys, a.Does)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if old, err := os.ReadFile(file); err != nil || string(old) != b.String() {
		t.Fatal("docs/keys.md is stale: go test ./cli -run TestReadme -update")
	}
}
