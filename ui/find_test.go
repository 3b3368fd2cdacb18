package ui_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
	"lanyard/ui/session"
)

// looking returns a screen with the board of orders on which a text is being looked for.
func looking(t *testing.T, w, h int, text string) *ui.Pump {
	t.Helper()
	p, _ := still(t, w, h)
	p.Feed(orders())
	p.Key("/")
	p.Type(text)
	return p
}

// listed returns the fingerprints of the token rows in the frame, in their order. A lost answer is
// "unknown".
func listed(p *ui.Pump) (out []string) {
	all := append(orders().Tokens, console.Token{Fingerprint: "unknown"})
	for line := range strings.Lines(ansi.Strip(p.Frame())) {
		if _, row, ok := strings.Cut(line, "││"); ok {
			line = row
		}
		r := []rune(strings.TrimPrefix(line, "│"))
		if len(r) < 4 || !strings.ContainsRune("●◐◌?◒✕○", r[2]) {
			continue
		}
		first, at := "", len(line)
		for _, t := range all {
			if i := strings.Index(line, " "+t.Fingerprint+" "); i >= 0 && i < at {
				first, at = t.Fingerprint, i
			}
		}
		if first != "" {
			out = append(out, first)
		}
	}
	return out
}

// While a person types, the first match is selected. Living tokens come first, then revoked ones,
// then those that are over.
func TestFindSelectsTheFirstMatch(t *testing.T) {
	t.Parallel()
	p := looking(t, 120, 32, "")
	for _, c := range []struct{ typed, selected string }{
		{"a", "t_expiring"}, {"n", "t_expiring"}, {"a", "t_expiring"},
		{" zz", ""}, // nothing matches
	} {
		p.Type(c.typed)
		if p.Selected() != c.selected {
			t.Errorf("after %q: selected %q, want %q\n%s", c.typed, p.Selected(), c.selected,
				ansi.Strip(p.Frame()))
		}
	}
	for typed, want := range map[string]string{
		"payments": "t_unseen", "0ddb": "t_once", "dead": "t_dead", "may pass": "t_lingering",
		"replaced": "t_superseded",
		"5c0d":     "t_dead",
	} {
		if p := looking(t, 120, 32, typed); p.Selected() != want {
			t.Errorf("%q: selected %q, want %q\n%s", typed, p.Selected(), want,
				ansi.Strip(p.Frame()))
		}
	}
	p = looking(t, 120, 32, "")
	p.Key("esc")
	selecting("t_active")(p)
	p.Key("/")
	if p.Type("app"); p.Selected() != "t_unsure" {
		t.Errorf("the first row that matches is not selected but %q", p.Selected())
	}
}

// Rows that hold the text are the only ones as long as there are any. Without them, rows match that
// hold its characters in their order.
func TestFindLiteralBeforeFuzzy(t *testing.T) {
	t.Parallel()
	p := looking(t, 120, 32, "pay")
	if got := listed(p); !slices.Equal(got, []string{"e1e2e3e4", "0ddba11e", "5c0d77a1"}) {
		t.Errorf("literally: %q\n%s", got, ansi.Strip(p.Frame()))
	}
	p.Key("backspace", "backspace", "backspace")
	p.Type("pymts")
	if got := listed(p); !slices.Equal(got, []string{"e1e2e3e4", "0ddba11e", "5c0d77a1"}) {
		t.Errorf("by its characters: %q\n%s", got, ansi.Strip(p.Frame()))
	}
	p = looking(t, 120, 32, "rea") // of the scope read; r…e…a is in replaced too
	if got := listed(p); !slices.Equal(got, []string{"77b209dd", "0c1177fe"}) {
		t.Errorf("that hold rea: %q\n%s", got, ansi.Strip(p.Frame()))
	}
	p = looking(t, 120, 32, "!ana")
	if got := listed(p); slices.Contains(got, "77b209dd") || !slices.Contains(got, "aa01bb02") {
		t.Errorf("! does not say the opposite: %q", got)
	}
}

// Esc restores scope and cursor while the text is typed. Enter keeps the rows that match, and
// chooses the selected one: esc then leaves the cursor there, in all applications if the scope of
// before does not hold it.
func TestFindEndsByEscAndEnter(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{false, true} {
		for _, scope := range []string{"", "cloud", "Payments"} {
			p, _ := still(t, 120, 32)
			p.Feed(orders())
			p.ScopeTo(scope)
			p.Key("down", "down")
			before, was := p.Frame(), p.Selected()
			p.Key("/")
			p.Type("ana")
			if p.Selected() != "t_expiring" {
				t.Fatalf("scope %q: a token of another scope is not found:\n%s", scope,
					ansi.Strip(p.Frame()))
			}
			p.Key("down")
			if p.Selected() != "t_expired" || !p.Typing() {
				t.Errorf("an arrow leaves the field, or selects %q", p.Selected())
			}
			if kept {
				p.Key("enter")
				if frame := ansi.Strip(p.Frame()); p.Typing() || p.Selected() != "t_expired" ||
					!slices.Equal(listed(p), []string{"77b209dd", "0c1177fe"}) ||
					!strings.Contains(frame, "2 of 12 rows match ana") {
					t.Errorf("enter does not keep it: %q\n%s", p.Selected(), frame)
				}
			}
			p.Key("esc")
			if kept {
				want := scope
				if scope == "" || scope == "Payments" {
					want = "All"
				}
				if p.Selected() != "t_expired" || p.InScope() != want || len(listed(p)) == 2 {
					t.Errorf("scope %q: esc selects %q in %s\n%s", scope, p.Selected(), p.InScope(),
						ansi.Strip(p.Frame()))
				}
				continue
			}
			if p.Selected() != was || p.Frame() != before {
				t.Errorf("kept %t, scope %q: esc selects %q, before %q\n%s", kept, scope,
					p.Selected(), was, ansi.Strip(p.Frame()))
			}
		}
	}
	p := looking(t, 120, 32, "ana q") // q is typed and does not quit
	if p.Quit || !strings.Contains(ansi.Strip(p.Frame()), "Nothing matches ana q.") {
		t.Errorf("quit %t\n%s", p.Quit, ansi.Strip(p.Frame()))
	}
}

// A find without a text ends with the typing: the scope from before is there again.
func TestFindOfNothing(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"esc", "enter", "tab"} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		p.ScopeTo("Payments")
		p.Key("/", "a", "backspace", end)
		if p.InScope() != "Payments" {
			t.Errorf("after %s the scope is %q", end, p.InScope())
		}
	}
}

// The next console opens with the selection of one that was left during a find or by a signal.
func TestSelectionIsRemembered(t *testing.T) {
	t.Parallel()
	l := alive(t).scoped("Payments")
	l.Key("g", "/")
	l.Type("payments")
	l.Key("enter", "q")
	if c := l.svc.Remembered(t.Context()); c.App != l.apps[1].ID || c.Token != l.Selected() {
		t.Errorf("left during a find: %+v", c)
	}

	synctest.Test(t, func(t *testing.T) {
		l := alive(t)
		in, typed := io.Pipe()
		defer func() { _ = typed.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		go func() {
			_, err := ui.Run(ctx, ui.Options{
				Service: l.svc, Settings: ui.Settings{Theme: theme(t, "dark")}, Input: in,
				Output: io.Discard, Environ: []string{"TERM=xterm-256color"}, Width: 80, Height: 24,
			})
			ended <- err
		}()
		synctest.Wait()
		for _, key := range []string{"1", "\x1b[F"} { // to the last application
			_, _ = io.WriteString(typed, key)
			synctest.Wait()
		}
		cancel()
		if err := <-ended; !errors.Is(err, session.ErrInterrupted) {
			t.Error(err)
		}
		if c := l.svc.Remembered(t.Context()); c.App != l.apps[1].ID {
			t.Errorf("ended by a signal: %+v", c)
		}
	})
}

// A row that is chosen by a click, or by arrows after tab, stays selected when the find ends.
func TestFindKeepsTheRowThatWasChosen(t *testing.T) {
	t.Parallel()
	for name, choose := range map[string]func(*ui.Pump){
		"click": func(p *ui.Pump) {
			ids := p.Listed()
			click(t, p, p.Fingerprint(ids[len(ids)-1]))
		},
		"tab": func(p *ui.Pump) { p.Key("tab", "shift+tab", "down") },
	} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		selecting("t_active")(p)
		p.Key("/")
		p.Type("payments")
		choose(p)
		chosen := p.Selected()
		if p.Key("esc"); p.Selected() != chosen || chosen == "t_active" {
			t.Errorf("%s: %s was chosen, and esc selects %s", name, chosen, p.Selected())
		}
	}
}

// An application that matches by its name is listed without a token, and the list says so.
func TestFindAnApplicationWithoutToken(t *testing.T) {
	t.Parallel()
	p := looking(t, 120, 32, "legacy")
	frame := ansi.Strip(p.Frame())
	for _, want := range []string{"Legacy importer · gone", "no tokens, 1 application",
		"No token matches legacy. Applications that do: 1."} {
		if !strings.Contains(frame, want) {
			t.Errorf("no %q:\n%s", want, frame)
		}
	}
	p.Key("enter", "1", "end")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "Tokens · Legacy importer") {
		t.Errorf("it cannot be chosen:\n%s", frame)
	}
}

// Columns and axis are those of the scope: finding changes neither.
func TestFindMovesNoColumn(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"40x12", "60x20", "80x24", "120x32", "200x60"} {
		w, h, _ := size(s)
		for _, text := range []string{"ana", "payments", "e1e2", "unsure"} {
			p := looking(t, w, h, "")
			head := func() string {
				for line := range strings.Lines(ansi.Strip(p.Frame())) {
					if i := strings.Index(line, "APPLICATION"); i >= 0 {
						line, _, _ = strings.Cut(line[i:], "│")
						return line
					}
				}
				t.Fatalf("%s: no head:\n%s", s, ansi.Strip(p.Frame()))
				return ""
			}
			rows := func() map[string]string {
				all := map[string]string{}
				for line := range strings.Lines(ansi.Strip(p.Frame())) {
					for _, tok := range orders().Tokens {
						if i := strings.Index(line, tok.Fingerprint); i >= 0 &&
							!strings.Contains(line, ":") || i >= 0 && i < 80 {
							if all[tok.Fingerprint] == "" {
								all[tok.Fingerprint] = strings.TrimRight(line[i:], " │╭╮\n")
							}
						}
					}
				}
				return all
			}
			before, were := head(), rows()
			p.Type(text)
			if got := head(); got != before {
				t.Errorf("%s, %q: the columns move\n%s%s", s, text, before, got)
			}
			shown := listed(p)
			for fp, now := range rows() {
				if slices.Contains(shown, fp) && were[fp] != "" && w == 120 && now != were[fp] {
					t.Errorf("%s, %q: the row of %s is drawn anew\n%s\n%s", s, text, fp, were[fp],
						now)
				}
			}
		}
	}
}

// Rows that a find leaves out must not look like missing ones. At every size the text and the
// number of matches are visible while it is typed, and the text afterwards.
func TestFindIsAlwaysInSight(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "40x12", "60x12", "60x20", "80x24", "120x32", "160x48"} {
		w, h, _ := size(s)
		for _, place := range []string{"2", "3", "1"} {
			p, _ := still(t, w, h)
			p.Feed(orders())
			p.Key(place, "/")
			p.Type("pay")
			frame := ansi.Strip(p.Frame()) + "\n"
			fits(t, p.Frame(), w, h)
			if !strings.Contains(frame, "/ pay▏ ") || !strings.Contains(frame, " 3 tokens") &&
				(s != "30x8" || !strings.Contains(frame, " 3 \n")) {
				t.Errorf("%s, pane %s: no text and count:\n%s", s, place, frame)
			}
			p.Key("enter")
			fits(t, p.Frame(), w, h)
			frame = ansi.Strip(p.Frame())
			if !strings.Contains(frame, "match pay") && !strings.Contains(frame, "/ pay ") {
				t.Errorf("%s, pane %s: nothing says that rows are left out:\n%s", s, place, frame)
			}
		}
		p, _ := still(t, w, h)
		p.Feed(orders())
		p.Key("f", "esc")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "3 hidden") {
			t.Errorf("%s: nothing says that tokens are hidden:\n%s", s, frame)
		}
		if w < 60 { // the notice of the sort alone
			continue
		}
		p.Do("sort_by_issued")
		p.Key("f", "esc", "esc")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "by age · 12 rows") {
			t.Errorf("%s: nothing says what the order is:\n%s", s, frame)
		}
	}
}

// In Activity only calls are looked for, and they are left out there only. Esc shows them again.
func TestFindInActivity(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(orders())
		all := listed(p)
		p.Key("4", "/")
		p.Type("refused")
		frame := ansi.Strip(p.Frame())
		if !strings.Contains(frame, "/ refused▏ ") || !strings.Contains(frame, " 1 call ") ||
			!strings.Contains(frame, "1 of 6 calls match refused") ||
			w >= 120 && !strings.Contains(frame, "5c0d77a1  probe · refused") ||
			strings.Contains(frame, "POST") {
			t.Errorf("%s: one call was refused:\n%s", s, frame)
		}
		p.Key("enter")
		if p.Key("enter"); p.Overlays() != 1 || !strings.Contains(ansi.Strip(p.Frame()), "GET") {
			t.Errorf("%s: the call that was found is not selected:\n%s", s, ansi.Strip(p.Frame()))
		}
		p.Key("esc", "2")
		if got := listed(p); !slices.Equal(got, all) {
			t.Errorf("%s: tokens are left out too: %q", s, got)
		}
		p.Key("4", "esc")
		if frame := ansi.Strip(p.Frame()); strings.Contains(frame, "refused ") &&
			!strings.Contains(frame, "POST") {
			t.Errorf("%s: esc does not show all calls:\n%s", s, frame)
		}
	}
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("4", "/")
	p.Type("401") // literally one call; 4…0…1 is in the fingerprints of others
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, " 1 call ") {
		t.Errorf("calls that hold the text do not come before others:\n%s", frame)
	}
}

// What presenter mode hides is not found while it is on. It ends a find, and the presented token is
// the one under the cursor.
func TestFindAndPresenterMode(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "enter"} {
		p := looking(t, 120, 32, "ana")
		if end != "" {
			p.Key(end)
		}
		p.Key("ctrl+o")
		frame := ansi.Strip(p.Frame())
		if p.Typing() || !strings.Contains(frame, "77b209dd") || strings.Contains(frame, "ana") {
			t.Errorf("%q: another token is presented, or a user named:\n%s", end, frame)
		}
		p.Key("/")
		if p.Typing() {
			t.Errorf("%q: a text is typed and not shown", end)
		}
		p.Key("ctrl+o")
		if p.Selected() != "t_expiring" {
			t.Errorf("%q: the cursor went to %q", end, p.Selected())
		}
	}
	// So does a configuration that switches presenter mode on.
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("/")
	p.Type("ana")
	set := p.InForce()
	set.Presenter = true
	p.Reload(ui.Reload{Settings: set})
	p.Key("g", "ctrl+o")
	if p.Typing() || len(p.Listed()) < 8 {
		t.Errorf("typing %t, %d rows are listed", p.Typing(), len(p.Listed()))
	}
	// The scope from before the find is there again, unless the presented token is outside of it.
	for scope, want := range map[string]string{
		"Orders": "Orders", "cloud": "cloud", "Payments": "All",
	} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		p.ScopeTo(scope)
		p.Key("/")
		p.Type("ana")
		p.Key("ctrl+o", "ctrl+o")
		if p.InScope() != want || p.Selected() != "t_expiring" {
			t.Errorf("%s: in %q, %q is selected", scope, p.InScope(), p.Selected())
		}
	}
	p, _ = still(t, 120, 32)
	p.Feed(orders())
	for text, want := range map[string]string{ // tokens, applications and calls
		"ana": "2 1 0", "cloud": "12 3 6", "limit=1": "0 0 0", "orders": "9 2 6",
		"refused": "0 0 1",
	} {
		if got := p.Found(text, false); got != want {
			t.Errorf("%q: found %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"ana", "cloud", "orders/1.0", "no answer in time"} {
		if got := p.Found(text, true); got != "0 0 0" {
			t.Errorf("an audience finds %s by %q", got, text)
		}
	}
}

// Text typed in the middle of the line is inserted and shown at the cursor.
func TestFindCursorAndPaste(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	p.Feed(orders())
	p.Paste("77b2") // no field is open
	if strings.Contains(ansi.Strip(p.Frame()), "/ 77b2") {
		t.Fatal("a paste out of the blue does something")
	}
	c.now = c.now.Add(time.Second)
	p.Key("/")
	p.Paste("  77b209dd\nx")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "/ 77b209dd▏ ") ||
		!strings.Contains(frame, " 1 token, 1 application ") || p.Overlays() != 0 ||
		p.Selected() != "t_expiring" {
		t.Errorf("pasted:\n%s", frame)
	}
	p.Paste("eyJhbGciOiJSUzI1NiJ9-a-token-by-accident")
	if strings.Contains(p.Frame(), "eyJ") ||
		!strings.Contains(strings.Join(p.Log(), "\n"), "too long to look for") {
		t.Error("a pasted token is shown")
	}
	p.Key("home")
	p.Type("!")
	if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "/ !▏77b209dd ") ||
		!strings.Contains(frame, " 11 tokens, ") {
		t.Errorf("typed in front:\n%s", frame)
	}
}

func TestHiddenAndFound(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("f", "/")
	p.Type("replaced")
	frame := ansi.Strip(p.Frame())
	if !strings.Contains(frame, "What is over is hidden and not searched: 3. f shows it.") ||
		!strings.Contains(frame, "0 of 9 rows match") {
		t.Errorf("what is hidden may be what is looked for:\n%s", frame)
	}
}

// Equal rows keep their order in both directions of a sort.
func TestSortIsStable(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Do("sort_by_user")
	p.Key("esc")
	order := func() bool { // of two tokens of no user
		rows := listed(p)
		return slices.Index(rows, "aa01bb02") < slices.Index(rows, "3f9ca71e")
	}
	if !order() || !strings.Contains(ansi.Strip(p.Frame()), "by user · ") {
		t.Errorf("sorted by user:\n%s", ansi.Strip(p.Frame()))
	}
	p.Do("sort_by_user")
	p.Key("esc")
	if frame := ansi.Strip(p.Frame()); !order() ||
		!strings.Contains(frame, "by user, reversed · ") {
		t.Errorf("the other way round:\n%s", frame)
	}
}

// By time left, each section is in the order of LEFT. Living rows without a known end are last.
func TestSortByLeft(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 160, 48)
	b := orders()
	app := b.Applications[0]
	for i := range b.Tokens {
		b.Tokens[i].AppID = app.ID
	}
	retry := bounded("t_retry", "7e7e7e7e", app.ID, time.Hour, 5*time.Minute)
	retry.RevokeAt, retry.RevokeKind, retry.RevokeTries, retry.RevokeNext = t0.Add(-time.Minute),
		console.RevokeBoth, 1, t0.Add(50*time.Second)
	unknown := bounded("t_unknown", "0b0b0b0b", app.ID, time.Hour, time.Minute)
	unknown.Lifetime, unknown.ExpiresAt = tokenapi.Unknown, time.Time{}
	soon := bounded("t_soon", "500050aa", app.ID, time.Hour, 20*time.Minute)
	b.Tokens = append(b.Tokens, retry, unknown, soon)
	b.Marks = append(b.Marks,
		console.Mark{ID: "m3", Op: "get", AppID: app.ID, SentAt: t0.Add(-time.Minute),
			EndsBy: t0.Add(30 * time.Minute)})
	p.Feed(b)
	p.ScopeTo("Orders")
	shown := func() (out []string) {
		for line := range strings.Lines(ansi.Strip(p.Frame())) {
			_, row, _ := strings.Cut(line, "││")
			if r := []rune(row); len(r) > 40 && strings.ContainsRune("○◐◌?●◒✕", r[2]) &&
				string(r[4:12]) != "scopes  " {
				f := strings.Fields(string(r[4:]))
				out = append(out, f[0])
			}
		}
		return out
	}
	living := [][]string{{"77b209dd"}, {"7e7e7e7e"}, {"500050aa", "d00dfeed"}, {"unknown"},
		{"aa01bb02"}, {"3f9ca71e"}, {"f0f0f0f0"}} // equal ones by age
	without := []string{"0b0b0b0b", "unknown"}
	revoked := []string{"91aa3c2f", "e1e2e3e4", "0ddba11e"}
	over := []string{"5c0d77a1", "0c1177fe", "5ca1ab1e"}
	for _, way := range []string{"sorted", "the other way round"} {
		want := slices.Concat(slices.Concat(living...), without, revoked, over)
		if got := shown(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q\n%s", way, got, want, ansi.Strip(p.Frame()))
		}
		p.Do("sort_by_left")
		slices.Reverse(living)
		slices.Reverse(revoked)
		slices.Reverse(over)
	}
}

func TestListsGoldens(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		for _, c := range []struct {
			name string
			do   func(*ui.Pump)
		}{
			{"everything", func(p *ui.Pump) {
				// A kept find, marks and hidden rows are combined.
				p.Key("down", "space", "f", "/")
				p.Type("a")
				p.Key("enter")
				p.Do("sort_by_issued")
			}},
			{"revoked", func(p *ui.Pump) {
				p.Key("/")
				p.Type("!orders")
			}},
			{"revoke-all", func(p *ui.Pump) {
				p.ScopeTo("Orders")
				p.Key("X")
				p.Type("4")
			}},
			{"revoke-all-wrong", func(p *ui.Pump) {
				p.ScopeTo("Orders")
				p.Key("X")
				p.Type("5")
				p.Key("enter")
			}},
		} {
			p, _ := still(t, w, h)
			p.Feed(orders())
			c.do(p)
			fits(t, p.Frame(), w, h)
			golden(t, s+"-lists-"+c.name, p)
		}
	}
}

// A marked row stays visible, because a verb would act on it.
func TestHidingLeavesWhatIsMarked(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(orders())
	p.Key("f")
	if slices.Contains(listed(p), "0c1177fe") {
		t.Fatal("it hides nothing")
	}
	p.Key("f")
	click(t, p, "0c1177fe") // an expired token
	p.Key("space", "f")
	if !slices.Contains(listed(p), "0c1177fe") {
		t.Errorf("it is marked, and out of sight:\n%s", ansi.Strip(p.Frame()))
	}
}

// A found row can be opened at once, in each pane.
// A question can open its token when that no longer matches what is looked for: the find ends.
func TestFoundRowOpensWithoutTheFind(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	p.Feed(b)
	p.Key("/")
	p.Type("active")
	p.Key("enter")
	selecting("t_active")(p)
	p.Key("x")
	b.Tokens = slices.Clone(b.Tokens)
	for i := range b.Tokens {
		if b.Tokens[i].ID == "t_active" {
			b.Tokens[i].ExpiresAt = t0.Add(30 * time.Second)
		}
	}
	p.Feed(b)
	p.Key("enter")
	frame := ansi.Strip(p.Frame())
	if p.Selected() != "t_active" || !strings.Contains(frame, "Selected · Orders 3f9ca71e") {
		t.Errorf("%q is selected:\n%s", p.Selected(), frame)
	}
	p.Key("esc")
	if len(p.Listed()) < 8 {
		t.Errorf("only %d rows are listed", len(p.Listed()))
	}
}

func TestFoundRowOpens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pane, text, shows string }{
		{"2", "77b2", "3 Selected · Orders 77b209dd"},
		{"3", "0ddb", "3 Selected · Payments 0ddba11e"},
		{"4", "refresh", "POST /token"},
	} {
		p, _ := still(t, 120, 32)
		p.Feed(orders())
		p.Key(c.pane, "/")
		p.Type(c.text)
		p.Key("enter", "enter")
		if !strings.Contains(ansi.Strip(p.Frame()), c.shows) {
			t.Errorf("pane %s: no %q:\n%s", c.pane, c.shows, ansi.Strip(p.Frame()))
		}
	}
}

// Marked rows that a find leaves out are counted, also while the secrets are locked.
func TestFindLeavesOutMarkedRows(t *testing.T) {
	t.Parallel()
	for _, key := range []console.KeyStatus{orders().Key, lockedKey()} {
		p, _ := still(t, 120, 32)
		b := orders()
		b.Key = key
		p.Feed(b)
		p.Key("space", "/")
		p.Type("payments")
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "1 marked, not listed") {
			t.Errorf("%s: nothing says that a marked row is left out:\n%s", key.Kind, frame)
		}
	}
}
