// Package describe writes sentences about a token for a person. Its subjects are the state, the
// progress of a revoke, and the results of probes.
//
// Each function is pure. It describes a record and its status at an instant (console.Status). A
// [Voice] holds what differs between the faces, such as the names of keys and the format of a
// length of time. Some functions return shorter forms of a sentence, the longest first. The screen
// takes the first that fits a row.
//
// Decisions, such as console.StatusAt and console.ProbeLoop.Next, are in package console. Colours,
// columns and widths are in package ui.
package describe

import (
	"time"

	"lanyard/console"
)

// Voice holds the names and formats of one face.
type Voice struct {
	Face   console.Face
	Wait   func(time.Duration) string // writes a short wait: "3 s", "3 seconds"
	Span   func(time.Duration) string // writes any length of time: "58:12", "58 minutes 12 seconds"
	AtMost func(time.Duration) string // writes an upper bound; it may round up and never down
	Clock  func(time.Time) string     // writes a bound as BoundTime does
	Others func(string) string        // shows a text that comes from elsewhere, such as a server
}

// does names an act and its effect: "u takes it back".
func (v Voice) does(a console.Act, brings string) string {
	return v.Face.Name(a, "") + " " + brings
}

// NotSeen is the text for a token that no probe has seen at the gateway.
const NotSeen = "not seen at the gateway by us"
