package console

import (
	"regexp"
	"strings"
)

// Act is something that a person can do, as hints name it. Each face has a name for it: a key, a
// word or a command. The values are the names of actions in the configuration's [keys].
type Act string

// The acts.
const (
	ActGet          Act = "get"
	ActRenew        Act = "renew"
	ActRevoke       Act = "revoke"
	ActUndo         Act = "undo"
	ActProbe        Act = "probe"
	ActProbeOn      Act = "probe_until_dead"
	ActUnlock       Act = "unlock"
	ActDismiss      Act = "dismiss_lost_answer"
	ActEdit         Act = "edit_application"
	ActWatchGateway Act = "selected"
)

// Face holds the names that one face has for acts.
type Face struct {
	// Name returns what to press, type or run for an act, to be followed by a verb: "u", "undo",
	// "lanyard probe 3f9ca71e". of is the token or mark that the act is for, or "".
	Name func(a Act, of string) string

	Edits  string // how to edit an application of the store: "e edits", before its name
	Stores string // the command that stores its secret; "" if Edits does that
}

// FaceCommands returns the face of the command line.
func FaceCommands() Face {
	return Face{
		Edits: "in the console, edit application changes", Stores: "lanyard apps set-secret",
		Name: func(a Act, of string) string {
			switch a {
			case ActUndo:
				return "undo in the console"
			case ActUnlock:
				return "unlock in the console"
			case ActProbeOn:
				return strings.TrimSpace("lanyard probe --until-dead " + of)
			case ActDismiss:
				return strings.TrimSpace("lanyard forget " + of)
			case ActEdit:
				return "edit application in the console"
			case ActWatchGateway:
				return "lanyard revocations"
			}
			return strings.TrimSpace("lanyard " + string(a) + " " + of)
		},
	}
}

// FaceLines returns the face of the console in lines. It leaves out which token an act is for,
// because a token has a number there that only the caller knows.
func FaceLines() Face {
	return Face{
		Edits: "on the screen (lanyard without --plain), edit application changes",
		Name: func(a Act, of string) string {
			switch a {
			case ActDismiss:
				return strings.TrimSpace("forget " + of)
			case ActWatchGateway:
				return "gateway"
			case ActEdit:
				return "edit application on the screen"
			}
			return string(a)
		},
	}
}

// Says writes a hint with the names of this face: "{undo} takes it back" becomes "u takes it back".
// Braces hold an act and, after a blank, what it is for.
func (f Face) Says(text string) string {
	if f.Name == nil || !strings.Contains(text, "{") {
		return text
	}
	return acts.ReplaceAllStringFunc(text, func(named string) string {
		act, of, _ := strings.Cut(named[1:len(named)-1], " ")
		return f.Name(Act(act), of)
	})
}

// acts matches the acts that a text names. Other braces, such as the JSON of a server, do not
// match.
var acts = regexp.MustCompile(`\{(?:get|renew|revoke|undo|probe|probe_until_dead|unlock|` +
	`dismiss_lost_answer|edit_application|selected)(?: [A-Za-z0-9_]+)?\}`)

// do returns an act in braces, for Face.Says.
func do(a Act, of string) string { return strings.TrimSuffix("{"+string(a)+" "+of, " ") + "}" }
