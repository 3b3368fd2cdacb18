package tokenapi

import (
	"net/http"
	"time"
)

// Answered is an answer for external tests. Each method processes it like a live answer, from the
// socket on: decoder, mask, record.
type Answered struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time
}

func (r Answered) call(op string) (*call, answer) {
	k := (&Client{now: func() time.Time { return r.At }}).begin(op, http.MethodPost,
		"https://host.example/oauth2/"+op)
	a := answer{status: r.Status, header: r.Header, body: r.Body, host: "host.example",
		path: "/oauth2/" + op, at: r.At}
	if a.large = len(a.body) > bodyLimit; a.large {
		a.body = a.body[:bodyLimit]
	}
	k.answer, k.x.Status, k.x.Size = &a, a.status, int64(len(a.body))
	return k, a
}

// Token is the answer to a grant.
func (r Answered) Token(grant string) (TokenAnswer, Exchange, error) {
	k, a := r.call(grant)
	t, e := decodeToken(grant, a)
	if e == nil {
		t.masked(&k.mask)
	}
	x, err := k.end(e)
	return t, x, err
}

// Revoke is the answer to a revocation.
func (r Answered) Revoke() (RevokeAnswer, Exchange, error) {
	k, a := r.call(opRevoke)
	ans, e := decodeRevoke(a)
	x, err := k.end(e)
	return ans, x, err
}

// Introspect is the answer to an introspection request.
func (r Answered) Introspect() (IntrospectAnswer, Exchange, error) {
	k, a := r.call(opIntrospect)
	ans, e := decodeIntrospect(a)
	if e == nil {
		ans.masked(&k.mask)
	}
	x, err := k.end(e)
	return ans, x, err
}

// Device is the answer to a device authorization.
func (r Answered) Device() (DeviceAnswer, Exchange, error) {
	k, a := r.call(opDevice)
	ans, e := decodeDevice(a)
	x, err := k.end(e)
	return ans, x, err
}

// Fault is the text of a gateway.
type Fault struct {
	Code                             int
	Message, Description, NextAccess string
	Advice                           FaultAdvice
	Wait                             time.Duration
}

// Fault is the refusal of a gateway.
func (r Answered) Fault() Fault {
	f := parseFault(r.Body)
	wait := retryAfter(r.Header, r.At)
	if wait == 0 {
		wait = f.wait(r.Header, r.At)
	}
	return Fault{f.code, f.message, f.description, f.next, f.advise(r.Status, r.Header), wait}
}

// Facts are the input of a verdict. token is the token that was sent.
func (r Answered) Facts(token string) ProbeFacts {
	return probeFacts(r.Status, r.Header, r.Body, token)
}

// ProbeWords is probeWords.
func (r Answered) ProbeWords() (faultCode int, message string) {
	return probeWords(r.Status, r.Header, r.Body)
}

// Verdicts is the number of rows in the table of verdicts.
func Verdicts() int { return len(verdicts) }

// NextAccess is nextAccess.
func NextAccess(s string) (time.Time, bool) { return nextAccess(s) }
