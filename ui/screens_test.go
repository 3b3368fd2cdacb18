package ui_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// pictureSizes are the sizes of the pictures of a screen in the theme dark.
var pictureSizes = []string{"30x8", "40x12", "60x20", "80x24", "100x30", "120x32", "160x48",
	"200x60", "300x80"}

// shownSize is the size of the pictures that the list of screens shows, and of those in themes.
const shownSize = "120x32"

// coloured are the screens that have pictures in the themes light and mono too, because their
// colours have a meaning. The first screen has one in each theme.
var coloured = []string{"production", "revoked", "over", "marked", "states", "presenter-passes",
	"presenter-dead", "probing"}

// picture is a file of docs/screens.
type picture struct {
	screen      screen
	size, theme string
}

func (p picture) file() string {
	return fmt.Sprintf("%s-%s-%s.svg", p.screen.name, p.size, p.theme)
}

func (p picture) svg(t *testing.T) []byte {
	t.Helper()
	w, h, _ := size(p.size)
	frame := p.screen.open(t, w, h,
		func(o *ui.Options) { o.Theme = theme(t, p.theme); o.ThemeName = p.theme }).Frame()
	return draw(t, p.screen.about, frame, groundOf(t, p.theme))
}

// pictures returns the pictures of a screen.
func (s screen) pictures(first bool) (inSizes, inThemes []picture) {
	for _, size := range pictureSizes {
		inSizes = append(inSizes, picture{s, size, "dark"})
	}
	for _, name := range themes.Names() {
		if name != "dark" && (first || slices.Contains(coloured, s.name) &&
			(name == "light" || name == "mono")) {
			inThemes = append(inThemes, picture{s, shownSize, name})
		}
	}
	return inSizes, inThemes
}

// section returns the part of the list of screens that is about this one.
func (s screen) section(inSizes, inThemes []picture) string {
	shown := picture{s, shownSize, "dark"}.file()
	sizes := make([]string, 0, len(inSizes))
	for _, p := range inSizes {
		if p.size != shownSize {
			sizes = append(sizes, fmt.Sprintf("[%s](%s)", p.size, p.file()))
		}
	}
	text := fmt.Sprintf("\n## %s\n\n%s\n\n![%s](%s)\n\nOther sizes: %s.", s.name, s.about, s.name,
		shown, strings.Join(sizes, ", "))
	if len(inThemes) > 0 {
		inOthers := make([]string, 0, len(inThemes))
		for _, p := range inThemes {
			inOthers = append(inOthers, fmt.Sprintf("[%s](%s)", p.theme, p.file()))
		}
		text += " Other themes: " + strings.Join(inOthers, ", ") + "."
	}
	return text + "\n"
}

const picturesDir = "../docs/screens"

// The pictures in docs show the present screen. This test writes all of docs/screens.
func TestScreens(t *testing.T) {
	t.Parallel()
	list := "# Screens\n\nMade by `go test ./ui -run TestScreens -update`, from the same table " +
		"as the goldens of the tests. Do not edit.\n\nEach screen is shown in " + shownSize +
		" cells, in the theme dark.\n"
	want := map[string]bool{}
	var total atomic.Int64
	t.Run("pictures", func(t *testing.T) {
		for i, s := range screens() {
			inSizes, inThemes := s.pictures(i == 0)
			list += s.section(inSizes, inThemes)
			all := slices.Concat(inSizes, inThemes)
			for _, p := range all {
				want[p.file()] = true
			}
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				for _, p := range all {
					svg := p.svg(t)
					total.Add(int64(len(svg)))
					inDocs(t, p.file(), svg)
				}
			})
		}
	})
	inDocs(t, "README.md", []byte(list))
	if n := total.Load(); n > maxPictures {
		t.Errorf("the pictures have %d bytes, more than %d", n, maxPictures)
	}
	there, err := filepath.Glob(picturesDir + "/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if want[filepath.Base(path)] {
			continue
		}
		if !*update {
			t.Errorf("%s is a picture of nothing", path)
		} else if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// maxPictures is the number of bytes that all pictures together may have, so that a clone of the
// repository stays small.
const maxPictures = 7 << 20

// inDocs compares or writes a file of docs/screens.
func inDocs(t *testing.T, name string, want []byte) {
	t.Helper()
	path := filepath.Join(picturesDir, name)
	if *update {
		if err := os.WriteFile(path, want, 0o600); err != nil {
			t.Error(err)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (%v); go test ./ui -run TestScreens -update, and look at it",
			path, err)
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
