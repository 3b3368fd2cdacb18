package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
	"lanyard/ui/plain"
)

// toured is alive with the tour.
func toured(t *testing.T, w, h int, change ...func(*ui.Options)) *live {
	t.Helper()
	l := alive(t)
	o := ui.Options{
		Service: l.svc, Clipboard: l.clip, Settings: ui.Settings{Theme: theme(t, "dark")}, Tour: true, Width: w, Height: h,
	}
	for _, f := range change {
		f(&o)
	}
	l.Pump = ui.NewPump(t.Context(), o, l.clock.Now)
	return l
}

// at checks which step is shown, and that no time moves it on.
func (l *live) at(step string) {
	l.t.Helper()
	l.shows(step)
	l.after(10 * time.Second)
	l.shows(step)
}

func TestTour(t *testing.T) {
	t.Parallel()
	l := toured(t, 120, 32)
	l.at("1/7  g gets a token")
	l.Key("?", "esc", "!", "esc") // what a later step asks for is not done before
	l.at("1/7")
	l.Key("g")
	l.at("2/7  p asks the gateway")
	l.Key("p")
	l.at("3/7  x revokes it; until it is sent, u takes it back")
	l.Key("x")
	l.shows("3/7")
	l.Key("u")
	l.at("4/7  x again, and wait")
	l.Key("x")
	l.at2("4/7", "5/7  accepted is not dead: p shows that it still passes")
	l.Key("p")
	l.at("6/7  Gateway cache counts down: p until it is refused")
	l.Key("p")
	l.after(20 * time.Minute) // the window is over, and the person has not seen it
	l.shows("6/7", "dead")
	l.api.gateway = 401
	l.Key("2", "home", "p")
	l.at("7/7  ! is every word that was said, and ? every key")
	l.Key("!")
	l.Key("esc")
	if text := ansi.Strip(l.Frame()); strings.Contains(text, "7/7") || strings.Contains(text, "ends the tour") {
		t.Errorf("it is not over:\n%s", text)
	}
	l.said("that was the life of a token")
}

// at2 checks a step that ends with what was begun in it.
func (l *live) at2(before, after string) {
	l.t.Helper()
	l.shows(before)
	l.after(4 * time.Second)
	l.shows(after)
}

// A revoke that is not taken back does for both steps.
func TestTourSkipsWhatIsDone(t *testing.T) {
	t.Parallel()
	l := toured(t, 80, 24)
	l.Key("g", "p", "x")
	l.at2("3/7", "5/7")
}

func TestTourEnds(t *testing.T) {
	t.Parallel()
	l := toured(t, 120, 32)
	l.Key("?", "esc")
	l.shows("1/7")
	l.Key("esc", "g")
	l.said("the tour is over")
	if text := ansi.Strip(l.Frame()); strings.Contains(text, "/7") {
		t.Errorf("it is not over:\n%s", text)
	}
}

func TestTourGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x12", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			l := toured(t, w, h)
			fits(t, l.Frame(), w, h)
			l.Key("g", "p")
			l.after(time.Minute) // what was said has faded
			fits(t, l.Frame(), w, h)
			golden(t, s+"-tour", l.Pump)
			l.Key("x", "u")
			l.after(time.Minute)
			l.Key("x")
			for range 4 {
				l.after(5 * time.Second)
				fits(t, l.Frame(), w, h)
				l.Key("p")
			}
		})
	}
}

// The tour in lines: each step once, behind the answer that did the one before.
func TestPlainTour(t *testing.T) {
	t.Parallel()
	touredLines(t, func(l *talk) {
		l.types("log", "Nothing is in the log.")
		l.types("get A1", p1+"got, 1 hour left.", "tour, 2 of 7: type probe 1: the gateway lets the token through, and remembers that.")
		l.types("probe 1", p1+"200, the gateway let it through.", "tour, 3 of 7: type revoke 1; until it is sent, undo takes it back.")
		l.types("revoke 1", p1+"the revoke is sent in 3 seconds; undo takes it back.")
		l.types("undo", p1+"not revoked, the decision was taken back: active, 1 hour left.", "tour, 4 of 7: type revoke 1 and wait: the server accepts.")
		l.typing("revoke 1")
		l.passes(3*time.Second, p1+"accepted by the server; the gateway may let it through for at most 15 minutes.",
			"tour, 5 of 7: accepted is not dead: type probe 1, and the gateway still remembers.")
		l.types("probe 1", p1+"200, the gateway still lets it through, for at most 15 minutes.",
			"tour, 6 of 7: gateway tells how long that may last; type probe 1 until the gateway refuses.")
		l.passes(time.Hour, p1+"dead: the window ran out.")
		l.api.a.gateway = 401
		l.types("probe 1", p1+"401 900901, refused: dead.", "tour, 7 of 7: log tells what happened, and help every command.")
		if said := l.typing("log"); !strings.HasSuffix(said, "\nThe tour is over: that was the life of a token, from the first answer to the last refusal.\nready\n") {
			l.t.Errorf("ends with %q", said)
		}
		l.types("")
	})
}

func touredLines(t *testing.T, test func(*talk)) {
	t.Helper()
	linesWith(t, func(o *plain.Options) { o.Tour = true }, func(*console.Application) {}, func(l *talk) {
		if said := l.out.since(); !strings.HasSuffix(said, "tour, 1 of 7: type get A1: it gets a token for application A1.\nready\n") {
			l.t.Errorf("begins with %q", said)
		}
		test(l)
	})
}
