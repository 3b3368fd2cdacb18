package ui

import (
	"bytes"
	"time"
	"unicode/utf8"
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	leastBurst = 8  // characters: fewer may be fast fingers on a slow line, or a script; a fingerprint has as many
	mostHeld   = 64 // times one character: two seconds of a key that is held, on a line that stood still
)

// plainText says whether a chunk of input is text alone: no key but enter and tab, no sequence.
func plainText(chunk []byte) bool {
	for _, c := range chunk {
		if (c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return len(chunk) > 0
}

// isBurst says whether text was pasted: at least so many characters, which a terminal without bracketed paste sends as if they
// were typed. Nobody types this much between two reads. A key that is held on a slow line is one character many times.
func isBurst(text []byte, least int) bool {
	first, _ := utf8.DecodeRune(text)
	n := utf8.RuneCount(text)
	return n >= least && n > 0 && (least == 1 || n > mostHeld || len(bytes.Trim(text, string(first))) > 0)
}

// pasteEcho is how long after a paste what comes in may still be the end of it: its last line break, which a terminal
// sends as enter, or the rest of a read.
const pasteEcho = 50 * time.Millisecond
