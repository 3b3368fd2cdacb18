package tokenapi

import "net/http"

// Why names the reason for a Verdict.
type Why string

// The reasons.
const (
	WhyOpen         Why = "open"          // a 2xx, and a made-up token gets one too
	WhyLetThrough   Why = "let_through"   // a 2xx
	WhyNamed        Why = "named"         // a fault code says that this token is invalid
	WhyFault        Why = "fault"         // a gateway fault that is not about this token
	WhyNoAnswer     Why = "no_answer"     // a transport error
	WhyServer       Why = "server"        // 5xx
	WhyWait         Why = "wait"          // 408 or 429
	WhyProxy        Why = "proxy"         // 407
	WhyInvalidToken Why = "invalid_token" // WWW-Authenticate has error="invalid_token"
	WhyLikeMadeUp   Why = "like_made_up"  // like a made-up token, and accepted here before
	WhyNotSeen      Why = "not_seen"      // like a made-up token, and never accepted here
	WhyChanged      Why = "changed"       // like a made-up token, whose answer has changed since
	WhyUnsigned     Why = "unsigned"      // the same, but the former answer is unknown
	WhyUnlike       Why = "unlike"        // refused, but not like a made-up token
	WhyAPI          Why = "api"           // the API itself answered
	WhyNoControl    Why = "no_control"    // there is no control
	WhyControlOff   Why = "control_off"   // the same, because probe_control is false
	WhyControlActs  Why = "control_acts"  // the same, because the probe's method may change data
	WhyControlSpent Why = "control_spent" // the same, because the limit of controls is reached
	WhyElse         Why = "else"          // none of the above
)

// ProbeFacts are the parts of an answer that decide its verdict. They hold no secret.
type ProbeFacts struct {
	Status       int   // 0: no answer
	FaultCode    int   // code of a known gateway fault, by code or text; 0: none
	InvalidToken bool  // WWW-Authenticate has error="invalid_token"
	Shape        Shape // compared with a control; the body of a 2xx does not count
}

// History holds the results of earlier probes about the token and the URL.
type History struct {
	Accepted  bool // this token was accepted at this URL before
	Unchanged bool // the fresh control equals the stored one of the URL
}

// Judgement is the result of Judge.
type Judgement struct {
	Verdict    Verdict
	NamesToken bool // the refusal says that the token is invalid
	Why        Why
}

// evidence is the input of a row of the table.
type evidence struct {
	ProbeFacts
	control Shape
	History
}

func (e evidence) ok() bool     { return e.Status >= 200 && e.Status <= 299 }
func (e evidence) fault() bool  { return e.FaultCode != 0 }
func (e evidence) like() bool   { return e.control.Known() && e.Shape == e.control }
func (e evidence) client() bool { return e.Status >= 400 && e.Status <= 499 }

// controlRefuses reports whether the status of the control is a refusal. An answer with another
// status then is none.
func (e evidence) controlRefuses() bool {
	s := e.control.Status
	return s == http.StatusUnauthorized || s == http.StatusForbidden || s >= 300 && s <= 399
}

// verdicts is the table of verdicts. The first matching row decides. docs/probing.md explains it.
var verdicts = []struct {
	when func(evidence) bool
	Judgement
}{
	{func(e evidence) bool { return e.Status == 0 }, Judgement{Unclear, false, WhyNoAnswer}},
	{func(e evidence) bool { return e.ok() && e.control.ok() }, Judgement{Unclear, false, WhyOpen}},
	{evidence.ok, Judgement{Accepted, false, WhyLetThrough}},
	{func(e evidence) bool { return namesToken(e.FaultCode) && e.Status != http.StatusForbidden },
		Judgement{Refused, true, WhyNamed}},
	{evidence.fault, Judgement{Unclear, false, WhyFault}},
	{func(e evidence) bool { return e.Status < 300 || e.Status >= 500 },
		Judgement{Unclear, false, WhyServer}},
	{func(e evidence) bool { return e.Status == http.StatusProxyAuthRequired },
		Judgement{Unclear, false, WhyProxy}},
	{func(e evidence) bool {
		return e.Status == http.StatusRequestTimeout || e.Status == http.StatusTooManyRequests
	},
		Judgement{Unclear, false, WhyWait}},
	{func(e evidence) bool { return e.InvalidToken }, Judgement{Refused, true, WhyInvalidToken}},
	{func(e evidence) bool { return e.like() && e.Unchanged && e.Accepted },
		Judgement{Refused, false, WhyLikeMadeUp}},
	{func(e evidence) bool { return e.like() && e.Accepted },
		Judgement{Unclear, false, WhyChanged}},
	{evidence.like, Judgement{Unclear, false, WhyNotSeen}},
	{func(e evidence) bool { return !e.control.Known() }, Judgement{Unclear, false, WhyNoControl}},
	{func(e evidence) bool {
		return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden &&
			e.control.Status == http.StatusForbidden
	}, Judgement{Unclear, false, WhyUnlike}},
	{func(e evidence) bool { return e.client() && e.controlRefuses() },
		Judgement{Accepted, false, WhyAPI}},
	{func(evidence) bool { return true }, Judgement{Unclear, false, WhyElse}},
}

// namesToken reports whether a fault code is about the token: invalid, expired or inactive.
func namesToken(code int) bool { return code == 900901 || code == 900903 || code == 900904 }

// Judge returns the verdict on an answer. control is the shape of a recent answer of the same URL
// to a made-up token, or zero. Judge is a pure function.
func Judge(f ProbeFacts, control Shape, h History) Judgement {
	if !control.Known() {
		control = Shape{}
	}
	e := evidence{f, control, h}
	for _, row := range verdicts {
		if row.when(e) {
			return row.Judgement
		}
	}
	return Judgement{Unclear, false, WhyElse}
}

// NeedsControl reports whether the verdict depends on a control.
func (f ProbeFacts) NeedsControl() bool {
	switch Judge(f, Shape{}, History{}).Why {
	case WhyLetThrough, WhyNoControl:
		return true
	}
	return false
}

// probeFacts reads the facts from an answer. It needs the token because an answer may repeat it.
func probeFacts(status int, header http.Header, body []byte, token string) ProbeFacts {
	p := ProbeFacts{Status: status, Shape: shapeOf(status, header, body, token)}
	if status >= 200 && status <= 299 {
		return p
	}
	p.FaultCode = parseFault(body).judgedCode(status)
	p.InvalidToken = challengeHas(header, "error", "invalid_token")
	return p
}

// judgedCode returns the code by which a fault is judged, or 0 if it is not a known fault of a
// gateway. A fault in the shape of a gateway is also known by its text.
func (f fault) judgedCode(status int) int {
	if f.known() {
		return f.code
	}
	if !f.gateway {
		return 0
	}
	code := f.code
	if code == 0 {
		code = f.codeByText(status)
	}
	if AdviseFault(code, status).Category == "" {
		return 0
	}
	return code
}
