package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
	"lanyard/ui/kit"
)

// ofScripts are names in scripts that terminals measure differently, up to 60 cells long.
var ofScripts = []string{
	"बैंक सेवक", "บริการชำระเงิน", "خدمة الدفع", "決済ゲートウェイ", "🚀 Launch 👩‍💻", "Orders",
	"payments-reconciliation-service-of-the-region-eu-central-2026",
}

// users are names that fit the column of users, in the same scripts.
var users = []string{"", "ana", "田中", "सेवक", "ผู้ใช้", "مستخدم", "👩‍💻 dev"}

var (
	sizesOfScreens = []string{"30x8", "40x12", "60x20", "80x24", "100x30", "120x32", "160x48",
		"200x60", "300x80"}
	numbersOfApps   = []int{1, 6, 40}
	numbersOfTokens = []int{0, 1, 12, 100, 10_000}
)

// boardOf returns a board with as many applications and tokens, in all states and in two
// environments, with names in all scripts.
func boardOf(apps, tokens int) console.Board {
	b := orders()
	kept := b.Tokens
	b.Tokens, b.Marks, b.Applications, b.Exchanges = nil, nil, nil, b.Exchanges[:min(tokens, 6)]
	for i := range apps {
		env := orders().Applications[0].Environment
		if i%3 == 2 {
			env.Name, env.Production = "कार्यालय-生産", false
		}
		name := ofScripts[i%len(ofScripts)]
		if i >= len(ofScripts) {
			name += fmt.Sprint(" ", i)
		}
		b.Applications = append(b.Applications, application(name, "PRODUCTION", env))
	}
	for i := range tokens {
		t := kept[(i+3)%len(kept)]
		t.ID, t.Fingerprint = fmt.Sprintf("t_%05d", i), fmt.Sprintf("%08x", uint32(i+1)*2654435761)
		t.AppID = b.Applications[i%apps].ID
		t.User = console.Private(users[i%len(users)])
		t.ReplacedBy, t.Unsure = "", nil
		if !t.ExpiresAt.IsZero() {
			t.ExpiresAt = t.ExpiresAt.Add(time.Duration(i) * time.Millisecond)
		}
		b.Tokens = append(b.Tokens, t)
	}
	return b
}

// paneLine is the part of a line in one pane, without its border.
type paneLine struct {
	pane int // the number in the title of the pane; 0: outside of the frames
	text string
}

// paneLines splits a frame at the borders of its panes. Tokens is 2 with and without a frame.
func paneLines(frame string, w int) (out []paneLine) {
	titles := map[string]int{"Applications": 1, "Tokens": 2, "Selected": 3, "Activity": 4}
	at := map[int]int{} // pane by the column of its left border
	lines := strings.Split(ansi.Strip(frame), "\n")
	for i, line := range lines {
		x, began := 0, -1
		var part strings.Builder
		whole := true
		for _, cell := range splitCells(line) {
			switch cell {
			case "╭":
				whole, began = false, x
			case "╮":
				for name, n := range titles {
					if strings.Contains(part.String(), name) {
						at[began] = n
					}
				}
			case "╰", "╯":
				whole = false
			case "│":
				if whole = false; began >= 0 && at[began] > 0 {
					out = append(out, paneLine{at[began], part.String()})
					began = -1
				} else {
					began = x
				}
				part.Reset()
				x++
				continue
			}
			if cell == "╭" || cell == "╰" {
				part.Reset()
			} else {
				part.WriteString(cell)
			}
			x += kit.Width(cell)
		}
		if !whole {
			continue
		}
		n := 0
		if len(at) == 0 && w < 60 && i > 0 && i < len(lines)-1 &&
			!strings.Contains(line, "▾") {
			n = 2
		}
		out = append(out, paneLine{n, line})
	}
	return out
}

// splitCells splits a line into what terminals show in one place.
func splitCells(line string) (out []string) {
	for line != "" {
		cluster, _ := ansi.FirstGraphemeCluster(line, ansi.WcWidth)
		out, line = append(out, cluster), line[len(cluster):]
	}
	return out
}

// exact fails unless a frame has h lines of w cells.
func exact(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%dx%d: %d lines:\n%s", w, h, len(lines), ansi.Strip(frame))
	}
	for i, l := range lines {
		if n := ansi.StringWidthWc(l); n != w {
			t.Fatalf("%dx%d: line %d has %d cells: %q", w, h, i, n, ansi.Strip(l))
		}
	}
}

// cursorInView fails unless the row of the selected token is in the list, with the edge of the
// cursor.
func cursorInView(t *testing.T, p *ui.Pump, b console.Board, lines []paneLine) {
	t.Helper()
	id := p.Selected()
	for _, tok := range b.Tokens {
		if tok.ID != id {
			continue
		}
		for _, l := range lines {
			if l.pane == 2 && strings.HasPrefix(l.text, "▌") &&
				strings.Contains(l.text, " "+tok.Fingerprint[:4]) {
				return
			}
		}
		t.Errorf("%s is selected and not in view:\n%s", tok.Fingerprint, ansi.Strip(p.Frame()))
		return
	}
	if len(b.Tokens) > 0 {
		t.Errorf("no token of %d is selected (%q)", len(b.Tokens), id)
	}
}

// usesItsRoom fails if a list leaves rows out and has a blank line. It also fails if a text is cut
// beside the blank cells that would hold the rest of it.
func usesItsRoom(t *testing.T, frame string, b console.Board, lines []paneLine, w int) {
	t.Helper()
	var blank, left [5]bool
	axis := axisIn(lines)
	for _, l := range lines {
		text := strings.TrimSpace(l.text)
		blank[l.pane] = blank[l.pane] || text == ""
		left[l.pane] = left[l.pane] || strings.Contains(text, " below") ||
			strings.Contains(text, " more · ") ||
			l.pane == 2 && strings.HasPrefix(text, "─") && strings.Contains(text, " of ")
	}
	for n := 1; n <= 2; n++ {
		if blank[n] && left[n] {
			t.Errorf("pane %d leaves rows out and has a blank line:\n%s", n, ansi.Strip(frame))
		}
	}
	for _, l := range lines {
		if !strings.Contains(l.text, "…") {
			continue
		}
		for _, name := range namesOf(b) {
			shown, missing := cutOf(l.text, name)
			if shown == "" {
				continue
			}
			end := len(l.text) - len(strings.TrimRight(l.text, " "))
			switch {
			case l.pane == 2 && axis > 12 && kit.Width(name) <= 24:
				t.Errorf("%q is cut to %q beside an axis of %d cells:\n%s", name, shown, axis,
					ansi.Strip(frame))
			case l.pane == 2 && axis > 12: // wider than any name column
			case l.pane == 1 && kit.Width(l.text)+2 < w/3 && kit.Width(name) <= 24:
				t.Errorf("%q is cut to %q, and the pane has %d of %d cells", name, shown,
					kit.Width(l.text)+2, w)
			case l.pane == 1:
			case end > missing+1:
				t.Errorf("%q is cut to %q beside %d blank cells:\n%s", name, shown, end,
					ansi.Strip(frame))
			}
		}
	}
}

// namesOf returns the texts of a board that may be cut.
func namesOf(b console.Board) (out []string) {
	for _, a := range b.Applications {
		out = append(out, kit.Clean(string(a.Name)))
	}
	for _, name := range ofScripts {
		out = append(out, kit.Clean(name))
	}
	return out
}

// cutOf returns the form of a name that is cut in a line, and the number of cells that are missing.
// Both are empty if there is none.
func cutOf(line, name string) (shown string, missing int) {
	for w := 4; w < kit.Width(name); w++ {
		for _, form := range []string{kit.Middle(name, w), kit.Short(name, w)} {
			if strings.Contains(line, " "+form+" ") && strings.Contains(form, "…") {
				shown, missing = form, kit.Width(name)-w
			}
		}
	}
	return shown, missing
}

// axisIn returns the number of cells of the axis, from the head of the list; 0 for none.
func axisIn(lines []paneLine) int {
	for _, l := range lines {
		head, rest, ok := strings.Cut(l.text, "LEFT")
		if l.pane != 2 || !ok || !strings.Contains(head, "TOKEN") &&
			!strings.Contains(head, "TOK") {
			continue
		}
		if calls, _, ok := strings.Cut(rest, "  CALLS"); ok {
			rest = calls
		}
		return max(kit.Width(rest)-2, 0)
	}
	return 0
}

// At each size, with any number of applications and tokens and names in each script, the frame has
// exactly the size of the screen. The row of the cursor is in view in each section. No list leaves
// rows out beside blank lines, and no name is cut beside room for it.
func TestSizes(t *testing.T) {
	t.Parallel()
	for _, apps := range numbersOfApps {
		for _, tokens := range numbersOfTokens {
			t.Run(fmt.Sprint(apps, " apps, ", tokens, " tokens"), func(t *testing.T) {
				t.Parallel()
				b := boardOf(apps, tokens)
				p, _ := still(t, 120, 32)
				p.Feed(b)
				for _, s := range sizesOfScreens {
					w, h, _ := size(s)
					p.Resize(w, h)
					for _, keys := range []string{"home", "pgdown pgdown", "end", "up",
						"pgup", "1 down", "1 end 2", "1 home 2 home"} {
						p.Key(strings.Fields(keys)...)
						p.Key("esc")
						frame := p.Frame()
						exact(t, frame, w, h)
						lines := paneLines(frame, w)
						if keys != "1 down" {
							if !strings.HasPrefix(keys, "1 end") || tokens >= apps {
								cursorInView(t, p, b, lines)
							}
						}
						usesItsRoom(t, frame, b, lines, w)
						if t.Failed() {
							t.Fatalf("%s, after %q", s, keys)
						}
					}
				}
			})
		}
	}
}

// A larger screen shows more. Within a layout, rows and columns never become fewer as height and
// width grow. Half of the further lines or more are rows. The last tick of the axis stands at the
// right edge unless CALLS follows.
func TestExtraRoomIsUsed(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(boardOf(40, 100))
	rows := func() (n int) {
		for _, l := range paneLines(p.Frame(), 1000) {
			if r := []rune(l.text); l.pane == 2 && len(r) > 4 &&
				strings.ContainsRune("●◐◌?◒✕○", r[2]) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct{ w, from, to int }{
		{60, 12, 15}, {60, 16, 19}, {80, 20, 25}, {100, 26, 31}, {120, 32, 39}, {160, 40, 80},
	} {
		p.Resize(c.w, c.from)
		least, last := rows()+(c.to-c.from)/2, 0
		for h := c.from; h <= c.to; h++ {
			p.Resize(c.w, h)
			if n := rows(); n < last {
				t.Errorf("%dx%d has %d rows, and %d with a line less:\n%s", c.w, h, n, last,
					ansi.Strip(p.Frame()))
			} else {
				last = n
			}
		}
		if last < least {
			t.Errorf("%dx%d has %d rows, want %d or more", c.w, c.to, last, least)
		}
	}
	for _, c := range []struct{ h, from, to int }{
		{12, 60, 79}, {24, 80, 99}, {32, 100, 159}, {48, 160, 300},
	} {
		last := 0
		for w := c.from; w <= c.to; w++ {
			p.Resize(w, c.h)
			n := 0
			for _, l := range paneLines(p.Frame(), w) {
				if l.pane == 2 && strings.Contains(l.text, " TOKEN ") {
					n = len(strings.Fields(l.text[:strings.Index(l.text, "LEFT")]))
					if r := strings.TrimRight(l.text, " "); !strings.HasSuffix(r, "CALLS") &&
						kit.Width(r) < kit.Width(l.text) {
						t.Errorf("%dx%d: the axis ends before the edge: %q", w, c.h, l.text)
					}
				}
			}
			if n < last {
				t.Errorf("%dx%d has %d columns before LEFT, and %d with a cell less:\n%s", w, c.h,
					n,
					last, ansi.Strip(p.Frame()))
			}
			last = n
		}
	}
}
