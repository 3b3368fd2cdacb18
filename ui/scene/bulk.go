package scene

import (
	"strings"

	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// Verbs maps each verb on several tokens to its action.
var Verbs = map[session.Verb]keys.Action{
	session.VerbRenew: keys.Renew, session.VerbRevoke: keys.Revoke, session.VerbProbe: keys.Probe,
}

// SkipWords returns why a verb on several tokens skips one of them, or "" if it does not.
func SkipWords(l session.Skipped) string {
	switch l.Why {
	case session.NotSkipped:
		return ""
	case session.SkipGone:
		return "one is gone"
	case session.SkipInFlight:
		return l.Fingerprint + " is in the middle of something"
	case session.SkipRevoking:
		return l.Fingerprint + " is being revoked already"
	case session.SkipRevoked:
		return l.Fingerprint + " was revoked already"
	case session.SkipOver:
		return l.Fingerprint + " is over, so there is nothing to revoke"
	case session.SkipReadOnly:
		return l.Fingerprint + " is in a read-only environment"
	case session.SkipNeedsPerson:
		return l.Fingerprint + " takes a person to renew"
	case session.SkipSupersedes:
		return l.Fingerprint + ": renewing it may end " + l.Held
	}
	return ""
}

// FailureWords describes why a verb on several tokens failed for one of them.
func FailureWords(w session.Failure) string {
	if w.Err == nil {
		return SkipWords(w.Skipped)
	}
	if w.Fingerprint == "" {
		return w.ID + ": " + kit.Clean(w.Err.Error())
	}
	return w.Fingerprint + ": " + kit.Clean(w.Err.Error())
}

// Count returns n with a plural that contains the word "tokens": "1 marked token", "2 marked
// tokens".
func Count(n int, what string) string {
	return text.CountOf(n, strings.Replace(what, "tokens", "token", 1), what)
}
