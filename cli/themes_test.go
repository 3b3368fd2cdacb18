package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
	"lanyard/themes"
	"lanyard/ui"
)

// home makes a configuration folder whose files the test writes.
func home(t *testing.T) (write func(name, text string), load func() *config.Config) {
	t.Helper()
	dir := t.TempDir()
	return func(name, text string) {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}, func() *config.Config {
			cfg, err := config.Paths{Config: filepath.Join(dir, "config.toml"),
				State: dir}.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return cfg
		}
}

func offers(all ui.Themes, name string) bool {
	return slices.ContainsFunc(all.All, func(t themes.Theme) bool { return t.Name() == name })
}

// The file's theme comes before the one chosen in the console, and that before the default.
func TestWhichThemeHolds(t *testing.T) {
	t.Parallel()
	db, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	write, load := home(t)
	write("themes/mine.toml", "extends = \"nord\"\n")
	holds := func(want string) *config.Config {
		t.Helper()
		cfg := load()
		cfg.ThemeChoice = config.ThemeChosenIn(db)
		th, err := theme(cfg)
		if err != nil || th.Name() != want {
			t.Errorf("%q holds, not %q: %v", th.Name(), want, err)
		}
		return cfg
	}
	cfg := holds("auto")
	offer := themesToChoose(cfg, db)
	if offer.SaidBy != "" || !offers(offer, "mine") {
		t.Errorf("offered: %d, said by %q", len(offer.All), offer.SaidBy)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the console closes right after the choice
	if err := offer.Keep(ctx, "mine"); err != nil {
		t.Fatal(err)
	}
	holds("mine")
	write("config.toml", "theme = \"gruvbox\"\n")
	if cfg := holds("gruvbox"); themesToChoose(cfg, db).SaidBy != "config.toml" ||
		cfg.LostChoice() != "" {
		t.Error("nothing says that the file decides")
	}
	write("config.toml", "theme = \"auto\"\n")
	holds("auto")
	write("config.toml", "mouse = true\n")
	cfg = holds("mine")

	// The console opens even if the chosen theme has errors, and shows a warning. In an open
	// console it is an error with its place, and the theme in force stays.
	write("themes/mine.toml", "extends = \"nord\"\n[dark]\nacent = \"4\"\n")
	broken := holds("auto")
	if lost := broken.LostChoice(); !strings.Contains(lost, `"mine"`) ||
		!strings.Contains(lost, "so auto was") {
		t.Errorf("said: %q", lost)
	}
	if offer := themesToChoose(broken, nil); offers(offer, "mine") || offer.Keep != nil {
		t.Error("a broken theme is offered, or kept")
	}
	p := &program{ctx: t.Context()}
	r := p.reload(config.Paths{Config: cfg.Place, State: t.TempDir()}, cfg)
	if r.Err == nil || !strings.Contains(r.Err.Error(), "mine.toml:3:1: dark.acent: unknown key") {
		t.Errorf("read again: %v", r.Err)
	}
	write("themes/mine.toml", "extends = \"gruvbox\"\n")
	r = p.reload(config.Paths{Config: cfg.Place, State: t.TempDir()}, cfg)
	gruvbox, _ := themes.Set{}.ByName("gruvbox")
	if r.Err != nil ||
		r.Settings.Theme.Styles(true, themes.All) != gruvbox.Styles(true, themes.All) ||
		!offers(r.Themes, "mine") {
		t.Errorf("a theme that was written anew is not in force: %v", r.Err)
	}
}

// If the configuration names a theme whose file has errors, the error has their places. If the
// store cannot be read, no theme is chosen.
func TestThemeThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	write, load := home(t)
	write("config.toml", "theme = \"mine\"\n")
	write("themes/mine.toml", "[dark]\nacent = \"4\"\nwarn = 3\n")
	_, err := theme(load())
	var f *failure
	if !errors.As(err, &f) || f.exit != exitUsage || strings.Count(f.text, "\n") != 1 ||
		!strings.Contains(f.text, "mine.toml:2:1: dark.acent") {
		t.Errorf("%v", err)
	}
	if got := config.ThemeChosenIn(shut{})(); got != "" {
		t.Errorf("a store that cannot be read says %q", got)
	}
}

type shut struct{ console.Keeper }

func (shut) View(context.Context, func(console.Reader) error) error { return errors.New("no") }
