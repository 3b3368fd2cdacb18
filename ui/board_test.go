package ui_test

import (
	"context"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui"
	"lanyard/ui/keys"
)

func TestSelectionFollowsTheToken(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	b := orders()
	p.Feed(b)
	p.Key("home")
	for range 10 {
		if p.Selected() != "t_active" {
			p.Key("down")
		}
	}
	if got := p.Selected(); got != "t_active" {
		t.Fatalf("selected %s", got)
	}
	// Another console adds a newer token, and the passing of time changes the order.
	b.Tokens = append(slices.Clone(b.Tokens),
		bounded("t_new", "99999999", b.Applications[0].ID, time.Hour, 2*time.Hour))
	p.Feed(b)
	if got := p.Selected(); got != "t_active" {
		t.Errorf("after a newer token: selected %s", got)
	}
	c.now = c.now.Add(57*time.Minute + 30*time.Second) // expiring now
	p.Beat()
	if got := p.Selected(); got != "t_active" {
		t.Errorf("after a re-sort: selected %s", got)
	}
	b.Tokens = slices.DeleteFunc(slices.Clone(b.Tokens),
		func(t console.Token) bool { return t.ID == "t_active" })
	p.Feed(b)
	if got := p.Selected(); got != "" {
		t.Errorf("it vanished, and %s is selected", got)
	}
	p.Key("x")
	if log := p.Log(); !strings.Contains(log[len(log)-1], "no token is selected") {
		t.Errorf("x without a selection: %q", log)
	}
	p.Key("down")
	if p.Selected() == "" {
		t.Error("down selects nothing")
	}
}

func TestLateReadIsDropped(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	old := orders()
	p.Feed(console.Board{Applications: old.Applications})
	p.Feed(orders())
	p.FeedLate(console.Board{})
	if !strings.Contains(p.Frame(), "3f9ca71e") {
		t.Error("a late reading overwrote a newer one")
	}
}

// A frame formats the rows in view, whatever the number of tokens.
func TestOnlyVisibleRowsAreFormatted(t *testing.T) {
	t.Parallel()
	small, _ := still(t, 120, 32)
	small.Feed(many(100))
	big, _ := still(t, 120, 32)
	big.Feed(many(100_000))
	big.Key("end", "up", "pgup")
	big.Redraw()
	if s, b := small.Drawn(), big.Drawn(); b > s || b > 32+16 {
		t.Errorf("%d rows formatted for 100,000 tokens, %d for 100", b, s)
	}
	big.Resize(200, 60)
	if n := big.Drawn(); n > 2*60 {
		t.Errorf("%d rows formatted on 60 lines", n)
	}
}

// A frame walks no page: it takes the rows from pages that are made once. Keys that move the
// cursor, beats and sizes make none, and a find makes its own.
func TestFramesKeepTheirPages(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	p.Feed(many(10_000))
	p.Key("end")
	was := p.Serials()
	kept := func(what string, want [2]bool) {
		t.Helper()
		now := p.Serials()
		if got := [2]bool{now[0] == was[0], now[1] == was[1]}; got != want {
			t.Errorf("%s: the pages are kept %v, want %v", what, got, want)
		}
		was = now
	}
	p.Redraw()
	kept("a frame", [2]bool{true, true})
	p.Key("up", "pgup", "home", "1", "2", "tab", "z", "z", "!", "esc")
	kept("keys", [2]bool{true, true})
	c.now = c.now.Add(700 * time.Millisecond)
	p.Beat()
	kept("a beat", [2]bool{true, true})
	for _, s := range []string{"200x50", "80x24", "60x12", "30x8", "120x32"} {
		w, h, _ := size(s)
		p.Resize(w, h)
	}
	kept("sizes", [2]bool{true, true})
	p.Key("/", "9")
	kept("a find", [2]bool{false, true})
	p.Redraw()
	kept("a frame of a find", [2]bool{true, true})
	p.Key("esc")
	kept("the end of a find", [2]bool{false, true})
	p.Key("space")
	kept("a mark", [2]bool{true, true})
	p.Key("f", "space")
	kept("a mark beside hidden rows", [2]bool{false, false})
	p.Feed(many(10_000))
	kept("a reading", [2]bool{false, false})
}

// A frame of 10,000 tokens allocates about as much as one of 100.
func TestFramesDoNotGrow(t *testing.T) { // not parallel: it counts allocations
	allocs := func(n int) float64 {
		p, _ := still(t, 200, 50)
		p.Feed(many(n))
		return testing.AllocsPerRun(20, p.Redraw)
	}
	if few, lots := allocs(100), allocs(10_000); lots > 1.2*few {
		t.Errorf("a frame of 10,000 tokens allocates %v times, one of 100 %v times", lots, few)
	}
}

// Activity measures the calls when they are read, and draws those in view.
func TestActivityDoesNotGrow(t *testing.T) { // not parallel: it counts allocations
	allocs := func(n int) float64 {
		p, _ := still(t, 200, 50)
		b := orders()
		for i := range n {
			b.Past = append(b.Past, console.Call{
				Event: int64(n - i), At: t0.Add(time.Duration(-i) * time.Hour), Verb: "get",
				Method: "POST", Path: "/oauth2/token", Status: 200, Application: "Orders",
			})
		}
		for len(b.Exchanges) < n {
			b.Exchanges = append(b.Exchanges, b.Exchanges[:min(6, n-len(b.Exchanges))]...)
		}
		p.Feed(b)
		return testing.AllocsPerRun(20, p.Redraw)
	}
	if few, lots := allocs(20), allocs(console.KeepCalls); lots > 1.2*few {
		t.Errorf("a frame with 400 calls allocates %v times, one with 40 %v times", lots, few)
	}
}

// The first frame after a reading, and after a state that time has changed, walks no tokens either.
// Pages, columns and what a panel knows of other tokens are made when the rows change.
func TestFirstFrameDoesNotGrow(t *testing.T) { // not parallel: it counts allocations
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	allocs := func(n int, find string) (reading, judged uint64) {
		p, c := still(t, 200, 50)
		b := many(n)
		p.Feed(b)
		p.Key("down")
		if find != "" {
			p.Key("/", find, "enter")
		}
		p.Behind(true) // no message draws
		draw := func() uint64 {
			var before, after runtime.MemStats
			serial := p.NextSerial()
			runtime.ReadMemStats(&before)
			p.Redraw()
			runtime.ReadMemStats(&after)
			if made := p.NextSerial() - serial - 1; made > 0 {
				t.Errorf("%d tokens, find %q: the frame makes %d pages", n, find, made)
			}
			p.Redraw() // its pages are the last ones again
			return after.Mallocs - before.Mallocs
		}
		p.Feed(b)
		reading = draw()
		at := b.Tokens[n-1].ExpiresAt
		c.now = at.Add(time.Second)
		p.Beat()
		if p.InState(console.Expired) == 0 {
			t.Fatal("no state has changed")
		}
		return reading, draw()
	}
	for _, find := range []string{"", "0"} {
		few, fewJudged := allocs(100, find)
		lots, lotsJudged := allocs(10_000, find)
		if lots > few*6/5 {
			t.Errorf("find %q: the frame after a reading of 10,000 tokens allocates %d times, "+
				"of 100 %d times", find, lots, few)
		}
		if lotsJudged > fewJudged*6/5 {
			t.Errorf("find %q: the frame after an end among 10,000 tokens allocates %d times, "+
				"among 100 %d times", find, lotsJudged, fewJudged)
		}
	}
}

func TestBeat(t *testing.T) {
	t.Parallel()
	// A screen without a change needs no beat. At this size there is no line of life, in which the
	// sign for now moves.
	p, _ := still(t, 60, 12)
	b := orders()
	b.Tokens, b.Marks = b.Tokens[len(b.Tokens)-1:], nil // the one that never expires
	p.Feed(b)
	if n := len(p.Beats); n != 0 {
		t.Errorf("%d beats scheduled for a screen that will not change", n)
	}
	p, c := still(t, 120, 32)
	// All texts change at whole seconds, so one beat at the next second is enough.
	p.Feed(orders())
	if n := len(p.Beats); n != 1 {
		t.Fatalf("%d beats", n)
	}
	if got := p.Beats[0].In; got != 700*time.Millisecond {
		t.Errorf("the beat comes in %s", got)
	}
	p.Key("down", "down", "tab")
	if n := len(p.Beats); n != 1 {
		t.Errorf("keys made %d beats", n-1)
	}
	frame := p.Frame()
	p.StaleBeat()
	if p.Frame() != frame || len(p.Beats) != 1 {
		t.Error("a beat that nobody waits for did something")
	}
	c.now = c.now.Add(700 * time.Millisecond)
	p.Beat()
	if n := len(p.Beats); n != 2 || p.Beats[1].In != time.Second {
		t.Errorf("then: %v", p.Beats)
	}
	if !strings.Contains(ansi.Strip(p.Frame()), "58:11") {
		t.Error("the countdown has not moved")
	}
}

func TestBeatWaitsAsLongAsTheDigits(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	app := b.Applications[0].ID
	b.Tokens, b.Marks = []console.Token{
		bounded("t_long", "11112222", app, 48*time.Hour, 5*time.Hour+30*time.Second)}, nil
	p.Feed(b)
	if n := len(p.Beats); n != 1 || p.Beats[0].In < 29*time.Second ||
		p.Beats[0].In > 32*time.Second {
		t.Errorf("5h 00m and 30 s: %v", p.Beats)
	}
}

func TestSettledViewIsKept(t *testing.T) { // not parallel: it counts allocations
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	a := p.Frame()
	if n := testing.AllocsPerRun(100, func() { _ = p.Frame() }); n > 0 {
		t.Errorf("View allocates %v times", n)
	}
	p.Resize(120, 32)
	if p.Frame() != a {
		t.Error("the same size made another frame")
	}
}

func TestEveryVerbSaysWhy(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"1", "2", "3", "4"} {
		for _, key := range []string{"g", "r", "x", "u", "y", "p"} {
			p, _ := still(t, 120, 32)
			p.Feed(console.Board{})
			p.Key(place, key)
			if len(p.Log()) != 1 {
				t.Errorf("%s in pane %s is dead silently", key, place)
			}
		}
	}
}

func TestKeyTable(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 100, func(o *ui.Options) { o.Traffic = true }) // has all keys
	p.Feed(orders())
	p.Key("?")
	text := ansi.Strip(p.Frame())
	for _, r := range keys.Default() {
		if r.Does == "" {
			t.Errorf("an empty row: %+v", r)
		}
		if r.Shown() != "" && !strings.Contains(text, r.Does) {
			t.Errorf("help does not know %q", r.Does)
		}
	}
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]ui.Choice{"enter": ui.TryDemo, "1": ui.TryDemo,
		"4": ui.SetUp, "down down down enter": ui.SetUp, "up enter": ui.Quit, "q": ui.Quit,
		"x 4": ui.SetUp, "2 esc 4": ui.SetUp, "3 esc 4": ui.SetUp, "esc 4": ui.SetUp,
		"a esc esc 4": ui.SetUp, "i esc 4": ui.SetUp, "? esc 4": ui.SetUp} {
		p, _ := still(t, 80, 24, func(o *ui.Options) { o.Welcome = true })
		p.Key(strings.Fields(keys)...)
		if !p.Quit || p.Choice() != want {
			t.Errorf("%s: quit %t, choice %q", keys, p.Quit, p.Choice())
		}
	}
}

// The welcome screen has its keys on the last line at every size, and a help of its own.
func TestKeysOfTheWelcome(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{30, 8}, {40, 12}, {80, 24}, {160, 48}} {
		p, _ := still(t, size[0], size[1], func(o *ui.Options) { o.Welcome = true })
		lines := strings.Split(ansi.Strip(p.Frame()), "\n")
		last := lines[len(lines)-1]
		if !strings.Contains(last, "enter") || !strings.Contains(last, "q") ||
			!strings.Contains(last, "?") {
			t.Errorf("%v: %q", size, last)
		}
		p.Key("?")
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, "add an") ||
			strings.Contains(text, "renew") {
			t.Errorf("%v: the help is\n%s", size, text)
		}
		p.Key("esc", "esc")
		if p.Quit || p.Overlays() > 0 {
			t.Errorf("%v: esc leaves", size)
		}
		for key, says := range map[string]string{
			"x": "Revoke: no application yet", "6": "No action is on 6",
			":": "Commands: no application", "esc": "Nothing is open",
		} {
			p.Key(key)
			if !strings.Contains(ansi.Strip(p.Frame()), says) {
				t.Errorf("%v: %s says nothing:\n%s", size, key, ansi.Strip(p.Frame()))
			}
		}
	}
	p, _ := still(t, 80, 24, func(o *ui.Options) { o.Welcome = true })
	p.Key("down")
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "A form: its token URL") {
		t.Errorf("the selected choice is not explained:\n%s", text)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	in, typed := io.Pipe()
	go func() { _, _ = typed.Write([]byte("4")) }()
	// fails instead of blocking forever if the key means something else
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	got, err := ui.Run(ctx, ui.Options{
		Welcome: true, Settings: ui.Settings{Theme: theme(t, "auto")}, Input: in,
		Output: io.Discard, Environ: []string{"TERM=xterm-256color"}, Width: 80, Height: 24,
	})
	if err != nil || got != ui.SetUp {
		t.Errorf("%q, %v", got, err)
	}
}

func BenchmarkView(b *testing.B) {
	for _, n := range []struct {
		name  string
		board console.Board
		press []string
	}{
		{"all states", orders(), nil}, {"full view", orders(), []string{"enter"}},
		{"100", many(100), nil}, {"10000", many(10_000), nil}, {"100000", many(100_000), nil},
	} {
		b.Run(n.name, func(b *testing.B) {
			p, _ := still(b, 200, 50)
			p.Feed(n.board)
			p.Key(n.press...)
			b.ReportAllocs()
			for b.Loop() {
				p.Redraw()
			}
		})
	}
}

// BenchmarkGrowth draws the same frame of 100 and of 10,000 tokens in turn, and reports the ratio
// of the median times. The load of the machine and the garbage collector slow both down alike.
func BenchmarkGrowth(b *testing.B) {
	var pumps [2]*ui.Pump
	for i, n := range []int{100, 10_000} {
		p, _ := still(b, 200, 50)
		p.Feed(many(n))
		pumps[i] = p
	}
	var took [2][]time.Duration
	for b.Loop() {
		for i, p := range pumps {
			began := time.Now()
			p.Redraw()
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	half := len(took[0]) / 2
	b.ReportMetric(float64(took[1][half])/float64(took[0][half]), "ratio")
}

// The cursor stays with the token when rows change their places, and a verb acts on that token.
func TestVerbActsOnTheTokenNotOnTheRow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cursor  string // key that selects the token
		revokes string
	}{
		{"end", fp("access-2")}, // the row above it goes away
		{"home", ""},            // it goes away itself, and another one comes to its row
	} {
		l := alive(t).scoped("Orders")
		l.Key("g")
		l.slept(10 * time.Minute)
		l.ScopeTo("Payments")
		l.Key("g")
		l.ScopeTo("")
		l.Key(c.cursor)
		was := l.Selected()
		if got := l.place(was); got != map[string]int{"home": 0, "end": 1}[c.cursor] {
			t.Fatalf("%s: row %d", c.cursor, got)
		}
		l.slept(51 * time.Minute) // the first one has expired
		if l.Selected() != was || l.place(was) == map[string]int{"home": 0, "end": 1}[c.cursor] {
			t.Fatalf("%s: row %d of %q, %q before\n%s", c.cursor, l.place(was), l.Selected(), was,
				ansi.Strip(l.Frame()))
		}
		l.Key("x")
		l.after(5 * time.Second)
		if got := strings.Join(l.api.revokes, " "); got != c.revokes {
			t.Errorf("%s: revoked %q, want %q", c.cursor, got, c.revokes)
		}
		if c.revokes == "" {
			l.said("the token has expired, there is nothing to revoke")
		}
	}
}

// place returns the index of a token in the list.
func (l *live) place(id string) int {
	for i, row := range l.Listed() {
		if row == id {
			return i
		}
	}
	return -1
}

// A row that comes to the cursor in place of one that has gone is not selected, until a person
// moves the cursor. That begins at the first row in view.
func TestNoVerbAfterTheTokenHasGone(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := many(1000)
	b.Marks = nil
	p.Feed(b)
	p.Key("end")
	gone := p.Selected()
	b.Tokens = slices.DeleteFunc(slices.Clone(b.Tokens),
		func(k console.Token) bool { return k.ID == gone })
	for range 2 { // also after the next reading
		p.Feed(b)
		for _, key := range []string{"x", "r", "p", "enter", "space"} {
			p.Key(key)
			if log := p.Log(); !strings.Contains(log[len(log)-1], "no token is selected") ||
				p.Overlays() > 0 || p.InState(console.Revoking) > 0 {
				t.Fatalf("%s acts on another row: %q", key, log)
			}
		}
	}
	p.Key("down")
	if id := p.Selected(); !strings.Contains(p.Frame(), p.Fingerprint(id)) ||
		slices.Index(p.Listed(), id) < 900 {
		t.Errorf("the cursor is on row %d of %d", slices.Index(p.Listed(), id), len(p.Listed()))
	}
}

// A chosen scope has a cursor. The selected token keeps it if the scope holds that one.
func TestScopeHasACursor(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	selecting("t_active")(p)
	p.Key("1")
	seen := map[string]string{}
	for range 7 {
		seen[p.InScope()] = p.Selected()
		p.Key("down")
	}
	for scope, id := range map[string]string{
		"All": "t_active", "cloud": "t_active", "Mobile": "", "Payments": "t_unseen",
		"Orders": "t_forever", // two applications have the name, and the second is seen last
	} {
		if got := seen[scope]; got != id {
			t.Errorf("%s: %q is selected, want %q", scope, got, id)
		}
	}
}

// The first token of an application is selected when it arrives, from any console.
func TestFirstTokenIsSelected(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	tokens := b.Tokens
	b.Tokens, b.Marks = nil, nil
	p.Feed(b)
	p.Redraw()
	if got := p.Selected(); got != "" {
		t.Fatalf("selected %s of nothing", got)
	}
	b.Tokens = tokens
	p.Feed(b)
	if p.Selected() == "" {
		t.Error("tokens came, and none is selected")
	}
}

// A get is told without its row if the board could not be read. A reading without the row does not
// change the selection that the answer made.
func TestReadingFromBeforeKeepsTheSelection(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	p.Feed(b)
	tok := bounded("t_new", "99999999", b.Applications[0].ID, time.Hour, 2*time.Hour)
	p.Brought(tok)
	p.Feed(b)
	b.Tokens = append(slices.Clone(b.Tokens), tok)
	p.Feed(b)
	if got := p.Selected(); got != "t_new" {
		t.Errorf("selected %q", got)
	}
	b.Tokens = b.Tokens[:len(b.Tokens)-1]
	p.Feed(b)
	if got := p.Selected(); got != "" {
		t.Errorf("it vanished, and %q is selected", got)
	}
}
