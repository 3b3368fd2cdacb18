package config

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// watched is a watcher whose ticks come from the test.
type watched struct {
	t    *testing.T
	dir  string
	beat chan time.Time
	out  <-chan struct{}
}

func watchIn(t *testing.T, dir string, names ...string) *watched {
	t.Helper()
	w := &watched{t: t, dir: dir, beat: make(chan time.Time)}
	var paths []string
	for _, n := range names {
		paths = append(paths, filepath.Join(dir, n))
	}
	w.out = watchTicks(t.Context(), w.beat, paths)
	return w
}

// look makes the watcher poll, and returns when it is done, so that it does not see what the test
// writes next.
func (w *watched) look() {
	w.beat <- time.Time{}
	synctest.Wait()
}

func (w *watched) reported() bool {
	w.t.Helper()
	w.look()
	select {
	case <-w.out:
		return true
	default:
		return false
	}
}

func (w *watched) write(name, text string, age time.Duration) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(-age)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) expect(what string, want bool) {
	w.t.Helper()
	if got := w.reported(); got != want {
		w.t.Errorf("%s: reported %t, want %t", what, got, want)
	}
	if w.reported() {
		w.t.Errorf("%s: reported twice", what)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, watchAll)
}

func watchAll(t *testing.T) {
	w := watchIn(t, t.TempDir(), "config.toml", "themes")
	w.expect("nothing there", false)
	w.write("config.toml", "a", 0)
	w.expect("a file that comes", true)
	w.write("config.toml", "b", 0)
	w.expect("the same size and time: nothing can be seen", false)
	w.write("config.toml", "b", time.Nanosecond*1000)
	w.expect("another time", true)
	w.write("config.toml", "bb", time.Nanosecond*1000)
	w.expect("another size", true)

	// editors save like this: a new file replaces the old one, here with the same size and time
	w.write("new", "cc", time.Nanosecond*1000)
	if err := os.Rename(filepath.Join(w.dir, "new"),
		filepath.Join(w.dir, "config.toml")); err != nil {
		t.Fatal(err)
	}
	w.expect("a file that is replaced", true)

	w.write("themes/x.txt", "x", 0)
	w.expect("the folder that comes", true)
	w.write("themes/.y.toml.swp", "x", 0)
	w.write("themes/.z.toml", "x", 0)
	w.write("themes/notes.txt", "x", 0)
	w.expect("what is no theme", false)
	w.write("themes/mine.toml", "x", 0)
	w.expect("a theme that comes", true)
	w.write("themes/mine.toml", "xy", 0)
	w.expect("a theme that changes", true)
	if err := os.Remove(filepath.Join(w.dir, "themes/mine.toml")); err != nil {
		t.Fatal(err)
	}
	w.expect("a theme that goes", true)
	if err := os.RemoveAll(filepath.Join(w.dir, "themes")); err != nil {
		t.Fatal(err)
	}
	w.expect("the folder that goes", true)
	if err := os.Remove(filepath.Join(w.dir, "config.toml")); err != nil {
		t.Fatal(err)
	}
	w.expect("the file that goes", true)
}

// Several changes are reported once.
func TestWatchTellsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watchIn(t, t.TempDir(), "config.toml")
		for i := range 3 {
			w.write("config.toml", "a", time.Duration(i)*time.Hour)
			w.look()
		}
		w.expect("three changes", true)
	})
}

func TestWatchEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := Watch(ctx, filepath.Join(t.TempDir(), "x"))
	cancel()
	if _, open := <-out; open {
		t.Error("something is reported of a file that never was")
	}
}
