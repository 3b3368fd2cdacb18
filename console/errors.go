package console

import (
	"errors"

	"lanyard/tokenapi"
)

// Error is a refusal by the console itself. Hint names what to do instead. Failures of the wire are
// *tokenapi.Error, wrapped.
type Error struct {
	Code Code
	Text string
	Hint string
}

func (e *Error) Error() string { return e.Text }

// AsError returns the [*Error] in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// CodeOf returns the code of the [*Error] in err's chain, "" if there is none.
func CodeOf(err error) Code {
	if e, ok := AsError(err); ok {
		return e.Code
	}
	return ""
}

// Hint returns the next thing to try after err, or "". [Remedy] writes it for a face.
func Hint(err error) string {
	if e, ok := AsError(err); ok && e.Hint != "" {
		return e.Hint
	}
	if e, ok := tokenapi.AsError(err); ok {
		return e.Hint
	}
	return ""
}
