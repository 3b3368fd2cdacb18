package describe

import (
	"strconv"

	"lanyard/console"
)

const (
	openURL  = "this URL lets anybody through"
	otherURL = "set probe_url to an API that wants a token"
	anyToken = "nobody knows whether any token is answered so: "
)

// askedEnough is the text for a URL whose limits of controls are reached.
var askedEnough = "was asked with a made-up token less than a minute ago, or " +
	strconv.Itoa(console.ControlsADay) + " times today"

// Why returns the reason for the verdict of a probe. It is "" if the answer itself shows it: a
// plain 2xx, a fault of the gateway, or the words of a transport error.
func Why(ans console.ProbeAnswer) string {
	switch ans.Why {
	case console.WhyOpen:
		return openURL + ": it answers " + strconv.Itoa(ans.ControlStatus) + " to a made-up token"
	case console.WhyServer:
		return "a failing server says nothing of the token"
	case console.WhyWait:
		return "this says nothing of the token"
	case console.WhyProxy:
		return "a proxy answered, not the gateway"
	case console.WhyLikeMadeUp:
		return "it is answered as a made-up token, and was accepted here before"
	case console.WhyNotSeen:
		return "any token is answered so here, a made-up one too, and this one was never " +
			"accepted here"
	case console.WhyChanged:
		return "any token is answered so here now, in another way than while tokens were accepted"
	case console.WhyUnsigned:
		return "any token is answered so here now, and nobody knows whether it was so while " +
			"tokens were accepted"
	case console.WhyUnlike:
		return "refused, but not as a made-up token was answered: the token may lack a right, " +
			"or the gateway is failing"
	case console.WhyAPI:
		return "the API itself answered: a made-up token is answered " +
			strconv.Itoa(ans.ControlStatus)
	case console.WhyNoControl:
		return anyToken + "the URL gave no answer to a made-up one"
	case console.WhyControlOff:
		return anyToken + "probe_control is off"
	case console.WhyControlActs:
		return anyToken + "no made-up one is sent with a method that may act"
	case console.WhyControlSpent:
		return anyToken + "the URL " + askedEnough
	case console.WhyElse:
		return "a made-up token is answered " + strconv.Itoa(ans.ControlStatus) +
			", so this shows neither yes nor no"
	}
	return ""
}

// Hopeless returns why no probe of this URL can prove the token dead while the URL answers like
// this, and the way out. Both are "" if a probe can ([console.Hopeless]).
func Hopeless(ans console.ProbeAnswer) (why, hint string) {
	const another = otherURL + " and answers 200 to this one"
	switch ans.Why {
	case console.WhyOpen, console.WhyElse:
		return Why(ans) + "; no probe of this URL can prove that the token is dead", another
	case console.WhyNotSeen:
		return Why(ans) + "; no probe of this URL can prove that the token is dead",
			"probe a token once while it is good, and a refusal later is one; or " + another
	case console.WhyChanged:
		return Why(ans) + "; until that changes no probe can prove that the token is dead",
			"try again later, or " + another
	case console.WhyUnsigned:
		return Why(ans) +
				"; until a token is accepted here no probe can prove that this one is dead",
			"probe a token that is good, then this one"
	case console.WhyControlOff:
		return Why(ans) + "; no such answer can prove that the token is dead",
			"take probe_control = false out of the application"
	case console.WhyControlActs:
		return Why(ans) + "; no such answer can prove that the token is dead",
			"set probe_url and probe_method to a GET, HEAD or OPTIONS of the API that wants a token"
	}
	return "", ""
}

// ProbeURL describes the result of a check of a probe URL, and the way out. words is "" if the
// status suffices or there was no answer. hint is "" if none is needed.
func ProbeURL(c console.ProbeURLCheck, method string) (words, hint string) {
	switch {
	case c.Status == 0 && c.Why == console.WhyControlActs:
		return "a " + method + " with a made-up token may act, so none is sent", ""
	case c.Status == 0 && c.Why == console.WhyControlSpent:
		return "it " + askedEnough, ""
	case c.Status == 0 && c.Why == console.WhyControlOff:
		return "probe_control is off", ""
	}
	switch c.Worth {
	case console.WorthOpen:
		return openURL + ", so no probe of it proves anything", otherURL
	case console.WorthNothing:
		return "there seems to be nothing at this URL, so no probe of it proves anything",
			"check path and version of probe_url, and probe_method: a good token should be " +
				"answered 200"
	case console.WorthFailing:
		return "as long as it does, only a fault code can prove a token dead",
			"try again, or ask whoever runs the gateway"
	case console.WorthUnknown, console.WorthFine:
	}
	return "", ""
}
