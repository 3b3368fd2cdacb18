package main

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// arrows lists the packages of this module that a room may import in its non-test files. A room
// that is not here does not exist.
var arrows = map[string][]string{
	".": {"cli"},
	"cli": {"console", "console/describe", "console/paste", "tokenapi", "tokenapi/sandbox",
		"tokenapi/portal", "tokenapi/jwt",
		"tokenapi/secret", "store", "themes", "ui", "ui/plain", "ui/session", "ui/kit",
		"text",
		"cli/config", "cli/demo", "cli/host"},
	"cli/demo":   {"console", "tokenapi/sandbox"},
	"cli/config": {"console", "themes", "tokenapi", "tokenapi/secret", "ui/keys", "text"},
	"cli/host":   {"tokenapi/secret", "text"},
	"ui": {"console", "console/describe", "themes", "ui/form", "ui/keys", "ui/kit", "ui/overlay",
		"ui/pane", "ui/redact", "ui/scene", "ui/session", "tokenapi/secret", "text"},
	"ui/scene": {"ui/session", "ui/kit", "ui/keys", "ui/form", "ui/redact", "console",
		"console/describe", "themes", "text"},
	"ui/pane": {"ui/scene", "ui/session", "ui/kit", "ui/keys", "ui/redact", "console",
		"console/describe", "themes", "tokenapi/secret", "text"},
	"ui/overlay": {"ui/scene", "ui/session", "ui/kit", "ui/keys", "ui/form", "console",
		"console/describe", "console/paste", "themes", "tokenapi/secret", "text"},
	"ui/session": {"console", "console/describe", "tokenapi/secret", "text"},
	"ui/keys":    {"console"},
	"ui/form":    {"ui/kit", "themes", "tokenapi/secret"},
	"ui/redact":  {"console", "text"},
	"ui/plain": {"ui/session", "ui/keys", "ui/redact", "console", "console/describe",
		"tokenapi/secret", "text"},
	"ui/kit":           {"text"},
	"store":            {"console", "store/disk", "store/key", "tokenapi/secret"},
	"store/key":        {"store/disk", "tokenapi/secret"},
	"store/disk":       {},
	"console":          {"tokenapi", "tokenapi/jwt", "tokenapi/secret", "text"},
	"console/describe": {"console", "text"},
	"console/paste":    {"console", "text"},
	"tokenapi":         {"tokenapi/jwt", "tokenapi/secret", "text"},
	"tokenapi/jwt":     {"tokenapi/secret"},
	"tokenapi/portal":  {"tokenapi", "tokenapi/secret", "text"},
	"tokenapi/sandbox": {"tokenapi/secret"},
	"tokenapi/secret":  {},
	"themes":           {"text"},
	"text":             {},
	"integration":      {}, // its tests, as those of the next room, may import what they like
	"integration/leak": {},
}

// outside lists the packages that a room may import of other modules, and of the parts of the
// standard library in machine. A room that is not here may import none of them.
var outside = map[string][]string{
	".": {"os"},
	"cli": {"filippo.io/age", "github.com/charmbracelet/x/term", "github.com/spf13/cobra", "log",
		"net", "net/http", "os", "os/exec", "syscall"},
	"cli/config": {"github.com/BurntSushi/toml", "os", "os/exec", "os/user", "syscall"},
	"cli/host": {"github.com/atotto/clipboard", "github.com/charmbracelet/x/ansi",
		"github.com/charmbracelet/x/term", "github.com/cli/browser", "golang.org/x/sys/unix",
		"os", "os/exec", "os/signal", "syscall"},
	"ui": {"charm.land/bubbles/v2/textinput", "charm.land/bubbletea/v2",
		"github.com/charmbracelet/x/ansi", "github.com/charmbracelet/x/term",
		"github.com/muesli/cancelreader"},
	"ui/scene":   {"charm.land/bubbles/v2/textinput", "charm.land/bubbletea/v2"},
	"ui/overlay": {"charm.land/bubbles/v2/textinput", "charm.land/bubbletea/v2"},
	"ui/form": {"charm.land/bubbles/v2/key", "charm.land/bubbles/v2/textinput",
		"charm.land/bubbletea/v2"},
	"ui/kit": {"github.com/charmbracelet/x/ansi", "rsc.io/qr"},
	"themes": {"charm.land/lipgloss/v2", "github.com/BurntSushi/toml"},
	"store": {"database/sql", "database/sql/driver", "filippo.io/age", "filippo.io/age/armor",
		"golang.org/x/crypto/chacha20poly1305", "modernc.org/sqlite", "os", "syscall"},
	"store/key": {"github.com/zalando/go-keyring", "github.com/zalando/go-keyring/secret_service",
		"golang.org/x/crypto/argon2", "os"},
	"store/disk":    {"golang.org/x/sys/unix", "golang.org/x/sys/windows", "os", "syscall"},
	"console/paste": {"mvdan.cc/sh/v3/expand", "mvdan.cc/sh/v3/syntax"},
	"tokenapi": {"golang.org/x/net/http/httpproxy", // the rules of NO_PROXY
		"golang.org/x/text/unicode/norm", // letters that look like others
		"net", "net/http", "net/http/httptrace", "syscall"},
	"tokenapi/jwt":     {"github.com/go-jose/go-jose/v4"},
	"tokenapi/sandbox": {"net", "net/http"},
	"tokenapi/secret":  {"log/slog"},
}

// machine lists the packages of the standard library that reach files, processes, the network or
// the memory of the process. A package below one counts as well, except those of pure.
var (
	machine = []string{"C", "database/sql", "log", "net", "os", "plugin", "syscall", "unsafe"}
	pure    = []string{"net/netip", "net/url"}
)

// revealers are the only non-test files that may turn a secret.Text back into a string.
var revealers = []string{
	// to the clipboard, at a person's request
	"cli/host/clipboard.go",
	"cli/backup_age.go",   // a passphrase, into the key of an age file
	"cli/print_secret.go", // to stdout, at a person's request
	"console/forms.go",    // the forms in which a token is handed out
	"console/headers.go",  // the values of headers, into what is stored sealed
	"console/refusal.go",  // what a server refused, into a keyed hash
	"cli/sandbox_toml.go", // the sandbox's own invented credentials
	"store/digest.go",     // into a keyed hash
	"store/seal.go",       // into ciphertext
	// the bytes of a key out of their hexadecimal form; a text into the key that is made of it
	"store/key/keyring.go",
	"store/key/passphrase.go",
	"tokenapi/call.go", // onto the wire, as the next ones
	// the pasted answer to a sign-in, which is taken apart
	"tokenapi/authorize.go",
	"tokenapi/clientauth.go",
	"tokenapi/clientcert.go", // into the TLS handshake
	"tokenapi/device.go",
	"tokenapi/grant.go",
	"tokenapi/headers.go",
	"tokenapi/introspect.go",
	"tokenapi/jwt/parse.go",  // takes a token apart
	"tokenapi/jwt/sign.go",   // a private key, to sign with it
	"tokenapi/jwt/verify.go", // a token's text is what its signature covers
	"tokenapi/probe.go",
	"tokenapi/probe_madeup.go", // the form of a token, for one that is made up
	"tokenapi/revoke.go",
	// the sandbox's own invented credentials, which its portal shows
	"tokenapi/sandbox/portal_keys.go",
	"tokenapi/secret/secret.go",
	"ui/overlay/cleartext.go", // to the screen for a few seconds, at a person's request
	"ui/clipboard.go",         // an OSC 52 sequence, which only the screen can write
	"ui/session/clipboard.go", // the same, where a signal or a panic ended the screen
}

// source is one parsed file of the module.
type source struct {
	path, room string
	test       bool
	file       *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Fatalf("only %d files found: the walk is broken", len(all))
	}
	return all
}

// parsed returns every file of the module. No test changes one.
var parsed = sync.OnceValues(func() (all []source, err error) {
	fset := token.NewFileSet()
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." &&
			(strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "docs") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		all = append(all,
			source{path, filepath.ToSlash(filepath.Dir(path)), strings.HasSuffix(path, "_test.go"),
				f})
		return nil
	})
	return all, err
})

func imports(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		out = append(out, p)
	}
	return out
}

// listed holds what go list reports about a package of this module or of its dependencies.
type listed struct {
	export  string // the file of its export data
	files   []string
	imports []string
}

// packages returns all packages of this module and of its dependencies, by their import path.
var packages = sync.OnceValues(func() (map[string]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-f",
		"{{.ImportPath}}\t{{.Export}}\t{{join .GoFiles ` `}}\t{{join .Imports ` `}}", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	all := map[string]listed{}
	for line := range strings.Lines(string(out)) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[part[0]] = listed{part[1], strings.Fields(part[2]), strings.Fields(part[3])}
	}
	return all, nil
})

// checked is the non-test code of one room, with its types.
type checked struct {
	room  string
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
	info  *types.Info
}

// check finds the types of files. It imports what they import from export data.
func check(room string, fset *token.FileSet, imp types.Importer,
	files ...*ast.File) (checked, error) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{},
		Uses: map[*ast.Ident]types.Object{}}
	pkg, err := (&types.Config{Importer: imp}).Check("lanyard/"+room, fset, files, info)
	return checked{room, fset, files, pkg, info}, err
}

// exported returns an importer of the packages that this module depends on.
func exported(fset *token.FileSet) (types.Importer, error) {
	all, err := packages()
	return importer.ForCompiler(fset, "gc",
		func(path string) (io.ReadCloser, error) { return os.Open(all[path].export) }), err
}

// everyRoom returns all rooms of arrows that have code, with the files that Go compiles on this
// system. No test changes one.
var everyRoom = sync.OnceValues(func() (map[string]checked, error) {
	all, err := packages()
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	imp, err := exported(fset)
	if err != nil {
		return nil, err
	}
	rooms := map[string]checked{}
	for room := range arrows {
		var files []*ast.File
		for _, name := range all["lanyard/"+room].files {
			f, err := parser.ParseFile(fset, filepath.ToSlash(filepath.Join(room, name)), nil,
				parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
		if len(files) == 0 {
			continue
		}
		if rooms[room], err = check(room, fset, imp, files...); err != nil {
			return nil, err
		}
	}
	return rooms, nil
})

// typed returns rooms with their types. If none is named it returns all rooms that have code.
func typed(t *testing.T, rooms ...string) (out []checked) {
	t.Helper()
	all, err := everyRoom()
	if err != nil {
		t.Fatal(err)
	}
	if len(rooms) == 0 {
		rooms = slices.Sorted(maps.Keys(all))
	}
	for _, room := range rooms {
		if len(all[room].files) == 0 {
			t.Fatalf("%s has no code", room)
		}
		out = append(out, all[room])
	}
	return out
}

// broken lists the imports of a file that its room may not have.
func broken(room string, f *ast.File) []string {
	var bad []string
	for _, p := range imports(f) {
		if in, ok := strings.CutPrefix(p, "lanyard/"); ok {
			if !slices.Contains(arrows[room], in) {
				bad = append(bad, p)
			}
			continue
		}
		first, _, _ := strings.Cut(p, "/")
		walled := strings.Contains(first, ".") || slices.ContainsFunc(machine, func(m string) bool {
			return strings.HasPrefix(p+"/", m+"/") && !slices.Contains(pure, p)
		})
		if walled && !slices.Contains(outside[room], p) {
			bad = append(bad, p)
		}
	}
	return bad
}

func TestArrows(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, s := range sources(t) {
		if _, known := arrows[s.room]; !known {
			t.Errorf("%s: the house has no room %q", s.path, s.room)
		}
		if s.test {
			continue
		}
		for _, p := range broken(s.room, s.file) {
			t.Errorf("%s imports %s, which %s may not", s.path, p, s.room)
		}
		for _, p := range imports(s.file) {
			used[s.room+" "+p] = true
		}
	}
	for _, may := range []map[string][]string{outside, arrows} {
		for room, all := range may {
			for _, p := range all {
				if !used[room+" "+p] && !used[room+" lanyard/"+p] {
					t.Errorf("%s may import %s and does not: take it off", room, p)
				}
			}
		}
	}
}

// The check itself is checked: each import must be reported in all rooms but those beside it.
func TestArrowsGoRed(t *testing.T) {
	t.Parallel()
	module, foreign := map[string]bool{}, map[string]bool{} // rooms that went red
	for path, rooms := range map[string]string{
		"lanyard/cli": ".", "lanyard/cli/config": "cli", "lanyard/cli/host": "cli",
		"lanyard/cli/demo": "cli",
		"lanyard/ui":       "cli", "lanyard/ui/pane": "ui", "lanyard/ui/overlay": "ui",
		"lanyard/ui/plain": "cli", "lanyard/ui/scene": "ui ui/pane ui/overlay",
		"lanyard/ui/form":    "ui ui/scene ui/overlay",
		"lanyard/ui/redact":  "ui ui/scene ui/pane ui/plain",
		"lanyard/ui/session": "cli ui ui/scene ui/pane ui/overlay ui/plain",
		"lanyard/store":      "cli", "lanyard/store/key": "store",
		"lanyard/store/disk": "store store/key",
		"lanyard/console": "cli cli/config cli/demo ui ui/scene ui/pane ui/overlay ui/session " +
			"ui/keys ui/redact ui/plain store console/describe console/paste",
		"lanyard/console/describe": "cli ui ui/scene ui/pane ui/overlay ui/session ui/plain",
		"lanyard/console/paste":    "cli ui/overlay",
		"lanyard/tokenapi":         "cli cli/config console tokenapi/portal",
		"lanyard/tokenapi/jwt":     "cli console tokenapi",
		"lanyard/tokenapi/portal":  "cli", "lanyard/tokenapi/sandbox": "cli cli/demo",
		"lanyard/themes":      "cli cli/config ui ui/scene ui/pane ui/overlay ui/form",
		"lanyard/integration": "", "lanyard/integration/leak": "",

		"os":      ". cli cli/config cli/host store store/key store/disk",
		"os/exec": "cli cli/config cli/host", "os/user": "cli/config", "os/signal": "cli/host",
		"syscall": "cli cli/config cli/host store store/disk tokenapi",
		"net":     "cli tokenapi tokenapi/sandbox", "net/http": "cli tokenapi tokenapi/sandbox",
		"net/rpc": "", "database/sql": "store", "modernc.org/sqlite": "store", "plugin": "",
		"unsafe": "", "C": "", "log": "cli", "golang.org/x/term": "",
		"charm.land/bubbletea/v2":         "ui ui/scene ui/overlay ui/form",
		"charm.land/lipgloss/v2":          "themes",
		"github.com/charmbracelet/x/term": "cli cli/host ui",
		"github.com/charmbracelet/x/ansi": "cli/host ui ui/kit",
		"github.com/BurntSushi/toml":      "cli/config themes",
		"golang.org/x/text/unicode/norm":  "tokenapi", "mvdan.cc/sh/v3/syntax": "console/paste",
	} {
		f := &ast.File{Imports: []*ast.ImportSpec{
			{Path: &ast.BasicLit{Value: strconv.Quote(path)}}}}
		for room := range arrows {
			red, may := len(broken(room, f)) > 0, slices.Contains(strings.Fields(rooms), room)
			if red == may {
				t.Errorf("%s importing %s: red is %t", room, path, red)
			}
			if red && strings.HasPrefix(path, "lanyard") {
				module[room] = true
			} else if red {
				foreign[room] = true
			}
		}
	}
	for room := range arrows {
		if !module[room] || !foreign[room] {
			t.Errorf("%s goes red on no room, or on no package from outside", room)
		}
	}
}

// charmless lists the rooms that depend on no terminal library, directly or through other packages.
var charmless = []string{"text", "console", "console/describe", "console/paste", "store",
	"store/disk", "store/key", "tokenapi", "tokenapi/jwt", "tokenapi/portal", "tokenapi/sandbox",
	"tokenapi/secret", "ui/keys", "ui/plain", "ui/session"}

func TestNoCharmBelow(t *testing.T) {
	t.Parallel()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range charmless {
		if len(all["lanyard/"+room].files) == 0 {
			t.Errorf("%s has no code", room)
		}
		if at := charmBelow(all, "lanyard/"+room, map[string]bool{}); at != "" {
			t.Errorf("%s depends on a terminal library: %s", room, at)
		}
	}
	planted := map[string]listed{
		"lanyard/text":  {imports: []string{"fmt", "example.org/x"}},
		"example.org/x": {imports: []string{"golang.org/x/term"}},
	}
	if charmBelow(planted, "lanyard/text", map[string]bool{}) == "" ||
		charmBelow(all, "lanyard/cli", map[string]bool{}) == "" {
		t.Error("that a room depends on one goes unnoticed")
	}
}

// charmBelow returns the import through which a package depends on a terminal library, or "".
func charmBelow(all map[string]listed, path string, seen map[string]bool) string {
	if seen[path] {
		return ""
	}
	seen[path] = true
	for _, p := range all[path].imports {
		for _, terminal := range []string{"charm.land/", "github.com/charmbracelet/",
			"github.com/muesli/", "golang.org/x/term"} {
			if strings.HasPrefix(p, terminal) {
				return path + " imports " + p
			}
		}
		if at := charmBelow(all, p, seen); at != "" {
			return at
		}
	}
	return ""
}

// Everything at the top level is there on purpose: the folder list is the table of contents.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := strings.Fields(`main.go house_test.go README.md CHANGELOG.md CONTRIBUTING.md
		SECURITY.md LICENSE go.mod go.sum config.example.toml cli console docs integration store
		text themes tokenapi ui`)
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}

// misnamed returns the declarations of a file whose doc comment does not start with their name. The
// comment of a group, and those of constants and variables in it, may start with another word.
func misnamed(f *ast.File) (bad []string) {
	check := func(name string, doc *ast.CommentGroup) {
		if text := doc.Text(); text != "" && !strings.HasPrefix(text, name+" ") {
			bad = append(bad, name)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			check(d.Name.Name, d.Doc)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if check(spec.Name.Name, spec.Doc); !d.Lparen.IsValid() {
						check(spec.Name.Name, d.Doc)
					}
				case *ast.ValueSpec:
					if !d.Lparen.IsValid() && len(spec.Names) == 1 {
						check(spec.Names[0].Name, d.Doc)
					}
				}
			}
		}
	}
	return bad
}

// A doc comment starts with the name of what it describes.
func TestCommentsName(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, name := range misnamed(s.file) {
			t.Errorf("%s: the comment of %s does not start with its name", s.path, name)
		}
	}
	for _, decl := range []string{
		"// It acts.\nfunc f() {}", "// fun acts.\nfunc (x T) f() {}", "// A t holds.\ntype t int",
		"type (\n// A t holds.\nt int\n)", "// The limit.\nconst limit = 1", "// All.\nvar v = 1",
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+decl,
			parser.ParseComments)
		if err != nil || len(misnamed(f)) != 1 {
			t.Errorf("%s goes unnoticed: %v", decl, err)
		}
	}
}

func TestRevealIsRare(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Reveal" {
				seen[s.path] = true
			}
			return true
		})
	}
	seen["tokenapi/secret/secret.go"] = true // where it is defined
	for path := range seen {
		if !slices.Contains(revealers, path) {
			t.Errorf("%s calls Reveal and is not on the list", path)
		}
	}
	for _, path := range revealers {
		if !seen[path] {
			t.Errorf("%s is on the list and does not call Reveal: take it off", path)
		}
	}
}

// inCLI reports whether a room is the command line or a room below it.
func inCLI(room string) bool { return room == "cli" || strings.HasPrefix(room, "cli/") }

// Only cli/config/file.go opens the files that a person names, so that the command line waits for
// no pipe or device.
func TestOneReader(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || !inCLI(s.room) || s.path == "cli/config/file.go" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok &&
				(sel.Sel.Name == "Open" || sel.Sel.Name == "ReadFile" || sel.Sel.Name == "DirFS") {
				if id, ok := sel.X.(*ast.Ident); ok && id.Name == "os" {
					t.Errorf("%s calls os.%s: use config.ReadFile or config.OpenFile", s.path,
						sel.Sel.Name)
				}
			}
			return true
		})
	}
}

// Only one function starts a terminal program, so that how frames reach the terminal can change
// alone.
func TestOneProgram(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "NewProgram" &&
				s.path != "ui/ui.go" {
				t.Errorf("%s starts a program; only ui.Run in ui/ui.go does", s.path)
			}
			return true
		})
	}
}

// The clock is made in cli/host. All other packages are handed it, and do not read time.Now.
func TestOneClock(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		switch {
		case s.test, s.room == "cli/host":
			continue
		case s.path == "tokenapi/sandbox/options.go": // its default when nobody injects one
			continue
		case s.path == "store/schema.go": // names the copy kept before a migration
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Now" {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == "time" {
				t.Errorf("%s reads time.Now: it is to use the clock it is handed", s.path)
			}
			return true
		})
	}
}

// The first statement of main hardens the process. Before it, main reads no variable and no file.
func TestMainHardensFirst(t *testing.T) {
	t.Parallel()
	hardens := false
	for _, s := range sources(t) {
		if s.path != "main.go" {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "main" {
				do, _ := f.Body.List[0].(*ast.ExprStmt)
				if do == nil {
					continue
				}
				if call, ok := do.X.(*ast.CallExpr); ok {
					name, ok := call.Fun.(*ast.SelectorExpr)
					hardens = ok && name.Sel.Name == "Harden"
				}
			}
		}
	}
	if !hardens {
		t.Error("the first statement of main is another one")
	}
}

// The sweep for leaks runs the same statements as main.
func TestSweepRunsMain(t *testing.T) {
	t.Parallel()
	body := func(path, name string) string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), "\nfunc "+name+"() {\n")
		rest, _, _ = strings.Cut(rest, "\n}\n")
		return rest
	}
	main := strings.ReplaceAll(body("main.go", "main"),
		"cli.Embedded{ConfigExample: example}", "cli.Embedded{}")
	if program := body("integration/leak/leak_test.go", "program"); main == "" || main != program {
		t.Errorf("main is:\n%s\nthe sweep runs:\n%s", main, program)
	}
}

// lost returns the tests that the step tests of a gate leaves out and that its step faults does not
// run. A test is named by its room and its function.
func lost(gate string, tests [][2]string) (bad []string) {
	var skipped string
	sampled := regexp.MustCompile(`(?m)^sampled\+?='(.*)'$`)
	for _, m := range sampled.FindAllStringSubmatch(gate, -1) {
		skipped += m[1]
	}
	faults := regexp.MustCompile(`(?m)^faults\(\) .* listed -run '(.*)' (.*); }$`).
		FindStringSubmatch(gate)
	if skipped == "" || faults == nil {
		return []string{"the gate has another form"}
	}
	skip, run := regexp.MustCompile(skipped), regexp.MustCompile(faults[1])
	for _, at := range tests {
		full := run.MatchString(at[1]) &&
			slices.Contains(strings.Fields(faults[2]), "./"+at[0])
		if skip.MatchString(at[1]) && !full {
			bad = append(bad, at[0]+" "+at[1])
		}
	}
	return bad
}

// If the gate runs the steps tests and faults, each test that the first one skips is run in full by
// the second one.
func TestGateSkipsNoTest(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	gate, all := string(b), [][2]string(nil)
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test && f.Recv == nil {
				all = append(all, [2]string{s.room, f.Name.Name})
			}
		}
	}
	for _, test := range lost(gate, all) {
		t.Errorf("no step of .ci/run runs %s: its name matches sampled", test)
	}
	for _, c := range []struct {
		gate string
		test [2]string
	}{
		{gate, [2]string{"cli", "TestFaultFiles"}},
		{gate, [2]string{"store/key", "TestFaultBackup"}},
		{strings.ReplaceAll(gate, "|Histories'", "'"), [2]string{"console", "TestHistories"}},
		{strings.ReplaceAll(gate, " ./console;", ";"), [2]string{"console", "TestFault"}},
	} {
		if len(lost(c.gate, [][2]string{c.test})) != 1 {
			t.Errorf("that no step runs %v goes unnoticed", c.test)
		}
	}
	if lost(gate, [][2]string{{"store", "TestFaultBackup"}, {"cli", "TestFaultless"}}) != nil {
		t.Error("a test that a step runs counts as lost")
	}
}

// SECURITY.md names the tests of its promises. Each must exist, also after a test was renamed.
func TestSecurityNamesTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test {
				there[f.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text),
		-1)
	if len(named) < 20 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if !there[m[1]] {
			t.Errorf("SECURITY.md names %s, which there is not", m[1])
		}
	}
}

// decision finds a decision of docs/decisions.md, its title and the rooms that it binds.
var decision = regexp.MustCompile(`(?m)^([0-9]+)\. \*\*[^*]+\*\*\s+Binds\s+([^.]+)\.$`)

// Decisions are numbered, so that they can be cited. Each binds rooms that exist, and names a
// refused alternative.
func TestDecisions(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("docs/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	items := regexp.MustCompile(`(?m)^[0-9]+\. `).FindAllStringIndex(string(b), -1)
	if len(items) < 40 {
		t.Fatalf("only %d decisions are found", len(items))
	}
	for i, at := range items {
		end := len(b)
		if i+1 < len(items) {
			end = items[i+1][0]
		}
		item := string(b[at[0]:end])
		m := decision.FindStringSubmatch(item)
		if m == nil || m[1] != strconv.Itoa(i+1) || !strings.Contains(item, "Refused: ") {
			t.Errorf("decision %d has another number or form:\n%s", i+1, item)
			continue
		}
		for _, room := range strings.Fields(strings.NewReplacer("`", "", ",", "").Replace(m[2])) {
			if _, known := arrows[room]; !known {
				t.Errorf("decision %d binds %q, and the house has no such room", i+1, room)
			}
		}
	}
}

// The table of rooms in CONTRIBUTING.md has a row for each room, and no other rows of folders.
func TestRoomsAreListed(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for room := range arrows {
		if room != "." && !strings.Contains(string(b), "\n| `"+room+"/` | ") {
			t.Errorf("CONTRIBUTING.md has no row for %s", room)
		}
	}
	row := regexp.MustCompile("\n\\| `([a-z/]+)/` \\| ")
	for _, m := range row.FindAllStringSubmatch(string(b), -1) {
		if _, known := arrows[m[1]]; !known {
			t.Errorf("CONTRIBUTING.md has a row for %s, and the house has no such room", m[1])
		}
	}
}

// Each file that a document for contributors names exists.
func TestNamedFilesExist(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{"CONTRIBUTING.md", "docs/decisions.md"} {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile("`([a-z_/]+\\.go)`").FindAllStringSubmatch(string(b), -1)
		if len(named) < 4 {
			t.Errorf("%s: only %d files are found", doc, len(named))
		}
		for _, m := range named {
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s names %s: %v", doc, m[1], err)
			}
		}
	}
}

// codes returns the error codes that package console declares: constant → value.
func codes(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	scope := typed(t, "console")[0].pkg.Scope()
	for _, value := range constants(scope.Lookup("Code").Type()) {
		all[value.Name()] = constant.StringVal(value.Val())
	}
	if len(all) < 60 {
		t.Fatalf("only %d codes are found", len(all))
	}
	return all
}

// domain reports whether an object is declared by package console or tokenapi, or a room below one.
func domain(o types.Object) bool {
	if o == nil || o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
		return false
	}
	room := strings.TrimPrefix(o.Pkg().Path(), "lanyard/") + "/"
	return strings.HasPrefix(room, "console/") || strings.HasPrefix(room, "tokenapi/")
}

// constants returns the constants of a string type of the domain, such as console.Code. It returns
// none for other types.
func constants(t types.Type) (all []*types.Const) {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || !domain(named.Obj()) {
		return nil
	}
	if basic, ok := named.Underlying().(*types.Basic); !ok || basic.Kind() != types.String {
		return nil
	}
	scope := named.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if ok && types.Identical(c.Type(), named) {
			all = append(all, c)
		}
	}
	return all
}

// text returns the string that an expression spells out. It is "" for a constant of the domain, and
// for a value that is known only at run time.
func (c checked) text(e ast.Expr) string {
	tv := c.info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.String {
		return ""
	}
	e = ast.Unparen(e)
	if sel, ok := e.(*ast.SelectorExpr); ok {
		e = sel.Sel
	}
	if id, ok := e.(*ast.Ident); ok {
		o, ok := c.info.Uses[id].(*types.Const)
		typed := len(constants(tv.Type)) > 0
		if ok && domain(o) && (!typed || types.Identical(o.Type(), tv.Type)) {
			return ""
		}
	}
	return constant.StringVal(tv.Value)
}

// converted returns the operand and the type of a conversion; nil for other expressions.
func (c checked) converted(e ast.Expr) (operand ast.Expr, to types.Type) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || !c.info.Types[call.Fun].IsType() {
		return nil, nil
	}
	return call.Args[0], c.info.Types[call.Fun].Type
}

// holders are variables, fields and parameters of type string whose values are constants of the
// domain as well.
var holders = []string{"grant", "keytype"}

// spelled returns the places where a room spells out a value that the domain has a constant for,
// such as an error code. The package that declares a type does so in its constants.
func (c checked) spelled() (bad []string) {
	report := func(e ast.Expr, s string) {
		bad = append(bad, c.fset.Position(e.Pos()).String()+": "+strconv.Quote(s))
	}
	meet := func(name string, holder, value ast.Expr) {
		s := c.text(value)
		if s == "" || len(constants(c.info.Types[value].Type)) > 0 { // typed finds the latter
			return
		}
		held := slices.Contains(holders, strings.ToLower(name))
		if holder != nil {
			if from, _ := c.converted(holder); from != nil {
				held = len(constants(c.info.Types[from].Type)) > 0
			}
		}
		if held {
			report(value, s)
		}
	}
	typed := func(e ast.Expr, own bool) bool {
		tv := c.info.Types[e]
		if s := c.text(e); s != "" && len(constants(tv.Type)) > 0 {
			if !own || types.Unalias(tv.Type).(*types.Named).Obj().Pkg() != c.pkg {
				report(e, s)
			}
			return true
		}
		if from, to := c.converted(e); from != nil && tv.Value == nil {
			known := constants(to)
			ast.Inspect(from, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				s := c.text(e)
				if s != "" && slices.ContainsFunc(known, func(k *types.Const) bool {
					return constant.StringVal(k.Val()) == s
				}) {
					report(e, s)
					return false
				}
				return true
			})
		}
		return false
	}
	for _, f := range c.files {
		for _, d := range f.Decls {
			group, _ := d.(*ast.GenDecl)
			own := group != nil && group.Tok == token.CONST
			ast.Inspect(d, func(n ast.Node) bool {
				c.pairs(n, meet)
				e, ok := n.(ast.Expr)
				return !ok || !typed(e, own)
			})
		}
	}
	return bad
}

// pairs calls meet for each value that a node gives to a variable, a field or a parameter, or
// compares with an expression. name is the last name of that holder.
func (c checked) pairs(n ast.Node, meet func(name string, holder, value ast.Expr)) {
	with := func(holder, value ast.Expr) {
		name := ""
		switch e := ast.Unparen(holder).(type) {
		case *ast.Ident:
			name = e.Name
		case *ast.SelectorExpr:
			name = e.Sel.Name
		}
		meet(name, holder, value)
	}
	switch n := n.(type) {
	case *ast.CompositeLit:
		of, _ := c.info.Types[n].Type.Underlying().(*types.Struct)
		for i, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				with(kv.Key, kv.Value)
			} else if of != nil {
				meet(of.Field(i).Name(), nil, e)
			}
		}
	case *ast.AssignStmt:
		for i := range n.Lhs {
			if len(n.Lhs) == len(n.Rhs) {
				with(n.Lhs[i], n.Rhs[i])
			}
		}
	case *ast.ValueSpec:
		for i, e := range n.Values {
			meet(n.Names[i].Name, nil, e)
		}
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			with(n.X, n.Y)
			with(n.Y, n.X)
		}
	case *ast.SwitchStmt:
		for _, clause := range n.Body.List {
			for _, e := range clause.(*ast.CaseClause).List {
				if n.Tag != nil {
					with(n.Tag, e)
				}
			}
		}
	case *ast.CallExpr:
		if sig, ok := c.info.Types[n.Fun].Type.(*types.Signature); ok {
			for i, e := range n.Args {
				if i < sig.Params().Len() {
					meet(sig.Params().At(i).Name(), nil, e)
				}
			}
		}
	}
}

// A value that the domain has a constant for is written where it is declared, and nowhere else. The
// sandbox may not import the domain.
func TestValuesAreConstants(t *testing.T) {
	t.Parallel()
	for _, c := range typed(t) {
		for _, at := range c.spelled() {
			if c.room != "tokenapi/sandbox" {
				t.Errorf("%s is spelled out: use the constant of console or tokenapi", at)
			}
		}
	}
}

// planted returns a package with a declaration, and with what it may use.
func planted(t *testing.T, fset *token.FileSet, imp types.Importer, decl string) checked {
	t.Helper()
	f, err := parser.ParseFile(fset, "x.go", `package x
import ("lanyard/console"; "lanyard/tokenapi")
type row struct { n int; Code console.Code; Grant, KeyType string; Kind tokenapi.Kind }
var (code console.Code; state console.State; auth tokenapi.ClientAuth; text string; at row)
func pick(words ...string) string { return words[0] }
func fails(code console.Code, grant string) {}
`+decl, 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := check("x", fset, imp, f)
	if err != nil {
		t.Fatal(decl, err)
	}
	return c
}

// The check itself is checked: each of these must be found, once.
func TestValuesGoRed(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	imp, err := exported(fset)
	if err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{
		`var c console.Code = "no_token"; _ = c`, `const c console.Code = "no_token"`,
		`_ = console.Code("no_token")`, `_ = console.Code("no_" + "token")`, `code = "no_token"`,
		`code = ("no_token")`, `code = "no_" + console.Code(text)`,
		`code = console.CodeUsage + "x"`,
		`const c = "no_token"; code = c`, `code = known`, `_ = map[console.Code]int{"no_token": 1}`,
		`_ = map[string]console.Code{text: "no_token"}`, `_ = []console.Code{"no_token"}`,
		`_ = map[console.Code]bool{}["no_token"]`, `_ = row{1, "no_token", text, text, ""}`,
		`_ = row{Code: "new_one"}`, `_ = &console.Error{Code: "new_one"}`, `at.Code = "usage"`,
		`_ = code == "no_token"`, `_ = "no_token" != code`, `switch code { case "no_token": }`,
		`_ = func() console.Code { return "no_token" }`, `fails("no_token", text)`,
		`_ = string(code) == "no_token"`, `_ = "no_token" == string(code)`,
		`switch string(code) { case "no_token": }`, `_ = append([]console.Code{}, "no_token")`,
		`ch := make(chan console.Code, 1); ch <- "no_token"`,
		`_ = console.Regime(pick("auto", text))`, `_ = console.Regime("jwt")`,
		`_ = auth == "basic"`, `_ = tokenapi.ProbeAnswer{Verdict: "accepted"}`,
		`_ = console.Application{Grant: "password"}`, `_ = console.Application{KeyType: "SANDBOX"}`,
		`at.Grant = "password"`, `_ = at.KeyType == "SANDBOX"`, `grant := "password"; _ = grant`,
		`var keyType = "SANDBOX"; _ = keyType`, `_ = row{1, "", "password", text, ""}`,
		`switch at.Grant { case "password": }`, `fails("", "password")`, `_ = row{Kind: "refused"}`,
		`_ = console.Token{Lifetime: "unbounded"}`, `_ = state == "revoked"`,
		`_ = console.Token{Refresh: "offered"}`,
	} {
		c := planted(t, fset, imp, "const known = \"no_token\"\nfunc f() {\n"+stmt+"\n}")
		if bad := c.spelled(); len(bad) != 1 {
			t.Errorf("%s is found %d times: %v", stmt, len(bad), bad)
		}
	}
	for _, stmt := range []string{
		`code = console.CodeUsage`, `code = ""`, `_ = code == (console.CodeUsage)`,
		`code = console.Code(text)`, `_ = console.Private("an address")`, `at.Grant = ""`,
		`at.Grant = console.GrantPassword`, `fails(console.CodeUsage, tokenapi.GrantPassword)`,
		`text = "no_token"`, `_ = console.Regime(pick("a", "b"))`, `_ = string(code) == ""`,
	} {
		if bad := planted(t, fset, imp, "func f() {\n"+stmt+"\n}").spelled(); len(bad) > 0 {
			t.Errorf("%s is found: %v", stmt, bad)
		}
	}
}

// Each error code has a value of its own, and a use.
func TestCodesAreUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, s := range sources(t) {
		if s.test || s.path == "console/code.go" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	kinds := map[string]bool{} // which a conversion turns into codes
	kind := typed(t, "tokenapi")[0].pkg.Scope().Lookup("Kind")
	for _, k := range constants(kind.Type()) {
		kinds[constant.StringVal(k.Val())] = true
	}
	is := map[string]string{}
	for name, value := range codes(t) {
		if !used[name] && !kinds[value] {
			t.Errorf("no file uses console.%s", name)
		}
		if is[value] != "" {
			t.Errorf("console.%s and %s have one value", name, is[value])
		}
		is[value] = name
	}
}

// docs/keeping.md has a row for each code of the store.
func TestCodesOfTheStoreAreListed(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("docs/keeping.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed, want []string
	for _, row := range regexp.MustCompile(
		"(?m)^\\| (`(?:store_|not_kept).*?) \\|").FindAllStringSubmatch(string(b), -1) {
		listed = append(listed, strings.Split(strings.ReplaceAll(row[1], "`", ""), ", ")...)
	}
	for _, value := range codes(t) {
		if strings.HasPrefix(value, "store_") || value == "not_kept" {
			want = append(want, value)
		}
	}
	slices.Sort(listed)
	slices.Sort(want)
	if !slices.Equal(listed, want) {
		t.Errorf("docs/keeping.md lists the codes\n%v\nthere are\n%v", listed, want)
	}
}

// openers are the functions of the screen that may look past the type console.Private or into an
// error, and why. Notices may too: they are redacted when they are drawn.
var openers = map[string]string{
	"ui/scene/scene.go Show":             "redacts it",
	"ui/scene/bulk.go FailureWords":      "words of a notice",
	"ui/alerts.go alert":                 "sendAlert redacts it",
	"ui/ended.go afterEnd":               "words of a notice",
	"ui/ended.go endedWords":             "words of a notice",
	"ui/header.go environment":           "compares a name with the scope",
	"ui/intents.go choose":               "selects a scope",
	"ui/presenter.go knownNames":         "tells the redactor which names there are",
	"ui/presenter.go learnNames":         "tells the redactor which names there are",
	"ui/ui.go Run":                       "returns an error to the command, not to the screen",
	"ui/overlay/app.go label":            "a choice, which the form shows through the scene",
	"ui/overlay/app.go draft":            "goes into the draft",
	"ui/overlay/delete.go NewDelete":     "hands a name to the session",
	"ui/overlay/grant.go NewGrant":       "a hint, which the form shows through the scene",
	"ui/overlay/import.go label":         "a choice, which the form shows through the scene",
	"ui/overlay/import.go nameProblem":   "checks a name",
	"ui/overlay/import.go pastedLines":   "shows dots: the redactor does not know these names yet",
	"ui/overlay/import_acts.go toldKept": "sums names up for a notice",
	"ui/overlay/invite.go Press":         "copies an address",
	"ui/overlay/invite.go arrange":       "draws a QR code, which presenter mode leaves out",
	"ui/overlay/revokeall.go Counted":    "hands a name to the session",
	"ui/overlay/which.go shown":          "compares names with what was typed",
}

// A host, a user or a consumer key gets onto the screen through the scene, which redacts it. The
// type marks these texts, and this test lists the functions that may look past the type.
func TestPrivateIsShownByTheScene(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range typed(t, "ui", "ui/scene", "ui/pane", "ui/overlay") {
		for at, who := range c.opened() {
			if seen[who] = true; openers[who] == "" {
				t.Errorf("%s: %s opens a private text without the scene", at, who)
			}
		}
	}
	for who := range openers {
		if !seen[who] {
			t.Errorf("%s is on the list of those that open a private text: take it off", who)
		}
	}
}

// Each way to turn a private text into a plain one is seen.
func TestPrivateGoesRed(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	imp, err := exported(fset)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		"return string(p)", "return fmt.Sprint(p)", `return fmt.Sprintf("%s", p)`,
		"return string([]rune(p))", "return string([]byte(p))",
		"type other string; return string(other(p))",
		`return strings.Split(string(p), "@")[0]`,
		"for _, r := range p { return string(r) }; return \"\"",
		"var x any = p; return fmt.Sprint(x)", "return err.Error()", "f := err.Error; return f()",
		"return fmt.Sprint(err)", "return strings.Join(append([]string{}, string(p)), \"\")",
		"return map[string]string{}[\"\"] + string(p)", "return []string{string(p)}[0]",
		"return fmt.Sprintln(struct{ p console.Private }{p}.p)",
	} {
		src := "package x\nimport (\"fmt\"; \"strings\"; \"lanyard/console\")\n" +
			"var _, _ = fmt.Sprint, strings.Join\n" +
			"func planted(p console.Private, err error) string { " + body + " }\n"
		f, err := parser.ParseFile(fset, "planted.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		c, err := check("x", fset, imp, f)
		if err != nil {
			t.Fatal(body, err)
		}
		if len(c.opened()) == 0 {
			t.Errorf("%s goes unnoticed", body)
		}
	}
}

// opened returns the places in a room that open a private text, with file and function.
func (c checked) opened() map[string]string {
	found := map[string]string{}
	for _, f := range c.files {
		for _, d := range f.Decls {
			name := ""
			if fn, ok := d.(*ast.FuncDecl); ok {
				name = fn.Name.Name
			}
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && notices(call) {
					return false
				}
				if x, ok := n.(*ast.IndexExpr); ok && isMapKey(c.info, x) {
					return false
				}
				if opens(c.info, n) {
					at := c.fset.Position(n.Pos())
					found[at.String()] = at.Filename + " " + name
				}
				return true
			})
		}
	}
	return found
}

// isMapKey reports whether an expression looks a private text up in a map, and does nothing else.
func isMapKey(info *types.Info, x *ast.IndexExpr) bool {
	_, isMap := info.TypeOf(x.X).Underlying().(*types.Map)
	conv, ok := x.Index.(*ast.CallExpr)
	return isMap && ok && len(conv.Args) == 1 && isPrivate(info.TypeOf(conv.Args[0]))
}

func isPrivate(t types.Type) bool {
	return t != nil && t.String() == "lanyard/console.Private"
}

func isError(t types.Type) bool {
	return t != nil &&
		types.Implements(t, types.Universe.Lookup("error").Type().Underlying().(*types.Interface))
}

// opens reports whether a node turns a private text or an error into something that can be printed.
func opens(info *types.Info, n ast.Node) bool {
	switch n := n.(type) {
	case *ast.RangeStmt:
		return isPrivate(info.TypeOf(n.X))
	case *ast.SelectorExpr:
		return n.Sel.Name == "Error" && isError(info.TypeOf(n.X))
	case *ast.ValueSpec:
		return n.Type != nil && slices.ContainsFunc(n.Values,
			func(x ast.Expr) bool { return hides(info, info.TypeOf(n.Type), x) })
	case *ast.CallExpr:
		fun := info.Types[n.Fun]
		if fun.IsType() {
			return isPrivate(info.TypeOf(n.Args[0])) && !isPrivate(fun.Type)
		}
		sig, ok := fun.Type.(*types.Signature)
		for i, arg := range n.Args {
			if ok && hides(info, parameter(sig, i), arg) {
				return true
			}
		}
	}
	return false
}

// parameter returns the type of the parameter that takes argument i.
func parameter(sig *types.Signature, i int) types.Type {
	last := sig.Params().Len() - 1
	if sig.Variadic() && i >= last {
		if list, ok := sig.Params().At(last).Type().(*types.Slice); ok {
			return list.Elem()
		}
		return types.Typ[types.String] // append([]byte, "…"...)
	}
	return sig.Params().At(i).Type()
}

// hides reports whether a private text or an error is passed as a value of any type.
func hides(info *types.Info, to types.Type, x ast.Expr) bool {
	into, ok := to.Underlying().(*types.Interface)
	from := info.TypeOf(x)
	return ok && into.NumMethods() == 0 && into.IsMethodSet() && (isPrivate(from) || isError(from))
}

// notices reports whether a call makes a notice.
func notices(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"Notify", "notify", "Log", "NotifyError"}, sel.Sel.Name)
}
