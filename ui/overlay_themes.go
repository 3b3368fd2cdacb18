package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
)

// themesOverlay lists the themes. The one under the cursor is put on at once, over the whole screen; what is in force
// (root.set) stays untouched until one is chosen, so that to close it is to take the old one back.
type themesOverlay struct {
	list   list
	rows   []themeRow
	inUse  string // when it was opened
	kept   bool   // a choice is kept for the next time
	saidBy string // what overrules it then
}

type themeRow struct {
	name, about string
	theme       themes.Theme
}

func (m *root) cannotPickTheme() *refuse {
	if len(m.o.Themes.All) == 0 {
		return &refuse{"there are no themes to choose from", ""}
	}
	return nil
}

// openThemes opens the list of themes. What is broken is not in it; lanyard themes says so.
func (m *root) openThemes() tea.Cmd {
	o := &themesOverlay{inUse: m.set.ThemeName, kept: m.o.Themes.Keep != nil, saidBy: kit.Clean(m.o.Themes.SaidBy)}
	for _, t := range m.o.Themes.All {
		o.rows = append(o.rows, themeRow{t.Name(), kit.Clean(t.About()), t})
	}
	if o.inUse == "" && len(o.rows) > 0 {
		o.inUse = o.rows[0].name
	}
	o.list.sel = o.inUse
	m.open(o)
	m.restyle()
	if !m.term.told {
		return tea.RequestBackgroundColor // some of them depend on it
	}
	return nil
}

// offerThemes takes over what there is to choose from, now that the folders were read again.
func (m *root) offerThemes(t Themes) {
	if len(t.All) == 0 {
		return
	}
	t.Keep = m.o.Themes.Keep
	m.o.Themes = t
}

// theme is the one to draw with: what is being looked at, else what is in force.
func (m *root) theme() themes.Theme {
	if n := len(m.overlays); n > 0 {
		if o, ok := m.overlays[n-1].(*themesOverlay); ok {
			if r := o.row(); r != nil {
				return r.theme
			}
		}
	}
	return m.set.Theme
}

func (o *themesOverlay) id(i int) string { return o.rows[i].name }

func (o *themesOverlay) row() *themeRow {
	if i := o.list.index(len(o.rows), o.id); i >= 0 {
		return &o.rows[i]
	}
	return nil
}

func (*themesOverlay) title() string { return "Themes" }
func (*themesOverlay) foot() string  { return "" }
func (*themesOverlay) danger() bool  { return false }

func (o *themesOverlay) press(_ *scene, a keys.Action, key string) intent {
	switch {
	case key == "enter":
		if r := o.row(); r != nil {
			return keepTheme{o, *r}
		}
		return leaveThemes{o}
	case a == keys.Close, a == keys.Quit, a == keys.Theme:
		return leaveThemes{o}
	}
	o.list.move(a, len(o.rows), o.id)
	return wearTheme{}
}

type (
	wearTheme   struct{}                   // what is under the cursor
	leaveThemes struct{ o *themesOverlay } // and take the old one back
	keepTheme   struct {
		o *themesOverlay
		themeRow
	}
)

func (wearTheme) intent()   {}
func (leaveThemes) intent() {}
func (keepTheme) intent()   {}

func (wearTheme) perform(m *root) tea.Cmd {
	m.restyle()
	return nil
}

func (i leaveThemes) perform(m *root) tea.Cmd {
	m.drop(i.o)
	m.restyle()
	return nil
}

func (i keepTheme) perform(m *root) tea.Cmd {
	m.drop(i.o)
	m.set.Theme, m.set.ThemeName = i.theme, i.name
	m.restyle()
	keep, ctx, said := m.o.Themes.Keep, m.ctx, kit.Clean(m.o.Themes.SaidBy)
	if keep == nil {
		m.note(good, "theme "+i.name+", for this run", "")
		return nil
	}
	return func() tea.Msg { return themeKept{i.name, said, keep(ctx, i.name)} }
}

// themeKept is what came of keeping a choice.
type themeKept struct {
	name, saidBy string
	err          error
}

func (r themeKept) land(m *root) tea.Cmd {
	switch {
	case r.err != nil:
		m.note(bad, "theme "+r.name+", for this run: it could not be kept: "+kit.Clean(r.err.Error()), "")
	case r.saidBy != "":
		m.note(good, "theme "+r.name+", for this run: "+r.saidBy+" decides at the next start", "")
	default:
		m.note(good, "theme "+r.name, "")
	}
	return nil
}

const (
	wTheme     = 16 // the longest name of a built-in one
	themesWide = 62
)

func (o *themesOverlay) nameWide() int {
	n := wTheme
	for _, r := range o.rows {
		n = max(n, min(kit.Width(r.name), 24))
	}
	return n
}

func (o *themesOverlay) size(w, h int) (int, int) {
	if w < 40 {
		w += 2 // a small screen is used to its edges
	}
	w = min(w, themesWide)
	return w, min(h, len(o.rows)+len(o.said(w, h))+2)
}

// said is what stands below the list: whether the choice lasts, and the keys.
func (o *themesOverlay) said(w, h int) []string {
	if h < 8 {
		return nil
	}
	text := "enter keeps it, also for the next time"
	switch {
	case o.saidBy != "":
		text = o.saidBy + " decides: a choice lasts for this run"
	case !o.kept:
		text = "a choice lasts for this run"
	}
	keys := "↑ ↓ try on · enter keep · esc take the old one back"
	if kit.Width(keys) > w-3 {
		keys = "enter keep · esc back"
	}
	out := append([]string{""}, kit.Wrap(text, max(w-3, 1))...)
	return append(out, keys)
}

func (o *themesOverlay) box(s *scene, w, h int) []string {
	foot := o.said(w, h)
	air := 2
	if h < len(o.rows)+len(foot)+air {
		air = 0
	}
	var out []string
	if air > 0 {
		out = append(out, kit.Spaces(w))
	}
	from, to, sel := o.list.window(len(o.rows), max(h-len(foot)-air, 1), o.id)
	for i := from; i < to; i++ {
		out = append(out, o.line(s, o.rows[i], w, i == sel))
	}
	for i, text := range foot {
		paint := s.st.Quiet
		if o.saidBy != "" && i > 0 && i < len(foot)-1 {
			paint = s.st.Warn
		}
		out = append(out, " "+padded(paint, text, w-1))
	}
	if air > 0 {
		out = append(out, kit.Spaces(w))
	}
	return out[:min(len(out), max(h, 0))]
}

func (o *themesOverlay) line(s *scene, r themeRow, w int, selected bool) string {
	l := s.begin(selected, true)
	sign := " "
	if r.name == o.inUse {
		sign = "✓"
	}
	l.Put(string(s.st.Accent), sign+" ")
	name := min(o.nameWide(), max(w-l.Width()-1, 1))
	l.Put("", kit.Fit(kit.Middle(r.name, name), name))
	if rest := w - l.Width() - 3; rest >= 16 {
		l.Put(string(s.st.Quiet), "  "+kit.Fit(r.about, rest))
	}
	return l.End(w)
}
