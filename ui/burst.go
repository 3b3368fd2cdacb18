package ui

import (
	"bytes"
	"time"
	"unicode/utf8"
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	// in characters: a fast typist on a slow line sends fewer at once, and a fingerprint has 8
	leastBurst = 8
	mostHeld   = 64 // repetitions of one character: a key held for two seconds
)

// plainText reports whether a chunk of input holds text, enter and tab alone: no other key and no
// sequence.
func plainText(chunk []byte) bool {
	for _, c := range chunk {
		if (c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return len(chunk) > 0
}

// isBurst reports whether a text was pasted. A terminal without bracketed paste sends a paste as if
// it were typed, but a person does not type least characters between two reads. A key that is held
// on a slow line repeats one character.
func isBurst(text []byte, least int) bool {
	first, _ := utf8.DecodeRune(text)
	n := utf8.RuneCount(text)
	return n >= least && n > 0 &&
		(least == 1 || n > mostHeld || len(bytes.Trim(text, string(first))) > 0)
}

// pasteEcho is the time after a paste within which its last line break, or the rest of a read, may
// still arrive. A terminal sends the line break as enter.
const pasteEcho = 50 * time.Millisecond
