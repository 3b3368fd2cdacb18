package session

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
)

// Board is one reading of the store, judged and sorted for the faces. The next reading replaces it.
// Within a reading only the passage of time changes it, and only its states.
type Board struct {
	Apps             []App
	Exchanges        []console.Exchange
	Past             []console.Call // calls of other runs, newest first
	Total            Tally
	Read             bool      // the store was read at least once
	nextChange       time.Time // when time next changes a state; zero: never
	deliverAt        time.Time // when the next revoke is due; zero: none is pending
	EnvironmentCount int       // number of environments of the applications
	tokens           []console.Token
	Key              console.KeyStatus
	Unkept           error                      // why nothing can be stored; nil if it can
	Environments     []console.KnownEnvironment // environments that an application can be moved to

	UndoableCount int // number of pending revokes that were never sent
	Longer        map[string]console.Longer
	Learned       map[string]console.Learned // by environment
	Skew          map[string]time.Duration   // error of the servers' clocks, by environment

	Altered     []console.Altered    // rows whose MAC is wrong
	Restored    int64                // see console.Board
	Invitations []console.Invitation // gets of this process that wait for a person
	byID        map[string]*Row
	lastEnding  *Row                     // see LastEnding
	replaced    map[string]*Row          // the newest row that a token replaced, by the token's ID
	lives       map[string]time.Duration // see LastLife; by environment
	superseded  map[get]string           // see Session.superseded; until a state changes
	used        []string                 // likewise; see inUse; nil: not known
}

// get is a request for a token: the index of the application, the grant, and the scopes joined by
// spaces.
type get struct {
	app           int
	grant, scopes string
}

// Applications returns all applications of the board.
func (b *Board) Applications() []console.Application {
	all := make([]console.Application, len(b.Apps))
	for i := range all {
		all[i] = b.Apps[i].Application
	}
	return all
}

// NewBoard returns the board of a reading of the store. policy judges the tokens of an application.
func NewBoard(b console.Board, policy func(console.Application) console.Policy,
	now time.Time) Board {
	out := Board{
		Read: true, Key: b.Key, Unkept: b.Unkept, Exchanges: b.Exchanges, tokens: b.Tokens,
		Past: b.Past,
		Skew: b.Skew, Longer: b.Longer, Invitations: b.Invitations, Environments: b.Environments,
		Altered: b.Altered, Restored: b.Restored,
		Apps: make([]App, len(b.Applications)), byID: make(map[string]*Row, len(b.Tokens)),
	}
	index := make(map[string]int, len(b.Applications))
	envs := map[string]bool{}
	for i, a := range b.Applications {
		out.Apps[i] = App{Application: a, Policy: policy(a)}
		index[a.ID] = i
		envs[string(a.Environment.Name)] = true
	}
	out.EnvironmentCount = len(envs)
	rows := make([]Row, 0, len(b.Tokens)+len(b.Marks))
	add := func(appID string, r Row) {
		i, ok := index[appID]
		if !ok {
			return
		}
		if r.App = i; r.Token != nil {
			r.User, r.Scopes = r.Token.User, strings.Join(r.Token.Scopes, " ")
			r.Owner = describe.OwnerOf(r.Token.Grant, r.User)
		} else {
			of := b.Applications[i]
			r.User, r.Scopes = r.Mark.UserFor(of), strings.Join(r.Mark.Scopes, " ")
			r.Owner = describe.OwnerOf(cmp.Or(r.Mark.Grant, of.Grant), r.User)
		}
		rows = append(rows, r)
		p := &rows[len(rows)-1]
		out.Apps[i].rows = append(out.Apps[i].rows, p)
		out.byID[p.ID] = p
	}
	for i := range b.Tokens {
		add(b.Tokens[i].AppID, Row{ID: b.Tokens[i].ID, Token: &b.Tokens[i]})
	}
	for i := range b.Marks {
		if b.Marks[i].TokenID == "" {
			add(b.Marks[i].AppID,
				Row{ID: "mark:" + b.Marks[i].ID, Mark: &b.Marks[i], State: console.Unsure})
		}
	}
	out.Learned = learnedWindows(b.Tokens, func(t *console.Token) string {
		if i, ok := index[t.AppID]; ok {
			return string(out.Apps[i].Environment.Name)
		}
		return ""
	})
	out.index()
	out.judge(now)
	return out
}

// learnedWindows measures the cache window of each environment's gateway from earlier probes.
func learnedWindows(tokens []console.Token,
	environment func(*console.Token) string) map[string]console.Learned {
	revoked := map[string][]console.Token{}
	for i := range tokens {
		if t := &tokens[i]; !t.AcceptedAt.IsZero() && len(t.Probes)+len(t.Twins) > 0 {
			env := environment(t)
			revoked[env] = append(revoked[env], *t)
		}
	}
	windows := map[string]console.Learned{}
	for env, some := range revoked {
		windows[env] = console.LearnedWindow(some)
	}
	return windows
}

// judge computes all states at now, and sorts the rows by them.
func (b *Board) judge(now time.Time) {
	b.Total, b.UndoableCount = Tally{}, 0
	b.nextChange, b.deliverAt = time.Time{}, time.Time{}
	b.superseded, b.used = map[get]string{}, nil
	for i := range b.Apps {
		a := &b.Apps[i]
		a.Tally = Tally{}
		a.rows = slices.DeleteFunc(a.rows,
			func(r *Row) bool { return r.Mark != nil && r.Mark.Over(now) })
		for _, r := range a.rows {
			if r.Token != nil {
				b.judgeToken(r, a.Policy, now)
			} else {
				b.nextChange = Earlier(b.nextChange, r.Mark.EndsBy)
				r.end, r.life = endOf(r, console.Status{})
			}
			a.Tally.count(r)
		}
		slices.SortStableFunc(a.rows, func(x, y *Row) int {
			return cmp.Or(cmp.Compare(rank(x.State), rank(y.State)),
				y.sortTime().Compare(x.sortTime()), cmp.Compare(y.ID, x.ID))
		})
		b.Total.add(a.Tally)
	}
	b.lastEnding = b.findLastEnding()
}

func (b *Board) judgeToken(r *Row, p console.Policy, now time.Time) {
	s := console.StatusAt(*r.Token, p, now)
	r.State, r.endedAt, r.AwaitsServer = s.State, s.EndedAt, r.undelivered(now)
	r.endWord = describe.EndWord(s.Cause)
	r.end, r.life = endOf(r, s)
	if r.since = (time.Time{}); s.State.IsOver() {
		r.since = s.OverSince()
	}
	if at, ok := console.NextChange(*r.Token, p, now); ok {
		b.nextChange = Earlier(b.nextChange, at)
	}
	at, ok := console.DueAt(*r.Token)
	if ok && at.After(now) {
		b.nextChange = Earlier(b.nextChange, at)
	}
	if ok && !b.Apps[r.App].Environment.ReadOnly {
		b.deliverAt = Earlier(b.deliverAt, at)
		if r.Token.RevokeTries == 0 {
			b.UndoableCount++
		}
	}
}

// overdue returns the number of revokes that are due by now.
func (b *Board) overdue(now time.Time) (n int) {
	for i := range b.Apps {
		for _, r := range b.Apps[i].rows {
			if r.Token == nil || b.Apps[i].Environment.ReadOnly {
				continue
			}
			if at, ok := console.DueAt(*r.Token); ok && !at.After(now) {
				n++
			}
		}
	}
	return n
}

// rank orders the states: living tokens, lingering ones, then those that are over. Revoking and
// expiring tokens rank as active ones, so that a row does not move when a person decides or time
// passes.
func rank(s console.State) int {
	switch s {
	case console.Revoking, console.Unsure, console.Expiring, console.Active:
		return 0
	case console.Lingering:
		return 1
	case console.Expired:
		return 2
	case console.Superseded:
		return 3
	}
	return 4
}

// Status judges the token of a row at now.
func (b *Board) Status(r *Row, now time.Time) console.Status {
	return console.StatusAt(*r.Token, b.Apps[r.App].Policy, now)
}

// Consequences returns what the verbs would do to the token of a row at now. locked reports that
// the secrets cannot be read ([KeyState.Shut]).
func (b *Board) Consequences(r *Row, locked bool, now time.Time) console.Consequences {
	a := &b.Apps[r.App]
	return console.ConsequencesOf(*r.Token, a.Application, a.Policy, locked, now)
}

// Refuses reports whether a verb would be refused for a token with these consequences. The footer
// and the verbs on several tokens ask it.
func (v Verb) Refuses(c console.Consequences) bool {
	switch {
	case c.Locked:
		return true
	case v == VerbRenew:
		return c.Renewal == console.RenewalRefused
	case v == VerbRevoke:
		return !c.Revocable
	}
	return !c.Probeable
}

// Earlier returns the earlier of two times. The zero time is never.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Exchange returns the call to a server with this number; nil if it is not kept or not read yet.
func (b *Board) Exchange(seq int64) *console.Exchange {
	for i := range b.Exchanges {
		if seq != 0 && b.Exchanges[i].Seq == seq {
			return &b.Exchanges[i]
		}
	}
	return nil
}

// App returns an application by its ID; nil if it is gone.
func (b *Board) App(id string) *App {
	if i := b.IndexOf(id); i >= 0 {
		return &b.Apps[i]
	}
	return nil
}

// IndexOf returns the index of an application in Apps by its ID; -1 if it is gone.
func (b *Board) IndexOf(id string) int {
	for i := range b.Apps { // an App is large, and slices.IndexFunc would copy each of them
		if b.Apps[i].ID == id {
			return i
		}
	}
	return -1
}

// invites reports whether a get of an application waits for a person.
func (b *Board) invites(appID string) bool {
	return slices.ContainsFunc(b.Invitations,
		func(i console.Invitation) bool { return i.AppID == appID })
}

// SignIns returns the IDs of the invitations that wait for a pasted address or code.
func (b *Board) SignIns() (ids []string) {
	for i := range b.Invitations {
		if b.Invitations[i].UserCode == "" {
			ids = append(ids, b.Invitations[i].ID)
		}
	}
	return ids
}

// TokenCountOf returns the number of tokens of an application.
func (b *Board) TokenCountOf(appID string) int {
	n := 0
	for i := range b.tokens {
		if b.tokens[i].AppID == appID {
			n++
		}
	}
	return n
}

// Row returns a row by the ID of its token or mark; nil if it is gone.
func (b *Board) Row(id string) *Row { return b.byID[id] }

// TokenCount returns the number of tokens.
func (b *Board) TokenCount() int { return len(b.tokens) }

// Only returns the token if there is exactly one.
func (b *Board) Only() (t console.Token, ok bool) {
	if len(b.tokens) != 1 {
		return t, false
	}
	return b.tokens[0], true
}

// HasOver reports whether a token is over.
func (b *Board) HasOver() bool {
	return slices.ContainsFunc(b.tokens, func(t console.Token) bool {
		r := b.byID[t.ID]
		return r != nil && r.State.IsOver()
	})
}

// Named returns the tokens that a text may name, as console.TokensNamed does.
func (b *Board) Named(text string) []console.Token { return console.TokensNamed(b.tokens, text) }

// Users returns the users of the tokens.
func (b *Board) Users() []string {
	var users []string
	for i := range b.tokens {
		if u := string(b.tokens[i].User); u != "" && !slices.Contains(users, u) {
			users = append(users, u)
		}
	}
	return users
}

// LastEnding returns the last revoked or replaced token that the gateway may still let through; nil
// if there is none. Frames call it, so it walks no tokens.
func (b *Board) LastEnding() *Row { return b.lastEnding }

func (b *Board) findLastEnding() (last *Row) {
	since := func(r *Row) time.Time {
		if r.Pending() {
			return r.Token.RevokeAt
		}
		return r.endedAt
	}
	for i := range b.Apps {
		if t := b.Apps[i].Tally; t.Revoking+t.Lingering == 0 {
			continue
		}
		for _, r := range b.Apps[i].rows {
			on := r.State == console.Revoking || r.State == console.Lingering
			if on && (last == nil || since(r).After(since(last))) {
				last = r
			}
		}
	}
	return last
}

// GatewayCalls returns the kept probes of a token, oldest first. Of one that has ended it returns
// those since its end.
func (s *Session) GatewayCalls(t console.Token) []console.Probe {
	st, p := s.Status(t), s.Policy(t.AppID)
	if SectionOf(st.State) == Living {
		return t.Probes
	}
	return t.ProbesSince(st, p)
}
