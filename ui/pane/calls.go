package pane

import (
	"slices"
	"strconv"

	"lanyard/ui/kit"
)

// callsDrawn is the number of calls that the list shows of a token, the newest ones.
const callsDrawn = 60

// callKind says what the gateway did with a token, or that a piece of text is a status.
type callKind int

const (
	callStatus callKind = iota // not a call: the HTTP status before a run of calls
	callAccepted
	callRefused
	callUnclear
)

// call is a call with a token. Its status is the HTTP status; 0 if there was no answer.
type call struct {
	status int
	kind   callKind
}

// callPiece is a piece of the text about calls. Its kind decides how it is painted.
type callPiece struct {
	text string
	kind callKind
}

// callRun is a run of calls with the same status.
type callRun struct {
	status  string
	calls   []call
	counted bool // all calls were refused, so that the run has their number: "401 ×3"
}

// width returns the width of a run of which n calls are drawn.
func (r callRun) width(n int) int {
	if r.counted {
		n = 1 + len(strconv.Itoa(len(r.calls)))
	}
	return kit.Width(r.status) + 1 + n
}

// appendCalls appends the text about the last calls, oldest first, in at most w cells. It draws a
// character for each call, in runs after their status, and counts refusals: "200 |||| 401 ×3", as
// the rows of tokens that are over do. If they do not fit, it leaves out all but three calls of
// older runs, or fewer so that three of the newest run fit, and the oldest calls of the newest run.
// Otherwise it counts the calls of all runs, or of the newest run, or it gives the newest status
// alone. It appends nothing if that does not fit either.
func appendCalls(out []callPiece, calls []call, w int) []callPiece {
	if len(calls) == 0 {
		return out
	}
	calls = calls[max(len(calls)-callsDrawn, 0):]
	var space [8]callRun
	runs := callRuns(space[:0], calls)
	last := len(runs) - 1
	all := 0
	for _, r := range runs {
		all += r.width(len(r.calls)) + 1
	}
	if all-1 <= w {
		for i, r := range runs {
			out = r.append(out, len(r.calls), i == 0)
		}
		return out
	}
	const few = 3 // calls of a run, if not all fit
	for older := few; older > 0; older-- {
		short := 0 // the width of the runs before the newest
		for _, r := range runs[:last] {
			short += r.width(min(len(r.calls), older)) + 1
		}
		n := min(w-short-runs[last].width(0), len(runs[last].calls))
		if runs[last].counted && n >= 0 {
			n = len(runs[last].calls)
		}
		if n < min(few, len(runs[last].calls)) && (n <= 0 || older > 1) {
			continue
		}
		for i, r := range runs[:last] {
			out = r.append(out, min(len(r.calls), older), i == 0)
		}
		return runs[last].append(out, n, last == 0)
	}
	if last > 0 {
		from, used := len(out), 0
		for i, r := range runs {
			out = r.appendCount(out, i == 0)
			used += kit.Width(out[len(out)-1].text)
		}
		if used <= w {
			return out
		}
		out = out[:from]
	}
	from := len(out)
	if out = runs[last].appendCount(out, true); kit.Width(out[from].text) <= w {
		return out
	}
	out = out[:from]
	if kit.Width(runs[last].status) <= w {
		out = append(out, callPiece{runs[last].status, calls[len(calls)-1].kind})
	}
	return out
}

// callRuns appends the runs of calls.
func callRuns(runs []callRun, calls []call) []callRun {
	for from := 0; from < len(calls); {
		to := from + 1
		for to < len(calls) && calls[to].status == calls[from].status {
			to++
		}
		counted := !slices.ContainsFunc(calls[from:to],
			func(c call) bool { return c.kind != callRefused })
		runs = append(runs, callRun{statusText(calls[from].status), calls[from:to], counted})
		from = to
	}
	return runs
}

func statusText(status int) string {
	switch status {
	case 0:
		return "–"
	case 200:
		return "200"
	case 401:
		return "401"
	}
	return strconv.Itoa(status)
}

// append appends the status of the run and its last n calls.
func (r callRun) append(out []callPiece, n int, first bool) []callPiece {
	status := r.status + " "
	if !first {
		status = " " + status
	}
	out = append(out, callPiece{status, callStatus})
	if r.counted {
		return append(out, callPiece{"×" + strconv.Itoa(len(r.calls)), callRefused})
	}
	calls := r.calls[len(r.calls)-n:]
	for from := 0; from < len(calls); {
		to := from + 1
		for to < len(calls) && calls[to].kind == calls[from].kind {
			to++
		}
		out = append(out, callPiece{callMarks(calls[from].kind, to-from), calls[from].kind})
		from = to
	}
	return out
}

// appendCount appends the status of the run and the number of its calls: "200 ×48", or "200" for a
// single call that was not refused.
func (r callRun) appendCount(out []callPiece, first bool) []callPiece {
	text := r.status
	if n := len(r.calls); n > 1 || r.counted {
		text += " ×" + strconv.Itoa(n)
	}
	if !first {
		text = " " + text
	}
	return append(out, callPiece{text, r.calls[len(r.calls)-1].kind})
}

// callMarks returns the characters of n calls of a kind, at most callsDrawn.
func callMarks(k callKind, n int) string {
	const (
		accepted = "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||"
		refused  = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		unclear  = "????????????????????????????????????????????????????????????"
	)
	switch k {
	case callAccepted:
		return accepted[:n]
	case callRefused:
		return refused[:n]
	}
	return unclear[:n]
}

// untried returns what stands in place of the calls of a token that was not called since its end.
func untried(probed bool, w int) string {
	texts := [...]string{"never tried", "untried"}
	if probed {
		texts = [...]string{"not tried since", "none since"}
	}
	for _, text := range texts {
		if len(text) <= w {
			return text
		}
	}
	return ""
}
