package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
)

// toured is alive with the tour.
func toured(t *testing.T, w, h int, change ...func(*ui.Options)) *live {
	t.Helper()
	l := alive(t)
	o := ui.Options{
		Service: l.svc, Clipboard: l.clip, Settings: ui.Settings{Theme: theme(t, "dark")},
		Tour: true, Width: w, Height: h,
	}
	for _, f := range change {
		f(&o)
	}
	l.Pump = ui.NewPump(t.Context(), o, l.clock.Now)
	return l
}

// at checks that step is shown, and that time alone does not end it.
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
	l.Key("?", "esc", "!", "esc") // the action of a later step does not count before that step
	l.at("1/7")
	l.Key("g")
	l.at("1/7")
	l.shows("Which application?")
	l.Key("enter")
	l.at("2/7  p probes it: the gateway lets it through")
	l.Key("p")
	l.at("3/7  x revokes it; until it is sent, u undoes it")
	l.Key("x")
	l.shows("3/7")
	l.Key("u")
	l.at("4/7  x again, and wait")
	l.Key("x")
	l.at2("4/7", "5/7  accepted is not dead: p shows that it still passes")
	l.Key("p")
	l.at("6/7  its row counts down how long it may pass; P probes until it is dead")
	l.shows("REVOKED, MAY STILL PASS")
	l.after(20 * time.Minute) // the window has passed, unseen by the person
	l.shows("6/7", "dead")
	l.api.gateway = 401
	l.Key("2", "home", "p")
	l.at("7/7  ! lists all messages, and ? all keys")
	l.Key("!")
	l.Key("esc")
	if text := ansi.Strip(l.Frame()); strings.Contains(text, "7/7") ||
		strings.Contains(text, "ends the tour") {
		t.Errorf("it is not over:\n%s", text)
	}
	l.said("that was the life of a token")
}

// at2 checks that a step ends after its own action.
func (l *live) at2(before, after string) {
	l.t.Helper()
	l.shows(before)
	l.after(4 * time.Second)
	l.shows(after)
}

// A revoke that is not undone ends both steps.
func TestTourSkipsWhatIsDone(t *testing.T) {
	t.Parallel()
	l := toured(t, 80, 24)
	l.Key("g", "enter", "p", "x")
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

// Where the tour takes the place of the footer, it keeps the keys that every footer has.
func TestTourKeepsTheFooterKeys(t *testing.T) {
	t.Parallel()
	for sz, end := range map[string]string{
		"30x8": "1/7  g: get  esc ends  : q ?", "40x12": "1/7  g: get   esc ends the tour  : q ?",
	} {
		w, h, _ := size(sz)
		l := toured(t, w, h)
		l.shows(end)
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
			l.Key("g", "enter", "p")
			l.after(time.Minute) // the notices have faded
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
