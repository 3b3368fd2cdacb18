package console

import (
	"strconv"

	"lanyard/tokenapi"
)

// What is said of a URL that lets anybody through, and the way out.
const (
	openURL  = "this URL lets anybody through"
	otherURL = "set probe_url to an API that wants a token"
)

// ProbeWhy says why a probe shows what it shows, for a person; "" where the answer itself says it:
// a plain 2xx, a gateway fault, the words of a transport error.
func ProbeWhy(ans tokenapi.ProbeAnswer) string {
	switch ans.Why {
	case tokenapi.WhyOpen:
		return openURL + ": it answers " + strconv.Itoa(ans.ControlStatus) + " to a made-up token"
	case tokenapi.WhyServer:
		return "a failing server says nothing of the token"
	case tokenapi.WhyWait:
		return "this says nothing of the token"
	case tokenapi.WhyProxy:
		return "a proxy answered, not the gateway"
	case tokenapi.WhyLikeMadeUp:
		return "it is answered as a made-up token, and was accepted here before"
	case tokenapi.WhyNotSeen:
		return "any token is answered so here, a made-up one too, and this one was never accepted here"
	case tokenapi.WhyChanged:
		return "any token is answered so here now, in another way than while tokens were accepted"
	case tokenapi.WhyUnsigned:
		return "any token is answered so here now, and nobody knows whether it was so while tokens were accepted"
	case tokenapi.WhyUnlike:
		return "refused, but not as a made-up token was answered: the token may lack a right, or the gateway is failing"
	case tokenapi.WhyAPI:
		return "the API itself answered: a made-up token is answered " + strconv.Itoa(ans.ControlStatus)
	case tokenapi.WhyNoControl:
		return "nobody knows whether any token is answered so: the URL gave no answer to a made-up one"
	case tokenapi.WhyControlOff:
		return "nobody knows whether any token is answered so: probe_control is off"
	case tokenapi.WhyControlActs:
		return "nobody knows whether any token is answered so: no made-up one is sent with a method that may act"
	case tokenapi.WhyControlSpent:
		return "nobody knows whether any token is answered so: the URL " + askedEnough
	case tokenapi.WhyElse:
		return "a made-up token is answered " + strconv.Itoa(ans.ControlStatus) + ", so this shows neither yes nor no"
	}
	return ""
}

// ProbeHopeless says why no probe of this URL can prove that the token is dead, as long as it
// answers like this, and the way out; "" where one can.
func ProbeHopeless(ans tokenapi.ProbeAnswer) (why, hint string) {
	const another = otherURL + " and answers 200 to this one"
	switch ans.Why {
	case tokenapi.WhyOpen, tokenapi.WhyElse:
		return ProbeWhy(ans) + "; no probe of this URL can prove that the token is dead", another
	case tokenapi.WhyNotSeen:
		return ProbeWhy(ans) + "; no probe of this URL can prove that the token is dead",
			"probe a token once while it is good, and a refusal later is one; or " + another
	case tokenapi.WhyChanged:
		return ProbeWhy(ans) + "; until that changes no probe can prove that the token is dead", "try again later, or " + another
	case tokenapi.WhyUnsigned:
		return ProbeWhy(ans) + "; until a token is accepted here no probe can prove that this one is dead", "probe a token that is good, then this one"
	case tokenapi.WhyControlOff:
		return ProbeWhy(ans) + "; no such answer can prove that the token is dead", "take probe_control = false out of the application"
	case tokenapi.WhyControlActs:
		return ProbeWhy(ans) + "; no such answer can prove that the token is dead", "set probe_url and probe_method to a GET, HEAD or OPTIONS of the API that wants a token"
	}
	return "", ""
}
