package tokenapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi/secret"
)

// Kind classifies failures by what a person can do about them.
type Kind string

// The kinds of failure.
const (
	KindUsage    Kind = "usage"    // the request is incomplete or invalid
	KindRefused  Kind = "refused"  // the server answered and refused
	KindGarbled  Kind = "garbled"  // the answer is not one of this protocol
	KindNetwork  Kind = "network"  // no answer: DNS, connection, reset
	KindTLS      Kind = "tls"      // the certificate or the handshake was refused
	KindTimeout  Kind = "timeout"  // no answer within the deadline
	KindCanceled Kind = "canceled" // the caller gave up
)

// Error is the error type of this package. Its text names the operation and the cause, never a
// body, a query or a secret. Hint is a suggestion for a person, to be shown on a line of its own.
type Error struct {
	Op          string // like Exchange.Op
	Kind        Kind
	Status      int    // HTTP status, 0 without an answer
	Code        string // OAuth error code (RFC 6749 section 5.2), or ""
	Description string // the server's error_description, control characters removed
	FaultCode   int    // gateway fault code (900901 …), or 0
	Hint        string
	Action      Action        // the next step for a program, or ""
	Interval    time.Duration // device grant: shortest pause between polls; 0: not named
	RetryAfter  time.Duration // 0..30 days; 0: not named
	Page        bool          // the answer was a web page
	Title       string        // title of the page, cleaned, or ""
	URI         string        // error_uri, cleaned but not checked: show it, do not open it
	Nonce       secret.Text   // DPoP-Nonce (RFC 9449 section 8), or zero
	// Sent reports that the request may have reached the server. After a failure with Sent and
	// without an answer, it is unknown whether the server acted.
	Sent bool
	Err  error // the cause, without secrets

	guessed bool // a part of its texts was masked only because it looks like a secret
}

// Stored returns the error in the form that a store or a log may keep. If a part of the server's
// text was masked only because it looks like a secret, the copy omits that text: other parts may be
// secrets too.
func (e *Error) Stored() *Error {
	if !e.guessed {
		return e
	}
	d := *e
	d.Description, d.Title, d.URI, d.Hint = textWithheld, "", "", ""
	if !slices.Contains(errorNames(), d.Code) {
		d.Code = ""
	}
	if d.Err != nil {
		d.Err = errors.New(textWithheld)
		d.Description = ""
	}
	return &d
}

// Answered reports whether an HTTP answer was read, with any status.
func (e *Error) Answered() bool { return e.Status != 0 }

// DropsRefresh reports whether the refresh token that was sent is no longer valid. Only
// invalid_grant on a refresh means that (RFC 6749 section 5.2). After any other failure the token
// may still be valid.
func (e *Error) DropsRefresh() bool {
	return e.Kind == KindRefused && e.Op == GrantRefreshToken && e.Code == "invalid_grant" &&
		e.Status < 500
}

// Error returns one line: the operation, the kind of failure, the server's text.
func (e *Error) Error() string {
	parts := []string{e.Op}
	what := e.Kind.words()
	if what != "" && e.Status != 0 {
		what += fmt.Sprintf(" (%d)", e.Status)
	}
	if what != "" && e.Code != "" {
		what += ", "
	}
	if what += e.Code; what != "" {
		parts = append(parts, what)
	}
	if e.Description != "" {
		parts = append(parts, e.Description)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// words names the kind of failure. KindUsage has no words: its cause is the whole message.
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

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns the *Error in err's chain, if there is one.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
