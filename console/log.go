package console

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/tokenapi"
)

// Log returns the audit log, oldest first. It adds the events that follow from time alone: that a
// token became dead, superseded or expired. It opens no secret.
func (s *Service) Log(ctx context.Context) ([]Event, error) {
	var stored, derived []Event
	err := s.opt.Keeper.View(ctx, func(r Reader) error {
		var err error
		if stored, err = r.Events(0); err != nil {
			return err
		}
		tokens, err := r.Tokens()
		if err != nil {
			return err
		}
		policies := map[string]Policy{}
		labels := map[string]Private{}
		for _, t := range tokens {
			p, ok := policies[t.AppID]
			if !ok {
				a, err := s.application(r, t.AppID)
				if err != nil && !isCode(err, CodeNoApplication) {
					return err
				}
				p, labels[t.AppID] = s.Policy(a), a.Label()
				policies[t.AppID] = p
			}
			if e, ok := passed(t, p, s.Now()); ok {
				e.Application = labels[t.AppID]
				derived = append(derived, e)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	s.noteUnanswered(stored)
	slices.SortStableFunc(derived, func(a, b Event) int { return a.At.Compare(b.At) })
	all := make([]Event, 0, len(stored)+len(derived))
	for _, e := range stored { // stored events stay in the order of their commits
		for len(derived) > 0 && derived[0].At.Before(e.At) {
			all, derived = append(all, derived[0]), derived[1:]
		}
		all = append(all, e)
	}
	return append(all, derived...), nil
}

// noteUnanswered sets Unanswered of the requests whose answer was lost: no later event read it or
// withdrew the request. Requests of this process that are in flight are left out. An event that
// removes several marks is the answer to the newest of them.
func (s *Service) noteUnanswered(log []Event) {
	type mark struct {
		at   int // index of the event that set it
		ends time.Time
		gone bool
	}
	open := map[string]mark{}
	for i, e := range log {
		var f detailFacts
		if json.Unmarshal(e.Facts, &f) != nil {
			continue
		}
		answered := ""
		for id, m := range f.Marks {
			was, set := open[id]
			switch {
			case m != nil && set: // it has a later end
				was.ends = m.EndsBy
				open[id] = was
			case m != nil && e.Kind == EventUnsure:
				open[id] = mark{at: i, ends: m.EndsBy}
			case !set || m != nil:
			default:
				was.gone = true
				open[id] = was
				over := !was.ends.IsZero() && !e.At.Before(was.ends) // so is the lost token
				if e.Kind != EventDismissed && !over &&
					(answered == "" || was.at > open[answered].at) {
					answered = id
				}
			}
		}
		delete(open, answered)
	}
	for id, m := range open {
		e := &log[m.at]
		e.Unanswered = !s.isAwaited(id)
		e.Open = !m.gone && (m.ends.IsZero() || s.Now().Before(m.ends))
	}
}

// passed returns the event that time alone has caused, if there is one.
func passed(t Token, p Policy, now time.Time) (Event, bool) {
	e := Event{
		TokenID: t.ID, Fingerprint: t.Fingerprint, AppID: t.AppID, Derived: true,
		Facts: json.RawMessage("{}"),
	}
	st := StatusAt(t, p, now)
	switch st.State {
	case Dead:
		e.Kind, e.At = EventDead, st.OverAt
	case Superseded:
		e.Kind, e.At = EventSuperseded, st.OverAt
	case Expired:
		e.Kind, e.At = EventExpired, st.ExpiresAt
		return e, true
	case Unsure, Revoking, Lingering, Expiring, Active:
		return e, false
	}
	e.Facts = json.RawMessage(`{"proof":"` + string(st.Proof) + `"}`)
	return e, !e.At.IsZero()
}

// Words describes an event in two or three words.
func (k EventKind) Words() string {
	switch k {
	case EventReissued:
		return "handed out again"
	case EventHeld:
		return "held before"
	case EventUnsure:
		return "asked"
	case EventUnanswered:
		return "no answer"
	}
	return strings.ReplaceAll(string(k), "_", " ")
}

// detailFacts are the facts of an event that Detail shows.
type detailFacts struct {
	ExpiresAt   time.Time            `json:"expires_at"`
	Lifetime    tokenapi.Lifetime    `json:"lifetime"`
	RevokeAt    time.Time            `json:"revoke_at"`
	RevokeKind  RevokeKind           `json:"revoke_kind"`
	RevokeNext  time.Time            `json:"revoke_next"`
	RevokeError string               `json:"revoke_error"`
	RevokeTries int                  `json:"revoke_tries"`
	Confirmed   bool                 `json:"confirmed"`
	AtServer    ServerState          `json:"at_server"`
	Probes      []probeFact          `json:"probes"`
	Marks       map[string]*markFact `json:"marks"`
	Via         string               `json:"via"`
	Form        Form                 `json:"form"`
	Proof       Proof                `json:"proof"`
}

// Detail returns further facts of an event for a reader at now, or "". It may hold words of a
// server.
func (e Event) Detail(now time.Time) string {
	return e.DetailAt(func(t time.Time) string { return short(t, now) })
}

// DetailAt is Detail for a reader to whom clock writes a time.
func (e Event) DetailAt(clock func(time.Time) string) string {
	var f detailFacts
	if json.Unmarshal(e.Facts, &f) != nil {
		return ""
	}
	switch e.Kind {
	case EventIssued, EventRenewed, EventReissued, EventAdopted, EventHeld:
		switch {
		case !f.ExpiresAt.IsZero():
			return "until " + clock(f.ExpiresAt)
		case f.Lifetime == tokenapi.Unbounded:
			return "never expires"
		}
	case EventRevokeDecided:
		return string(f.RevokeKind)
	case EventRevoked:
		if f.Confirmed {
			return "named by the server"
		}
	case EventRevokeTried:
		if f.RevokeTries > 1 {
			return fmt.Sprintf("attempt %d", f.RevokeTries)
		}
	case EventRevokeRefused:
		return f.RevokeError
	case EventRevokeDeferred:
		return strings.TrimSuffix("again at "+clock(f.RevokeNext)+": "+f.RevokeError, ": ")
	case EventProbed:
		if n := len(f.Probes); n > 0 {
			p := f.Probes[n-1]
			return strings.TrimSpace(string(p.Verdict) + " " + number(p.Status) + " " +
				number(p.FaultCode))
		}
	case EventIntrospected:
		return cmp.Or(string(f.AtServer), "as before")
	case EventUnsure:
		for _, m := range f.Marks {
			if m != nil {
				return m.Op
			}
		}
	case EventCopied, EventPrinted:
		if f.Form != "" {
			return f.Via + ", as " + string(f.Form)
		}
		return f.Via
	case EventDead, EventSuperseded:
		return "by " + string(f.Proof)
	case EventReplaced, EventForgotten, EventRevokeUndone, EventRevokeLapsed, EventRefreshRevoked,
		EventRefreshSpent, EventUnanswered, EventSettled, EventDismissed, EventChanged,
		EventExpired:
	}
	return ""
}

// short writes a time, with its date if that is not the date of now.
func short(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format("2006-01-02 15:04")
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
