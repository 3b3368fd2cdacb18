package console_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/tokenapi"
)

// hints are the texts of this package and of tokenapi that name a setting to change.
func hints(t *testing.T) []string {
	t.Helper()
	asks := regexp.MustCompile(
		`\b(?:set|correct|remove) [a-z]+_[a-z_]+\b|\bcheck (?:consumer key|user name)`)
	var all []string
	for _, dir := range []string{".", "../tokenapi"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text,
				parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil && asks.MatchString(s) &&
						!strings.Contains(s, `\b`) {
						all = append(all, s)
					}
				}
				return true
			})
		}
	}
	return all
}

// A remedy fits where the application is: in the configuration, in the store, or no longer
// configured.
func TestRemediesFitTheHome(t *testing.T) {
	w := newWorld(t)
	s := w.console()
	a := w.app("Orders", "PRODUCTION")
	kept := a
	kept.Source, kept.Environment.Name = console.FromStore, "mine"
	gone := a
	gone.Source = console.Gone
	all := append(hints(t), "give the application another grant", "set consumer_secret",
		"set password")
	if len(all) < 15 {
		t.Fatalf("only %d hints were found", len(all))
	}
	for _, hint := range all {
		for name, face := range map[string]console.Face{"commands": console.FaceCommands(),
			"lines": console.FaceLines(), "screen": {Edits: "e edits"}} {
			configured := s.Home(a).Remedy(hint, face)
			if !strings.Contains(configured, "[[") || strings.Contains(configured, face.Edits) {
				t.Errorf("%s, configured: %s", name, configured)
			}
			stored := s.Home(kept).Remedy(hint, face)
			onlyThere := strings.Contains(stored, "which holds no")
			if !onlyThere &&
				(strings.Contains(stored, "configuration") ||
					!strings.Contains(stored, face.Edits)) || strings.Contains(stored, "[[") {
				t.Errorf("%s, stored: %s", name, stored)
			}
			if secret := strings.Contains(hint, "consumer secret") ||
				strings.Contains(hint, "consumer_secret"); secret && !onlyThere &&
				strings.Contains(stored, "set-secret") != (face.Stores != "") {
				t.Errorf("%s, stored secret: %s", name, stored)
			}
			if over := s.Home(gone).Remedy(hint, face); !strings.Contains(over,
				"no longer configured") {
				t.Errorf("%s, gone: %s", name, over)
			}
		}
	}
}

// Settings of an environment are changed in the environment's own place, for all its applications.
// A secret of the store is changed by the command that stores it.
func TestRemediesOfMixedHomes(t *testing.T) {
	w := newWorld(t)
	s := w.console()
	a := w.app("Orders", "PRODUCTION")
	a.Source = console.FromStore // in an environment of the configuration
	for hint, want := range map[string]string{
		"set revoke_url": "set revoke_url; in the configuration, below [[environment]] sandbox",
		"set probe_url":  "set probe_url; e edits Orders@sandbox/PRODUCTION",
		"try again":      "try again",
		"is it up? set token_url for this environment?": "is it up? set token_url for this " +
			"environment? in the configuration, below [[environment]] sandbox",
	} {
		if got := s.Home(a).Remedy(hint, console.Face{Edits: "e edits"}); got != want {
			t.Errorf("%q is not %q", got, want)
		}
	}
	a.Source, a.Details.SecretStored = console.FromConfig, true
	if got := s.Home(a).Remedy("check consumer key and consumer secret",
		console.Face{Edits: "e edits"}); !strings.Contains(got,
		"lanyard apps set-secret Orders@sandbox/PRODUCTION") {
		t.Errorf("a secret of the store: %q", got)
	}
}

// The errors of the verbs tell where settings are.
func TestVerbsSayWhereSettingsAre(t *testing.T) {
	w := newWorld(t,
		func(e *console.Environment) { e.Endpoints.IntrospectURL, e.Endpoints.RevokeURL = "", "" })
	s, app := w.console(), w.app("Orders", "PRODUCTION")
	out := must[console.Outcome](t)(s.Get(t.Context(), app.ID, console.GetOptions{}))
	_, revoked := s.Revoke(t.Context(), out.Token.ID, console.RevokeBoth, 0)
	_, _, introspected := s.Introspect(t.Context(), out.Token.ID)
	_, found := s.Discover(t.Context(), app.ID)
	for verb, err := range map[string]error{"revoke": revoked, "introspect": introspected,
		"discover": found} {
		if got := console.Remedy(err, console.Hint(err),
			console.FaceCommands()); !strings.Contains(got, "below [[environment]] sandbox") {
			t.Errorf("%s: %v: %q", verb, err, got)
		}
	}
	refused := fmt.Errorf("x: %w",
		&tokenapi.Error{Kind: tokenapi.KindRefused, Hint: "set client_auth"})
	if got := console.Remedy(refused, "set client_auth",
		console.FaceCommands()); got != "set client_auth" {
		t.Errorf("of no application: %q", got)
	}
}
