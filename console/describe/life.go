package describe

import (
	"strconv"
	"strings"

	"lanyard/console"
)

// Moment describes an event of a token's life; its time and token are shown beside it.
func Moment(m console.Moment) string {
	switch m.Kind {
	case console.MomentGot:
		return got(m) + withRefresh(m, ", with a refresh token")
	case console.MomentReissued:
		return "handed out again by the server"
	case console.MomentCopied:
		if m.Screen {
			return "shown on the screen" + inForm(m.Form)
		}
		return "copied" + inForm(m.Form)
	case console.MomentPrinted:
		return "printed" + inForm(m.Form)
	case console.MomentProbed:
		return "probed " + Code(m.Status, m.FaultCode)
	case console.MomentAsked:
		if m.AtServer == console.NotAsked {
			return "introspected, as before"
		}
		return "introspected: " + string(m.AtServer)
	case console.MomentReplaced:
		return "replaced by a newer one"
	case console.MomentDecided:
		return "revoke decided"
	case console.MomentUndone:
		return "revoke undone"
	case console.MomentRefused:
		return "the server refused the revoke"
	case console.MomentRefreshGone:
		return "refresh token revoked"
	case console.MomentAccepted:
		return "revoked"
	case console.MomentEnded:
		return m.Cause.Words()
	case console.MomentDead:
		switch m.Proof {
		case console.ProofWindow:
			return "dead: its window was over"
		case console.ProofExpiry:
			return "dead: it expired"
		case console.ProofProbe, console.ProofNone:
		}
		return "dead"
	case console.MomentWindowEnds:
		return "may pass until then at most"
	case console.MomentExpires, console.MomentExpired:
	}
	return string(m.Kind)
}

// MomentBrief is Moment in fewer words.
func MomentBrief(m console.Moment) string {
	switch m.Kind {
	case console.MomentGot:
		return got(m) + withRefresh(m, " + refresh token")
	case console.MomentEnded:
		return "ended elsewhere"
	case console.MomentDead:
		return "dead"
	case console.MomentReissued, console.MomentCopied, console.MomentPrinted,
		console.MomentProbed, console.MomentAsked, console.MomentReplaced, console.MomentDecided,
		console.MomentUndone, console.MomentRefused, console.MomentRefreshGone,
		console.MomentAccepted, console.MomentWindowEnds, console.MomentExpires,
		console.MomentExpired:
	}
	return Moment(m)
}

// MomentLabel is the label of an event on the line of life: the verb, the time, the status. It is
// "" for the events that the line does not label: its beginning and its end.
func MomentLabel(m console.Moment, clock string) string {
	verb := string(m.Kind)
	switch m.Kind {
	case console.MomentGot, console.MomentExpires, console.MomentExpired,
		console.MomentWindowEnds:
		return ""
	case console.MomentProbed:
		return "probed " + clock + " " + Code(m.Status, 0) + times(m)
	case console.MomentAsked:
		return strings.TrimSpace("introspected " + clock + " " + string(m.AtServer))
	case console.MomentCopied:
		if m.Screen {
			verb = "shown"
		}
	case console.MomentReissued:
		verb = "handed out again"
	case console.MomentDecided:
		verb = "revoke decided"
	case console.MomentUndone:
		verb = "revoke undone"
	case console.MomentRefused:
		verb = "revoke refused"
	case console.MomentRefreshGone:
		verb = "refresh token revoked"
	case console.MomentAccepted:
		verb = "revoked"
	case console.MomentPrinted, console.MomentReplaced, console.MomentEnded, console.MomentDead:
	}
	return verb + " " + clock
}

// Ended describes the end of a token, to be put after its name.
func (v Voice) Ended(s console.Status) string {
	word := StateWord(s.State, s.Cause)
	if s.State == console.Expired {
		return word
	}
	return word + ": " + v.Over(s)
}

// AfterEnd describes the act that console.ActAfter names, to be put after the act.
func AfterEnd(a console.Act) string {
	if a == console.ActRenew {
		return "refreshes it"
	}
	return "gets a new one"
}

// got describes the way in which a token was got.
func got(m console.Moment) string {
	switch {
	case m.Refreshed:
		return "got by refresh"
	case m.Grant == console.GrantAdopted:
		return "adopted: it was issued elsewhere"
	case m.Grant == "":
		return "got"
	}
	return "got by " + Grant(m.Grant)
}

func withRefresh(m console.Moment, words string) string {
	if m.WithRefresh {
		return words
	}
	return ""
}

// Grant writes a grant in words: "client credentials".
func Grant(grant string) string { return strings.ReplaceAll(grant, "_", " ") }

// inForm names the form in which a token was handed out: " as a curl line". It is "" for the access
// token alone.
func inForm(f console.Form) string {
	switch f {
	case console.FormBare, "":
		return ""
	case console.FormHeader:
		return " as a header"
	case console.FormCurl:
		return " as a curl line"
	case console.FormEnv:
		return " as an environment variable"
	case console.FormJSON:
		return " as JSON"
	case console.FormHTTP:
		return " as an .http request"
	case console.FormRefresh:
		return ": the refresh token"
	case console.FormID:
		return ": the ID token"
	}
	return " as " + strconv.Quote(string(f))
}

// times returns the number of probes of an event that has several, as " ×12".
func times(m console.Moment) string {
	if m.Times < 2 {
		return ""
	}
	return " ×" + strconv.Itoa(m.Times)
}
