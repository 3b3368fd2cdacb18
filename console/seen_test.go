package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
)

// Old versions called a 302 and a 403 accepted. Such a stored time is no acceptance.
func TestSeenByAnOldVersion(t *testing.T) {
	t.Parallel()
	one := func(status int, v tokenapi.Verdict, url string) console.Probe {
		return console.Probe{At: at(5), Status: status, Verdict: v, URL: url}
	}
	const here = "https://gw.example/a"
	for name, c := range map[string]struct {
		url    string
		probes []console.Probe
		want   time.Time
	}{
		"nothing else":  {want: time.Time{}},
		"a 302":         {probes: []console.Probe{one(302, tokenapi.Accepted, "")}},
		"a 403":         {probes: []console.Probe{one(403, tokenapi.Accepted, "")}},
		"a refused 200": {probes: []console.Probe{one(200, tokenapi.Unclear, here)}},
		"a 2xx confirms it": {
			probes: []console.Probe{one(302, tokenapi.Accepted, ""),
				one(204, tokenapi.Accepted, "")}, want: at(5)},
		"stored since": {url: here, want: at(1)},
	} {
		tok := console.Token{ID: "t", SeenAt: at(1), SeenURL: c.url, Probes: c.probes}
		s := console.StatusAt(tok, console.Policy{ProbeURL: here}, at(60))
		if s.SeenAtGW != !c.want.IsZero() || !s.SeenAt.Equal(c.want) {
			t.Errorf("%s: seen %v %v", name, s.SeenAtGW, c.want)
		}
		twin := console.Token{
			ID: "u", Twins: []console.Twin{{Row: tok, Policy: console.Policy{ProbeURL: here}}}}
		if s := console.StatusAt(twin, console.Policy{ProbeURL: here},
			at(60)); s.SeenAtGW != !c.want.IsZero() {
			t.Errorf("%s: of a twin: seen %v", name, s.SeenAtGW)
		}
	}
}

// The first acceptance by this version takes the place of the time that an old one stored for a
// 302.
func TestSeenAnew(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request, good bool) {
		if !good {
			w.WriteHeader(401)
		}
	})
	tok := g.token()
	if err := g.keeper.Update(t.Context(), func(w console.Writer) error {
		tok.SeenAt = g.clock.Now()
		return w.PutToken(&tok)
	}); err != nil {
		t.Fatal(err)
	}
	g.clock.advance(time.Hour)
	if seen := g.sees(tok.ID, tokenapi.Accepted,
		tokenapi.WhyLetThrough); !seen.SeenAt.Equal(g.clock.Now()) {
		t.Errorf("seen at %v, want %v", seen.SeenAt, g.clock.Now())
	}
}

// Addresses with another spelling name the same gateway, and those with another port or scheme a
// different one.
func TestTwinsOfOneGateway(t *testing.T) {
	t.Parallel()
	for other, same := range map[string]bool{
		"https://gw.example/b": true, "https://gw.example:443/b": true,
		"https://GW.Example/b": true, "HTTPS://gw.example/b": true,
		"https://gw.example:8443/b": false, "http://gw.example/b": false,
		"http://gw.example:443/b": false, "https://gw2.example/b": false,
	} {
		p := console.Probe{At: at(5), Status: 200, Verdict: tokenapi.Accepted, URL: other}
		row := console.Token{ID: "t", SeenAt: at(5), SeenURL: other,
			Probes: []console.Probe{{At: at(1), URL: other}, p}}
		tok := console.Token{ID: "u", AcceptedAt: at(2),
			Probes: []console.Probe{{At: at(9), Status: 401}, {At: at(1)}},
			Twins:  []console.Twin{{Row: row, Policy: console.Policy{ProbeURL: other}}}}
		with := console.Policy{ProbeURL: "https://gw.example/a"}
		s := console.StatusAt(tok, with, at(60))
		if s.SeenAtGW != same {
			t.Errorf("%s: seen at the gateway: %v", other, s.SeenAtGW)
		}
		got := tok.ProbesSince(s, with)
		if want := map[bool]int{true: 2, false: 1}[same]; len(got) != want ||
			got[len(got)-1].Status != 401 || same && got[0].Status != 200 {
			t.Errorf("%s: probes since it ended: %+v", other, got)
		}
	}
}

// A token that was accepted with one query was not accepted with another.
func TestProbeWithAnotherQuery(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, r *http.Request, good bool) {
		if !good || r.URL.Query().Get("tenant") == "2" {
			w.WriteHeader(401)
		}
	}, func(a *console.Application) { a.ProbeURL += "?tenant=1" })
	tok := g.token()
	seen := g.sees(tok.ID, tokenapi.Accepted, tokenapi.WhyLetThrough)
	if strings.Contains(seen.SeenURL, "tenant") || seen.SeenURL != seen.Probes[0].URL {
		t.Errorf("stored: %q, %+v", seen.SeenURL, seen.Probes)
	}
	for i, a := range g.apps {
		if a.ID == g.app.ID {
			g.apps[i].ProbeURL = console.Private(strings.TrimSuffix(string(a.ProbeURL), "1") + "2")
		}
	}
	g.s = g.console()
	g.clock.advance(time.Minute)
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNotSeen)
}

// A clock that was set back leaves times in the future. They do not count against the limits.
func TestControlAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(_ *gate, w http.ResponseWriter, _ *http.Request,
		_ bool) {
		w.WriteHeader(401)
	})
	tok := g.token()
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNotSeen)
	g.clock.advance(-time.Hour)
	g.sees(tok.ID, tokenapi.Unclear, tokenapi.WhyNotSeen)
	if _, made := g.asked(); made != 2 {
		t.Errorf("%d made-up tokens", made)
	}
}
