package pane_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
	"lanyard/ui/keys"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// clock returns a time of the day of the drawings.
func clock(t testing.TB, at string) time.Time {
	t.Helper()
	c, err := time.Parse(time.DateTime, "2026-11-23 "+at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sketch is the board of the drawings, at 10:46:21.
type sketch struct {
	t       testing.TB
	board   console.Board
	session *session.Session
	marks   map[string]bool
	key     console.KeyStatus
	now     time.Time
	app     int
	ascii   bool
	events  map[string][]console.Event
}

func (d *sketch) at(text string) time.Time { return clock(d.t, text) }

const consumerKey = "sbx_fhJVkDrPvNCb7eKq2XhWm1Yt"

// draw returns the board of drawing 1, as far as the pane shows it.
func draw(t testing.TB) *sketch {
	t.Helper()
	cloud := console.Environment{
		Name: "cloud", CacheTTL: 15 * time.Minute, Regime: console.RegimeOpaque,
		Endpoints: console.Endpoints{TokenURL: "https://apim.example/oauth2/token",
			IntrospectURL: "https://apim.example/oauth2/introspect"},
	}
	prod := cloud
	prod.Name, prod.Production, prod.Regime = "prod-eu", true, console.RegimeAuto
	d := &sketch{t: t, now: clock(t, "10:46:21"), app: -1, events: map[string][]console.Event{}}
	for _, a := range []struct {
		name  string
		env   console.Environment
		grant string
	}{
		{"Orders", cloud, console.GrantPassword}, {"Mobile", cloud, console.GrantClientCredentials},
		{"Ledger", prod, console.GrantClientCredentials},
		{"Payments", cloud, console.GrantPassword},
		{"Reports", cloud, console.GrantClientCredentials},
	} {
		d.board.Applications = append(d.board.Applications, console.Application{
			ID: "app_" + a.name, Name: console.Private(a.name), Environment: a.env,
			KeyType: console.KeyProduction, Grant: a.grant, Scopes: []string{"default"},
			ProbeURL: "https://gw.example/orders/1.0.0/list", Source: console.FromConfig,
			Username: map[string]console.Private{console.GrantPassword: "ana"}[a.grant],
		})
	}
	d.board.Applications[0].ConsumerKey = consumerKey
	d.add("Orders", "77b209dd", "09:47:02", "10:47:02", func(k *console.Token) {
		k.Grant, k.User, k.Refresh = console.GrantPassword, "ana", console.RefreshLive
		k.JWT = true
		k.Probes = []console.Probe{d.probe("10:12:40", 200), d.probe("10:41:55", 200),
			d.probe("10:46:18", 200)}
	})
	d.add("Orders", "5d10c9aa", "08:47:01", "09:47:01", func(k *console.Token) {
		k.ReplacedAt, k.ReplacedBy, k.Refresh = d.at("09:47:02"), "t_77b209dd", console.RefreshSpent
	})
	d.add("Orders", "c24162dc", "10:44:06", "11:44:06", nil)
	d.add("Mobile", "fb7ddc8f", "10:26:31", "11:26:31", func(k *console.Token) {
		k.Scopes, k.Probes = []string{"feed", "admin"}, []console.Probe{d.probe("10:41:30", 200)}
	})
	d.add("Ledger", "0b233657", "09:59:05", "10:59:05", func(k *console.Token) {
		k.Scopes = []string{"read"}
	})
	d.add("Ledger", "1a61483b", "10:17:26", "11:17:26", nil)
	d.add("Orders", "a194eb99", "10:30:00", "11:30:00", func(k *console.Token) {
		k.RevokeAt, k.RevokeKind, k.AcceptedAt = d.at("10:44:02"), console.RevokeBoth,
			d.at("10:44:02")
		k.Probes = []console.Probe{d.probe("10:44:05", 200), d.probe("10:44:08", 401),
			d.probe("10:44:10", 401), d.probe("10:44:12", 401)}
	})
	d.copied("t_77b209dd", "09:48:10", console.FormCurl)
	d.copied("t_0b233657", "10:05:24", console.FormHeader)
	for i, p := range d.board.Tokens[0].Probes {
		d.board.Exchanges = append(d.board.Exchanges, console.Exchange{
			Seq: int64(i + 1), TokenID: "t_77b209dd",
			Call: console.Call{Probe: console.CallProbe{At: p.At}}, Exchange: tokenapi.Exchange{
				Op: "probe", Started: p.At, Took: time.Duration(4+i%2) * time.Millisecond,
			}})
	}
	return d
}

func (d *sketch) probe(at string, status int) console.Probe {
	p := console.Probe{At: d.at(at), Status: status, Verdict: console.ProbeAccepted,
		URL: "https://gw.example/orders/1.0.0/list"}
	if status == 401 {
		p.Verdict, p.NamesToken = console.ProbeRefused, true
	}
	return p
}

func (d *sketch) add(app, fp, issued, expires string, change func(*console.Token)) {
	k := console.Token{
		ID: "t_" + fp, AppID: "app_" + app, Fingerprint: fp, Lifetime: console.LifeBounded,
		Grant: console.GrantClientCredentials, Scopes: []string{"default"}, TokenType: "Bearer",
		IssuedAt: d.at(issued), ExpiresAt: d.at(expires), Rev: 1,
	}
	k.Granted = k.ExpiresAt.Sub(k.IssuedAt)
	if change != nil {
		change(&k)
	}
	d.board.Tokens = append(d.board.Tokens, k)
}

func (d *sketch) copied(id, at string, form console.Form) {
	d.events[id] = append(d.events[id], console.Event{
		At: d.at(at), Kind: console.EventCopied, TokenID: id,
		Facts: json.RawMessage(fmt.Sprintf(`{"via":"osc52","form":%q}`, form)),
	})
}

// scene returns a scene in which the row with an ID is selected; "" for none.
func (d *sketch) scene(id string) *scene.Scene {
	d.t.Helper()
	if d.session == nil {
		d.session = session.New(d.t.Context(), session.Options{})
	}
	rows := keys.Default()
	for i := range rows {
		if rows[i].Act == keys.Unlock {
			rows[i].Keys = []string{"U"}
		}
	}
	m := keys.New(rows)
	theme, err := themes.Set{}.ByName("dark")
	if err != nil {
		d.t.Fatal(err)
	}
	styles := theme.Styles(true, themes.All)
	b := session.NewBoard(d.board, func(a console.Application) console.Policy {
		return console.PolicyOf(a, 2*time.Minute)
	}, d.now)
	_, filed := d.session.Tickets()
	d.session.Apply(session.BoardRead{Ticket: filed + 1, Board: d.board}, d.now)
	s := &scene.Scene{
		Board: &b, Now: d.now, Session: d.session, Styles: &styles, Keys: &m, App: d.app,
		Marks: d.marks, View: &scene.View{}, ASCII: d.ascii,
		Key: scene.KeyState{KeyState: session.KeyState{KeyStatus: d.key}},
	}
	if s.Current = b.Row(id); s.Current == nil && id != "" {
		d.t.Fatalf("no row %s", id)
	}
	return s
}

func (d *sketch) pane(shape pane.Shape) *pane.Selected {
	return &pane.Selected{Shape: shape,
		Events: func(id string) []console.Event { return d.events[id] }}
}

// token returns a token of the board, to be changed.
func (d *sketch) token(id string) *console.Token {
	for i := range d.board.Tokens {
		if d.board.Tokens[i].ID == id {
			return &d.board.Tokens[i]
		}
	}
	d.t.Fatalf("no token %s", id)
	return nil
}

// plain returns lines without colours.
func plain(lines []string) string { return ansi.Strip(strings.Join(lines, "\n")) }

// want returns the lines of a drawing in testdata, without its frame.
func want(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(string(b)) {
		l = strings.TrimSuffix(l, "\n")
		l = strings.TrimSuffix(strings.TrimPrefix(l, "│"), "│")
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}

// lock locks the secrets until a person gives the passphrase.
func (d *sketch) lock() {
	d.key = console.KeyStatus{Kind: "passphrase", Locked: true, Asks: true}
}

// The lines of the drawings, cell by cell. Where a drawing contradicts the rule of StatusAt, that a
// bound ends with the token, the text of the rule is swapped in.
func TestSelectedAsDrawn(t *testing.T) {
	t.Parallel()
	const orders = "t_77b209dd"
	lines := func(w int) func(*sketch, *pane.Selected, *scene.Scene) []string {
		return func(_ *sketch, p *pane.Selected, s *scene.Scene) []string {
			return p.Lines(s, w, 4, false)
		}
	}
	brief := func(w int) func(*sketch, *pane.Selected, *scene.Scene) []string {
		return func(_ *sketch, p *pane.Selected, s *scene.Scene) []string { return p.Brief(s, w) }
	}
	demo := func(d *sketch) {
		d.board.Applications = append(d.board.Applications, d.board.Applications[0])
		a := &d.board.Applications[len(d.board.Applications)-1]
		a.ID, a.Environment.Name, a.Grant = "app_demo", "demo", console.GrantClientCredentials
		a.Environment.CacheTTL = time.Minute
		d.add("demo", "1413d6d0", "10:45:05", "11:45:05", func(k *console.Token) {
			k.RevokeAt, k.RevokeKind, k.AcceptedAt = d.at("10:46:11"), console.RevokeBoth,
				d.at("10:46:11")
		})
	}
	for _, c := range []struct {
		file   string
		id     string
		change func(*sketch)
		draw   func(*sketch, *pane.Selected, *scene.Scene) []string
		swap   []string
	}{
		{"expiring-118", orders, nil, lines(118), nil},
		{"expiring-98", orders, nil, lines(98), []string{"≤15:00", "≤0:41"}},
		{"production-118", "t_0b233657", nil, lines(118), nil},
		{"locked-118", orders, (*sketch).lock, lines(118), nil},
		{"passes-118", "t_1413d6d0", demo, func(_ *sketch, p *pane.Selected,
			s *scene.Scene) []string {
			p.Key, p.Does = "t", "pauses the traffic"
			return p.Lines(s, 118, 4, false)
		}, nil},
		{"undo-118", "t_fb7ddc8f", func(d *sketch) {
			k := d.token("t_fb7ddc8f")
			k.RevokeAt, k.RevokeKind = d.at("10:46:25"), console.RevokeBoth
		}, lines(118), nil},
		{"unsure-118", "mark:m1", func(d *sketch) {
			d.board.Marks = []console.Mark{{ID: "m1", Op: console.OpGet, AppID: "app_Payments",
				SentAt: d.at("10:46:13"), EndsBy: d.at("11:46:13")}}
			d.board.Past = []console.Call{{Event: 1, Verb: console.OpGet, Mark: "m1"}}
		}, lines(118), nil},
		{"request-118", "", func(d *sketch) { d.app = 4 }, lines(118), nil},
		{"marks-118", "t_c24162dc", func(d *sketch) {
			d.marks = map[string]bool{orders: true, "t_1a61483b": true, "t_c24162dc": true}
		}, lines(118), nil},
		{"brief-80", orders, nil, brief(80), []string{"≤15:00", "≤0:41"}},
		{"brief-60", orders, nil, func(_ *sketch, p *pane.Selected, s *scene.Scene) []string {
			return p.Brief(s, 60)[:1]
		}, nil},
		{"over-80", "t_a194eb99", nil, brief(80), nil},
		{"column-48", orders, (*sketch).inspected, func(_ *sketch, p *pane.Selected,
			s *scene.Scene) []string {
			return p.Column(s, 48, 44, false)
		}, []string{"the gateway may pass it until 11:01 at most",
			"it may pass until 10:47:02 at most         ", "NCb…           ",
			"NCb7eKq2XhWm1Yt"}},
		{"zoomed-118", orders, func(d *sketch) {
			d.inspected()
			d.token(orders).From = "t_5d10c9aa"
		}, func(_ *sketch, p *pane.Selected, s *scene.Scene) []string {
			return p.Full(s, 118, 25, false)
		}, []string{"until 11:01 at most (15:00)  ", "until 10:47:02 at most (0:41)",
			"got by password, with a refresh token", "got by refresh, with a refresh token "}},
	} {
		d := draw(t)
		if c.change != nil {
			c.change(d)
		}
		got := plain(c.draw(d, d.pane(pane.InRow), d.scene(c.id)))
		text := strings.NewReplacer(c.swap...).Replace(want(t, c.file))
		text = strings.TrimRight(text, " \n")
		if strings.TrimRight(got, " \n") != text {
			t.Errorf("%s:\n%s\nwant\n%s", c.file, got, text)
		}
	}
}

// inspected files the claims of the drawings for the token of Orders.
func (d *sketch) inspected() { d.inspectedWith("3f1c") }

// inspectedWith files claims whose signature was verified with a key.
func (d *sketch) inspectedWith(key string) {
	d.session = session.New(d.t.Context(), session.Options{})
	text := func(name, value string) jwt.Claim {
		return jwt.Claim{Name: name, Value: value, Text: true}
	}
	at := func(name, value string) jwt.Claim {
		return jwt.Claim{Name: name, Value: "1", Time: d.at(value)}
	}
	d.session.Apply(session.Inspected{ID: "t_77b209dd", Inspection: console.Inspection{
		JWT: &jwt.Token{
			Alg: "RS256", KeyID: "3f1c", Header: []jwt.Claim{text("alg", "RS256"),
				text("kid", "3f1c")},
			Claims: []jwt.Claim{text("sub", "ana@carbon.super"), text("aud", consumerKey),
				text("azp", consumerKey), text("iss", "https://apim.example/oauth2/token"),
				at("iat", "09:47:02"), at("exp", "10:47:02"), text("scope", "default")},
		},
		Check: jwt.Check{Verified: true, Alg: "RS256", KeyID: key},
	}}, d.now)
}
