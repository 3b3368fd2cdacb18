package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lanyard/themes"
	"lanyard/ui"
)

// inMono is a screen without colours.
func inMono(o *ui.Options) { o.NoColor = true }

// Every pane and overlay, at the widths where the layout changes: its text, and its styles in colour and without.
func TestGolden(t *testing.T) {
	t.Parallel()
	dark, mono := theme(t, "dark").Styles(true, themes.All), theme(t, "dark").Styles(true, themes.NoColours)
	var seen sync.Map // frames by what they look like: one that looks like another is not what its name says
	for _, sc := range screens() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			compare(t, sc.name, "about", sc.about+"\n"+legend)
			for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32", "200x50"} {
				w, h, _ := size(s)
				frame := sc.open(t, w, h).Frame()
				fits(t, frame, w, h)
				golden(t, s+"-"+sc.name, frame)
				plain := sc.open(t, w, h, inMono).Frame()
				fits(t, plain, w, h)
				if text := bare(plain); text != bare(frame) { // as where a square is to be scanned
					compare(t, sc.name, s+" mono text", text)
				}
				colours, weights := styled(t, dark, frame), styled(t, mono, plain)
				if h < 20 {
					continue
				}
				if other, there := seen.LoadOrStore(frame, sc.name); there {
					t.Errorf("%s: looks like %s", s, other)
				}
				compare(t, sc.name, s+" colour", colours)
				compare(t, sc.name, s+" mono", weights)
			}
		})
	}
}

// picture is a file of docs/screens.
type picture struct {
	screen      screen
	size, theme string
	about       string
}

func (p picture) file() string { return fmt.Sprintf("%s-%s-%s.svg", p.screen.name, p.size, p.theme) }

// pictures are one of every screen, and of the first one all sizes and themes.
func pictures() []picture {
	var all []picture
	for _, s := range screens() {
		all = append(all, picture{s, "120x32", "dark", s.about})
	}
	first := all[0].screen
	for _, s := range []string{"200x50", "80x24", "60x20", "30x8"} {
		all = append(all, picture{first, s, "dark", "The same in " + strings.Replace(s, "x", " by ", 1) + " cells."})
	}
	for _, name := range themes.Names() {
		if name != "dark" {
			all = append(all, picture{first, "120x32", name, "The same in the theme " + name + ": " + themes.Describe(name) + "."})
		}
	}
	return all
}

const picturesDir = "../docs/screens"

// The pictures in docs are what the screen looks like now. Only the text of README.md and *.svg is this test's.
func TestScreens(t *testing.T) {
	t.Parallel()
	list := "# Screens\n\nMade by `go test ./ui -run TestScreens -update`, from the same table as the goldens of the tests. Do not edit.\n"
	want := map[string][]byte{}
	for _, p := range pictures() {
		w, h, _ := size(p.size)
		frame := p.screen.open(t, w, h, func(o *ui.Options) { o.Theme = theme(t, p.theme); o.ThemeName = p.theme }).Frame()
		svg := draw(t, p.about, frame, groundOf(t, p.theme))
		if n := len(svg); n > 40<<10 {
			t.Errorf("%s has %d bytes", p.file(), n)
		}
		want[p.file()] = svg
		list += fmt.Sprintf("\n## %s, %s, %s\n\n%s\n\n![%s](%s)\n", p.screen.name, p.size, p.theme, p.about, p.screen.name, p.file())
	}
	want["README.md"] = []byte(list)
	if *update {
		if err := os.MkdirAll(picturesDir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	there, err := filepath.Glob(picturesDir + "/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, wanted := want[filepath.Base(path)]; wanted {
			continue
		}
		if !*update {
			t.Errorf("%s is a picture of nothing", path)
		} else if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
	for name, data := range want {
		path := filepath.Join(picturesDir, name)
		if *update {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Error(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != string(data) {
			t.Errorf("%s is out of date (%v); go test ./ui -run TestScreens -update, and look at it", path, err)
		}
	}
}

// No screen shows what was typed or pasted blind.
func TestScreensShowNoSecret(t *testing.T) {
	t.Parallel()
	for _, s := range screens() {
		frame := s.open(t, 120, 32).Frame()
		for _, word := range []string{"s3cr3t", "correct horse", "pw-of-ana", "a leaked token"} {
			if strings.Contains(frame, word) {
				t.Errorf("%s shows %q", s.name, word)
			}
		}
	}
}
