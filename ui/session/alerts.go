package session

import (
	"slices"
	"time"

	"lanyard/console"
)

// alerts is the state of the alerts. Each alert is reported once. Events before the start of the
// console are not reported.
type alerts struct {
	on     bool
	before []time.Duration
	began  time.Time // when the console started
	next   time.Time
	fired  map[alertKey]bool
}

type alertKey struct {
	id     string
	kind   AlertKind
	before time.Duration
}

// AlertKind is the kind of an alert.
type AlertKind int

// The kinds of alerts.
const (
	AlertLeft    AlertKind = iota // the token expires in Before
	AlertExpired                  // the token has expired
	AlertDead                     // the token was revoked and is dead
	AlertOver                     // the token was replaced and is over
)

// Alert is an event that is reported even if the person does not look at the screen.
type Alert struct {
	Row    *Row
	Kind   AlertKind
	Before time.Duration
	at     time.Time
}

func (a Alert) key() alertKey { return alertKey{a.Row.ID, a.Kind, a.Before} }

// SetAlerts turns alerts on or off. before are the times before a token's expiry at which to alert.
func (s *Session) SetAlerts(on bool, before []time.Duration, now time.Time) {
	s.now = now
	s.alerts.on, s.alerts.before = on, before
	s.nextAlert()
}

// nextAlert computes when the next alert is due. It is called if the board or the settings have
// changed.
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

// alertsOf returns the alerts of a token in the order of time.
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

// alert reports the alerts that are due, and of each token only the last one. After a long sleep
// several may be due.
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
