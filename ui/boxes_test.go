package ui_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
)

// pressed presses keys, and chooses the first application where the screen asks for which one.
func pressed(p *ui.Pump, names ...string) {
	for _, k := range names {
		p.Key(k)
		if strings.HasSuffix(p.Top(), ".Which") {
			p.Key("enter")
		}
	}
}

func inProduction(e *console.Environment) { e.Production = true }

// box is an overlay and the way to it.
type box struct {
	kind string // the type of the overlay
	open func(t *testing.T) *ui.Pump
}

// onLive opens a box by keys on a console that answers.
func onLive(kind string, names []string, change ...func(*console.Environment)) box {
	return box{kind, func(t *testing.T) *ui.Pump {
		t.Helper()
		l := alive(t, change...)
		pressed(l.Pump, names...)
		return l.Pump
	}}
}

// doing opens a box by an action on a console that answers.
func doing(kind, action, typed string) box {
	return box{kind, func(t *testing.T) *ui.Pump {
		t.Helper()
		l := alive(t)
		pressed(l.Pump, "g")
		l.Do(action)
		if strings.HasSuffix(l.Top(), ".Which") {
			l.Key("home", "enter")
		}
		l.Type(typed)
		return l.Pump
	}}
}

// onBoard opens a box on a board that does not change.
func onBoard(kind string, board func() console.Board, do func(*ui.Pump),
	set ...func(*ui.Options)) box {
	return box{kind, func(t *testing.T) *ui.Pump {
		t.Helper()
		p, _ := still(t, 120, 32, set...)
		p.Feed(board())
		do(p)
		return p
	}}
}

// boxes has each overlay of package overlay, in each of the states that differ in their keys.
func boxes() map[string]box {
	return map[string]box{
		"help":    onLive("Help", []string{"?"}),
		"palette": onLive("Palette", []string{":"}),
		"log":     onLive("Log", []string{"g", "=", "x", "!"}),
		"which": {"Which", func(t *testing.T) *ui.Pump {
			t.Helper()
			l := alive(t)
			l.Key("1", "home", "G") // the scope is all applications
			return l.Pump
		}},
		"grant":       onLive("Grant", []string{"G"}),
		"add":         onLive("App", []string{"a"}),
		"configured":  onLive("App", []string{"e"}),
		"thrown away": {"App", typedForm},
		"import":      doing("Import", "import", ""),
		"adopt":       doing("Adopt", "adopt_token", "a token"),
		"revoke all":  onLive("RevokeAll", []string{"g", "X"}),
		"copy":        onLive("Copy", []string{"g", "Y"}),
		"in clear":    onLive("Cleartext", []string{"g", "v"}),
		"call":        onLive("Exchange", []string{"g", "4", "enter"}),
		"production":  onLive("Confirm", []string{"g", "x"}, inProduction),
		"bulk":        onLive("Confirm", []string{"g", "g", "home", "space", "space", "x"}),
		"supersede":   onLive("Supersede", []string{"g", "g"}, superseding),
		"delete": onBoard("Confirm", ordersStored, func(p *ui.Pump) {
			selecting("t_active")(p)
			p.Key("D")
			if strings.HasSuffix(p.Top(), ".Which") {
				p.Key("enter")
			}
		}),
		"unlock": onBoard("Unlock", locked, func(p *ui.Pump) { p.Do("unlock"); p.Type("x") }),
		"themes": onBoard("Themes", orders, func(p *ui.Pump) { p.Do("theme") },
			func(o *ui.Options) {
				o.Themes = ui.Themes{All: themes.Set{}.All(),
					Keep: func(context.Context, string) error { return nil }}
			}),
		"dismiss": onBoard("Confirm", troubled, func(p *ui.Pump) {
			selecting("t_unsure")(p)
			p.Do("dismiss_lost_answer")
		}),
		"invite": {"Invite", func(t *testing.T) *ui.Pump {
			t.Helper()
			return invitedToSignIn(t)
		}},
	}
}

// typedForm opens a form and asks whether to throw away what was typed.
func typedForm(t *testing.T) *ui.Pump {
	t.Helper()
	l := alive(t)
	l.Key("a")
	l.Type("B")
	l.Key("esc")
	return l.Pump
}

// invitedToSignIn opens the box of a get that waits for a person.
func invitedToSignIn(t *testing.T) *ui.Pump {
	t.Helper()
	i := invitations["device"]
	l := awake(t, i.app, atDevice)
	b, err := l.svc.Board(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.Hold = true
	pressed(l.Pump, "g")
	in := i.Invitation
	in.AppID, in.Until = b.Applications[0].ID, t0.Add(1e12)
	b.Invitations = []console.Invitation{in}
	l.Feed(b)
	return l.Pump
}

// opened opens a box, and fails if it is another one than it should be.
func opened(t *testing.T, name string, b box) *ui.Pump {
	t.Helper()
	p := b.open(t)
	if p.Top() != "*overlay."+b.kind {
		t.Fatalf("%s: %q is open, want %s:\n%s", name, p.Top(), b.kind, ansi.Strip(p.Frame()))
	}
	p.Hush()
	return p
}

// lastLine returns the last line of the screen.
func lastLine(p *ui.Pump) string {
	lines := strings.Split(ansi.Strip(p.Frame()), "\n")
	return lines[len(lines)-1]
}

// Each key in the footer of a box does something there.
func TestBoxFootersNameKeysThatWork(t *testing.T) {
	t.Parallel()
	for name, b := range boxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := len(opened(t, name, b).Hints())
			for i := range n {
				p := opened(t, name, b)
				h := p.Hints()[i]
				all := strings.Fields(h.Keys)
				slices.Reverse(all) // down before up, so that there is a row above
				for at, key := range all {
					before, said, open := p.Frame(), len(p.Log()), p.Overlays()
					if (at == 0 || key != all[0]) &&
						!strings.Contains(lastLine(p), keys.Shown(h.Keys)) {
						t.Errorf("%s is not in the footer: %q", h.Keys, lastLine(p))
					}
					p.Key(key)
					now := ansi.Strip(p.Frame())
					for _, refused := range []string{"No action is on", "does not work in this box",
						"is no answer", "does nothing"} {
						if strings.Contains(now, refused) {
							t.Errorf("%s %s: %q", key, h.Word, refused)
						}
					}
					if p.Frame() == before && len(p.Log()) == said && p.Overlays() == open &&
						!p.Quit && len(p.Held) < 2 && at == 0 {
						t.Errorf("%s %s: nothing happens:\n%s", key, h.Word, now)
					}
				}
			}
		})
	}
}

// The footer of a box fits at each width, and always has the key that closes the box.
func TestBoxFootersFit(t *testing.T) {
	t.Parallel()
	for name, b := range boxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := opened(t, name, b)
			for w := 30; w <= 200; w++ {
				for _, h := range []int{8, 16, 24} {
					p.Resize(w, h)
					fits(t, p.Frame(), w, h)
					last := lastLine(p)
					if ansi.StringWidthWc(last) != w || !strings.Contains(last, "esc") ||
						strings.Contains(last, "…") {
						t.Fatalf("%dx%d: %q", w, h, last)
					}
				}
			}
			p.Resize(200, 24)
			for _, h := range p.Hints() {
				if h.Keys != "" && !strings.Contains(lastLine(p), keys.Shown(h.Keys)+" "+h.Word) {
					t.Errorf("no %s %s in %q", h.Keys, h.Word, lastLine(p))
				}
			}
		})
	}
}

// A box stands under its row, else above it, else in the middle.
func TestPlaceOfABox(t *testing.T) {
	t.Parallel()
	area := kit.Rect{Y: 1, W: 80, H: 20}
	row := func(y int) kit.Rect { return kit.Rect{X: 3, Y: y, W: 70, H: 1} }
	for _, c := range []struct {
		name      string
		row, want kit.Rect
		h         int
	}{
		{"under", row(5), kit.Rect{X: 20, Y: 6, W: 40, H: 8}, 8},
		{"to the last line", row(12), kit.Rect{X: 20, Y: 13, W: 40, H: 8}, 8},
		{"above", row(13), kit.Rect{X: 20, Y: 5, W: 40, H: 8}, 8},
		{"in the middle", row(10), kit.Rect{X: 20, Y: 4, W: 40, H: 14}, 14},
		{"no row", kit.Rect{}, kit.Rect{X: 20, Y: 7, W: 40, H: 8}, 8},
		{"as high as there is room", row(5), kit.Rect{X: 20, Y: 1, W: 40, H: 20}, 30},
	} {
		if got := ui.Place(area, c.row, 40, c.h); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Behind a box everything has one quiet style, but for the row that the box is about, the permanent
// warnings and the footer.
func TestBehindABox(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"dark", "light", "mono"} {
		for _, s := range []string{"80x24", "120x32", "160x48"} {
			w, h, _ := size(s)
			p, _ := still(t, w, h, func(o *ui.Options) {
				o.Theme = theme(t, kind)
				o.Banners = []describe.Banner{{Text: "plain http"}}
			})
			p.Feed(orders())
			selecting("t_active")(p)
			rows := grid(t, p.Frame())
			p.Key("x")
			over, in := grid(t, p.Frame()), p.Box()
			if p.Top() != "*overlay.Confirm" {
				t.Fatalf("%q is open", p.Top())
			}
			about, looks := in.Y-1, map[look]bool{}
			if line := written(over)[about]; !strings.Contains(line, "3f9ca71e") {
				t.Fatalf("%s %s: the box is not under its row: %q", kind, s, line)
			}
			bright := 0
			for y, row := range over[:h-1] {
				for x, c := range row {
					switch {
					case x >= in.X && x < in.X+in.W && y >= in.Y && y < in.Y+in.H:
					case y == 1 && c != rows[y][x]:
						t.Fatalf("%s %s: the warning is not as it was", kind, s)
					case y == 1:
					case y == about && c == rows[y][x]:
						bright++
					case c.text != rows[y][x].text:
						t.Fatalf("%s %s: line %d, column %d: %q, was %q", kind, s, y, x, c.text,
							rows[y][x].text)
					default:
						looks[c.look] = true
					}
				}
			}
			if len(looks) != 1 || bright < 50 {
				t.Errorf("%s %s: %d styles behind the box, %d cells of its row: %v", kind, s,
					len(looks), bright, looks)
			}
		}
	}
}

// ledger returns a board with one token of a production environment.
func ledger() console.Board {
	env := console.Environment{Name: "prod-eu", Production: true, CacheTTL: 15 * time.Minute}
	app := application("Ledger", "PRODUCTION", env)
	return console.Board{
		Applications: []console.Application{app},
		Tokens: []console.Token{
			bounded("t_ledger", "0b233657", app.ID, time.Hour, 12*time.Minute+44*time.Second)},
	}
}

// The question names the token, the time that it has left, and the environment. It also says what
// the gateway may still do, and names each answer.
func TestRevokeQuestion(t *testing.T) {
	t.Parallel()
	const want = `╭ Revoke in production? ─────────────────────────────────────────╮
│                                                                │
│ ● Ledger · 0b233657 · 12:44 left                               │
│                                                                │
│ prod-eu is a production environment. When the server has       │
│ accepted, its gateway may pass the token for at most 12:45.    │
│                                                                │
│  y  revoke it      n  No, keep it      enter  open the token   │
╰────────────────────────────────────────────────────────────────╯
 y revoke  n keep  enter open the token  esc No
`
	for _, s := range []string{"80x24", "120x32"} {
		w, h, _ := size(s)
		p, c := still(t, w, h)
		p.Feed(ledger())
		p.Key("home", "x")
		if got := textOf(t, p, ""); got != want {
			t.Errorf("%s:\n%s", s, got)
		}
		if p.Box().X != (w-p.Box().W)/2 {
			t.Errorf("%s: the box is at %+v", s, p.Box())
		}
		c.now = c.now.Add(time.Second)
		p.Beat()
		if got := ansi.Strip(p.Frame()); !strings.Contains(got, "12:43 left  ") ||
			!strings.Contains(got, "at most 12:44.") {
			t.Errorf("%s: its time stands still:\n%s", s, got)
		}
	}
}

// Small screens keep the subject of a question and the keys that answer it.
func TestRevokeQuestionOnSmallScreens(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "40x12", "60x20"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(ledger())
		p.Key("home", "x")
		fits(t, p.Frame(), w, h)
		all := ansi.Strip(p.Frame())
		for _, part := range []string{"● Ledger · 0b233657", "prod-eu is", "at most 12:45.",
			" y revoke  n keep", "esc No"} {
			words := strings.Join(strings.Fields(strings.NewReplacer("│", " ").Replace(all)), " ")
			if !strings.Contains(all, part) && !strings.Contains(words, part) {
				t.Errorf("%s: no %q:\n%s", s, part, all)
			}
		}
	}
}

// In a question about a token n is No too, and enter opens the full view of the token.
func TestRevokeQuestionAnswers(t *testing.T) {
	t.Parallel()
	l := alive(t, inProduction)
	pressed(l.Pump, "g", "x", "n")
	if l.Overlays() != 0 || len(l.api.revokes) != 0 || l.board(t, "revoking") != 0 {
		t.Fatalf("n is no No: %d open", l.Overlays())
	}
	id := l.Selected()
	pressed(l.Pump, "x")
	l.unanswered("x", "g", "p")
	l.Key("enter")
	if l.Overlays() != 0 || l.Focus() != 3 || l.Selected() != id {
		t.Errorf("enter opens pane %d with %s, %d open", l.Focus(), l.Selected(), l.Overlays())
	}
	l.Key("x")
	if l.Top() != "*overlay.Confirm" {
		t.Errorf("x in the full view opens %q", l.Top())
	}
}

// A verb on marked tokens acts on those in the list. The question counts the others, and names the
// environments.
func TestBulkQuestionCountsWhatIsHidden(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	for _, id := range []string{"t_active", "t_expiring"} {
		p.Key("home")
		selecting(id)(p)
		p.Key("space")
	}
	p.Key("/")
	p.Type("77b2")
	p.Key("enter", "x")
	all := ansi.Strip(p.Frame())
	for _, part := range []string{"Revoke 1 token?", "◐ Orders · ana · 77b209dd · 0:41 left",
		"1 more token is marked, and not in the list that you",
		"1 token of Orders@cloud/PRODUCTION, a production environment",
		"n  No, keep it"} {
		if !strings.Contains(all, part) {
			t.Errorf("no %q:\n%s", part, all)
		}
	}
	p.Key("esc", "/")
	p.Type("zzzz")
	p.Key("enter", "x")
	if log := p.Log(); p.Overlays() != 0 ||
		!strings.Contains(log[len(log)-1], "no marked token is in the list") {
		t.Errorf("%d open: %v", p.Overlays(), log)
	}
}

// Verbs work in the boxes that show what they act on.
func TestVerbsInBoxes(t *testing.T) {
	t.Parallel()
	l := alive(t)
	pressed(l.Pump, "g")
	id := l.Selected()
	pressed(l.Pump, "p", "4", "home", "enter")
	if l.Top() != "*overlay.Exchange" {
		t.Fatalf("%q is open", l.Top())
	}
	l.Key("enter")
	if l.Overlays() != 0 || l.Focus() != 3 || l.Selected() != id {
		t.Errorf("enter on the call opens pane %d with %s", l.Focus(), l.Selected())
	}
	l.Key("v", "y")
	if l.Top() != "*overlay.Cleartext" || l.clip.holds.Reveal() != "access-1" {
		t.Errorf("y copies %q, and %q is open", l.clip.holds.Reveal(), l.Top())
	}
	l.Key("p")
	if l.Overlays() != 0 {
		t.Error("another key does not hide the token")
	}
}

// Presenter mode is switched with a box open, and does not close it.
func TestPresenterModeInABox(t *testing.T) {
	t.Parallel()
	bound, wrong := keys.Choose(map[string][]string{"presenter": {"ctrl+o"}})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for name, b := range map[string]string{"a form": "a", "the help": "?", "a question": "x"} {
		p, _ := still(t, 120, 32, func(o *ui.Options) { o.Keys = bound })
		p.Feed(ledger())
		p.Key("home", b)
		p.Send(tea.KeyPressMsg{Code: 'o', Mod: tea.ModCtrl})
		if !p.InForce().Presenter || p.Overlays() != 1 {
			t.Errorf("%s: presenter mode %v, %d open", name, p.InForce().Presenter, p.Overlays())
		}
	}
}

// A click presses a key of the footer of a box. It answers a question with No alone: the first of
// two clicks may have opened it.
func TestClickInTheFooterOfABox(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(ledger())
	p.Key("home", "x")
	for _, part := range []string{"y revoke", "n keep", "enter open"} {
		click(t, p, " "+part)
		x, _ := at(t, p, part)
		p.Send(tea.MouseClickMsg{X: x, Y: 31, Button: tea.MouseLeft})
		if p.Top() != "*overlay.Confirm" {
			t.Fatalf("a click on %q answers the question", part)
		}
	}
	click(t, p, "esc No")
	if p.Overlays() != 0 {
		t.Error("a click on esc closes nothing")
	}
	p.Key("a")
	before := p.Frame()
	click(t, p, "tab next field")
	if p.Frame() == before {
		t.Error("a click on tab moves nothing")
	}
}

// On the smallest screen the box that asks for an application names the action, so that nobody
// deletes one instead of editing it.
func TestWhichNamesTheActionOnASmallScreen(t *testing.T) {
	t.Parallel()
	for key, word := range map[string]string{"e": "edit", "D": "delete"} {
		p, _ := still(t, 30, 8)
		p.Feed(orders())
		p.Key(key)
		frame := ansi.Strip(p.Frame())
		if !strings.Contains(frame, "Which one? · "+word) ||
			!strings.Contains(frame, " enter "+word+"  esc close") {
			t.Errorf("%s:\n%s", key, frame)
		}
	}
}
