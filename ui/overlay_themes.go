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

	wear func()
	keep func(themes.Theme) tea.Cmd
}

type themeRow struct {
	name, about string
	theme       themes.Theme
}

// newThemes lists themes. Wear draws with the one under the cursor, keep chooses one.
func newThemes(all []themes.Theme, inUse string, wear func(), keep func(themes.Theme) tea.Cmd) *themesOverlay {
	o := &themesOverlay{inUse: inUse, wear: wear, keep: keep}
	for _, t := range all {
		o.rows = append(o.rows, themeRow{t.Name(), kit.Clean(t.About()), t})
	}
	if o.inUse == "" && len(o.rows) > 0 {
		o.inUse = o.rows[0].name
	}
	o.list.sel = o.inUse
	return o
}

// Worn is the theme under the cursor.
func (o *themesOverlay) Worn() (t themes.Theme, ok bool) {
	if r := o.row(); r != nil {
		return r.theme, true
	}
	return t, false
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
			return keepTheme{o, r.theme}
		}
		return leaveTheme{o}
	case a == keys.Close, a == keys.Quit, a == keys.Theme:
		return leaveTheme{o}
	}
	o.list.move(a, len(o.rows), o.id)
	return wearTheme{o}
}

type (
	wearTheme  struct{ o *themesOverlay } // the one under the cursor
	leaveTheme struct{ o *themesOverlay } // and take the old one back
	keepTheme  struct {
		o     *themesOverlay
		theme themes.Theme
	}
)

// Perform implements intent.
func (i wearTheme) Perform(host) tea.Cmd {
	i.o.wear()
	return nil
}

// Perform implements intent.
func (i leaveTheme) Perform(h host) tea.Cmd {
	h.Close(i.o)
	i.o.wear()
	return nil
}

// Perform implements intent.
func (i keepTheme) Perform(h host) tea.Cmd {
	h.Close(i.o)
	return i.o.keep(i.theme)
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
