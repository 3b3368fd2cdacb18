package plain_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/plain"
	"lanyard/ui/session"
)

// lineMode runs the line mode in a synctest bubble, where time passes when nothing else happens.
type lineMode struct {
	t     *testing.T
	in    *io.PipeWriter
	out   *output
	api   *api
	clip  *clipboard
	store *store.Store
	svc   *console.Service
	apps  []console.Application
	stop  context.CancelFunc
	ended chan error
	over  bool
}

// inLines runs a test with the line mode. Its applications are Orders PRODUCTION and Orders
// SANDBOX, as change leaves them.
func inLines(t *testing.T, change func(*console.Application), test func(*lineMode)) {
	t.Helper()
	linesWith(t, func(*plain.Options) {}, change, func(l *lineMode) {
		if said := l.out.since(); !strings.HasSuffix(said,
			"2 applications; no tokens. Type help for the commands.\nready\n") {
			l.t.Errorf("begins with %q", said)
		}
		test(l)
	})
}

// linesWith is inLines with other options. Nothing of the output was read before the test.
func linesWith(t *testing.T, options func(*plain.Options), change func(*console.Application),
	test func(*lineMode)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st, err := store.OpenMemory(t.Context(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.Close() }()
		in, typed := io.Pipe()
		l := &lineMode{t: t, in: typed, out: &output{}, api: &api{gateway: 200}, clip: &clipboard{},
			store: st, ended: make(chan error, 1)}
		for _, keyType := range []string{"PRODUCTION", "SANDBOX"} {
			a := console.Application{
				Name: "Orders", KeyType: keyType, ConsumerKey: console.Private(keyType),
				Grant: tokenapi.GrantClientCredentials, ProbeURL: "https://gw.example/orders",
				Source: console.FromConfig, Secret: console.SecretAvailable,
				Environment: console.Environment{
					Name: "cloud", CacheTTL: 15 * time.Minute, Regime: console.RegimeAuto,
					ClientAuth: tokenapi.AuthBasic, Timeout: time.Second,
					Endpoints: console.Endpoints{TokenURL: "https://gw.example/token",
						RevokeURL: "https://gw.example/revoke",
						DeviceURL: "https://gw.example/device"},
				},
			}
			change(&a)
			a.ID = a.Identity()
			l.apps = append(l.apps, a)
		}
		l.svc = l.service("test")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		l.stop = stop
		go func() {
			o := plain.Options{Service: l.svc, Clipboard: l.clip, ClearAfter: 45 * time.Second,
				Device: "lap", Input: in, Output: l.out}
			options(&o)
			l.ended <- plain.Run(ctx, o)
		}()
		synctest.Wait()
		test(l)
		if !l.over {
			_ = typed.Close()
			l.end(nil)
		}
	})
}

func unchanged(*console.Application) {}

// service returns a console on the store of the test.
func (l *lineMode) service(owner string) *console.Service {
	l.t.Helper()
	svc, err := console.New(console.Options{
		Clock: time.Now, Keeper: l.store, Vault: vault{},
		Connect:      func(console.Environment) (console.API, error) { return l.api, nil },
		Applications: l.apps, UndoWindow: 3 * time.Second, DueBefore: time.Minute, Attended: true,
		Owner: owner, Device: "lap",
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return svc
}

// typed types a line, and returns the output until nothing more happens.
func (l *lineMode) typed(line string) string {
	l.t.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		l.t.Fatal(err)
	}
	synctest.Wait()
	return l.out.since()
}

// check types a line, and checks the output before the word "ready".
func (l *lineMode) check(line string, want ...string) {
	l.t.Helper()
	said, asks := strings.CutSuffix(l.typed(line), "ready\n")
	if !asks {
		l.t.Errorf("%s: no word that the next line is awaited: %q", line, said)
	}
	if text := strings.Join(want, "\n") + "\n"; said != text && (len(want) > 0 || said != "") {
		l.t.Errorf("%s: said\n%s\nnot\n%s", line, said, text)
	}
}

// tells types a line, and checks that a line of the answer is want.
func (l *lineMode) tells(line, want string) {
	l.t.Helper()
	if said := l.typed(line); !strings.Contains("\n"+said, "\n"+want+"\n") {
		l.t.Errorf("%s: said\n%s\nwithout\n%s", line, said, want)
	}
}

// checkAfter lets time pass, and checks all that is printed meanwhile.
func (l *lineMode) checkAfter(d time.Duration, want ...string) {
	l.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	said := l.out.since()
	if text := strings.Join(want, "\n") + "\n"; said != text && (len(want) > 0 || said != "") {
		l.t.Errorf("in %s was said\n%s\nnot\n%s", d, said, text)
	}
}

// end waits for the end of Run.
func (l *lineMode) end(want error) {
	l.t.Helper()
	l.over = true
	if err := <-l.ended; !errors.Is(err, want) || want == nil && err != nil {
		l.t.Errorf("ended with %v, not %v", err, want)
	}
}

var (
	p1 = "Orders production key, token 1 (" + fingerprint("access-1") + "): "
	p2 = "Orders production key, token 2 (" + fingerprint("access-2") + "): "
	s2 = "Orders sandbox key, token 2 (" + fingerprint("access-2") + "): "
)

func TestPlainTellsEachChangeOnce(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("get orders", p1+"got, 1 hour left.")
		l.checkAfter(59*time.Minute - time.Nanosecond)
		l.checkAfter(time.Nanosecond, p1+"expiring, 1 minute left.")
		l.checkAfter(time.Minute - time.Nanosecond)
		l.checkAfter(time.Nanosecond, p1+"expired.", "hint: get A1 gets a new one")
		l.checkAfter(24 * time.Hour)
		l.check("tokens", "Over:", "token 1: "+fingerprint("access-1")+
			" of Orders production key, for the application itself: expired 1 day ago, "+
			"scopes default.")
	})
}

func TestPlainRevokeStages(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("g A2", strings.Replace(strings.Replace(s2, "token 2", "token 1", 1),
			fingerprint("access-2"), fingerprint("access-1"), 1)+"got, 1 hour left.")
		lead := "Orders sandbox key, token 1 (" + fingerprint("access-1") + "): "
		l.check("revoke 1", lead+"the revoke is sent in 3 seconds; undo takes it back.")
		l.check("revoke 1", lead+"revoking: the revoke is sent in 3 seconds; undo takes it back.")
		l.checkAfter(2 * time.Second)
		l.check("undo", lead+
			"not revoked, the decision was undone: active, 59 minutes 58 seconds left.")
		l.check("undo", "There is nothing to undo: no revoke is waiting that was not sent.")
		l.checkAfter(10 * time.Second)
		if n := l.api.revoked(); n != 0 {
			l.t.Fatalf("sent %d times", n)
		}
		l.check("x "+fingerprint("access-1")[:4],
			lead+"the revoke is sent in 3 seconds; undo takes it back.")
		l.checkAfter(3*time.Second,
			lead+"accepted by the server; the gateway may let it through for at most 15 minutes.")
		l.checkAfter(15*time.Minute - time.Second - time.Nanosecond)
		l.check("probe 1", lead+"200, the gateway still lets it through, for at most 2 seconds.")
		l.checkAfter(time.Second+time.Nanosecond, lead+"dead: the window ran out.",
			"hint: get A2 gets a new one")
		l.checkAfter(time.Hour)
	})
}

func TestPlainProvesDead(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.typed("revoke 1")
		l.checkAfter(3*time.Second,
			p1+"accepted by the server; the gateway may let it through for at most 15 minutes.")
		section := "token 1: " + fingerprint("access-1") +
			" of Orders production key, for the application itself: revoked, may pass, at most "
		l.check("gateway", "Revoked, may still pass:",
			section+"15 minutes, never tried, scopes default.")
		l.tells("inspect 1", "the gateway's clock: revoked, may pass: accepted by the server; "+
			"the gateway may let it through for at most 15 minutes; that began just now; "+
			"not seen at the gateway by us; verdict: not proved dead.")
		l.api.script(func() { l.api.gateway = 401 })
		l.checkAfter(11 * time.Second)
		l.check("p 1", p1+
			"401 900901, refused (once); three in a row, a second apart, prove it dead.")
		l.checkAfter(time.Second)
		l.typed("p 1")
		l.checkAfter(time.Second)
		l.check("p 1",
			p1+"401 900901, dead: the gateway refused it three times in a row, 11 seconds "+
				"after the revoke.")
		l.checkAfter(time.Hour) // the end of the window adds nothing
		l.check("gateway", "Nothing revoked or replaced may still pass the gateway.")
		l.tells("inspect 1", "the gateway's clock: dead: the gateway refused it three times in "+
			"a row, 11 seconds after the revoke; it ended 1 hour ago; probes since: 401 3 times.")
		l.typed("get A1") // the very same token was handed out again: it lives
		l.api.script(func() { l.api.gateway = 200 })
	})
}

func TestPlainProbeSaysWhy(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.api.script(func() { l.api.why = tokenapi.WhyOpen })
		l.check("p 1", p1+"200, this URL lets anybody through: it answers 200 to a made-up token.",
			"hint: set probe_url to an API that wants a token and answers 200 to this one; in "+
				"the configuration, below [[application]] Orders")
	})
}

func TestPlainRenew(t *testing.T) {
	t.Parallel()
	inLines(t, func(a *console.Application) { a.Environment.Regime = console.RegimeOpaque },
		func(l *lineMode) {
			l.api.refresh = true
			l.typed("get A1")
			l.check("renew orders", p2+"refreshed: got, 1 hour left.",
				p1+
					"replaced, may pass: replaced by a newer one; "+
					"the gateway may let it through for "+
					"at most 15 minutes.")
			if said := l.typed("gateway"); !strings.HasPrefix(said, "Replaced, may still pass:\n") {
				l.t.Errorf("gateway says\n%s", said)
			}
			l.checkAfter(15*time.Minute, p1+"replaced: the window ran out.")
			l.check("tokens",
				"token 2: "+fingerprint("access-2")+" of Orders production key, for the "+
					"application itself: active, 45 minutes left, never tried, scopes default.",
				"Over:", "token 1: "+fingerprint("access-1")+" of Orders production key, for the "+
					"application itself: replaced by token 2 ("+fingerprint("access-2")+
					") 15 minutes ago, scopes default.")
		})
}

// A revoke in production needs the answer yes.
func TestPlainProductionAsks(t *testing.T) {
	t.Parallel()
	inLines(t, func(a *console.Application) { a.Environment.Production = true }, func(l *lineMode) {
		l.typed("get A1")
		question := "Orders production key, token 1 (" + fingerprint("access-1") +
			") is in production, for the application itself. When the server has accepted, its " +
			"gateway may pass the token for at most 15 minutes. Revoke it? Type yes to revoke, " +
			"anything else for no.\n"
		for _, no := range []string{"", "n", "y", "x 1", "revoke 1", "yes please", "ok"} {
			if said := l.typed("revoke 1"); said != question {
				l.t.Fatalf("asked %q", said)
			}
			l.check(no, "No: nothing was revoked.")
		}
		l.checkAfter(time.Minute)
		l.typed("revoke 1")
		l.check("yes", p1+"the revoke is sent in 3 seconds; undo takes it back.")
		l.checkAfter(3*time.Second,
			p1+"accepted by the server; the gateway may let it through for at most 15 minutes.")
		l.typed("get A1")
		l.typed("revoke 2")
		time.Sleep(2 * time.Hour) // virtual: it expires before the answer
		l.tells("yes", "Nothing was done: what the question was about has changed meanwhile.")
	})
}

func TestPlainSupersedeAsks(t *testing.T) {
	t.Parallel()
	inLines(t, func(a *console.Application) { a.Environment.Regime = console.RegimeJWT },
		func(l *lineMode) {
			if said := l.typed("get A1"); !strings.Contains(said, "revokes the older one") ||
				!strings.Contains(said, "got, 1 hour left") {
				l.t.Fatalf("the first get: %q", said)
			}
			if said := l.typed("get A1"); !strings.Contains(said, "revokes the older one") ||
				!strings.HasSuffix(said, "or anything else for no.\n") {
				l.t.Fatalf("asked %q", said)
			}
			l.check("n", "No: nothing was asked for.")
			l.typed("get A1")
			l.typed("device")
			n, scopes := l.api.requested()
			if n != 2 || strings.Join(scopes, " ") != "device_lap" {
				l.t.Errorf("%d requests, with %q", n, scopes)
			}
		})
}

// A token that expires soon is told at once, also while a probe of it is under way.
func TestPlainExpiringDuringAProbe(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.api.script(func() { l.api.slow = make(chan struct{}) })
		l.typed("probe 1")
		l.checkAfter(59*time.Minute, p1+"expiring, 1 minute left.")
		close(l.api.slow)
		l.checkAfter(time.Second, p1+"200, the gateway let it through.", "ready")
	})
}

// A number means the same token for the whole run.
func TestPlainNumbersStay(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.checkAfter(time.Second)
		l.typed("get A2")
		b, err := l.svc.Board(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		if err := l.store.Update(l.t.Context(),
			func(w console.Writer) error { return w.DropToken(b.Tokens[0].ID) }); err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(2*time.Second, strings.TrimSuffix(p1, ": ")+" is no longer held.")
		l.check("probe 1", "Token 1 is no longer held.")
		l.check("probe 2", s2+"200, the gateway let it through.")
		l.check("probe 3", "There is no token 3 yet; tokens lists them.")
		l.check("get A1",
			"Orders production key, token 3 ("+fingerprint("access-3")+"): got, 1 hour left.")
		l.check("probe token 2", s2+"200, the gateway let it through.")
	})
}

// In every command a bare number is a token's, and A with a number is an application's.
func TestPlainNumbersOfTwoForms(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("get a2",
			strings.ReplaceAll(strings.ReplaceAll(s2, "token 2", "token 1"),
				fingerprint("access-2"), fingerprint("access-1"))+"got, 1 hour left.")
		l.checkAfter(time.Second)
		l.check("get application A1", p2+"got, 1 hour left.")
		first := "Orders sandbox key, token 1 (" + fingerprint("access-1") + "): "
		for _, c := range []string{"probe 1", "probe token 1", "probe A2", "probe a2",
			"probe application A2"} {
			l.check(c, first+"200, the gateway let it through.")
		}
		if said := l.typed("log 1"); !strings.Contains(said, "Orders@cloud/SANDBOX") ||
			strings.Contains(said, "PRODUCTION") {
			l.t.Errorf("log 1 says\n%s", said)
		}
		if said := l.typed("log A1"); strings.Contains(said, "SANDBOX") ||
			!strings.Contains(said, "Orders@cloud/PRODUCTION") {
			l.t.Errorf("log A1 says\n%s", said)
		}
		if said := l.typed("renew 1"); !strings.HasPrefix(said, "Orders sandbox key, token 3") {
			l.t.Errorf("renew 1 says\n%s", said)
		}
		if said := l.typed("renew A1"); !strings.HasPrefix(said, "Orders production key, token 4") {
			l.t.Errorf("renew A1 says\n%s", said)
		}
		for _, c := range []string{"get", "tokens", "cancel"} {
			l.check(c+" 2", c+
				" takes an application, and 2 has the form of a token's number. Numbers of "+
				"applications begin with A, such as A2; apps lists them.")
		}
		l.check("revoke A9",
			`There is no token and no application "A9"; tokens and apps list them.`)
	})
}

// If the name of an application looks like a number, the line mode asks which one is meant.
func TestPlainNumbersThatAreNames(t *testing.T) {
	t.Parallel()
	called := func(a *console.Application) {
		a.Name = console.Private(map[string]string{"PRODUCTION": "1", "SANDBOX": "A1"}[a.KeyType])
	}
	inLines(t, called, func(l *lineMode) {
		l.check("get A1",
			`"A1" fits 2; nothing was done. Type application A1 or application A2 in its place:`,
			"application A1: 1 production key.", "application A2: A1 sandbox key.")
		l.check("get application a2",
			"A1 sandbox key, token 1 ("+fingerprint("access-1")+"): got, 1 hour left.")
		l.check("get 1",
			"1 production key, token 2 ("+fingerprint("access-2")+"): got, 1 hour left.")
		l.check("probe 1",
			`"1" fits 2; nothing was done. Type token 1 or application A1 in its place:`,
			"token 1: "+fingerprint("access-1")+
				" of A1 sandbox key, for the application itself: active, 1 hour left, never "+
				"tried, scopes default.",
			"application A1: 1 production key.")
		l.check("probe token 1",
			"A1 sandbox key, token 1 ("+fingerprint("access-1")+
				"): 200, the gateway let it through.")
	})
}

// Digits that are too many for a number of the list are not called one.
func TestPlainNumbersThatAreNone(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("probe 123", "There is no token 123 yet; tokens lists them.")
		l.check("probe token 1234", "There is no token 1234 yet; tokens lists them.")
		l.check("probe 1234",
			`There is no token and no application "1234"; tokens and apps list them.`)
	})
}

// wait delays the next line until the decided revokes are sent.
func TestPlainWaits(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("wait")
		l.typed("get A1")
		l.typed("revoke 1")
		if said := l.typed("wait"); said != "" || l.api.revoked() > 0 {
			l.t.Errorf("wait says %q", said)
		}
		l.checkAfter(4*time.Second,
			p1+"accepted by the server; the gateway may let it through for at most 15 minutes.",
			"ready")
	})
}

// undo without a token takes back the last decision, of this or another console. undo with a token
// takes back that revoke.
func TestPlainUndoTakesAllBack(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.checkAfter(time.Second)
		l.typed("get A2")
		b, err := l.svc.Board(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		both := []string{b.Tokens[0].ID, b.Tokens[1].ID}
		decide := func() {
			for _, d := range l.service("other").RevokeAll(l.t.Context(), both, console.RevokeBoth,
				time.Minute) {
				if d.Err != nil {
					l.t.Fatal(d.Err)
				}
			}
			synctest.Wait()
			l.out.since()
		}
		back := "not revoked, the decision was undone: active, 1 hour left."
		backFirst := "not revoked, the decision was undone: active, 59 minutes 59 seconds left."
		decide()
		l.check("undo", p1+backFirst, s2+back, "2 of 2 revokes undone.")
		decide()
		l.check("undo 2", s2+back)
		l.check("undo", p1+backFirst)
		decide()
		if _, err := l.service("other").DeliverOne(l.t.Context(), both[1]); err != nil {
			l.t.Fatal(err)
		}
		synctest.Wait()
		l.out.since()
		l.check("undo", p1+backFirst, "1 of 2 revokes undone; 1 had been sent.")
	})
}

// What another console does is printed once.
func TestPlainTellsOfOthers(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		other := l.service("other")
		out, err := other.Get(l.t.Context(), l.apps[0].ID, console.GetOptions{})
		if err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(2*time.Second, p1+"new, active, 1 hour left.")
		if _, err := other.Revoke(l.t.Context(), out.Token.ID, console.RevokeBoth,
			time.Minute); err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(2*time.Second,
			p1+"revoking: the revoke is sent in 1 minute; undo takes it back.")
		if _, err := other.Undo(l.t.Context(), out.Token.ID); err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(2*time.Second,
			p1+"its revoke was undone in another console, it lives on: active, 59 minutes "+
				"56 seconds left.")
	})
}

// slowClipboard is a clipboard whose copies end when the test says so.
type slowClipboard struct {
	*clipboard
	now chan struct{}
}

func (c slowClipboard) Copy(ctx context.Context, t secret.Text,
	stays bool) (session.CopiedTo, error) {
	<-c.now
	return c.clipboard.Copy(ctx, t, stays)
}

// A change by another console during a request is printed after the answer.
func TestPlainTellsOfOthersAfterAnAnswer(t *testing.T) {
	t.Parallel()
	clip := slowClipboard{&clipboard{}, nil}
	linesWith(t, func(o *plain.Options) {
		clip.now = make(chan struct{})
		o.Clipboard = clip
	}, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.typed("copy 1")
		b, err := l.svc.Board(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		other, id := l.service("other"), b.Tokens[0].ID
		if _, err := other.Revoke(l.t.Context(), id, console.RevokeBoth, time.Minute); err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(2 * time.Second)
		close(clip.now)
		l.checkAfter(0, "copied "+fingerprint("access-1")+
			" (system clipboard, cleared in 45 seconds), but it is being revoked.",
			p1+"revoking: the revoke is sent in 58 seconds; undo takes it back.", "ready")
	})
}

// A request of another lanyard is not called lost while it may be answered. After that it is
// printed once.
func TestPlainUnanswered(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		err := l.store.Update(l.t.Context(), func(w console.Writer) error {
			if err := w.PutApplication(l.apps[0], console.Secrets{}); err != nil {
				return err
			}
			return w.PutMark(
				console.Mark{ID: "m_1", Op: "get", AppID: l.apps[0].ID, SentAt: time.Now()})
		})
		if err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(4*time.Second - time.Nanosecond)
		l.checkAfter(time.Nanosecond,
			"Orders production key: a get was sent at 00:00:00Z and its answer never seen: the "+
				"server may have made a token that nobody holds and "+
				"nobody can revoke: nobody knows how long it may live; forget m_1 dismisses this; "+
				"get again for a token to use.")
		l.checkAfter(time.Hour)
		const asks = "Orders production key: the answer to a get was never seen; of a token that " +
			"it may have brought: nobody knows how long it may live. " +
			"That is not changed by it. Type yes to dismiss it, anything else for no."
		l.check("forget m_2", `There is no unanswered request "m_2"; tokens tells which there are.`)
		if said := l.typed("forget m_1"); !strings.HasPrefix(said, asks+"\n") {
			l.t.Errorf("said %q", said)
		}
		l.check("no", "No: nothing was dismissed.")
		if said := l.typed("forget m_1"); !strings.HasPrefix(said, asks+"\n") {
			l.t.Errorf("said %q", said)
		}
		l.check("yes", "The lost answer to a get is dismissed; the log keeps it.")
		l.check("tokens", "No token is held.")
	})
}

// The question before a mark is dismissed has the time that the list of tokens has.
func TestPlainDismissTime(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		if err := l.store.Update(l.t.Context(), func(w console.Writer) error {
			return w.PutMark(console.Mark{ID: "m_1", Op: "get", AppID: l.apps[0].ID,
				SentAt: time.Now(), EndsBy: time.Now().Add(2 * time.Hour)})
		}); err != nil {
			l.t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		const until = "it may live until 02:00:00Z at the latest"
		for _, line := range []string{"tokens", "forget m_1"} {
			if said := l.typed(line); !strings.Contains(said, until) {
				l.t.Errorf("%s: said %q", line, said)
			}
		}
		l.check("no", "No: nothing was dismissed.")
	})
}

func TestPlainDevice(t *testing.T) {
	t.Parallel()
	inLines(t, func(a *console.Application) { a.Grant = tokenapi.GrantDeviceCode },
		func(l *lineMode) {
			l.api.device = tokenapi.DeviceAnswer{VerificationURI: "https://gw.example/d",
				UserCode: "BCDF-xyz2", Interval: 5 * time.Second, ExpiresIn: 10 * time.Minute}
			l.check("get orders",
				"Orders production key: to approve, open this address, on this machine or any "+
					"other: https://gw.example/d",
				"and enter this code, exactly as it stands: BCDF-xyz2",
				"There are 10 minutes for it; type cancel to give up.")
			l.checkAfter(time.Minute)
			l.check("tokens", "No token is held.")
			l.check("get orders",
				"Orders production key: to approve, open this address, on this machine or any "+
					"other: https://gw.example/d",
				"and enter this code, exactly as it stands: BCDF-xyz2",
				"There are 9 minutes for it; type cancel to give up.")
			l.check("cancel", "error: get: given up, nothing was got")
			l.check("cancel", "Nobody is being waited for.")
			l.typed("get orders")
			_ = l.in.Close() // and leaving does not wait for the person either
			l.end(nil)
		})
}

// A server that fails while the device grant polls is reported once.
func TestPlainDeviceTrouble(t *testing.T) {
	t.Parallel()
	inLines(t, func(a *console.Application) { a.Grant = tokenapi.GrantDeviceCode },
		func(l *lineMode) {
			l.api.polls = make(chan error, 2)
			l.api.device = tokenapi.DeviceAnswer{VerificationURI: "https://gw.example/d",
				UserCode: "BCDF-xyz2", Interval: 5 * time.Second, ExpiresIn: 10 * time.Minute}
			for range 2 {
				l.api.polls <- &tokenapi.Error{
					Op: tokenapi.GrantDeviceCode, Kind: tokenapi.KindRefused, Status: 503,
					Sent:   true,
					Action: tokenapi.RetryLater, Err: errors.New("it says “busy”"),
				}
			}
			l.check("get orders",
				"Orders production key: to approve, open this address, on this machine or any "+
					"other: https://gw.example/d",
				"and enter this code, exactly as it stands: BCDF-xyz2",
				"There are 10 minutes for it; type cancel to give up.")
			l.checkAfter(time.Minute,
				"Orders production key: the poll of the server failed: refused (503): it "+
					"says \"busy\"; it is asked again")
			l.check("cancel", "error: get: given up, nothing was got")
			_ = l.in.Close()
			l.end(nil)
		})
}

// The end of the input finishes the work in flight.
func TestPlainEndFinishes(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.check("copy 1",
			"copied "+fingerprint("access-1")+" (system clipboard, cleared in 45 seconds).")
		l.typed("revoke 1")
		began := time.Now()
		_ = l.in.Close()
		l.end(nil)
		if took := time.Since(began); took < 3*time.Second || took > 5*time.Second ||
			l.api.revoked() != 1 || l.clip.cleared != 1 {
			l.t.Errorf("after %s %d revokes were sent and the clipboard cleared %d times", took,
				l.api.revoked(), l.clip.cleared)
		}
		want := "The clipboard was cleared.\nFinishing what is under way; control c does not " +
			"wait.\n" + p1 +
			"accepted by the server; the gateway may let it through for at most 15 minutes.\n"
		got := l.out.since()
		if strings.Count(got, "\n") != 3 || len(got) != len(want) {
			l.t.Errorf("said\n%s\nnot\n%s", got, want)
		}
	})
}

func TestPlainInterrupted(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.typed("copy 1")
		l.stop()
		l.end(session.ErrInterrupted)
		if l.clip.cleared != 1 {
			l.t.Error("the clipboard was not cleared")
		}
		_ = l.in.Close()
	})
}

// A line typed while the console quits is answered. A revoke can be undone, and nothing else
// begins.
func TestPlainQuitting(t *testing.T) {
	t.Parallel()
	const finishing = "Finishing what is under way; control c does not wait.\n"
	for line, want := range map[string]string{
		"get A1": finishing,
		"undo":   p1 + "not revoked, the decision was undone: active, 1 hour left.\n",
	} {
		inLines(t, unchanged, func(l *lineMode) {
			l.typed("get A1")
			l.typed("revoke 1")
			l.stop()
			synctest.Wait()
			if said := l.out.since(); said != finishing {
				l.t.Errorf("interrupted: %q", said)
			}
			if said := l.typed(line); said != want {
				l.t.Errorf("%s: %q", line, said)
			}
			l.end(session.ErrInterrupted)
			if n, _ := l.api.requested(); n != 1 {
				l.t.Errorf("%d requests for tokens", n)
			}
		})
	}
}

func TestPlainClearsTheClipboard(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.typed("y 1")
		l.checkAfter(45*time.Second, "The clipboard was cleared.")
	})
}

// A revoke that cannot be delivered is reported once, and once more when it is accepted.
func TestPlainUndelivered(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.typed("revoke 1")
		l.api.mu.Lock()
		l.api.err = &tokenapi.Error{Op: "revoke", Kind: tokenapi.KindNetwork,
			Hint: "is the server up?"}
		l.api.mu.Unlock()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		said := l.out.since()
		if n := l.api.revoked(); n < 3 || strings.Count(said, "not yet accepted") != 1 ||
			strings.Count(said, "\n") != 2 || !strings.Contains(said, "hint: is the server up?") {
			l.t.Errorf("after %d attempts was said\n%s", n, said)
		}
		l.api.script(func() { l.api.err = nil })
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if said := l.out.since(); strings.Count(said, "accepted by the server") != 1 {
			l.t.Errorf("said\n%s", said)
		}
	})
}

func TestPlainWords(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("")
		l.check("   ")
		l.check("re 1", "re may be renew or revoke: type more of it.")
		l.check("co 1", "There is no token 1 yet; tokens lists them.")
		l.check("probbe 1",
			`There is no command "probbe"; the nearest is probe. Type help for all.`)
		l.check("tokns", `There is no command "tokns"; the nearest is tokens. Type help for all.`)
		l.check("kill 1", `There is no command "kill"; revoke does that. Type help for all.`)
		l.check("LS", `There is no command "LS"; tokens does that. Type help for all.`)
		l.check("import", `There is no command "import" in lines. It is on the screen, which is `+
			"lanyard without --plain.")
		l.check("P", `There is no command "P" in lines; on the screen it is probe until dead, in `+
			`the shell lanyard probe TOKEN --until-dead; p is probe. Type help for all.`)
		l.check("X 1", `There is no command "X" in lines; on the screen it is revoke all; `+
			`x is revoke. Type help for all.`)
		l.check("Z", `There is no command "Z". Type help for all.`)
		l.check("nonsense", `There is no command "nonsense". Type help for all.`)
		l.check("apps all", "apps takes nothing after it; nothing was done.")
		l.check("get", "Which application? Type get and its number, such as A1, or its name; "+
			"apps lists them.")
		l.check("get A7", "There is no application A7 yet; apps lists them.")
		l.check("renew",
			"Which token? Type renew and its number, the start of its fingerprint, or its "+
				"application; tokens lists them.")
		l.check("GET Orders@cloud/sandbox",
			strings.Replace(strings.Replace(s2, "token 2", "token 1", 1), fingerprint("access-2"),
				fingerprint("access-1"), 1)+"got, 1 hour left.")
		l.check("revoke orders",
			"Orders production key holds no token to revoke; tokens all lists every one.")
		l.check(strings.Repeat("long ", 2000),
			"That line is longer than any command; nothing was done.")
		l.check("\x1b[A",
			"That line holds control characters, as arrow keys send them; nothing was done.")
		l.check("apps", "all 2 applications: 1 active; the next one expires in 1 hour.",
			"application A1: Orders production key: no living token.",
			"application A2: Orders sandbox key: 1 active; the next one expires in 1 hour.")
		l.checkAfter(59*time.Minute+20*time.Second,
			"Orders sandbox key, token 1 ("+fingerprint("access-1")+"): expiring, 1 minute left.")
		const left = "1 active (1 expiring); the next one expires in 40 seconds."
		l.check("apps", "all 2 applications: "+left,
			"application A1: Orders production key: no living token.",
			"application A2: Orders sandbox key: "+left)
	})
}

// A pasted token is never printed, and no other secret is.
func TestPlainRepeatsNoSecret(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		const token = "c4n-pasted-5b2f9e4e-7d1a"
		for _, line := range []string{token, "Bearer " + token, "get " + token, "revoke " + token,
			"probe " + token + " " + token, "log " + token, "use " + token,
			"tokens " + token + " all"} {
			l.typed(line)
		}
		for _, c := range []string{"get A1", "copy 1", "probe 1", "inspect 1", "renew 1", "tokens",
			"gateway", "all", "apps", "use A1", "log all", "revoke 1", "wait", "help"} {
			l.typed(c)
		}
		l.checkAfter(time.Minute, "The clipboard was cleared.")
		for _, s := range []string{token, "c4n", "access-", "refresh-", "the consumer_secret"} {
			if strings.Contains(l.out.all(), s) {
				l.t.Errorf("%q was printed:\n%s", s, l.out.all())
			}
		}
	})
}

// Only text and line ends are printed, even if names contain control characters.
func TestPlainIsPlain(t *testing.T) {
	t.Parallel()
	const evil = "O\x1b[31m\x07\x00\r\n\u009b31m" +
		"\u202e\u2066\u200d\u200b\ufe0f\U000e0041…≤·é決済👩\u200d💻"
	inLines(t, func(a *console.Application) {
		a.Name, a.Environment.Name, a.Username, a.Scopes = evil, console.Private(evil+a.KeyType),
			evil, []string{evil}
	}, func(l *lineMode) {
		l.api.refresh = true
		for _, c := range []string{
			"apps", "get A1", "get A2", "tokens", "tokens A1", "copy 1", "probe 1", "inspect 1",
			"renew 1", "revoke 2", "undo", "revoke 2", "gateway", "wait", "gateway",
			"log all", "log 1", "all", "use A1", "tokens", "use " + evil, "use all", "help",
			"unlock", "cancel", "nonsense", evil, "get " + evil,
		} {
			l.typed(c)
		}
		l.api.mu.Lock()
		l.api.err = &tokenapi.Error{Op: "token", Kind: tokenapi.KindRefused, Status: 400,
			Code: evil, Hint: evil}
		l.api.mu.Unlock()
		l.typed("get A1")
		l.typed("revoke 1")
		time.Sleep(time.Hour)
		synctest.Wait()
		if !strings.Contains(l.out.all(), "決済👩\u200d💻") {
			l.t.Errorf("the emoji is not whole: %q", l.out.all())
		}
		for _, r := range strings.ReplaceAll(l.out.all(), "👩\u200d💻", "") {
			if r != '\n' && r < ' ' || r >= 0x7f && r < 0xa0 ||
				unicode.In(r, unicode.Cf, unicode.Variation_Selector) ||
				strings.ContainsRune("…≤·–—×│█●", r) {
				l.t.Fatalf("%U in %q", r, l.out.all())
			}
		}
	})
}

// Run ends with an error when the output cannot be written.
func TestPlainUnheard(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.typed("copy 1")
		l.out.mu.Lock()
		l.out.full = true
		l.out.mu.Unlock()
		l.typed("apps")
		l.over = true
		if err := <-l.ended; err == nil || !strings.Contains(err.Error(), "the output is full") ||
			l.clip.cleared != 1 {
			l.t.Errorf("ended with %v, and the clipboard cleared %d times", err, l.clip.cleared)
		}
		_ = l.in.Close()
	})
}

// In presenter mode the lines hide what the screen hides.
func TestPlainPresents(t *testing.T) {
	t.Parallel()
	linesWith(t, func(o *plain.Options) { o.Presenter = true }, func(a *console.Application) {
		a.Environment.Name = "gw.example"
		a.ConsumerKey = "canarykey" + a.ConsumerKey
		a.Grant, a.Username = tokenapi.GrantPassword, "zoe.canary@carbon.super"
	}, func(l *lineMode) {
		l.api.script(func() {
			l.api.err = errors.New(
				"dial tcp: lookup gw.example: no such host for zoe.canary@t.example")
		})
		said := l.out.since()
		for _, line := range []string{"apps", "get A1", "log",
			"tokens", "help"} {
			said += l.typed(line)
		}
		for _, name := range []string{"canary", "gw.example", "carbon", "t.example"} {
			if strings.Contains(strings.ToLower(said), name) {
				l.t.Errorf("presenter mode prints %q:\n%s", name, said)
			}
		}
		if !strings.Contains(said, "lookup environment 1: no such host for user 1") {
			l.t.Errorf("the error is not printed:\n%s", said)
		}
	})
}

// Warnings about environments are printed once, at the start.
func TestPlainWarnsOfTheStore(t *testing.T) {
	t.Parallel()
	unsafe := func(a *console.Application) {
		a.Source, a.Environment.AllowHTTP = console.FromStore, true
	}
	linesWith(t, func(*plain.Options) {}, unsafe, func(l *lineMode) {
		if said := l.out.since(); strings.Count(said,
			"warning: plain http is allowed to cloud.\n") != 1 {
			l.t.Errorf("begins with %q", said)
		}
	})
}

// Several tokens that are gone at once are named in the order of their numbers.
func TestPlainNamesWhatIsGone(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		var want []string
		for i := range 8 {
			l.typed("get A2")
			want = append(want, fmt.Sprintf("Orders sandbox key, token %d (%s) is no longer held.",
				i+1, fingerprint(fmt.Sprintf("access-%d", i+1))))
		}
		l.checkAfter(time.Second)
		b, err := l.svc.Board(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		if err := l.store.Update(l.t.Context(), func(w console.Writer) error {
			for i := range b.Tokens {
				if err := w.DropToken(b.Tokens[i].ID); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(2*time.Second, want...)
	})
}

// forget removes only ended tokens, and asks first.
func TestPlainForgets(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.check("get orders", p1+"got, 1 hour left.")
		l.check("forget 1", "error: forget: 1 token is not over: "+fingerprint("access-1")+
			" (Orders@cloud/PRODUCTION): it is active, until 01:00:00Z", "hint: revoke it first")
		l.check("forget over", "Nothing of that is over.", p1+"it is active.",
			"hint: revoke it first")
		l.checkAfter(2*time.Hour, p1+"expiring, 1 minute left.", p1+"expired.",
			"hint: get A1 gets a new one")
		asks := func(line string) {
			l.t.Helper()
			const want = "1 token that is over. Secrets, probes and log go too; the log keeps " +
				"that they were forgotten. Type yes to forget, anything else for no.\n"
			if said := l.typed(line); said != want {
				l.t.Errorf("%s: said %q", line, said)
			}
		}
		asks("forget orders")
		l.check("no", "No: nothing was forgotten.")
		asks("forget 1")
		l.check("yes", "Forgot 1 token that is over.",
			strings.TrimSuffix(p1, ": ")+" is no longer held.")
		l.check("tokens all", "No token is held.")
	})
}

// The tour prints each step once, after the answer that completes the step before.
func TestPlainTour(t *testing.T) {
	t.Parallel()
	touredLines(t, func(l *lineMode) {
		l.check("log", "Nothing is in the log.")
		l.check("get A1", p1+"got, 1 hour left.",
			"tour, 2 of 7: type probe 1: the gateway lets the token through, and remembers that.")
		l.check("probe 1", p1+"200, the gateway let it through.",
			"tour, 3 of 7: type revoke 1; until it is sent, undo takes it back.")
		l.check("revoke 1", p1+"the revoke is sent in 3 seconds; undo takes it back.")
		l.check("undo", p1+"not revoked, the decision was undone: active, 1 hour left.",
			"tour, 4 of 7: type revoke 1 and wait: the server accepts.")
		l.typed("revoke 1")
		l.checkAfter(3*time.Second,
			p1+"accepted by the server; the gateway may let it through for at most 15 minutes.",
			"tour, 5 of 7: accepted is not dead: type probe 1, and the gateway still remembers.")
		l.check("probe 1", p1+"200, the gateway still lets it through, for at most 15 minutes.",
			"tour, 6 of 7: gateway tells how long that may last; type probe 1 until the "+
				"gateway refuses.")
		l.checkAfter(time.Hour, p1+"dead: the window ran out.", "hint: get A1 gets a new one")
		l.api.script(func() { l.api.gateway = 401 })
		l.check("probe 1", p1+"401 900901, refused: dead.",
			"tour, 7 of 7: log tells what happened, and help every command.")
		if said := l.typed("log"); !strings.HasSuffix(said,
			"\nThe tour is over: that was the life of a token, from the first answer to the "+
				"last refusal.\nready\n") {
			l.t.Errorf("ends with %q", said)
		}
		l.check("")
	})
}

func touredLines(t *testing.T, test func(*lineMode)) {
	t.Helper()
	linesWith(t, func(o *plain.Options) { o.Tour = true }, func(*console.Application) {},
		func(l *lineMode) {
			if said := l.out.since(); !strings.HasSuffix(said,
				"tour, 1 of 7: type get A1: it gets a token for application A1.\nready\n") {
				l.t.Errorf("begins with %q", said)
			}
			test(l)
		})
}

// useStore opens a store in memory for a keeper, and sets the service of o to a console on it.
func useStore(t *testing.T, o *plain.Options, k console.Keeper, st **store.Store) {
	t.Helper()
	var err error
	if *st, err = store.OpenMemory(context.Background(), store.Options{}); err != nil {
		t.Fatal(err)
	}
	o.Service, err = console.New(console.Options{
		Clock: time.Now, Keeper: k, Vault: vault{}, Owner: "test",
		Connect: func(console.Environment) (console.API, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlainStoreWasRestored(t *testing.T) {
	t.Parallel()
	s := &swapped{}
	s.at.Store(3)
	linesWith(t, func(o *plain.Options) {
		useStore(t, o, s, &s.Store)
	}, unchanged, func(l *lineMode) {
		change := func(at int64) string {
			s.at.Store(at)
			if err := s.Update(context.Background(), func(w console.Writer) error {
				return w.PutToken(&console.Token{ID: "t_restored", Fingerprint: "1234abcd"})
			}); err != nil {
				l.t.Fatal(err)
			}
			return l.typed("")
		}
		if said := l.out.since() + change(3); strings.Contains(said, saysRestored) {
			l.t.Errorf("said before: %q", said)
		}
		if said := change(7); strings.Count(said, saysRestored) != 1 {
			l.t.Errorf("said %q", said)
		}
		if said := change(7); strings.Contains(said, saysRestored) {
			l.t.Errorf("said again: %q", said)
		}
		_ = s.Close()
	})
}

func TestPlainStoreIsGone(t *testing.T) {
	t.Parallel()
	v := &vanished{}
	v.gone.Store(true)
	linesWith(t, func(o *plain.Options) {
		useStore(t, o, v, &v.Store)
	}, unchanged, func(l *lineMode) {
		if said := l.out.since(); !strings.Contains(said,
			"error: store: /state/lanyard.db was deleted\n") {
			l.t.Errorf("begins with %q", said)
		}
		l.check("tokens", "No token is held.")
		if said := l.typed(
			"quit"); said != "Nothing can be stored any more. Write out what this lanyard "+
			"holds before it ends? Type yes or no, anything else to stay.\n" {
			t.Errorf("quit says %q", said)
		}
		l.check("stay", "Nothing was done.")
		l.check("out", "written to /state/lanyard.out-1.",
			"hint: lanyard --state /state/lanyard.out-1 opens it; to put it back: lanyard "+
				"--state /state/lanyard.out-1 backup FILE, then lanyard restore FILE --replace")
		_ = v.Close()
	})
}

// lateKeeper is a store whose reading is late once: it is old when it arrives.
type lateKeeper struct {
	*store.Store
	late    atomic.Bool
	release chan struct{}
}

func (k *lateKeeper) View(ctx context.Context, read func(console.Reader) error) error {
	err := k.Store.View(ctx, read)
	if k.late.CompareAndSwap(true, false) {
		<-k.release
	}
	return err
}

// A reading that began before a token came does not make it gone.
func TestPlainLateReading(t *testing.T) {
	t.Parallel()
	k := &lateKeeper{}
	var apps []console.Application
	linesWith(t, func(o *plain.Options) {
		var err error
		if k.Store, err = store.OpenMemory(context.Background(), store.Options{}); err != nil {
			t.Fatal(err)
		}
		k.release = make(chan struct{})
		if o.Service, err = console.New(console.Options{
			Clock: time.Now, Keeper: k, Vault: vault{}, Owner: "test", Applications: apps,
			DueBefore: time.Minute, Attended: true,
			Connect: func(console.Environment) (console.API, error) {
				return &api{gateway: 200}, nil
			},
		}); err != nil {
			t.Fatal(err)
		}
	}, func(a *console.Application) {
		app := *a
		app.ID = app.Identity()
		apps = append(apps, app)
	}, func(l *lineMode) {
		l.out.since()
		k.late.Store(true)
		if err := k.Update(l.t.Context(), func(w console.Writer) error {
			return w.PutToken(&console.Token{ID: "t_other", AppID: apps[1].ID,
				Fingerprint: "1234abcd"})
		}); err != nil {
			l.t.Fatal(err)
		}
		l.checkAfter(time.Second)
		if k.late.Load() {
			l.t.Fatal("no reading is under way")
		}
		if said := l.typed("get orders/production"); said != "" {
			l.t.Errorf("said %q of a token that is not listed", said)
		}
		close(k.release)
		synctest.Wait()
		if said := l.out.since(); strings.Contains(said, "access-1") ||
			strings.Contains(said, "is no longer held") ||
			!strings.Contains(said, "token 2 (f4c2844f): got, 1 hour left.\n") ||
			!strings.HasSuffix(said, "ready\n") {
			l.t.Errorf("after the late reading: said %q", said)
		}
		_ = l.in.Close()
		l.end(nil)
		_ = k.Close()
	})
}
