package overlay

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// The form keeps the typed texts of each environment while another one is chosen, also a text that
// is not valid yet.
func TestAppKeepsEachEnvironment(t *testing.T) {
	t.Parallel()
	cloud := console.NewEnvironment("cloud")
	cloud.Endpoints.TokenURL, cloud.CacheTTL = "https://gw.example/token", time.Hour
	stored := console.Application{
		Name: "Billing", Environment: cloud, ConsumerKey: "k",
		Grant: console.GrantClientCredentials, Source: console.FromStore,
	}
	o := NewApp(&scene.Scene{App: 0, Board: &session.Board{
		Apps:         []session.App{{Application: stored}},
		Environments: []console.KnownEnvironment{{Environment: cloud, Source: console.FromStore}},
	}}, &session.App{Application: stored}, "")
	press := func(keys ...rune) {
		for _, k := range keys {
			o.Typed(tea.KeyPressMsg{Code: k})
		}
	}
	write := func(label, text string) {
		t.Helper()
		for _, x := range o.Fields {
			if x.Label == label {
				o.GoTo(x)
			}
		}
		if o.Focused().Label != label {
			t.Fatalf("%s is not shown", label)
		}
		o.Pasted(text)
	}
	choose := func() {
		o.At = 1
		press(tea.KeyRight)
	}
	o.more = true
	write("gateway cache", "x")
	write("its name", "2")
	choose()
	d := o.draft()
	if d.Environment.Name != "" || d.EnvironmentWas != "" ||
		d.Environment.CacheTTL != 15*time.Minute {
		t.Errorf("the new environment is %+v", d.Environment)
	}
	write("its name", "typed")
	write("token URL", "https://new.example/token")
	choose()
	d = o.draft()
	if d.Environment.Name != "cloud2" || d.EnvironmentWas != "cloud" ||
		d.Environment.CacheTTL != time.Hour {
		t.Errorf("the environment of the application is %+v", d.Environment)
	}
	const why = `gateway cache: is neither a duration nor "expiry": write it like "15m"`
	if o.save(false) != nil || o.said != why {
		t.Errorf("%q is said of a cache that is no duration", o.said)
	}
	choose()
	e := o.draft().Environment
	if e.Name != "typed" || e.Endpoints.RevokeURL != "https://new.example/revoke" {
		t.Errorf("the new environment is %+v", e)
	}
}
