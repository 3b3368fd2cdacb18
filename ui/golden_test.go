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
