package portal

import (
	"errors"
	"fmt"
	"strconv"

	"lanyard/tokenapi"
)

// reason returns the portal's text about a failure: {"code", "message", "description", "moreInfo",
// "error"}. code is a number and error a list of {"code", "message"}. ok is false if the body has
// another form.
func reason(body []byte, status int) (words string, code int, ok bool) {
	o, _ := readObject(body)
	if _, oauth := o["error"].(string); oauth || o["list"] != nil {
		return "", 0, false
	}
	code = o.number("code")
	say := func(s string) {
		switch {
		case s == "" || s == words:
		case words == "":
			words = s
		default:
			words += ": " + s
		}
	}
	say(o.name("message"))
	say(o.name("description"))
	for _, e := range o.objects("error") {
		say(e.name("message"))
	}
	if words == "" {
		return "", code, false
	}
	_, detailed := o["moreInfo"]
	_, listed := o["error"].([]any)
	if code == 0 || code == status && status < 300 {
		return words, code, status >= 300
	}
	if code > 599 {
		words += " (code " + strconv.Itoa(code) + ")"
	}
	return words, code, status >= 300 || detailed || listed || code >= 400
}

// refusal returns the error of a reply that refuses, or nil. Its text is the portal's, if there is
// one.
func refusal(op string, r tokenapi.Reply) *tokenapi.Error {
	e := r.Refusal(op)
	words, code, ok := reason(r.Body, r.Status)
	if ok && (e == nil || e.Kind == tokenapi.KindRefused) {
		if e == nil {
			e = &tokenapi.Error{Op: op, Kind: tokenapi.KindRefused, Status: r.Status, Sent: true}
		}
		e.Code, e.FaultCode, e.Description, e.Err = "", 0, r.Words(words), nil
	}
	if e == nil || e.Kind != tokenapi.KindRefused {
		return e
	}
	status := r.Status
	if ok && status < 300 {
		status = code // an error inside a 2xx has its status in the code
	}
	e.Hint = hint(op, status, e.Hint)
	return e
}

// hint returns the next step. The hints of tokenapi are about consumer keys, and few of them apply
// here.
func hint(op string, status int, other string) string {
	switch {
	case status == 401 && op == opRegister:
		return "check user name and password"
	case status == 401:
		return "the portal does not take its own token: sign in again"
	case status == 403 && op == opRegister:
		return "the user may not register a client: it needs a role that may sign in to the " +
			"developer portal (Internal/subscriber)"
	case status == 403:
		return "the user lacks a role or scope for this (Internal/subscriber, apim:subscribe)"
	case status == 404 && op == opRegister:
		return "is this the control plane (port 9443), or is another version of " +
			"client-registration offered?"
	case status == 404:
		return "is it still there? the portal shows only what the user may see"
	case status == 409 && op == opGenerate:
		return "the application has keys of this type already: use those"
	case status == 409:
		return "it was changed meanwhile: look again"
	case status == 429 || status == 503:
		return "try again later"
	case status >= 300 && status < 400:
		return other
	}
	return ""
}

// usage returns the error of a call that was not sent.
func usage(op, cause, hint string) *tokenapi.Error {
	return &tokenapi.Error{Op: op, Kind: tokenapi.KindUsage, Err: errors.New(cause), Hint: hint}
}

// undecoded returns the error of a body that cannot be decoded, for callers without the reply.
func undecoded(op string, body []byte, missing string) *tokenapi.Error {
	r := tokenapi.Reply{Status: 200, Body: body}
	if e := refusal(op, r); e != nil {
		e.Status = 0
		return e
	}
	e := r.Unreadable(op, missing)
	e.Status = 0
	return e
}

// missing returns the cause of an answer without a required member.
func missing(member string) string { return fmt.Sprintf("the answer holds no %s", member) }
