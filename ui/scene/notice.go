package scene

import (
	"time"

	"lanyard/themes"
)

// Severity orders notices by how much they matter.
type Severity int

// The severities.
const (
	Info Severity = iota
	Good
	Warn
	Bad
)

// Notice is a message to the person. It fades from the screen and stays in the log.
type Notice struct {
	At       time.Time
	Severity Severity
	Text     string
	Hint     string
	Exchange int64 // number of the call that it tells of; 0: of none
}

// Look returns the sign and the colour of a notice.
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
