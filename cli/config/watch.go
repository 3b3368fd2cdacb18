package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Watch returns a channel that receives when one of the paths has changed: a file, or a *.toml file
// in a folder. It polls once a second, which works on every file system and with editors that
// replace a file. A path need not exist yet. Several changes may be reported once, but no change
// after Watch has returned is missed. The channel is closed when ctx ends.
func Watch(ctx context.Context, paths ...string) <-chan struct{} {
	t := time.NewTicker(time.Second)
	out := watchTicks(ctx, t.C, paths)
	context.AfterFunc(ctx, t.Stop)
	return out
}

// watchTicks is Watch with injected ticks.
func watchTicks(ctx context.Context, beat <-chan time.Time, paths []string) <-chan struct{} {
	changed := make(chan struct{}, 1)
	before := takeSnapshot(paths)
	go func() {
		defer close(changed)
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat:
			}
			now := takeSnapshot(paths)
			if !now.same(before) {
				select {
				case changed <- struct{}{}:
				default: // a report is pending
				}
			}
			before = now
		}
	}()
	return changed
}

// snapshot maps the path of each watched file to its state.
type snapshot map[string]os.FileInfo

func takeSnapshot(paths []string) snapshot {
	s := snapshot{}
	for _, path := range paths {
		info, err := os.Stat(path) // follow links: some configurations are links
		if err != nil {
			continue
		}
		s[path] = info
		if !info.IsDir() {
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if name := e.Name(); strings.HasSuffix(name, ".toml") && !strings.HasPrefix(name, ".") {
				file := filepath.Join(path, name)
				if info, err := os.Stat(file); err == nil {
					s[file] = info
				}
			}
		}
	}
	return s
}

// same reports whether nothing has changed. The time of a folder is ignored, because swap files
// change it.
func (s snapshot) same(o snapshot) bool {
	if len(s) != len(o) {
		return false
	}
	for path, a := range s {
		b, ok := o[path]
		switch {
		case !ok || a.IsDir() != b.IsDir():
			return false
		case !a.IsDir() &&
			(!os.SameFile(a, b) || !a.ModTime().Equal(b.ModTime()) || a.Size() != b.Size() ||
				a.Mode() != b.Mode()):
			return false
		}
	}
	return true
}
