package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
)

func TestGatewayPaneForTheBackRow(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24", "120x32", "200x50"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		b := orders()
		for i := range b.Tokens { // the dead token was accepted until shortly before
			if tok := &b.Tokens[i]; tok.ID == "t_dead" {
				at := tok.AcceptedAt.Add(2 * time.Minute)
				tok.Probes = append(
					[]console.Probe{{At: at, Status: 200, Verdict: tokenapi.Accepted, URL: probed}},
					tok.Probes...)
			}
		}
		p.Feed(b)
		p.Key("3", "z")
		fits(t, p.Frame(), w, h)
		golden(t, s+"-gate-pane", p)
		text := ansi.Strip(p.Frame())
		for _, want := range []string{"this gateway: 2 m 11 s the last time",
			"91aa3c2f may still pass|91aa3c2f is revoked or replaced", "█"} {
			one, two, _ := strings.Cut(want, "|")
			if !strings.Contains(text, one) && (two == "" || !strings.Contains(text, two)) {
				t.Errorf("%s: no %q:\n%s", s, want, text)
			}
		}
	}
}

// Each probe is drawn if all fit. Otherwise runs of equal answers are joined. The last probe is
// drawn at every width.
func TestGatewayStrip(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"200x50": "200 200 200 200 200 200 – 401 refused once",
		"120x32": "– 401 refused once", "80x24": "200 ×6 – 401 refused once",
		"60x20":        "– 401 refused once",
		"200x50 twins": "200 200 200 200 200 200 – 401 refused once",
	} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		b := orders()
		for i := range b.Tokens {
			tok := &b.Tokens[i]
			if tok.Fingerprint != "0ddba11e" {
				continue
			}
			at := tok.AcceptedAt
			tok.Probes = nil
			for range 6 {
				at = at.Add(time.Second)
				tok.Probes = append(tok.Probes,
					console.Probe{At: at, Status: 200, Verdict: tokenapi.Accepted, URL: probed})
			}
			tok.Probes = append(tok.Probes,
				console.Probe{At: at.Add(time.Second), Verdict: tokenapi.Unclear, URL: probed},
				console.Probe{At: at.Add(2 * time.Second), Status: 401, Verdict: tokenapi.Refused,
					URL: probed, NamesToken: true})
			if strings.HasSuffix(s, "twins") {
				// The first six probes were made for another row with this token.
				twin := console.Token{Probes: tok.Probes[:6]}
				tok.Probes = tok.Probes[6:]
				tok.Twins = []console.Twin{{Row: twin, Policy: console.Policy{ProbeURL: probed}}}
				for k := range b.Applications {
					b.Applications[k].ProbeURL = probed
				}
			}
		}
		p.Feed(b)
		p.Key("3")
		fits(t, p.Frame(), w, h)
		row := ""
		for line := range strings.Lines(ansi.Strip(p.Frame())) {
			if strings.Contains(line, "0ddba11e Pay") && strings.Contains(line, "refused once") {
				row = line
			}
		}
		_, got, _ := strings.Cut(row, "█▌")
		if got, _, _ = strings.Cut(got,
			"│"); strings.TrimSpace(strings.TrimLeft(got, "█▌▎▍▋▊▉▏ ")) != want {
			t.Errorf("%s: %q", s, row)
		}
	}
}

// The behaviour of one gateway tells nothing about another one.
func TestLearnedByEnvironment(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 32)
	b := taught()
	for i := range b.Applications {
		if b.Applications[i].Name == "Payments" { // its token has shown the behaviour
			b.Applications[i].Environment.Name = "other"
		}
	}
	p.Feed(b)
	p.Key("3", "z", "home")
	if frame := ansi.Strip(p.Frame()); strings.Contains(frame, "this gateway:") {
		t.Errorf("learned from another environment:\n%s", frame)
	}
	for range 10 {
		if strings.Contains(ansi.Strip(p.Frame()), "this gateway: 2 m 11 s") {
			return
		}
		p.Key("down")
	}
	t.Error("nothing was learned from its own")
}

// The last answer of the server is beside the row with its time. The behaviour of its gateway is
// below.
func TestGatewaySaysWhatIsNewest(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 200, 50)
	b := orders()
	for i := range b.Tokens {
		tok := &b.Tokens[i]
		switch tok.ID {
		case "t_lingering":
			tok.AtServer, tok.AtServerAt = console.ServerInactive, t0.Add(-5*time.Second)
		case "t_unseen":
			tok.AtServer, tok.AtServerAt = console.ServerActive, t0.Add(-7*time.Second)
		case "t_once": // introspected before the revoke, so the answer is out of date
			tok.AtServer, tok.AtServerAt = console.ServerActive, tok.AcceptedAt.Add(-time.Second)
		case "t_active":
			tok.AtServer, tok.AtServerAt, tok.AtServerCounts = console.ServerInactive,
				t0.Add(-9*time.Second), true
		}
	}
	b.Longer = map[string]console.Longer{"cloud": {By: 7 * time.Second, At: t0}}
	p.Feed(b)
	p.Key("3")
	text := ansi.Strip(p.Frame())
	at := func(s int) string {
		return t0.Add(time.Duration(s) * time.Second).UTC().Format("15:04:05Z")
	}
	for _, want := range []string{
		"91aa3c2f Orders", "key manager: inactive " + at(-5), "key manager: active " + at(-7),
		"key manager: inactive " + at(-9),
		"this gateway was seen to accept 7 s longer",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "key manager: active"); n != 1 {
		t.Errorf("active is said %d times:\n%s", n, text)
	}
}
