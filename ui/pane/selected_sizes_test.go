package pane_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/pane"
	"lanyard/ui/redact"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// everyState adds a token in every state to the board of the drawings, and returns their IDs and
// that of a mark.
func (d *sketch) everyState() (ids []string) {
	add := func(fp string, change func(*console.Token)) {
		d.add("Orders", fp, "10:00:00", "11:00:00", change)
		ids = append(ids, "t_"+fp)
	}
	revoked := func(k *console.Token) {
		k.RevokeAt, k.RevokeKind, k.AcceptedAt = d.at("10:40:00"), console.RevokeBoth,
			d.at("10:40:00")
	}
	add("active00", nil)
	add("expiring", func(k *console.Token) { k.ExpiresAt = d.at("10:46:40") })
	add("expired0", func(k *console.Token) {
		k.ExpiresAt, k.Refresh = d.at("10:40:00"), console.RefreshLive
	})
	add("lingerin", revoked)
	add("pastwind", func(k *console.Token) { // let through after its window
		revoked(k)
		k.AcceptedAt = d.at("10:10:00")
		k.Probes = []console.Probe{d.probe("10:30:00", 200)}
	})
	add("replaced", func(k *console.Token) {
		k.ReplacedAt, k.ReplacedBy = d.at("10:45:00"), "t_active00"
	})
	add("supersed", func(k *console.Token) {
		k.ReplacedAt, k.ReplacedBy = d.at("10:20:00"), "t_active00"
	})
	add("inactive", func(k *console.Token) {
		k.AtServer, k.AtServerAt, k.AtServerCounts = console.ServerInactive, d.at("10:45:00"), true
		k.AtServerSince = k.AtServerAt
	})
	add("revoking", func(k *console.Token) {
		k.RevokeAt, k.RevokeKind = d.at("10:46:25"), console.RevokeBoth
	})
	add("sending0", func(k *console.Token) {
		k.RevokeAt, k.RevokeKind = d.at("10:46:20"), console.RevokeBoth
	})
	add("undelive", func(k *console.Token) {
		k.RevokeAt, k.RevokeKind, k.RevokeTries = d.at("10:40:00"), console.RevokeBoth, 3
		k.RevokeNext, k.RevokeError = d.at("10:47:00"), "revoke: no connection: dial: refused"
	})
	add("unsure00", func(k *console.Token) {
		k.Unsure = &console.Mark{ID: "m0", Op: console.OpRefresh, SentAt: d.at("10:46:00")}
	})
	add("refused0", func(k *console.Token) {
		k.Probes = []console.Probe{d.probe("10:20:00", 401)}
	})
	add("never000", func(k *console.Token) {
		k.Lifetime, k.ExpiresAt, k.Granted = console.LifeUnbounded, time.Time{}, 0
	})
	add("neverrev", func(k *console.Token) {
		revoked(k)
		k.Lifetime, k.ExpiresAt, k.Granted = console.LifeUnbounded, time.Time{}, 0
	})
	add("unknown0", func(k *console.Token) {
		k.Lifetime, k.ExpiresAt, k.Granted = console.LifeUnknown, time.Time{}, 0
		k.Grant, k.Scopes, k.TokenType = "", nil, ""
	})
	add("adopted0", func(k *console.Token) {
		k.Grant, k.IssuedAt = console.GrantAdopted, d.at("10:00:00").AddDate(0, 0, -3)
	})
	add("probed00", func(k *console.Token) {
		for i := range console.KeepProbes {
			p := d.probe("10:10:00", 200)
			p.At = p.At.Add(time.Duration(i) * 7 * time.Second)
			k.Probes = append(k.Probes, p)
		}
	})
	ids = append(ids, "t_77b209dd", "t_0b233657", "t_a194eb99", "mark:m1")
	d.board.Marks = []console.Mark{{ID: "m1", Op: console.OpGet, AppID: "app_Payments",
		SentAt: d.at("10:46:13")}}
	return ids
}

// rename gives every application and user a name.
func (d *sketch) rename(name string) {
	for i := range d.board.Applications {
		a := &d.board.Applications[i]
		a.Name, a.Environment.Name = console.Private(name), console.Private(name)
	}
	for i := range d.board.Tokens {
		d.board.Tokens[i].User, d.board.Tokens[i].Scopes = console.Private(name), []string{name}
	}
}

// variants are boards that together draw every state.
func variants() map[string]func(*sketch) {
	names := func(name string) func(*sketch) { return func(d *sketch) { d.rename(name) } }
	return map[string]func(*sketch){
		"as sketch": func(d *sketch) { d.inspected() },
		"locked":    (*sketch).lock,
		"no key": func(d *sketch) {
			d.key = console.KeyStatus{Kind: "command", Locked: true}
		},
		"marked": func(d *sketch) {
			d.marks = map[string]bool{"t_77b209dd": true, "t_never000": true, "mark:m1": true}
		},
		"ASCII": func(d *sketch) { d.ascii = true },
		"restricted": func(d *sketch) {
			for i := range d.board.Applications {
				a := &d.board.Applications[i]
				a.Environment.ReadOnly, a.Environment.Production, a.ProbeURL = true, true, ""
			}
		},
		"gone": func(d *sketch) {
			for i := range d.board.Applications {
				d.board.Applications[i].Source = console.Gone
			}
		},
		"unlimited": func(d *sketch) {
			for i := range d.board.Applications {
				d.board.Applications[i].Environment.CacheTTL = console.UntilExpiry
			}
		},
		"Devanagari": names("बैंक सेवक"), "CJK": names("決済ゲートウェイ"),
		"long": names(strings.Repeat("payments-region-", 4)), "emoji": names("💳 cards 👩‍💻"),
	}
}

// Every line has exactly the width of the pane, and no drawing has more lines than it may.
func TestSelectedSizes(t *testing.T) {
	t.Parallel()
	for name, change := range variants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := draw(t)
			ids := append(d.everyState(), "")
			change(d)
			for i, id := range ids {
				s := d.scene(id)
				for w := 30 + i; w <= 240; w += len(ids) / 2 {
					h := 1 + (w*7+i)%60
					for what, lines := range drawings(d, s, w, h) {
						exact(t, fmt.Sprintf("%s of %q at %dx%d", what, id, w, h), lines, w, h)
					}
				}
			}
		})
	}
}

// drawings draws a row in every shape.
func drawings(d *sketch, s *scene.Scene, w, h int) map[string][]string {
	all := map[string][]string{
		"row":    d.pane(pane.InRow).Lines(s, w, h, false),
		"column": d.pane(pane.InColumn).Column(s, w, h, false),
		"full":   d.pane(pane.Zoomed).Full(s, w, h, true),
	}
	if h >= 2 {
		all["brief"] = d.pane(pane.InRow).Brief(s, w)
	}
	return all
}

func exact(t *testing.T, what string, lines []string, w, h int) {
	t.Helper()
	if len(lines) > h {
		t.Errorf("%s has %d lines", what, len(lines))
	}
	for _, l := range lines {
		if n := kit.Width(l); n != w {
			t.Errorf("%s has a line of %d cells: %q", what, n, ansi.Strip(l))
		}
	}
}

// A phrase that does not fit is left out whole: with short names no line of a row is cut.
func TestSelectedPhrasesAreWhole(t *testing.T) {
	t.Parallel()
	d := draw(t)
	ids := append(d.everyState(), "")
	d.app = 4
	for _, id := range ids {
		s := d.scene(id)
		for w := 40; w <= 240; w++ {
			for _, l := range append(d.pane(pane.InRow).Lines(s, w, 4, false),
				d.pane(pane.InRow).Brief(s, w)...) {
				text := strings.ReplaceAll(ansi.Strip(l), "sending the revoke …", "")
				text = strings.ReplaceAll(text, "sending …", "")
				if strings.Contains(text, "…") || !strings.HasSuffix(text, " ") {
					t.Errorf("%s at %d cells: %q", id, w, text)
				}
			}
		}
	}
}

// In presenter mode no user, host or key is drawn.
func TestSelectedRedacts(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.inspected()
	ids := append(d.everyState(), "")
	d.app = 0
	private := regexp.MustCompile(`\bana\b|apim\.example|sbx_fhJV`)
	shown := plain(d.pane(pane.Zoomed).Full(d.scene("t_77b209dd"), 118, 60, true))
	if n := len(private.FindAllString(shown, -1)); n < 5 {
		t.Fatalf("without presenter mode %d private texts are shown", n)
	}
	for _, id := range ids {
		s := d.scene(id)
		s.Redactor = redact.New(redact.Known{
			Applications: s.Board.Applications(), Users: s.Board.Users(),
		}, nil)
		for what, lines := range drawings(d, s, 118, 60) {
			if text := plain(lines); private.MatchString(text) {
				t.Errorf("%s of %q shows %q", what, id, private.FindString(text))
			}
		}
	}
}

// The pane wants the content of a JWT once, and nothing while the secrets are locked.
func TestSelectedWants(t *testing.T) {
	t.Parallel()
	const orders = "t_77b209dd"
	d := draw(t)
	wants := func(shape pane.Shape, id string) bool {
		return d.pane(shape).Wants(d.scene(id)) != nil
	}
	if !wants(pane.InColumn, orders) || !wants(pane.Zoomed, orders) {
		t.Error("the content of a JWT is not wanted")
	}
	if wants(pane.InRow, orders) || wants(pane.InColumn, "t_0b233657") || wants(pane.InColumn, "") {
		t.Error("what is not sketch is wanted")
	}
	d.key = console.KeyStatus{Kind: "command", Locked: true} // not fetched yet
	if wants(pane.InColumn, orders) || !wants(pane.Zoomed, orders) {
		t.Error("only a person who zooms may cause the key to be fetched")
	}
	d.lock()
	if wants(pane.InColumn, orders) || wants(pane.Zoomed, orders) {
		t.Error("it is wanted while the secrets are locked")
	}
	d.key = console.KeyStatus{}
	d.inspected()
	if wants(pane.InColumn, orders) {
		t.Error("it is wanted twice")
	}
}

func TestSelectedTitles(t *testing.T) {
	t.Parallel()
	d := draw(t)
	row, zoomed, column := d.pane(pane.InRow), d.pane(pane.Zoomed), d.pane(pane.InColumn)
	check := func(p *pane.Selected, title, right string) {
		t.Helper()
		s := d.scene("t_77b209dd")
		got := ""
		if all := p.RightTitle(s); len(all) > 0 {
			got = all[0]
		}
		if p.Title(s) != title || got != right {
			t.Errorf("%q, %q; want %q, %q", p.Title(s), got, title, right)
		}
	}
	check(row, "Selected", "follows the cursor")
	check(column, "Selected", "")
	check(zoomed, "Selected · Orders 77b209dd", "1 of 7 · ↓ next token · z or esc closes")
	d.marks = map[string]bool{"t_77b209dd": true, "t_1a61483b": true}
	check(row, "Selected", "2 marked")
}

// The frame is drawn again when a countdown, the line for now or the sign for now changes. For a
// token that lives for hours that is not each second.
func TestSelectedNotesItsNextChange(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.everyState()
	d.add("Mobile", "forhours", "10:46:00", "14:46:10", nil) // its time left changes in 49 s
	d.board.Applications[1].Environment.CacheTTL = console.UntilExpiry
	for id, want := range map[string]time.Duration{
		"t_77b209dd": time.Second, "t_lingerin": time.Second, "t_revoking": time.Second,
		"t_forhours": 39 * time.Second, "t_never000": 0, "t_a194eb99": 0,
	} {
		for shape, p := range map[string]*pane.Selected{
			"column": d.pane(pane.InColumn), "full": d.pane(pane.Zoomed),
		} {
			s := d.scene(id)
			p.Lines(s, 118, 40, false)
			var got time.Duration
			if !s.NextChange.IsZero() {
				got = session.NextSecond(s.NextChange).Sub(s.Now)
			}
			if want != 0 && got != want || want == 0 && got != 0 && got < 30*time.Second {
				t.Errorf("%s of %s: next change in %s, want %s", shape, id, got, want)
			}
		}
	}
}

// Lines has the four lines of a row, and leaves out the life before the verbs.
func TestSelectedHeights(t *testing.T) {
	t.Parallel()
	d := draw(t)
	s := d.scene("t_77b209dd")
	for h, want := range map[int]string{
		1: "◐", 2: "◐r", 3: "◐ir", 4: "◐i r", 7: "◐i r",
	} {
		var got strings.Builder
		for _, l := range d.pane(pane.InRow).Lines(s, 118, h, false) {
			got.WriteString(string([]rune(ansi.Strip(l))[1]))
		}
		if got.String() != want {
			t.Errorf("%d lines: %q, want %q", h, got.String(), want)
		}
	}
	if n := len(d.pane(pane.InRow).Lines(s, 118, 30, false)); n < 20 {
		t.Errorf("with room for 30 lines it has %d", n)
	}
}

// A long name does not push out the word of the state.
func TestSelectedKeepsTheState(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Orders", strings.Repeat("決済", 20),
		strings.Repeat("payments-", 8)} {
		d := draw(t)
		d.rename(name)
		s := d.scene("t_77b209dd")
		for w := 30; w <= 240; w++ {
			for what, lines := range map[string][]string{
				"row":   d.pane(pane.InRow).Lines(s, w, 4, false),
				"brief": d.pane(pane.InRow).Brief(s, w),
			} {
				if text := ansi.Strip(lines[0]); !strings.Contains(text, "77b209dd") ||
					!strings.Contains(text, "expiring") {
					t.Errorf("%s of %d cells: %q", what, w, text)
				}
			}
			column := ansi.Strip(d.pane(pane.InColumn).Column(s, w, 9, false)[0])
			if !strings.Contains(column, "77b209dd") || !strings.Contains(column, "expiring") {
				t.Errorf("column of %d cells: %q", w, column)
			}
		}
	}
}

// The ends of the line of life name the death, and not the probe that proved it.
func TestSelectedEndings(t *testing.T) {
	t.Parallel()
	d := draw(t)
	d.everyState()
	for id, want := range map[string][]string{
		"t_a194eb99": {"✕", " dead 10:44:08 ", "└ revoked 10:44:02", "g gets a new one for Orders"},
		"t_supersed": {"by active00 at 10:20:00", " over 10:35:00 ", "replaced 10:20:00"},
		"t_expired0": {" expired 6 min ago ", "r refreshes it "},
		"t_neverrev": {"may pass until 10:55:00 at most", "at most"},
		"t_never000": {"→ never expires "},
		"t_unknown0": {"→ how long it lives is unknown "},
		"t_pastwind": {"the gateway let it through 300 s after its window was over",
			"○ let through after its window "},
		"t_undelive": {"not yet accepted · retry in 39 s", "revoke due 10:40"},
		"t_unsure00": {"the answer to its refresh was lost", "x revokes"},
		"t_replaced": {"replaced, may pass", "x revokes", "p probes it"},
		"t_refused0": {"the gateway refused it last: 401"},
	} {
		text := plain(d.pane(pane.InRow).Lines(d.scene(id), 118, 4, false))
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", id, w, text)
			}
		}
	}
}
