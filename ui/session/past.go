package session

import (
	"slices"
	"strconv"

	"lanyard/console"
	"lanyard/console/describe"
)

// CallRow is a call of this run, or one of another run that the audit log has. It is valid until
// the next call of Do, Apply or Tick.
type CallRow struct {
	Exchange *console.Exchange // nil: of another run
	past     *console.Call
}

// ID identifies a row.
func (r CallRow) ID() string {
	if r.Exchange != nil {
		return strconv.FormatInt(r.Exchange.Seq, 10)
	}
	return "log:" + strconv.FormatInt(r.past.Event, 10)
}

// Call returns the call of a row.
func (r CallRow) Call() console.Call {
	if r.Exchange != nil {
		return r.Exchange.AsCall()
	}
	return *r.past
}

// words returns the text of a row in which a person finds something.
func (r CallRow) words(audience bool) string {
	c := r.Call()
	words := c.Method + " " + strconv.Itoa(c.Status) + " " + string(c.AppName()) + " " +
		describe.CallVerb(c) + " " + c.Fingerprint + " " + string(c.Verdict)
	if !audience {
		words += " " + string(c.Application) + " " + string(c.Path) + " " + c.Failure
		if r.Exchange != nil {
			words += " " + r.Exchange.Err
		}
	}
	return words
}

// Calls returns the calls that match a find: those of this run, then those of other runs. Each part
// begins with the newest. "" matches every call. For an audience it does not match what an audience
// must not see. It returns the same slice until the next reading.
func (s *Session) Calls(find string, audience bool) []CallRow {
	q := findQuery{find, audience}
	rows, ok := s.calls[q]
	if !ok {
		if s.calls == nil || len(s.calls) > 64 { // each character of find has an answer
			s.calls = map[findQuery][]CallRow{}
		}
		rows = s.callRows(q)
		s.calls[q] = rows
	}
	return rows
}

func (s *Session) callRows(q findQuery) []CallRow {
	b := &s.board
	rows := make([]CallRow, 0, len(b.Exchanges)+len(b.Past))
	for i := len(b.Exchanges) - 1; i >= 0; i-- {
		rows = append(rows, CallRow{Exchange: &b.Exchanges[i]})
	}
	for i := range b.Past {
		rows = append(rows, CallRow{past: &b.Past[i]})
	}
	if q.find == "" {
		return rows
	}
	match := matcher(q.find, slices.Values(rows),
		func(r CallRow) string { return r.words(q.audience) })
	return slices.DeleteFunc(rows, func(r CallRow) bool { return !match(r) })
}

// CallOfMark returns the call whose answer was lost, of a mark. ok is false if the call is not
// known, such as that of a console that was killed.
func (s *Session) CallOfMark(id string) (r CallRow, ok bool) {
	for _, r := range s.Calls("", false) {
		if r.Call().Mark == id {
			return r, true
		}
	}
	return r, false
}

// LastGot returns the newest call, of this run or of those that the audit log tells, that brought a
// token of an application.
func (s *Session) LastGot(appID string) (c console.Call, ok bool) {
	for _, r := range s.Calls("", false) {
		c := r.Call()
		if c.AppID == appID && (c.Verb == console.OpGet || c.Verb == console.OpRefresh) &&
			c.Fingerprint != "" && c.Failure == "" {
			return c, true
		}
	}
	return c, false
}

// HasCallOfMark reports whether the call of a mark is known.
func (s *Session) HasCallOfMark(id string) bool {
	_, ok := s.CallOfMark(id)
	return ok
}

// CallCount returns the number of calls without a filter.
func (s *Session) CallCount() int { return len(s.board.Exchanges) + len(s.board.Past) }

// CallEffect returns what followed from a call, as the tokens of the board show it.
func (s *Session) CallEffect(c console.Call) console.CallEffect {
	return console.EffectOf(c, func(id string) (t console.Token, p console.Policy, ok bool) {
		r := s.board.byID[id]
		if r == nil || r.Token == nil {
			return t, p, false
		}
		return *r.Token, s.board.Apps[r.App].Policy, true
	}, s.second())
}
