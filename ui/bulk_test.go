package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
	"lanyard/ui/keys"
)

// scoped chooses an application or an environment as the scope.
func (l *live) scoped(name string) *live {
	l.ScopeTo(name)
	return l
}

// Only the counted tokens are revoked. The person has not agreed to revoke a token that another
// console adds meanwhile.
func TestRevokeAllTakesWhatWasCounted(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "X")
	l.Type("2")
	if _, err := l.service("other").Get(t.Context(), l.apps[0].ID,
		console.GetOptions{}); err != nil {
		t.Fatal(err)
	}
	l.Changed()
	l.Key("enter")
	l.said("decided to revoke 2 of 2")
	l.said("1 more has come since they were counted")
	if n := l.InState(console.Revoking); n != 2 {
		t.Errorf("%d revoking, and 2 were agreed to", n)
	}
}

// Undo takes back all revokes of one decision that were not sent, and reports how many were sent.
func TestUndoTakesAWholeBulkBack(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "g", "x")
	l.after(time.Millisecond) // the single revoke is a decision of its own
	single := l.Selected()
	for _, key := range []string{"home", "end"} {
		if l.Selected() == single {
			l.Key(key)
		}
	}
	l.Key("X")
	l.Type("2")
	l.Key("enter")
	if n := l.InState(console.Revoking); n != 3 {
		t.Fatalf("%d revoking", n)
	}
	l.Key("u")
	l.said("2 of 2 revokes undone")
	if n := l.InState(console.Revoking); n != 1 {
		t.Errorf("%d revoking after the undo", n)
	}
	l.Key("X")
	l.Type("2")
	l.Key("enter")
	b, err := l.svc.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := b.Tokens[len(b.Tokens)-1]
	for _, tok := range b.Tokens {
		if tok.RevokeAt.After(last.RevokeAt) {
			last = tok
		}
	}
	if _, err := l.svc.DeliverOne(t.Context(), last.ID); err != nil {
		t.Fatal(err)
	}
	l.Changed()
	l.Key("u")
	l.said("1 of 2 revokes undone; 1 had been sent")
}

// Revoking all tokens does not use the marks. It keeps them, and adds no marks that a later key
// would use.
func TestRevokeAllLeavesTheMarks(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.ScopeTo("Orders")
	l.Key("g", "g", "g", "home", "space")
	l.shows("1 marked")
	s.lock(true)
	l.Changed()
	l.Key("X")
	l.Type("3")
	l.Key("enter")
	l.shows("Unlock")
	l.Key("esc")
	l.shows("1 marked")
}

// A call in flight for some tokens does not stop a revoke of others.
func TestBulksBesideEachOther(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "g", "home", "space", "space")
	l.Hold = true
	l.Key("p") // its answer has not arrived
	l.Key("esc", "end", "space", "x")
	if strings.Contains(strings.Join(l.Log(), "\n"), "not all answered yet") {
		t.Error("a probe keeps a revoke back")
	}
	l.Release()
	l.said("probed 2 of 2")
	l.said("decided to revoke 1 of 1")
}

// One marked token is revoked like the selected one: only production asks.
func TestOneMarkAsksAsOneToken(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "home", "space", "x")
	if l.Overlays() != 0 || l.InState(console.Revoking) != 1 {
		t.Errorf("%d overlays, %d revoking", l.Overlays(), l.InState(console.Revoking))
	}
	l = alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
	l.Key("g", "g", "home", "space", "x")
	l.shows("Revoke 1 token?", "production")
	l.Key("y")
	if n := l.InState(console.Revoking); n != 1 {
		t.Errorf("production: %d revoking", n)
	}
}

// Renewing several tokens asks no questions. It leaves out the tokens that would need one.
func TestBulkRenewEndsNothingUnasked(t *testing.T) {
	t.Parallel()
	l := alive(t, superseding).scoped("Orders")
	l.Key("g")
	l.ScopeTo("Payments")
	l.Key("g")
	before := l.api.tokens
	l.ScopeTo("")
	l.Key("home", "space", "space", "r")
	if l.api.tokens != before {
		t.Errorf("%d requests that may end somebody else's token, and nobody was asked",
			l.api.tokens-before)
	}
	l.said("renewed 0 of 2")
	l.said("renewing it may end " + fp("access-1"))
	l.shows("2 marked") // no request was sent
}

func TestBulkRenewWaitsForNobody(t *testing.T) {
	t.Parallel()
	l := awake(t, func(a *console.Application) { a.Grant = "authorization_code" }).scoped("Orders")
	b := orders()
	for i := range b.Applications {
		b.Applications[i].Grant = "authorization_code"
	}
	l.Feed(b)
	l.Key("1", "home", "2", "down", "space", "down", "space", "r")
	l.said("takes a person")
}

// Each token has a line in the log, also one that was left out.
func TestBulkLogsEach(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "g", "home", "x", "space", "space", "space", "x", "y")
	log := strings.Join(l.Log(), "\n")
	for _, f := range []string{fp("access-1"), fp("access-2"), fp("access-3")} {
		if !strings.Contains(log, f+": the revoke was decided") &&
			!strings.Contains(log, "\n"+f+" is being revoked already") {
			t.Errorf("no line about %s:\n%s", f, log)
		}
	}
	l.said("decided to revoke 2 of 3")
}

// Marks survive another reading and another order, and end with their token.
func TestMarksStayWithTheirTokens(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	p.Feed(b)
	selecting("t_active")(p)
	p.Key("space", "home")
	selecting("t_expiring")(p)
	p.Key("space")
	p.Do("sort_by_fingerprint")
	p.Feed(b)
	if n := strings.Count(ansi.Strip(p.Frame()), "✓●") +
		strings.Count(ansi.Strip(p.Frame()), "✓◐"); n != 2 {
		t.Errorf("%d marks after another order:\n%s", n, ansi.Strip(p.Frame()))
	}
	var less []console.Token
	for _, t := range b.Tokens {
		if t.ID != "t_active" {
			less = append(less, t)
		}
	}
	b.Tokens = less
	p.Feed(b)
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "1 marked") {
		t.Errorf("the mark of a token that is gone:\n%s", frame)
	}
	p.Do("unmark_all")
	p.Redraw()
	if strings.Contains(ansi.Strip(p.Frame()), "marked") {
		t.Error("unmark all leaves marks")
	}
}

// Revoking all tokens includes refresh tokens that outlive their access token.
func TestRevokeAllTakesRefreshTokens(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g")
	l.api.refresh = false
	l.slept(2 * time.Hour)
	l.Key("g", "X")
	l.shows("2 living tokens of Orders@cloud/PRODUCTION, 1 of them only by")
	l.Type("2")
	l.Key("enter")
	l.said("decided to revoke 2 of 2")
	l.after(5 * time.Second)
	if got := strings.Join(l.api.revokes, " "); !strings.Contains(got, fp("refresh-1")) {
		t.Errorf("the refresh token was left alone: %s", got)
	}
}

// A mark that is made in Applications moves the cursor of the tokens, and not the scope.
func TestMarkFromApplications(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("1")
	first := p.Selected()
	p.Key("space")
	if p.InScope() != "All" || p.Selected() == first {
		t.Errorf("the scope is %s, and %s is selected after %s", p.InScope(), p.Selected(), first)
	}
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "1 marked") ||
		!strings.Contains(frame, "x revoke 1") {
		t.Errorf("the mark cannot be acted on:\n%s", frame)
	}
}

// A verb acts on the marked tokens that are listed, and tells how many are not. It refuses if none
// is listed.
func TestMarkOutOfSightStays(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "space")
	l.ScopeTo("Payments")
	l.Key("g", "x")
	l.said("no marked token is in the list that you see")
	if l.Overlays() != 0 || l.InState(console.Revoking) != 0 {
		t.Fatal("it acts on another token")
	}
	l.shows("1 marked, not listed", "no verb acts on a token that is not listed")
	l.Key("space")
	l.shows("1 marked, 1 more not listed: Payments "+fp("access-2")+" ", "x revokes it, ",
		"r renews 1")
	l.Key("x")
	l.shows("Revoke 1 token?", "● Payments · "+fp("access-2"),
		"1 more token is marked, and not in the list that you see: it")
	l.unanswered("x", "space")
	l.Key("esc", "x")
	if l.Overlays() != 1 || l.InState(console.Revoking) != 0 {
		t.Fatal("esc is not No")
	}
	l.Key("y")
	l.said("decided to revoke 1 of 1")
	if l.ScopeTo("Orders"); l.InState(console.Active) != 1 || l.InState(console.Revoking) != 1 {
		t.Errorf("the marked token that was not listed is revoked:\n%s", ansi.Strip(l.Frame()))
	}
	l.shows("1 marked", fp("access-1"))
}

// The key that opens a question does not answer it, in any configuration of the keys.
func TestOpenerIsNoAnswer(t *testing.T) {
	t.Parallel()
	keys, wrong := keys.Choose(
		map[string][]string{"revoke": {"y"}, "copy": {"x"}, "delete_application": {"j"},
			"down": {"down"}})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
	l.Reload(ui.Reload{
		Settings: ui.Settings{Theme: theme(t, "dark"), ThemeName: "dark", Keys: keys}})
	l.Key("g", "y")
	l.unanswered("y")
	if l.InState(console.Revoking) != 0 {
		t.Fatal("the same key twice revokes")
	}
	l.shows("o revoke it")
	l.Key("o")
	if l.InState(console.Revoking) != 1 {
		t.Error("the answer that is shown is none")
	}
}

// Failed tokens are not counted as done.
func TestBulkTellsWhatFailed(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "g", "g", "home", "space", "space", "space")
	l.api.err = &tokenapi.Error{Op: "refresh", Status: 400, Code: "invalid_grant"}
	l.Key("r")
	l.said("renewed 0 of 3 marked tokens: ")
	l.said("invalid_grant")
}

// A token that is already revoked is not counted, and the question says so.
func TestBulkRevokeLeavesOutWhatIsRevoked(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "g", "x")
	l.after(4 * time.Second)
	l.shows("REVOKED, MAY STILL PASS")
	l.Key("home", "space", "space", "space", "x")
	l.shows("Revoke 2 tokens?", "2 marked tokens", "2 tokens of Orders@cloud/PRODUCTION",
		"Left out:", "was revoked already")
	l.Key("y")
	l.said("decided to revoke 2 of 3 marked tokens")
	l.after(4 * time.Second)
	l.shows("Accepted by the server: 2 revokes; ", "P on one of them probes it ")
	l.Key("home", "space", "space", "space", "x")
	if l.Overlays() != 0 {
		t.Errorf("asked about nothing:\n%s", ansi.Strip(l.Frame()))
	}
	l.said("decided to revoke 0 of 3 marked tokens")
}

// A revoke of several tokens leaves out an expired one, and the question names it.
func TestBulkRevokeLeavesOutWhatIsOver(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.slept(61 * time.Minute)
	l.Key("g", "g", "home", "space", "space", "space", "x")
	l.shows("Revoke 2 tokens?", "Left out:",
		fp("access-1")+" is over, so there is nothing to revoke")
	l.Key("y")
	l.after(4 * time.Second)
	if len(l.api.revokes) != 2 || slices.Contains(l.api.revokes, fp("access-1")) {
		t.Errorf("revoked %v", l.api.revokes)
	}
}

// The full view is about one token, so its verbs act on that one, and the marks stay.
func TestFullViewLeavesTheMarks(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{120, 32}, {80, 24}} {
		l := alive(t).scoped("Orders")
		l.Resize(size.w, size.h)
		l.Key("g", "g", "g", "home", "space", "space", "enter")
		shown := l.Fingerprint(l.Selected())
		l.shows("3 Selected · Orders " + shown)
		if frame := ansi.Strip(l.Frame()); strings.Contains(frame, "marked") ||
			strings.Contains(frame, "revoke 2") {
			t.Errorf("%d: it is about the marks:\n%s", size.w, frame)
		}
		l.Key("x")
		if l.Overlays() != 0 || l.InState(console.Revoking) != 1 {
			t.Errorf("%d: %d overlays, %d revoking", size.w, l.Overlays(),
				l.InState(console.Revoking))
		}
		l.after(4 * time.Second)
		if got := strings.Join(l.api.revokes, " "); got != shown {
			t.Errorf("%d: revoked %q, want %s", size.w, got, shown)
		}
		l.Key("esc")
		l.shows("2 marked")
	}
}

// In the full view the mark key stays at the token, and the view shows the mark.
func TestMarkInFullView(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{120, 32}, {80, 24}, {60, 20}, {30, 8}} {
		l := alive(t).scoped("Orders")
		l.Resize(size.w, size.h)
		l.Key("g", "g", "home", "enter")
		shown := l.Fingerprint(l.Selected())
		l.Key("space")
		l.shows(shown + " is marked")
		if now := l.Fingerprint(l.Selected()); now != shown {
			t.Errorf("%d: it moved on to %s", size.w, now)
		}
		if size.w >= 60 {
			l.shows(shown + " · ✓ marked")
		}
		l.Key("space")
		l.shows(shown + " is no longer")
		if strings.Contains(ansi.Strip(l.Frame()), "✓ marked") {
			t.Errorf("%d: the mark is still shown", size.w)
		}
	}
}
