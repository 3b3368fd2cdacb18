package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// troubled returns a board with an undelivered revoke, a refused one, a lost renewal and a lost
// get.
func troubled() console.Board {
	b := orders()
	app := b.Applications[0].ID
	undelivered := bounded("t_undelivered", "bad0cafe", app, time.Hour, 40*time.Minute)
	undelivered.RevokeAt, undelivered.RevokeKind, undelivered.RevokeTries = t0.Add(-20*time.Second),
		console.RevokeBoth, 3
	undelivered.RevokeNext = t0.Add(12*time.Second + 500*time.Millisecond)
	undelivered.RevokeError = "revoke: no connection: dial tcp 192.0.2.7:8243: connect: " +
		"connection refused"
	refused := bounded("t_refused", "0badf00d", app, time.Hour, 39*time.Minute)
	refused.RevokeError = "revoke: refused (400), invalid_client"
	refused.RevokeKind = ""
	b.Tokens = append(b.Tokens, undelivered, refused)
	return b
}

func TestRevokeStagesAreToldApart(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	p.Feed(troubled())
	for range 12 {
		if p.Selected() != "t_undelivered" {
			p.Key("down")
		}
	}
	frame := func(want ...string) {
		t.Helper()
		text := ansi.Strip(p.Frame())
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Fatalf("no %q:\n%s", w, text)
			}
		}
	}
	frame("bad0cafe  app  revoking  not yet accepted · retry in 12 s")
	frame("│ not yet accepted · retry in 12 s · connection refused   ")
	frame("in 3 s  u undoes it") // the other one is in its undo window
	p.Key("z", "3")
	frame("not yet accepted · retry in 12 s · no connection: dial tcp 192.0.2.7:8243: connect: " +
		"connection refused")
	p.Key("esc")
	c.now = c.now.Add(2 * time.Second)
	p.Beat()
	frame("retry in 10 s")
	c.now = c.now.Add(2 * time.Second) // the undo window is over
	p.Beat()
	frame("aa01bb02  app  revoking  sending the revoke …")
	c.now = c.now.Add(9 * time.Second)
	p.Beat()
	frame("bad0cafe  app  revoking  sending the revoke …")
	p.Key("u")
	if log := strings.Join(p.Log(), "\n"); !strings.Contains(log, "it is too late to undo that") &&
		!strings.Contains(log, "nothing to do that with") {
		t.Errorf("u says: %s", log)
	}
}

func TestUnsureSaysWhatToDo(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := troubled()
	p.Feed(b)
	for id, want := range map[string][]string{
		"mark:m2": {"a get was sent at 12:02:30 and no answer was read", "g asks anew"},
		"t_unsure": {"d00dfeed   unsure   the answer to its refresh was lost",
			"r asks anew   x revokes"},
		"t_refused":     {"0badf00d   active   not revoked: refused (400)", "x revokes"},
		"t_undelivered": {"│ not yet accepted · retry in 12 s · connection refused"},
	} {
		p.Key("end", "home") // home alone may report that this is the first row
		selecting(id)(p)
		text := ansi.Strip(p.Frame())
		for _, w := range want {
			if p.Selected() != id || !strings.Contains(text, w) {
				t.Errorf("%s: no %q:\n%s", p.Selected(), w, text)
			}
		}
	}
	p.Key("end", "home")
	selecting("t_refused")(p)
	p.Key("enter") // the full view has the whole reason
	if text := ansi.Strip(p.Frame()); !strings.Contains(text,
		"not revoked, the server refused: refused (400), invalid_client") {
		t.Errorf("not all of the reason:\n%s", text)
	}
	p.Key("esc")
	for i := range b.Applications {
		b.Applications[i].Source = console.Gone // r could not request a new token
	}
	p.Feed(b)
	p.Key("home")
	for range 12 {
		if text := ansi.Strip(p.Frame()); strings.Contains(text, "r asks") ||
			strings.Contains(text, "g asks") {
			t.Fatalf("it cannot:\n%s", text)
		}
		p.Key("down")
	}
}

// The row of an unsure renewal names an action, and that action settles it.
func TestUnsureIsSettled(t *testing.T) {
	t.Parallel()
	lost := &tokenapi.Error{Op: "refresh_token", Kind: tokenapi.KindTimeout, Sent: true,
		Err: errors.New("no answer")}
	l := alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g")
	l.api.err = lost
	l.Key("r")
	l.after(15 * time.Second) // its notice has faded
	l.shows("unsure   the answer to its refresh was lost", "r asks anew   x revokes")
	l.after(time.Minute)
	l.api.err = nil
	l.Key("x")
	l.shows("in 3 s", "u undoes it", "u undoes it")
	l.Key("u")
	l.said("the decision was undone")
	l.Key("r")
	l.said("an earlier refresh was never answered, so it was asked anew")

	l = alive(t).scoped("Orders")
	l.api.err = lost
	l.Key("g")
	l.after(time.Minute)
	l.shows("? Orders · app   unsure   a get was sent", "g asks anew", "unknown", "no answer")
	l.Key("x")
	l.said("nobody saw the answer to this get, so there is no token to act on g asks anew")
	l.shows("enter the exchange")
	l.Key("enter")
	l.shows(" POST /token ", "copy as curl")
	l.Key("esc")
	l.api.err = nil
	l.Key("g") // it is not known whether this server ends the lost token
	l.after(15 * time.Second)
	if l.InState(console.Unsure) != 1 {
		t.Errorf("the next get removes it:\n%s", ansi.Strip(l.Frame()))
	}
	l.Key("home")
	l.shows("It ends by 13:04:", " at the latest", "g asks anew")
	l.dismiss("n")
	if l.InState(console.Unsure) != 1 {
		t.Error("n is not No")
	}
	l.dismiss("y")
	l.said("the lost answer to a get was dismissed")
	if l.InState(console.Unsure) != 0 {
		t.Errorf("it is still unsure:\n%s", ansi.Strip(l.Frame()))
	}

	l = awake(t, func(*console.Application) {},
		func(e *console.Environment) { e.Regime = console.RegimeOpaque }).scoped("Orders")
	l.api.err = lost
	l.Key("g")
	l.api.err = nil
	l.Key("g")
	if strings.Contains(ansi.Strip(l.Frame()), "unsure") {
		t.Errorf("the server ends it, and it is still unsure:\n%s", ansi.Strip(l.Frame()))
	}
}

// dismiss runs "dismiss" from the palette, and answers its question.
func (l *live) dismiss(answer string) {
	l.t.Helper()
	l.Key(":")
	l.Type("dismiss a lost")
	l.Key("enter")
	l.shows("Dismiss the lost answer?", "it may live until", "That ends no token")
	l.Key(answer)
}

// The mark of a get leaves the screen when its token must have expired, without a change of the
// store.
func TestMarkLeavesTheScreen(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	b := orders()
	b.Tokens, b.Marks[0].EndsBy = nil, t0.Add(time.Minute)
	p.Feed(b)
	c.now = t0.Add(59 * time.Second)
	p.Beat()
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "? Orders       unknown") {
		t.Errorf("gone too early:\n%s", text)
	}
	c.now = t0.Add(61 * time.Second)
	p.Beat()
	if text := ansi.Strip(p.Frame()); strings.Contains(text, "unknown") {
		t.Errorf("still there:\n%s", text)
	}
}

func TestDetailGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		for name, id := range map[string]string{"undelivered": "t_undelivered",
			"unsure": "t_unsure", "unsure-get": "mark:m2"} {
			p, _ := still(t, w, h)
			p.Feed(troubled())
			selecting(id)(p)
			fits(t, p.Frame(), w, h)
			golden(t, s+"-"+name, p)
		}
		p, _ := still(t, w, h)
		p.Feed(troubled())
		selecting("t_undelivered")(p)
		p.Key("3")
		golden(t, s+"-undelivered-selected", p)
	}
}

// A repeated failure has a notice when it begins. The row shows it all the time, and the log has
// each.
func TestRetriesAreQuiet(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "x")
	l.api.err = &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindNetwork,
		Err: errors.New("connection refused")}
	l.after(30 * time.Second)
	if n := strings.Count(strings.Join(l.Log(), "\n"), "not yet accepted"); n < 3 {
		t.Errorf("the log has %d of them", n)
	}
	l.Key("up", "esc") // the notice of the first failure is gone
	l.after(30 * time.Second)
	if strings.Contains(ansi.Strip(l.Frame()), "t is kept and tried again") {
		t.Errorf("a retry is said again:\n%s", ansi.Strip(l.Frame()))
	}
	l.shows("not yet accepted · retry in")
}

func TestCopyOfADeadTokenWarns(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "x", "y")
	l.said("copied " + fp("access-1") +
		" (system clipboard, cleared in 45 s), but it is being revoked")
	l.after(5 * time.Second)
	l.Key("y")
	l.said("but it is revoked, though the gateway may still let it through g gets another one")
	l.clock.now = l.clock.now.Add(16 * time.Minute)
	l.Changed()
	l.Key("y")
	l.said("but it is revoked and dead")
	l.shows("Copied ", "g gets another one.")
	l.clip.around = true // what is not cleared is told of it too
	l.Key("y")
	l.said("cleared there in 45 s), but it is revoked and dead. The terminal around it keeps a")
	l = alive(t).scoped("Orders")
	l.api.refresh = true
	l.Key("g", "r", "end", "y")
	l.said("but it was replaced by a newer one")
	l.clock.now = l.clock.now.Add(2 * time.Hour)
	l.Changed()
	l.Key("home", "y", "end", "y")
	l.said("but it has expired")
	for _, line := range l.Log() {
		if strings.Contains(line, fp("access-2")+" (") && strings.Contains(line, "replaced") {
			t.Errorf("the living one is called dead: %q", line)
		}
	}
}

// If another console undoes a revoke, this console reports it, and reports no undo of its own.
func TestUndoElsewhereIsSaid(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "x")
	if _, err := l.service("another").UndoDecision(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	l.Changed()
	l.said(fp("access-1") + ": its revoke was undone in another console")
	l.shows("● Orders · app · " + fp("access-1") + "   active")
	n := len(l.Log())
	l.Key("x", "u")
	l.Changed()
	if got := l.Log()[n:]; len(got) != 1 ||
		!strings.Contains(got[0], "the decision was undone") {
		t.Errorf("of its own: %q", got)
	}
	l.Key("x") // the next revoke of another console is reported again
	if _, err := l.service("another").UndoDecision(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	l.Changed()
	if n := strings.Count(strings.Join(l.Log(), "\n"), "in another console"); n != 2 {
		t.Errorf("said %d times", n)
	}
}

// A copied address replaces a token in the clipboard. After that there is nothing to clear.
func TestAddressIsNotCleared(t *testing.T) {
	t.Parallel()
	l := awake(t, func(a *console.Application) {
		if a.Name == "Payments" {
			devices(a)
		}
	}, atDevice).scoped("Orders")
	l.api.device = tokenapi.DeviceAnswer{UserCode: userCode,
		VerificationURI: "https://gw.example/device", ExpiresIn: 15 * time.Minute,
		Interval: time.Hour}
	l.Key("g", "y")
	l.said("cleared in 45 s")
	l.Hold = true
	l.ScopeTo("Payments")
	l.Key("g")
	l.Held = nil
	b, err := l.svc.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.Invitations = []console.Invitation{
		{AppID: b.Applications[1].ID, UserCode: userCode, URL: "https://gw.example/device",
			Until: t0.Add(time.Hour)}}
	l.Feed(b)
	l.Hold = false
	l.Key("y")
	l.said("copied the address (system clipboard); it is no secret, so it stays there")
	l.after(10 * time.Minute)
	if l.clip.cleared != 0 || !l.clip.holds.Equal(secretOf("https://gw.example/device")) {
		t.Errorf("cleared %d times", l.clip.cleared)
	}
}

// A pane without the focus draws its cursor in another style, also without colours.
func TestUnfocusedCursor(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, func(o *ui.Options) { o.NoColor = true })
	p.Feed(orders())
	row := func(side int, text string) string { // with its styles
		for line := range strings.SplitSeq(p.Frame(), "\n") {
			if strings.Contains(ansi.Strip(line), text) {
				return strings.Split(line, "│")[side]
			}
		}
		t.Fatalf("no %q:\n%s", text, ansi.Strip(p.Frame()))
		return ""
	}
	tokens, all := row(3, "▌ ◐ Orders"), row(1, "▌All")
	p.Key("1")
	if row(3, "▌ ◐ Orders") == tokens || row(1, "▌All") == all {
		t.Errorf("the cursors do not tell which pane has the focus:\n%q\n%q", tokens, all)
	}
}

// Names are cut only if they do not fit.
func TestApplicationsAreAsWideAsTheirNames(t *testing.T) {
	t.Parallel()
	b := orders()
	b.Applications[1].Name = "Customer onboarding v2"
	p, _ := still(t, 120, 32)
	p.Feed(b)
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "Customer onboarding v2 ") ||
		!strings.Contains(text, "Legacy importer") {
		t.Errorf("a name is cut:\n%s", text)
	}
	p.Resize(80, 24)
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "FOR") ||
		!strings.Contains(text, "u undoes it") {
		t.Errorf("the tokens went for the names:\n%s", text)
	}
}

func TestHelpKnowsTheOverlays(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 100)
	p.Feed(orders())
	p.Key("?")
	text := ansi.Strip(p.Frame())
	for _, want := range []string{"In what opens over the panes",
		"esc is No, and other keys do nothing", "get a separate token", "copy the address",
		"copy the code", "the passphrase: unlock", "Key to the stored secrets",
		"sealed with key file · /home/ana"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
}

// A token that the gateway refuses before it expires is not shown as active.
func TestRefusedThoughItsTimeIsNotOver(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	for i := range b.Tokens {
		if b.Tokens[i].ID == "t_active" {
			b.Tokens[i].Probes = []console.Probe{
				{At: t0.Add(-time.Minute), Status: 401, FaultCode: 900901,
					Verdict: tokenapi.Refused, URL: probed, NamesToken: true}}
		}
	}
	p.Feed(b)
	click(t, p, "3f9ca71e")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame,
		"active   the gateway refused it last: 401 900901") {
		t.Errorf("it looks alive:\n%s", frame)
	}
}

// The screen shows that it waits for a server only after some time.
func TestSlowServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.after(20 * time.Second) // the notices have faded
	l.Hold = true
	l.Key("r")
	l.after(time.Second)
	if strings.Contains(ansi.Strip(l.Frame()), "waiting") {
		t.Error("said at once: most answers come before it can be read")
	}
	l.after(3 * time.Second)
	l.shows("waiting for the server's answer, 4 s")
	l.Release()
	if strings.Contains(ansi.Strip(l.Frame()), "waiting") {
		t.Error("said after the answer")
	}
}

// The palette forgets tokens that are over, after a question. Tokens that may live stay.
func TestForgetsWhatIsOver(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key(":")
	l.Type("forget what")
	l.shows("no token is over")
	l.Key("esc")
	l.Key("g")
	l.slept(2 * time.Hour)
	l.shows("expired")
	forget := func(answer string) {
		l.t.Helper()
		l.Key(":")
		l.Type("forget what")
		l.Key("enter")
		l.shows("Forget what is over?", "1 token that is over",
			"Their secrets, probes and log go too. The log keeps that they")
		l.Key(answer)
	}
	forget("n")
	if n := l.Overlays(); n != 1 {
		t.Errorf("n: %d overlays", n)
	}
	l.Key("esc")
	l.shows("expired")
	forget("y")
	l.said("forgot 1 token that is over")
	if strings.Contains(ansi.Strip(l.Frame()), "expired") {
		t.Errorf("it is still shown:\n%s", ansi.Strip(l.Frame()))
	}
}

// After it has read the store, a console forgets tokens that have been over for long enough. It
// shows no notice.
func TestPrunesAfterTheFirstReading(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.slept(48 * time.Hour)
	l.shows("expired")
	l.keep = time.Hour
	l.svc = l.service("pruning")
	l.open()
	l.said("forgot 1 token that had been over for longer than store.keep")
	if frame := ansi.Strip(l.Frame()); strings.Contains(frame, "expired") ||
		strings.Contains(frame, "store.keep") {
		t.Errorf("it is still shown, or a notice is:\n%s", frame)
	}
}
