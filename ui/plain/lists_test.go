package plain_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lanyard/console"
	"lanyard/ui/plain"
)

// byKeyType puts the sandbox application into another environment.
func byKeyType(a *console.Application) {
	if a.KeyType == "SANDBOX" {
		a.Environment.Name, a.Environment.Production = "prod-eu", true
	}
}

// line is a line of a list of tokens; n counts tokens in the order in which they were got.
func line(n int, of, is string) string {
	number := string(rune('0' + n))
	return "token " + number + ": " + fingerprint("access-"+number) + " of " + of +
		", for the application itself: " + is + ", scopes default."
}

// The command gateway tells of revokes that wait, of the scope that is in use.
func TestPlainGatewayWaits(t *testing.T) {
	t.Parallel()
	inLines(t, byKeyType, func(l *lineMode) {
		const nothing = "Nothing revoked or replaced may still pass the gateway"
		l.typed("get A1")
		l.typed("revoke 1")
		l.check("gateway", nothing+"; 1 revoke is not accepted yet.")
		l.typed("use A2")
		l.check("gateway", nothing+".")
	})
}

// An application of the store that the configuration replaces is told once.
func TestPlainShadowed(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		stored := l.apps[0]
		stored.Source, stored.Name = console.FromStore, "Old orders"
		err := l.store.Update(l.t.Context(),
			func(w console.Writer) error { return w.PutApplication(stored, console.Secrets{}) })
		if err != nil {
			l.t.Fatal(err)
		}
		want := "note: Old orders@cloud/PRODUCTION of the store is not listed: " +
			"Orders@cloud/PRODUCTION of the configuration is the same, and in force."
		other := &output{}
		in, typed := io.Pipe()
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(l.t.Context())
		defer cancel()
		go func() {
			ended <- plain.Run(ctx,
				plain.Options{Service: l.service("other"), Input: in, Output: other})
		}()
		synctest.Wait()
		if said := other.all(); strings.Count(said, want) != 1 {
			l.t.Errorf("told %q", said)
		}
		_ = typed.Close()
		<-ended
	})
}

// Tokens are listed by time left, in sections.
func TestPlainListsByTimeLeft(t *testing.T) {
	t.Parallel()
	const prod, sand = "Orders production key in cloud", "Orders sandbox key in prod-eu"
	inLines(t, byKeyType, func(l *lineMode) {
		l.check("all", "No token is held.")
		l.typed("get A1") // expires first
		time.Sleep(40 * time.Minute)
		l.typed("get A2")
		l.typed("probe 2")
		l.typed("probe 2")
		l.typed("get A1")
		l.typed("revoke 3")
		time.Sleep(time.Minute)
		l.typed("get A1")
		l.typed("revoke 4")
		time.Sleep(10 * time.Second)
		l.typed("")
		l.check("all",
			line(1, prod, "active, 18 minutes 50 seconds left, never tried"),
			line(2, sand, "active, 58 minutes 50 seconds left, 2 calls answered 200"),
			"Revoked, may still pass:",
			line(4, prod, "revoked, may pass, at most 14 minutes 53 seconds, never tried"),
			line(3, prod, "revoked, may pass, at most 13 minutes 53 seconds, never tried"))
		l.check("tokens prod-eu", line(2, sand, "active, 58 minutes 50 seconds left, "+
			"2 calls answered 200"))
		l.check("apps", "all 2 applications: 2 active, 2 that may still pass for at most "+
			"14 minutes 53 seconds; the next one expires in 18 minutes 50 seconds.",
			"environment cloud: 1 active, 2 that may still pass for at most 14 minutes 53 "+
				"seconds; the next one expires in 18 minutes 50 seconds.",
			"application A1: Orders production key in cloud: 1 active, 2 that may still pass for "+
				"at most 14 minutes 53 seconds; the next one expires in 18 minutes 50 seconds.",
			"environment prod-eu, in production: 1 active; the next one expires in 58 minutes "+
				"50 seconds.",
			"application A2: Orders sandbox key in prod-eu, in production: 1 active; the next one "+
				"expires in 58 minutes 50 seconds.")
		time.Sleep(10 * time.Minute)
		l.typed("")
		l.check("use PROD-EU", "In use: environment prod-eu; use all takes all applications again.")
		l.check("gateway", "Nothing revoked or replaced may still pass the gateway.")
		time.Sleep(10 * time.Minute)
		l.typed("")
		l.check("all",
			line(2, sand, "active, 38 minutes 50 seconds left, 2 calls answered 200"),
			"Over:",
			line(1, prod, "expired 1 minute 10 seconds ago"),
			line(4, prod, "dead: the window ran out, 5 minutes 7 seconds ago"),
			line(3, prod, "dead: the window ran out, 6 minutes 7 seconds ago"))
	})
}

// The lists and get follow the scope that is in use.
func TestPlainUse(t *testing.T) {
	t.Parallel()
	const prod = "Orders production key in cloud"
	inLines(t, byKeyType, func(l *lineMode) {
		l.check("use", "All applications are in use.")
		l.check("use A2",
			"In use: Orders sandbox key in prod-eu; use all takes all applications again.")
		l.check("get", "Orders sandbox key in prod-eu, token 1 ("+fingerprint("access-1")+
			"): got, 1 hour left.")
		l.check("tokens", "Of Orders sandbox key in prod-eu:",
			line(1, "Orders sandbox key in prod-eu", "active, 1 hour left, never tried"))
		l.check("use Cloud", "In use: environment cloud; use all takes all applications again.")
		l.check("tokens", "No token is held of environment cloud.")
		l.check("tokens all",
			line(1, "Orders sandbox key in prod-eu", "active, 1 hour left, never tried"))
		l.check("use A7", "There is no application A7 yet; apps lists them.")
		l.check("use nowhere",
			`There is no application and no environment "nowhere"; apps lists them.`)
		l.check("use", "In use: environment cloud; use all takes all applications again.")
		for range 5 {
			l.typed("get A1")
			time.Sleep(time.Second)
		}
		l.typed("use all")
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		l.out.since()
		const over = "expired 1 hour ago"
		l.check("tokens cloud", "Over:", line(6, prod, over), line(5, prod, over),
			line(4, prod, over), "2 more tokens are over; all lists every one.")
		if said := l.typed("tokens cloud all"); strings.Count(said, "\n") != 7 {
			l.t.Errorf("tokens cloud all says\n%s", said)
		}
	})
}

// log tells the last twenty entries, and how many there are.
func TestPlainLogIsLimited(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		for range 10 { // each logs the request and the token
			l.typed("get A1")
		}
		const entry = "00:00:00Z "
		if said := l.typed("log"); strings.Count(said, entry) != 20 ||
			strings.Contains(said, "log all") {
			l.t.Errorf("of 20 entries:\n%s", said)
		}
		l.typed("get A1")
		if said := l.typed("log"); strings.Count(said, entry) != 20 ||
			!strings.HasPrefix(said, "The last 20 of 22; log all tells every one.\n") {
			l.t.Errorf("of 22 entries:\n%s", said)
		}
		if said := l.typed("log all"); strings.Count(said, entry) != 22 {
			l.t.Errorf("log all:\n%s", said)
		}
	})
}

// All times of the log are in UTC, and say so.
func TestPlainLogTimes(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.tells("log", "00:00:00Z issued "+fingerprint("access-1")+
			", Orders@cloud/PRODUCTION, until 01:00:00Z.")
		time.Sleep(23*time.Hour + 30*time.Minute)
		l.typed("get A1")
		l.tells("log", "23:30:00Z issued "+fingerprint("access-2")+
			", Orders@cloud/PRODUCTION, until 2000-01-02 00:30:00Z.")
	})
}

// inspect tells the last probes of a token that lives, and the verdict.
func TestPlainLastProbes(t *testing.T) {
	t.Parallel()
	inLines(t, unchanged, func(l *lineMode) {
		l.typed("get A1")
		l.tells("inspect 1", "last probes: none.")
		l.typed("probe 1")
		l.typed("probe 1")
		time.Sleep(2 * time.Minute)
		l.tells("inspect 1",
			"last probes: 200 2 times; the last one 2 minutes ago, verdict accepted.")
	})
}

// inspect tells what each verb would do to the token.
func TestPlainConsequences(t *testing.T) {
	t.Parallel()
	const probes = "probe 1 asks the gateway whether it lets the token through."
	for _, c := range []struct {
		change  func(*console.Application)
		refresh bool
		want    []string
	}{
		{unchanged, false, []string{
			"renew 1 asks anew: this grant has no refresh token.",
			"revoke 1 revokes; when the server has accepted, the gateway may pass it until " +
				"00:15:00Z at most (15 minutes).", probes,
		}},
		{func(a *console.Application) { a.Environment.Production = true }, true, []string{
			"renew 1 refreshes it; the old one may pass at most 1 hour.",
			"revoke 1 revokes, asks first: production; when the server has accepted, the " +
				"gateway may pass it until 00:15:00Z at most (15 minutes).", probes,
		}},
		{func(a *console.Application) { a.Environment.CacheTTL = 2 * time.Hour }, false, []string{
			"renew 1 asks anew: this grant has no refresh token.",
			"revoke 1 revokes; when the server has accepted, the gateway may pass it until " +
				"01:00:00Z at most (1 hour).", probes,
		}},
	} {
		inLines(t, c.change, func(l *lineMode) {
			l.api.refresh = c.refresh
			l.typed("get A1")
			for _, command := range []string{"inspect 1", "show 1"} {
				if said := l.typed(command); !strings.HasSuffix(said,
					strings.Join(c.want, "\n")+"\nready\n") {
					l.t.Errorf("%s says\n%s\nwithout\n%s", command, said,
						strings.Join(c.want, "\n"))
				}
			}
		})
	}
	inLines(t, unchanged, func(l *lineMode) { // nothing is left to revoke
		l.typed("get A1")
		l.typed("revoke 1")
		time.Sleep(10 * time.Second)
		if said := l.typed("inspect 1"); strings.Contains(said, "revoke 1 ") {
			l.t.Errorf("inspect says\n%s", said)
		}
	})
}
