package secret

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark is the byte order mark of UTF-8. Editors and PowerShell write it before a text.
const mark = "\ufeff"

// The errors of Read. They do not quote the text.
var (
	ErrEmpty = errors.New("is empty")
	ErrUTF16 = errors.New(
		"is UTF-16 text, as PowerShell 5.1 writes with >; write it as UTF-8 (Set-Content " +
			"-Encoding utf8)")
)

// ControlCharError is the error of Read for a control character. It names the character and its
// position, and does not quote the text.
type ControlCharError struct {
	Name      string // with its article, such as "a TAB"
	Line      int    // from 1; 0 if the text may have only one line
	Character int    // from 1, in its line
	Break     bool   // it is a line feed or a carriage return
}

// Error returns a text that follows the name of the secret in a message.
func (o *ControlCharError) Error() string {
	if o.Line > 0 {
		return fmt.Sprintf("holds %s at character %d of line %d", o.Name, o.Character, o.Line)
	}
	return fmt.Sprintf("holds %s at character %d", o.Name, o.Character)
}

// Read returns the secret in a text from a file, a variable, a program, the keyboard or the
// clipboard. It removes a byte order mark at the start and line ends at the end. It keeps
// everything else, also spaces and bytes that are not UTF-8. The error is ErrEmpty, ErrUTF16, or a
// *ControlCharError for a control character.
func Read(raw string) (Text, error) { return wrap(bare(raw, "")) }

// ReadLines is Read for a secret that may have several lines, such as a key in PEM. It accepts line
// ends and TAB.
func ReadLines(raw string) (Text, error) { return wrap(bare(raw, "\t\r\n")) }

// Bare is Read for a secret that is still being typed. It returns a string.
func Bare(raw string) (string, error) { return bare(raw, "") }

func wrap(s string, err error) (Text, error) { return New(s), err }

func bare(raw, allowed string) (string, error) {
	if strings.HasPrefix(raw, "\xff\xfe") || strings.HasPrefix(raw, "\xfe\xff") {
		return "", ErrUTF16
	}
	s := strings.TrimRight(strings.TrimPrefix(raw, mark), "\r\n")
	if s == "" {
		return "", ErrEmpty
	}
	if odd := findControlChar(s, allowed); odd != nil {
		return "", odd
	}
	return s, nil
}

// CheckLines returns a *ControlCharError for the first control character of a text, other than TAB
// and line ends, or nil.
func CheckLines(text string) error {
	if odd := findControlChar(text, "\t\r\n"); odd != nil {
		return odd
	}
	return nil
}

func findControlChar(s, allowed string) *ControlCharError {
	at := strings.IndexFunc(s,
		func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) })
	if at < 0 {
		return nil
	}
	r, _ := utf8.DecodeRuneInString(s[at:])
	odd := &ControlCharError{Name: nameOf(r), Break: r == '\n' || r == '\r'}
	before := s[:at]
	if strings.Contains(allowed, "\n") {
		odd.Line = strings.Count(before, "\n") + 1
		before = before[strings.LastIndexByte(before, '\n')+1:]
	}
	odd.Character = utf8.RuneCountInString(before) + 1
	return odd
}

func nameOf(r rune) string {
	switch r {
	case 0:
		return "a NUL"
	case '\t':
		return "a TAB"
	case '\n':
		return "a line feed"
	case '\r':
		return "a carriage return"
	case '\b':
		return "a backspace"
	case '\f':
		return "a form feed"
	case 0x1b:
		return "an ESC"
	case 0x7f:
		return "a DEL"
	}
	return fmt.Sprintf("the control character U+%04X", r)
}
