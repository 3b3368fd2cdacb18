package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui"
	"lanyard/ui/session"
)

// drawn is the instant of the drawings.
var drawn = time.Date(2026, 11, 23, 10, 46, 21, 0, time.UTC)

// sketch is the board of a drawing.
type sketch struct {
	board console.Board
	envs  map[string]console.Environment
}

// noClipboard is a clipboard that nothing is copied to.
type noClipboard struct{ session.Clipboard }

// newSketch returns a board with the two environments of the drawings.
func newSketch() *sketch {
	k := &sketch{envs: map[string]console.Environment{}}
	for _, name := range []string{"cloud", "prod-eu"} {
		k.envs[name] = console.Environment{
			Name: console.Private(name), CacheTTL: 15 * time.Minute, Regime: console.RegimeOpaque,
			Production: name == "prod-eu",
			Endpoints:  console.Endpoints{TokenURL: "https://apim.example/oauth2/token"},
		}
	}
	k.board.Key = console.KeyStatus{Kind: "file", Place: "key file /home/ana/lanyard.key"}
	return k
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

// token adds a token that lives for the rest of left, of an hour.
func (k *sketch) token(app, fp, user string, left time.Duration, calls ...int) *console.Token {
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
	for i, status := range calls {
		v := console.ProbeAccepted
		if status != 200 {
			v = console.ProbeRefused
		}
		t.Probes = append(t.Probes, console.Probe{
			At: drawn.Add(time.Duration(i-len(calls)) * time.Second), Status: status, Verdict: v,
			URL: probed, NamesToken: status == 401,
		})
	}
	k.board.Tokens = append(k.board.Tokens, t)
	return &k.board.Tokens[len(k.board.Tokens)-1]
}

// revoked adds a token whose revoke was accepted so long ago that the gateway may let it through for
// left more.
func (k *sketch) revoked(app, fp, user string, left time.Duration, calls ...int) *console.Token {
	t := k.token(app, fp, user, 40*time.Minute, calls...)
	t.AcceptedAt = drawn.Add(left - 15*time.Minute)
	t.RevokeAt, t.RevokeKind = t.AcceptedAt, console.RevokeBoth
	t.Refresh = console.RefreshRevoked
	for i := range t.Probes {
		t.Probes[i].At = t.AcceptedAt.Add(time.Duration(i+1) * time.Second)
	}
	return t
}

// dead adds a token that was proved dead some time after its revoke.
func (k *sketch) dead(app, fp string, after, ago time.Duration) *console.Token {
	t := k.token(app, fp, "", 40*time.Minute)
	t.AcceptedAt = drawn.Add(-ago - after)
	t.RevokeAt, t.RevokeKind = t.AcceptedAt, console.RevokeBoth
	for i := range 3 {
		t.Probes = append(t.Probes, console.Probe{
			At: t.AcceptedAt.Add(after + time.Duration(i)*time.Second), Status: 401, FaultCode: 900901,
			Verdict: console.ProbeRefused, URL: probed, NamesToken: true,
		})
	}
	return t
}

func (k *sketch) call(ago time.Duration, method, path, op, app, fp string, status, ms int) {
	n := int64(len(k.board.Exchanges) + 1)
	k.board.Exchanges = append(k.board.Exchanges, console.Exchange{
		Seq: n, Application: console.Private(app),
		Exchange: tokenapi.Exchange{
			Op: op, Method: method, URL: "https://apim.example" + path, Status: status,
			Started: drawn.Add(-ago), Took: time.Duration(ms) * time.Millisecond,
		},
	})
	_ = fp
}

func ms(text string) time.Duration {
	var m, s int
	fmt.Sscanf(text, "%d:%d", &m, &s)
	return time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}

// six returns the board of the first drawing.
func six() *sketch {
	k := newSketch()
	app := map[string]string{}
	for _, name := range []string{"Billing API", "Kiosk", "Mobile", "Orders", "Payments"} {
		app[name] = k.app("cloud", name)
	}
	app["Ledger"] = k.app("prod-eu", "Ledger")
	k.token(app["Orders"], "77b209dd", "ana", ms("0:41"), 200, 200)
	k.token(app["Mobile"], "12a6b888", "", ms("4:12"))
	k.token(app["Ledger"], "0b233657", "", ms("12:44"))
	k.token(app["Ledger"], "1a61483b", "", ms("31:05"))
	k.token(app["Mobile"], "fb7ddc8f", "", ms("40:10"), 200)
	k.token(app["Ledger"], "20c37aa8", "", ms("44:18"))
	k.token(app["Billing API"], "4a62fdad", "", ms("56:01"))
	k.token(app["Orders"], "c24162dc", "", ms("57:45"))
	k.token(app["Orders"], "96065616", "", ms("57:47"))
	k.token(app["Kiosk"], "33a461bb", "", ms("58:57"))
	k.token(app["Billing API"], "d8cbd4b7", "", ms("59:12"))
	k.token(app["Payments"], "39bf0004", "ana", ms("59:40"))
	k.revoked(app["Payments"], "cea55f74", "ana", ms("14:49"), 200, 200, 200)
	k.revoked(app["Orders"], "1413d6d0", "", ms("9:02"))
	k.dead(app["Orders"], "a194eb99", 6*time.Second, 2*time.Minute)
	return k
}

// show returns the screen of a sketch.
func (k *sketch) show(t *testing.T, w, h int) *ui.Pump {
	t.Helper()
	p, c := still(t, w, h, func(o *ui.Options) { o.Clipboard = noClipboard{} })
	c.now = drawn
	p.Feed(k.board)
	return p
}

// TestDrawings compares whole screens with drawings, to the cell.
func TestDrawings(t *testing.T) {
	for _, c := range []struct {
		name  string
		board func() *sketch
		keys  string
	}{
		{"base120", six, ""}, {"n100", six, ""}, {"n80", six, ""}, {"n60", six, ""},
		{"n40", six, ""}, {"n30", six, ""}, {"w160", six, ""}, {"find", six, "/ l e d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", "drawings", c.name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
			p := c.board().show(t, ansi.StringWidthWc(want[0]), len(want))
			p.Key(strings.Fields(c.keys)...)
			got := strings.Split(ansi.Strip(p.Frame()), "\n")
			for i := range want {
				if i < len(got) && got[i] != want[i] {
					t.Errorf("line %d\nwant %s\ngot  %s", i+1, want[i], got[i])
				}
			}
		})
	}
}
