package ui_test

import (
	"context"
	"errors"
	"image/color"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/themes"
	"lanyard/ui"
)

// choice holds the offered themes and the kept one.
type choice struct {
	kept []string
	err  error
}

func (c *choice) themes(saidBy string) ui.Themes {
	return ui.Themes{All: themes.Set{}.All(), SaidBy: saidBy,
		Keep: func(_ context.Context, name string) error {
			c.kept = append(c.kept, name)
			return c.err
		}}
}

// picker returns a screen with the list of themes open, and dark in force.
func picker(t *testing.T, w, h int, change ...func(*ui.Options)) (*ui.Pump, *choice) {
	t.Helper()
	c := &choice{}
	set := func(o *ui.Options) { o.ThemeName, o.Themes = "dark", c.themes("") }
	p, _ := still(t, w, h, append([]func(*ui.Options){set}, change...)...)
	p.Feed(orders())
	openPicker(p)
	return p, c
}

func openPicker(p *ui.Pump) { p.Key("T") }

// backgroundOf returns the background of the whole frame, or "".
func backgroundOf(frame string) string {
	if _, rest, ok := strings.Cut(frame, "48;2;"); ok && strings.HasPrefix(frame, "\x1b[") &&
		!strings.Contains(frame[:strings.Index(frame, "48;2;")], "m") {
		return rest[:strings.IndexByte(rest, 'm')]
	}
	return ""
}

const (
	nordGround  = "46;52;64"
	mochaGround = "30;30;46"
)

// The theme under the cursor restyles the screen at once. esc restores the old theme and keeps
// nothing.
func TestThemePreview(t *testing.T) {
	t.Parallel()
	p, c := picker(t, 120, 32)
	if p.Overlays() != 1 {
		t.Fatal("the list is not open")
	}
	before := func() string { p.Key("esc"); f := p.Frame(); openPicker(p); return f }()
	if backgroundOf(p.Frame()) != "" {
		t.Errorf("dark has a ground: %q", p.Frame()[:60])
	}
	p.Key("end")
	if g := backgroundOf(p.Frame()); g != nordGround {
		t.Errorf("the last theme is nord, but the ground is %q", g)
	}
	fits(t, p.Frame(), 120, 32)
	p.Key("up", "up", "k")
	if g := backgroundOf(p.Frame()); g != mochaGround {
		t.Errorf("three up is mocha, but the ground is %q", g)
	}
	p.Key("home", "pgdown", "j")
	p.Key("esc")
	if p.Overlays() != 0 || len(c.kept) != 0 {
		t.Errorf("%d overlays, kept %q", p.Overlays(), c.kept)
	}
	if p.Frame() != before {
		t.Error("the old theme is not back")
	}
	openPicker(p)
	p.Key("end", "q")
	if p.Overlays() != 0 || p.Quit || p.Frame() != before {
		t.Error("q does not close the list alone")
	}
}

// enter keeps the theme under the cursor, for this run and later ones.
func TestThemeIsChosen(t *testing.T) {
	t.Parallel()
	p, c := picker(t, 120, 32)
	if f := ansi.Strip(p.Frame()); !strings.Contains(f, "✓ dark") ||
		!strings.Contains(f, "enter keeps it, also for the next time") {
		t.Error(f)
	}
	p.Key("end", "enter")
	if len(c.kept) != 1 || c.kept[0] != "nord" || p.Overlays() != 0 ||
		backgroundOf(p.Frame()) != nordGround {
		t.Errorf("kept %q, %d overlays, ground %q", c.kept, p.Overlays(), backgroundOf(p.Frame()))
	}
	if !strings.Contains(ansi.Strip(p.Frame()), "Theme nord") {
		t.Error("nothing says so")
	}
	openPicker(p)
	if !strings.Contains(ansi.Strip(p.Frame()), "✓ nord") {
		t.Error("the one in force is not marked")
	}
	c.err = errors.New("the disk is full")
	p.Key("up", "enter")
	if f := ansi.Strip(p.Frame()); !strings.Contains(f,
		"Theme gruvbox, for this run: it could not be kept: the disk is full") {
		t.Error(f)
	}
}

// The setting that overrules a choice is named before and after it.
func TestThemeIsOverruled(t *testing.T) {
	t.Parallel()
	p, c := picker(t, 120, 32, func(o *ui.Options) { o.Themes.SaidBy = "config.toml" })
	if f := ansi.Strip(p.Frame()); !strings.Contains(f,
		"config.toml decides: a choice lasts for this run") {
		t.Error(f)
	}
	p.Key("end", "enter")
	if f := ansi.Strip(p.Frame()); !strings.Contains(f,
		"Theme nord, for this run: config.toml decides at the next start") || len(c.kept) != 1 {
		t.Error(f)
	}
	p, _ = picker(t, 120, 32, func(o *ui.Options) { o.Themes.Keep = nil })
	if f := ansi.Strip(p.Frame()); !strings.Contains(f, "a choice lasts for this run") {
		t.Error(f)
	}
	p.Key("end", "enter")
	if f := ansi.Strip(p.Frame()); !strings.Contains(f, "Theme nord, for this run") {
		t.Error(f)
	}
}

// Without themes the reason is shown.
func TestNoThemes(t *testing.T) {
	t.Parallel()
	p, _ := picker(t, 120, 32, func(o *ui.Options) { o.Themes = ui.Themes{} })
	if f := ansi.Strip(p.Frame()); !strings.Contains(f, "There are no themes to choose from.") {
		t.Error(f)
	}
}

// The list requests the terminal's background when it opens, because some themes depend on it. The
// answer restyles the preview.
func TestThemePreviewFollowsTheBackground(t *testing.T) {
	t.Parallel()
	p, _ := picker(t, 120, 32)
	p.Key("home")
	waiting := p.Frame()
	if strings.Contains(waiting, "38;2;") {
		t.Error("auto uses more than sixteen colours before the background is known")
	}
	p.Send(tea.BackgroundColorMsg{Color: color.White})
	if f := p.Frame(); f == waiting || !strings.Contains(f, "38;2;37;82;189") {
		t.Error("the answer does not restyle what is looked at")
	}
}

// With fewer colours the preview has fewer.
func TestThemePreviewByDepth(t *testing.T) {
	t.Parallel()
	for name, never := range map[string]string{"ANSI": "[34]8;", "ANSI256": "[34]8;2;"} {
		p, _ := picker(t, 120, 32)
		p.Key("end")
		var msg tea.ColorProfileMsg
		for msg.String() != name {
			msg.Profile++
		}
		p.Send(msg)
		if m := regexp.MustCompile(never).FindString(p.Frame()); m != "" {
			t.Errorf("%s: more colours than there are: %s", name, m)
		}
	}
}

func TestThemesGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32", "200x50"} {
		w, h, _ := size(s)
		p, _ := picker(t, w, h, func(o *ui.Options) { o.Themes.SaidBy = "config.toml" })
		p.Key("end")
		fits(t, p.Frame(), w, h)
		golden(t, s+"-themes-tried", p)
	}
}

// A theme that was chosen in this run stays after a reload for another reason. A reload that names
// another theme replaces it. A preview stays meanwhile.
func TestThemeAndReload(t *testing.T) {
	t.Parallel()
	p, _ := picker(t, 120, 32, func(o *ui.Options) { o.Themes.SaidBy = "config.toml" })
	again := func(name string) {
		p.Reload(ui.Reload{Settings: ui.Settings{Theme: theme(t, name), ThemeName: name},
			Themes: ui.Themes{All: themes.Set{}.All()}})
	}
	p.Key("end")
	again("dark")
	if g := backgroundOf(p.Frame()); g != nordGround {
		t.Errorf("what is looked at is off: %q", g)
	}
	again("catppuccin-mocha")
	p.Key("esc")
	if g := backgroundOf(p.Frame()); g != mochaGround {
		t.Errorf("esc gives another theme than the one that holds now: %q", g)
	}
	openPicker(p)
	p.Key("end", "enter")
	again("catppuccin-mocha")
	if g := backgroundOf(p.Frame()); g != nordGround {
		t.Errorf("the choice did not last for the run: %q", g)
	}
	openPicker(p)
	if f := ansi.Strip(p.Frame()); !strings.Contains(f, "✓ nord") {
		t.Error("the one in force is not marked")
	}
	p.Key("esc")
	again("dark")
	if g := backgroundOf(p.Frame()); g != "" {
		t.Errorf("the configuration names another theme, and %q stays", g)
	}
	again("dark")
	if g := backgroundOf(p.Frame()); g != "" {
		t.Errorf("an old choice is back: %q", g)
	}
}

// A chosen theme is drawn again when its file changes.
func TestChosenThemeIsWrittenAnew(t *testing.T) {
	t.Parallel()
	mine := func(ground string) []themes.Theme {
		set, problems := themes.Load(
			fstest.MapFS{"mine.toml": &fstest.MapFile{
				Data: []byte("extends = \"nord\"\n[dark]\nground = \"" + ground + "\"\n")}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return set.All()
	}
	p, c := picker(t, 120, 32, func(o *ui.Options) { o.Themes.All = mine("#010203") })
	p.Key("end", "enter")
	if g := backgroundOf(p.Frame()); g != "1;2;3" {
		t.Fatalf("the ground is %q", g)
	}
	p.Reload(ui.Reload{Settings: ui.Settings{Theme: theme(t, "dark"), ThemeName: "dark"},
		Themes: ui.Themes{All: mine("#030201")}})
	if g := backgroundOf(p.Frame()); g != "3;2;1" {
		t.Errorf("the ground is %q", g)
	}
	openPicker(p)
	p.Key("end", "enter")
	if len(c.kept) != 2 {
		t.Errorf("after a reload a choice is not kept any more: %q", c.kept)
	}
}
