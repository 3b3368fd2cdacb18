package ui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
	"lanyard/ui/keys"
)

// elsewhere puts every action on a key that no action has, and returns the old names of the keys.
func elsewhere(t *testing.T) (keys.Bindings, []string) {
	t.Helper()
	chosen := map[string][]string{}
	var old []string
	next := []rune(ui.Elsewhere)[0]
	for _, row := range keys.Default() {
		name := row.Name
		for range max(len(row.Keys), 1) {
			chosen[name] = append(chosen[name], string(next))
			next++
		}
		if name == "quit_now" { // quit_now must keep its key
			chosen[name] = append(chosen[name], "ctrl+c")
			continue
		}
		old = append(old, row.Keys...)
	}
	keys, problems := keys.Choose(chosen)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	slices.Sort(old)
	return keys, slices.Compact(old)
}

// Keys with a fixed meaning in overlays and fields. There they may be named in any configuration.
var fixed = []string{"esc", "enter", "tab", "shift+tab", "up", "down", "left", "right", "pgup",
	"pgdown", "home", "end", "space"}

// instead matches keys of overlays that cannot be configured, with the text after them.
var instead = regexp.MustCompile(
	`\b(?:y copies the address|y copy|c copies|c the code|c code|i asks|d gets)\b`)

// naming returns a pattern for old keys in a sentence: with the title of the action, or after press
// or with.
func naming(old []string) *regexp.Regexp {
	var names []string
	for _, k := range old {
		names = append(names, regexp.QuoteMeta(shownAs(k)))
	}
	key := "(?:" + strings.Join(names, "|") + ")"
	does := `(?:goes|gets|takes|undoes|undo|probes|revokes|renews|copies|asks|shows|forgets|edits` +
		`|` +
		`dismisses|opens|stops|begins|watches|decides|tries|saves|unlocks|adds|counts|lists|is ` +
		`every|ends|` +
		`quits?|closes|brings|looks|hides|marks|sorts|moves|pauses|select one|does ` +
		`too|still|asks it)`
	return regexp.MustCompile(`(?:^|[\s(·;,:"])` + key + ` ` + does +
		`\b|(?:[Pp]ress|revoked with|then) ` + key + `(?:$|[\s).,;])`)
}

// shownAs returns a key as a sentence writes it.
func shownAs(k string) string {
	if s, ok := map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→",
		"pgdown": "pgdn"}[k]; ok {
		return s
	}
	return k
}

// remappable returns patterns for the old keys that no sentence may name, and for those that a
// sentence may name over panes.
func remappable(old []string) (everywhere, overPanes *regexp.Regexp) {
	return naming(old), naming(slices.DeleteFunc(slices.Clone(old),
		func(k string) bool { return slices.Contains(fixed, k) }))
}

// Every sentence of every screen names the configured key of an action.
func TestSentencesNameTheKeysOfToday(t *testing.T) {
	t.Parallel()
	keys, old := elsewhere(t)
	everywhere, overPanes := remappable(old)
	for _, sc := range append(screens(), silentScreens()...) {
		if sc.name == "ascii" { // each of these keys is a question mark
			continue
		}
		for _, size := range [][2]int{{200, 50}, {80, 24}, {60, 20}} {
			p := sc.open(t, size[0], size[1], func(o *ui.Options) { o.Keys = keys })
			named := everywhere
			if p.Overlays() > 0 || p.Typing() {
				named = overPanes
			}
			texts := append(strings.Split(ansi.Strip(p.Frame()), "\n"), p.Log()...)
			for _, text := range texts {
				for _, part := range strings.Split(instead.ReplaceAllString(text, ""), "│") {
					if at := named.FindString(part); at != "" {
						t.Errorf("%s at %v names a key that nothing is on: %q in %q", sc.name, size,
							at,
							strings.TrimSpace(part))
					}
				}
			}
		}
	}
}

// silentScreens are screens whose sentences are in no golden: they are empty, or a key is refused.
func silentScreens() []screen {
	none := func() console.Board { return console.Board{} }
	bare := func() console.Board {
		b := orders()
		b.Tokens, b.Marks, b.Exchanges = nil, nil, nil
		return b
	}
	out := []screen{{name: "no application", board: none, keys: "g x 2 x 3 x 4 x"},
		{name: "no token", board: bare, keys: "2 x 3 x 4 x g 1 x"}}
	for _, k := range []string{"r", "x", "y", "p", "P", "v", "Y", "X", "e", "D", "f", "u", "space",
		"z", "enter"} {
		out = append(out,
			screen{name: "refused " + k, board: bare, keys: "1 " + k + " 2 " + k + " 3 " +
				k + " 4 " + k})
	}
	return append(out, screen{name: "marked and copied", keys: "2 space space y v Y"})
}

// No text in the code names a key literally, neither of the screen nor of the errors that it shows.
func TestNoTextNamesAKey(t *testing.T) {
	t.Parallel()
	_, old := elsewhere(t)
	everywhere, overPanes := remappable(old)
	n := 0
	for _, dir := range []string{".", "../console", "../store", "../tokenapi"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "sandbox"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") ||
				strings.HasSuffix(path, "_test.go"):
				return nil
			}
			named := everywhere
			if dir == "." && (filepath.Dir(path) == "overlay" || overPanesToo[path]) {
				named = overPanes
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(node ast.Node) bool {
				lit, ok := node.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				n++
				text, err := strconv.Unquote(lit.Value)
				if at := named.FindString(instead.ReplaceAllString(text, "")); err == nil &&
					at != "" {
					t.Errorf("%s: %q names the key %q", path, text, at)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 3000 {
		t.Errorf("only %d texts were looked at", n)
	}
}

// overPanesToo are files whose texts are shown over panes.
var overPanesToo = map[string]bool{"welcome.go": true, "form/form.go": true, "intents.go": true,
	"find.go": true}

// Esc closes every overlay, as its text says, even if another key closes the parts of panes.
func TestEscClosesWhateverIsOpen(t *testing.T) {
	t.Parallel()
	keys, _ := elsewhere(t)
	n := 0
	for _, sc := range screens() {
		p := sc.open(t, 120, 32, func(o *ui.Options) { o.Keys = keys })
		if p.Overlays() == 0 {
			continue
		}
		n++
		p.Key("esc", "esc") // the typed text is dropped after a question
		if p.Overlays() != 0 && !strings.HasPrefix(sc.name, "invite-") {
			t.Errorf("%s stays open", sc.name)
		}
	}
	if n < 20 {
		t.Errorf("only %d overlays were opened", n)
	}
}
