package describe

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/text"
)

// Told is a sentence about a result, with the next step.
type Told struct {
	Text, Next string
	Serious    bool // the result is not the expected one
}

// Probe describes the result of one probe of a token, to be put after the token's name and the Code
// of the answer. s is the status after the probe.
func (v Voice) Probe(ans console.ProbeAnswer, s console.Status) Told {
	switch ans.Verdict {
	case console.ProbeAccepted:
		return v.accepted(ans, s)
	case console.ProbeRefused:
		return v.refused(ans, s)
	}
	cause, next := Fault(ans)
	why := Why(ans)
	_, hint := Hopeless(ans)
	if cause == "" && why != "" {
		return Told{why, hint, true}
	}
	if cause != "" {
		return Told{cause, next, true}
	}
	text := "the gateway says neither yes nor no"
	if ans.Message != "" {
		text += " (" + ans.Message + ")"
	}
	return Told{text, next, true}
}

func (v Voice) accepted(ans console.ProbeAnswer, s console.Status) Told {
	switch {
	case s.PastExpiry > 0:
		return Told{Warning(s), "", true}
	case s.Reopened:
		return Told{v.Passing(s), "", true}
	case s.Ended && s.StaleKnown:
		return Told{Text: "the gateway still lets it through, for at most " + v.AtMost(s.StaleLeft)}
	case s.Ended:
		return Told{Text: "the gateway still lets it through, nobody knows how long"}
	}
	return Told{Text: "the gateway let it through" + because(ans)}
}

func (v Voice) refused(ans console.ProbeAnswer, s console.Status) Told {
	switch {
	case s.Proof == console.ProofProbe:
		return Told{Text: v.Dead(s)}
	case s.Proof != console.ProofNone:
		return Told{Text: "refused: dead"}
	case s.Ended && s.RefusedOnce:
		return Told{Text: "refused (once); three in a row, a second apart, prove it dead"}
	case s.Ended: // as expected: no advice
		return Told{Text: "refused"}
	}
	if cause, next := Fault(ans); cause != "" {
		return Told{cause, next, true}
	}
	return Told{Text: "the gateway refused it" + because(ans)}
}

// because returns the reason for the verdict after a colon, or "".
func because(ans console.ProbeAnswer) string {
	if why := Why(ans); why != "" {
		return ": " + why
	}
	return ""
}

// Fault describes the cause of a fault of the gateway, and the next thing to try. cause is "" if
// the fault is not known. It warns that a new token would be refused too if a person might expect
// that renewing helps.
func Fault(ans console.ProbeAnswer) (cause, next string) {
	f := ans.Advice
	switch cause, next = f.Cause, f.Next; {
	case cause == "":
	case f.Scope != "" && !strings.Contains(cause+next, f.Scope):
		cause += ": " + f.Scope
	case f.Scope != "", f.NewTokenMayHelp, ans.Status != 401 && ans.Status != 403,
		strings.Contains(next, "new"):
	default:
		cause += "; a new token would not help"
	}
	return cause, next
}

// Code writes the answer to a probe in numbers: its status and the code of the gateway's fault.
func Code(status, fault int) string {
	text := "no answer"
	if status != 0 {
		text = strconv.Itoa(status)
	}
	if fault != 0 {
		text += " " + strconv.Itoa(fault)
	}
	return text
}

// Line writes one probe of several as a line of a list: time, verdict, Code and reason.
func Line(fingerprint string, ans console.ProbeAnswer) string {
	line := ans.At.UTC().Format("15:04:05Z") + "  " + fingerprint + "  " + string(ans.Verdict)
	for _, n := range []int{ans.Status, ans.FaultCode} {
		if n != 0 {
			line += "  " + strconv.Itoa(n)
		}
	}
	var words []string
	for _, s := range []string{ans.Message, Why(ans)} {
		if s != "" {
			words = append(words, s)
		}
	}
	if len(words) > 0 {
		line += "  " + strings.Join(words, "; ")
	}
	return line
}

// Answers lists the gateway's last answers to some probes: "200, 200, 401 3 times".
func Answers(probes []console.Probe) string {
	runs := lastRuns(probes)
	parts := make([]string, len(runs))
	for i, u := range runs {
		if parts[i] = Code(u.status, 0); u.n > 1 {
			parts[i] += " " + strconv.Itoa(u.n) + " times"
		}
	}
	return strings.Join(parts, ", ")
}

// Verdicts counts probes by their verdict: "1 accepted, 2 refused"; "" if there are none.
func Verdicts(n map[console.Verdict]int) string {
	var words []string
	for _, v := range []console.Verdict{
		console.ProbeAccepted, console.ProbeRefused, console.ProbeUnclear,
	} {
		if n[v] > 0 {
			words = append(words, strconv.Itoa(n[v])+" "+string(v))
		}
	}
	return strings.Join(words, ", ")
}

// Calls describes the last runs of answers to probes in words, oldest first: "2 calls answered 200,
// then 3 answered 401".
func Calls(probes []console.Probe) string {
	var b strings.Builder
	for i, u := range lastRuns(probes) {
		n := text.Count(u.n, "call")
		if i > 0 {
			n = ", then " + strconv.Itoa(u.n)
		}
		b.WriteString(n)
		if u.status == 0 {
			b.WriteString(" without an answer")
		} else {
			b.WriteString(" answered " + strconv.Itoa(u.status))
		}
	}
	return b.String()
}

// run is a run of probes with the same status.
type run struct{ status, n int }

// lastRuns returns the last three runs of probes, oldest first.
func lastRuns(probes []console.Probe) (runs []run) {
	for _, b := range probes {
		if k := len(runs) - 1; k >= 0 && runs[k].status == b.Status {
			runs[k].n++
		} else {
			runs = append(runs, run{b.Status, 1})
		}
	}
	return runs[max(len(runs)-3, 0):]
}

// Dead describes the end of probing until dead with three refusals, and the time since the token's
// end.
func (v Voice) Dead(s console.Status) string {
	text := "dead: " + refusedThrice
	if s.Ended && s.Cause != console.CauseRefused && s.Proof == console.ProofProbe {
		text += ", " + v.afterEnd(s)
	}
	return text
}

// NotDead describes the end of probing until dead without a proof: the reason to stop, and the
// results so far.
func NotDead(l console.ProbeLoop, stop console.ProbeStop) string {
	words := "not proved dead a minute after its time was over, after "
	switch {
	case stop == console.StopVain || stop == console.GoOn:
		words = "not proved dead after "
	case l.Timeout > 0:
		words = "not proved dead after " + l.Timeout.String() + " and "
	}
	return words + text.Count(l.Probes, "probe") + tally(l)
}

// tally counts probes by their verdicts: " (4 accepted, 2 unclear)".
func tally(l console.ProbeLoop) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what console.Verdict
	}{{l.Accepted, console.ProbeAccepted}, {l.Refused, console.ProbeRefused},
		{l.Unclear(), console.ProbeUnclear}} {
		if c.n > 0 {
			parts = append(parts, strconv.Itoa(c.n)+" "+string(c.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
