package form

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"lanyard/tokenapi/secret"
)

// Hidden holds a secret while it is typed. It prints as a mask under every verb of fmt. The two
// pointers keep fmt, which reads the fields of other types by reflection, from the characters.
type Hidden struct{ p **[]rune }

// MaxSecret is the maximum length of a typed secret, in characters.
const MaxSecret = 1024

// Format implements fmt.Formatter: it prints a mask.
func (h Hidden) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secret.Mask) }

func (h *Hidden) runes() []rune {
	if h.p == nil {
		return nil
	}
	return **h.p
}

func (h *Hidden) set(r []rune) {
	if h.p == nil {
		room := &r
		h.p = &room
	}
	**h.p = r
}

// Len returns the number of characters.
func (h *Hidden) Len() int { return len(h.runes()) }

// Add appends a text. It reports whether there was room, and adds nothing if there was not.
func (h *Hidden) Add(text string) bool {
	if h.p == nil {
		h.set(make([]rune, 0, MaxSecret)) // at once, because growing would leave copies in memory
	}
	if h.Len()+utf8.RuneCountInString(text) > MaxSecret {
		return false
	}
	h.set(append(h.runes(), []rune(text)...))
	return true
}

// Paste appends one line that was pasted, or returns why not.
func (h *Hidden) Paste(text string) (why string) {
	bare, err := secret.Bare(text)
	odd, _ := errors.AsType[*secret.ControlCharError](err)
	switch {
	case odd != nil && odd.Break:
		return severalLines
	case err != nil:
		return "what was pasted " + err.Error()
	case !utf8.ValidString(bare):
		return "what was pasted is not UTF-8 text, and nothing of it was taken"
	case !h.Add(bare):
		return "that is too long"
	}
	return ""
}

// Back removes the last character.
func (h *Hidden) Back() {
	if n := h.Len(); n > 0 {
		h.runes()[n-1] = 0
		h.set(h.runes()[:n-1])
	}
}

// Wipe overwrites the characters in memory.
func (h *Hidden) Wipe() {
	r := h.runes()
	clear(r[:cap(r)])
	h.p = nil
}

// Take returns the secret and wipes it here.
func (h *Hidden) Take() secret.Text {
	t := secret.New(string(h.runes()))
	h.Wipe()
	return t
}
