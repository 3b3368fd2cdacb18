package pane

import (
	"strconv"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Apps is the Applications pane. It lists the OAuth clients, each with the number of its living
// tokens.
type Apps struct {
	List      scene.List
	NameWidth int // cells of the longest name of an application, for the layout
}

// AppsFixedWidth is the width of a line without the application's name, in cells. It includes the
// border and a count of two digits.
const AppsFixedWidth = 2 + 1 + 1 + 4 + 1 + 4 + 2

// Title implements [Pane].
func (p *Apps) Title(s *scene.Scene) string {
	return "Applications" + s.TitleSuffix(scene.Applications)
}

// RightTitle implements [Pane].
func (p *Apps) RightTitle(*scene.Scene) string { return "" }

// ID returns the IDs of all applications by index, filtered or not.
func (p *Apps) ID(s *scene.Scene) func(int) string {
	return func(i int) string { return s.Board.Apps[i].ID }
}

// Cursor implements [Pane].
func (p *Apps) Cursor(s *scene.Scene) (*scene.List, int, func(int) string) {
	rows := s.AppRows()
	return &p.List, len(rows), func(i int) string { return s.Board.Apps[rows[i]].ID }
}

// Target implements [Pane]. It is the token that is selected in Tokens.
func (p *Apps) Target(s *scene.Scene) (*session.Row, *scene.Refuse) {
	return s.Token, scene.Cannot("no token is selected",
		s.Keys.Hint(keys.Tokens, "goes to the tokens of this application"))
}

// Lines implements [Pane].
func (p *Apps) Lines(s *scene.Scene, w, h int, focused bool) []string {
	n := len(s.Board.Apps)
	if n == 0 {
		return scene.Placeholder(s, w, h, "", "No application yet.", "",
			s.Keys.Hint(keys.AddApp,
				"adds one: a token URL, a consumer key and its secret are all it takes. An "+
					"[[application]] in the configuration does, too."))
	}
	rows := s.AppRows()
	if len(rows) == 0 {
		return s.NoMatch(scene.Applications, w, h)
	}
	from, to, sel := p.List.Window(len(rows), h,
		func(i int) string { return s.Board.Apps[rows[i]].ID })
	out := make([]string, 0, to-from)
	count := 3 // sign, space, digits
	for i := from; i < to; i++ {
		count = max(count, 2+len(strconv.Itoa(s.Board.Apps[rows[i]].Tally.Count())))
	}
	for i := from; i < to; i++ {
		out = append(out, p.line(s, &s.Board.Apps[rows[i]], count, w, i == sel, focused))
	}
	return out
}

func (p *Apps) line(s *scene.Scene, a *session.App, count, w int, selected, focused bool) string {
	l := s.BeginRow(selected, focused)
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
		name = s.Styles.Quiet
	}
	env := ""
	if s.Board.EnvironmentCount > 1 && a.Environment.Name != "" && room >= 12 {
		env = "@" + s.Show(a.Environment.Name)
	}
	// cut the environment first
	text := kit.Middle(s.Show(a.Name), max(room-min(kit.Width(env), max(room/3, 5)), 1))
	l.Put(string(name), text)
	if env != "" {
		l.Put(string(s.Styles.Quiet), kit.Middle(env, room-kit.Width(text)))
	}
	l.Gap(1 + room - (l.Width() - 1))
	if kind > 0 {
		word := kit.Clean(a.KeyType)
		if a.Source == console.Gone {
			word = "gone"
		}
		l.Cell(string(s.Styles.Quiet), kit.Cut(word, kind), kind) // PROD, SAND
		l.Gap(1)
	}
	sign, paint := s.Look(appState(a))
	text = sign + " " + strconv.Itoa(a.Tally.Count())
	if s.Session.Busy(session.AppKey(a.ID)) {
		text, paint = "…", s.Styles.Accent
	}
	l.Gap(max(w-1-count-l.Width(), 0))
	l.Cell(string(paint), text, count)
	return l.End(w)
}

// appState returns the state whose sign an application shows: the most urgent one of its living
// tokens.
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
