package ui

import (
	"bytes"
	"io"
	"time"
	"unicode/utf8"
)

// terminal is what Bubble Tea wants of a terminal to put it into raw mode, and of a file to be woken up by it.
type terminal interface {
	io.ReadWriteCloser
	Fd() uintptr
	Name() string
}

// burst is a terminal whose unmarked pastes are marked. A terminal without bracketed paste sends what is pasted as if it
// were typed, and each of its letters would be a key; but nobody types this much between two reads.
type burst struct {
	terminal
	cut bool // the last read was full, so the next one may be more of the same paste
}

// marking is the input with its bursts marked, where it is a terminal.
func marking(in io.Reader) io.Reader {
	if t, ok := in.(terminal); ok {
		return &burst{terminal: t}
	}
	return in
}

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	leastBurst = 8 // characters: fewer may be fast fingers on a slow line, or a script; a fingerprint has as many
)

// Read reads less than there is room for, so that the marks fit in as well: whoever waits for the terminal to become
// readable would not come back for a rest that is kept here.
func (b *burst) Read(p []byte) (int, error) {
	room := len(p) / grows
	if room < 64 {
		return b.terminal.Read(p)
	}
	chunk := make([]byte, room)
	n, err := b.terminal.Read(chunk)
	chunk = chunk[:n]
	if !plainText(chunk) {
		b.cut = false
		return copy(p, chunk), err
	}
	out := p[:0]
	least := leastBurst
	if b.cut {
		least = 1
	}
	b.cut = false
	for len(chunk) > 0 {
		text := chunk
		if i := bytes.IndexByte(chunk, '\t'); i >= 0 { // from field to field: a script fills in a form
			text = chunk[:i]
		}
		rest := chunk[len(text):]
		text = bytes.TrimRight(text, "\r\n") // enter, behind it
		enters := chunk[len(text) : len(chunk)-len(rest)]
		if isBurst(text, least) {
			out = append(append(append(out, pasteStart...), text...), pasteEnd...)
			b.cut = n == room && len(rest) == 0
		} else {
			out = append(out, text...)
		}
		out, least = append(out, enters...), leastBurst
		if chunk = rest; len(rest) > 0 {
			out, chunk = append(out, rest[0]), rest[1:]
		}
	}
	return len(out), err
}

// grows is at least how many times as long a chunk of input can become by its marks: eight characters and a tab, again and again.
const grows = 4

// plainText says whether a chunk of input is text alone: no key but enter and tab, no sequence.
func plainText(chunk []byte) bool {
	for _, c := range chunk {
		if (c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return len(chunk) > 0
}

// isBurst says whether text was pasted: at least so many characters. A key that is held on a slow line is one character
// many times.
func isBurst(text []byte, least int) bool {
	first, _ := utf8.DecodeRune(text)
	return utf8.RuneCount(text) >= least && (least == 1 || len(bytes.Trim(text, string(first))) > 0)
}

// pasteEcho is how long after a paste what comes in may still be the end of it: its last line break, which a terminal
// sends as enter, or the rest of a read.
const pasteEcho = 50 * time.Millisecond
