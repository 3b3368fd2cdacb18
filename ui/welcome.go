package ui

import (
	"cmp"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
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

func (p *welcome) press(m *root, msg tea.KeyPressMsg) tea.Cmd {
	key := keyName(&m.keys, msg)
	b, known := m.keys.Find(key)
	all, last := offers(""), len(offers(""))-1
	switch a := cmp.Or(fixedKeys()[key], b.Act); {
	case a == keys.Up || a == keys.PreviousPane:
		p.at = (p.at + last) % len(all)
	case a == keys.Down || a == keys.NextPane:
		p.at = (p.at + 1) % len(all)
	case a == keys.First || a == keys.PageUp:
		p.at = 0
	case a == keys.Last || a == keys.PageDown:
		p.at = last
	case key == "enter":
		return m.accept(all[p.at])
	case a == keys.Quit:
		return m.accept(offer{choice: Quit})
	case a == keys.Help:
		m.Open(overlay.NewHelp(&m.keys, 0, p.entries(m), m.key()))
	case slices.Contains(onWelcome, a):
		return m.Act(a)
	case len(key) == 1 && key[0] >= '1' && int(key[0]-'1') < len(all):
		p.at = int(key[0] - '1')
		return m.accept(all[p.at])
	case a == keys.Close:
		m.flash("nothing is open", m.keys.Hint(keys.Quit, "quits"))
	case known:
		m.flash(b.Word+": no application yet",
			m.keys.Hint(keys.AddApp, "adds one, ")+m.keys.Hint(keys.Import, "imports"))
	default:
		m.noAction(msg)
	}
	return nil
}

// onWelcome lists the actions whose keys work on the welcome screen too.
var onWelcome = []keys.Action{
	keys.AddApp, keys.Import, keys.Help, keys.Suspend, keys.Quit, keys.QuitNow,
}

// entries returns the actions of the help.
func (*welcome) entries(m *root) []overlay.Entry {
	return slices.DeleteFunc(m.entries(), func(e overlay.Entry) bool {
		return !slices.Contains(onWelcome, e.Act)
	})
}

// accept acts on a choice.
func (m *root) accept(o offer) tea.Cmd {
	if o.here != keys.None {
		return m.Act(o.here)
	}
	m.choice = o.choice
	return tea.Quit
}

// welcomeLines draws the welcome screen: the choices in the middle, and the keys on the last line.
// A notice takes the place of the keys, or stands above those of a box.
func (m *root) welcomeLines(s *scene.Scene) []string {
	bw, h := min(max(m.w-4, 1), 72), m.h-1
	var body []string
	for _, tells := range []explained{everyOffer, chosenOffer, noOffer} {
		if body = m.welcome.body(s, m.o.ConfigPath, bw, m.h >= 12, tells); len(body) <= h {
			break
		}
	}
	body = body[:min(len(body), h)]
	r := kit.Rect{W: m.w, H: h}.Center(bw, len(body))
	out := make([]string, m.h)
	for i := range out {
		out[i] = kit.Spaces(m.w)
	}
	for i, b := range body {
		out[r.Y+i] = kit.Spaces(r.X) + b + kit.Spaces(m.w-r.X-bw)
	}
	if len(m.overlays) == 0 {
		out[h] = m.footerOf([]hint{
			{key: "enter", word: "choose", stays: true}, {key: "↑ ↓", word: "another"},
			{key: "1-" + strconv.Itoa(len(offers(""))), word: "at once"},
			{act: keys.Quit, key: m.keys.Key(keys.Quit), word: "quit"},
		})
	}
	m.frame.notice = 0
	switch {
	case !m.notices.on:
	case len(m.overlays) == 0 || m.noticeInFooter(m.layout()):
		copy(out[h:], m.notice(s, 1))
	default:
		notice := m.notice(s, m.noticeLinesAtMost(m.layout()))
		copy(out[h-len(notice):], notice)
		m.frame.notice = len(notice)
	}
	return out
}

// explained says which choices have their description on the screen.
type explained int

const (
	noOffer explained = iota
	chosenOffer
	everyOffer
)

func (p *welcome) body(s *scene.Scene, configPath string, bw int,
	says bool, tells explained) (body []string) {
	put := func(paint, text string) {
		l := kit.NewLine("", 128)
		l.Put(paint, kit.Cut(text, bw))
		body = append(body, l.End(bw))
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
	all, most := offers(configPath), 0
	texts := make([][]string, len(all))
	for i, o := range all {
		texts[i] = kit.Wrap(s.Redacted(o.text), max(bw-6, 4))
		most = max(most, len(texts[i]))
	}
	tell := func(text []string) {
		for _, t := range text {
			put(string(s.Styles.Quiet), "     "+t)
		}
	}
	for i, o := range all {
		l := s.BeginRow(i == p.at, true)
		l.Put(string(s.Styles.Key), " "+string(rune('1'+i))+"  ")
		paint := ""
		if i == p.at {
			paint = string(s.Styles.Strong)
		}
		l.Put(paint, o.title)
		body = append(body, l.End(bw))
		if tells == everyOffer {
			tell(texts[i])
			if i < len(all)-1 {
				put("", "")
			}
		}
	}
	if tells == chosenOffer { // as many lines for each choice, so that nothing else moves
		put("", "")
		tell(append(texts[p.at], make([]string, most-len(texts[p.at]))...))
	}
	return body
}
