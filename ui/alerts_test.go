package ui_test

import (
	"strings"
	"testing"
	"time"

	"lanyard/ui"
)

func alerting(via ...string) func(*ui.Options) {
	return func(o *ui.Options) {
		o.Alerts = ui.Alerts{Before: []time.Duration{5 * time.Minute, 30 * time.Second}, Via: via}
	}
}

// until delivers the pump's beats of the next d.
func until(p *ui.Pump, c *clock, d time.Duration) {
	for end := c.now.Add(d); p.Pending() && !p.BeatDue().After(end); p.Beat() {
		if due := p.BeatDue(); due.After(c.now) {
			c.now = due
		}
	}
}

func TestAlertsOnceEach(t *testing.T) {
	t.Parallel()
	p, c := still(t, 80, 24, alerting("title", "bell"))
	b := orders()
	b.Tokens = b.Tokens[:4] // expired, superseded, lingering, expiring (0:41)
	b.Applications[0].Name = "Or\x1b]0;x\ader;s"
	p.Feed(b)
	if p.Title() != "lanyard" || len(p.Raw) != 0 {
		t.Fatalf("told of what was over: %q %q", p.Title(), p.Raw)
	}
	until(p, c, 15*time.Second)
	if got := p.Title(); got != "0:30 left · Order;s · lanyard" {
		t.Errorf("title %q", got)
	}
	if len(p.Raw) != 1 || p.Raw[0] != "\a" {
		t.Errorf("raw %q", p.Raw)
	}
	p.Feed(b)
	until(p, c, 5*time.Second)
	p.Key("down")
	if p.Title() != "lanyard" || len(p.Raw) != 1 {
		t.Errorf("told again, or still: %q %q", p.Title(), p.Raw)
	}
	until(p, c, 40*time.Second)
	if p.Title() != "77b209dd expired · Order;s · lanyard" || len(p.Raw) != 2 {
		t.Errorf("at expiry: %q %q", p.Title(), p.Raw)
	}
	until(p, c, 15*time.Minute)
	if p.Title() != "91aa3c2f dead · lanyard" || len(p.Raw) != 3 {
		t.Errorf("at the end of the window: %q %q", p.Title(), p.Raw)
	}
}

func TestAlertsReachTheTerminal(t *testing.T) {
	t.Parallel()
	for via, want := range map[string]string{
		"osc9":   "\x1b]9;0:30 left · Orders\x1b\\",
		"osc99":  "\x1b]99;;lanyard: 0:30 left · Orders\x1b\\",
		"osc777": "\x1b]777;notify;lanyard;0:30 left · Orders\x1b\\",
	} {
		for _, tmux := range []bool{false, true} {
			p, c := still(t, 80, 24, alerting(via), func(o *ui.Options) {
				if tmux {
					o.Environ = []string{"TMUX=/tmp/tmux"}
				}
			})
			b := orders()
			b.Tokens = b.Tokens[3:4]
			p.Feed(b)
			until(p, c, 12*time.Second)
			got := strings.Join(p.Raw, "|")
			exp := want
			if tmux {
				exp = "\x1bPtmux;" + strings.ReplaceAll(want, "\x1b", "\x1b\x1b") + "\x1b\\"
			}
			if got != exp {
				t.Errorf("%s in tmux %v: %q, want %q", via, tmux, got, exp)
			}
		}
	}
	p, c := still(t, 80, 24, alerting())
	p.Feed(orders())
	until(p, c, time.Minute)
	if p.Title() != "lanyard" || len(p.Raw) != 0 {
		t.Errorf("told unasked: %q %q", p.Title(), p.Raw)
	}
}

// The terminal's bar fills as a window runs out.
func TestProgressOfAWindow(t *testing.T) {
	t.Parallel()
	p, c := still(t, 80, 24, alerting("progress"))
	b := orders()
	b.Tokens = b.Tokens[2:3] // 14:32 of 15 minutes are left
	p.Feed(b)
	if got := p.Progress(); got != 3 {
		t.Errorf("%d%% at the beginning", got)
	}
	until(p, c, 10*time.Minute+47*time.Second)
	if got := p.Progress(); got < 74 || got > 75 {
		t.Errorf("%d%% after three quarters", got)
	}
	until(p, c, 4*time.Minute)
	if got := p.Progress(); got != -1 {
		t.Errorf("%d%% when it is over", got)
	}
}
