package tokenapi

import "net/http"

// Why names the row of the table that gave a Verdict, so that people can be told the reason.
type Why string

// The reasons.
const (
	WhyOpen         Why = "open"          // the URL answers 2xx to a made-up token too
	WhyLetThrough   Why = "let_through"   // a 2xx
	WhyNamed        Why = "named"         // a fault code that says that this token is invalid
	WhyFault        Why = "fault"         // a gateway fault that is not about this token
	WhyNoAnswer     Why = "no_answer"     // a transport error
	WhyServer       Why = "server"        // 5xx
	WhyWait         Why = "wait"          // 408 or 429
	WhyProxy        Why = "proxy"         // 407
	WhyInvalidToken Why = "invalid_token" // WWW-Authenticate says invalid_token
	WhyLikeMadeUp   Why = "like_made_up"  // answered as a made-up token, and accepted here before
	WhyNotSeen      Why = "not_seen"      // answered as a made-up token, and never accepted here
	WhyChanged      Why = "changed"       // answered as a made-up token, in another way than while tokens were accepted
	WhyUnsigned     Why = "unsigned"      // the same, and nobody knows how it was then
	WhyUnlike       Why = "unlike"        // a refusal, but not the one that a made-up token gets
	WhyAPI          Why = "api"           // the API itself answered
	WhyNoControl    Why = "no_control"    // nobody knows what a made-up token gets
	WhyControlOff   Why = "control_off"   // the same, because probe_control is false
	WhyControlActs  Why = "control_acts"  // the same, because the method of the probe acts
	WhyControlSpent Why = "control_spent" // the same, because it was asked often enough for now
	WhyElse         Why = "else"          // nothing of the above
)

// ProbeFacts are what an answer of a probe URL says, as far as a verdict depends on it. They hold
// no secret.
type ProbeFacts struct {
	Status       int   // 0: no answer
	FaultCode    int   // of a known gateway fault, by its code or its own words; 0: none
	InvalidToken bool  // WWW-Authenticate has error="invalid_token"
	Shape        Shape // to compare with that of a control; zero for a 2xx body, which is not read
}

// History is what is known of the token and the URL from before.
type History struct {
	Accepted  bool // this token was accepted at this URL before
	Unchanged bool // the fresh control still equals the signature of the URL
}

// Judgement is what Judge concludes.
type Judgement struct {
	Verdict    Verdict
	NamesToken bool // the refusal itself says that the token is invalid
	Why        Why
}

// evidence is what a row of the table looks at.
type evidence struct {
	ProbeFacts
	control Shape
	History
}

func (e evidence) ok() bool     { return e.Status >= 200 && e.Status <= 299 }
func (e evidence) fault() bool  { return e.FaultCode != 0 }
func (e evidence) like() bool   { return e.control.Known() && e.Shape == e.control }
func (e evidence) client() bool { return e.Status >= 400 && e.Status <= 499 }

// controlRefuses reports whether a made-up token is refused by status, so that another status is no
// such refusal.
func (e evidence) controlRefuses() bool {
	s := e.control.Status
	return s == http.StatusUnauthorized || s == http.StatusForbidden || s >= 300 && s <= 399
}

// verdicts is the table of the contract ("What a probe proves"), row by row. The first match wins.
// Rows that the contract writes as one are several here where people are told different reasons.
var verdicts = []struct {
	when func(evidence) bool
	Judgement
}{
	{func(e evidence) bool { return e.Status == 0 }, Judgement{Unclear, false, WhyNoAnswer}},
	{func(e evidence) bool { return e.ok() && e.control.ok() }, Judgement{Unclear, false, WhyOpen}},
	{evidence.ok, Judgement{Accepted, false, WhyLetThrough}},
	{func(e evidence) bool { return namesToken(e.FaultCode) && e.Status != http.StatusForbidden }, Judgement{Refused, true, WhyNamed}},
	{evidence.fault, Judgement{Unclear, false, WhyFault}},
	{func(e evidence) bool { return e.Status < 300 || e.Status >= 500 }, Judgement{Unclear, false, WhyServer}},
	{func(e evidence) bool { return e.Status == http.StatusProxyAuthRequired }, Judgement{Unclear, false, WhyProxy}},
	{func(e evidence) bool {
		return e.Status == http.StatusRequestTimeout || e.Status == http.StatusTooManyRequests
	},
		Judgement{Unclear, false, WhyWait}},
	{func(e evidence) bool { return e.InvalidToken }, Judgement{Refused, true, WhyInvalidToken}},
	{func(e evidence) bool { return e.like() && e.Unchanged && e.Accepted }, Judgement{Refused, false, WhyLikeMadeUp}},
	{func(e evidence) bool { return e.like() && e.Accepted }, Judgement{Unclear, false, WhyChanged}},
	{evidence.like, Judgement{Unclear, false, WhyNotSeen}},
	{func(e evidence) bool { return !e.control.Known() }, Judgement{Unclear, false, WhyNoControl}},
	{func(e evidence) bool {
		return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden && e.control.Status == http.StatusForbidden
	}, Judgement{Unclear, false, WhyUnlike}},
	{func(e evidence) bool { return e.client() && e.controlRefuses() }, Judgement{Accepted, false, WhyAPI}},
	{func(evidence) bool { return true }, Judgement{Unclear, false, WhyElse}},
}

// namesToken reports whether a fault code is about the token itself: invalid, expired, inactive.
func namesToken(code int) bool { return code == 900901 || code == 900903 || code == 900904 }

// Judge gives the verdict on an answer. The control is the shape of what the same URL answered to a
// made-up token a short while ago, zero if that is unknown. Judge is a pure function.
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

// NeedsControl reports whether the verdict depends on what a made-up token would be answered.
func (f ProbeFacts) NeedsControl() bool {
	switch Judge(f, Shape{}, History{}).Why {
	case WhyLetThrough, WhyNoControl:
		return true
	}
	return false
}

// probeFacts reads what an answer says. token is what was sent: an answer may repeat it.
func probeFacts(status int, header http.Header, body []byte, token string) ProbeFacts {
	p := ProbeFacts{Status: status, Shape: shapeOf(status, header, body, token)}
	if status >= 200 && status <= 299 {
		return p
	}
	p.FaultCode = parseFault(body).decides(status)
	p.InvalidToken = challengeHas(header, "error", "invalid_token")
	return p
}

// decides gives the code by which a fault is judged, 0 for what is no known fault of a gateway. A
// fault in a shape of gateways is known by its own words, too.
func (f fault) decides(status int) int {
	if f.known() {
		return f.code
	}
	if !f.gateway {
		return 0
	}
	code := f.code
	if code == 0 {
		code = f.byWords(status)
	}
	if AdviseFault(code, status).Category == "" {
		return 0
	}
	return code
}
