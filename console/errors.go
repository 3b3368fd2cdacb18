package console

import "errors"

// Error is a refusal of the console itself: it says what was refused and, as Hint, what to do instead.
// Failures of the wire are *tokenapi.Error, wrapped.
type Error struct {
	Code string // "read_only", "in_flight", "no_token", "no_application", "already_revoked", …: stable, for --json
	Text string
	Hint string
}

func (e *Error) Error() string { return e.Text }

// AsError finds the *Error in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
