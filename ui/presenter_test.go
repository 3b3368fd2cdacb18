package ui_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
	"lanyard/ui"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// canaries returns the board of orders with names that presenter mode must hide.
func canaries() console.Board {
	b := orders()
	for i := range b.Applications {
		a := &b.Applications[i]
		a.ConsumerKey, a.Username = "Zk3yCanaryConsumer", "zoe.canaryuser"
		a.ProbeURL = "https://xhostcanary.corp.example:8243/orders/1.0"
		a.Environment.Name = "xhostcanary.corp.example"
		a.Environment.Endpoints.TokenURL = "https://xhostcanary.corp.example:9443/oauth2/token"
		a.Environment.ReadOnly = i == 2
	}
	for i := range b.Tokens {
		b.Tokens[i].User = "zoe.canaryuser"
		if i%3 == 0 {
			b.Tokens[i].RevokeError = "revoke: no connection: dial tcp: lookup " +
				"xhostcanary.corp.example: no such host for zoe.canaryuser"
		}
	}
	for i := range b.Exchanges {
		e := &b.Exchanges[i]
		e.URL = "https://xhostcanary.corp.example/token"
		e.Application = "Orders@xhostcanary.corp.example/PRODUCTION"
		if e.Err != "" {
			e.Err = "Post https://xhostcanary.corp.example:9443/oauth2/token: refused"
		}
	}
	return b
}

func leaky(t *testing.T, what, text string) {
	t.Helper()
	low := strings.ToLower(ansi.Strip(text))
	for _, ours := range []string{"gateway.example", "id.example", "apim.example"} {
		// These are hints of an empty form.
		low = strings.ReplaceAll(low, ours, "")
	}
	for _, part := range []string{"canary", "xhost", "zk3y", "zoe.", "yuser", "corp.ex",
		".example"} {
		if strings.Contains(low, part) {
			t.Fatalf("%s shows %q:\n%s", what, part, ansi.Strip(text))
		}
	}
}

func presenting(o *ui.Options) { o.Presenter = true }

func TestPresenterShowsNoName(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting, func(o *ui.Options) {
		o.Title = "xhostcanary.corp.example"
		o.Banners = []describe.Banner{
			{Text: "plain http is allowed to xhostcanary.corp.example",
				Short: "http: xhostcanary.corp.example"}}
	})
	p.Feed(canaries())
	for _, keys := range []string{
		"", "1", "1 down down", "2", "2 down x", "2 end", "3", "3 z", "3 end", "4", "4 z",
		"4 enter", "2 enter", "2 v", "2 Y", "2 X", "G", "a", "e", "D", "?", "!", ":", "g", "/",
		"x 4 x = !", "3 x", "2 down down enter end", "4 home enter end", "4 home enter pgdown",
		// The same over the panes, before presenter mode is switched on.
		"ctrl+o 3 z ctrl+o", "ctrl+o 4 enter ctrl+o", "ctrl+o 4 end enter end ctrl+o",
		"ctrl+o 2 enter ctrl+o", "ctrl+o 2 down x ctrl+o", "ctrl+o 2 end X ctrl+o",
		"ctrl+o 1 end e ctrl+o", "ctrl+o 1 down D ctrl+o", "ctrl+o 2 Y ctrl+o",
		"ctrl+o 4 home enter pgdown ctrl+o",
	} {
		p.Resize(120, 32)
		p.Key(strings.Fields(keys)...)
		for _, size := range [][2]int{{200, 50}, {120, 32}, {100, 24}, {80, 24}, {71, 22}, {60, 20},
			{60, 12}, {44, 12}, {30, 8}} {
			p.Resize(size[0], size[1])
			fits(t, p.Frame(), size[0], size[1])
			leaky(t, keys, p.Frame())
			leaky(t, "title", p.Title())
		}
		p.Resize(120, 32)
		p.Key("esc", "esc", "esc")
		p.Present(false)
		p.Key("esc", "esc", "1", "home", "2", "home")
		p.Present(true)
	}
	for w := 30; w < 130; w++ { // each width cuts other texts
		p.Resize(w, 24)
		leaky(t, "a width", p.Frame())
	}
}

// Errors contain names, too: in a notice, and in the overlay that made the request.
func TestPresenterRedactsErrors(t *testing.T) {
	t.Parallel()
	err := errors.New("Post https://xhostcanary.corp.example:9443/oauth2/token: dial tcp: lookup " +
		"xhostcanary.corp.example: no such host for zoe.canaryuser, with key Zk3yCanaryConsumer")
	for name, c := range map[string]struct {
		do   string // opens the overlay
		fact func(box any) session.Fact
	}{
		"test": {"add_application",
			func(box any) session.Fact { return session.Tested{For: box, Err: err} }},
		"save": {"add_application",
			func(box any) session.Fact { return session.Saved{For: box, Err: err} }},
		"portal": {"import", func(box any) session.Fact {
			return session.PortalAsked{For: box, Err: err}
		}},
		"keep": {"import",
			func(box any) session.Fact { return session.FoundKept{For: box, Err: err} }},
		"adopt": {"adopt_token", func(box any) session.Fact {
			return session.Adopted{For: box, Err: err}
		}},
		"inspect": {"", func(any) session.Fact {
			return session.Inspected{ID: "t_expiring", Err: err}
		}},
		"introspect": {"", func(any) session.Fact {
			return session.Introspected{ID: "t_expiring", Err: err}
		}},
		"read": {"help", func(any) session.Fact { return session.BoardRead{Err: err} }},
	} {
		p, _ := still(t, 120, 32, presenting)
		p.Feed(canaries())
		p.Key("2", "home", "down")
		if c.do != "" {
			p.Do(c.do)
			if p.Overlays() != 1 {
				t.Fatalf("%s opened nothing:\n%s", c.do, ansi.Strip(p.Frame()))
			}
		}
		p.Tell(c.fact)
		for _, size := range [][2]int{{120, 32}, {80, 24}, {60, 20}, {44, 12}, {30, 8}} {
			for w := size[0]; w > size[0]-12; w-- {
				p.Resize(w, size[1])
				leaky(t, name, p.Frame())
			}
		}
		p.Resize(120, 32)
		p.Key("esc", "esc", "esc")
		leaky(t, name+", closed", p.Frame())
		p.Key("!")
		leaky(t, name+", in the log", p.Frame())
	}
}

// hides checks that none of the names is in a frame.
func hides(t *testing.T, what, frame string, names ...string) {
	t.Helper()
	for line := range strings.Lines(ansi.Strip(frame)) {
		for _, n := range names {
			if strings.Contains(line, n) {
				t.Errorf("%s shows %q: %s", what, n, strings.TrimSpace(line))
			}
		}
	}
}

func TestPresenterRedactsWhatIsSearched(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	p.Feed(canaries())
	for _, keys := range []string{"", "enter", "left left left"} {
		for _, name := range []string{"xhostcanary.corp.example", "zoe.canaryuser"} {
			p.Key("2", "/")
			p.Type(name)
			p.Key(strings.Fields(keys)...)
			p.Key("ctrl+o")
			hides(t, "a filter", p.Frame(), "xhostcanary", "zoe.cana")
			p.Key("ctrl+o", "esc")
		}
	}
	p.Key("ctrl+o", "esc", ":")
	p.Type("zoe.canaryuser")
	hides(t, "palette search", p.Frame(), "zoe.cana")
}

func TestPresenterRedactsHints(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	b := canaries()
	for i := range b.Applications {
		b.Applications[i].Grant = tokenapi.GrantPassword
	}
	p.Feed(b)
	p.Key("2", "G")
	hides(t, "grant", p.Frame(), "zoe.cana")
}

func TestPresenterRedactsChoices(t *testing.T) {
	t.Parallel()
	for _, w := range []int{30, 36, 40, 44, 50, 60, 80} {
		p, _ := still(t, w, 32, presenting)
		b := canaries()
		b.Environments[0].Name = "xhostcanary.corp.example"
		p.Feed(b)
		p.Key("a", "tab")
		hides(t, "form", p.Frame(), "xhost", "xh", ".example ›", "mple ›")
	}
}

func TestPresenterRedactsReasons(t *testing.T) {
	t.Parallel()
	l := alive(t, func(e *console.Environment) {
		e.Name = "xhostcanary.corp.example"
		e.ReadOnly = true
		e.Endpoints.TokenURL = "https://xhostcanary.corp.example/token"
	})
	l.Key("g")
	l.Present(true)
	l.Resize(120, 40)
	l.Key("2", ":")
	l.Type("revoke all")
	hides(t, "palette", l.Frame(), "xhost")
	l.Key("enter")
	hides(t, "palette said", l.Frame(), "xhost")
	l.Key("esc", "?")
	l.Type("revoke all")
	l.Key("enter")
	hides(t, "help", l.Frame(), "xhost")
	l.Key("esc", "X")
	hides(t, "notice", l.Frame(), "xhost")
}

func TestPresenterRedactsTheWelcome(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting, func(o *ui.Options) {
		o.Welcome = true
		o.ConfigPath = "/home/zoe.canaryuser/.config/lanyard/config.toml"
	})
	hides(t, "welcome", p.Frame(), "zoe.cana")
}

func TestPresenterRedactsPaths(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	b := canaries()
	for i := range b.Exchanges {
		b.Exchanges[i].URL = "https://xhostcanary.corp.example/users/zoe.canaryuser"
	}
	p.Feed(b)
	p.Key("ctrl+o", "4", "enter", "ctrl+o")
	if p.Overlays() != 1 {
		t.Fatal("no call is open")
	}
	hides(t, "exchange", p.Frame(), "zoe.cana")
}

func TestPresenterRedactsUncleanNames(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	b := canaries()
	for i := range b.Tokens {
		b.Tokens[i].User = "zoe\tcanary\u200buser"
	}
	p.Feed(b)
	p.Key("2", "enter")
	hides(t, "unclean", p.Frame(), "canary", "zoe")
}

func TestPresenterRedactsOnce(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	b := canaries()
	for i := range b.Tokens {
		b.Tokens[i].User = "user"
	}
	for i := range b.Applications {
		b.Applications[i].Name = "user"
		b.Applications[i].Username = "user"
	}
	p.Feed(b)
	p.Key("2", "home", "X", "esc", "ctrl+o")
	p.Key("1", "end", "e", "ctrl+o")
	for _, l := range strings.Split(ansi.Strip(p.Frame()), "\n") {
		if strings.Contains(l, "1 1") {
			t.Errorf("twice: %s", l)
		}
	}
}

// A server may repeat what was typed into a form that was not saved.
func TestPresenterRedactsWhatWasEntered(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Present(true)
	l.Request(session.Test{Draft: console.Draft{Application: console.Application{
		ConsumerKey: "qzjcanarykey", Username: "qzj.canaryuser",
	}}})
	l.Request(session.Get{App: l.apps[0].ID, User: "another.canaryuser"})
	l.Say("no client qzjcanarykey for qzj.canaryuser or another.canaryuser")
	hides(t, "a notice", l.Frame(), "canary")
	l.Key("!")
	l.shows("no client key for user")
	hides(t, "the log", l.Frame(), "canary")
}

// What a portal is asked, and what it shows, is not known to the redactor from the board.
func TestPresenterRedactsThePortal(t *testing.T) {
	t.Parallel()
	l := alive(t)
	l.Present(true)
	l.portal = func(context.Context, console.PortalRequest) (console.PortalFound, error) {
		return console.PortalFound{}, errors.New(
			"qzjcanaryportal closed the connection of qzjcanaryuser")
	}
	l.Do("import")
	l.Key("tab")
	l.Type("https://qzjcanaryportal:9443")
	l.Key("enter")
	l.Type("qzjcanaryuser")
	l.Key("enter")
	l.Type("pw")
	l.Key("ctrl+s")
	l.shows("closed the connection")
	hides(t, "an error", l.Frame(), "canary")

	for _, name := range []console.Private{"qzjcanary", "qzjcanary-longer"} {
		l.portal = func(ctx context.Context, r console.PortalRequest) (console.PortalFound, error) {
			r.Environment.Name = name
			found, err := shown(ctx, r)
			found.All[0].ProbeURLs = []console.Private{"https://" + name + "/api"}
			return found, err
		}
		l.Key("ctrl+s")
		l.shows("into ••••••••, probed at •••••••• ")
		l.Key("right")
		l.shows("into ••••••••, without a probe URL; → takes •••••••• ")
		hides(t, "what is found", l.Frame(), "canary")
		l.Key("esc", "y")
		l.Do("import")
		l.Key("tab")
		l.Type("https://apim.example")
		l.Key("enter")
		l.Type("ana")
		l.Key("enter")
		l.Type("pw")
	}
}

// Presenter mode hides a text while it is typed into a form, before it is a known name.
func TestPresenterHidesWhatIsTyped(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	p.Feed(canaries())
	for _, open := range []string{"a", "G enter"} {
		p.Key(strings.Fields(open)...)
		for range 12 {
			p.Type("qzjcanary")
			if strings.Contains(ansi.Strip(p.Frame()), "qzj") &&
				!strings.Contains(ansi.Strip(p.Frame()), "▌scopes") {
				t.Fatalf("what is typed after %s can be read:\n%s", open, ansi.Strip(p.Frame()))
			}
			if strings.Contains(ansi.Strip(p.Frame()), "▌scopes") {
				p.Key("ctrl+u")
			}
			p.Key("tab")
		}
		p.Key("esc", "y")
	}
}

// Known names are replaced everywhere in a text, and so are texts in the form of a name.
func TestPresenterRedactsTexts(t *testing.T) {
	t.Parallel()
	b := canaries()
	for in, want := range map[string]string{
		"to xhostcanary.corp.example now":                           "to environment 1 now",
		"mezoe.canaryuserx":                                         "mezoe.canaryuserx",
		"zoe.canaryuser!":                                           "user 1!",
		"https://unknown.host/a":                                    "https://host/a",
		"dial tcp 10.20.30.40:443: refused":                         "dial tcp host: refused",
		"lookup printer: no such host":                              "lookup host: no such host",
		"key file /home/kim/.local":                                 "key file ~/.local",
		"may still pass the gateway":                                "may still pass the gateway",
		"zoe.canaryuser at https://xhostcanary.corp.example:9443/x": "user 1 at https://host/x",
	} {
		if got := ui.Redacted(b, in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPresenterGolden(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32", "200x60"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h, presenting)
		p.Feed(canaries())
		selecting("t_lingering")(p)
		fits(t, p.Frame(), w, h)
		golden(t, s+"-gate-presenter", p)
	}
}

// Presenter mode shows the selected token, and counts its time.
func TestPresenterCountsDown(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	p.Feed(orders())
	has := func(want string, yes bool) {
		t.Helper()
		if text := ansi.Strip(p.Frame()); strings.Contains(text, want) != yes {
			t.Errorf("%q, want it: %v\n%s", want, yes, text)
		}
	}
	selecting("t_lingering")(p)
	p.Key("ctrl+o")
	has("presenting", true)
	has("ctrl+o closes", true)
	has("╭", false)
	has("┃   STILL PASSES   ┃", true)
	has("Orders 91aa3c2f", true)
	has(kit.Digits("14:33", 1)[0], true)
	has("200 ×2", true)
	c.now = c.now.Add(1e9)
	p.Beat()
	has(kit.Digits("14:32", 1)[2], true)
	p.Resize(30, 8)
	has(kit.Big("14:32", 1)[0], true)
	p.Resize(120, 32)
	p.Key("home")
	selecting("t_revoking")(p)
	has(kit.Digits("0:02", 1)[0], true)
	has("The revoke is not sent yet: u undoes it.", true)
	p.Key("ctrl+o")
	has("presenting", false)
	has("╭", true)
}

// choose selects a token in presenter mode.
func choose(t *testing.T, p *ui.Pump, id string) {
	t.Helper()
	p.Key("home")
	if selecting(id)(p); p.Selected() != id {
		t.Fatalf("%s is not selected:\n%s", id, ansi.Strip(p.Frame()))
	}
	p.Hush() // the first row may have been selected before
}

// Each state of a token has its stage and its words.
func TestPresenterStates(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := orders()
	reopened := bounded("t_reopened", "4e09e4ed", b.Applications[2].ID, time.Hour, 30*time.Minute)
	reopened.AcceptedAt, reopened.RevokeAt = t0.Add(-20*time.Minute), t0.Add(-20*time.Minute)
	reopened.RevokeKind = console.RevokeBoth
	reopened.Probes = []console.Probe{{At: t0.Add(-4 * time.Minute), Status: 200,
		Verdict: console.ProbeAccepted, URL: probed}}
	over := bounded("t_over", "0fe40fe4", b.Applications[2].ID, time.Hour, 30*time.Minute)
	over.AcceptedAt, over.RevokeAt = t0.Add(-20*time.Minute), t0.Add(-20*time.Minute)
	over.RevokeKind = console.RevokeBoth
	old := bounded("t_old", "01d01d01", b.Applications[2].ID, 24*time.Hour, 14*time.Hour)
	old.AcceptedAt, old.RevokeAt = t0.Add(-time.Minute), t0.Add(-time.Minute)
	old.RevokeKind = console.RevokeBoth
	b.Tokens = append(b.Tokens, reopened, over, old)
	p.Feed(b)
	p.Key("ctrl+o")
	for id, want := range map[string][]string{
		"t_active":    {"  revoked  ", "expires in", "The gateway has not been asked."},
		"t_expiring":  {"  revoked  ", "expires in", "It is expiring: r renews it."},
		"t_expired":   {"  revoked  ", "expired", "Its time is over.", "━○"},
		"t_revoking":  {"  revoked  ", " in ", "u undoes it"},
		"t_lingering": {"STILL PASSES", "at most", "The gateway still lets the token through."},
		"t_unseen":    {"REVOKED", "at most", "The gateway has not been asked since."},
		"t_once":      {"STILL PASSES", "three times in a row prove it dead", "401 ×1"},
		"t_reopened": {"STILL PASSES",
			"The gateway let it through 60 s after its window was over."},
		"t_over":       {"DEAD", "after", "The window of 15:00 is over; no call has asked", "✕"},
		"t_old":        {"REVOKED", "issued 02:04:00 ╌━━", "┯▒"},
		"t_superseded": {"replaced", "DEAD", "after", "no call has asked the gateway"},
		"t_dead": {"DEAD", "after", "401, three times in a row.", "the bound was 15:00",
			"401 ×3"},
		"t_unsure":  {"  revoked  ", "at most", "The answer to its renewal was lost"},
		"t_forever": {"never expires", "→ never expires"},
		"mark:m2":   {"unsure", "Orders unknown", "The answer to a get was lost"},
	} {
		choose(t, p, id)
		text := ansi.Strip(p.Frame())
		for _, w := range append(want, "presenting") {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q:\n%s", id, w, text)
			}
		}
	}
}

// With a gateway that keeps tokens for an unknown time there is no number.
func TestPresenterWithoutBound(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32, presenting)
	b := orders()
	for i := range b.Applications {
		b.Applications[i].Environment.CacheTTL = console.UntilExpiry
	}
	b.Tokens = b.Tokens[len(b.Tokens)-1:]
	b.Tokens[0].AcceptedAt, b.Tokens[0].RevokeAt = t0.Add(-time.Minute), t0.Add(-time.Minute)
	b.Tokens[0].RevokeKind, b.Marks = console.RevokeBoth, nil
	p.Feed(b)
	for _, want := range []string{"┃   REVOKED   ┃", "nobody knows how long", "no bound known",
		"░→"} {
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	before := p.Frame()
	c.now = c.now.Add(2 * time.Minute)
	if p.Beat(); p.Frame() == before {
		t.Error("without a number the line of life stands still")
	}
	b.Tokens, b.Marks = nil, nil
	p.Feed(b)
	if text := ansi.Strip(p.Frame()); !strings.Contains(text, "no token is held") {
		t.Errorf("without a token:\n%s", text)
	}
}

// In presenter mode the keys for panes say that there are none, and the token stays.
func TestCountdownInEveryPane(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	b := orders()
	b.Tokens, b.Marks = b.Tokens[6:7], nil // the active token
	p.Feed(b)
	for _, pane := range []string{"1", "2", "3", "4", "tab", "shift+tab", "z", "/"} {
		p.Key(pane)
		frame := ansi.Strip(p.Frame())
		if !strings.Contains(frame, "Orders 3f9ca71e") ||
			!strings.Contains(frame, kit.Digits("58:12", 1)[0]) {
			t.Errorf("key %s: no countdown:\n%s", pane, frame)
		}
		if !strings.Contains(frame, "Presenter mode shows no panes. ctrl+o closes it.") {
			t.Errorf("key %s is not answered:\n%s", pane, frame)
		}
	}
}

// esc does not end presenter mode, and says which key does.
func TestEscKeepsPresenterMode(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 60, 20)
	p.Feed(orders())
	p.Key("ctrl+o")
	p.Hush()
	p.Key("esc")
	frame := ansi.Strip(p.Frame())
	if !strings.Contains(frame, "Presenter mode stays on. ctrl+o closes it.") {
		t.Errorf("esc:\n%s", frame)
	}
}

// Presenter mode can be switched on and off while a box is open or a filter is typed.
func TestPresenterOverABox(t *testing.T) {
	t.Parallel()
	for _, open := range []string{"?", ":", "a", "e", "!", "X", "/", "2 Y"} {
		p, _ := still(t, 120, 32)
		p.Feed(canaries())
		p.Key(strings.Fields(open)...)
		boxes := p.Overlays()
		p.Key("ctrl+o")
		if text := ansi.Strip(p.Frame()); !strings.Contains(text, "ctrl+o closes") {
			t.Errorf("over %s presenter mode is not switched on:\n%s", open, text)
		}
		leaky(t, open, p.Frame())
		if p.Overlays() != boxes {
			t.Errorf("over %s: %d boxes, want %d", open, p.Overlays(), boxes)
		}
		p.Key("ctrl+o")
		if text := ansi.Strip(p.Frame()); strings.Contains(text, "ctrl+o closes") {
			t.Errorf("over %s presenter mode is not switched off:\n%s", open, text)
		}
	}
}

// The moment of death is seen: the bar ends, the calls turn to x, and the stage changes.
func TestDeathIsPresented(t *testing.T) {
	t.Parallel()
	for _, sz := range []string{"80x24", "120x32", "200x60"} {
		t.Run(sz, func(t *testing.T) {
			t.Parallel()
			w, h, _ := size(sz)
			s := tell(t, w, h, []string{"--token-ttl", "105s", "--cache-ttl", "60s"})
			at := func(name string) {
				t.Helper()
				compare(t, "presented-death", sz+" "+name,
					folded(strings.Split(s.same(strings.TrimSuffix(bare(s.pump.Frame()), "\n")),
						"\n")))
			}
			play := func(lines ...string) {
				t.Helper()
				for _, l := range lines {
					s.play(l)
				}
			}
			play("press g", "type ord", "press enter", `see \b1 active`, "press ctrl+o",
				`see expires in`,
				"press p", `see \|  200 ×1`, "press p", `see \|  200 ×2`)
			s.clock.now = s.clock.now.Add(30 * time.Second) // the entry in the gateway's cache ages
			s.pump.Beat()
			play("press x", `see The revoke is not sent yet: u undoes it`)
			at("undo")
			if strings.Contains(s.text(), "REVOKED") {
				t.Errorf("a revoke that was not sent is shown as accepted:\n%s", s.text())
			}
			play(`see ┃   REVOKED   ┃`, `see The gateway has not been asked since`)
			at("revoked")
			if w > 80 {
				play(`see The server has accepted the revoke`)
			}
			play("press p", `see ┃   STILL PASSES   ┃`, `see ▒┃░+○ at most`,
				`see The gateway still lets the token through`)
			at("passes")
			play("press P", `see ┃   DEAD   ┃`)
			at("dead")
			text := s.text()
			for _, want := range []string{"▒✕ ", "after", "401 ×3"} {
				if !strings.Contains(text, want) {
					t.Errorf("at the death there is no %q:\n%s", want, text)
				}
			}
			if !regexp.MustCompile(`calls [| ]*\| *x`).MatchString(text) {
				t.Errorf("the strip does not turn to x:\n%s", text)
			}
			if strings.Contains(text, "○") || strings.Contains(text, "STILL") {
				t.Errorf("what is over is still shown:\n%s", text)
			}
			play("press ctrl+o", "see ╭")
		})
	}
}

// The dots of a passphrase do not tell its length to an audience.
func TestPresenterHidesLengths(t *testing.T) {
	t.Parallel()
	l, s := behindPassphrase(t)
	l.Key("g", "enter")
	s.lock(true)
	l.Changed()
	l.Present(true)
	l.Key("g", "enter")
	l.Type("abc")
	l.shows("passphrase  ••••••••▏")
	l.Type("abcdefghij")
	l.shows("passphrase  ••••••••▏")
}

// Without block characters the digits and the stages can be told apart as well.
func TestPresenterInASCII(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 80, 24, presenting, func(o *ui.Options) { o.ASCII = true })
	p.Feed(orders())
	selecting("t_lingering")(p)
	compare(t, "presented-ascii", "text", folded(unfooted(t, p.Frame(), "")))
}
