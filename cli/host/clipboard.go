package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/atotto/clipboard"
	"github.com/charmbracelet/x/ansi"

	"lanyard/text"
	"lanyard/tokenapi/secret"
)

// The ways to a clipboard.
const (
	ViaSystem   = "system"
	ViaTmux     = "tmux"
	ViaTerminal = "osc52"
	ViaCommand  = "command"
)

const (
	// clipboardPatience limits the wait for a clipboard program, which may wait for a display that
	// is gone.
	clipboardPatience = 2 * time.Second
	// maxTerminalCopy is the largest text for one OSC 52 sequence, in bytes before base64. Common
	// terminals accept it.
	maxTerminalCopy = 70_000
	// maxScreenString is the largest string for GNU screen, which accepts 256 bytes before 4.2.0
	// and 768 since. It prints the rest to the screen.
	maxScreenString = 240
	// tmuxBuffer is the name of the tmux buffer, so that it can be removed again.
	tmuxBuffer = "lanyard"
)

// dependencies are the functions that a Clipboard calls; tests replace them.
type dependencies struct {
	getenv func(string) string
	run    func(ctx context.Context, stdin string, argv ...string) error
	output func(ctx context.Context, most int, argv ...string) (secret.Text, error)
	write  func(string) error // the system's clipboard
	read   func() (string, error)
}

// Clipboard copies tokens to the person's clipboard, and clears it again. It may be used by several
// goroutines.
type Clipboard struct {
	dependencies
	via     string // "auto" or one of the ways
	command []string
	blind   bool // also clear what cannot be read back

	mu         sync.Mutex
	copiedText secret.Text // the last copied text
	copiedVia  string      // the way of the last copy; "" if there is nothing to clear
	serial     int         // serial of the last copy
	uncleared  string      // where a copy may remain that was not cleared; "" for nowhere
}

// Copied describes a copy.
type Copied struct {
	Via      string      // "system clipboard", "tmux", "terminal" or the name of a program
	Certain  bool        // false: it was sent to a terminal, which confirms nothing
	Terminal secret.Text // a control sequence that the caller writes to the terminal; zero: none
	Serial   int         // for Clear; 0 if nothing is to be cleared
	Later    Later       // the effect of Clear
	Around   bool        // the terminal around tmux has the copy too, and cannot be read
}

// Later describes the effect of Clear on a copy.
type Later int

// From the least to the most that Clear can do.
const (
	NotCleared    Later = iota // the clipboard cannot be read, so Clear leaves it alone
	ClearedIfOurs              // Clear reads it, and clears it if it still holds the copy
	ClearedBlind               // Clear clears it, with any content
)

// Cleared describes what Clear did.
type Cleared struct {
	Via      string
	Outcome  Outcome
	Terminal secret.Text // as in Copied
	Around   bool        // the terminal around tmux was not cleared
}

// Outcome is a result of Clear.
type Outcome int

// The outcomes of Clear.
const (
	NothingToClear Outcome = iota // there is no copy to clear
	WasOurs                       // it held the copy, and was cleared
	WasReplaced                   // it held something else, and was left alone
	WasBlind                      // it was cleared without being read
	CannotTell                    // it cannot be read, and was left alone
)

// NewClipboard returns a clipboard that copies in the way via; "auto" means the first way that
// works. command is the program of ViaCommand. With blind, Clear also clears what it cannot read.
func NewClipboard(getenv func(string) string, via string, command []string, blind bool) *Clipboard {
	return &Clipboard{
		dependencies: dependencies{
			getenv, runQuietly, outputOf, clipboard.WriteAll, clipboard.ReadAll,
		},
		via: via, command: command, blind: blind,
	}
}

// HasSystem reports whether the system has a clipboard that can be reached.
func HasSystem() bool { return !clipboard.Unsupported }

// runQuietly runs a program with a text on its standard input. It discards the output, which may
// repeat the text.
func runQuietly(ctx context.Context, stdin string, argv ...string) error {
	ctx, cancel := context.WithTimeout(ctx, clipboardPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin = bytes.NewReader([]byte(stdin))
	cmd.WaitDelay = clipboardPatience / 4
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		// xclip and similar programs stay in the background to serve the text
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s did not finish", filepath.Base(argv[0]))
	}
	return err
}

// outputOf runs a program and returns what it prints, up to most bytes.
func outputOf(ctx context.Context, most int, argv ...string) (secret.Text, error) {
	ctx, cancel := context.WithTimeout(ctx, clipboardPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = clipboardPatience / 4
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return secret.Text{}, err
	}
	text, err := io.ReadAll(io.LimitReader(out, int64(most)))
	_ = out.Close() // it may print more
	if ended := cmd.Wait(); len(text) < most {
		err = errors.Join(err, ended)
	}
	return secret.New(string(text)), err
}

// Copy copies a text. With stays, Clear does not clear it. A copy that has begun is finished even
// if ctx ends, so that Clear knows of it. Copy refuses control characters other than LF, because a
// paste of them could execute something.
func (b *Clipboard) Copy(ctx context.Context, text secret.Text, stays bool) (Copied, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Copied{}, fmt.Errorf("copy: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	if !safeToPaste(text.Reveal()) {
		return Copied{}, errors.New("copy: it holds characters that cannot be pasted safely")
	}
	for _, way := range b.Ways() {
		done, err := b.copyVia(ctx, way, text)
		if err == nil {
			return b.remember(ctx, done, way, text, stays), nil
		}
		if b.via != "auto" || way == ViaTerminal {
			return Copied{}, fmt.Errorf("copy: %w", err)
		}
	}
	return Copied{}, errors.New("copy: no way to a clipboard")
}

// remember records a copy for Clear.
func (b *Clipboard) remember(ctx context.Context, done Copied, way string, text secret.Text,
	stays bool) Copied {
	if b.copiedVia != "" && b.copiedVia != way {
		_, _ = b.clear(ctx) // the previous copy is elsewhere, and would be forgotten
	}
	b.copiedText, b.copiedVia, b.uncleared = secret.Text{}, "", ""
	if stays {
		return done
	}
	b.serial++
	b.copiedText, b.copiedVia = text, way
	done.Serial, done.Later, done.Around = b.serial, NotCleared, way == ViaTmux && !b.blind
	switch {
	case way == ViaSystem || done.Around:
		done.Later = ClearedIfOurs
	case b.blind:
		done.Later = ClearedBlind
	}
	return done
}

// Ways returns the ways that Copy tries, in order. Over ssh the system's clipboard is that of the
// remote machine, so it is not tried.
func (b *Clipboard) Ways() []string {
	switch {
	case b.via != "auto":
		return []string{b.via}
	case b.getenv("TMUX") != "":
		return []string{ViaTmux, ViaTerminal}
	case b.getenv("SSH_TTY") != "" || b.getenv("SSH_CONNECTION") != "":
		return []string{ViaTerminal}
	}
	return []string{ViaSystem, ViaTerminal}
}

// safeToPaste reports whether s has no control characters except line feeds.
func safeToPaste(s string) bool { return text.Passes(strings.ReplaceAll(s, "\n", " ")) }

func (b *Clipboard) copyVia(ctx context.Context, way string, text secret.Text) (Copied, error) {
	switch way {
	case ViaTmux:
		err := b.run(ctx, text.Reveal(), "tmux", "load-buffer", "-b", tmuxBuffer, "-w", "-")
		return Copied{Via: "tmux", Certain: true}, wrapError("tmux", err)
	case ViaCommand:
		err := b.run(ctx, text.Reveal(), b.command...)
		return Copied{Via: filepath.Base(b.command[0]), Certain: true},
			wrapError(filepath.Base(b.command[0]), err)
	case ViaSystem:
		_, err := withTimeout(ctx,
			func() (struct{}, error) { return struct{}{}, b.write(text.Reveal()) })
		return Copied{Via: "system clipboard", Certain: true}, wrapError("system clipboard", err)
	}
	if len(text.Reveal()) > maxTerminalCopy {
		return Copied{}, errors.New("too long for the terminal")
	}
	return Copied{
		Via:      "terminal",
		Terminal: secret.New(b.wrapForScreen(ansi.SetSystemClipboard(text.Reveal()))),
	}, nil
}

// wrapForScreen returns an OSC 52 sequence in the form that reaches the terminal. GNU screen drops
// OSC 52 sequences, but passes on device control strings. It prints the end of a long string. Over
// ssh only TERM shows that there is a screen, and tmux may set the same TERM: then a short sequence
// is sent in both forms.
func (b *Clipboard) wrapForScreen(sequence string) string {
	term := b.getenv("TERM")
	if b.getenv("TMUX") != "" || b.getenv("STY") == "" && !strings.HasPrefix(term, "screen") {
		return sequence
	}
	wrapped := ansi.ScreenPassthrough(sequence, maxScreenString)
	if b.getenv("STY") == "" && !strings.HasPrefix(term, "screen.") &&
		len(sequence) <= maxScreenString {
		return wrapped + sequence
	}
	return wrapped
}

// Clear clears the copy with this serial number, or any copy if it is 0. It reads the clipboard,
// and clears it only if it still holds the copy. It does not clear a clipboard that it cannot read,
// unless NewClipboard was called with blind.
func (b *Clipboard) Clear(ctx context.Context, serial int) (Cleared, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.copiedVia == "" || serial != 0 && serial != b.serial {
		return Cleared{}, nil
	}
	done, err := b.clear(ctx)
	b.copiedText, b.copiedVia, b.uncleared = secret.Text{}, "", ""
	switch {
	case err != nil, done.Outcome == CannotTell:
		b.uncleared = done.Via
	case done.Around:
		b.uncleared = "the terminal around tmux"
	}
	return done, err
}

func (b *Clipboard) clear(ctx context.Context) (Cleared, error) {
	done := Cleared{Via: b.copiedVia, Outcome: WasBlind}
	switch {
	case b.copiedVia == ViaSystem:
		done.Via = "system clipboard"
		held := b.copiedText
		outcome, err := withTimeout(ctx, func() (Outcome, error) {
			now, err := b.read()
			if err != nil || !trimmed(now).Equal(trimmed(held.Reveal())) {
				return WasReplaced, err
			}
			return WasOurs, b.write("")
		})
		done.Outcome = outcome
		return done, wrapError("clear: system clipboard", err)
	case b.copiedVia == ViaTmux && b.blind:
		// The terminal around tmux has the copy too. It ignores an empty text, so a blank replaces
		// the copy.
		_ = b.run(ctx, " ", "tmux", "load-buffer", "-b", tmuxBuffer, "-w", "-")
		return done, wrapError("clear: tmux",
			b.run(ctx, "", "tmux", "delete-buffer", "-b", tmuxBuffer))
	case b.copiedVia == ViaTmux:
		var err error
		done.Around = true
		done.Outcome, err = b.clearTmux(ctx)
		return done, wrapError("clear: tmux", err)
	}
	if b.copiedVia == ViaCommand {
		done.Via = filepath.Base(b.command[0])
	}
	switch {
	case !b.blind:
		done.Outcome = CannotTell
	case b.copiedVia == ViaCommand:
		return done, wrapError("clear: "+done.Via, b.run(ctx, "", b.command...))
	default:
		done.Terminal = secret.New(b.wrapForScreen(ansi.ResetSystemClipboard))
	}
	return done, nil
}

// trimmed removes line breaks at the end, which some clipboards add or remove.
func trimmed(text string) secret.Text { return secret.New(strings.TrimRight(text, "\r\n")) }

// clearTmux removes the buffer of tmux if it still holds the copy.
func (b *Clipboard) clearTmux(ctx context.Context) (Outcome, error) {
	now, err := b.output(ctx, len(b.copiedText.Reveal())+1, "tmux", "save-buffer", "-b", tmuxBuffer,
		"-")
	if err != nil {
		names, listed := b.output(ctx, 1<<20, "tmux", "list-buffers", "-F", "#{buffer_name}")
		if listed == nil && !slices.Contains(strings.Split(names.Reveal(), "\n"), tmuxBuffer) {
			return WasReplaced, nil // the buffer was removed
		}
		return CannotTell, err
	}
	if !now.Equal(b.copiedText) {
		return WasReplaced, nil
	}
	return WasOurs, b.run(ctx, "", "tmux", "delete-buffer", "-b", tmuxBuffer)
}

// MayHold returns a warning if a clipboard may still hold a copy when the console ends, and ""
// otherwise.
func (b *Clipboard) MayHold() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.uncleared == "" {
		return ""
	}
	return "cannot tell, not cleared: the copied token may still be in the clipboard (" +
		b.uncleared + ")"
}

// ClearNow clears the clipboard of a process that is about to end. It writes a control sequence to
// terminal if one is needed.
func (b *Clipboard) ClearNow(terminal io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*clipboardPatience)
	defer cancel()
	if done, _ := b.Clear(ctx, 0); !done.Terminal.IsZero() {
		_, _ = io.WriteString(terminal, done.Terminal.Reveal())
	}
}

// Forget makes Clear ignore the last copy, because its control sequence was not sent.
func (b *Clipboard) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.copiedText, b.copiedVia = secret.Text{}, ""
}

func wrapError(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// withTimeout returns an error if f takes too long, because a clipboard program may hang. The
// goroutine of f is abandoned: the library cannot be interrupted.
func withTimeout[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	ctx, cancel := context.WithTimeout(ctx, clipboardPatience)
	defer cancel()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, errors.New("it does not answer")
	}
}
