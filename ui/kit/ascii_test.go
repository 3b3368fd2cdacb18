package kit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui/kit"
)

func TestASCII(t *testing.T) {
	t.Parallel()
	const link = "\x1b]8;;https://e.example/é\x1b\\link\x1b]8;;\x1b\\"
	for in, want := range map[string]string{
		"":                               "",
		"plain\nlines\x1b[1mb\x1b[m":     "plain\nlines\x1b[1mb\x1b[m",
		"╭ Tokens · Orders ─╮":           "+ Tokens - Orders -+",
		"│▌\x1b[38;5;2m● active\x1b[m │": "|>\x1b[38;5;2m* active\x1b[m |",
		"████▌  ":                        "####>  ",
		"≤14:32 200 ×3":                  "<14:32 200 x3",
		"Zürich":                         "Z?rich",
		"Zu\u0308rich":                   "Zurich",
		"決済 pay":                         "???? pay",
		"👩‍💻 team":                       "???? team",
		"العربية":                        "???????",
		"↑ ↓ more … • ▏ › ○":             "^ v more ~ * | : o",
		link + "é":                       link + "?",
		"a\x1b[mé":                       "a\x1b[m?",
	} {
		if got := kit.ASCII(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// ASCII moves no cell, and leaves only ASCII outside of escape sequences.
func TestASCIIKeepsEveryCell(t *testing.T) {
	t.Parallel()
	for _, s := range append(slices.Clone(texts), "\x1b[7m語\x1b[m é│●", "x\u0301", "\u0301",
		"🇩🇪🇩🇪x", "❤️é") {
		for _, s := range []string{s, kit.Clean(s), "│ " + kit.Clean(s) + " │"} {
			got := kit.ASCII(s)
			if a, b := kit.Width(s), kit.Width(got); a != b && utf8.ValidString(s) {
				t.Errorf("%q has %d cells, %q has %d", s, a, got, b)
			}
			for _, r := range ansi.Strip(got) {
				if r >= utf8.RuneSelf && utf8.ValidString(s) {
					t.Errorf("%q became %q", s, got)
				}
			}
		}
	}
}

// Each state has another sign, and so have the two edges of a selected row.
func TestStatesStayDifferent(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"●◐◒◌○✕?", "▌› ", "✓✕·", "←→↑↓"} {
		seen := map[string]rune{}
		for _, r := range group {
			a := kit.ASCII(string(r))
			if other, ok := seen[a]; ok {
				t.Errorf("%c and %c are both %q", other, r, a)
			}
			seen[a] = r
		}
	}
}

// Every sign in the source has an ASCII character. A new sign needs one in glyph.
func TestEveryGlyphHasAnASCII(t *testing.T) {
	t.Parallel()
	found := map[rune]bool{}
	for _, dir := range []string{"..", ".", "../scene", "../pane", "../overlay", "../form",
		"../../console", "../../themes"} {
		fsys := os.DirFS(dir)
		files, err := fs.Glob(fsys, "*.go")
		if err != nil || len(files) < 3 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || name == "ascii.go" || name == "keyplace.go" {
				continue // it compares signs, and draws none
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, filepath.Join(dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING && lit.Kind != token.CHAR {
					return true
				}
				var text string
				if lit.Kind == token.CHAR {
					r, _, _, err := strconv.UnquoteChar(lit.Value[1:], '\'')
					if err != nil {
						t.Fatal(err)
					}
					text = string(r)
				} else if text, err = strconv.Unquote(lit.Value); err != nil {
					t.Fatal(err)
				}
				for _, r := range text {
					if r < utf8.RuneSelf || r == utf8.RuneError || r == '\ufeff' {
						continue
					}
					found[r] = true
					if a := kit.ASCII(string(r)); a == "?" || kit.Width(a) != kit.Width(string(r)) {
						t.Errorf("%s: %q has no ASCII character", set.Position(lit.Pos()), r)
					}
				}
				return true
			})
		}
	}
	for _, r := range "●◐◒◌○✕✓▌›…≤×·–↑↓←→•▏█╭│─" {
		if !found[r] {
			t.Errorf("the scan has missed %q", r)
		}
	}
}
