package plain

import (
	"fmt"

	"lanyard/ui/session"
)

// spokenStep returns the text of a step of the tour.
func spokenStep(at int) string {
	words := [session.TourSteps]string{
		"type get A1: it gets a token for application A1",
		"type probe 1: the gateway lets the token through, and remembers that",
		"type revoke 1; until it is sent, undo takes it back",
		"type revoke 1 and wait: the server accepts",
		"accepted is not dead: type probe 1, and the gateway still remembers",
		"gateway tells how long that may last; type probe 1 until the gateway refuses",
		"log tells what happened, and help every command",
	}
	return fmt.Sprintf("tour, %d of %d: %s.", at+1, session.TourSteps, words[at])
}
