package ui_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

func TestGet(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.shows("No token of Orders is held", "No call was made")
	l.Key("g")
	l.said("got " + fp("access-1") + ", 1h 00m left")
	l.shows("● "+fp("access-1"), "1 active", "POST  /token")
	l.api.same = true
	l.clock.now = l.clock.now.Add(47*time.Minute + 57*time.Second)
	l.Key("g")
	l.said("same token came back (" + fp("access-1") + ")")
	l.said("the server hands out the live token again")
	l.said("for a new one: x revokes this one first, or G asks for other scopes")
}

// The header counts an expiring token as active, and does not count an expired one, like the list.
func TestHeaderCounts(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "home")
	head := func() string { head, _, _ := strings.Cut(ansi.Strip(l.Frame()), "\n"); return head }
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, "2 active · next expires in 1h 00m "},
		{59*time.Minute + 20*time.Second, "2 active · next expires in 0:40 "},
		{5 * time.Minute, " nothing is alive · 2 over "}} {
		l.after(c.after)
		soon := strings.Count(ansi.Strip(l.Frame()), "  expiring  ")
		if !strings.Contains(head(), c.want) || (soon >= 2) != strings.Contains(c.want, "0:40") {
			t.Errorf("after %v: %q, want %q\n%s", c.after, head(), c.want, ansi.Strip(l.Frame()))
		}
	}
	l.shows("○ "+fp("access-1"), "expired  ")
}

func TestGetFails(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.err = &tokenapi.Error{Op: "token", Kind: tokenapi.KindRefused, Status: 400,
		Code: "invalid_client", Hint: "look at consumer_secret"}
	l.Key("g")
	l.shows("invalid_client", "Look at consumer_secret")
	l.after(time.Minute)
	if strings.Contains(ansi.Strip(l.Frame()), "Look at consumer_secret") {
		t.Error("the notice has not faded")
	}
	l.Key("!")
	l.shows("invalid_client", "look at consumer_secret")
}

func TestRenewSaysWhichItDid(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "2", "r")
	l.said("asked anew")
	l.api.refresh = true
	l = alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "r")
	l.said("refreshed: got " + fp("access-2"))
	l.shows("1 replaced, may pass ≤", "─ REPLACED, MAY STILL PASS ─", "◒ "+fp("access-1"),
		"never tried")
}

func TestRevokeStages(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "p")
	l.said("200: the gateway let it through")
	l.Key("x")
	l.shows("◌ "+fp("access-1"), "in 3 s  u undoes it", "u undo")
	if len(l.api.revokes) != 0 {
		t.Fatal("sent inside the undo window")
	}
	l.Key("x")
	l.said("is being revoked already")
	l.after(5 * time.Second)
	if len(l.api.revokes) != 1 {
		t.Fatalf("sent %d times", len(l.api.revokes))
	}
	l.said("accepted by the server; the gateway may let it through for at most 15:00")
	l.shows("─ REVOKED, MAY STILL PASS ─", "◒ "+fp("access-1"), "≤14:5")
	if text := ansi.Strip(l.Frame()); l.board(t, "dead") > 0 || strings.Contains(text, "✕") {
		t.Error("a 200 of revoke is called dead")
	}
	l.api.gateway = 401
	l.Key("p")
	l.said("401 900901: refused (once)")
	l.shows("refused once")
	for range 2 {
		l.after(2 * time.Second)
		l.Key("p")
	}
	l.said("dead")
	l.shows("✕ "+fp("access-1"), "dead  after ", "401 ×3")
	l.Key("x")
	l.said("the server has revoked this token already")
	l.after(time.Hour)
	if len(l.api.revokes) != 1 {
		t.Fatalf("sent %d times", len(l.api.revokes))
	}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("u")
	l.said("there is nothing to undo")
	l.Key("g", "x", "4", "u")
	l.said(": not revoked, the decision was undone")
	l.after(time.Minute)
	if len(l.api.revokes) != 0 {
		t.Error("sent although it was taken back")
	}
	l.shows("● " + fp("access-1"))
}

func TestUndeliveredIsKept(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "x")
	l.api.err = &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindNetwork,
		Err: errors.New("connection refused")}
	l.after(4 * time.Second)
	l.said("the revoke is not yet accepted (no connection: connection refused) it is " +
		"kept and tried again in 5 s")
	l.shows("◌ "+fp("access-1"), "revoking  not yet accepted · retry in 4 s", "connection refused")
	l.api.err = nil
	l.after(10 * time.Minute)
	l.said("accepted by the server")
}

func TestTwiceSendsOnce(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"g", "r", "p", "x", "y"} {
		l := alive(t).scoped("Orders")
		if key != "g" {
			l.Key("g")
		}
		before := l.api.tokens
		l.Hold = true
		l.Key(key, key, key)
		if n := len(l.Held); key != "y" && n > 4 { // the effect, and held beats
			t.Errorf("%s: %d commands", key, n)
		}
		l.Release()
		l.after(10 * time.Second)
		if n := l.api.tokens - before; (key == "g" || key == "r") && n != 1 {
			t.Errorf("%s: %d requests", key, n)
		}
		if n := len(l.api.revokes); key == "x" && n != 1 {
			t.Errorf("%s: %d revokes", key, n)
		}
		l.said("wait for its answer")
	}
}

func TestProductionAsks(t *testing.T) {
	t.Parallel()
	l := alive(t, func(e *console.Environment) { e.Production = true }).scoped("Orders")
	l.Key("g", "x")
	l.shows("Revoke in production?", fp("access-1"))
	l.unanswered("x", "q", "up", "Y")
	for _, no := range []string{"esc", "n"} {
		l.Key(no)
		l.after(time.Minute)
		if l.Overlays() != 0 || len(l.api.revokes) != 0 || l.board(t, "revoking") != 0 {
			t.Errorf("%s is not No", no)
		}
		l.Key("x")
	}
	l.Key("enter") // it opens the token, and answers nothing
	l.shows("3 Selected · Orders " + fp("access-1"))
	if l.Overlays() != 0 || l.board(t, "revoking") != 0 {
		t.Error("enter is a Yes")
	}
	l.Key("x", "y")
	l.shows("◌ Orders · app · " + fp("access-1"))
	l.after(5 * time.Second)
	if len(l.api.revokes) != 1 {
		t.Error("y did not revoke")
	}
}

func TestCopyAndClear(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "y")
	if !l.clip.holds.Equal(secret.New("access-1")) {
		t.Fatal("not copied")
	}
	l.said("copied " + fp("access-1") + " (system clipboard, cleared in 45 s)")
	l.after(time.Minute)
	if l.clip.cleared != 1 {
		t.Fatalf("cleared %d times", l.clip.cleared)
	}
	l.clip.terminal = true
	l.Key("y")
	l.said("sent " + fp("access-1") + " to the terminal")
	if len(l.Raw) != 1 {
		t.Error("nothing was sent to the terminal")
	}
	l.Key("q")
	if l.clip.cleared != 2 || !l.Quit {
		t.Errorf("cleared %d times, quit %t", l.clip.cleared, l.Quit)
	}
	for _, f := range append(l.Log(), l.Frame()) {
		if strings.Contains(f, "access-1") {
			t.Error("a token is on the screen")
		}
	}
	log, err := l.svc.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var copies []string
	for _, e := range log {
		if e.Kind == console.EventCopied {
			copies = append(copies, e.Fingerprint+string(e.Facts))
		}
	}
	if want := []string{fp("access-1") + `{"via":"system clipboard"}`,
		fp("access-1") + `{"via":"terminal"}`}; !slices.Equal(copies, want) {
		t.Errorf("logged %q, want %q", copies, want)
	}
}

// A failure to log a copy is reported, and the copy is made.
func TestUnloggedCopy(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.clip.during = func() { _ = l.store.Close() }
	l.Key("y")
	if !l.clip.holds.Equal(secret.New("access-1")) {
		t.Error("not copied")
	}
	l.said("which the audit log does not say: ")
}

func TestQuit(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "q")
	if !l.Quit {
		t.Error("q does not quit")
	}
	// A revoke in its undo window is sent first.
	l = alive(t).scoped("Orders")
	l.Key("g", "x", "q")
	if l.Quit {
		t.Fatal("quit with a revoke waiting")
	}
	l.said("finishing… what was revoked is sent first")
	l.Key("g")
	l.after(5 * time.Second)
	if len(l.api.revokes) != 1 || !l.Quit {
		t.Errorf("%d revokes, quit %t", len(l.api.revokes), l.Quit)
	}
	l = alive(t).scoped("Orders")
	l.Key("g", "x", "ctrl+c", "ctrl+c")
	if !l.Quit {
		t.Error("the second ctrl+c waits")
	}
}

// After a get, keys act on its token, even if the application has older ones.
func TestBroughtTokenIsSelected(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "g")
	l.Key("p")
	l.said(fp("access-2") + ": 200")
	l.Key("r", "p")
	l.said(fp("access-3") + ": 200")
	l.api.gateway = 401
	l.Key("end", "p") // a move of the cursor has priority
	l.said(fp("access-2") + ": 401")
}

// A revoke can be undone by the next key, before the console knows that the decision is stored.
func TestUndoAtOnce(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{{"x", "u"}, {"x", "g", "u"}} {
		l := alive(t).scoped("Orders")
		l.Key("g")
		l.Hold = true
		l.Key(keys...)
		for range 2 {
			if strings.Contains(ansi.Strip(l.Frame()), "nothing to undo") {
				t.Errorf("%q: it is refused", keys)
			}
			l.Release()
		}
		l.after(time.Minute)
		if len(l.api.revokes) > 0 {
			t.Errorf("%q: sent %v", keys, l.api.revokes)
		}
	}
}
