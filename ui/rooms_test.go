package ui_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
	"lanyard/ui/kit"
)

// lowScreens are the sizes at which the boxes have the least room.
var lowScreens = []string{"30x8", "40x12", "60x20", "80x24"}

// inside returns the lines of the box on top without its border, and its bottom border.
func inside(t *testing.T, p *ui.Pump) (lines []string, bottom string) {
	t.Helper()
	box := p.Box()
	for i, row := range crop(grid(t, p.Frame()), box) {
		var line strings.Builder
		for x, c := range row {
			if i == box.H-1 || x > 0 && x < box.W-1 {
				line.WriteString(c.text)
			}
		}
		switch i {
		case 0:
		case box.H - 1:
			bottom = line.String()
		default:
			lines = append(lines, line.String())
		}
	}
	return lines, bottom
}

// allBoxes opens each overlay in each state that a golden or a test of the boxes has.
func allBoxes() map[string]func(t *testing.T, w, h int) *ui.Pump {
	all := map[string]func(t *testing.T, w, h int) *ui.Pump{}
	for name, b := range boxes() {
		all["box "+name] = func(t *testing.T, w, h int) *ui.Pump {
			t.Helper()
			p := opened(t, name, b)
			p.Resize(w, h)
			return p
		}
	}
	for _, sc := range screens() {
		all[sc.name] = func(t *testing.T, w, h int) *ui.Pump {
			t.Helper()
			return sc.open(t, w, h)
		}
	}
	return all
}

// fieldsIn names the overlays with fields that tab goes through.
var fieldsIn = map[string]bool{
	"*overlay.App": true, "*overlay.Import": true, "*overlay.Grant": true, "*overlay.Adopt": true,
}

// noNeedlessCut fails if a text is cut in the box on top, and the box has a blank line.
func noNeedlessCut(t *testing.T, p *ui.Pump, s string) {
	t.Helper()
	if p.Top() == "*overlay.Palette" { // one line for each action; below, all about one
		return
	}
	lines, _ := inside(t, p)
	cut, blank := "", false
	for _, l := range lines {
		text := strings.TrimRight(l, " ")
		blank = blank || text == ""
		// A grant that is cut is written out below the fields while it has the focus.
		if strings.HasSuffix(text, "…") && kit.Width(text) >= kit.Width(l)-1 &&
			!strings.Contains(text, " client_") {
			cut = text
		}
	}
	if cut != "" && blank {
		t.Errorf("%s: %q is cut, and there is a blank line:\n%s", s, cut, ansi.Strip(p.Frame()))
	}
}

// No box cuts a text while it has a blank line for the rest of it. A box without a sign in its
// border shows all that it has: no key scrolls it.
func TestBoxesUseTheirRoom(t *testing.T) {
	t.Parallel()
	for name, open := range allBoxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range lowScreens {
				w, h, _ := size(s)
				p := open(t, w, h)
				if p.Overlays() == 0 {
					return
				}
				noNeedlessCut(t, p, s)
				if fieldsIn[p.Top()] {
					for range 20 { // through all fields
						p.Key("tab")
						noNeedlessCut(t, p, s)
					}
				}
				lines, bottom := inside(t, p)
				if strings.Contains(bottom, "more") {
					continue
				}
				for _, key := range []string{"down", "pgdown", "end"} {
					p.Key(key)
				}
				after, bottom := inside(t, p)
				if strings.Contains(bottom, "↑") {
					t.Errorf("%s: rows were hidden without a sign:\n%s\nand then\n%s", s,
						strings.Join(lines, "\n"), strings.Join(after, "\n"))
				}
			}
		})
	}
}

// joinedLines returns lines without blanks.
func joinedLines(lines []string) string {
	return strings.Join(strings.Fields(strings.Join(lines, " ")), "")
}

// dangerous returns a board with tokens of many applications in two production environments.
func dangerous() console.Board {
	b := ledger()
	env := b.Applications[0].Environment
	env.Name = "prod-us"
	for _, name := range []string{"Billing", "Kiosk", "Payments"} {
		app := application(name, "PRODUCTION", env)
		tok := b.Tokens[0]
		tok.ID, tok.AppID = "t_"+name, app.ID
		b.Applications, b.Tokens = append(b.Applications, app), append(b.Tokens, tok)
	}
	return b
}

// A question names production first. On a screen of any size all of it can be read: what does not
// fit scrolls, and the border says so.
func TestQuestionsCanBeRead(t *testing.T) {
	t.Parallel()
	marked := func(p *ui.Pump) {
		p.Key("home", "space", "space", "space", "space", "x")
	}
	revokeAll := func(p *ui.Pump) {
		p.ScopeTo("Ledger")
		p.Key("X")
	}
	for _, c := range []struct {
		name        string
		board       func() console.Board
		open        func(p *ui.Pump)
		first, last []string
	}{
		{"bulk", dangerous, marked,
			[]string{"4 marked tokens",
				"1 token of Billing@prod-us/PRODUCTION, a production environment"},
			[]string{"1 token of Payments@prod-us/PRODUCTION, a production environment"}},
		{"revoke all", ledger, revokeAll,
			[]string{"prod-eu is a production environment."},
			[]string{"Whoever uses it is locked out when the gateway's cache has run out."}},
		{"delete", ordersStored, ofOrders("D"), []string{"Orders@cloud/PRODUCTION"},
			[]string{"To be rid of them, revoke them first."}},
		{"dismiss", troubled, func(p *ui.Pump) {
			selecting("t_unsure")(p)
			p.Do("dismiss_lost_answer")
		}, []string{"? Orders · d00dfeed"}, []string{"That ends no token; the log keeps it."}},
		{"supersede", supersedingBoard, ofOrders("g"), []string{"A new token for"},
			[]string{"programs that use it now"}},
	} {
		for _, s := range lowScreens {
			w, h, _ := size(s)
			p, _ := still(t, w, h)
			p.Feed(c.board())
			c.open(p)
			lines, bottom := inside(t, p)
			text := joinedLines(lines) // a name may be broken at its hyphen
			for _, part := range c.first {
				if !strings.Contains(text, strings.ReplaceAll(part, " ", "")) {
					t.Errorf("%s, %s: no %q at first:\n%s", c.name, s, part, text)
				}
			}
			all := text
			for range 20 {
				if strings.Contains(bottom, "↓") {
					p.Key("down")
					lines, bottom = inside(t, p)
					all += joinedLines(lines)
				}
			}
			for _, part := range c.last {
				for word := range strings.FieldsSeq(part) {
					if !strings.Contains(all, word) {
						t.Errorf("%s, %s: no %q of %q:\n%s", c.name, s, word, part, all)
					}
				}
			}
			if strings.Contains(bottom, "↓") {
				t.Errorf("%s, %s: it does not scroll:\n%s", c.name, s, ansi.Strip(p.Frame()))
			}
		}
	}
}

// In the help a gap is between the widest keys and their text.
func TestKeysOfTheHelpHaveAGap(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 100)
	p.Feed(orders())
	p.Key("?")
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "pgup ctrl+b  a page up") {
		t.Errorf("no gap:\n%s", text)
	}
}

// The forms in which a token can be copied are read whole on a small screen.
func TestFormsOfACopyAreNotCut(t *testing.T) {
	t.Parallel()
	p := opened(t, "copy", boxes()["copy"])
	p.Resize(40, 12)
	if lines, _ := inside(t, p); !strings.Contains(lines[6], "the refresh token – not issued ") {
		t.Errorf("cut:\n%s", strings.Join(lines, "\n"))
	}
	p.Resize(30, 8)
	lines, bottom := inside(t, p)
	if all := flat(strings.Join(lines, "\n")); !strings.Contains(bottom, " more") ||
		!strings.Contains(all, "curl line for the probe URL") {
		t.Errorf("cut:\n%s", strings.Join(lines, "\n"))
	}
}

// rowOfActivity matches a row of Activity up to the text: time, method and path unless they are
// left out, status, duration unless it is left out, application and fingerprint.
var rowOfActivity = regexp.MustCompile(`^(..?\d\d:\d\d:\d\d +(?:[A-Z]{3,4} +(\S+) +)?\d{3} +` +
	`(?:\d+ ms +)?)(\S+(?: API)? +)([0-9a-f]{8}|–)( +)(.*?)[ │]*$`)

// A row of Activity has all columns of the other rows. A path is cut at a slash, and the text has a
// shorter form before it is cut.
func TestActivityKeepsItsColumns(t *testing.T) {
	t.Parallel()
	for _, sc := range screens() {
		if sc.name != "activity" && sc.name != "find-calls" {
			continue
		}
		for _, s := range []string{"40x12", "60x20", "80x24", "100x30", "120x32", "160x48"} {
			w, h, _ := size(s)
			rows, app, token := 0, 0, 0
			for line := range strings.SplitSeq(ansi.Strip(sc.open(t, w, h).Frame()), "\n") {
				line = strings.TrimLeft(line, "│")
				if !strings.Contains(line[:min(6, len(line))], ":") {
					continue
				}
				m := rowOfActivity.FindStringSubmatch(line)
				if m == nil {
					t.Errorf("%s %s: a column is missing: %q", sc.name, s, line)
					continue
				}
				at := kit.Width(m[1])
				if rows++; rows > 1 && (at != app || at+kit.Width(m[3]) != token) {
					t.Errorf("%s %s: a column is shifted: %q", sc.name, s, line)
				}
				app, token = at, at+kit.Width(m[3])
				if strings.Contains(m[2], "…") && !strings.HasPrefix(m[2], "…/") ||
					strings.Contains(m[3], "…") ||
					strings.Contains(m[6], "…") && w < 160 && !strings.HasPrefix(m[6], "invali") {
					t.Errorf("%s %s: a text is cut: %q", sc.name, s, line)
				}
			}
			if rows < 2 {
				t.Errorf("%s %s: %d rows", sc.name, s, rows)
			}
		}
	}
}

// A text that is too long for any screen leaves cells for its beginning.
func TestActivityCutsALongReason(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		b := orders()
		b.Exchanges = b.Exchanges[len(b.Exchanges)-1:]
		x := &b.Exchanges[0]
		x.Status, x.Err = 0, strings.Repeat("reason ", 12)
		x.URL = "https://gw.example/a/very/long/path/of/an/api/1.0.0/list"
		p.Feed(b)
		p.Key("4")
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, "reason rea") {
			t.Errorf("%s: no reason:\n%s", s, text)
		}
	}
}

// An application of a sandbox key has the same name in all panes of a screen.
func TestOneNameForAnApplication(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(orders())
		selecting("t_forever")(p)
		if text := ansi.Strip(p.Frame()); strings.Count(text, "Orders·sand") < 2 {
			t.Errorf("%s: Selected has another name:\n%s", s, text)
		}
	}
}

// CALLS has a column where the time axis has one, so that a long bar hides no call. No word in it
// is cut, and a refusal is counted.
func TestCallsHaveAColumn(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile(`^[│▌ ]*[●◐◒] `)
	for _, s := range []string{"60x20", "80x24", "100x30", "120x32"} {
		w, h, _ := size(s)
		text := ansi.Strip(liveDemo(t, w, h).pump.Frame())
		for line := range strings.SplitSeq(text, "\n") {
			if _, list, ok := strings.Cut(line, "││"); ok {
				line = list
			}
			if row.MatchString(line) && !strings.Contains(line, "200 ||") &&
				!strings.Contains(line, "expiring") && !strings.Contains(line, " · ") {
				t.Errorf("%s: no calls: %q", s, line)
			}
		}
		p, _ := still(t, w, h)
		p.Feed(orders())
		text = ansi.Strip(p.Frame())
		if !strings.Contains(text, "no answer") && !strings.Contains(text, "  lost ") ||
			strings.Contains(text, "answ…") || !strings.Contains(text, "401 ×1") {
			t.Errorf("%s: a word of CALLS is not whole:\n%s", s, text)
		}
		p.ScopeTo("Orders")
		if text = ansi.Strip(p.Frame()); strings.Contains(text, "def…") {
			t.Errorf("%s: scopes are cut beside the axis:\n%s", s, text)
		}
	}
}

// A list without an axis has the word of the state behind the time left, or the time left at its
// right edge.
func TestNarrowListUsesItsCells(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"40x12": "0:41  expiring", "30x8": "      0:41\n"} {
		w, h, _ := size(s)
		p := six().show(t, w, h)
		p.ScopeTo("Orders")
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, want) {
			t.Errorf("%s: no %q:\n%s", s, want, text)
		}
	}
}

// The first two lines say what their numbers are, and cut no word beside room for it.
func TestHeaderAndScopeAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ screen, size, want, not string }{
		{"over", "40x12", " all 2 environments ", "…"},
		{"all", "30x8", " next 0:41 · ◒", "lanyard"},
		{"probing", "40x12", " ◒ 1 ≤14:48", " 0 · "},
		{"all", "60x20", " 1 applications  3 selected  4 activity ", " apps"},
		{"all", "80x24", " 1 chooses one application ", ""},
	} {
		w, h, _ := size(c.size)
		for _, sc := range screens() {
			if sc.name != c.screen {
				continue
			}
			frame := sc.open(t, w, h).Frame()
			lines := strings.SplitN(ansi.Strip(frame), "\n", 3)
			if top := lines[0] + "\n" + lines[1]; !strings.Contains(top, c.want) ||
				c.not != "" && strings.Contains(top, c.not) {
				t.Errorf("%s %s: no %q:\n%s", c.screen, c.size, c.want, top)
			}
			line := grid(t, frame)[1]
			for x := range line[:len(line)-2] {
				if line[x].text == "1" && line[x+2].text == c.want[3:4] &&
					strings.Contains(c.want, "application") && line[x].look == line[x+2].look {
					t.Errorf("%s: a key has no colour of its own", c.size)
				}
			}
		}
	}
}

// A line counts the rows above and below the window. A list without a bar has no axis in its head.
// A day is no last line without its call.
func TestListsSayWhatTheyShow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ screen, size, want, not string }{
		{"sorted", "60x20", " 3 above · 1 below ", "more, below"},
		{"over", "80x24", "LEFT  HOW IT ENDED ", "CALLS"},
		{"find-calls", "120x32", " get  +yesterday ", "yesterday ─"},
		{"names", "160x48", "CALLS", ""}, {"names", "200x60", "CALLS", ""},
	} {
		w, h, _ := size(c.size)
		for _, sc := range screens() {
			if sc.name != c.screen {
				continue
			}
			text := ansi.Strip(sc.open(t, w, h).Frame())
			if !regexp.MustCompile(c.want).MatchString(text) ||
				c.not != "" && strings.Contains(text, c.not) {
				t.Errorf("%s %s: no %q:\n%s", c.screen, c.size, c.want, text)
			}
		}
	}
}

// While a probe loop runs for a token whose bar fills the axis, its row says so beside its calls.
func TestProbingIsSaidBesideALongBar(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Orders")
	l.Key("g", "P")
	l.after(12 * time.Second)
	l.Resize(120, 32)
	l.shows("probing 200 |")
	l.ScopeTo("")
	l.shows("probing 200 ")
}
