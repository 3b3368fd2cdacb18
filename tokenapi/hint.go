package tokenapi

import (
	"net"
	"net/http"
	"strings"
)

const (
	checkClient = "check consumer key and consumer secret, and client_auth (basic, " +
		"basic-encoded, post)"
	checkCaller = "the key manager does not let this client introspect tokens: it may want the " +
		"credentials of a user or client with that right"
)

// next returns the next step after a refusal, as an Action and as a hint. It looks at the error
// code first, then at a gateway's fault, then at the status.
func (a answer) next(e *Error, f fault) (Action, string) {
	if e.Op == opIntrospect &&
		(a.status == http.StatusUnauthorized || a.status == http.StatusForbidden) && !f.known() {
		if refusesMethod(withoutRFC(strings.ToLower(e.Description))) {
			return NotAllowedToAsk, checkMethod
		}
		return NotAllowedToAsk, checkCaller
	}
	if do, hint := byErrorCode(e); do != "" {
		return do, hint
	}
	if f.known() || f.gateway && a.status != http.StatusNotFound {
		return a.afterFault(f)
	}
	do, hint := a.byStatus(e.Op, f)
	if e.Code != "" && hint == "" && isDigits(e.Code) {
		hint = "the server names its reason only by the number " + e.Code +
			": look it up in its manual, or ask its people"
	}
	return do, hint
}

// byErrorCode returns the next step for an error code. It knows the codes of these documents:
// RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750, 7009, 8628, 8693, 8707, 9449, OpenID Connect.
// It also knows codes that servers have invented.
func byErrorCode(e *Error) (Action, string) {
	if e.Op == GrantDeviceCode {
		if do, hint := afterPoll(e); do != "" {
			return do, hint
		}
		if do, hint := byCode(e); do != RetryLater && (do != "" || !e.isNamed()) {
			return do, hint
		}
		// RFC 8628 section 3.5: with any status.
		return Stop, "the server has ended it with this error: begin again"
	}
	return byCode(e)
}

// isNamed reports whether the error code has the form of RFC 6749 section 5.2. Proxies write a
// reason phrase or the number of a status in its place.
func (e *Error) isNamed() bool {
	return e.Code != "" && !isDigits(e.Code) &&
		strings.Trim(e.Code, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == ""
}

// byCode is byErrorCode without the codes of polling.
func byCode(e *Error) (Action, string) {
	if do, hint := aboutCaller(e); do != "" {
		return do, hint
	}
	switch e.Code {
	case "invalid_grant", "bad_verification_code", "bad_refresh_token":
		return afterInvalidGrant(e.Op)
	case "invalid_scope":
		if e.Op == GrantRefreshToken {
			return RetryWithoutScope,
				"ask for no scope: a refresh may only repeat scopes the token already has"
		}
		return Stop, "the server does not grant one of the scopes to this application"
	case "unauthorized_client":
		if e.Op == opRevoke {
			return UseIssuingClient,
				"the token was issued to another application: revoke it with that one's " +
					"consumer key"
		}
		return Stop, "the application is not allowed to use this grant: enable it in the portal"
	case "unsupported_grant_type":
		return Stop, "the server does not offer this grant, or not to this application; is the " +
			"URL right?"
	case "unsupported_response_type":
		return Stop, "the server does not offer the authorization code grant to this application"
	case "unsupported_token_type":
		if e.Op == opRevoke {
			return TryRefreshToken,
				"the server does not revoke this kind of token: try the refresh token"
		}
		return Stop, "the server does not handle this kind of token"
	case "invalid_request":
		return Stop, "the server may miss a parameter, see one twice, or not take a value of " +
			"one (scope, extra); two ways of client_auth at once count too"
	case "server_error", "temporarily_unavailable":
		if e.Op == GrantPassword { // go-oauth2
			return RetryLater,
				"the fault is the server's: try again later; some servers say the same to a " +
					"wrong password"
		}
		return RetryLater, "the fault is the server's: try again later"
	case "too_many_requests", "rate_limited", "ratelimited", "slow_down":
		return RetryLater, "the server wants fewer requests: try again later"
	case "access_denied", "authorization_declined", "consent_required":
		if e.Op == opRevoke {
			return Stop, "the token is bound to a client or a session other than this one: " +
				"revoke it from there"
		}
		return Stop, "access was denied, by a person or by a rule of the server"
	case "interaction_required", "login_required", "account_selection_required":
		return Reauthenticate, "the server wants to see the person again: ask for a new token"
	case "expired_token", "token_expired":
		return Reauthenticate, "it took too long: begin again"
	case "invalid_token":
		return Reauthenticate,
			"the server no longer accepts the token that was sent: ask for a new one"
	case "insufficient_scope":
		return Stop, "the token that was sent lacks a scope for this"
	case "invalid_target":
		return Stop, "the server issues no token for that resource or audience"
	case "use_dpop_nonce":
		return RetryWithNonce,
			"the server wants its nonce in the DPoP proof; lanyard sends no such proof"
	case "invalid_dpop_proof":
		return Stop, "the server wants a DPoP proof; lanyard sends none: turn DPoP off for " +
			"this application"
	case "redirect_uri_mismatch", "invalid_redirect_uri":
		return Stop, "register the redirect URI with the application, exactly as it is sent"
	case "17001", "17002", "17010": // 17001 to 17010 are codes of WSO2
		return FixCredentials, checkUser
	case "17003":
		return Stop, "the user's account is locked: wait until it opens, or have an " +
			"administrator unlock it; more attempts keep it shut"
	case "17004":
		return Stop, "the user's account is disabled: an administrator can enable it"
	case "17005", "17009":
		return Stop, "the user's account is not confirmed yet: confirm it, or ask an administrator"
	case "17006", "17007", "17008":
		return Stop, "the server wants the user to set a new password first: do that in the browser"
	}
	return "", ""
}

// afterInvalidGrant returns the next step after invalid_grant (RFC 6749 section 5.2). Its cause
// differs from grant to grant.
func afterInvalidGrant(op string) (Action, string) {
	switch op {
	case GrantRefreshToken:
		return Reauthenticate,
			"the refresh token was used, has expired, was revoked or is another application's: " +
				"ask for a new token"
	case GrantPassword:
		return FixCredentials,
			checkUser + "; some servers say the same of an account that is locked or disabled"
	case GrantClientCredentials:
		return Stop, "some servers say this to a client that they do not know: " + checkClient
	case GrantAuthorizationCode:
		return Reauthenticate,
			"the code was used, has expired or belongs to another redirect URI or verifier: " +
				"begin again"
	case GrantJWTBearer:
		return Stop, "check the assertion: its issuer, its audience, its times, and whether " +
			"the server trusts its key"
	case GrantTokenExchange:
		return Stop, "check the subject token: whether it still lives, and whether the server " +
			"trusts its issuer"
	}
	return Stop, "the server does not accept the credential of this grant"
}

// afterPoll returns the next step after the answer to a poll (RFC 8628 section 3.5).
// authorization_pending, slow_down and too_many_requests continue the polling; every other code
// ends it, with any status.
func afterPoll(e *Error) (Action, string) {
	switch e.Code {
	case "authorization_pending":
		return KeepPolling, "the person has not decided yet"
	case "slow_down", "too_many_requests":
		return KeepPolling, "the server wants longer pauses between polls"
	case "expired_token", "token_expired":
		return Stop, "the code has expired: begin again"
	case "access_denied", "authorization_declined":
		return Stop, "the person said no"
	case "bad_verification_code", "incorrect_device_code":
		return Stop, "the server does not know the device code: begin again"
	case "invalid_grant":
		if e.Description == "invalid_request" { // product-is before 5.12
			return Stop, "older WSO2 servers also answer like this while the person has not " +
				"decided yet: decide in the browser first, then begin again"
		}
		return Stop, "the device code was used or has expired: begin again"
	case "invalid_request":
		return Stop, "the server does not know the device code: begin again"
	}
	return "", ""
}

// afterFault returns the next step after a fault of a gateway in front of the endpoint.
func (a answer) afterFault(f fault) (Action, string) {
	advice := f.advise(a.status, a.header)
	switch {
	case advice.Category == upstream,
		f.known() && a.status >= 500 && advice.Category != apiBlocked &&
			advice.Category != throttled:
		return RetryLater, "the gateway cannot reach its key manager: try again later"
	case advice.Category == noResource && a.status != http.StatusMethodNotAllowed:
		return Stop, a.suggestURL()
	case advice.Retryable:
		return RetryLater, advice.Next
	case advice.Category != "":
		return Stop, "the gateway itself answers, as if this were an API of its own: " +
			advice.Cause
	}
	return a.byStatus("", f)
}

// gatewayPath reports whether the URL has a path that WSO2's gateways served until version 3.2.
func (a answer) gatewayPath() bool {
	switch strings.TrimSuffix(a.path, "/") {
	case "/token", "/revoke", "/authorize", "/userinfo", "/introspect":
		return true
	}
	return false
}

// suggestURL suggests the URL of an endpoint that newer gateways no longer serve.
func (a answer) suggestURL() string {
	if strings.Contains(a.path, "/oauth2/") {
		return "is the URL right? the key manager's endpoints are at port 9443, those of a " +
			"tenant below /t/TENANT/oauth2/"
	}
	host, _, err := net.SplitHostPort(a.host)
	if err != nil {
		host = strings.Trim(a.host, "[]")
	}
	switch {
	case host == "":
		host = "HOST"
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	base := "https://" + host + ":9443/oauth2/"
	if strings.TrimSuffix(a.path, "/") == "/revoke" {
		return "gateways of version 4 and later have no /revoke: try " + base +
			"revoke, or the control plane's host if it is another"
	}
	return "gateways of version 4 and later have no /token: try " + base +
		"token (or /oauth2/revoke), or the control plane's host if it is another"
}

// isDigits reports whether a text is a plain number.
func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
