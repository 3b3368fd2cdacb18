package scene

import (
	"strings"
	"time"

	"lanyard/themes"
)

// Severity is the importance of a notice.
type Severity int

// The severities.
const (
	Info Severity = iota
	Good
	Warn
	Bad
)

// Notice is a message to the person. The screen shows it for some seconds, or the end of a token
// until a key is pressed, and the message log keeps it.
type Notice struct {
	At       time.Time
	Severity Severity
	Text     string
	Hint     string // what the person can do next, or ""
	Brief    string // shorter forms of Text, one a line, the longest first; "" for none
	Exchange int64  // number of the call that it reports; 0 for none
}

// Briefly returns the shorter forms of the text.
func (n Notice) Briefly() []string {
	if n.Brief == "" {
		return nil
	}
	return strings.Split(n.Brief, "\n")
}

// Look returns the sign and the colour of a notice's severity.
func (n Notice) Look(st *themes.Styles) (sign string, paint themes.Paint) {
	switch n.Severity {
	case Good:
		return "✓", st.Good
	case Warn:
		return "!", st.Warn
	case Bad:
		return "✕", st.Danger
	}
	return "·", st.Accent
}
