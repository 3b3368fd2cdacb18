package ui_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// screen is a state of the screen and the way to it. Goldens and pictures are made from screens.
type screen struct {
	name, about string
	// pressed in this order
	keys string
	// typed after keys
	text  string
	board func() console.Board // nil: orders
	set   func(*ui.Options)    // nil: default options
	do    func(*ui.Pump)       // runs after the keys
	// the screen chooses the dark theme
	dark bool
	// replaces all fields above
	own func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump
}

// open shows a screen.
func (s screen) open(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
	t.Helper()
	if s.own != nil {
		return s.own(t, w, h, change...)
	}
	if s.set != nil {
		change = append([]func(*ui.Options){s.set}, change...)
	}
	p, _ := still(t, w, h, change...)
	board := orders
	if s.board != nil {
		board = s.board
	}
	p.Feed(board())
	p.Key(strings.Fields(s.keys)...)
	p.Type(s.text)
	if s.do != nil {
		s.do(p)
	}
	return p
}

// selecting presses down until the token with this ID is selected.
func selecting(id string) func(*ui.Pump) {
	return func(p *ui.Pump) {
		for range 40 {
			if p.Selected() != id {
				p.Key("down")
			}
		}
	}
}

// sketched returns a screen of the board of a drawing.
func sketched(name, about string, board func(t *testing.T) *sketch, keys string,
	do func(*ui.Pump)) screen {
	return screen{name: name, about: about,
		own: func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
			t.Helper()
			p := board(t).show(t, w, h, change...)
			p.Key(strings.Fields(keys)...)
			if do != nil {
				do(p)
			}
			return p
		}}
}

// of returns a board that needs no test.
func of(board func() *sketch) func(*testing.T) *sketch {
	return func(*testing.T) *sketch { return board() }
}

func paneScreens() []screen {
	return slices.Concat([]screen{
		sketched("all", "The tokens of all applications by time left, on one time axis; below, "+
			"what was revoked and may still pass; and the token under the cursor.", of(six), "",
			nil),
		sketched("environment", "The applications of one environment.", of(six), "1 down 2", nil),
		sketched("application", "One application.", of(six), "1 down down down down down 2", nil),
		sketched("production", "An application in production: a word says so on its heading and "+
			"in the first line.", of(six), "1 end 2", nil),
		sketched("many", "40 applications with 96 tokens. Each list says what it has no room for.",
			forty, "", nil),
		sketched("revoked", "A token that was replaced and may still pass, with the longest time.",
			of(six), "", selecting("t_cea55f74")),
		sketched("over", "Nothing is alive: what is over, and how it ended.", of(allOver), "", nil),
		sketched("no-token", "An application without a token: what a get would request.",
			of(withReports), "1 down down down down down down down 2", nil),
		sketched("no-application", "No application yet.", of(nothing), "", nil),
		sketched("axis", "Lives of a minute and of a year: the axis is logarithmic.", of(farApart),
			"", nil),
		sketched("names", "Names in other scripts, and one of 60 cells.", of(named(true)), "", nil),
		sketched("activity", "The calls of this run and of past ones.", of(six), "4 down", nil),
		sketched("zoom", "All about the selected token.", of(renewedSix), "3 z", nil),
		sketched("zoom-revoked", "The same of one that may still pass.", of(six), "3 z",
			selecting("t_cea55f74")),
		sketched("undo", "A revoke in its undo window.", of(undone), "", selecting("t_fb7ddc8f")),
		sketched("unanswered", "A get whose answer was lost.", of(unanswered), "",
			selecting("mark:m1")),
		sketched("sealed", "The secrets of the store are locked.", of(sealedSix), "", nil),
		sketched("notice", "A notice says first what to do.", of(six), "",
			refused("give the secret with `lanyard apps set-secret Payments`",
				": the secret in the store is not the one it has now")),
	}, []screen{
		{name: "states", about: "A row for every state that a token can be in.",
			board: orders},
		{name: "undelivered", about: "A revoke that did not arrive: it is kept, and tried again.",
			board: troubled, do: selecting("t_undelivered")},
		{name: "unsure", about: "A renewal whose answer was lost.", board: troubled,
			do: selecting("t_unsure")},
		{name: "banners", about: "Permanent warnings, which nothing covers.",
			set: func(o *ui.Options) {
				o.Banners = []describe.Banner{
					{Text: "cloud: TLS certificates are not verified (insecure_skip_verify)",
						Short: "cloud: TLS not verified"},
					{Text: "lab: plain http", Short: "lab: plain http"}}
			}},
		{name: "ascii", about: "Without a character outside of ASCII.",
			set: func(o *ui.Options) { o.ASCII = true }},
		{name: "welcome",
			about: "The first run: nothing is configured, and nothing is written yet.",
			set:   func(o *ui.Options) { o.Welcome = true }},
	}, presenterScreens(), []screen{{name: "demo",
		about: "What lanyard demo opens with.",
		own: func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
			t.Helper()
			return liveDemo(t, w, h, change...).pump
		}}})
}

// nothing has no application.
func nothing() *sketch {
	k := newSketch()
	k.board.Exchanges, k.board.Past = nil, nil
	return k
}

// presenterScreens are the stages of presenter mode.
func presenterScreens() []screen {
	stage := func(name, about, id string) screen {
		sc := sketched("presenter-"+name, "Presenter mode: "+about, of(staged), "", selecting(id))
		own := sc.own
		sc.own = func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
			t.Helper()
			return own(t, w, h, append([]func(*ui.Options){presenting}, change...)...)
		}
		return sc
	}
	return []screen{
		stage("revoked", "the server has accepted the revoke, and the gateway was not asked since.",
			"t_1413d6d0"),
		stage("passes", "the gateway still lets the token through.", "t_51aa09d3"),
		stage("dead", "the gateway has refused it three times in a row.", "t_a194eb99"),
	}
}

// staged is six with a token that passes after its revoke.
func staged() *sketch {
	k := six()
	k.revoked("app_cloudOrders", "51aa09d3", "", ms("14:20"), 20)
	return k
}

func overlayScreens() []screen {
	return []screen{
		{name: "help", about: "All keys of this place.", keys: "?"},
		{name: "confirm", about: "A revoke in production asks, and No is the default.",
			keys: "2 down down down x"},
		{name: "revoke-all",
			about: "To revoke everything of an application takes its number, typed.",
			keys:  "X enter",
			text:  "3"},
		{name: "revoke-all-wrong", about: "Another number revokes nothing.", keys: "X enter",
			text: "4",
			do:   press("enter")},
		{name: "themes",
			about: "The themes, each on the whole screen while it is under the cursor.",
			set: func(o *ui.Options) {
				o.ThemeName = "dark"
				o.Themes = ui.Themes{All: themes.Set{}.All(),
					Keep: func(context.Context, string) error { return nil }}
			}, do: func(p *ui.Pump) { p.Do("theme") }, dark: true},
		{name: "log", about: "Everything that was said in this run.", keys: "4 x = r !"},
		{name: "supersede", about: "A get that would end an older token asks first.",
			board: supersedingBoard,
			keys:  "g enter",
			set:   func(o *ui.Options) { o.Device = "annas_laptop" }},
		{name: "unlock", about: "The passphrase of the store, asked for because a verb needs it.",
			board: locked, keys: "2 down r"},
		{name: "unlock-typed", about: "A passphrase is typed blind.", board: locked,
			keys: "2 down r", do: func(p *ui.Pump) { p.Type("correct horse") }},
		{name: "unlock-tried", about: "It is tried.", board: locked, keys: "2 down r",
			do: func(p *ui.Pump) { p.Type("correct horse"); p.Key("enter") }},
		{name: "unlock-wrong", about: "It was another one.", board: locked, keys: "2 down r",
			do: func(p *ui.Pump) { p.Type("correct horse"); p.Key("enter"); p.Refused(notIt) }},
		{name: "choose", about: "The first passphrase of a store, which is typed twice.",
			keys: "g enter",
			board: func() console.Board {
				b := orders()
				b.Key = console.KeyStatus{Place: "no key yet", Locked: true, Asks: true}
				return b
			}, do: func(p *ui.Pump) { p.Type("correct"); p.Key("enter") }},
		inviting("device", "The device grant: an address and a code, for another machine."),
		inviting("plain", "The same from a server that has no address with the code in it."),
		inviting("browser", "The authorization code grant: the browser was opened."),
	}
}

// taught returns orders with a dead token that the gateway accepted until shortly before.
func taught() console.Board {
	b := orders()
	for i := range b.Tokens {
		if tok := &b.Tokens[i]; tok.ID == "t_dead" {
			at := tok.AcceptedAt.Add(2 * time.Minute)
			tok.Probes = append(
				[]console.Probe{{At: at, Status: 200, Verdict: tokenapi.Accepted, URL: probed}},
				tok.Probes...)
		}
	}
	return b
}

func locked() console.Board {
	b := orders()
	b.Key = lockedKey()
	return b
}

func supersedingBoard() console.Board {
	b := orders()
	b.Applications[0].Environment.Regime = console.RegimeJWT
	b.Tokens[6].Asked = nil
	return b
}

func inviting(name, about string) screen {
	i := invitations[name]
	return screen{name: "invite-" + name, about: about,
		own: func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
			t.Helper()
			return invitation(t, w, h, i.app, i.Invitation, change...)
		}}
}

// listScreens are screens of rows that are looked for, sorted and marked.
func listScreens() []screen {
	return []screen{
		sketched("find", "What is typed is looked for in all applications and tokens.", of(six),
			"/ l e d", nil),
		sketched("find-nothing", "Nothing matches.", of(six), "/ z z z enter", nil),
		sketched("find-calls", "In Activity, calls are looked for.", of(six), "4 / p o s t", nil),
		sketched("hidden", "Without what is over.", of(allOver), "f", nil),
		sketched("sorted", "By user.", of(six), "", func(p *ui.Pump) {
			p.Do("sort_by_user")
			p.Key("esc")
		}),
		sketched("marked", "Three tokens are marked, and verbs act on all of them.", of(six), "",
			marked),
		sketched("marked-revoke", "To revoke more than one always asks.", of(six), "",
			func(p *ui.Pump) {
				marked(p)
				p.Key("x")
			}),
	}
}

// marked marks three tokens of six.
func marked(p *ui.Pump) {
	for _, fp := range []string{"77b209dd", "1a61483b", "c24162dc"} {
		selecting("t_" + fp)(p)
		p.Key("space")
	}
	p.Key("up")
}

// chooserScreens are lists of actions.
func chooserScreens() []screen {
	return []screen{
		{name: "palette", about: "Every action by name, with its key, and why it cannot run.",
			keys: ":"},
		{name: "palette-sort", about: "The palette finds what is meant by a few letters.",
			keys: ":", text: "srt"},
		{name: "palette-nothing", about: "No action is called that.", keys: ":", text: "qqq"},
		{name: "help-search", about: "The help is searched, and runs what it lists.", keys: "?",
			text: "prob"},
	}
}

// formScreens are screens with fields to fill in.
func formScreens() []screen {
	return []screen{
		{name: "form-add", about: "An application is added.", keys: "a", text: "Billing"},
		{name: "form-wrong", about: "What is wrong is said while somebody types.", keys: "a",
			text: "Billing", do: func(p *ui.Pump) {
				p.Key("tab", "left", "tab")
				p.Type("cloud2")
				p.Key("tab")
				p.Type("http://gw.example/token")
				p.Key("tab")
			}},
		{name: "form-secret", about: "A secret is typed blind.", board: ordersStored,
			do: func(p *ui.Pump) {
				ofOrders("e")(p)
				for range 9 { // to the consumer secret
					p.Key("tab")
				}
				p.Type("s3cr3t")
			}},
		{name: "form-throw", about: "What was typed is not thrown away without a question.",
			keys: "a", text: "B", do: press("esc")},
		{name: "form-edit", about: "An application of the store is edited; its secret is kept.",
			board: ordersStored, do: ofOrders("e")},
		{name: "delete", about: "An application is deleted, and its living tokens stay.",
			board: ordersStored, do: ofOrders("D")},
		{name: "choose-get", about: "A get with another grant, other scopes.",
			do: ofOrders("G")},
		{name: "import", about: "Where to import applications from.",
			do: func(p *ui.Pump) { p.Do("import") }},
		living("import-found", "What a developer portal shows, to choose from.", func(l *live) {
			l.portal = shown
			l.askPortal()
			l.Key("down", "space")
		}),
		{name: "import-curl", about: "What a pasted curl line tells, without its secrets.",
			do: func(p *ui.Pump) {
				p.Do("import")
				p.Key("right")
				p.Paste(aCurl)
			}},
		{name: "adopt", about: "A token from elsewhere, to be watched or revoked.",
			do: func(p *ui.Pump) {
				ofOrders()(p)
				p.Do("adopt_token")
				p.Type("a leaked token")
			}},
	}
}

// ofOrders presses keys while the scope is the application Orders.
func ofOrders(keys ...string) func(*ui.Pump) {
	return func(p *ui.Pump) {
		p.ScopeTo("Orders")
		p.Key(keys...)
	}
}

// ordersStored returns orders with the first application in the store.
func ordersStored() console.Board {
	b := orders()
	a := &b.Applications[0]
	a.Source, a.ConsumerKey, a.Scopes, a.ProbeURL = console.FromStore,
		"wU62DjlyDBnq87GlBwplfqvmAbAa", []string{"orders:read", "orders:write"},
		"https://gw.example/orders/1.0/list"
	a.Environment.Endpoints.TokenURL = "https://gw.example/token"
	a.Environment.Endpoints.RevokeURL = "https://gw.example/revoke"
	b.Environments = []console.KnownEnvironment{
		{Environment: a.Environment, Source: console.FromStore}}
	return b
}

func press(keys ...string) func(*ui.Pump) { return func(p *ui.Pump) { p.Key(keys...) } }

// lookScreens show the content of a token or a call.
func lookScreens() []screen {
	return []screen{
		{name: "exchange", about: "A call as it was sent, masked, and as curl.",
			keys: "4 down enter"},
		living("inspect-jwt", "Inside a JWT: its claims, with times as people say them.",
			func(l *live) {
				l.api.access = aJWT
				l.Key("g", "enter", "enter")
			}),
		living("copy-as", "As what a token is copied.",
			func(l *live) { l.api.refresh = true; l.Key("g", "enter", "Y") }),
		living("probing", "A revoked token is probed until the gateway refuses it.", func(l *live) {
			l.Key("g", "enter", "p", "x")
			l.after(4 * time.Second)
			l.Key("P")
			l.after(12 * time.Second)
		}),
		living("reveal", "A token in clear, for ten seconds.",
			func(l *live) { l.Key("g", "enter", "v") }),
	}
}

// aJWT is an access token in JWT form, with an invalid signature.
var aJWT = func() string {
	b64 := base64.RawURLEncoding.EncodeToString
	return b64([]byte(`{"alg":"RS256","typ":"at+jwt","kid":"gateway-2026"}`)) + "." +
		b64([]byte(fmt.Sprintf(
			`{"iss":"https://gw.example/oauth2/token","sub":"ana@carbon.super",`+
				`"aud":"wU62DjlyDBnq87GlBwplfqvmAbAa","azp":"wU62DjlyDBnq87GlBwplfqvmAbAa",`+
				`"scope":"default","iat":%d,"nbf":%d,"exp":%d,`+
				`"jti":"9a1e7c04-5b7f-4f0e-9f2f-0d6a5a0c2b11"}`,
			t0.Unix(), t0.Unix(), t0.Add(time.Hour).Unix()))) + "." +
		b64([]byte("signed by nobody at all"))
}()

// living returns a screen on a console that answers.
func living(name, about string, do func(*live)) screen {
	return screen{name: name, about: about,
		own: func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
			t.Helper()
			l := alive(t)
			o := ui.Options{Service: l.svc, Clipboard: l.clip,
				Settings: ui.Settings{Theme: theme(t, "dark")}, Width: w, Height: h}
			for _, f := range change {
				f(&o)
			}
			l.Pump = ui.NewPump(t.Context(), o, l.clock.Now)
			do(l)
			return l.Pump
		}}
}

// tourScreen returns a step of the tour.
func tourScreen() []screen {
	return []screen{
		{name: "tour", about: "demo --tour leads through the life of a token.",
			own: func(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
				t.Helper()
				l := toured(t, w, h, change...)
				l.Key("g", "enter", "p")
				l.after(time.Minute) // the notices have faded
				return l.Pump
			}}}
}

// screens returns all screens.
func screens() []screen {
	return slices.Concat(paneScreens(), listScreens(), overlayScreens(), chooserScreens(),
		lookScreens(), formScreens(), tourScreen())
}
