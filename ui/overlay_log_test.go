package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui"
)

func TestLogOpensTheCall(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.after(5 * time.Second)
	l.api.gateway = 401
	l.Key("p")
	l.after(5 * time.Second)
	l.Key("x")
	l.after(5 * time.Second)
	l.Key("!")
	l.shows("Messages of this run", "↵ POST /revoke")
	l.Key("down")
	l.shows("↵ GET /Orders")
	l.Key("down")
	l.shows("↵ POST /token")
	l.Key("enter")
	l.shows("POST /token", "Request", "Answer")
	if n := l.Overlays(); n != 2 {
		t.Fatalf("%d overlays", n)
	}
	l.Key("esc")
	l.shows("Messages of this run")
}

// A message does not belong to an older call of the same kind.
func TestLogKnowsNoCallWhereNoneWasMade(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.after(5 * time.Second)
	l.Key("y", "!")
	if text := ansi.Strip(l.Frame()); strings.Contains(text, "↵ ") {
		t.Errorf("a copy is said to be a call:\n%s", text)
	}
	l.Key("enter")
	l.said("no call belongs to this message")
	l.Key("esc")
	p, _ := still(t, 80, 24)
	p.Feed(orders())
	p.Key("=", "!", "enter")
	if p.Overlays() != 1 {
		t.Error("enter opened something")
	}
}

// A verb that failed before a request belongs to no call, even if it made one earlier.
func TestLogOfAFailureBeforeTheWire(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "p")
	l.after(5 * time.Second)
	l.ProbeFailed(errors.New("probe: the disk is full"))
	l.Key("!", "enter")
	l.said("no call belongs to this message")
	l.Key("down")
	l.shows("↵ GET /Orders")
}

// A message whose call was dropped does not open a newer call of the same kind.
func TestLogOfACallThatIsGone(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "p")
	l.after(5 * time.Second)
	l.Key("!", "down")
	l.shows("↵ POST /token")
	l.DropCalls(1)
	l.Key("enter")
	l.said("the call of this message is no longer kept")
}

func TestLogCopies(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.api.err = errors.New("token: the server said no")
	l.Key("g", "!", "c")
	l.said("copied the message")
	if text := l.clip.holds.Reveal(); !strings.Contains(text, "the server said no") {
		t.Errorf("copied %q", text)
	}
}

// Every message can be selected and read to its end, also on the smallest screen.
func TestLogCursor(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(orders())
		long := "it ends here: " + strings.Repeat("one word after another ", 9) + "LAST"
		p.Say("FIRST SAID")
		for range 9 {
			p.Say(long)
		}
		p.Say("SAID LAST")
		p.Key("!")
		fits(t, p.Frame(), w, h)
		seen := map[string]bool{}
		toTheEnd(p, "down", func(text string) {
			for _, word := range []string{"FIRST SAID", "LAST", "SAID LAST"} {
				seen[word] = seen[word] || strings.Contains(text, word)
			}
		})
		if len(seen) != 3 || !seen["FIRST SAID"] || !seen["LAST"] || !seen["SAID LAST"] {
			t.Errorf("%s: seen %v", s, seen)
		}
		for _, k := range []string{"home", "end", "pgup", "pgdown", "up"} {
			p.Key(k)
			fits(t, p.Frame(), w, h)
			if !strings.Contains(p.Frame(), "▌") && s != "30x8" {
				t.Errorf("%s: no cursor after %s", s, k)
			}
		}
		p.Key("home")
		toTheEnd(p, "down", func(string) {})
		toTheEnd(p, "up", func(string) {})
		if !strings.Contains(ansi.Strip(p.Frame()), "SAID LAST") {
			t.Errorf("%s: up does not lead back", s)
		}
	}
}

// toTheEnd presses a key until ten presses have changed nothing, and passes every text to see.
func toTheEnd(p *ui.Pump, key string, see func(string)) {
	for same, last := 0, ""; same < 10; same++ {
		if frame := p.Frame(); frame != last {
			same, last = 0, frame
			see(ansi.Strip(frame))
		}
		p.Key(key)
	}
}

func TestLogGoldens(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		l := alive(t).scoped("Orders")
		l.Resize(w, h)
		l.Key("g")
		l.after(5 * time.Second)
		l.Key("p", "y", "!", "down")
		fits(t, l.Frame(), w, h)
		golden(t, "look-log-"+s, l.Pump)
	}
}
