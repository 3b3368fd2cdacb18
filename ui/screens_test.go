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
	"lanyard/ui/kit"
)

// in returns the options of a kind of terminal.
func (s screen) in(t *testing.T, kind int) func(*ui.Options) {
	t.Helper()
	return func(o *ui.Options) {
		switch {
		case kind == 1 && !s.dark:
			o.Theme = theme(t, "light")
		case kind == 2:
			o.NoColor = true
		}
	}
}

// The sizes of goldens. The screens that show every part of the layout have all sizes. Others have
// one for each layout of the panes, or those at which a box changes.
var (
	allSizes = []string{"30x8", "40x12", "60x12", "60x20", "80x24", "100x30", "120x32", "160x48",
		"200x60"}
	paneSizes = []string{"30x8", "60x20", "80x24", "120x32", "160x48"}
	boxSizes  = []string{"30x8", "60x12", "60x20", "80x24", "120x32", "200x60"}
	atAll     = map[string]bool{"all": true, "many": true, "names": true, "zoom": true,
		"demo": true}
)

// Every pane and overlay, at the widths where the layout changes: its text, and its styles in the
// dark and the light theme and without colours. The golden of an overlay is its box; nothing around
// it may change.
func TestGolden(t *testing.T) {
	t.Parallel()
	// names of frames by content: two equal frames mean that one of them does not show its screen
	var seen sync.Map
	for _, sc := range screens() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			compare(t, sc.name, "about", sc.about+"\n")
			sizes := boxSizes
			switch {
			case atAll[sc.name]:
				sizes = allSizes
			case sc.open(t, 120, 32).Overlays() == 0:
				sizes = paneSizes
			}
			for _, s := range sizes {
				w, h, _ := size(s)
				var looked [terminals][][]cell
				var first, owner string
				for kind, name := range [terminals]string{"", " light", " mono"} {
					if kind == 1 && h < 20 {
						continue // only the first kind keeps styles
					}
					p := sc.open(t, w, h, sc.in(t, kind))
					frame := p.Frame()
					fits(t, frame, w, h)
					looked[kind] = grid(t, frame)
					if box := p.Box(); box != (kit.Rect{}) {
						around(t, box, looked[kind], grid(t, p.Under()), w, h)
						looked[kind] = crop(looked[kind], box)
					} else if o := footerOf(t, frame); o != sc.name && (kind == 0 || o == owner) {
						owner = o
					} else {
						owner = ""
					}
					if kind > 0 {
						if text := textOf(t, p, sc.name); text != first {
							// The text differs, as around a QR code.
							compare(t, sc.name, s+name+" text", text)
						}
						continue
					}
					golden(t, s+"-"+sc.name, p)
					first = textOf(t, p, sc.name)
					if other, there := seen.LoadOrStore(frame, sc.name); there && h >= 20 {
						t.Errorf("%s: looks like %s", s, other)
					}
				}
				if h < 20 {
					continue
				}
				last := ""
				if owner != "" {
					last = sameLine(owner) + "\n"
					for kind, rows := range looked {
						looked[kind] = rows[:h-1]
					}
				}
				compare(t, sc.name, s+" styles", styled(t, stylesIn(t, sc), looked)+last)
			}
		})
	}
}

// around fails if an overlay is not in the middle of its lines, or changes the text around it.
func around(t *testing.T, box kit.Rect, over, under [][]cell, w, h int) {
	t.Helper()
	if want := (kit.Rect{W: w, H: h}).Center(box.W, box.H).X; box.X != want {
		t.Errorf("%dx%d: the box is at %+v, want it in column %d", w, h, box, want)
	}
	for y, row := range over[:h-1] { // the footer is that of the box
		for x, c := range row {
			in := x >= box.X && x < box.X+box.W && y >= box.Y && y < box.Y+box.H
			if !in && c.text != under[y][x].text {
				t.Fatalf("%dx%d: line %d, column %d is outside of the box, and changes from "+
					"%q, %s to %q, %s",
					w, h, y, x, under[y][x].text, under[y][x].look, c.text, c.look)
			}
		}
	}
}

// The whole frame around each kind of overlay, and around an overlay on another one.
func TestPlacedGolden(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, sc := range screens() {
		p := sc.open(t, 80, 24)
		if top := p.Top(); top != "" && (!seen[top] || p.Overlays() > 1) {
			seen[top] = true
			compare(t, "placed", sc.name, folded(unfooted(t, p.Frame(), "placed")))
		}
	}
}

// picture is a file of docs/screens.
type picture struct {
	screen      screen
	size, theme string
	about       string
}

func (p picture) file() string {
	return fmt.Sprintf("%s-%s-%s.svg", p.screen.name, p.size, p.theme)
}

// pictures returns a picture of every screen, and of the first screen all sizes and themes.
func pictures(t *testing.T) []picture {
	t.Helper()
	var all []picture
	for _, s := range screens() {
		all = append(all, picture{s, "120x32", "dark", s.about})
	}
	first := all[0].screen
	for _, s := range []string{
		"300x80", "200x60", "160x48", "100x30", "80x24", "60x20", "40x12", "30x8",
	} {
		all = append(all,
			picture{first, s, "dark",
				"The same in " + strings.Replace(s, "x", " by ", 1) + " cells."})
	}
	for _, s := range screens() {
		if s.name == "many" {
			for _, size := range []string{"160x48", "200x60", "300x80"} {
				all = append(all, picture{s, size, "dark",
					"40 applications in " + strings.Replace(size, "x", " by ", 1) + " cells."})
			}
		}
	}
	for _, name := range themes.Names() {
		if name != "dark" {
			all = append(all,
				picture{first, "120x32", name,
					"The same in the theme " + name + ": " + theme(t, name).About() + "."})
		}
	}
	return all
}

const picturesDir = "../docs/screens"

// The pictures in docs show the present screen. This test writes all of docs/screens.
func TestScreens(t *testing.T) {
	t.Parallel()
	list := "# Screens\n\nMade by `go test ./ui -run TestScreens -update`, from the same table " +
		"as the goldens of the tests. Do not edit.\n"
	want := map[string][]byte{}
	for _, p := range pictures(t) {
		w, h, _ := size(p.size)
		frame := p.screen.open(t, w, h,
			func(o *ui.Options) { o.Theme = theme(t, p.theme); o.ThemeName = p.theme }).Frame()
		svg := draw(t, p.about, frame, groundOf(t, p.theme))
		limit := 40 << 10
		if w > 120 {
			limit = 80 << 10
		}
		if n := len(svg); n > limit {
			t.Errorf("%s has %d bytes", p.file(), n)
		}
		want[p.file()] = svg
		list += fmt.Sprintf("\n## %s, %s, %s\n\n%s\n\n![%s](%s)\n", p.screen.name, p.size, p.theme,
			p.about, p.screen.name, p.file())
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
			t.Errorf("%s is out of date (%v); go test ./ui -run TestScreens -update, and "+
				"look at it",
				path, err)
		}
	}
}

// No screen shows a secret that was typed or pasted.
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
