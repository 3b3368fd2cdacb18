package ui_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
	"lanyard/ui"
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
		p.Key("esc", "esc", "esc", "1", "home", "2", "home")
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
		"inspect": {"inspect", func(box any) session.Fact {
			return session.Inspected{For: box, Err: err}
		}},
		"introspect": {"inspect", func(box any) session.Fact {
			return session.Introspected{For: box, Err: err}
		}},
		"read": {"help", func(any) session.Fact { return session.BoardRead{Err: err} }},
	} {
		p, _ := still(t, 120, 32, presenting)
		p.Feed(canaries())
		p.Key("2", "home", "down")
		p.Do(c.do)
		if p.Overlays() != 1 {
			t.Fatalf("%s opened nothing:\n%s", c.do, ansi.Strip(p.Frame()))
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
	p, _ := still(t, 120, 32, presenting)
	p.Feed(canaries())
	p.Key("2", "/")
	p.Type("xhostcanary.corp.example")
	hides(t, "no match", p.Frame(), "xhostcanary")
	p.Key("esc", "/")
	p.Type("zoe.canaryuser")
	p.Key("left", "left", "left")
	hides(t, "cursor within", p.Frame(), "zoe.cana")
	p.Key("esc", ":")
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
	p.Key("4")
	hides(t, "activity", p.Frame(), "zoe.cana")
	p.Key("enter")
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
	p.Key("2", "home", "X", "esc")
	p.Key("1", "end", "e")
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

// Presenter mode hides a text while it is typed into a form, before it is a known name.
func TestPresenterHidesWhatIsTyped(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	p.Feed(canaries())
	for _, open := range []string{"a", "G"} {
		p.Key(open)
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
	for _, s := range []string{"30x8", "60x20", "80x24", "120x32"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h, presenting)
		p.Feed(canaries())
		fits(t, p.Frame(), w, h)
		golden(t, s+"-gate-presenter", p)
	}
}

func TestPresenterCountsDown(t *testing.T) {
	t.Parallel()
	p, c := still(t, 120, 32)
	b := orders()
	p.Feed(b)
	p.Present(true)
	has := func(want string, yes bool) {
		t.Helper()
		if text := ansi.Strip(p.Frame()); strings.Contains(text, want) != yes {
			t.Errorf("%q, want it: %v\n%s", want, yes, text)
		}
	}
	has("PRESENT", true)
	has("user 1", true)
	has("until the revoke of aa01bb02 is sent", true)
	b.Tokens = b.Tokens[2:4] // lingering, expiring
	p.Feed(b)
	has("91aa3c2f may still pass the gateway", true)
	p.Resize(60, 20)
	has("91aa3c2f may still pass the gateway  ≤ 14:32", true)
	c.now = c.now.Add(1e9)
	p.Beat()
	has("≤ 14:31", true)
	p.Present(false)
	has("PRESENT", false)
	has("user 1", false)
}

// The big countdown is visible in every pane.
func TestCountdownInEveryPane(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32, presenting)
	b := orders()
	b.Tokens, b.Marks = b.Tokens[6:7], nil // the active token
	p.Feed(b)
	for _, pane := range []string{"1", "2", "3", "4"} {
		p.Key(pane)
		if frame := ansi.Strip(p.Frame()); !strings.Contains(frame, "3f9ca71e is active") {
			t.Errorf("pane %s: no countdown:\n%s", pane, frame)
		}
	}
}
