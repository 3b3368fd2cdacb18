package ui_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/txtar"

	"lanyard/ui"
)

var update = flag.Bool("update", false, "write the golden frames")

func size(s string) (w, h int, ok bool) {
	n, err := fmt.Sscanf(s, "%dx%d", &w, &h)
	return w, h, n == 2 && err == nil
}

// sections are those of golden files that were compared or written, by "file/section".
var sections sync.Map

// goldenFiles keeps tests that run beside each other from writing one file at once.
var goldenFiles sync.Mutex

// TestMain sees to it that no golden stays behind that no test compares: a whole run with -update drops those, a whole
// run without it fails.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	whole := func(name, all string) bool { return flag.Lookup(name).Value.String() == all }
	if code == 0 && whole("test.run", "") && whole("test.skip", "") && whole("test.list", "") && whole("test.fuzz", "") {
		code = leftOver()
	}
	os.Exit(code)
}

func leftOver() (code int) {
	files, _ := filepath.Glob("testdata/*.golden")
	for _, path := range files {
		a, err := txtar.ParseFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		kept := slices.DeleteFunc(slices.Clone(a.Files), func(f txtar.File) bool {
			_, used := sections.Load(path + "/" + f.Name)
			return !used
		})
		switch a.Comment = nil; {
		case len(kept) == len(a.Files) && len(kept) > 0:
			continue
		case !*update:
			fmt.Fprintf(os.Stderr, "%s holds what no test compares; go test ./ui -update drops it\n", path)
			code = 1
			continue
		case len(kept) == 0:
			err = os.Remove(path)
		default:
			a.Files = kept
			err = os.WriteFile(path, txtar.Format(a), 0o600)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

var sized = regexp.MustCompile(`(^|-)(\d+x\d+)(-|$)`)

// golden compares a frame, without its styles, with the one that somebody has looked at. The frames of one screen are in
// one file: 80x24-help is the section 80x24 of testdata/help.golden.
func golden(t *testing.T, name, frame string) {
	t.Helper()
	file, section := name, "text"
	if m := sized.FindStringSubmatchIndex(name); m != nil {
		section = name[m[4]:m[5]]
		file = strings.Trim(name[:m[0]]+"-"+name[m[1]:], "-")
	}
	compare(t, file, section, bare(frame))
}

// bare is a frame without its styles and without the spaces at the ends of its lines.
func bare(frame string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(frame, "\n") {
		b.WriteString(strings.TrimRight(ansi.Strip(line), " ") + "\n")
	}
	return b.String()
}

// compare is golden for a section of a file.
func compare(t *testing.T, file, section, got string) {
	t.Helper()
	path := filepath.Join("testdata", file+".golden")
	sections.Store(path+"/"+section, true)
	goldenFiles.Lock()
	defer goldenFiles.Unlock()
	a, err := txtar.ParseFile(path)
	if err != nil {
		if !*update {
			t.Fatal(err)
		}
		a = &txtar.Archive{}
	}
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == section })
	if *update {
		if i < 0 {
			i = len(a.Files)
			a.Files = append(a.Files, txtar.File{Name: section})
		}
		a.Files[i].Data = []byte(got)
		slices.SortStableFunc(a.Files, func(a, b txtar.File) int { return cmp.Compare(rank(a.Name), rank(b.Name)) })
		if err := os.WriteFile(path, txtar.Format(a), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	switch {
	case i < 0:
		t.Errorf("%s has no section %q; go test ./ui -update, and look at it\n%s", path, section, got)
	case string(a.Files[i].Data) != got:
		t.Errorf("%s, %s differs; go test ./ui -update, and look at it\n%s", path, section, got)
	}
}

// rank sorts the sections of a file by size; those of one size stay as they came, text first.
func rank(section string) int {
	s, kind, _ := strings.Cut(section, " ")
	w, h, ok := size(s)
	if !ok {
		return 0
	}
	return (w*1000+h)*10 + len(kind)
}

// fits fails when a frame is not exactly as large as its screen.
func fits(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) > h {
		t.Fatalf("%dx%d: %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidthWc(l); n > w { // as Bubble Tea measures it for a terminal without mode 2027
			t.Fatalf("%dx%d: line %d is %d wide: %q", w, h, i, n, ansi.Strip(l))
		}
	}
}

func TestExactlyAsLargeAsTheScreen(t *testing.T) {
	t.Parallel()
	for _, th := range []string{"auto", "light", "mono"} {
		p, _ := still(t, 80, 24, func(o *ui.Options) { o.Theme = theme(t, th); o.Banners = []ui.Banner{{Text: "one"}, {Text: "two"}} })
		p.Feed(orders())
		for w := 30; w < 140; w += 7 {
			for h := 8; h < 40; h += 3 {
				p.Resize(w, h)
				lines := strings.Split(p.Frame(), "\n")
				if len(lines) != h {
					t.Fatalf("%dx%d: %d lines", w, h, len(lines))
				}
				for i, l := range lines {
					if n := ansi.StringWidthWc(l); n != w {
						t.Fatalf("%s %dx%d: line %d is %d wide: %q", th, w, h, i, n, ansi.Strip(l))
					}
				}
				if last := ansi.Strip(lines[h-1]); !strings.Contains(last, "? help") {
					t.Fatalf("%dx%d: no help in the footer: %q", w, h, last)
				}
			}
		}
	}
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-9]|4[0-9]|9[0-7]|10[0-7])\b[0-9;]*m`)

func TestNoColourTellsEverything(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, func(o *ui.Options) { o.NoColor = true; o.Banners = []ui.Banner{{Text: "plain http"}} })
	p.Feed(orders())
	check := func() {
		t.Helper()
		if m := colour.FindString(p.Frame()); m != "" {
			t.Errorf("a colour: %q", m)
		}
	}
	check()
	text := ansi.Strip(p.Frame())
	for _, word := range []string{"active", "expiring", "lingering", "expired", "superseded", "revoking", "unsure", "dead after", "WARNING", "production"} {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in the frame", word)
		}
	}
	if !strings.Contains(p.Frame(), "\x1b[7m") {
		t.Error("nothing tells which row is selected")
	}
	p.Key("?")
	check()
	p.Key("esc", "down", "down", "down", "x", "enter", "!")
	check()
}

// What is longer than its box says so, and how to leave it, also where there is hardly room.
func TestBoxesSayThatThereIsMore(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		w, h int
		want string
	}{{120, 20, "i asks the key manager · ↑ ↓ more · esc closes"}, {60, 20, "↑ ↓ more · esc closes"}, {40, 12, "↓ more · esc"}, {30, 8, "↓ more"}} {
		p, _ := still(t, size.w, size.h)
		p.Feed(orders())
		selecting("t_lingering")(p)
		p.Key("enter")
		if !strings.Contains(ansi.Strip(p.Frame()), size.want) {
			t.Errorf("%dx%d: no %q:\n%s", size.w, size.h, size.want, ansi.Strip(p.Frame()))
		}
	}
}

func TestTooSmall(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{29: "more room, please: 30×8", 20: "please: 30×8", 6: "30×8", 3: ""} {
		p, _ := still(t, w, 5)
		if got := ansi.Strip(p.Frame()); strings.TrimSpace(got) != want {
			t.Errorf("%d wide: %q, want %q", w, got, want)
		}
	}
}
