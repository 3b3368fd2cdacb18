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
	"lanyard/ui/kit"
)

var update = flag.Bool("update", false, "write the golden frames")

func size(s string) (w, h int, ok bool) {
	n, err := fmt.Sscanf(s, "%dx%d", &w, &h)
	return w, h, n == 2 && err == nil
}

// sections are the sections of golden files that were compared or written, by "file/section".
var sections sync.Map

// goldenFiles prevents parallel tests from writing one file at the same time.
var goldenFiles sync.Mutex

// TestMain finds goldens that no test compares. A full run with -update removes them; a full run
// without it fails.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if !noticesRead() {
		code = 1
	}
	whole := func(name, all string) bool { return flag.Lookup(name).Value.String() == all }
	if code == 0 && whole("test.run", "") && whole("test.skip", "") && whole("test.list", "") &&
		whole("test.fuzz", "") {
		code = leftOver()
	}
	os.Exit(code)
}

func leftOver() (code int) {
	files, _ := filepath.Glob("testdata/*.golden")
	for _, path := range files {
		all, err := sectionsOf(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		kept := slices.DeleteFunc(slices.Clone(all), func(f txtar.File) bool {
			_, used := sections.Load(path + "/" + f.Name)
			return !used
		})
		switch {
		case len(kept) == len(all) && len(kept) > 0:
			continue
		case !*update:
			fmt.Fprintf(os.Stderr,
				"%s holds what no test compares; go test ./ui -update drops it\n", path)
			code = 1
			continue
		case len(kept) == 0:
			err = os.Remove(path)
		default:
			err = keep(path, kept)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

var sized = regexp.MustCompile(`(^|-)(\d+x\d+)(-|$)`)

// golden compares the text of the screen with a reviewed file. It takes the box of the overlay on
// top with its footer, or the whole frame if no overlay is open. The sizes of one screen are in one
// file: 80x24-help is the section 80x24 of testdata/help.golden.
func golden(t *testing.T, name string, p *ui.Pump) {
	t.Helper()
	file, section := name, "text"
	if m := sized.FindStringSubmatchIndex(name); m != nil {
		section = name[m[4]:m[5]]
		file = strings.Trim(name[:m[0]]+"-"+name[m[1]:], "-")
	}
	compare(t, file, section, textOf(t, p, file))
}

// textOf returns the text that golden compares.
func textOf(t *testing.T, p *ui.Pump, file string) string {
	t.Helper()
	frame := p.Frame()
	if box := p.Box(); box != (kit.Rect{}) {
		rows := grid(t, frame)
		return folded(append(written(crop(rows, box)), written(rows[len(rows)-1:])...))
	}
	return folded(unfooted(t, frame, file))
}

// unfooted returns the lines of a frame without styles. If the golden of another screen has the
// last line, the name of that screen replaces it.
func unfooted(t *testing.T, frame, file string) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(bare(frame), "\n"), "\n")
	if owner := footerOf(t, ansi.Strip(frame)); owner != "" && owner != file {
		lines[len(lines)-1] = sameLine(owner)
	}
	return lines
}

// folded joins lines. Of more than two equal lines it keeps the first, and the number of the
// others.
func folded(lines []string) string {
	var b strings.Builder
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n] == lines[0] {
			n++
		}
		if n < 3 {
			n = 1
		}
		b.WriteString(lines[0] + "\n")
		if n > 1 {
			fmt.Fprintf(&b, "\" %d\n", n-1)
		}
		lines = lines[n:]
	}
	return b.String()
}

// since joins the lines that differ from before, and counts the others.
func since(before, lines []string) string {
	var out []string
	same := 0
	for i, line := range append(slices.Clone(lines), "") {
		if i < len(lines) && i < len(before) && line == before[i] {
			same++
			continue
		}
		if same > 0 {
			out = append(out, fmt.Sprintf("(%d as before)", same))
			same = 0
		}
		if i < len(lines) {
			out = append(out, line)
		}
	}
	return folded(out)
}

// sameLine replaces a last line that the golden of another screen has.
func sameLine(screen string) string { return "(the last line of " + screen + ")" }

// footers holds the last lines of pane screens, with and without styles, by size. Each has the name
// of the first screen with that line.
var footers sync.Map

// footerOf returns the name of the pane screen whose golden has the last line of a frame, or "".
// Footers are therefore in few goldens. Styles count if the frame has any.
func footerOf(t *testing.T, frame string) string {
	t.Helper()
	lines := strings.Split(frame, "\n")
	w, h := ansi.StringWidthWc(lines[0]), len(lines)
	owners, _ := footers.LoadOrStore([2]int{w, h}, sync.OnceValue(func() map[string]string {
		owners := map[string]string{}
		for _, sc := range append(paneScreens(), tourScreen()...) {
			// the tour has nothing to undo
			for kind := range terminals {
				lines := strings.Split(sc.open(t, w, h, sc.in(t, kind)).Frame(), "\n")
				for _, last := range []string{lines[h-1], ansi.Strip(lines[h-1])} {
					if owners[last] == "" && strings.TrimSpace(ansi.Strip(last)) != "" {
						owners[last] = sc.name
					}
				}
			}
		}
		return owners
	}))
	of := owners.(func() map[string]string) //nolint:errcheck // the map has no other values
	return of()[lines[h-1]]
}

// crop returns the part of a frame in a box.
func crop(rows [][]cell, box kit.Rect) (out [][]cell) {
	for _, row := range rows[box.Y : box.Y+box.H] {
		out = append(out, row[box.X:box.X+box.W])
	}
	return out
}

// written returns the text of cells, without spaces at the ends of lines.
func written(rows [][]cell) (lines []string) {
	for _, row := range rows {
		var line strings.Builder
		for _, c := range row {
			line.WriteString(c.text)
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}

// bare returns a frame without styles and without spaces at the ends of lines.
func bare(frame string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(frame, "\n") {
		b.WriteString(strings.TrimRight(ansi.Strip(line), " ") + "\n")
	}
	return b.String()
}

// compare compares got with a section of a golden file, or writes it with -update.
func compare(t *testing.T, file, section, got string) {
	t.Helper()
	path := filepath.Join("testdata", file+".golden")
	sections.Store(path+"/"+section, true)
	goldenFiles.Lock()
	defer goldenFiles.Unlock()
	all, err := sectionsOf(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(f txtar.File) bool { return f.Name == section })
	if *update {
		if i < 0 {
			i = len(all)
			all = append(all, txtar.File{Name: section})
		}
		all[i].Data = []byte(got)
		if err := keep(path, all); err != nil {
			t.Fatal(err)
		}
		return
	}
	switch {
	case i < 0:
		t.Errorf("%s has no section %q; go test ./ui -update, and look at it\n%s", path, section,
			got)
	case string(all[i].Data) != got:
		t.Errorf("%s, %s differs; go test ./ui -update, and look at it\n%s", path, section, got)
	}
}

// sectionsOf reads a golden file. A text that is equal at several sizes is in the file once, under
// all of them; here each size is a section.
func sectionsOf(path string) (all []txtar.File, err error) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	for _, f := range a.Files {
		sizes, kind := sizesOf(f.Name)
		if sizes == nil {
			all = append(all, f)
		}
		for _, s := range sizes {
			all = append(all, txtar.File{Name: strings.TrimSpace(s + " " + kind), Data: f.Data})
		}
	}
	return all, nil
}

// keep writes a golden file.
func keep(path string, all []txtar.File) error {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b txtar.File) int {
		return cmp.Compare(rank(a.Name), rank(b.Name))
	})
	a := &txtar.Archive{}
	same := map[string]int{} // index in the file by kind and text
	for _, f := range all {
		sizes, kind := sizesOf(f.Name)
		if sizes == nil {
			a.Files = append(a.Files, f)
			continue
		}
		at, there := same[kind+"\n"+string(f.Data)]
		if !there {
			same[kind+"\n"+string(f.Data)] = len(a.Files)
			a.Files = append(a.Files, f)
			continue
		}
		sizes = append(strings.Fields(strings.TrimSuffix(a.Files[at].Name, kind)), sizes...)
		a.Files[at].Name = strings.TrimSpace(strings.Join(sizes, " ") + " " + kind)
	}
	return os.WriteFile(path, txtar.Format(a), 0o600)
}

// sizesOf splits the name of a section into sizes and kind.
func sizesOf(section string) (sizes []string, kind string) {
	for {
		word, rest, _ := strings.Cut(section, " ")
		if _, _, ok := size(word); !ok {
			return sizes, section
		}
		sizes, section = append(sizes, word), rest
	}
}

// rank sorts the sections of a file by size. Sections of one size keep their order, text first.
func rank(section string) int {
	sizes, kind := sizesOf(section)
	if sizes == nil {
		return 0
	}
	w, h, _ := size(sizes[0])
	return (w*1000+h)*10 + len(kind)
}
