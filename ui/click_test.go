package ui_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console/describe"
	"lanyard/ui"
)

func turn(t *testing.T, p *ui.Pump, text string, button tea.MouseButton) {
	t.Helper()
	x, y := at(t, p, text)
	p.Send(tea.MouseWheelMsg{X: x, Y: y, Button: button})
}

func TestClickSelects(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32", "200x50"} {
		t.Run(s, func(t *testing.T) {
			t.Parallel()
			w, h, _ := size(s)
			p, _ := still(t, w, h,
				func(o *ui.Options) { o.Banners = []describe.Banner{{Text: "one"}} })
			p.Feed(orders())
			rows := 0
			for fp, id := range map[string]string{
				"77b209dd": "t_expiring", "91aa3c2f": "t_lingering", "aa01bb02": "t_revoking",
				"d00dfeed": "t_unsure", "3f9ca71e": "t_active",
			} {
				if !strings.Contains(ansi.Strip(p.Frame()), rowOf(fp)) {
					continue // below the end of a small screen
				}
				click(t, p, rowOf(fp))
				rows++
				if p.Selected() != id || p.Focus() != 2 {
					t.Errorf("clicked %s, selected %s in pane %d", fp, p.Selected(), p.Focus())
				}
			}
			if rows < 2 {
				t.Fatalf("%d rows to click:\n%s", rows, ansi.Strip(p.Frame()))
			}
		})
	}
}

// rowOf returns a text that only the row of a token in Tokens has. The narrowest screen shows the
// first digits of a fingerprint.
func rowOf(fingerprint string) string { return "  " + fingerprint[:4] }

// No number of clicks acts on a token.
func TestClickIsHarmless(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g")
	requests := l.api.tokens
	for range 3 {
		click(t, l.Pump, rowOf(fp("access-1")))
	}
	if l.api.tokens != requests || len(l.api.revokes) != 0 || l.Overlays() != 0 {
		t.Errorf("clicks on a token: %d requests, %d revokes, %d open", l.api.tokens-requests,
			len(l.api.revokes), l.Overlays())
	}
}

func TestClickFocuses(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	for i, title := range []string{"1 Applications", "2 Tokens ·", "3 Selected", "4 Activity"} {
		click(t, p, title)
		if p.Focus() != i+1 {
			t.Errorf("%s: focus on %d", title, p.Focus())
		}
	}
	click(t, p, "  Payments")
	if p.Focus() != 1 || !strings.Contains(ansi.Strip(p.Frame()), "Tokens · Payments") {
		t.Errorf("an application:\n%s", ansi.Strip(p.Frame()))
	}
	click(t, p, "  cloud ─")
	if !strings.Contains(ansi.Strip(p.Frame()), "Tokens · cloud") {
		t.Errorf("an environment:\n%s", ansi.Strip(p.Frame()))
	}
	// On a small screen panes share a place. The line of the scope has their keys.
	p.Key("2", "home")
	p.Resize(80, 24)
	click(t, p, "cloud ▾")
	if p.Focus() != 1 || !strings.Contains(ansi.Strip(p.Frame()), "1 Applications") {
		t.Errorf("the line of the scope:\n%s", ansi.Strip(p.Frame()))
	}
	p.Key("esc")
	click(t, p, "· ana · 77b209dd")
	if p.Focus() != 3 || !strings.Contains(ansi.Strip(p.Frame()), "3 Selected") {
		t.Errorf("the lines about the selected token:\n%s", ansi.Strip(p.Frame()))
	}
	p.Resize(60, 20)
	for i, key := range []string{"1 applications", "3 selected", "4 activity"} {
		click(t, p, key)
		if want := []int{1, 3, 4}[i]; p.Focus() != want {
			t.Errorf("%s: focus on %d", key, p.Focus())
		}
	}
}

func TestClickRunsTheFooter(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	click(t, l.Pump, "g get  G get with")
	if l.api.tokens != 1 {
		t.Errorf("get was not run: %d", l.api.tokens)
	}
	click(t, l.Pump, "? help")
	if l.Overlays() != 1 {
		t.Fatal("help was not opened")
	}
	// Under an overlay a click has no effect.
	l.Key("esc")
	before := l.api.tokens
	l.Key(":")
	click(t, l.Pump, "↑ ↓ choose") // the footer of the overlay
	click(t, l.Pump, "Applications")
	click(t, l.Pump, "4 Activity")
	if l.api.tokens != before || l.Overlays() != 1 || l.Focus() != 2 {
		t.Errorf("clicked through an overlay: %d requests, %d open, focus %d", l.api.tokens-before,
			l.Overlays(), l.Focus())
	}
	click(t, l.Pump, "esc close")
	if l.Overlays() != 0 {
		t.Error("a click on the key that closes the overlay does not close it")
	}
}

// A hint in a pane is a button, as one in the footer is.
func TestClickRunsAHint(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"80x24", "120x32", "160x48"} {
		w, h, _ := size(s)
		l := alive(t).scoped("Orders")
		l.Resize(w, h)
		l.Key("g")
		gap := " "
		if w == 160 { // the keys are a column of their own
			gap = "  "
		}
		click(t, l.Pump, "x"+gap+"revokes")
		l.shows("revoking")
		undoes := "u" + gap + "undoes it"
		for y, line := range strings.Split(ansi.Strip(l.Frame()), "\n") { // the row says it too
			head, _, ok := strings.Cut(line, undoes)
			if ok && !strings.Contains(line, fp("access-1")) {
				l.Send(tea.MouseClickMsg{X: ansi.StringWidth(head), Y: y, Button: tea.MouseLeft})
				break
			}
		}
		if l.board(t, "revoking") != 0 || l.Focus() != 2 {
			t.Errorf("%s: it is not kept, or the focus is on %d", s, l.Focus())
		}
		if w > 80 {
			click(t, l.Pump, "imports")
			if l.Top() != "*overlay.Import" {
				t.Errorf("%s: %q is open", s, l.Top())
			}
		}
	}
	// Beside a hint is no button.
	l := alive(t).scoped("Orders")
	l.Key("g")
	l.Resize(80, 24)
	x, y := at(t, l.Pump, "x revokes")
	for _, away := range []int{-2, 40} {
		l.Send(tea.MouseClickMsg{X: x + away, Y: y, Button: tea.MouseLeft})
	}
	if n := l.board(t, "revoking"); n != 0 || l.Overlays() != 0 {
		t.Errorf("a click beside a hint runs it: %d revokes, %d boxes", n, l.Overlays())
	}
}

func TestClickSorts(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.ScopeTo("Orders") // a scope of one application has the column SCOPES
	for head, said := range map[string]string{"TOKEN": "sorted by fingerprint",
		"FOR":    "sorted by user",
		"SCOPES": "sorted by scopes", "LEFT": "sorted by time left",
		"CALLS": "sorted by time left"} {
		click(t, p, head)
		if log := p.Log(); len(log) == 0 || !strings.Contains(log[len(log)-1], said) {
			t.Errorf("%s: %q", head, log)
		}
	}
}

func TestWheel(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	first := p.Selected()
	turn(t, p, "LEFT", tea.MouseWheelDown)
	if p.Selected() == first || p.Focus() != 2 {
		t.Errorf("the wheel moves nothing: %s", p.Selected())
	}
	turn(t, p, "LEFT", tea.MouseWheelUp)
	if p.Selected() != first {
		t.Errorf("and not back: %s", p.Selected())
	}
	turn(t, p, "  Payments", tea.MouseWheelDown)
	if frame := ansi.Strip(p.Frame()); p.Focus() != 2 ||
		!strings.Contains(frame, "Tokens · cloud") {
		t.Errorf("over the applications, with the focus on the tokens: %d\n%s", p.Focus(), frame)
	}
	// A click does not answer a question. It moves the cursor in a list of actions.
	p.Key("2", "down", "x")
	if p.Overlays() == 1 {
		turn(t, p, "Revoke", tea.MouseWheelDown)
		if p.Overlays() != 1 {
			t.Error("the wheel answered a question")
		}
		p.Key("esc")
	}
}

func TestPointInThePalette(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(orders())
		p.Key(":")
		click(t, p, "copy")
		golden(t, "keys-"+s+"-pointed", p)
		fits(t, p.Frame(), w, h)
		turn(t, p, "copy", tea.MouseWheelDown)
		turn(t, p, "copy", tea.MouseWheelUp)
		if p.Overlays() != 1 {
			t.Error("a click ran something")
		}
	}
}

// Clicks at any place leave the frame sound.
func TestAnythingClicked(t *testing.T) {
	t.Parallel()
	clicks := 300
	if full() {
		clicks = 3000
	}
	r := rand.New(rand.NewPCG(5, 9))
	p, _ := still(t, 80, 24)
	p.Feed(orders())
	for range clicks {
		w, h := 1+r.IntN(200), 1+r.IntN(60)
		if r.IntN(9) == 0 {
			p.Resize(w, h)
			fits(t, p.Frame(), w, h)
		}
		if r.IntN(3) == 0 {
			p.Key(everyKey[r.IntN(len(everyKey))])
		}
		m := tea.Mouse{X: r.IntN(220) - 10, Y: r.IntN(70) - 5, Button: tea.MouseLeft}
		switch r.IntN(3) {
		case 0:
			m.Button = tea.MouseWheelDown
			p.Send(tea.MouseWheelMsg(m))
		case 1:
			m.Button = tea.MouseWheelUp
			p.Send(tea.MouseWheelMsg(m))
		default:
			p.Send(tea.MouseClickMsg(m))
		}
	}
}
