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

// hidden is a terminal that does not show what is typed, from the first prompt for a secret to the
// end of the last try. The zero value is one that shows it.
type hidden struct {
	mu       sync.Mutex
	depth    int // that are not over; they may lie in one another
	fd       uintptr
	before   unix.Termios // what the terminal was set to; it is given back
	prompted bool         // in this spell
	out      io.Writer
	prompt   string // what is waited for; empty: nothing is read now
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
	// A second signal ends the process wherever it is.
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

// restoreIfHidden gives the terminal back as it was, before the process stops or ends.
func (h *hidden) restoreIfHidden() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.depth > 0 {
		h.restore()
	}
}

// resume turns the echo off again after the process was continued, and then prints the prompt again.
// In the background the first stops the process once more (SIGTTOU).
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

// ReadHidden prints a prompt and reads a line without an echo, until ctx ends. It discards what was
// typed since the last prompt after Hide.
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

// InForeground reports whether this process may use the terminal. In the background, changing the
// terminal would stop the process.
func (t *Terminal) InForeground() bool {
	fd, _ := TerminalFD(t.in)
	group, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// readLine reads to the end of the line, unless ends can be read first: then nothing typed is
// taken. The terminal has the line edited.
func readLine(fd, ends uintptr) (line []byte, err error) {
	for b := make([]byte, 1); ; {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(ends), Events: unix.POLLIN}} //nolint:gosec // descriptors are small
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
