package ui

import "lanyard/ui/kit"

// welcome is the screen of the first run, when nothing is configured. It writes nothing: it answers with
// a choice, and whoever started the screen acts on it.
type welcome struct{ at int }

type offer struct {
	choice      Choice
	title, text string
}

func offers(configPath string) []offer {
	return []offer{
		{TryDemo, "Try the demo", "A Token API and a gateway of its own, in memory. Nothing to set up, nothing is written."},
		{SetUp, "Add your Token API", "Writes a commented configuration to " + configPath + " for you to fill in."},
		{Quit, "Quit", "Nothing was written so far."},
	}
}

func (p *welcome) press(a action, key string) intent {
	all := offers("")
	switch {
	case a == moveUp:
		p.at = (p.at + len(all) - 1) % len(all)
	case a == moveDown || a == nextPane:
		p.at = (p.at + 1) % len(all)
	case key == "enter":
		return choose{all[p.at].choice}
	case a == quit || a == closeTop:
		return choose{Quit}
	case len(key) == 1 && key[0] >= '1' && int(key[0]-'1') < len(all):
		return choose{all[key[0]-'1'].choice}
	}
	return nil
}

// lines draws the welcome in w by h cells.
func (p *welcome) lines(s *scene, configPath string, w, h int) []string {
	bw := min(max(w-4, 1), 72)
	var body []string
	say := func(l *kit.Line) { body = append(body, l.End(bw)) }
	put := func(paint, text string) {
		l := kit.NewLine("", 128)
		l.Put(paint, kit.Cut(text, bw))
		say(l)
	}
	put(string(s.st.Brand), "lanyard")
	if h >= 12 {
		put("", "")
	}
	for _, t := range kit.Wrap("Access tokens of an API gateway: get, renew, revoke, and see how long a revoked one may still pass.", bw) {
		if h >= 12 {
			put(string(s.st.Quiet), t)
		}
	}
	put("", "")
	for i, o := range offers(configPath) {
		l := s.begin(i == p.at, true)
		l.Put(string(s.st.Key), " "+string(rune('1'+i))+"  ")
		paint := ""
		if i == p.at {
			paint = string(s.st.Strong)
		}
		l.Put(paint, o.title)
		say(l)
		if h >= 16 {
			for _, t := range kit.Wrap(o.text, max(bw-6, 4)) {
				put(string(s.st.Quiet), "     "+t)
			}
			put("", "")
		}
	}
	if h < 16 {
		put("", "")
	}
	put(string(s.st.Quiet), "↑ ↓ choose   enter or its number   q quit")
	if len(body) > h {
		body = body[:h]
	}
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
