package ui

import (
	"strconv"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// appsPane answers: which client am I?
type appsPane struct {
	list   list
	widest int // cells of the longest name
}

// appsBeside are the cells of a line of the pane that are not the name: its border, the cursor, the kind of key,
// the sign and two digits, and what is between them.
const appsBeside = 2 + 1 + 1 + 4 + 1 + 4 + 2

func (p *appsPane) title(s *scene) string {
	return "Applications" + s.label(applications)
}

func (p *appsPane) right(*scene) string { return "" }

func (p *appsPane) id(s *scene) func(int) string {
	return func(i int) string { return s.board.Apps[i].ID }
}

func (p *appsPane) cursor(s *scene) (*list, int, func(int) string) {
	rows := s.appRows()
	return &p.list, len(rows), func(i int) string { return s.board.Apps[rows[i]].ID }
}

func (p *appsPane) target(s *scene) (*session.Row, refuse) {
	return s.token, refuse{"no token is selected",
		s.keys.Hint(keys.Tokens, "goes to the tokens of this application")}
}

func (p *appsPane) lines(s *scene, w, h int, focused bool) []string {
	n := len(s.board.Apps)
	if n == 0 {
		return hint(s, w, h, "", "No application yet.", "", s.keys.Hint(keys.AddApp, "adds one: a token URL, a consumer key and its secret are all it takes. An [[application]] in the configuration does, too."))
	}
	rows := s.appRows()
	if len(rows) == 0 {
		return s.nothingLeft(applications, w, h)
	}
	from, to, sel := p.list.window(len(rows), h, func(i int) string { return s.board.Apps[rows[i]].ID })
	out := make([]string, 0, to-from)
	count := 3 // sign, space, digits
	for i := from; i < to; i++ {
		count = max(count, 2+len(strconv.Itoa(s.board.Apps[rows[i]].Tally.Shown())))
	}
	for i := from; i < to; i++ {
		out = append(out, p.line(s, &s.board.Apps[rows[i]], count, w, i == sel, focused))
	}
	return out
}

func (p *appsPane) line(s *scene, a *session.App, count, w int, selected, focused bool) string {
	l := s.begin(selected, focused)
	kind := 4
	if w < 20 {
		kind = 0
	}
	room := max(w-2-count-kind-2, 1)
	if kind > 0 {
		room--
	}
	name := themes.Paint("")
	if a.Source == console.Gone {
		name = s.st.Quiet
	}
	env := ""
	if s.board.EnvironmentCount > 1 && a.Environment.Name != "" && room >= 12 {
		env = "@" + s.redactor.Text(kit.Clean(a.Environment.Name))
	}
	text := kit.Middle(a.Shown, max(room-min(kit.Width(env), max(room/3, 5)), 1)) // of the two the environment is cut first
	l.Put(string(name), text)
	if env != "" {
		l.Put(string(s.st.Quiet), kit.Middle(env, room-kit.Width(text)))
	}
	l.Gap(1 + room - (l.Width() - 1))
	if kind > 0 {
		word := kit.Clean(a.KeyType)
		if a.Source == console.Gone {
			word = "gone"
		}
		l.Cell(string(s.st.Quiet), kit.Cut(word, kind), kind) // PROD, SAND
		l.Gap(1)
	}
	sign, paint := s.look(appState(a))
	text = sign + " " + strconv.Itoa(a.Tally.Shown())
	if s.session.Busy(session.AppKey(a.ID)) {
		text, paint = "…", s.st.Accent
	}
	l.Gap(max(w-1-count-l.Width(), 0))
	l.Cell(string(paint), text, count)
	return l.End(w)
}

// appState is the state whose sign stands for an application: the most urgent of its living tokens.
func appState(a *session.App) console.State {
	switch {
	case a.Tally.Expiring > 0:
		return console.Expiring
	case a.Tally.Active > 0:
		return console.Active
	case a.Tally.Revoking > 0:
		return console.Revoking
	case a.Tally.Lingering > 0:
		return console.Lingering
	}
	return console.Expired
}
