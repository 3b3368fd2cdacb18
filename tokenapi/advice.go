package tokenapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"lanyard/text"
)

// FaultAdvice is the meaning of a gateway fault, and what to do about it.
type FaultAdvice struct {
	Category        string // "" if the fault is unknown
	NewTokenMayHelp bool   // false: a renewed token would be refused for the same reason
	Retryable       bool   // the same call may succeed later
	Cause           string // cause of the fault, for a person
	Next            string // next step for the person
	Scope           string // 900910: the scope that the API requires, if the answer names it
	// NextAccess is the time at which a throttled caller may call again, by the gateway's clock. It
	// is zero if the answer does not name it.
	NextAccess time.Time
}

// The categories of faults, as programs see them.
const (
	expiredOrInvalid  = "invalid_or_expired_token"
	wrongKeyType      = "wrong_key_type"
	missingToken      = "missing_credentials"
	wrongTokenType    = "wrong_token_type"
	noResource        = "no_matching_resource"
	blocked           = "subscription_blocked"
	notSubscribed     = "not_subscribed"
	inactive          = "subscription_inactive"
	insufficientScope = "insufficient_scope"
	unclassified      = "unclassified_authentication_failure"
	byVersion         = "version_dependent"
	throttled         = "throttled"
	apiBlocked        = "api_blocked"
	upstream          = "gateway_upstream_error"
)

// AdviseFault returns the advice for the code of a WSO2 gateway fault. The HTTP status counts too:
// 900901 means a wrong key type with 403 and an invalid token with 401. For an unknown code the
// advice is empty.
func AdviseFault(code, status int) FaultAdvice {
	switch code {
	case 900900:
		a := FaultAdvice{
			Category: unclassified, Retryable: status == 0 || status >= 500,
			Cause: "the gateway could not check the token: its key manager did not answer, or " +
				"does not know the token's issuer",
			Next: "try again later; if it stays, tell the people who run the gateway",
		}
		if status == http.StatusForbidden || status == http.StatusUnauthorized {
			a.Next = "check that the application is subscribed to the API, then tell the " +
				"people who run the gateway"
		}
		return a
	case 900901:
		if status == http.StatusForbidden {
			return FaultAdvice{
				Category: wrongKeyType,
				Cause: "the token was made with a key of the wrong type: the API has no " +
					"endpoint for production, or none for sandbox",
				Next: "use the application's other consumer key, production or sandbox",
			}
		}
		return FaultAdvice{
			Category: expiredOrInvalid, NewTokenMayHelp: true,
			Cause: "the gateway does not accept the token: it is wrong, has expired or was revoked",
			Next:  "get or renew the token",
		}
	case 900902:
		return FaultAdvice{
			Category: missingToken,
			Cause:    "the call reached the gateway without a token that it can see",
			Next: "send Authorization: Bearer TOKEN; the API may want another " +
				"header, or an API key",
		}
	case 900903:
		return FaultAdvice{
			Category: expiredOrInvalid, NewTokenMayHelp: true,
			Cause: "the token has expired", Next: "renew the token",
		}
	case 900904:
		return FaultAdvice{
			Category: expiredOrInvalid, NewTokenMayHelp: true,
			Cause: "the token is no longer active", Next: "get or renew the token",
		}
	case 900905:
		return FaultAdvice{
			Category: wrongTokenType,
			Cause: "the API wants another kind of token: a user's where this is an " +
				"application's, or the reverse",
			Next: "get a token with another grant; renewing this one changes nothing",
		}
	case 900906:
		return FaultAdvice{
			Category: noResource,
			Cause:    "the API has no such resource, or not with this HTTP method",
			Next:     "check path, version and method of the call",
		}
	case 900907:
		return FaultAdvice{
			Category: blocked, Cause: "the application's subscription to the API is blocked",
			Next: "ask the API's publisher to unblock the subscription; a new " +
				"token changes nothing",
		}
	case 900908:
		return FaultAdvice{
			Category: notSubscribed, Cause: "the application is not subscribed to the API",
			Next: "subscribe the application to this version of the API in the developer portal",
		}
	case 900909:
		return FaultAdvice{
			Category: inactive,
			Cause:    "the application's subscription to the API is not active yet",
			Next:     "wait until the subscription is approved; a new token changes nothing",
		}
	case 900910:
		return FaultAdvice{
			Category: insufficientScope, Cause: "the token lacks a scope that the API wants",
			Next: "get a token with that scope; renewing keeps the scopes it has",
		}
	case 700700:
		return FaultAdvice{
			Category: apiBlocked, Cause: "the API's publisher has blocked the API",
			Next: "ask the API's publisher when it comes back",
		}
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		if code == status {
			return FaultAdvice{
				Category: noResource,
				Cause:    "the gateway knows no such API or resource, or not with this HTTP method",
				Next:     "check path, version and method of the URL",
			}
		}
	}
	switch {
	case code >= 900800 && code <= 900807:
		return FaultAdvice{
			Category: throttled, Retryable: true,
			Cause: "too many calls: the gateway holds this caller back for a while",
			Next:  "wait, then call again",
		}
	case code >= 900911 && code <= 900999:
		return FaultAdvice{
			Category: byVersion,
			Cause: "a security fault whose code has changed its meaning between " +
				"versions of the gateway",
			Next: "go by the gateway's own words, and look the code up for its version",
		}
	case code >= 101000 && code <= 101999 || code >= 303000 && code <= 303999:
		return FaultAdvice{
			Category: upstream, Retryable: true,
			Cause: "the gateway could not reach what lies behind it",
			Next:  "try again later; if it stays, tell the people who run the gateway",
		}
	}
	return FaultAdvice{}
}

// advise returns the advice for a whole answer, with the scope and the time that the answer names.
// It looks up the code first. A fault without a code, as SOAP APIs get it, is looked up by its
// message.
func (f fault) advise(status int, h http.Header) FaultAdvice {
	a := AdviseFault(f.code, status)
	if a.Category == "" {
		a = AdviseFault(f.codeByText(status), status)
	}
	if a.Category == "" && (status == http.StatusUnauthorized || status == http.StatusForbidden) {
		a = AdviseFault(tokenFaultCode(strings.ToLower(f.words())), status)
	}
	switch a.Category {
	case insufficientScope:
		if a.Scope = wantedScope(h, f.description); a.Scope != "" {
			a.Next = "get a token with the scope " + a.Scope + "; renewing keeps the scopes it has"
		}
	case throttled:
		a.NextAccess, _ = nextAccess(f.next)
	}
	return a
}

// codeByText returns the code that belongs to the text of a WSO2 gateway, or 0 if the text is
// unknown.
func (f fault) codeByText(status int) int {
	for _, words := range []string{f.description, f.message} {
		switch words = strings.ToLower(words); {
		case strings.HasPrefix(words, "invalid credentials"):
			return 900901
		case strings.HasPrefix(words, "missing credentials"):
			return 900902
		case strings.HasPrefix(words, "access token expired"):
			return 900903
		case strings.HasPrefix(words, "access token inactive"):
			return 900904
		case strings.HasPrefix(words, "incorrect access token type"):
			return 900905
		case strings.HasPrefix(words, "resource forbidden"):
			return 900908
		case strings.HasPrefix(words, "unclassified authentication failure"):
			return 900900
		case strings.HasPrefix(words, "message throttled out"):
			return 900800
		case noSuchAPI(words):
			return status
		}
	}
	return 0
}

// tokenFaultCode returns the WSO2 code that matches another gateway's message about a token in a
// 401 or 403, or 0. The message must be in lower case.
func tokenFaultCode(desc string) int {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(desc, w) })
	}
	switch {
	case has("insufficient_scope", "insufficient scope", "insufficient authentication scopes",
		"missing scope", "required scope"):
		return 900910
	// A new token would not differ.
	case !has("token", "jwt", "credential"), has("scope", "audience", "permission"):
		return 0
	case has("missing", "not provided", "not found in", "no token", "is required", "are required"):
		return 900902
	case has("expired"):
		return 900903
	case has("invalid", "not valid", "not active", "inactive", "revoked", "malformed", "unknown"):
		return 900904
	}
	return 0
}

// wantedScope returns the scope that an API requires, from the challenge (RFC 6750 section 3) or
// from the text of the fault. It returns "" if neither names one.
func wantedScope(h http.Header, words string) string {
	if s := challengeParam(h, "scope"); s != "" {
		return s
	}
	low := asciiLower(words)
	for _, name := range []string{"required scopes", "required scope", "scopes", "scope"} {
		_, rest, ok := cutAt(words, low, name)
		if !ok {
			continue
		}
		rest = strings.TrimLeft(rest, " ")
		if rest == "" || !strings.ContainsRune(`:=["'(`, rune(rest[0])) {
			// "… scope validation failed" names none
			continue
		}
		rest = strings.TrimLeft(rest, ` :=["'(`)
		if i := strings.IndexAny(rest, `]"')`); i >= 0 {
			rest = rest[:i]
		} else if i := strings.IndexAny(rest, " ."); i >= 0 && !strings.Contains(rest[:i], "://") {
			rest = strings.TrimRight(rest[:i], ".,")
		}
		between := func(r rune) bool { return r == ' ' || r == ',' }
		words := strings.Join(strings.FieldsFunc(rest, between), " ")
		if s := text.Words(words, wordsLimit); s != "" {
			return s
		}
	}
	return ""
}

// cutAt cuts s around the first occurrence of name in low. low is s in lower case.
func cutAt(s, low, name string) (before, after string, ok bool) {
	i := strings.Index(low, name)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(name):], true
}
