package session

import (
	"slices"
	"time"

	"lanyard/console"
)

// alerts are what a person is told without looking: once each, and nothing that was over before the
// console started.
type alerts struct {
	on     bool
	before []time.Duration
	began  time.Time // what was over by then is not told
	next   time.Time
	fired  map[alertKey]bool
}

type alertKey struct {
	id     string
	kind   AlertKind
	before time.Duration
}

// AlertKind is what a person is told of.
type AlertKind int

// The kinds of alerts.
const (
	AlertLeft    AlertKind = iota // the token has Before left
	AlertExpired                  // it has expired
	AlertDead                     // it is revoked, and dead
	AlertOver                     // it was replaced, and is over
)

// Alert is something that a person is told of without looking.
type Alert struct {
	Row    *Row
	Kind   AlertKind
	Before time.Duration
	at     time.Time
}

func (a Alert) key() alertKey { return alertKey{a.Row.ID, a.Kind, a.Before} }

// SetAlerts changes whether there are alerts, and how long before a token expires.
func (s *Session) SetAlerts(on bool, before []time.Duration, now time.Time) {
	s.now = now
	s.alerts.on, s.alerts.before = on, before
	s.nextAlert()
}

// nextAlert looks up when the next one is due: the board or the settings have changed.
func (s *Session) nextAlert() {
	a := &s.alerts
	if a.fired == nil {
		a.fired = map[alertKey]bool{}
	}
	if a.began.IsZero() {
		a.began = s.now
	}
	a.next = time.Time{}
	if !a.on {
		return
	}
	for i := range s.board.Apps {
		for _, r := range s.board.Apps[i].rows {
			for _, e := range s.alertsOf(r) {
				if e.at.After(a.began) && !a.fired[e.key()] {
					a.next = Earlier(a.next, e.at)
				}
			}
		}
	}
}

// alertsOf are the alerts of a token, in the order of time.
func (s *Session) alertsOf(r *Row) (out []Alert) {
	if r.Token == nil {
		return nil
	}
	st := s.board.Status(r, s.now)
	switch {
	case st.Ended:
		at, kind := st.OverAt, AlertDead
		if st.Proof == console.ProofNone {
			if at = st.StaleUntil; !st.StaleKnown || st.Reopened {
				return nil
			}
		}
		if st.Cause == console.CauseReplaced {
			kind = AlertOver
		}
		return []Alert{{r, kind, 0, at}}
	case !st.HasExpiry:
		return nil
	}
	for _, d := range s.alerts.before {
		if at := r.Token.ExpiresAt.Add(-d); d > 0 && at.After(r.Token.IssuedAt) {
			out = append(out, Alert{r, AlertLeft, d, at})
		}
	}
	slices.SortFunc(out, func(x, y Alert) int { return x.at.Compare(y.at) })
	return append(out, Alert{r, AlertExpired, 0, r.Token.ExpiresAt})
}

// alert tells what is due; of one token only the last, for whoever comes back from a long sleep.
func (s *Session) alert() {
	if s.alerts.next.IsZero() || s.now.Before(s.alerts.next) {
		return
	}
	var due []Alert
	for i := range s.board.Apps {
		for _, r := range s.board.Apps[i].rows {
			var last *Alert
			for _, e := range s.alertsOf(r) {
				if !e.at.After(s.now) && e.at.After(s.alerts.began) && !s.alerts.fired[e.key()] {
					s.alerts.fired[e.key()] = true
					last = &e
				}
			}
			if last != nil {
				due = append(due, *last)
			}
		}
	}
	s.nextAlert()
	if len(due) > 0 {
		s.tell(Alerts{All: due})
	}
}
