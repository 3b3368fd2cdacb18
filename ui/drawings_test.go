package ui_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/tokenapi/jwt"
	"lanyard/ui"
	"lanyard/ui/session"
)

// drawn is the instant of the drawings.
var drawn = time.Date(2026, 11, 23, 10, 46, 21, 0, time.UTC)

// sketch is the board of a drawing, and what the audit log and the tokens themselves tell.
type sketch struct {
	board console.Board
	envs  map[string]console.Environment
	log   map[string][]console.Event
	jwts  map[string]jwt.Token // by ID of the token
}

// noClipboard is a clipboard that nothing is copied to.
type noClipboard struct{ session.Clipboard }

// newSketch returns a board with the two environments of the drawings, and their calls.
func newSketch() *sketch {
	k := &sketch{
		envs: map[string]console.Environment{}, log: map[string][]console.Event{},
		jwts: map[string]jwt.Token{},
	}
	regimes := map[string]console.Regime{
		"cloud": console.RegimeOpaque, "prod-eu": console.RegimeAuto,
	}
	for _, name := range []string{"cloud", "prod-eu"} {
		k.envs[name] = console.Environment{
			Name: console.Private(name), CacheTTL: 15 * time.Minute, Regime: regimes[name],
			Production: name == "prod-eu",
			Endpoints: console.Endpoints{TokenURL: "https://apim.example/oauth2/token",
				IntrospectURL: "https://apim.example/oauth2/introspect"},
		}
	}
	k.board.Key = console.KeyStatus{Kind: "file", Place: "key file /home/ana/lanyard.key"}
	const list = "/orders/1.0.0/list"
	for _, c := range []console.Call{ // oldest first
		{At: oclock("10:40:31"), Verb: "revoke", Method: "POST", Path: "/oauth2/revoke",
			Status: 200,
			Took:   12, Application: "Orders", TokenID: "t_a194eb99"},
		{At: oclock("10:40:37"), Verb: "probe", Method: "GET", Path: list, Status: 401, Took: 3,
			Application: "Orders", TokenID: "t_a194eb99", Verdict: console.ProbeRefused},
		{At: oclock("10:41:55"), Verb: "probe", Method: "GET", Path: list, Status: 200, Took: 5,
			Application: "Orders", TokenID: "t_77b209dd", Verdict: console.ProbeAccepted},
		{At: oclock("10:46:10"), Verb: "refresh_token", Method: "POST", Path: "/oauth2/token",
			Status: 200, Took: 57, Application: "Payments", TokenID: "t_39bf0004",
			From: "t_cea55f74"},
		{At: oclock("10:46:18"), Verb: "probe", Method: "GET", Path: list, Status: 200, Took: 4,
			Application: "Orders", TokenID: "t_77b209dd", Verdict: console.ProbeAccepted},
	} {
		k.called(c)
	}
	day := func(text string) time.Time { return oclock(text).AddDate(0, 0, -1) }
	for i, c := range []console.Call{ // newest first
		{At: day("17:58:02"), Verb: "get", Method: "POST", Path: "/oauth2/token", Status: 200,
			Took: 40, Application: "Ledger", Fingerprint: "5c0d77a1"},
		{At: day("17:57:11"), Verb: "probe", Method: "GET", Path: "/ledger/1.0.0/status",
			Status: 503, Took: 902, Application: "Ledger", Fingerprint: "5c0d77a1",
			Verdict: console.ProbeUnclear, Probe: console.CallProbe{Why: tokenapi.WhyServer}},
		{At: day("17:55:40"), Verb: "get", Method: "POST", Path: "/oauth2/token", Status: 200,
			Took: 44, Application: "Mobile", Fingerprint: "0c1177fe"},
		{At: day("17:40:12"), Verb: "probe", Method: "GET", Path: "/feed/1.0.0/items", Status: 200,
			Took: 6, Application: "Mobile", Fingerprint: "9b3a40c2",
			Verdict: console.ProbeAccepted},
		{At: day("17:31:09"), Verb: "revoke", Method: "POST", Path: "/oauth2/revoke", Status: 200,
			Took: 15, Application: "Mobile", Fingerprint: "9b3a40c2"},
		{At: day("17:02:55"), Verb: "get", Method: "POST", Path: "/oauth2/token", Status: 401,
			Took: 9, Application: "Kiosk", Failure: "invalid_client"},
		{At: day("16:58:30"), Verb: "get", Method: "POST", Path: "/oauth2/token", Status: 200,
			Took: 38, Application: "Kiosk", Fingerprint: "7be1d05a"},
	} {
		c.Event, c.Took = int64(i+1), milliseconds(c.Took)
		k.board.Past = append(k.board.Past, c)
	}
	return k
}

// oclock returns a time of the day of the drawings.
func oclock(clock string) time.Time {
	t, err := time.Parse(time.DateTime, drawn.Format(time.DateOnly)+" "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

// milliseconds returns a duration whose number is in milliseconds.
func milliseconds(n time.Duration) time.Duration {
	return time.Duration(n.Nanoseconds() * int64(time.Millisecond))
}

// called adds a call of this run. Its duration is in milliseconds.
func (k *sketch) called(c console.Call) {
	c.Took = milliseconds(c.Took)
	c.Fingerprint = strings.TrimPrefix(c.TokenID, "t_")
	k.board.Exchanges = append(k.board.Exchanges, console.Exchange{
		Seq: int64(len(k.board.Exchanges) + 1), Application: c.Application, TokenID: c.TokenID,
		Call: c, Exchange: tokenapi.Exchange{
			Op: c.Verb, Method: c.Method, URL: "https://apim.example" + string(c.Path),
			Status: c.Status, Started: c.At, Took: c.Took,
		},
	})
}

// app adds an application.
func (k *sketch) app(env, name string) string {
	a := application(name, "PRODUCTION", k.envs[env])
	a.ID = "app_" + env + name
	a.Scopes = []string{"default"}
	a.ProbeURL = "https://apim.example/orders/1.0.0/list"
	k.board.Applications = append(k.board.Applications, a)
	return a.ID
}

// token adds a token that lives for the rest of left, of an hour or of whole days.
func (k *sketch) token(app, fp, user string, left time.Duration) *console.Token {
	granted := time.Hour
	for granted < left {
		granted *= 24
	}
	t := bounded("t_"+fp, fp, app, granted, 0)
	t.IssuedAt, t.ExpiresAt = drawn.Add(left-granted), drawn.Add(left)
	t.User, t.Grant = console.Private(user), console.GrantClientCredentials
	if user != "" {
		t.Grant, t.Refresh = console.GrantPassword, console.RefreshLive
	}
	k.board.Tokens = append(k.board.Tokens, t)
	return &k.board.Tokens[len(k.board.Tokens)-1]
}

// find returns a token of the board.
func (k *sketch) find(fp string) *console.Token {
	for i := range k.board.Tokens {
		if k.board.Tokens[i].Fingerprint == fp {
			return &k.board.Tokens[i]
		}
	}
	panic(fp)
}

// probe adds probes of a token.
func probe(t *console.Token, status int, times ...time.Time) {
	for _, at := range times {
		p := console.Probe{At: at, Status: status, Verdict: console.ProbeAccepted, URL: probed}
		if status == http.StatusOK {
			t.SeenAt = at
		} else {
			p.Verdict, p.FaultCode, p.NamesToken = console.ProbeRefused, 900901, true
		}
		t.Probes = append(t.Probes, p)
	}
}

// ago returns n times, a second apart, of which the last is d ago.
func ago(d time.Duration, n int) (times []time.Time) {
	for i := range n {
		times = append(times, drawn.Add(-d-time.Duration(n-1-i)*time.Second))
	}
	return times
}

// revoked adds a token whose revoke was accepted so long ago that the gateway may let it through
// for left more.
func (k *sketch) revoked(app, fp, user string, left time.Duration, calls int) *console.Token {
	t := k.token(app, fp, user, 40*time.Minute)
	accepted(t, drawn.Add(left-15*time.Minute))
	probe(t, http.StatusOK, ago(0, calls)...)
	return t
}

// accepted sets the time at which the server accepted a revoke.
func accepted(t *console.Token, at time.Time) {
	t.AcceptedAt, t.RevokeAt, t.RevokeKind = at, at, console.RevokeBoth
	if t.Refresh != console.RefreshNone {
		t.Refresh = console.RefreshRevoked
	}
}

// copied adds a copy of a token to the audit log.
func (k *sketch) copied(fp, clock string, form console.Form) {
	k.log["t_"+fp] = append(k.log["t_"+fp], console.Event{
		At: oclock(clock), Kind: console.EventCopied, TokenID: "t_" + fp,
		Facts: json.RawMessage(fmt.Sprintf(`{"via":"osc52","form":%q}`, form)),
	})
}

// ms parses minutes and seconds.
func ms(text string) time.Duration {
	m, s, _ := strings.Cut(text, ":")
	d, err := time.ParseDuration(m + "m" + s + "s")
	if err != nil {
		panic(err)
	}
	return d
}

// six returns the board of the first drawing.
func six() *sketch {
	k := newSketch()
	app := map[string]string{}
	for _, name := range []string{"Billing API", "Kiosk", "Mobile", "Orders", "Payments"} {
		app[name] = k.app("cloud", name)
	}
	app["Ledger"] = k.app("prod-eu", "Ledger")
	k.first(app["Orders"], "ana", ms("0:41"))
	k.token(app["Mobile"], "12a6b888", "", ms("4:12"))
	k.token(app["Ledger"], "0b233657", "", ms("12:44")).Scopes = []string{"read"}
	k.copied("0b233657", "10:05:24", console.FormHeader)
	k.token(app["Ledger"], "1a61483b", "", ms("31:05")).Scopes = []string{"read", "write"}
	feed := k.token(app["Mobile"], "fb7ddc8f", "", ms("40:10"))
	feed.Scopes = []string{"feed", "admin"}
	probe(feed, http.StatusOK, oclock("10:41:30"))
	k.token(app["Ledger"], "20c37aa8", "", ms("44:18")).Scopes = []string{"read"}
	k.token(app["Billing API"], "4a62fdad", "", ms("56:01"))
	k.token(app["Orders"], "c24162dc", "", ms("57:45"))
	k.token(app["Orders"], "96065616", "", ms("57:47"))
	k.token(app["Kiosk"], "33a461bb", "", ms("58:57"))
	k.token(app["Billing API"], "d8cbd4b7", "", ms("59:12"))
	k.token(app["Payments"], "39bf0004", "ana", ms("59:40"))
	k.ended(app["Orders"], app["Payments"])
	return k
}

// first adds the token at the top of most drawings.
func (k *sketch) first(app, user string, left time.Duration) {
	t := k.token(app, "77b209dd", user, left)
	t.JWT = true
	probe(t, http.StatusOK, oclock("10:12:40"), oclock("10:41:55"), oclock("10:46:18"))
	k.copied(t.Fingerprint, "09:48:10", console.FormCurl)
	const key = "sbx_fhJVkDrPvNCb7eKq2XhWm1Yt"
	says := func(name, value string) jwt.Claim {
		return jwt.Claim{Name: name, Value: value, Text: true}
	}
	k.jwts[t.ID] = jwt.Token{
		Alg: "RS256", KeyID: "3f1c", Header: []jwt.Claim{says("alg", "RS256"), says("kid", "3f1c")},
		Claims: []jwt.Claim{says("sub", "ana@carbon.super"), says("aud", key), says("azp", key),
			says("iss", "https://apim.example/oauth2/token"),
			{Name: "iat", Value: "1", Time: t.IssuedAt},
			{Name: "exp", Value: "2", Time: t.ExpiresAt},
			says("scope", "default")},
	}
}

// ended adds the tokens of the first drawing that were revoked or replaced.
func (k *sketch) ended(orders, payments string) {
	t := k.token(payments, "cea55f74", "ana", 40*time.Minute)
	replaced(t)
	probe(t, http.StatusOK, ago(time.Second, 3)...)
	k.revoked(orders, "1413d6d0", "", ms("9:02"), 0)
	dead := k.token(orders, "a194eb99", "", 40*time.Minute)
	accepted(dead, oclock("10:40:31"))
	probe(dead, http.StatusOK, oclock("10:40:34"))
	probe(dead, http.StatusUnauthorized, oclock("10:40:37"), oclock("10:40:38"), oclock("10:40:39"))
}

// replaced makes a token one that was refreshed in the calls of the drawings.
func replaced(t *console.Token) {
	t.AcceptedAt, t.RevokeAt, t.RevokeKind = time.Time{}, time.Time{}, ""
	t.ReplacedAt, t.ReplacedBy, t.Refresh = oclock("10:46:10"), "t_39bf0004", console.RefreshSpent
}

// show returns the screen of a sketch.
func (k *sketch) show(t *testing.T, w, h int, change ...func(*ui.Options)) *ui.Pump {
	t.Helper()
	p, c := still(t, w, h,
		append(change, func(o *ui.Options) { o.Clipboard = noClipboard{} })...)
	c.now = drawn
	p.Logged(func(id string) []console.Event { return k.log[id] })
	for i := range k.board.Exchanges { // a probe has the time at which it was kept
		k.board.Exchanges[i].Call.Probe.At = k.board.Exchanges[i].Call.At
	}
	p.Feed(k.board)
	for id, token := range k.jwts {
		p.Send(session.Inspected{ID: id, Inspection: console.Inspection{
			JWT: &token, Check: jwt.Check{Verified: true, Alg: token.Alg, KeyID: token.KeyID},
		}})
	}
	p.Hush()
	return p
}

// TestDrawings compares whole screens with drawings, to the cell. The drawings are not written by
// -update: a person corrects one that cannot be right.
func TestDrawings(t *testing.T) {
	t.Parallel()
	const again = "r asks again; or give the secret with `lanyard apps set-secret Payments`"
	compared := map[string]bool{}
	for _, c := range []struct {
		name  string
		board func() *sketch
		keys  string
		do    func(*ui.Pump)
	}{
		{"base120", six, "", nil}, {"n100", six, "", nil}, {"n80", six, "", nil},
		{"n60", six, "", nil}, {"n40", six, "", nil}, {"n30", six, "", nil},
		{"w160", six, "", nil}, {"find", six, "/ l e d", nil},
		{"marks", six, "", marked},
		{"undo", undone, "", selecting("t_fb7ddc8f")},
		{"unsure", unanswered, "", selecting("mark:m1")},
		{"prod", six, "1 end 2", nil},
		{"locked", sealedSix, "", nil},
		{"notice", six, "", refused(again, ": the secret in the store is not the one it has now")},
		{"notice80", six, "", refused(again, "")},
		{"box", six, "", asked}, {"box80", six, "", asked},
		{"zoom", renewedSix, "3 z", nil},
		{"notok", withReports, "1 down down down down down down down 2", nil},
		{"noapps", nothing, "", nil},
		{"over80", allOver, "", nil},
		{"log", farApart, "", nil},
		{"names", named(true), "", nil}, {"names80", named(true), "", nil},
		{"names2", named(false), "", nil},
		{"big120", func() *sketch { return forty(t) }, "", nil},
		{"big200", func() *sketch { return forty(t) }, "", nil},
	} {
		compared[c.name+".txt"] = true
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := drawing(t, c.name)
			p := c.board().show(t, ansi.StringWidthWc(want[0]), len(want))
			p.Key(strings.Fields(c.keys)...)
			if c.do != nil {
				c.do(p)
			}
			got := strings.Split(ansi.Strip(p.Frame()), "\n")
			for i := range want {
				if i < len(got) && got[i] != want[i] {
					t.Errorf("line %d\nwant %s\ngot  %s", i+1, want[i], got[i])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d lines, want %d", len(got), len(want))
			}
		})
	}
	files, err := os.ReadDir(filepath.Join("testdata", "drawings"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !compared[f.Name()] {
			t.Errorf("no screen is compared with %s", f.Name())
		}
	}
}

// drawing returns the lines of a drawing.
func drawing(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "drawings", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// undone is six in the undo window of a revoke.
func undone() *sketch {
	k := six()
	t := k.find("fb7ddc8f")
	t.RevokeAt, t.RevokeKind = drawn.Add(4*time.Second), console.RevokeBoth
	return k
}

// unanswered is six with a get whose answer was lost.
func unanswered() *sketch {
	k := six()
	k.board.Tokens = slices.DeleteFunc(k.board.Tokens, func(t console.Token) bool {
		return t.Fingerprint == "39bf0004"
	})
	k.board.Marks = []console.Mark{{ID: "m1", Op: console.OpGet, AppID: "app_cloudPayments",
		User: "ana", Grant: tokenapi.GrantPassword, SentAt: oclock("10:46:13"),
		EndsBy: oclock("11:46:13")}}
	k.board.Past = append(k.board.Past, console.Call{ // another console sent the get
		Event: 90, At: oclock("10:46:13"), Verb: console.OpGet, Method: "POST",
		Path: "/oauth2/token", Application: "Payments@cloud/PRODUCTION", Mark: "m1",
		Failure: "no answer in time",
	})
	return k
}

// sealedSix is six with locked secrets.
func sealedSix() *sketch {
	k := six()
	k.board.Key = lockedKey()
	return k
}

// refused shows that the key manager has refused an application, why, and what to do.
func refused(hint, why string) func(*ui.Pump) {
	return func(p *ui.Pump) {
		p.SayCall("the key manager refused the client of Payments (invalid_client)"+why, hint)
	}
}

// asked asks whether a token of a production environment is to be revoked.
func asked(p *ui.Pump) {
	selecting("t_0b233657")(p)
	p.Key("x")
}

// renewedSix is six with the token before the first one.
func renewedSix() *sketch {
	k := six()
	k.before("app_cloudOrders")
	return k
}

// withReports is six with an application without tokens.
func withReports() *sketch {
	k := six()
	k.app("cloud", "Reports")
	apps := k.board.Applications
	slices.SortStableFunc(apps, func(a, b console.Application) int {
		return cmp.Compare(a.Environment.Name, b.Environment.Name)
	})
	return k
}

// allOver has no token that is alive or may pass.
func allOver() *sketch {
	k := newSketch()
	app := map[string]string{}
	for _, name := range []string{"Kiosk", "Mobile", "Orders", "Payments"} {
		app[name] = k.app("cloud", name)
	}
	app["Ledger"] = k.app("prod-eu", "Ledger")
	dead := k.token(app["Orders"], "a194eb99", "", 40*time.Minute)
	accepted(dead, oclock("10:44:02"))
	probe(dead, http.StatusUnauthorized, oclock("10:44:08"), oclock("10:44:09"), oclock("10:44:10"))
	accepted(k.token(app["Payments"], "cea55f74", "ana", 40*time.Minute),
		drawn.Add(-19*time.Minute))
	was := k.token(app["Kiosk"], "7be1d05a", "", 0)
	at := drawn.Add(-6 * time.Minute)
	was.ReplacedAt, was.ReplacedBy = at, "t_c03f11e9"
	probe(was, http.StatusUnauthorized, at, at.Add(time.Second), at.Add(2*time.Second))
	k.token(app["Mobile"], "0c1177fe", "", -12*time.Minute)
	k.token(app["Ledger"], "5c0d77a1", "", 0).ExpiresAt = oclock("18:58:02").AddDate(0, 0, -1)
	return k
}

// farApart has a token of a minute beside one that never ends.
func farApart() *sketch {
	k := newSketch()
	app := map[string]string{}
	for _, name := range []string{"Billing API", "Kiosk", "Mobile", "Orders", "Payments"} {
		app[name] = k.app("cloud", name)
	}
	app["Ledger"] = k.app("prod-eu", "Ledger")
	kiosk := k.token(app["Kiosk"], "33a461bb", "", 30*time.Second)
	kiosk.IssuedAt, kiosk.Granted = oclock("10:44:51"), 2*time.Minute
	k.token(app["Mobile"], "12a6b888", "", ms("4:12"))
	k.token(app["Ledger"], "1a61483b", "", ms("31:05"))
	k.token(app["Orders"], "c24162dc", "", 4*time.Hour+5*time.Minute)
	k.token(app["Payments"], "39bf0004", "ana", 26*time.Hour)
	k.token(app["Billing API"], "4a62fdad", "", 29*24*time.Hour)
	never := k.token(app["Billing API"], "d8cbd4b7", "", time.Hour)
	never.Lifetime, never.ExpiresAt, never.Granted = tokenapi.Unbounded, time.Time{}, 0
	t := k.token(app["Payments"], "cea55f74", "ana", 40*time.Minute)
	replaced(t)
	probe(t, http.StatusOK, ago(time.Second, 3)...)
	until := &k.board.Applications[3].Environment // its gateway keeps tokens until they expire
	until.Name, until.CacheTTL = "cloud", console.UntilExpiry
	open := k.revoked(app["Orders"], "1413d6d0", "", ms("14:00"), 1)
	open.Lifetime, open.ExpiresAt, open.Granted = tokenapi.Unbounded, time.Time{}, 0
	// Of Kiosk, with opaque tokens, the same token would come back.
	k.board.Applications[1].Environment.Regime = console.RegimeAuto
	return k
}

// named returns a board with names in other scripts, with or without one of 60 cells.
func named(long bool) func() *sketch {
	return func() *sketch {
		k := newSketch()
		gate, server := k.app("cloud", "決済ゲートウェイ"), k.app("cloud", "बैंक सेवक")
		k.first(gate, "田中", ms("0:41"))
		k.token(server, "12a6b888", "", ms("12:44"))
		k.token(gate, "4a62fdad", "", ms("56:01"))
		if long {
			app := k.app("cloud", "payments-reconciliation-worker-for-the-northern-region-2026b")
			k.token(app, "c24162dc", "", ms("57:45"))
		}
		k.token(k.app("prod-eu", "Ledger"), "1a61483b", "", ms("31:05"))
		return k
	}
}

// Rows of the largest drawing: applications of the rail, with the number of their tokens and the
// time until the next one expires, and tokens.
var (
	railRow  = regexp.MustCompile(`^│[▌ ] (\S+) +(\d+) +([\d:]+) │`)
	railHead = regexp.MustCompile(`^│  (\S+) ─`)
	tokenRow = regexp.MustCompile(
		`│[▌ ] ([◐●◒]) (\S+) +(cloud|prod-eu) +(\S{8})  (\S+) +(\S.*?) +≤?([\d:]+)  [^2n]*(200 ` +
			`[|]+)?( 401 ×1)?`)
)

// forty is the board of 40 applications with 96 living tokens. It has the rows of the largest
// drawing, and others to make the drawn numbers right.
func forty(t *testing.T) *sketch {
	t.Helper()
	k := newSketch()
	lines := drawing(t, "big200")
	apps, count, next := map[string]string{}, map[string]int{}, map[string]time.Duration{}
	env := ""
	for _, line := range lines {
		if m := railHead.FindStringSubmatch(line); m != nil {
			env = m[1]
		} else if m := railRow.FindStringSubmatch(line); m != nil && m[1] != "All" {
			apps[m[1]], next[m[1]] = k.app(env, m[1]), ms(m[3])
			count[m[1]], _ = strconv.Atoi(m[2])
		}
	}
	live, living := 96, map[string]int{}
	for _, line := range lines {
		m := tokenRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name, user, left := m[2], m[5], ms(m[7])
		if apps[name] == "" { // below the rail
			apps[name] = k.app(m[3], name)
		}
		if user == "app" {
			user = ""
		}
		if m[1] == "◒" {
			x := k.revoked(apps[name], m[4], user, left, strings.Count(m[8], "|"))
			if m[4] == "cea55f74" {
				replaced(x)
			}
			if m[9] != "" {
				probe(x, http.StatusUnauthorized, drawn)
			}
			continue
		}
		live--
		living[name]++
		if m[4] == "77b209dd" {
			k.first(apps[name], user, left)
			continue
		}
		x := k.token(apps[name], m[4], user, left)
		x.Scopes = strings.Fields(m[6])
		probe(x, http.StatusOK, ago(time.Minute, strings.Count(m[8], "|"))...)
	}
	more := func(name string, left time.Duration) *console.Token {
		fp := fmt.Sprintf("%08x", len(k.board.Tokens))
		return k.token(apps[name], fp, "", left)
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		for n := count[name]; living[name] < n; living[name]++ {
			left := ms("58:57")
			if living[name] == 0 {
				left = next[name]
			}
			more(name, left)
			live--
		}
	}
	for range live {
		more("Tickets", ms("58:57"))
	}
	dead := k.token(apps["Orders"], "a194eb99", "", 40*time.Minute)
	accepted(dead, oclock("10:40:31"))
	probe(dead, http.StatusOK, oclock("10:40:34"))
	probe(dead, http.StatusUnauthorized, oclock("10:40:37"), oclock("10:40:38"), oclock("10:40:39"))
	k.before(apps["Orders"])
	for range 10 {
		more("Audit", -time.Hour)
	}
	return k
}

// before adds the token that the first one has replaced.
func (k *sketch) before(app string) {
	old := k.token(app, "5d10c9aa", "ana", 0)
	old.IssuedAt, old.ExpiresAt = oclock("08:47:01"), oclock("09:47:01")
	old.ReplacedAt, old.ReplacedBy, old.Refresh = oclock("09:47:02"), "t_77b209dd",
		console.RefreshSpent
	k.find("77b209dd").From = old.ID
}
