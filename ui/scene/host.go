package scene

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/session"
)

// Host is the part of the screen that overlays and intents act on. Package ui implements it.
type Host interface {
	// Scene returns the scene of this moment.
	Scene() *Scene
	// Request hands a request to the session, and shows the facts that it reports at once.
	Request(r session.Request) tea.Cmd
	// Act performs an action as its key does, or shows why it cannot run.
	Act(a keys.Action) tea.Cmd
	// Open opens an overlay on top of all others.
	Open(o Overlay)
	// Close closes an overlay. With nil it closes the one on top.
	Close(o Overlay)
	// IsOpen reports whether an overlay is open.
	IsOpen(o Overlay) bool
	// ActOn is Act on an application, which need not be selected.
	ActOn(app string, a keys.Action) tea.Cmd
	// OpenToken closes all overlays and opens the full view of a token.
	OpenToken(id string) tea.Cmd
	// Notify shows a notice and adds it to the message log.
	Notify(sev Severity, text, hint string)
	// Log adds a notice to the message log without showing it.
	Log(sev Severity, text, hint string)
	// Restyle draws with the theme that the list of themes previews, or with the one in force.
	Restyle()
	// KeepTheme puts a theme in force, and stores the choice if it can be stored.
	KeepTheme(t themes.Theme) tea.Cmd
	// NotifyError shows what failed, why, and what to do next. op is the verb, such as "renew".
	NotifyError(op string, err error)
}

// Overlay is a box over the panes. It gets all keys until it is closed. A key opens an overlay,
// never an answer that arrives while a person types.
type Overlay interface {
	// Press answers a key. key is its name, and a is the action bound to it or keys.None. A nil
	// Intent means that the key does nothing here.
	Press(s *Scene, a keys.Action, key string) Intent
	// Size returns the preferred width and height of the inside, in cells, at most w by h.
	Size(s *Scene, w, h int) (int, int)
	// Box draws the inside: at most h lines of w cells each.
	Box(s *Scene, w, h int) []string
	// Title returns the text in the top border.
	Title(s *Scene) string
	// Hints returns the keys that work now, for the footer: the most important one first, and last
	// the one that closes the overlay. They are asked for after Box.
	Hints(s *Scene) []Hint
	// Danger reports whether the border has the colour of a warning.
	Danger() bool
}

// About is an overlay about a row of Tokens. It stands beside that row.
type About interface {
	// About returns the ID of the row.
	About() string
}

// Question is an overlay that asks before a request. Only its own keys make the request; esc means
// no. The screen ignores a key that was typed before the question was drawn.
type Question interface {
	Overlay
	Answers(s *Scene) string // the keys that answer it, with their effects
}

// Typist is an overlay with a text field. It gets keys before the keymap does.
type Typist interface {
	Overlay
	// Typed takes a key.
	Typed(msg tea.KeyPressMsg) Intent
	// Pasted takes a bracketed paste. It reports whether the overlay took it.
	Pasted(text string) (taken bool)
}

// ShortTitled is an overlay with another title for a box that is too narrow for its Title.
type ShortTitled interface {
	ShortTitle(s *Scene) string
}

// Partial is an overlay or a pane that draws a part of its rows if they do not all fit. Its border
// says how many more there are.
type Partial interface {
	// Hidden returns the numbers of rows above and below those that were drawn last.
	Hidden() (above, below int)
}

// HiddenRows writes the numbers of rows that are not shown: "↓ 5 more", or "" if all are shown.
func HiddenRows(above, below int) string {
	switch {
	case above > 0 && below > 0:
		return fmt.Sprintf("↑ %d  ↓ %d more", above, below)
	case above > 0:
		return fmt.Sprintf("↑ %d more", above)
	case below > 0:
		return fmt.Sprintf("↓ %d more", below)
	}
	return ""
}

// Pointed is an overlay with a cursor, which a click moves.
type Pointed interface {
	// Point moves the cursor to a line, counted from 0 inside the border.
	Point(line int)
}

// Listener is an overlay that makes requests of its own. It gets the facts that result from them.
type Listener interface {
	// Told receives a fact.
	Told(h Host, f session.Fact) tea.Cmd
}

// IsNo reports whether a key answers a question with no.
func IsNo(a keys.Action, key string) bool { return a == keys.Close || key == "esc" }
