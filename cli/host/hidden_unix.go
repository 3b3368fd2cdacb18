//go:build unix

package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// hidden turns off the echo of the terminal from the first prompt for a secret to the end of the
// last try. The zero value leaves the echo on.
type hidden struct {
	mu       sync.Mutex
	depth    int // nested calls of Hide that are not done
	fd       uintptr
	before   unix.Termios // the settings to restore
	prompted bool         // since the outermost Hide
	out      io.Writer
	prompt   string // the prompt that waits for input; "" if none does
}

// Hide turns off the echo of the terminal until done is called, which also discards what was typed
// ahead. Calls may be nested. Without a terminal it does nothing.
func (t *Terminal) Hide() (done func(), err error) {
	fd, in := TerminalFD(t.in)
	if !in {
		return func() {}, nil
	}
	j, h := t.jobControl(), &t.hidden
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.depth == 0 {
		state, err := term.GetState(fd)
		if err != nil {
			return nil, err
		}
		h.fd, h.before, h.prompted = fd, state.Termios, false
		if err := h.disableEcho(setTerminal); err != nil {
			return nil, err
		}
		j.hidden.Store(h)
	}
	h.depth++
	// A second signal ends the process at any point, so restore the terminal at the first.
	stop := context.AfterFunc(t.ctx, h.restoreIfHidden)
	return func() {
		stop()
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.depth--; h.depth == 0 {
			j.hidden.Store(nil)
			h.restore()
		}
	}, nil
}

// disableEcho turns the echo off.
func (h *hidden) disableEcho(how uint) error {
	t := h.before
	t.Lflag &^= unix.ECHO
	t.Lflag |= unix.ICANON | unix.ISIG
	t.Iflag |= unix.ICRNL
	return unix.IoctlSetTermios(int(h.fd), how, &t)
}

func (h *hidden) restore() { _ = unix.IoctlSetTermios(int(h.fd), discardAndSet, &h.before) }

// restoreIfHidden restores the terminal before the process stops or ends.
func (h *hidden) restoreIfHidden() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.depth > 0 {
		h.restore()
	}
}

// resume turns the echo off again after the process was continued, and prints the prompt again. In
// the background, turning the echo off stops the process once more (SIGTTOU).
func (h *hidden) resume() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.depth == 0 {
		return
	}
	if err := h.disableEcho(discardAndSet); err == nil && h.prompt != "" {
		_, _ = fmt.Fprint(h.out, h.prompt)
	}
}

// ReadHidden prints a prompt and reads a line without an echo, until ctx ends. Input since the
// previous prompt after Hide is discarded.
func (t *Terminal) ReadHidden(ctx context.Context, prompt string) ([]byte, error) {
	h := &t.hidden
	h.mu.Lock()
	if h.prompted {
		_ = h.disableEcho(discardAndSet)
	}
	h.prompted, h.prompt, h.out = true, prompt, t.prompts
	_, _ = fmt.Fprint(t.prompts, prompt)
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.prompt = ""
	}()
	ends, stop, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = ends.Close() }()
	defer func() { _ = stop.Close() }()
	defer context.AfterFunc(ctx, func() { _, _ = stop.Write([]byte{0}) })()
	line, err := readLine(h.fd, ends.Fd())
	if ctx.Err() != nil {
		clear(line)
		return nil, context.Canceled
	}
	return line, err
}

// InForeground reports whether this process is in the terminal's foreground group. In the
// background, changing the terminal would stop the process.
func (t *Terminal) InForeground() bool {
	fd, _ := TerminalFD(t.in)
	group, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// readLine reads to the end of the line. It returns context.Canceled when ends becomes readable,
// and leaves further input unread. The terminal driver provides line editing.
func readLine(fd, ends uintptr) (line []byte, err error) {
	for b := make([]byte, 1); ; {
		ready := []unix.PollFd{
			{Fd: int32(fd), Events: unix.POLLIN},   //nolint:gosec // descriptors are small
			{Fd: int32(ends), Events: unix.POLLIN}, //nolint:gosec // the same
		}
		switch _, err := unix.Poll(ready, -1); {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case ready[1].Revents != 0:
			return nil, context.Canceled
		case ready[0].Revents == 0:
			continue
		}
		n, err := unix.Read(int(fd), b)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0 && len(line) == 0:
			return nil, io.EOF
		case n == 0 || b[0] == '\n':
			return line, nil
		default:
			line = append(line, b[0])
		}
	}
}
