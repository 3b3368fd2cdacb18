package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
)

// probedAt returns the times of the only token's probes, in seconds since the first.
func (l *live) probedAt() (at []int, all []console.Probe) {
	l.t.Helper()
	b, err := l.svc.Board(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range b.Tokens[0].Probes {
		at = append(at, int(p.At.Sub(b.Tokens[0].Probes[0].At).Round(time.Second)/time.Second))
	}
	return at, b.Tokens[0].Probes
}

func TestProbeUntilDead(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "x")
	l.after(4 * time.Second)
	l.Key("P")
	l.said("is probed until the gateway refuses it P stops it")
	l.shows("P stops the probes")
	l.after(70 * time.Second)
	at, _ := l.probedAt()
	if want := []int{0, 5, 11, 18, 26, 35, 45, 56, 68}; !slices.Equal(at, want) {
		t.Errorf("probed after %v seconds, want %v", at, want)
	}
	l.api.gateway = 401
	l.after(20 * time.Second)
	at, _ = l.probedAt()
	if want := []int{81, 82, 83}; !slices.Equal(at[9:], want) {
		t.Errorf("once refused: probed after %v seconds, want %v", at[9:], want)
	}
	l.said("dead: the gateway refused it three times in a row, 1:2")
	l.said("after the revoke (12 probes)")
	l.after(5 * time.Minute)
	if again, _ := l.probedAt(); len(again) != len(at) {
		t.Errorf("%d probes of a dead token", len(again)-len(at))
	}
	l.Key("P")
	l.said("is proved dead already")
	if strings.Contains(ansi.Strip(l.Frame()), "P stops") {
		t.Error("the pane says that it is probed")
	}
}

// If no probe can prove anything, p and P give the reason. P gives it once, and stops after three
// answers that waiting cannot change.
func TestProbeWhereNothingCanBeProved(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.why = tokenapi.WhyOpen
	l.Key("g", "p")
	l.said("this URL lets anybody through: it answers 200 to a made-up token")
	l.Key("esc", "P")
	l.after(time.Second)
	l.said("no probe of this URL can prove that the token is dead")
	l.after(30 * time.Second)
	l.said("probing has stopped: this URL lets anybody through")
	if n := strings.Count(strings.Join(l.Log(), "\n"), "no probe of this URL"); n != 2 {
		t.Errorf("it is said %d times, not once and at the end", n)
	}
	if at, _ := l.probedAt(); len(at) != 4 { // one of them by p
		t.Errorf("probed after %v seconds", at)
	}
	l.api.why = tokenapi.WhyNotSeen
	l.Key("P")
	l.after(time.Second)
	l.said("any token is answered so here")
	l.after(30 * time.Second)
	l.shows("P stops the probes")
}

func TestProbeUntilDeadStops(t *testing.T) {
	t.Parallel()
	l := alive(t, func(e *console.Environment) { e.CacheTTL = 2 * time.Minute }).scoped("Orders")
	l.Key("g", "P")
	l.after(12 * time.Second)
	l.Key("P")
	l.said("probing has stopped: not proved dead after 3 probes (3 accepted)")
	l.after(time.Minute)
	if at, _ := l.probedAt(); len(at) != 3 {
		t.Errorf("probed %d times", len(at))
	}
	// A gateway that never forgets: the probes stop a minute after the window.
	l.Key("x")
	l.after(4 * time.Second)
	l.Key("P")
	l.after(10 * time.Minute)
	l.said("probing has stopped: not proved dead a minute after its time was over, after ")
	at, all := l.probedAt()
	b, _ := l.svc.Board(t.Context())
	if last, end := all[len(all)-1].At,
		b.Tokens[0].AcceptedAt.Add(3*time.Minute); last.Before(end.Add(-time.Second)) ||
		last.After(end.Add(time.Second)) {
		t.Errorf("the last probe was at %v, the window and a minute at %v (%v)", last, end, at)
	}
}

func TestProbingObeysRetryAfter(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.gateway, l.api.retryAfter = 429, 40*time.Second
	l.Key("g", "P")
	l.after(2 * time.Minute)
	if at, _ := l.probedAt(); !slices.Equal(at, []int{0, 40, 80, 120}) {
		t.Errorf("probed after %v seconds", at)
	}
}

func TestProbesSeveralAtOnce(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "g", "home", "space", "space")
	l.Key("P")
	l.said("2 tokens are probed")
	l.after(6 * time.Second)
	b, _ := l.svc.Board(t.Context())
	for _, tok := range b.Tokens {
		if len(tok.Probes) != 2 {
			t.Errorf("%s was probed %d times", tok.Fingerprint, len(tok.Probes))
		}
	}
	l.Key("P")
	l.after(time.Minute)
	if b, _ = l.svc.Board(t.Context()); len(b.Tokens[0].Probes)+len(b.Tokens[1].Probes) != 4 {
		t.Error("P did not stop both")
	}
}

func TestProbingEndsWithAnError(t *testing.T) {
	t.Parallel()
	l := awake(t, func(a *console.Application) { a.ProbeURL = "" }).scoped("Orders")
	l.Key("g", "P")
	l.said("has no probe_url")
	l.after(time.Minute)
	if n := strings.Count(strings.Join(l.Log(), "\n"), "has no probe_url"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

// Probes that may act are repeated only after a question, which only y accepts
// and only esc refuses.
func TestProbingThatActsAsksFirst(t *testing.T) {
	t.Parallel()
	l := awake(t, func(a *console.Application) { a.Details.ProbeMethod = "POST" }).scoped("Orders")
	l.Key("g", "p")
	if at, _ := l.probedAt(); len(at) != 1 || l.Overlays() != 0 {
		t.Errorf("p: %d probes, %d overlays", len(at), l.Overlays())
	}
	for _, other := range []string{"P", "n", "enter"} {
		l.Key("P")
		l.shows("Probe again and again?",
			"each probe of Orders@cloud/PRODUCTION sends a POST to the", "API,", "which may act",
			"probe until dead")
		l.Key(other)
		l.after(time.Minute)
		if at, _ := l.probedAt(); len(at) != 1 || l.Overlays() != 1 {
			t.Fatalf("%s: %d probes, %d overlays", other, len(at), l.Overlays())
		}
		l.Key("esc")
		if at, _ := l.probedAt(); len(at) != 1 || l.Overlays() != 0 {
			t.Fatalf("esc: %d probes, %d overlays", len(at), l.Overlays())
		}
	}
	l.Key("P", "y")
	l.said("is probed until the gateway refuses it")
	l.after(6 * time.Second)
	if at, _ := l.probedAt(); len(at) != 3 || l.Overlays() != 0 {
		t.Errorf("y: %d probes, %d overlays", len(at), l.Overlays())
	}
	l.Key("P")
	l.said("probing has stopped")
}
