//go:build unix

package config

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Each kind of file is read, or refused by its name. Reading ends when ctx ends.
func TestNamedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("regular", "text\n")
	write("large", strings.Repeat("x", 11))
	if err := errors.Join(os.Symlink("regular", in("link")), os.Symlink("nowhere", in("dangling")),
		syscall.Mkfifo(in("pipe"), 0o600)); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", in("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, c := range []struct{ path, text, why string }{
		{in("regular"), "text\n", ""},
		{in("link"), "text\n", ""},
		{os.DevNull, "", ""},
		{in("large"), "", "is larger than 0 KiB"},
		{dir, "", "is a directory, not a file"},
		{in("socket"), "", "is a socket, not a file"},
		{"/dev/zero", "", "is a device, not a file"},
		{in("absent"), "", "no such file or directory"},
		{in("dangling"), "", "no such file or directory"},
	} {
		data, _, err := ReadFile(t.Context(), c.path, 10)
		if string(data) != c.text || (err == nil) != (c.why == "") ||
			err != nil && err.Error() != c.why {
			t.Errorf("%s: %q, %v", c.path, data, err)
		}
	}
	if f, err := OpenFile(in("pipe")); err == nil || err.Error() != "is a pipe, not a file" {
		t.Errorf("a pipe without a writer is opened: %v, %v", f, err)
	}

	// A pipe is read to its end. Without a writer, reading ends at the time limit.
	go func() { _ = os.WriteFile(in("pipe"), []byte("piped"), 0) }()
	if data, mode, err := ReadFile(t.Context(), in("pipe"), 10); string(data) != "piped" ||
		mode&fs.ModeNamedPipe == 0 || err != nil {
		t.Errorf("pipe: %q, %v, %v", data, mode, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, _, err := ReadFile(ctx, in("pipe"), 10); err == nil || err.Error() != "enough" {
		t.Errorf("pipe without a writer: %v", err)
	}
	if f, err := os.OpenFile(in("pipe"), os.O_RDWR, 0); err == nil { // releases the reader
		_ = f.Close()
	}
}

// A pipe that replaces a theme after the folder was listed does not block.
func TestRegularFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.toml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (regularFiles{dir}).Open("pipe.toml"); err == nil ||
		err.Error() != "is a pipe, not a file" {
		t.Errorf("pipe: %v", err)
	}
	if _, err := (regularFiles{dir}).Open("../x"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("outside: %v", err)
	}
	set, problems := LoadThemes(filepath.Join(dir, "config.toml"))
	if len(problems) != 0 || set.Has("pipe") {
		t.Errorf("no themes: %v", problems)
	}
}
