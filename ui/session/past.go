package session

import (
	"strconv"

	"lanyard/console"
	"lanyard/text"
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

// words returns the text of a row that a filter matches.
func (r CallRow) words() string {
	c, failed := r.Call(), ""
	if r.Exchange != nil {
		failed = r.Exchange.Err
	}
	return c.Method + " " + string(c.Path) + " " + strconv.Itoa(c.Status) + " " +
		string(c.Application) + " " + c.Verb + " " + c.Fingerprint + " " + c.Failure + " " +
		string(c.Verdict) + " " + failed
}

// Calls returns the calls that match a pattern of text.Fuzzy: those of this run, newest first, then
// those of other runs, newest first. "" matches every call.
func (s *Session) Calls(filter string) []CallRow {
	b := &s.board
	rows := make([]CallRow, 0, len(b.Exchanges)+len(b.Past))
	add := func(r CallRow) {
		if filter == "" || text.Fuzzy(filter, r.words()) {
			rows = append(rows, r)
		}
	}
	for i := len(b.Exchanges) - 1; i >= 0; i-- {
		add(CallRow{Exchange: &b.Exchanges[i]})
	}
	for i := range b.Past {
		add(CallRow{past: &b.Past[i]})
	}
	return rows
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
