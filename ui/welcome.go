package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// welcome is the screen of the first run, when nothing is configured. It writes nothing: it ends
// with a Choice that the caller acts on.
type welcome struct{ at int }

// offer is one choice: it leaves the screen, or performs an action on it.
type offer struct {
	choice      Choice
	title, text string
	here        keys.Action
}

func offers(configPath string) []offer {
	return []offer{
		{
			choice: TryDemo, title: "Try the demo",
			text: "A Token API and a gateway of its own, in memory. Nothing to set up, nothing " +
				"is written.",
		},
		{
			here: keys.AddApp, title: "Add your Token API",
			text: "A form: its token URL or issuer, a consumer key and secret. Tried first if " +
				"you like, kept in the store when you save.",
		},
		{
			here: keys.Import, title: "Import",
			text: "Applications of a WSO2 developer portal. A curl line or an .env file can be " +
				"pasted here.",
		},
		{
			choice: SetUp, title: "Write a configuration",
			text: "A commented one, to " + configPath + ", for you to fill in.",
		},
		{choice: Quit, title: "Quit", text: "Nothing was written so far."},
	}
}

func (p *welcome) press(m *root, a keys.Action, key string) tea.Cmd {
	all := offers("")
	switch {
	case a == keys.Up:
		p.at = (p.at + len(all) - 1) % len(all)
	case a == keys.Down || a == keys.NextPane:
		p.at = (p.at + 1) % len(all)
	case key == "enter":
		return m.accept(all[p.at])
	case a == keys.Quit || a == keys.Close:
		return m.accept(offer{choice: Quit})
	case len(key) == 1 && key[0] >= '1' && int(key[0]-'1') < len(all):
		p.at = int(key[0] - '1')
		return m.accept(all[p.at])
	}
	return nil
}

// accept acts on a choice.
func (m *root) accept(o offer) tea.Cmd {
	if o.here != keys.None {
		return m.Act(o.here)
	}
	m.choice = o.choice
	return tea.Quit
}

// lines draws the welcome screen in w by h cells. It leaves out the descriptions of the choices if
// there is no room for them.
func (p *welcome) lines(s *scene.Scene, configPath string, w, h int) []string {
	bw := min(max(w-4, 1), 72)
	body := p.body(s, configPath, bw, h >= 12, true)
	if len(body) > h {
		body = p.body(s, configPath, bw, h >= 12, false)
	}
	body = body[:min(len(body), h)]
	r := kit.Rect{W: w, H: h}.Center(bw, len(body))
	out := make([]string, h)
	for i := range out {
		out[i] = kit.Spaces(w)
	}
	for i, b := range body {
		out[r.Y+i] = kit.Spaces(r.X) + b + kit.Spaces(w-r.X-bw)
	}
	return out
}

func (p *welcome) body(s *scene.Scene, configPath string, bw int,
	says, explains bool) (body []string) {
	say := func(l *kit.Line) { body = append(body, l.End(bw)) }
	put := func(paint, text string) {
		l := kit.NewLine("", 128)
		l.Put(paint, kit.Cut(text, bw))
		say(l)
	}
	put(string(s.Styles.Brand), "lanyard")
	if says {
		put("", "")
		const about = "Access tokens of an API gateway: get, renew, revoke, and see how long a " +
			"revoked one may still pass."
		for _, t := range kit.Wrap(about, bw) {
			put(string(s.Styles.Quiet), t)
		}
	}
	put("", "")
	for i, o := range offers(configPath) {
		l := s.BeginRow(i == p.at, true)
		l.Put(string(s.Styles.Key), " "+string(rune('1'+i))+"  ")
		paint := ""
		if i == p.at {
			paint = string(s.Styles.Strong)
		}
		l.Put(paint, o.title)
		say(l)
		if explains {
			for _, t := range kit.Wrap(s.Redacted(o.text), max(bw-6, 4)) {
				put(string(s.Styles.Quiet), "     "+t)
			}
			put("", "")
		}
	}
	if !explains {
		put("", "")
	}
	leaves := s.Keys.Hint(keys.Quit, "quit")
	put(string(s.Styles.Quiet),
		scene.Fitting([]string{
			"↑ ↓ choose   enter or its number   " + leaves,
			"↑ ↓ enter   " + leaves,
		}, bw))
	return body
}
