package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/tokenapi"
)

// The full view of a revoked token has the time for which it may pass in digits that a room can
// read. It also has the facts that an earlier token showed about the gateway.
func TestRevokedForTheBackRow(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"60x20", "80x24", "120x32", "200x50"} {
		w, h, _ := size(s)
		p, _ := still(t, w, h)
		p.Feed(taught())
		selecting("t_lingering")(p)
		p.Key("enter")
		fits(t, p.Frame(), w, h)
		golden(t, s+"-revoked-full", p)
		text := ansi.Strip(p.Frame())
		for range 3 {
			p.Key("pgdown")
			text += ansi.Strip(p.Frame())
		}
		want := []string{"2 m 11 s", "revoked, may pass", "Orders · app · 91aa3c2f"}
		if w >= 80 {
			want = append(want, "at most", "▄█  █ █ ▄") // of 14:32
		}
		for _, want := range want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q:\n%s", s, want, text)
			}
		}
	}
}

// The calls of a revoked token stand in its row, the newest of each run if not all fit. The last
// answer stands there at every width.
func TestRevokedCalls(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"300x80": "200 ×6 – 401 ×1", "120x32": "401", "80x24": "401", "60x20": "401",
		"300x80 twins": "200 ×6 – 401 ×1",
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
		fits(t, p.Frame(), w, h)
		for _, l := range paneLines(p.Frame(), w) {
			if l.pane == 2 && strings.Contains(l.text, " 0ddba11e ") &&
				!strings.Contains(l.text, want) {
				t.Errorf("%s: no %q in %q", s, want, l.text)
			}
		}
		if got := listed(p); !slices.Contains(got, "0ddba11e") {
			t.Errorf("%s: it is not listed: %q", s, got)
		}
	}
}

// The behaviour of one gateway tells nothing about another one.
func TestLearnedByEnvironment(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range []bool{false, true} {
		p, _ := still(t, 120, 32)
		b := taught()
		for i := range b.Applications {
			if b.Applications[i].Name == "Payments" && elsewhere { // its token has shown it
				b.Applications[i].Environment.Name = "other"
			}
		}
		p.Feed(b)
		for id, knows := range map[string]bool{
			"t_lingering": !elsewhere, "t_active": !elsewhere, "t_unseen": true,
		} {
			p.Key("esc", "2", "home")
			selecting(id)(p)
			p.Key("enter")
			if frame := ansi.Strip(p.Frame()); strings.Contains(frame, "2 m 11 s") != knows {
				t.Errorf("elsewhere %t, %s: learned %t, want %t:\n%s", elsewhere, id, !knows, knows,
					frame)
			}
		}
	}
}

// The last answer of the key manager stands in the full view with its time, and in the life of the
// token. The row says so only if it counts.
func TestKeyManagerSaysWhatIsNewest(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 120, 40)
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
		}
	}
	b.Longer = map[string]console.Longer{"cloud": {By: 7 * time.Second, At: t0}}
	p.Feed(b)
	for id, want := range map[string]string{
		"t_lingering": "key manager: inactive", "t_unseen": "key manager: active", "t_once": "",
	} {
		p.Key("home")
		selecting(id)(p)
		frame := ansi.Strip(p.Frame())
		if !strings.Contains(frame, want) ||
			want == "" && strings.Contains(frame, "key manager: ") {
			t.Errorf("%s: want %q:\n%s", id, want, frame)
		}
		p.Key("enter")
		frame = ansi.Strip(p.Frame())
		if !strings.Contains(frame, "7 s longer") {
			t.Errorf("%s: it is not said that the gateway was late:\n%s", id, frame)
		}
		p.Key("esc")
	}
}
