package scene

import (
	"strings"

	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// verbs are the actions that can be done to several tokens.
var Verbs = map[session.Verb]keys.Action{session.VerbRenew: keys.Renew, session.VerbRevoke: keys.Revoke, session.VerbProbe: keys.Probe}

// leftWords say why a verb on several tokens leaves one out.
func SkipWords(l session.Left) string {
	switch l.Why {
	case session.NotLeft:
		return ""
	case session.LeftGone:
		return "one is gone"
	case session.LeftInFlight:
		return l.Fingerprint + " is in the middle of something"
	case session.LeftRevoking:
		return l.Fingerprint + " is being revoked already"
	case session.LeftRevoked:
		return l.Fingerprint + " was revoked already"
	case session.LeftReadOnly:
		return l.Fingerprint + " is in a read-only environment"
	case session.LeftNeedsPerson:
		return l.Fingerprint + " takes a person to renew"
	case session.LeftSupersedes:
		return l.Fingerprint + ": renewing it may end " + l.Held
	}
	return ""
}

// wrongWords say what went wrong with one of several tokens.
func FailureWords(w session.Wrong) string {
	if w.Err == nil {
		return SkipWords(w.Left)
	}
	if w.Fingerprint == "" {
		return w.ID + ": " + kit.Clean(w.Err.Error())
	}
	return w.Fingerprint + ": " + kit.Clean(w.Err.Error())
}

// count is a number of what is named in the plural: "1 marked token".
func Count(n int, what string) string {
	return text.CountOf(n, strings.Replace(what, "tokens", "token", 1), what)
}
