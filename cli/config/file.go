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

// MaxSecret is the largest size of a secret, in bytes.
const MaxSecret = 64 << 10

const filePatience = 10 * time.Second // time limit for reading a named file

// ReadFile reads a file that a person named, of at most most bytes. It accepts a regular file, the
// null device, or a pipe such as a shell's <(…). It returns when ctx ends or after 10 seconds, even
// if a pipe has no writer or a network file system does not answer. Its errors hold neither the
// path nor the content.
func ReadFile(ctx context.Context, path string,
	most int) (data []byte, mode fs.FileMode, err error) {
	return readWithTimeout(ctx, path, most, os.Open)
}

// errPipe is the error of readUnlessPipe for a pipe.
var errPipe = errors.New("is a pipe, which is read when it is needed")

// readUnlessPipe is ReadFile for checks. It does not open a pipe, because reading would consume its
// content.
func readUnlessPipe(ctx context.Context, path string,
	most int) (data []byte, mode fs.FileMode, err error) {
	return readWithTimeout(ctx, path, most, func(string) (*os.File, error) { return nil, errPipe })
}

func readWithTimeout(ctx context.Context, path string, most int,
	pipe func(string) (*os.File, error)) (data []byte, mode fs.FileMode, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, filePatience, errTooSlow)
	defer cancel()
	type result struct {
		data []byte
		mode fs.FileMode
		err  error
	}
	done := make(chan result, 1)
	go func() { // it may block for ever, and is then abandoned
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

func readNamed(path string, most int,
	pipe func(string) (*os.File, error)) ([]byte, fs.FileMode, error) {
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

// tooLarge is the error of a file with more bytes than this.
type tooLarge int

func (n tooLarge) Error() string {
	if n >= 1<<20 {
		return fmt.Sprintf("is larger than %d MiB", n>>20)
	}
	return fmt.Sprintf("is larger than %d KiB", n>>10)
}

// OpenFile opens a regular file for reading. It refuses a pipe or a device without waiting for it.
// Its errors do not hold the path.
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
		err = mustBeRegular(info) // the file may have been replaced
	}
	if err != nil {
		_ = f.Close()
		return nil, PlainCause(err)
	}
	return f, nil
}

// mustBeRegular returns an error that names the kind of a file that is not regular.
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

// regularFiles is a directory as an fs.FS that opens regular files only, with OpenFile.
type regularFiles struct{ dir string }

// Open implements fs.FS.
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
