package tokenapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// Kind sorts failures by what a person can do about them.
type Kind string

// The kinds of failure.
const (
	KindUsage    Kind = "usage"    // the request could not be built: a missing URL, an unsupported grant
	KindRefused  Kind = "refused"  // the server answered and said no
	KindGarbled  Kind = "garbled"  // the server answered something that is no Token API answer
	KindNetwork  Kind = "network"  // no answer: DNS, connection, reset
	KindTLS      Kind = "tls"      // the server's certificate or the handshake was refused
	KindTimeout  Kind = "timeout"  // no answer within the deadline
	KindCanceled Kind = "canceled" // the caller gave up
)

// Error is every failure of this package. Its text names the operation and the cause, never a body, a
// query or a secret. Hint is the next thing to try, on a line of its own.
type Error struct {
	Op          string // as Exchange.Op
	Kind        Kind
	Status      int    // HTTP status, 0 without an answer
	Code        string // OAuth error code (RFC 6749 section 5.2), "" when none
	Description string // the server's error_description, control characters removed
	FaultCode   int    // gateway fault code (900901 …), 0 when none
	Hint        string
	Action      Action        // the next step, in one word; "" when there is none to name
	Interval    time.Duration // device grant: the server wants at least this between two polls; 0 when it did not say
	RetryAfter  time.Duration
	Page        bool        // the answer was a web page
	Title       string      // of that page, cleaned; "" when it has none
	URI         string      // the server's error_uri, cleaned: a text, which nobody has checked
	Nonce       secret.Text // DPoP-Nonce (RFC 9449 section 8), zero when the answer had none
	// Sent says that the request may have reached the server: after a failure with Sent and without an
	// answer nobody knows whether the server acted.
	Sent bool
	Err  error // the cause, already free of secrets

	guessed bool // something in its texts was masked by its looks alone
}

// Stored gives the error as it may be kept in a store or a log: without the server's words where something in
// them was masked by its looks alone, so that nobody knows whether that was all of it.
func (e *Error) Stored() *Error {
	if !e.guessed {
		return e
	}
	d := *e
	d.Description, d.Title, d.URI, d.Hint = mayHold, "", "", ""
	if !slices.Contains(errorNames(), d.Code) {
		d.Code = ""
	}
	if d.Err != nil {
		d.Err = errors.New(mayHold)
		d.Description = ""
	}
	return &d
}

// Answered says whether an HTTP answer was read, whatever it said.
func (e *Error) Answered() bool { return e.Status != 0 }

// DropsRefresh says whether the refresh token that was sent is of no more use. Only invalid_grant on a refresh
// says so (RFC 6749 section 5.2): a server in trouble, a lost answer, a scope that was refused, a gateway's
// fault and every error with another name leave the token as good as it was.
func (e *Error) DropsRefresh() bool {
	return e.Kind == KindRefused && e.Op == GrantRefreshToken && e.Code == "invalid_grant" && e.Status < 500
}

// Error gives one line: operation, what happened, the server's words.
func (e *Error) Error() string {
	parts := []string{e.Op}
	if what := e.Kind.words(); what != "" {
		if e.Status != 0 {
			what += fmt.Sprintf(" (%d)", e.Status)
		}
		parts = append(parts, what)
	}
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	if e.Description != "" {
		parts = append(parts, e.Description)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// words says what happened; a usage error says it all in its cause.
func (k Kind) words() string {
	switch k {
	case KindRefused:
		return "refused"
	case KindGarbled:
		return "not an answer of a Token API"
	case KindNetwork:
		return "no connection"
	case KindTLS:
		return "TLS refused"
	case KindTimeout:
		return "no answer in time"
	case KindCanceled:
		return "cancelled"
	}
	return ""
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError finds the *Error in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
