package overlay

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// listed returns a scene and an entry for each action.
func listed() (*scene.Scene, []Entry) {
	m := keys.New(nil)
	var all []Entry
	for _, b := range keys.Default() {
		all = append(all, Entry{Act: b.Act, Keys: b.Shown(), Word: b.Word, Does: b.Does,
			Section: b.Act.Section().String()})
	}
	return &scene.Scene{Keys: &m, Styles: &themes.Styles{}}, all
}

// boxText returns what an overlay draws.
func boxText(s *scene.Scene, o scene.Overlay, w, h int) string {
	return ansi.Strip(strings.Join(o.Box(s, w, h), "\n"))
}

// The columns of the palette and of the help are as wide as what is drawn.
func TestChooserColumns(t *testing.T) {
	t.Parallel()
	s, all := listed()
	p := NewPalette(s.Keys, all)
	for _, want := range []string{
		"get     get a token with the application's usual", "renew   refresh the token",
	} {
		if got := boxText(s, p, 76, 10); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	p.at = len(all) - 1 // scrolled to other names
	if got := boxText(s, p, 76, 10); !strings.Contains(got, "quit now  ") {
		t.Errorf("the names are cut:\n%s", got)
	}
	h := NewHelp(s.Keys, 0, all, scene.KeyState{})
	if got := boxText(s, h, 26, 6); !strings.Contains(got, " g  get a token with the\n") &&
		!strings.Contains(got, " g  get a token with the ") {
		t.Errorf("the column of the keys is wider than a key:\n%s", got)
	}
}

// The palette does not repeat a name in its description.
func TestPaletteRepeatsNoName(t *testing.T) {
	t.Parallel()
	s, all := listed()
	got := boxText(s, NewPalette(s.Keys, all), 120, 90)
	for _, not := range []string{"probe: call", "revoke, after", "sort tokens by user",
		"add an application", "quit, after"} {
		if strings.Contains(got, not) {
			t.Errorf("%q is in\n%s", not, got)
		}
	}
	for _, want := range []string{"call the application's probe URL", "after the undo window",
		"sort tokens by time of issue"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// The title of the help is about keys alone.
func TestHelpTitle(t *testing.T) {
	t.Parallel()
	s, all := listed()
	key := scene.KeyState{}
	key.Kind = "file"
	if got := NewHelp(s.Keys, keys.InTokens, all, key).Title(s); got != "Keys in Tokens" {
		t.Errorf("%q", got)
	}
}
