// Package describe tells a person, in sentences, what the domain knows of a token: its state, how
// far its revoke is, what a probe showed, why a gateway is held to refuse it.
//
// Each function is pure. It tells of a record and of its status at an instant (console.Status). A
// [Voice] holds what differs between the faces, such as what a key is called and how a length of
// time is written. Some functions return shorter forms of a sentence, the longest first. The
// screen takes the first that fits a row.
//
// What decides, such as console.StatusAt and console.ProbeLoop.Next, is in package console.
// Colours, columns and widths are in package ui.
package describe

import (
	"time"

	"lanyard/console"
)

// Voice is how a face words things.
type Voice struct {
	Face   console.Face
	Wait   func(time.Duration) string // writes a short wait: "3 s", "3 seconds"
	Span   func(time.Duration) string // writes any length of time: "58:12", "58 minutes 12 seconds"
	AtMost func(time.Duration) string // writes an upper bound; it may round up and never down
	Clock  func(time.Time) string     // writes a time of day, with its date if that is not today
	Others func(string) string        // shows a text that comes from elsewhere, such as a server
}

// does names an act and its effect: "u takes it back".
func (v Voice) does(a console.Act, brings string) string {
	return v.Face.Name(a, "") + " " + brings
}

// NotSeen tells that no probe has seen a token at the gateway.
const NotSeen = "not seen at the gateway by us"
