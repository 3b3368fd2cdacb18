package tokenapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"lanyard/text"
)

// byStatus returns the next step after an answer without a known error code.
func (a answer) byStatus(op string, f fault) (Action, string) {
	right := "is " + a.urlKey() + " right?"
	head := strings.ToLower(string(a.body[:min(len(a.body), 2<<10)]))
	bodyHas := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(head, w) })
	}
	switch {
	case isRedirect(a.status):
		_, hint := a.redirected()
		return Stop, hint
	case a.status == http.StatusNotFound && (f.gateway || f.code != 0):
		return Stop, a.suggestURL()
	case a.status == http.StatusNotFound && a.gatewayPath():
		return Stop, "is the URL right? if this is a gateway of WSO2: " + a.suggestURL()
	case a.status == http.StatusMethodNotAllowed && cleanHeader(a.header, "Allow") != "":
		return Stop, "is the URL right? the server takes " + cleanHeader(a.header, "Allow") +
			" there"
	case a.status == http.StatusNotFound, a.status == http.StatusMethodNotAllowed,
		a.status == http.StatusGone:
		if a.url != "" && op != opRevoke { // the outbox names the URL itself
			return Stop, "is the URL right? " + a.urlKey() + " is " + text.Words(a.url, wordsLimit)
		}
		return Stop, "is the URL right?"
	case a.status == http.StatusBadRequest &&
		bodyHas("http request to an https server", "plain http request was sent to https",
			"speaking plain http to an ssl-enabled", "combination of host and port requires tls"):
		return Stop, "this port speaks TLS: use https://"
	case a.status == http.StatusBadRequest && bodyHas("no required ssl certificate"):
		return Stop, "the server wants a client certificate: set client_cert and client_key"
	case a.status == http.StatusBadRequest && bodyHas("the ssl certificate error"):
		return Stop, "the server does not take this client certificate: is it of the right " +
			"authority, has it expired?"
	case a.status == http.StatusTooManyRequests && op == GrantDeviceCode:
		return KeepPolling, "the server wants longer pauses between polls"
	case a.status == http.StatusTooManyRequests:
		return RetryLater, "the server wants fewer requests: " + a.later()
	case a.status == http.StatusServiceUnavailable, a.status == http.StatusRequestTimeout:
		return RetryLater, a.later()
	case a.status == http.StatusProxyAuthRequired && a.via.URL != nil:
		return Stop, "the proxy " + a.via.String() + " (set by " + a.via.By +
			") wants credentials: " + proxyLogin(a.via, a.header.Values("Proxy-Authenticate"))
	case a.status == http.StatusProxyAuthRequired:
		return Stop, "a proxy that no setting here names wants credentials: it stands between " +
			"this machine and the server, or before the server"
	case a.status == http.StatusUnauthorized:
		return a.unauthorized()
	case a.status == http.StatusForbidden:
		return Stop, "the server, or something before it, may not let this machine or this " +
			"application in: ask whoever runs it; " + right
	case a.status == http.StatusNotAcceptable:
		return Stop, "the server has no answer in JSON to give: " + right
	case a.status == http.StatusLengthRequired:
		return Stop, "the request was sent with its length: something on the way may have " +
			"taken that off"
	case a.status == http.StatusRequestEntityTooLarge, a.status == http.StatusRequestURITooLong,
		a.status == http.StatusRequestHeaderFieldsTooLarge:
		return Stop, "the request is larger than the server takes: an assertion, a subject " +
			"token, scopes or extra may be too long; " + right
	case a.status == http.StatusUnsupportedMediaType:
		return Stop, "the server takes no form there, as endpoints of OAuth do " +
			"(application/x-www-form-urlencoded): " + right
	case a.status == http.StatusMisdirectedRequest:
		return Stop, "the server does not serve this host name: is the host in " + a.urlKey() +
			" right?"
	case a.status == http.StatusNetworkAuthenticationRequired:
		return RetryLater,
			"this network wants a sign-in first: open a page in a browser, then try again"
	case a.status == http.StatusBadGateway, a.status == http.StatusGatewayTimeout:
		if a.via.URL != nil {
			return RetryLater,
				"the server does not answer the proxy " + a.via.String() + " (set by " + a.via.By +
					"), or what stands before it: try again later; is the URL right?"
		}
		return RetryLater,
			"what stands before the server answers, and the server does not: try again later; " +
				"is the URL right?"
	case a.status >= 500:
		return RetryLater, "the fault is the server's: try again later; is the URL right?"
	}
	return Stop, ""
}

// unauthorized returns the next step after a 401 without a known error code, by the scheme of its
// challenge (RFC 9110 section 11.6.1).
func (a answer) unauthorized() (Action, string) {
	schemes := map[string]bool{}
	for _, challenge := range a.header.Values("WWW-Authenticate") {
		scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(challenge)), " ")
		schemes[strings.TrimSuffix(scheme, ",")] = true
	}
	switch {
	case (schemes["negotiate"] || schemes["ntlm"]) && !schemes["basic"]:
		return Stop, "the server, or something before it, wants a sign-in of Windows " +
			"(Negotiate, NTLM), which lanyard does not have: is " + a.urlKey() + " right?"
	case schemes["bearer"] && !schemes["basic"] && strings.HasSuffix(a.key, "_url"):
		return FixCredentials,
			checkClient + "; or " + a.urlKey() + " may be that of an API, which wants a token"
	}
	return FixCredentials, checkClient
}

// later suggests when to try again, from Retry-After.
func (a answer) later() string {
	if wait := retryAfter(a.header, a.at); wait > 0 {
		return "try again in " + wait.Round(time.Second).String() + ", as the server says"
	}
	return "try again later"
}

// cleanHeader returns a header's value for an error text.
func cleanHeader(h http.Header, name string) string {
	return text.Words(strings.Join(h.Values(name), ", "), 100)
}
