package form

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"lanyard/tokenapi/secret"
)

// Hidden is what is being typed. It prints as a mask, like the secret.Text that it becomes; inside
// of other values, whose fields fmt reads by reflection, the two pointers keep the characters out
// of its reach under every verb.
type Hidden struct{ p **[]rune }

// MostTyped is how many characters a passphrase may have.
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

// Len is how many characters were typed.
func (h *Hidden) Len() int { return len(h.runes()) }

// Add reports whether there was room.
func (h *Hidden) Add(text string) bool {
	if h.p == nil {
		h.set(make([]rune, 0, MaxSecret)) // at once: growing would leave copies behind
	}
	if h.Len()+utf8.RuneCountInString(text) > MaxSecret {
		return false
	}
	h.set(append(h.runes(), []rune(text)...))
	return true
}

// Paste adds one line that was pasted, or says why not.
func (h *Hidden) Paste(text string) (why string) {
	bare, err := secret.Bare(text)
	odd, _ := errors.AsType[*secret.ControlCharError](err)
	switch {
	case odd != nil && odd.Break:
		return "more than one line was pasted, and nothing of it was taken"
	case err != nil:
		return "what was pasted " + err.Error()
	case !utf8.ValidString(bare):
		return "what was pasted is not UTF-8 text, and nothing of it was taken"
	case !h.Add(bare):
		return "that is too long"
	}
	return ""
}

// Back takes the last character away.
func (h *Hidden) Back() {
	if n := h.Len(); n > 0 {
		h.runes()[n-1] = 0
		h.set(h.runes()[:n-1])
	}
}

// Wipe forgets what was typed.
func (h *Hidden) Wipe() {
	r := h.runes()
	clear(r[:cap(r)])
	h.p = nil
}

// Take gives what was typed and forgets it.
func (h *Hidden) Take() secret.Text {
	t := secret.New(string(h.runes()))
	h.Wipe()
	return t
}
