package session_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/ui/session"
)

// lists is a session with a board of two environments and a row of each state.
type lists struct {
	*session.Session
	board console.Board
	now   time.Time
}

func listed(t testing.TB) *lists {
	t.Helper()
	l := &lists{Session: session.New(t.Context(), session.Options{}), now: t0}
	cloud := console.Environment{
		Name: "cloud", CacheTTL: 15 * time.Minute, Regime: console.RegimeOpaque,
	}
	prod := cloud
	prod.Name, prod.Production, prod.CacheTTL = "prod-eu", true, console.UntilExpiry
	for _, a := range []struct {
		name string
		env  console.Environment
	}{{"Payments", cloud}, {"Ledger", prod}, {"orders", cloud}, {"Kiosk", cloud}} {
		l.board.Applications = append(l.board.Applications, console.Application{
			ID: "app_" + a.name, Name: console.Private(a.name), Environment: a.env,
			Source: console.FromConfig, KeyType: "SANDBOX",
		})
	}
	bounded := func(id, app string, left time.Duration) *console.Token {
		return l.add(console.Token{
			ID: id, AppID: "app_" + app, Fingerprint: "fp-" + id, Lifetime: console.LifeBounded,
			IssuedAt: t0.Add(left - time.Hour), ExpiresAt: t0.Add(left), Granted: time.Hour,
			Scopes: []string{"read"},
		})
	}
	revoked := func(id, app string, ago time.Duration) *console.Token {
		k := bounded(id, app, 30*time.Minute)
		k.RevokeKind, k.RevokeAt, k.AcceptedAt = console.RevokeBoth, t0.Add(-ago), t0.Add(-ago)
		return k
	}
	bounded("late", "orders", 50*time.Minute).User = "ana"
	bounded("soon", "Ledger", 50*time.Second) // expiring
	bounded("middle", "Payments", 20*time.Minute)
	never := bounded("never", "orders", 58*time.Minute)
	never.Lifetime, never.ExpiresAt, never.Granted = console.LifeUnbounded, time.Time{}, 0
	unknown := bounded("unknown", "Kiosk", 59*time.Minute)
	unknown.Lifetime, unknown.ExpiresAt, unknown.Granted = console.LifeUnknown, time.Time{}, 0
	pending := bounded("pending", "orders", 40*time.Minute)
	pending.RevokeAt, pending.RevokeKind = t0.Add(3*time.Second), console.RevokeBoth
	revoked("short", "Payments", 10*time.Minute)
	revoked("long", "orders", time.Minute)
	boundless := revoked("boundless", "Ledger", time.Minute)
	boundless.Lifetime, boundless.ExpiresAt, boundless.Granted = console.LifeUnbounded,
		time.Time{}, 0
	bounded("expired", "orders", -6*time.Minute) // between the end of replaced and of its window
	replaced := bounded("replaced", "Kiosk", 30*time.Minute)
	replaced.ReplacedAt, replaced.ReplacedBy = t0.Add(-20*time.Minute), "unknown"
	l.board.Marks = []console.Mark{{ID: "m", Op: console.OpGet, AppID: "app_Kiosk",
		SentAt: t0.Add(-90 * time.Second), EndsBy: t0.Add(30 * time.Minute)}}
	l.read()
	return l
}

func (l *lists) add(k console.Token) *console.Token {
	l.board.Tokens = slices.Grow(l.board.Tokens, 32) // the pointers stay valid
	l.board.Tokens = append(l.board.Tokens, k)
	return &l.board.Tokens[len(l.board.Tokens)-1]
}

func (l *lists) read() {
	_, filed := l.Tickets()
	b := l.board
	b.Tokens, b.Marks = slices.Clone(b.Tokens), slices.Clone(b.Marks)
	l.Apply(session.BoardRead{Ticket: filed + 1, Board: b}, l.now)
}

// ids returns the rows of a page, its sections divided by a bar.
func ids(p session.Page) string {
	var out []string
	for i := range p.Len() {
		if i > 0 && p.SectionAt(i) != p.SectionAt(i-1) {
			out = append(out, "|")
		}
		out = append(out, p.ID(i))
	}
	return strings.Join(out, " ")
}

func TestPageOrder(t *testing.T) {
	t.Parallel()
	l := listed(t)
	for _, c := range []struct {
		q    session.Query
		want string
	}{
		{session.Query{}, "soon middle mark:m pending late never unknown | boundless long short " +
			"| expired replaced"},
		{session.Query{Reverse: true}, "never late pending mark:m middle soon unknown | short " +
			"long boundless | replaced expired"},
		{session.Query{Order: session.ByIssued}, "unknown mark:m never late pending middle soon " +
			"| boundless long short | replaced expired"},
		{session.Query{Order: session.ByFingerprint}, "mark:m late middle never pending soon " +
			"unknown | boundless long short | expired replaced"},
		{session.Query{Order: session.ByUser}, "soon middle mark:m pending never unknown late | " +
			"boundless long short | expired replaced"},
		{session.Query{HideOver: true}, "soon middle mark:m pending late never unknown | " +
			"boundless long short"},
	} {
		if got := ids(l.Page(c.q)); got != c.want {
			t.Errorf("%+v:\n%s\n%s", c.q, got, c.want)
		}
	}
}

func TestPageScope(t *testing.T) {
	t.Parallel()
	l := listed(t)
	for _, c := range []struct {
		scope session.Scope
		want  string
	}{
		{session.Scope{Kind: session.OneEnvironment, Name: "prod-eu"}, "soon | boundless"},
		{session.Scope{Kind: session.OneApplication, Name: "app_orders"},
			"pending late never | long | expired"},
		{session.Scope{Kind: session.OneApplication, Name: "gone"}, ""},
		{session.Scope{Kind: session.OneEnvironment, Name: "app_orders"}, ""},
	} {
		p := l.Page(session.Query{Scope: c.scope})
		if got := ids(p); got != c.want || p.Total != p.Len() {
			t.Errorf("%+v: %s, want %s; %d in all", c.scope, got, c.want, p.Total)
		}
	}
}

// The facts of a page are about all rows of the scope that are not hidden. Rows that are not found
// count too, so a find does not change the axis.
func TestPageFacts(t *testing.T) {
	t.Parallel()
	l := listed(t)
	for _, q := range []session.Query{{}, {Find: "soon"}, {HideOver: true}} {
		p := l.Page(q)
		if !p.Latest.Equal(t0.Add(50*time.Minute)) || !p.Endless || p.Shortest != 15*time.Minute ||
			p.Longest != time.Hour {
			t.Errorf("%+v: latest %v, endless %t, %v to %v", q, p.Latest.Sub(t0), p.Endless,
				p.Shortest, p.Longest)
		}
	}
	p := l.Page(session.Query{Scope: session.Scope{
		Kind: session.OneEnvironment, Name: "prod-eu"}})
	if p.Endless || !p.Latest.Equal(t0.Add(50*time.Second)) {
		t.Errorf("a revoked token without a bound is endless: %+v", p)
	}
}

// A window that ends, or a token that expires, changes neither the shortest nor the longest life.
func TestPageFactsOverTime(t *testing.T) {
	t.Parallel()
	l := listed(t)
	for _, hide := range []bool{false, true} {
		q := session.Query{HideOver: hide,
			Scope: session.Scope{Kind: session.OneApplication, Name: "app_Payments"}}
		l.now = t0
		l.read()
		before := l.Page(q)
		l.now = t0.Add(6 * time.Minute)
		l.read()
		after := l.Page(q)
		if before.Count(session.MayPass) != 1 || after.Count(session.MayPass) != 0 {
			t.Fatal("no window ended")
		}
		if before.Shortest != 15*time.Minute || after.Shortest != before.Shortest ||
			after.Longest != before.Longest {
			t.Errorf("%v to %v, then %v to %v", before.Shortest, before.Longest, after.Shortest,
				after.Longest)
		}
	}
}

func TestPageIndexes(t *testing.T) {
	t.Parallel()
	p := listed(t).Page(session.Query{})
	for i := range p.Len() {
		sec := p.SectionAt(i)
		if p.Index(p.ID(i)) != i || p.Row(i).ID != p.ID(i) ||
			session.SectionOf(p.Row(i).State) != sec || i < p.Start(sec) ||
			i >= p.Start(sec)+p.Count(sec) {
			t.Errorf("row %d is %s, of section %d", i, p.ID(i), sec)
		}
	}
	if p.Index("gone") != -1 || p.Index("") != -1 {
		t.Error("a row that is not listed has an index")
	}
}

// The row that was over last is the same in every order of the rows.
func TestPageKnowsTheLastOver(t *testing.T) {
	t.Parallel()
	l := listed(t)
	p := l.Page(session.Query{})
	want := p.Row(p.Start(session.Over))
	for _, q := range []session.Query{
		{Reverse: true}, {Order: session.ByUser}, {Order: session.ByFingerprint, Reverse: true},
	} {
		if got := l.Page(q).LastOver; got != want {
			t.Errorf("%+v: %s was over last, want %s", q, got.ID, want.ID)
		}
	}
	if p := l.Page(session.Query{HideOver: true}); p.LastOver != nil {
		t.Errorf("%s is hidden", p.LastOver.ID)
	}
}

// A marked row is listed although rows of its section are hidden, because a verb acts on it.
func TestPageHidesNoMark(t *testing.T) {
	t.Parallel()
	l := listed(t)
	hide := session.Query{HideOver: true}
	if p := l.Page(hide); p.Hidden != 2 || p.Count(session.Over) != 0 || p.Total != 12 {
		t.Fatalf("%d hidden of %d", p.Hidden, p.Total)
	}
	l.ToggleMark("expired")
	if p := l.Page(hide); p.Hidden != 1 || p.Index("expired") < 0 {
		t.Errorf("%d hidden: %s", p.Hidden, ids(p))
	}
	l.Unmark()
	if p := l.Page(hide); p.Hidden != 2 || p.Index("expired") >= 0 {
		t.Errorf("%d hidden: %s", p.Hidden, ids(p))
	}
}

// Rows that hold what is typed go before rows that hold its characters in order.
func TestPageFinds(t *testing.T) {
	t.Parallel()
	l := listed(t)
	for _, c := range []struct {
		find     string
		audience bool
		want     string
	}{
		{"late", false, "late"},
		{"LATE", false, "late"},
		{"lt", false, "late"}, // no row holds it
		{"so", false, "soon"}, // the key type SANDBOX has both characters
		{"pass", false, "boundless long short"},
		{"replaced", false, "replaced"},
		{"revoked", false, "boundless long short"},
		{"lingering", false, "boundless long short"},
		{"expired", false, "expired"},
		{"kiosk unsure", false, "mark:m"},
		{"prod-eu", false, "soon boundless"},
		{"prod-eu", true, ""},
		{"ana", false, "late"},
		{"ana", true, ""},
		{"ledger", true, "soon boundless"},
		{"no such row", false, ""},
		{"!read", false, "mark:m"},
	} {
		got := strings.ReplaceAll(ids(l.Page(session.Query{Find: c.find, Audience: c.audience})),
			"| ", "")
		if got != c.want {
			t.Errorf("%q, audience %t: %q, want %q", c.find, c.audience, got, c.want)
		}
	}
	// within a scope
	p := l.Page(session.Query{Find: "read", Scope: session.Scope{
		Kind: session.OneApplication, Name: "app_Ledger"}})
	if ids(p) != "soon | boundless" || p.Total != 2 {
		t.Errorf("%s of %d", ids(p), p.Total)
	}
}

// A page is kept until the board or a state changes. One that hides rows unless they are marked is
// kept until a mark changes too.
func TestPageIsKept(t *testing.T) {
	t.Parallel()
	l := listed(t)
	q := session.Query{Find: "e"}
	serial, rail := l.Page(q).Serial, &l.Rail("", false).Rows[0]
	kept := func(what string, want bool) {
		t.Helper()
		if got := l.Page(q).Serial == serial; got != want {
			t.Errorf("%s: kept %t", what, got)
		}
		if got := &l.Rail("", false).Rows[0] == rail; got != want {
			t.Errorf("%s: the rail is kept %t", what, got)
		}
		serial, rail = l.Page(q).Serial, &l.Rail("", false).Rows[0]
	}
	kept("nothing", true)
	if l.Page(session.Query{}).Serial == serial {
		t.Error("two queries have one page")
	}
	l.now = l.now.Add(time.Second)
	l.Tick(l.now)
	kept("a second", true)
	l.read()
	kept("a reading", false)
	hiding := session.Query{HideOver: true}
	for _, change := range []func(){func() { l.ToggleMark("late") }, l.Unmark} {
		was := l.Page(hiding).Serial
		change()
		kept("a change of the marks", true)
		if l.Page(hiding).Serial == was {
			t.Error("a page that hides unmarked rows is kept")
		}
	}
	l.now = t0.Add(51 * time.Second) // one expires
	l.Tick(l.now)
	kept("a change of a state", false)
	if p := l.Page(session.Query{}); p.SectionAt(p.Index("soon")) != session.Over {
		t.Errorf("the expired one is not over: %s", ids(p))
	}
}

// What is typed makes a page for each character, and few of them are kept.
func TestFewPagesAreKept(t *testing.T) {
	t.Parallel()
	l := listed(t)
	first := l.Page(session.Query{}).Serial
	for i := range 200 {
		l.Page(session.Query{Find: fmt.Sprint(i)})
		l.Rail(fmt.Sprint(i), false)
	}
	if l.Page(session.Query{}).Serial == first {
		t.Error("200 pages are kept")
	}
	if ids(l.Page(session.Query{Find: "late"})) != "late" {
		t.Error("a page after many others is wrong")
	}
}

func TestTokensOfAllApplications(t *testing.T) {
	t.Parallel()
	l := listed(t)
	var got []string
	for r := range l.Tokens() {
		got = append(got, r.ID)
	}
	want := make([]string, 0, len(l.board.Tokens)+1)
	for _, k := range l.board.Tokens {
		want = append(want, k.ID)
	}
	if want = append(want, "mark:m"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	n := 0
	for range l.Rows(session.Query{HideOver: true}) {
		n++
	}
	if n != 10 {
		t.Errorf("%d rows of a query", n)
	}
}
