package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// MaxSecret is the size in bytes above which a file or a text is taken for no secret.
const MaxSecret = 64 << 10

const filePatience = 10 * time.Second // how long reading a named file may take

// ReadFile reads a file that a person has named, of at most so many bytes: a regular file, the null
// device, or a pipe such as a shell makes of <(…). It returns when ctx ends or after 10 seconds,
// also if a pipe has no writer or a network file system does not answer. Its errors hold neither
// the path nor what was read.
func ReadFile(ctx context.Context, path string, most int) (data []byte, mode fs.FileMode, err error) {
	return readWithTimeout(ctx, path, most, os.Open)
}

// errPipe is the error of readNow for a pipe.
var errPipe = errors.New("is a pipe, which is read when it is needed")

// readUnlessPipe is ReadFile for who only looks: a pipe is not opened, because that would use up what is
// in it.
func readUnlessPipe(ctx context.Context, path string, most int) (data []byte, mode fs.FileMode, err error) {
	return readWithTimeout(ctx, path, most, func(string) (*os.File, error) { return nil, errPipe })
}

func readWithTimeout(ctx context.Context, path string, most int, pipe func(string) (*os.File, error)) (data []byte, mode fs.FileMode, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, filePatience, errTooSlow)
	defer cancel()
	type result struct {
		data []byte
		mode fs.FileMode
		err  error
	}
	done := make(chan result, 1)
	go func() { // it may never return, and is left behind then
		var r result
		r.data, r.mode, r.err = readNamed(path, most, pipe)
		done <- r
	}()
	select {
	case <-ctx.Done():
		return nil, 0, context.Cause(ctx)
	case r := <-done:
		return r.data, r.mode, r.err
	}
}

var errTooSlow = errors.New("took longer than 10s; a pipe needs a program that writes to it")

func readNamed(path string, most int, pipe func(string) (*os.File, error)) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, PlainCause(err)
	}
	var f *os.File
	switch {
	case isNull(info):
		return nil, info.Mode(), nil
	case info.Mode()&fs.ModeNamedPipe != 0:
		f, err = pipe(path)
	default:
		f, err = OpenFile(path)
	}
	if err != nil {
		return nil, 0, PlainCause(err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err == nil && len(data) > most {
		clear(data)
		return nil, 0, tooLarge(most)
	}
	return data, info.Mode(), PlainCause(err)
}

// tooLarge is the error of a file that is larger than so many bytes.
type tooLarge int

func (n tooLarge) Error() string {
	if n >= 1<<20 {
		return fmt.Sprintf("is larger than %d MiB", n>>20)
	}
	return fmt.Sprintf("is larger than %d KiB", n>>10)
}

// OpenFile opens a regular file for reading. It refuses a pipe and a device, and does not wait for
// one. Its errors do not hold the path.
func OpenFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = mustBeRegular(info)
	}
	if err != nil {
		return nil, PlainCause(err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openNonblocking, 0)
	if err != nil {
		return nil, PlainCause(err)
	}
	if info, err = f.Stat(); err == nil {
		err = mustBeRegular(info) // another file may have taken its place
	}
	if err != nil {
		_ = f.Close()
		return nil, PlainCause(err)
	}
	return f, nil
}

// mustBeRegular says what a file is that cannot be read to its end without waiting.
func mustBeRegular(info fs.FileInfo) error {
	is := "a special file"
	switch m := info.Mode(); {
	case m.IsRegular():
		return nil
	case m.IsDir():
		is = "a directory"
	case m&fs.ModeNamedPipe != 0:
		is = "a pipe"
	case m&fs.ModeSocket != 0:
		is = "a socket"
	case m&fs.ModeDevice != 0:
		is = "a device"
	}
	return errors.New("is " + is + ", not a file")
}

func isNull(info fs.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(info, null)
}

// regularFiles is a directory whose files are opened by OpenFile.
type regularFiles struct{ dir string }

// Open opens the directory itself or a regular file in it.
func (d regularFiles) Open(name string) (fs.File, error) {
	inside := os.DirFS(d.dir)
	if name == "." {
		return inside.Open(name)
	}
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	return OpenFile(d.dir + string(os.PathSeparator) + name)
}
