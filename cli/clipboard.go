package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/atotto/clipboard"
	"github.com/charmbracelet/x/ansi"

	"lanyard/tokenapi/secret"
	"lanyard/ui"
)

// The ways to a clipboard.
const (
	viaSystem   = "system"
	viaTmux     = "tmux"
	viaTerminal = "osc52"
	viaCommand  = "command"
)

const (
	// clipboardPatience guards against a clipboard program that waits for a display that is gone.
	clipboardPatience = 2 * time.Second
	// terminalMost is what common terminals accept in one OSC 52 sequence, in bytes before base64.
	terminalMost = 70_000
	// tmuxBuffer is the name of the buffer in tmux, so that it can be removed again.
	tmuxBuffer = "lanyard"
)

// outside is what the clipboard needs from the world; tests replace it.
type outside struct {
	getenv func(string) string
	run    func(ctx context.Context, stdin string, argv ...string) error
	write  func(string) error // the system's clipboard
	read   func() (string, error)
}

// board copies tokens to the person's clipboard. It implements ui.Clipboard.
type board struct {
	outside
	via     string // auto or one of the ways
	command []string

	mu   sync.Mutex
	held secret.Text // what was copied last
	how  string      // the way it went, "" when nothing is there to clear
}

var _ ui.Clipboard = (*board)(nil)

// clipboard is the clipboard that is configured; nil when copying is off.
func (p *program) clipboard(cfg *Config) *board {
	if cfg.ClipboardVia == "off" {
		return nil
	}
	return &board{
		outside: outside{p.getenv, runQuietly, clipboard.WriteAll, clipboard.ReadAll},
		via:     cfg.ClipboardVia, command: cfg.ClipboardCommand,
	}
}

// runQuietly runs a program with a text on its standard input. What it prints is dropped: it may repeat
// the text.
func runQuietly(ctx context.Context, stdin string, argv ...string) error {
	ctx, cancel := context.WithTimeout(ctx, clipboardPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin = bytes.NewReader([]byte(stdin))
	cmd.WaitDelay = clipboardPatience / 4
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) { // xclip and its like stay in the background to serve the text
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s did not finish", filepath.Base(argv[0]))
	}
	return err
}

// Copy copies a text. Which way it went is in the answer; a terminal confirms nothing.
func (b *board) Copy(ctx context.Context, text secret.Text) (ui.Copied, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.ContainsFunc(text.Reveal(), mischief) { // pasted into a shell, a line break runs what stands before it
		return ui.Copied{}, errors.New("copy: it holds characters that cannot be pasted safely")
	}
	for _, way := range b.ways() {
		done, err := b.copyVia(ctx, way, text)
		if err == nil {
			b.held, b.how = text, way
			return done, nil
		}
		if b.via != "auto" || way == viaTerminal {
			return ui.Copied{}, fmt.Errorf("copy: %w", err)
		}
	}
	return ui.Copied{}, errors.New("copy: no way to a clipboard")
}

// ways are tried in turn. Over ssh the system's clipboard would be that of the other machine.
func (b *board) ways() []string {
	switch {
	case b.via != "auto":
		return []string{b.via}
	case b.getenv("TMUX") != "":
		return []string{viaTmux, viaTerminal}
	case b.getenv("SSH_TTY") != "" || b.getenv("SSH_CONNECTION") != "":
		return []string{viaTerminal}
	}
	return []string{viaSystem, viaTerminal}
}

func (b *board) copyVia(ctx context.Context, way string, text secret.Text) (ui.Copied, error) {
	switch way {
	case viaTmux:
		err := b.run(ctx, text.Reveal(), "tmux", "load-buffer", "-b", tmuxBuffer, "-w", "-")
		return ui.Copied{Via: "tmux", Certain: true}, named("tmux", err)
	case viaCommand:
		err := b.run(ctx, text.Reveal(), b.command...)
		return ui.Copied{Via: filepath.Base(b.command[0]), Certain: true}, named(filepath.Base(b.command[0]), err)
	case viaSystem:
		_, err := guarded(ctx, func() (string, error) { return "", b.write(text.Reveal()) })
		return ui.Copied{Via: "system clipboard", Certain: true}, named("system clipboard", err)
	}
	if len(text.Reveal()) > terminalMost {
		return ui.Copied{}, errors.New("too long for the terminal")
	}
	return ui.Copied{Via: "terminal", Terminal: secret.New(ansi.SetSystemClipboard(text.Reveal()))}, nil
}

// Clear empties the clipboard if it still holds what was copied, as far as that can be told: a terminal
// and tmux cannot be asked.
func (b *board) Clear(ctx context.Context) (ui.Copied, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	way := b.how
	held := b.held
	b.how, b.held = "", secret.Text{}
	switch way {
	case viaTmux:
		// The terminal around tmux has it too, and ignores an empty text: a blank takes its place.
		_ = b.run(ctx, " ", "tmux", "load-buffer", "-b", tmuxBuffer, "-w", "-")
		err := b.run(ctx, "", "tmux", "delete-buffer", "-b", tmuxBuffer)
		return ui.Copied{Via: "tmux", Certain: true}, named("clear: tmux", err)
	case viaCommand:
		err := b.run(ctx, "", b.command...)
		return ui.Copied{Via: filepath.Base(b.command[0]), Certain: true}, named("clear: "+filepath.Base(b.command[0]), err)
	case viaTerminal:
		return ui.Copied{Via: "terminal", Terminal: secret.New(ansi.ResetSystemClipboard)}, nil
	case viaSystem:
		_, err := guarded(ctx, func() (string, error) {
			now, err := b.read()
			if err != nil || !secret.New(strings.TrimRight(now, "\r\n")).Equal(held) {
				return "", err // somebody has copied something else meanwhile
			}
			return "", b.write("")
		})
		return ui.Copied{Via: "system clipboard", Certain: true}, named("clear: system clipboard", err)
	}
	return ui.Copied{}, nil
}

func named(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// guarded gives up waiting for a clipboard program that hangs. Its goroutine is left behind: the library
// cannot be interrupted.
func guarded(ctx context.Context, f func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := f()
		done <- result{text, err}
	}()
	ctx, cancel := context.WithTimeout(ctx, clipboardPatience)
	defer cancel()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", errors.New("it does not answer")
	}
}
