package ui_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// Where an action's row has no room for all that is to be said of it, the chosen one has it below.
func TestChooserSaysAllOfTheChosen(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 60, 20)
	p.Feed(orders())
	p.Key("?")
	p.Type("revoke, after")
	if got := flat(p.Frame()); !strings.Contains(got, "revoke, after the undo window; asks first in a production environment") {
		t.Errorf("not all is said:\n%s", ansi.Strip(p.Frame()))
	}
	p.Key("esc")
	p.Key(":")
	p.Type("renew")
	if got := flat(p.Frame()); !strings.Contains(got, "nobody saw the answer to this get, so there is no token to") {
		t.Errorf("why is not said:\n%s", ansi.Strip(p.Frame()))
	}
}

// flat is a frame without borders and breaks of lines.
func flat(frame string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╭", " ", "╰", " ").Replace(ansi.Strip(frame))), " ")
}

// What is longer than its box says so, and how to leave it, also where there is hardly room.
func TestBoxesSayThatThereIsMore(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		w, h int
		want string
	}{{120, 20, "i asks the key manager · ↑ ↓ more · esc closes"}, {60, 20, "↑ ↓ more · esc closes"}, {40, 12, "↓ more · esc"}, {30, 8, "↓ more"}} {
		p, _ := still(t, size.w, size.h)
		p.Feed(orders())
		selecting("t_lingering")(p)
		p.Key("enter")
		if !strings.Contains(ansi.Strip(p.Frame()), size.want) {
			t.Errorf("%dx%d: no %q:\n%s", size.w, size.h, size.want, ansi.Strip(p.Frame()))
		}
	}
}

// The newest call is selected when somebody comes to Activity, and stays selected when another one is made.
func TestActivitySelectsOnArrival(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "4", "enter")
	l.shows("POST /token", "As curl")
	l.Key("esc", "g", "enter")
	l.shows("12:04:00 POST /token", "As curl")
	l.Key("esc", "2", "p", "4", "enter")
	l.shows("POST /token") // and not the probe
}

func TestTooSmall(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{29: "more room, please: 30×8", 20: "please: 30×8", 6: "30×8", 3: ""} {
		p, _ := still(t, w, 5)
		if got := ansi.Strip(p.Frame()); strings.TrimSpace(got) != want {
			t.Errorf("%d wide: %q, want %q", w, got, want)
		}
	}
}

// What acts on the selected token does so from Applications, too, where it is seen beside.
func TestApplicationsActOnTheToken(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Key("g", "1", "enter")
	l.shows("Token "+fp("access-1"), "Its life")
	l.Key("esc", "space")
	l.shows("1 marked")
	l.Key("down", "enter") // one without a token says why not
	l.said("no token is selected")
}

// When an application goes, the one beside it is selected.
func TestDeleteSelectsTheNext(t *testing.T) {
	t.Parallel()
	l := alive(t)
	fill(l.Pump, "Billing", "billing-key", "secret-of-billing")
	l.Key("ctrl+s", "1")
	l.shows("Tokens · Billing")
	l.Key("D", "y")
	l.shows("Tokens · Payments", "No token of Payments yet")
	if len(l.stored()) != 0 {
		t.Error("it is still there")
	}
}

// A filter that leaves one row selects it when it is done: nothing else can be meant. Of several none is taken.
func TestFilterSelectsTheOnlyRow(t *testing.T) {
	t.Parallel()
	for pane, only := range map[string]struct{ text, shows string }{"1": {"legacy", "Tokens · Legacy"}, "2": {"77b2", "77b209dd"}, "3": {"0ddb", "0ddba11e"}, "4": {"refresh", "POST"}} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		p.Key(pane, "/")
		p.Type(only.text)
		p.Key("enter")
		if pane == "2" && p.Selected() != "t_expiring" {
			t.Errorf("selected %q", p.Selected())
		}
		if p.Key("enter"); !strings.Contains(ansi.Strip(p.Frame()), only.shows) {
			t.Errorf("pane %s: no %q:\n%s", pane, only.shows, ansi.Strip(p.Frame()))
		}
		if pane != "1" && p.Overlays() != 1 {
			t.Errorf("pane %s: there is nothing to look into:\n%s", pane, ansi.Strip(p.Frame()))
		}
	}
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("/")
	p.Type("ana")
	p.Key("enter")
	if p.Selected() != "" {
		t.Errorf("of several %q is selected", p.Selected())
	}
}
