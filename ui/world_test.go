package ui_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/tokenapi"
	"lanyard/ui"
)

var t0 = time.Date(2026, 11, 23, 12, 4, 0, 300e6, time.UTC)

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func theme(t testing.TB, name string) themes.Theme {
	t.Helper()
	th, err := themes.Set{}.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func application(name, keyType string, env console.Environment) console.Application {
	return console.Application{
		ID: "app_" + name + keyType, Name: console.Private(name), KeyType: keyType,
		Environment: env, Grant: "client_credentials",
		Source: console.FromConfig, Secret: console.SecretAvailable, Extra: url.Values{},
	}
}

func bounded(id, fp, app string, granted, left time.Duration) console.Token {
	return console.Token{
		ID: id, AppID: app, Fingerprint: fp, Lifetime: tokenapi.Bounded,
		Scopes: []string{"default"}, TokenType: "Bearer",
		IssuedAt: t0.Add(left - granted), ExpiresAt: t0.Add(left), Granted: granted, Rev: 1,
		Grant: console.GrantClientCredentials,
	}
}

// probed is the URL of the probes of these boards.
const probed = "https://gw.example/orders/1.0/list"

// orders returns a board with a row for every state.
func orders() console.Board {
	cloud := console.Environment{Name: "cloud", Production: true, CacheTTL: 15 * time.Minute,
		Regime: console.RegimeOpaque}
	b := console.Board{Applications: []console.Application{
		application("Orders", "PRODUCTION", cloud), application("Orders", "SANDBOX", cloud),
		application("Payments", "PRODUCTION", cloud), application("Mobile", "PRODUCTION", cloud),
	}}
	b.Environments = []console.KnownEnvironment{{Environment: cloud, Source: console.FromConfig}}
	gone := application("Legacy importer", "", cloud)
	gone.Source = console.Gone
	b.Applications = append(b.Applications, gone)
	app, sand, pay := b.Applications[0].ID, b.Applications[1].ID, b.Applications[2].ID

	active := bounded("t_active", "3f9ca71e", app, time.Hour, 58*time.Minute+12*time.Second)
	expiring := bounded("t_expiring", "77b209dd", app, time.Hour, 41*time.Second)
	expiring.Grant, expiring.User = console.GrantPassword, "ana"
	expiring.Scopes = []string{"read", "write"}
	lingering := bounded("t_lingering", "91aa3c2f", app, time.Hour, 30*time.Minute)
	lingering.AcceptedAt, lingering.RevokeAt, lingering.RevokeKind = t0.Add(-28*time.Second),
		t0.Add(-31*time.Second), console.RevokeBoth
	lingering.SeenAt = t0.Add(-10 * time.Minute)
	lingering.Probes = []console.Probe{
		{At: t0.Add(-20 * time.Second), Status: 200, Verdict: tokenapi.Accepted, URL: probed},
		{At: t0.Add(-10 * time.Second), Status: 200, Verdict: tokenapi.Accepted, URL: probed}}
	expired := bounded("t_expired", "0c1177fe", app, time.Hour, -12*time.Minute)
	expired.Grant, expired.User = console.GrantPassword, "ana"
	expired.Scopes = []string{"read"}
	revoking := bounded("t_revoking", "aa01bb02", app, time.Hour, 50*time.Minute)
	revoking.RevokeAt, revoking.RevokeKind = t0.Add(3*time.Second), console.RevokeBoth
	unsure := bounded("t_unsure", "d00dfeed", app, time.Hour, 20*time.Minute)
	unsure.Unsure = &console.Mark{ID: "m1", Op: "refresh", AppID: app, TokenID: unsure.ID,
		SentAt: t0.Add(-3 * time.Minute)}
	superseded := bounded("t_superseded", "5ca1ab1e", app, time.Hour, 5*time.Minute)
	superseded.ReplacedAt, superseded.ReplacedBy = t0.Add(-20*time.Minute), active.ID
	dead := bounded("t_dead", "5c0d77a1", pay, time.Hour, 40*time.Minute)
	dead.AcceptedAt, dead.RevokeAt, dead.RevokeKind = t0.Add(-5*time.Minute),
		t0.Add(-5*time.Minute), console.RevokeBoth
	for i := range 3 {
		dead.Probes = append(dead.Probes,
			console.Probe{At: dead.AcceptedAt.Add(2*time.Minute + time.Duration(11+i)*time.Second),
				Status: 401, FaultCode: 900901, Verdict: tokenapi.Refused, URL: probed,
				NamesToken: true})
	}
	unseen := bounded("t_unseen", "e1e2e3e4", pay, time.Hour, 44*time.Minute)
	unseen.AcceptedAt, unseen.RevokeAt, unseen.RevokeKind = t0.Add(-2*time.Minute),
		t0.Add(-2*time.Minute), console.RevokeBoth
	once := bounded("t_once", "0ddba11e", pay, time.Hour, 43*time.Minute)
	once.AcceptedAt, once.RevokeAt, once.RevokeKind = t0.Add(-4*time.Minute),
		t0.Add(-4*time.Minute), console.RevokeBoth
	once.SeenAt = t0.Add(-9 * time.Minute)
	once.Probes = []console.Probe{
		{At: t0.Add(-30 * time.Second), Status: 200, Verdict: tokenapi.Accepted, URL: probed},
		{At: t0.Add(-9 * time.Second), Status: 401, FaultCode: 900901, Verdict: tokenapi.Refused,
			URL: probed, NamesToken: true}}
	forever := bounded("t_forever", "f0f0f0f0", sand, 0, 0)
	forever.Lifetime, forever.ExpiresAt, forever.Granted, forever.IssuedAt = tokenapi.Unbounded,
		time.Time{}, 0, t0.Add(-time.Hour)
	b.Tokens = []console.Token{expired, superseded, lingering, expiring, unsure, revoking, active,
		dead, unseen, once, forever}
	b.Key = console.KeyStatus{Kind: "file",
		Place: "key file /home/ana/.local/state/lanyard/lanyard.key"}
	b.Marks = []console.Mark{{ID: "m2", Op: "get", AppID: app, SentAt: t0.Add(-90 * time.Second)}}
	for i, e := range []struct {
		op, method, url string
		status          int
		ms              int
		err             string
		call            console.Call
	}{
		{"client_credentials", "POST", "https://gw.example/token", 200, 54, "",
			console.Call{TokenID: "t_active"}},
		{"refresh_token", "POST", "https://gw.example/token", 200, 61, "",
			console.Call{TokenID: "t_expiring"}},
		{"probe", "GET", "https://gw.example/orders/1.0/list?limit=1", 200, 12, "",
			console.Call{TokenID: "t_lingering", Verdict: tokenapi.Accepted}},
		{"revoke", "POST", "https://gw.example/revoke", 200, 31, "",
			console.Call{TokenID: "t_lingering"}},
		{"probe", "GET", "https://gw.example/orders/1.0/list", 401, 9, "",
			console.Call{TokenID: "t_dead", Verdict: tokenapi.Refused}},
		{"revoke", "POST", "https://gw.example/revoke", 0, 15000, "no answer in time",
			console.Call{TokenID: "t_revoking"}},
	} {
		b.Exchanges = append(b.Exchanges,
			console.Exchange{Seq: int64(i + 1), AppID: app, Application: "Orders@cloud/PRODUCTION",
				Call: e.call,
				Exchange: tokenapi.Exchange{
					Op: e.op, Method: e.method, URL: e.url, Status: e.status,
					Started: t0.Add(time.Duration(i-6) * 11 * time.Second),
					Took:    time.Duration(e.ms) * time.Millisecond, Err: e.err,
				}})
	}
	return b
}

// many returns a board with n tokens of one application.
func many(n int) console.Board {
	b := orders()
	app := b.Applications[0].ID
	b.Tokens = nil
	for i := range n {
		t := bounded(fmt.Sprintf("t_%06d", i), fmt.Sprintf("%08x", i), app, time.Hour,
			time.Duration(n-i)*time.Second/100+2*time.Minute)
		b.Tokens = append(b.Tokens, t)
	}
	return b
}

// still returns a pump without a service, for tests of drawing.
func still(t testing.TB, w, h int, change ...func(*ui.Options)) (*ui.Pump, *clock) {
	t.Helper()
	c := &clock{t0}
	o := ui.Options{Settings: ui.Settings{Theme: theme(t, "dark")}, Width: w, Height: h,
		ConfigPath: "~/.config/lanyard/config.toml"}
	for _, f := range change {
		f(&o)
	}
	return ui.NewPump(t.Context(), o, c.Now), c
}
