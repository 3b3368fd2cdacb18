package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"lanyard/store/disk"
)

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestNewFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "new")
	var steps []string
	step := func(s string) { steps = append(steps, s) }
	err := disk.NewFile(path, step, func(f *os.File) error {
		part, taken := filepath.Base(f.Name()), disk.Exists(path)
		if !strings.HasPrefix(part, disk.PartPrefix) || taken {
			t.Errorf("%s is written; the name is taken already: %v", part, taken)
		}
		_, err := f.WriteString("all of it")
		return err
	})
	got, _ := os.ReadFile(path)
	if err != nil || string(got) != "all of it" || strings.Join(steps, " ") != "closed named" {
		t.Errorf("%q %q %v", got, steps, err)
	}
	info, err := os.Stat(path)
	if err != nil || disk.Wide(info) || len(names(t, dir)) != 1 {
		t.Errorf("%v %v beside %q", info.Mode(), err, names(t, dir))
	}

	err = disk.NewFile(path, step, func(*os.File) error { return nil })
	if e, ok := errors.AsType[*disk.CreateError](err); !ok || !errors.Is(e, fs.ErrExist) {
		t.Errorf("over a file that is there: %v", err)
	}
	if again, _ := os.ReadFile(path); string(again) != "all of it" {
		t.Errorf("it was replaced: %q", again)
	}

	mine := errors.New("mine")
	err = disk.NewFile(path+"2", step, func(*os.File) error { return mine })
	if _, ok := errors.AsType[*disk.CreateError](err); ok || !errors.Is(err, mine) {
		t.Errorf("what write returned is %v", err)
	}
	err = disk.NewFile(filepath.Join(dir, "nowhere", "new"), step,
		func(*os.File) error { return nil })
	if e, ok := errors.AsType[*disk.CreateError](err); !ok || !errors.Is(e, fs.ErrNotExist) ||
		strings.Contains(e.Error(), disk.PartPrefix) {
		t.Errorf("in no directory: %v", err)
	}
	if len(names(t, dir)) != 1 {
		t.Errorf("left over: %q", names(t, dir))
	}
}

func TestNewFileRemovesOldParts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Now()
	for name, age := range map[string]time.Duration{
		disk.PartPrefix + "old": 2 * time.Hour, disk.PartPrefix + "young": 0, "old": 2 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		err := os.WriteFile(path, []byte("part"), disk.FileMode)
		if err := errors.Join(err, os.Chtimes(path, now.Add(-age), now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "new")
	if err := disk.NewFile(path, func(string) {}, func(*os.File) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(t, dir), " "); got != disk.PartPrefix+"young new old" {
		t.Errorf("left: %s", got)
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, disk.FileMode); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		owner, user int
		want        string
	}{
		{1, 1, ""}, {-1, 1, ""},
		{0, 1, " belongs to user 0, and this is user 1"},
		{1, 0, " belongs to user 1, and this is user 0"}, // root could use it, and spoil it
	} {
		s := disk.System{UID: func() int { return c.user }}
		s.Owner = func(fs.FileInfo) int { return c.owner }
		switch e := s.Foreign(path, info); {
		case c.want == "" && e != nil, c.want != "" && (e == nil || e.Error() != path+c.want):
			t.Errorf("of %d for %d: %v", c.owner, c.user, e)
		}
	}
	if e := (disk.System{}).OrReal().Foreign(path, info); e != nil {
		t.Errorf("a file of ours: %v", e)
	}
}

func TestNetworkOfWhatIsNotMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := disk.System{Network: func(at string) (string, error) { return "at " + at, nil }}
	for _, below := range []string{"", "a", "a/b/c"} {
		if got, err := s.NetworkOf(filepath.Join(dir, below)); got != "at "+dir || err != nil {
			t.Errorf("%q: %q %v", below, got, err)
		}
	}
	if got, err := (disk.System{}).OrReal().NetworkOf("/"); got != "" || err != nil {
		t.Skipf("the root of this machine is on %q: %v", got, err)
	}
}

func TestNarrow(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it has no such permissions")
	}
	path := filepath.Join(t.TempDir(), "f")
	for before, want := range map[fs.FileMode]fs.FileMode{0o644: 0o600, 0o440: 0o400,
		0o777: 0o600} {
		_ = os.Remove(path)
		err := os.WriteFile(path, nil, disk.FileMode)
		if err := errors.Join(err, os.Chmod(path, before)); err != nil {
			t.Fatal(err)
		}
		info, _ := os.Stat(path)
		if !disk.Wide(info) {
			t.Errorf("%04o is not wide", before)
		}
		if err := disk.Narrow(path, info, disk.FileMode); err != nil {
			t.Error(err)
		}
		if info, _ = os.Stat(path); info.Mode().Perm() != want || disk.Wide(info) {
			t.Errorf("%04o became %04o", before, info.Mode().Perm())
		}
	}
}

func TestExists(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "f"), filepath.Join(dir, "l")
	err := os.WriteFile(file, []byte("five!"), disk.FileMode)
	if err := errors.Join(err, os.Symlink(filepath.Join(dir, "nowhere"), link)); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]struct {
		there bool
		size  int64
	}{
		file: {true, 5}, link: {true, 0}, filepath.Join(dir, "g"): {}, filepath.Join(file, "g"): {},
	} {
		if disk.Exists(path) != want.there || disk.Size(path) != want.size {
			t.Errorf("%s: %v, %d bytes", path, disk.Exists(path), disk.Size(path))
		}
	}
	if err := disk.CanWrite(file); err != nil {
		t.Error(err)
	}
	if err := disk.CanWrite(filepath.Join(dir, "g")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
