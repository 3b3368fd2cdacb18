package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/text"
	"lanyard/tokenapi"
)

// Call describes one call to a server, and is kept after its run. It has no headers, body, host or
// query. The audit log keeps it with the event that the call led to. It holds no secret.
type Call struct {
	Exchange int64  // Seq of the exchange, if this process made the call
	Event    int64  // Seq of the audit log's entry, if another run made the call
	Run      string // the process that made it
	At       time.Time
	Verb     string // as Exchange.Verb
	Method   string
	Path     Private
	Status   int // 0: no answer
	Took     time.Duration
	Repeats  int // of [Exchange]

	AppID       string
	Application Private // label of the application at that time
	TokenID     string  // the token that it was about or brought; "" for none
	Fingerprint string
	From        string     // refresh: ID of the token that was refreshed
	Revokes     RevokeKind // revoke: the token of the pair that it is about; "" if not known
	Mark        string     // ID of the mark that stays if the answer was lost; "" otherwise

	Failure  string // OAuth error code or kind of failure; "" if there was none
	Verdict  Verdict
	AtServer ServerState // introspection
	Probe    CallProbe
}

// AppName returns the name of the application, without its environment and key type. It is the part
// of the label before the last "@", because a name may contain that character and an environment
// may not.
func (c Call) AppName() Private {
	if i := strings.LastIndexByte(string(c.Application), '@'); i >= 0 {
		return c.Application[:i]
	}
	return c.Application
}

// CallProbe holds what explains the verdict of a probe ([ProbeAnswer]).
type CallProbe struct {
	At            time.Time // of [Probe]
	FaultCode     int
	Why           tokenapi.Why
	ControlStatus int
}

// The verbs of calls that are no [Mark]'s operation.
const (
	OpProbe      = "probe"
	OpRevoke     = "revoke"
	OpIntrospect = "introspect"
)

// methodGet is the method that a stored call leaves out.
const methodGet = "GET"

// KeepCalls is the number of calls of other runs that a console lists.
const KeepCalls = 200

// callWindow is the number of entries of the audit log that are searched for calls.
const callWindow = 3 * KeepCalls

// Answer returns the answer to a probe, as far as the call describes it.
func (c Call) Answer() ProbeAnswer {
	return ProbeAnswer{
		Verdict: c.Verdict, Status: c.Status, At: c.Probe.At, FaultCode: c.Probe.FaultCode,
		Why: c.Probe.Why, ControlStatus: c.Probe.ControlStatus,
		Advice: tokenapi.AdviseFault(c.Probe.FaultCode, c.Status),
	}
}

// callFact is a call in the facts of an event. That of a probe leaves out what the probe has.
type callFact struct {
	Run           string       `json:"run"`
	At            time.Time    `json:"at,omitzero"`
	Verb          string       `json:"verb,omitempty"`   // "": OpProbe
	Method        string       `json:"method,omitempty"` // "": GET
	Path          string       `json:"path,omitempty"`
	Status        int          `json:"status,omitempty"`
	Took          int64        `json:"ms,omitempty"`
	Failure       string       `json:"failure,omitempty"`
	Mark          string       `json:"mark,omitempty"`
	AtServer      ServerState  `json:"at_server,omitempty"`
	Revokes       RevokeKind   `json:"revokes,omitempty"`
	Why           tokenapi.Why `json:"why,omitempty"`
	ControlStatus int          `json:"control_status,omitempty"`
}

func (c *Call) fact() callFact {
	f := callFact{
		Run: c.Run, At: c.At.UTC(), Verb: c.Verb, Method: c.Method, Path: string(c.Path),
		Status: c.Status, Took: c.Took.Milliseconds(),
		Failure: c.Failure, Mark: c.Mark, AtServer: c.AtServer, Revokes: c.Revokes,
	}
	if c.Verb == OpProbe {
		f.At, f.Verb, f.Path, f.Status = time.Time{}, "", "", 0
	}
	if c.Method == methodGet {
		f.Method = ""
	}
	if c.Verdict == ProbeUnclear {
		f.Why, f.ControlStatus = c.Probe.Why, c.Probe.ControlStatus
	}
	return f
}

// Call returns the call that led to an event. ok is false if the event has none.
func (e Event) Call() (c Call, ok bool) {
	var f struct {
		Call   *callFact   `json:"call"`
		Probes []probeFact `json:"probes"`
		From   string      `json:"from"`
	}
	if json.Unmarshal(e.Facts, &f) != nil || f.Call == nil {
		return c, false
	}
	c = Call{
		Event: e.Seq, Run: f.Call.Run, At: f.Call.At,
		Verb: cmp.Or(f.Call.Verb, OpProbe), Method: cmp.Or(f.Call.Method, methodGet),
		Path: Private(f.Call.Path), Status: f.Call.Status,
		Took:  time.Duration(f.Call.Took) * time.Millisecond,
		AppID: e.AppID, Application: e.Application, TokenID: e.TokenID,
		Fingerprint: e.Fingerprint, Failure: f.Call.Failure, AtServer: f.Call.AtServer,
		Mark: f.Call.Mark, Revokes: f.Call.Revokes,
		Probe: CallProbe{Why: f.Call.Why, ControlStatus: f.Call.ControlStatus},
	}
	if c.Verb == OpRefresh && e.Kind == EventRenewed {
		c.From = f.From
	}
	if n := len(f.Probes); n > 0 {
		p := f.Probes[n-1]
		c.Verdict, c.Probe.At, c.Probe.FaultCode = p.Verdict, p.At, p.FaultCode
		c.At, c.Path, c.Status = p.At.Add(-c.Took), PathOf(Private(p.URL)), p.Status
	}
	return c, true
}

// noAnswer is the Failure of a call without an answer.
const noAnswer = "no answer"

// longestPath is the number of characters of a path that are kept.
const longestPath = 200

// PathOf returns the path of a URL, without its host and query.
func PathOf(u Private) Private {
	_, after, ok := strings.Cut(string(u), "://")
	if !ok {
		after = string(u)
	}
	i := strings.IndexByte(after, '/')
	if i < 0 {
		return "/"
	}
	path, _, _ := strings.Cut(after[i:], "?")
	path, _, _ = strings.Cut(path, "#")
	return Private(path)
}

// run names this process in the audit log.
func (s *Service) run() string {
	sum := sha256.Sum256([]byte(s.opt.Owner))
	return hex.EncodeToString(sum[:4])
}

// AsCall returns the call of an exchange, with what it came to if that is known.
func (x Exchange) AsCall() Call {
	c := x.Call
	c.Exchange, c.At, c.Verb, c.Method = x.Seq, x.Started, x.Verb(), x.Method
	c.Path = Private(text.Words(string(PathOf(Private(x.URL))), longestPath))
	c.Status, c.Took, c.AppID, c.Application = x.Status, x.Took, x.AppID, x.Application
	c.Repeats = x.Repeats
	c.TokenID, c.Revokes = cmp.Or(c.TokenID, x.TokenID), x.revokes()
	if c.Failure == "" && x.Status == 0 {
		c.Failure = noAnswer
	}
	return c
}

// The values of token_type_hint (RFC 7009 section 2.1).
const (
	hintAccess  = "access_token"
	hintRefresh = "refresh_token"
)

// revokes returns the token of a pair that a revoke is about, by its token_type_hint.
func (x Exchange) revokes() RevokeKind {
	for _, p := range x.Form {
		switch {
		case x.Op != OpRevoke || p.Name != "token_type_hint":
		case p.Value == hintRefresh:
			return RevokeRefresh
		case p.Value == hintAccess:
			return RevokeAccess
		}
	}
	return ""
}

// callOf returns the call of an exchange. err is the error that the exchange led to, or nil.
func (s *Service) callOf(x Exchange, err error) *Call {
	call := x.AsCall()
	c := &call
	c.Run, c.Failure = s.run(), ""
	switch e, ok := tokenapi.AsError(err); {
	case err == nil:
	case !ok || !e.Answered():
		c.Failure = noAnswer
		if ok && e.Kind == tokenapi.KindTimeout {
			c.Failure = "no answer in time"
		}
	case e.Stored().Code != "":
		c.Failure = text.Words(e.Stored().Code, 60)
	case e.Kind == tokenapi.KindGarbled:
		c.Failure = "no readable answer"
	default:
		c.Failure = string(e.Kind)
	}
	return c
}

// probed adds the verdict of a probe.
func (c *Call) probed(ans ProbeAnswer) {
	c.Verdict = ans.Verdict
	c.Probe = CallProbe{ans.At, ans.FaultCode, ans.Why, ans.ControlStatus}
}

// noteCall adds to a kept exchange what the call came to.
func (s *Service) noteCall(c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.exchanges {
		if s.exchanges[i].Seq == c.Exchange {
			s.exchanges[i].Call = *c
			s.tellWatchers()
			return
		}
	}
}

// countRepeat counts a call of a [Client] that is not listed, at the last one that is with its
// token.
func (s *Service) countRepeat(tokenID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range slices.Backward(s.exchanges) {
		if x := &s.exchanges[i]; x.Op == OpTraffic && x.TokenID == tokenID {
			x.Repeats++
			return
		}
	}
}

// storeCall makes a transaction store a call with the most important event that it records. It sets
// the token of the call. If a transaction has several calls, each is stored with the event of its
// own token. It ignores nil, the call of a request that was not sent.
func storeCall(w Writer, c *Call) {
	if r, ok := w.(*recorder); ok && c != nil {
		r.calls = append(r.calls, c)
	}
}

// logUnanswered logs that the answer to the request of a mark was lost. An error is ignored,
// because the open mark shows the same.
func (s *Service) logUnanswered(ctx context.Context, c *Call, m Mark,
	also func(Writer) error) {
	_ = s.update(ctx, func(w Writer) error {
		if r, ok := w.(*recorder); ok {
			r.lost, r.lostCall = &m, c
		}
		return also(w)
	})
}

// PastCalls returns the last calls of other runs that the audit log has, newest first. It reads the
// end of the log only.
func (s *Service) PastCalls(ctx context.Context) ([]Call, error) {
	var last []Event
	err := s.opt.Keeper.View(ctx, func(r Reader) (err error) {
		last, err = r.LastEvents(callWindow)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the last calls: %w", err)
	}
	var calls []Call
	for _, e := range slices.Backward(last) {
		if c, ok := e.Call(); ok && c.Run != s.run() && len(calls) < KeepCalls {
			calls = append(calls, c)
		}
	}
	slices.SortStableFunc(calls, func(a, b Call) int { return b.At.Compare(a.At) })
	return calls, nil
}

// lifeWindow is the number of entries of the audit log that are read for the life of a token.
const lifeWindow = 200

// LifeEvents returns the newest entries of the audit log about a token, for [LifeOf]. It leaves out
// those of probes, which the token holds.
func (s *Service) LifeEvents(ctx context.Context, tokenID string) (log []Event, err error) {
	err = s.opt.Keeper.View(ctx, func(r Reader) error {
		log, err = r.EventsOf(tokenID, lifeWindow)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return log, nil
}

// CallEffect describes the effect of a call, as the tokens of the store show it.
type CallEffect struct {
	Fingerprint string // of the token of the call
	Replaced    string // refresh: fingerprint of the token that it replaced
	// MayPass is the time for which the gateway could let the replaced token through after the
	// call; unknown unless Bounded.
	MayPass time.Duration
	Bounded bool
	// Dead is set for the probe that began the three refusals which proved the token dead.
	Dead      bool
	DeadAfter time.Duration // since the server accepted its revoke; 0: it was not revoked
}

// EffectOf returns the effect of a call. find returns a token with its policy.
func EffectOf(c Call, find func(tokenID string) (Token, Policy, bool), now time.Time) CallEffect {
	e := CallEffect{Fingerprint: c.Fingerprint}
	t, p, ok := find(c.TokenID)
	if ok && e.Fingerprint == "" {
		e.Fingerprint = t.Fingerprint
	}
	if old, p, ok := find(c.From); ok && old.ReplacedBy == c.TokenID {
		e.Replaced = old.Fingerprint
		st := StatusAt(old, p, old.ReplacedAt)
		if e.Bounded = st.Ended && st.StaleKnown; e.Bounded {
			e.MayPass = st.StaleLeft
		}
	}
	if !ok || c.Verdict != ProbeRefused {
		return e
	}
	st := StatusAt(t, p, now)
	e.Dead = st.Proof == ProofProbe && st.OverAt.Equal(c.Probe.At)
	if e.Dead && st.Cause == CauseRevoked {
		e.DeadAfter = st.Took()
	}
	return e
}
