package session

import "errors"

// Stop is how job control (ctrl+z, SIGTSTP) stops a console. A stopped process cannot clear the clipboard
// when that is due, so it is cleared before. A nil Stop is a system without job control.
type Stop struct {
	Asked    <-chan struct{} // a SIGTSTP came and was held back
	Possible func() bool     // whether anything could continue the process
	Allow    func()          // lets the next SIGTSTP stop the process
	Hold     func()          // holds SIGTSTP back again
	Now      func()          // stops the process, and returns when it was continued
}

// ErrInterrupted is returned by a face that a signal ended.
var ErrInterrupted = errors.New("interrupted")
