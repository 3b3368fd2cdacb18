//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"
)

// hidden is a terminal that does not show what is typed, from the first prompt for a secret to the end of the last
// try. The zero value is one that shows it.
type hidden struct {
	mu     sync.Mutex
	spells int // that are not over; they may lie in one another
	fd     uintptr
	before unix.Termios // what the terminal was set to; it is given back
	asked  bool         // in this spell
	out    io.Writer
	prompt string // what is waited for; empty: nothing is read now
}

// hide begins a spell in which the terminal does not show what is typed. At its end, what was typed ahead is discarded.
func (p *program) hide() (done func(), err error) {
	fd, in := terminal(p.stdin)
	if !in {
		return func() {}, nil
	}
	j, h := p.jobControl(), &p.hidden
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spells == 0 {
		state, err := term.GetState(fd)
		if err != nil {
			return nil, err
		}
		h.fd, h.before, h.asked = fd, state.Termios, false
		if err := h.silence(setTerminal); err != nil {
			return nil, err
		}
		j.hidden.Store(h)
	}
	h.spells++
	// A second signal ends the process wherever it is.
	stop := context.AfterFunc(p.ctx, h.giveBack)
	return func() {
		stop()
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.spells--; h.spells == 0 {
			j.hidden.Store(nil)
			h.restore()
		}
	}, nil
}

// silence turns the echo off.
func (h *hidden) silence(how uint) error {
	t := h.before
	t.Lflag &^= unix.ECHO
	t.Lflag |= unix.ICANON | unix.ISIG
	t.Iflag |= unix.ICRNL
	return unix.IoctlSetTermios(int(h.fd), how, &t)
}

func (h *hidden) restore() { _ = unix.IoctlSetTermios(int(h.fd), discardAndSet, &h.before) }

// giveBack gives the terminal back as it was, before the process stops or ends.
func (h *hidden) giveBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spells > 0 {
		h.restore()
	}
}

// again turns the echo off again after the process was continued, and then prints the prompt again. In the background
// the first stops the process once more (SIGTTOU).
func (h *hidden) again() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spells == 0 {
		return
	}
	if err := h.silence(discardAndSet); err == nil && h.prompt != "" {
		_, _ = fmt.Fprint(h.out, h.prompt)
	}
}

// readHidden prints a prompt and reads a line that is not shown, until ctrl+c. What was typed since the last prompt of
// the spell is discarded.
func (p *program) readHidden(prompt string) ([]byte, error) {
	h := &p.hidden
	h.mu.Lock()
	if h.asked {
		_ = h.silence(discardAndSet)
	}
	h.asked, h.prompt, h.out = true, prompt, p.stderr
	_, _ = fmt.Fprint(p.stderr, prompt)
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.prompt = ""
	}()
	type result struct {
		line []byte
		err  error
	}
	done := make(chan result, 1)
	go func() { // the read itself goes on after ctrl+c
		line, err := readLine(h.fd)
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-p.ctx.Done():
		return nil, context.Canceled
	}
}

// readLine reads to the end of the line. The terminal has the line edited.
func readLine(fd uintptr) (line []byte, err error) {
	for b := make([]byte, 1); ; {
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
