package ui

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/ui/session"
)

type probed struct {
	verdict       console.Verdict
	status, fault int
	message       string
	cause, next   string // what the gateway's fault means, and what to do; "" when it is not known
	scope         string // that the API wants
	why           string // in words, "" where the answer itself says it
	hint          string // the way out where no probe of this URL can prove anything
	newTokenHelps bool
}

// probedOf is what is told of the gateway's answer.
func probedOf(a console.ProbeAnswer) probed {
	p := probed{
		verdict: a.Verdict, status: a.Status, fault: a.FaultCode, message: a.Message,
		cause: a.Advice.Cause, next: a.Advice.Next, scope: a.Advice.Scope, newTokenHelps: a.Advice.NewTokenMayHelp,
		why: console.ProbeWhy(a),
	}
	_, p.hint = console.ProbeHopeless(a)
	return p
}

// tellProbed says what the gateway made of a token.
func (m *root) tellProbed(f session.Probed) {
	if f.Err != nil {
		m.fail("probe", f.Err)
		return
	}
	answer := probedOf(f.Answer)
	answer.hint = m.s.Remedy(m.board().App(f.Token.AppID), answer.hint, m.face())
	lead := f.Token.Fingerprint + ": " + answer.code() + ": "
	s := m.s.Status(f.Token)
	switch answer.verdict {
	case console.ProbeAccepted:
		switch {
		case s.PastExpiry > 0:
			m.note(warn, lead+s.Warning(), "")
		case s.Reopened:
			m.note(warn, lead+"the gateway let it through, after its window was over", "")
		case s.Ended:
			m.note(info, lead+"the gateway still lets it through", "")
		default:
			m.note(info, lead+"the gateway let it through"+answer.because(), "")
		}
	case console.ProbeRefused:
		if s.Ended { // as was to be hoped: no advice is wanted
			m.note(info, lead+refusedBy(s), "")
			break
		}
		if text, next := answer.advice(); text != "" {
			m.note(warn, lead+text, next)
			break
		}
		m.note(info, lead+"refused"+answer.because(), "")
	default:
		text, next := answer.unclear("says neither yes nor no")
		m.note(warn, lead+text, next)
	}
}

// because adds the reason, where there is one to tell.
func (p probed) because() string {
	if p.why == "" {
		return ""
	}
	return ": " + p.why
}

// unclear says what an answer means that says neither yes nor no, and the next thing to try. lead
// is what is said where nothing is known.
func (p probed) unclear(lead string) (text, next string) {
	text, next = p.advice()
	switch {
	case text != "":
		return text, next
	case p.why != "":
		return p.why, p.hint
	case p.message != "":
		return lead + " (" + p.message + ")", next
	}
	return lead, next
}

// refusedBy says what a refusal adds to what is known of the end of a token.
func refusedBy(s console.Status) string {
	switch {
	case s.Proof == console.ProofProbe:
		return "refused three times in a row: dead"
	case s.Proof != console.ProofNone:
		return "refused: dead"
	case s.RefusedOnce:
		return "refused (once); three in a row, a second apart, prove it dead"
	}
	return "refused"
}

// code is the answer in figures.
func (p probed) code() string {
	text := "no answer"
	if p.status != 0 {
		text = strconv.Itoa(p.status)
	}
	if p.fault != 0 {
		text += " " + strconv.Itoa(p.fault)
	}
	return text
}

// advice is what happened and the next thing to try; "" when the fault says nothing to anybody. That a new token
// would be refused as well is said wherever somebody may think of renewing, and the advice is silent on it.
func (p probed) advice() (text, next string) {
	if p.cause == "" {
		return "", p.next
	}
	text, next = p.cause, p.next
	switch {
	case p.scope != "" && !strings.Contains(text+next, p.scope):
		text += ": " + p.scope
	case p.scope != "", p.newTokenHelps, p.status != 401 && p.status != 403, strings.Contains(next, "new"):
	default:
		text += "; a new token would not help"
	}
	return text, next
}
