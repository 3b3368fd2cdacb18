package session

import "errors"

// Stop controls how job control (ctrl+z, SIGTSTP) stops a console. A stopped process cannot clear
// the clipboard, so the console clears it first. A nil Stop means that the system has no job
// control.
type Stop struct {
	Asked    <-chan struct{} // receives when a SIGTSTP was held back
	Possible func() bool     // reports whether a shell could continue the process
	Allow    func()          // lets the next SIGTSTP stop the process
	Hold     func()          // holds SIGTSTP back again
	Now      func()          // stops the process, and returns when it is continued
}

// ErrInterrupted is returned by a face that was ended by a signal.
var ErrInterrupted = errors.New("interrupted")
