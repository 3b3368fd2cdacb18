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

// withGrant returns the application with another grant; "" keeps its own.
func (a *App) withGrant(grant string) console.Application {
	out := a.Application
	out.Grant = cmp.Or(grant, out.Grant)
	return out
}

// Applications returns all applications of the board.
func (b *Board) Applications() []console.Application {
	all := make([]console.Application, len(b.Apps))
	for i := range all {
		all[i] = b.Apps[i].Application
	}
	return all
}

// Tally counts the tokens of an application by state.
type Tally struct {
	Active, Expiring, Revoking, Lingering int
	Unsure, Over                          int
	// EndWord is what ended the tokens of Lingering, such as "revoked"; "" if that differs.
	EndWord     string
	EndedBefore int // of Revoking: ended before they were revoked

	Next         time.Time // when the next living token expires; zero: none is known to expire
	Endless      bool      // a living token never expires
	StaleUntil   time.Time // when the last window ends; zero: no window has a known end
	StaleUnknown bool      // a revoked token has no known bound
}

// Living returns the number of tokens that live, those that expire soon or whose revoke was not
// accepted yet included. A replaced token does not live because it is being revoked.
func (t Tally) Living() int { return t.Active + t.Expiring + t.Revoking - t.EndedBefore }

// count adds a row.
func (t *Tally) count(r *Row) {
	switch r.State {
	case console.Active:
		t.Active++
	case console.Expiring:
		t.Expiring++
	case console.Revoking:
		if t.Revoking++; !r.endedAt.IsZero() {
			t.EndedBefore++
			return
		}
	case console.Unsure:
		t.Unsure++
	case console.Lingering:
		t.countEnd(1, r.endWord)
		if t.StaleUnknown = t.StaleUnknown || !r.end.known; r.end.at.After(t.StaleUntil) {
			t.StaleUntil = r.end.at
		}
	default:
		t.Over++
	}
	if r.State == console.Active || r.State == console.Expiring || r.State == console.Revoking {
		t.Endless = t.Endless || r.end.never
		if r.end.known {
			t.Next = Earlier(t.Next, r.end.at)
		}
	}
}

// countEnd adds n lingering tokens that word has ended.
func (t *Tally) countEnd(n int, word string) {
	switch {
	case t.Lingering == 0:
		t.EndWord = word
	case n > 0 && t.EndWord != word:
		t.EndWord = ""
	}
	t.Lingering += n
}

// add adds the counts of another tally.
func (t *Tally) add(o Tally) {
	t.Active, t.Expiring = t.Active+o.Active, t.Expiring+o.Expiring
	t.countEnd(o.Lingering, o.EndWord)
	t.Revoking += o.Revoking
	t.Unsure, t.Over = t.Unsure+o.Unsure, t.Over+o.Over
	t.EndedBefore, t.Endless = t.EndedBefore+o.EndedBefore, t.Endless || o.Endless
	if !o.Next.IsZero() {
		t.Next = Earlier(t.Next, o.Next)
	}
	if t.StaleUnknown = t.StaleUnknown || o.StaleUnknown; o.StaleUntil.After(t.StaleUntil) {
		t.StaleUntil = o.StaleUntil
	}
}

// App is an application with its rows.
type App struct {
	console.Application
	Policy console.Policy
	rows   []*Row // living first, newest first
	Tally  Tally
}

// Row is a token, or the mark of a get whose answer was lost.
type Row struct {
	ID      string
	Token   *console.Token // nil for a mark
	Mark    *console.Mark
	App     int
	User    console.Private // "": none, or one whose name is not known
	Owner   console.Private // for whom the token is, in one word: see [describe.OwnerOf]
	Scopes  string          // joined by spaces
	State   console.State
	endedAt time.Time
	endWord string        // what ended it at the server; see describe.EndWord
	since   time.Time     // since when it is over; zero: it is not
	end     end           // when it expires, when its window ends, or when it was over
	life    time.Duration // from its issue to its expiry, or the whole window; 0: unknown
	// its undo window is over, and the server has not accepted its revoke
	AwaitsServer bool
}

// Pending reports whether a revoke was decided that the server has not accepted yet.
func (r *Row) Pending() bool {
	if r.Token == nil {
		return false
	}
	_, ok := console.DueAt(*r.Token)
	return ok
}

// Undoable reports whether a revoke is pending that was never sent.
func (r *Row) Undoable() bool { return r.Pending() && r.Token.RevokeTries == 0 }

// undelivered reports whether a pending revoke was sent at least once, or is due by now.
func (r *Row) undelivered(now time.Time) bool {
	at, ok := time.Time{}, false
	if r.Token != nil {
		at, ok = console.DueAt(*r.Token)
	}
	return ok && (r.Token.RevokeTries > 0 || !at.After(now))
}

// sortTime returns the time by which rows of one state are sorted.
func (r *Row) sortTime() time.Time {
	if r.Token != nil {
		return r.Token.IssuedAt
	}
	return r.Mark.SentAt
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

// renewIsGet reports whether renewing a token requests a new one. It does if no refresh token is
// known to be live, unless the console will refuse the renewal.
func renewIsGet(r *Row) bool {
	switch {
	case r.State == console.Revoking, r.Token.ReplacedBy != "" && r.Token.AcceptedAt.IsZero():
		return false
	}
	return r.Token.Refresh != console.RefreshLive || r.Token.Unsure != nil
}

// MayLive reports whether a token of the application may still be accepted by a server or gateway.
func (a *App) MayLive() bool {
	t := a.Tally
	return t.Active+t.Expiring+t.Revoking+t.Lingering > 0 ||
		slices.ContainsFunc(a.rows,
			func(r *Row) bool { return r.Token != nil && r.State == console.Unsure })
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

// LostAnswer returns the mark of a request whose answer was lost; nil if there is none.
func (r *Row) LostAnswer() *console.Mark {
	switch {
	case r == nil:
		return nil
	case r.Mark != nil:
		return r.Mark
	}
	return r.Token.Unsure
}

// KnownScopes returns the scopes of an application and of its tokens, sorted.
func (a *App) KnownScopes() []string {
	all := slices.Clone(a.Scopes)
	for _, r := range a.rows {
		if r.Token != nil {
			all = append(append(all, r.Token.Scopes...), r.Token.Asked...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Living returns the tokens of an application that can be revoked. They live, or their refresh
// tokens do.
func (a *App) Living() []*Row {
	var out []*Row
	for _, r := range a.rows {
		if r.Token != nil && !r.Pending() &&
			console.OfUse(*r.Token, console.Status{State: r.State}) {
			out = append(out, r)
		}
	}
	return out
}

// GotAgain returns the token with which the server is known to answer a get for the application. It
// returns nil for none.
func (a *App) GotAgain(now time.Time) *Row {
	if a.Policy.Regime != console.RegimeOpaque {
		return nil
	}
	for _, r := range a.rows {
		if r.State.IsOver() { // the rest too: see rows
			break
		}
		if r.Token != nil && console.GetsAgain(*r.Token, a.Application, a.Policy, now) {
			return r
		}
	}
	return nil
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

// Len returns the number of rows of an application.
func (a *App) Len() int { return len(a.rows) }

// NoDelete is the reason why an application cannot be deleted.
type NoDelete int

// The reasons.
const (
	NoDeleteNone       NoDelete = iota // it can be deleted
	NoDeleteConfigured                 // it is in the configuration file
	NoDeleteMayLive                    // it is gone, and tokens of it may be alive
	NoDeleteLostGet                    // it is gone, and the answer to a get of it was lost
)

// CannotDelete returns the reason why an application cannot be deleted. One that is no longer
// configured is deleted by forgetting what the store has of it.
func (a *App) CannotDelete() NoDelete {
	switch {
	case a.Source == console.FromConfig:
		return NoDeleteConfigured
	case a.Source == console.Gone && a.MayLive():
		return NoDeleteMayLive
	case a.Source == console.Gone && a.LostGet():
		return NoDeleteLostGet
	}
	return NoDeleteNone
}

// LostGet reports whether the answer to a get of the application was lost.
func (a *App) LostGet() bool {
	return slices.ContainsFunc(a.rows, func(r *Row) bool { return r.Mark != nil })
}

// TokensOf returns the tokens of an application that are of use for a verb, oldest first.
func (s *Session) TokensOf(appID string, use Use) (out []console.Token) {
	judge := func(t console.Token) console.Status { return s.Status(t) }
	switch use {
	case Revocable:
		return console.RevocableOf(s.board.tokens, appID, false, judge)
	case Renewable:
		if t, ok := console.RenewableOf(s.board.tokens, appID, judge); ok {
			return []console.Token{t}
		}
		return nil
	case Alive:
	}
	for _, t := range s.board.tokens {
		if t.AppID == appID && !judge(t).State.IsOver() {
			out = append(out, t)
		}
	}
	return out
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

// Use is a purpose for which tokens are selected.
type Use int

// The uses.
const (
	Alive     Use = iota // tokens that are not over
	Revocable            // see console.RevocableOf
	Renewable            // at most one token, of console.RenewableOf
)

// ObserveTour updates a tour from the board. It reports whether another step is current now.
func (s *Session) ObserveTour(t *Tour) bool {
	return t.observe(s.board.tokens, func(k *console.Token) console.Status { return s.Status(*k) })
}
