package cli

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
)

// voice returns the wording of subcommands, which names commands instead of keys.
func voice() describe.Voice {
	return describe.Voice{
		Face: console.FaceCommands(), Wait: console.Left, Span: console.Left,
		AtMost: console.AtMost,
		Clock:  func(t time.Time) string { return utcTime(t) }, Others: text.Line,
	}
}
