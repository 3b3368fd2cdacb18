package ui

import (
	"cmp"
	"slices"
	"time"

	"lanyard/console"
	"lanyard/ui/kit"
)

// board is the read model: one reading of console.Board, judged and sorted for the screen. It is
// replaced whole by the next reading; only judge changes it, when time has changed a state.
type board struct {
	apps    []app
	gate    []*row // ended tokens, the lingering ones first
	acts    []console.Exchange
	total   tally
	read    bool      // something was read at all
	changes time.Time // when the next state changes by itself; zero: never
	deliver time.Time // when the next revoke is due; zero: none
	envs    int       // how many environments the applications are in
	widest  int       // cells of the longest name of an application
	tokens  []console.Token
	key     console.KeyStatus
	unkept  error                      // why nothing can be stored any more
	known   []console.KnownEnvironment // what an application can be put into

	undoable int // revokes that were never sent
	longer   map[string]console.Longer
	learned  map[string]console.Learned // by environment
	skew     map[string]time.Duration   // of the servers' clocks, by environment

	altered     []console.Altered    // rows that do not verify
	restored    int64                // see console.Board
	invitations []console.Invitation // what this process waits for a person to do
	byID        map[string]*row
}

// with is the application with another grant; "" leaves its own.
func (a *app) with(grant string) console.Application {
	out := a.Application
	out.Grant = cmp.Or(grant, out.Grant)
	return out
}

// applications are those of the board as the console knows them.
func (b *board) applications() []console.Application {
	all := make([]console.Application, len(b.apps))
	for i := range all {
		all[i] = b.apps[i].Application
	}
	return all
}

// tally counts living tokens by state.
type tally struct{ active, expiring, revoking, lingering int }

// shown is the number beside the sign of an application: its living tokens, else those that are being
// revoked, else those that linger.
func (t tally) shown() int {
	return cmp.Or(t.active+t.expiring, t.revoking, t.lingering)
}

type app struct {
	console.Application
	name   string // clean
	policy console.Policy
	rows   []*row // living first, newest first
	tally  tally
}

// row is a token, or an open mark that has none.
type row struct {
	id    string
	tok   *console.Token // nil for a mark
	mark  *console.Mark
	app   int
	state console.State
	ended time.Time
	over  bool // its gateway window is over
	waits bool // for the server to accept its revoke, and the undo window is over
}

// pending says whether a revoke was decided that the server has not accepted yet.
func (r *row) pending() bool {
	if r.tok == nil {
		return false
	}
	_, ok := console.DueAt(*r.tok)
	return ok
}

// undoable says whether that revoke was never sent.
func (r *row) undoable() bool { return r.pending() && r.tok.RevokeTries == 0 }

// undelivered says whether it was sent, or should have been by now.
func (r *row) undelivered(now time.Time) bool {
	at, ok := time.Time{}, false
	if r.tok != nil {
		at, ok = console.DueAt(*r.tok)
	}
	return ok && (r.tok.RevokeTries > 0 || !at.After(now))
}

// at is the time by which rows of one state are sorted.
func (r *row) at() time.Time {
	if r.tok != nil {
		return r.tok.IssuedAt
	}
	return r.mark.SentAt
}

// file turns a reading into a board.
func file(b console.Board, policy func(console.Application) console.Policy, now time.Time) board {
	out := board{
		read: true, key: b.Key, unkept: b.Unkept, acts: b.Exchanges, tokens: b.Tokens, skew: b.Skew, longer: b.Longer, invitations: b.Invitations, known: b.Environments,
		altered: b.Altered, restored: b.Restored,
		apps: make([]app, len(b.Applications)), byID: make(map[string]*row, len(b.Tokens)),
	}
	index := make(map[string]int, len(b.Applications))
	envs := map[string]bool{}
	for i, a := range b.Applications {
		out.apps[i] = app{Application: a, name: kit.Clean(a.Name), policy: policy(a)}
		index[a.ID] = i
		envs[a.Environment.Name] = true
		out.widest = max(out.widest, kit.Width(out.apps[i].name))
	}
	out.envs = len(envs)
	rows := make([]row, 0, len(b.Tokens)+len(b.Marks))
	add := func(appID string, r row) {
		i, ok := index[appID]
		if !ok {
			return
		}
		r.app = i
		rows = append(rows, r)
		p := &rows[len(rows)-1]
		out.apps[i].rows = append(out.apps[i].rows, p)
		out.byID[p.id] = p
	}
	for i := range b.Tokens {
		add(b.Tokens[i].AppID, row{id: b.Tokens[i].ID, tok: &b.Tokens[i]})
	}
	for i := range b.Marks {
		if b.Marks[i].TokenID == "" {
			add(b.Marks[i].AppID, row{id: "mark:" + b.Marks[i].ID, mark: &b.Marks[i], state: console.Unsure})
		}
	}
	out.learned = learnedWindows(b.Tokens, func(t *console.Token) string {
		if i, ok := index[t.AppID]; ok {
			return out.apps[i].Environment.Name
		}
		return ""
	})
	out.judge(now)
	return out
}

// learnedWindows measures the window of each environment's gateway.
func learnedWindows(tokens []console.Token, environment func(*console.Token) string) map[string]console.Learned {
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

// judge computes every state at now and sorts by it.
func (b *board) judge(now time.Time) {
	b.total, b.gate, b.changes, b.deliver, b.undoable = tally{}, nil, time.Time{}, time.Time{}, 0
	for i := range b.apps {
		a := &b.apps[i]
		a.tally = tally{}
		a.rows = slices.DeleteFunc(a.rows, func(r *row) bool { return r.mark != nil && r.mark.Over(now) })
		for _, r := range a.rows {
			if r.tok != nil {
				b.judgeToken(r, a.policy, now)
			} else {
				b.changes = earlier(b.changes, r.mark.EndsBy)
			}
			switch r.state {
			case console.Active:
				a.tally.active++
			case console.Expiring:
				a.tally.expiring++
			case console.Revoking:
				a.tally.revoking++
			case console.Lingering:
				a.tally.lingering++
			}
		}
		slices.SortStableFunc(a.rows, func(x, y *row) int {
			return cmp.Or(cmp.Compare(rank(x.state), rank(y.state)), y.at().Compare(x.at()), cmp.Compare(y.id, x.id))
		})
		b.total.active += a.tally.active
		b.total.expiring += a.tally.expiring
		b.total.revoking += a.tally.revoking
		b.total.lingering += a.tally.lingering
	}
	slices.SortStableFunc(b.gate, func(x, y *row) int {
		if p := x.waits; p != y.waits { // what the server has not accepted is the most alive of all
			if p {
				return -1
			}
			return 1
		}
		if x.over != y.over {
			if x.over {
				return 1
			}
			return -1
		}
		return cmp.Or(y.ended.Compare(x.ended), cmp.Compare(y.id, x.id))
	})
}

func (b *board) judgeToken(r *row, p console.Policy, now time.Time) {
	s := console.StatusAt(*r.tok, p, now)
	r.state, r.ended, r.over = s.State, s.EndedAt, s.Proof != console.ProofNone
	if r.waits = r.undelivered(now); s.Ended || r.waits {
		b.gate = append(b.gate, r)
	}
	if at, ok := console.NextChange(*r.tok, p, now); ok {
		b.changes = earlier(b.changes, at)
	}
	at, ok := console.DueAt(*r.tok)
	if ok && at.After(now) && !r.waits {
		b.changes = earlier(b.changes, at)
	}
	if ok && !b.apps[r.app].Environment.ReadOnly {
		b.deliver = earlier(b.deliver, at)
		if r.tok.RevokeTries == 0 {
			b.undoable++
		}
	}
}

// overdue counts the revokes that are to be sent by now.
func (b *board) overdue(now time.Time) (n int) {
	for i := range b.apps {
		for _, r := range b.apps[i].rows {
			if r.tok == nil || b.apps[i].Environment.ReadOnly {
				continue
			}
			if at, ok := console.DueAt(*r.tok); ok && !at.After(now) {
				n++
			}
		}
	}
	return n
}

// rank puts what lives first, then what lingers, then what is over. What is decided or comes due does
// not move a row: it would go from under the finger.
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

// status judges a row afresh, for its digits.
func (b *board) status(r *row, now time.Time) console.Status {
	return console.StatusAt(*r.tok, b.apps[r.app].policy, now)
}

// earlier is the earlier of two times, where zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// list is a cursor that follows an ID and a scroll position. The zero value has nothing selected.
type list struct {
	sel  string
	at   int // where sel was last found
	off  int
	page int // rows shown last
	top  int // lines above the first row
}

// index finds the selected row; -1 when it is gone or nothing is selected.
func (l *list) index(n int, id func(int) string) int {
	if l.sel == "" {
		return -1
	}
	if l.at >= 0 && l.at < n && id(l.at) == l.sel {
		return l.at
	}
	for i := range n {
		if id(i) == l.sel {
			l.at = i
			return i
		}
	}
	return -1
}

// move answers a key that moves the cursor.
func (l *list) move(a action, n int, id func(int) string) {
	if n == 0 {
		l.sel = ""
		return
	}
	i, page := l.index(n, id), max(l.page-1, 1)
	switch a {
	case moveDown:
		i++
		if l.index(n, id) < 0 {
			i = min(l.off, n-1)
		}
	case moveUp:
		i--
		if l.index(n, id) < 0 {
			i = min(l.off, n-1)
		}
	case pageDown:
		i += page
	case pageUp:
		i -= page
	case goHome:
		i = 0
	case goEnd:
		i = n - 1
	default:
		return
	}
	l.at = min(max(i, 0), n-1)
	l.sel = id(l.at)
}

// window gives the rows that are visible in h lines, with the selected one among them.
func (l *list) window(n, h int, id func(int) string) (from, to, sel int) {
	l.page = h
	sel = l.index(n, id)
	if sel >= 0 && sel < l.off {
		l.off = sel
	}
	if sel >= l.off+h {
		l.off = sel - h + 1
	}
	l.off = max(min(l.off, n-h), 0)
	return l.off, min(l.off+h, n), sel
}
