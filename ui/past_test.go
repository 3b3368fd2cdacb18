package ui_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// withPast adds calls of other runs to a board.
func withPast(b console.Board) console.Board {
	day := t0.AddDate(0, 0, -1).Truncate(24 * time.Hour)
	call := func(at time.Time, verb, method, path string, status, ms int, app, print string,
		change ...func(*console.Call)) {
		c := console.Call{
			Event: int64(100 - len(b.Past)), At: at, Verb: verb, Method: method,
			Path: console.Private(path), Status: status,
			Took:        time.Duration(ms) * time.Millisecond,
			Application: console.Private(app + "@cloud/PRODUCTION"), Fingerprint: print,
		}
		for _, f := range change {
			f(&c)
		}
		b.Past = append(b.Past, c)
	}
	failed := func(code string) func(*console.Call) {
		return func(c *console.Call) { c.Failure = code }
	}
	is := func(v console.Verdict) func(*console.Call) {
		return func(c *console.Call) { c.Verdict = v }
	}
	clock := func(h, m, s int) time.Time {
		return day.Add(time.Duration(h*3600+m*60+s) * time.Second)
	}
	call(t0.Add(-2*time.Hour), console.OpGet, "POST", "/oauth2/token", 200, 41, "Payments",
		"3f9ca71e")
	call(clock(17, 58, 2), console.OpGet, "POST", "/oauth2/token", 200, 40, "Ledger", "5c0d77a1")
	call(clock(17, 57, 11), console.OpProbe, "GET", "/ledger/1.0.0/status", 503, 902, "Ledger",
		"5c0d77a1", is(tokenapi.Unclear))
	call(clock(17, 40, 12), console.OpProbe, "GET", "/feed/1.0.0/items", 200, 6, "Mobile",
		"9b3a40c2", is(tokenapi.Accepted))
	call(clock(17, 31, 9), console.OpRevoke, "POST", "/oauth2/revoke", 200, 15, "Mobile",
		"9b3a40c2")
	call(clock(17, 2, 55), console.OpGet, "POST", "/oauth2/token", 401, 9, "Kiosk", "",
		failed("invalid_client"))
	call(day.Add(-90*time.Minute), console.OpRefresh, "POST", "/oauth2/token", 0, 15000, "Mobile",
		"0c1177fe", failed("no answer in time"))
	return b
}

// Activity lists the calls of this run, and those of other runs under the day that they were made.
func TestPastCalls(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 144, 40, func(o *ui.Options) { o.Mouse = true })
	p.Feed(withPast(orders()))
	p.Key("4", "z")
	text := ansi.Strip(p.Frame())
	for _, want := range []string{
		"this and past runs ─",
		" today, other runs ──────",
		" yesterday ──────",
		"17:58:02  POST  /oauth2/token         200   40 ms  Ledger    5c0d77a1  get ",
		"17:57:11  GET   /ledger/1.0.0/status  503  902 ms  Ledger    5c0d77a1  probe · unclear",
		"17:40:12  GET   /feed/1.0.0/items     200    6 ms  Mobile    9b3a40c2  probe · accepted",
		"17:31:09  POST  /oauth2/revoke        200   15 ms  Mobile    9b3a40c2  revoke · accepted",
		"17:02:55  POST  /oauth2/token         401    9 ms  Kiosk     –         get · invalid_cli",
		" Sat 21 Nov ──────",
		"22:30:00  POST  /oauth2/token           –  15.0 s  Mobile    0c1177fe  refresh · no answ",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%d times %q:\n%s", strings.Count(text, want), want, text)
			return
		}
	}
	lines := strings.Split(text, "\n")
	heading := 0
	for i, l := range lines {
		if strings.Contains(l, " yesterday ─") {
			heading = i
		}
	}
	selected := func() string {
		for _, l := range strings.Split(ansi.Strip(p.Frame()), "\n") {
			if strings.Contains(l, "▌") {
				return l
			}
		}
		return ""
	}
	p.Key("down")
	was := selected()
	p.Send(tea.MouseClickMsg{X: 10, Y: heading, Button: tea.MouseLeft})
	if got := selected(); got != was {
		t.Errorf("a click on a heading selects %q", got)
	}
	p.Send(tea.MouseClickMsg{X: 10, Y: heading + 1, Button: tea.MouseLeft})
	if got := selected(); !strings.Contains(got, "17:58:02") {
		t.Errorf("a click below a heading selects %q", got)
	}
	p.Key("up")
	if got := selected(); strings.Contains(got, "17:58:02") || !strings.Contains(got, "▌") {
		t.Errorf("the cursor stops at a heading: %q", got)
	}
	p.Key("end", "up")
	if got := selected(); !strings.Contains(got, "17:02:55") {
		t.Errorf("the last but one is %q", got)
	}
	p.Key("enter")
	text = ansi.Strip(p.Frame())
	for _, want := range []string{"a call of another run", "401 in 9 ms", "get · invalid_client",
		"keeps no host"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	p.Key("esc", "/")
	p.Type("invalid_client")
	if text = ansi.Strip(p.Frame()); !strings.Contains(text, "17:02:55") ||
		strings.Contains(text, "17:58:02") {
		t.Errorf("filtered:\n%s", text)
	}
}

// A text that does not fit loses whole phrases before a fingerprint is cut.
func TestCallTextKeepsFingerprints(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{
		140: "refresh · 91aa3c2f replaced, may pass ≤", 100: "refresh · 91aa3c2f replaced  ",
		80: "  91aa3c2f replaced ", 66: " 91aa3c2f replaced ", 60: " refresh ",
	} {
		b := orders()
		for i := range b.Tokens {
			if b.Tokens[i].ID == "t_lingering" {
				b.Tokens[i].ReplacedBy, b.Tokens[i].ReplacedAt = "t_expiring",
					t0.Add(-time.Minute)
				b.Tokens[i].AcceptedAt = time.Time{}
			}
		}
		b.Exchanges[1].Call.From = "t_lingering"
		p, _ := still(t, w, 24)
		p.Feed(b)
		p.Key("4", "z")
		if text := ansi.Strip(p.Frame()); strings.Count(text, want) != 1 {
			t.Errorf("%d cells, no %q:\n%s", w, want, text)
		}
	}
}

// An application without a token names the last one that it had, if a known call brought it.
func TestLastTokenIsNamed(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := withPast(orders())
	for i := range b.Past {
		if clock := b.Past[i].At.Format("15:04"); clock == "17:58" || clock == "17:40" {
			b.Past[i].AppID = "app_mobile"
		}
	}
	b.Applications = append(b.Applications, application("Kept", "PRODUCTION",
		b.Applications[0].Environment))
	b.Applications[len(b.Applications)-1].ID = "app_mobile"
	p.Feed(b)
	p.ScopeTo("Kept")
	text := ansi.Strip(p.Frame())
	if want := "The last one was 5c0d77a1, got " + t0.AddDate(0, 0, -1).Format(time.DateOnly) +
		" 17:58."; !strings.Contains(text, want) {
		t.Errorf("no %q:\n%s", want, text)
	}
	for i := range b.Past {
		b.Past[i].AppID = ""
	}
	p.Feed(b)
	if text := ansi.Strip(p.Frame()); strings.Contains(text, "The last one was") {
		t.Errorf("it names a token of another application:\n%s", text)
	}
}
