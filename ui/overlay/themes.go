package overlay

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// Themes lists the themes. The whole screen is drawn in the selected theme at once. The setting
// changes only when a theme is chosen, so that esc returns to the old one.
type Themes struct {
	list      scene.List
	rows      []themeRow
	inUse     string // the theme when the list was opened
	Saves     bool   // a choice is saved for the next start
	DecidedBy string // the setting that overrules the saved choice, or ""
}

type themeRow struct {
	name, about string
	theme       themes.Theme
}

// NewThemes returns the list of all themes. inUse is the name of the theme in force.
func NewThemes(all []themes.Theme, inUse string) *Themes {
	o := &Themes{inUse: inUse}
	for _, t := range all {
		o.rows = append(o.rows, themeRow{t.Name(), kit.Clean(t.About()), t})
	}
	if o.inUse == "" && len(o.rows) > 0 {
		o.inUse = o.rows[0].name
	}
	o.list.Selected = o.inUse
	return o
}

// Preview returns the selected theme.
func (o *Themes) Preview() (t themes.Theme, ok bool) {
	if r := o.row(); r != nil {
		return r.theme, true
	}
	return t, false
}

func (o *Themes) id(i int) string { return o.rows[i].name }

func (o *Themes) row() *themeRow {
	if i := o.list.Index(len(o.rows), o.id); i >= 0 {
		return &o.rows[i]
	}
	return nil
}

func (*Themes) Title(*scene.Scene) string { return "Themes" }
func (*Themes) Danger() bool              { return false }

// Hidden implements [scene.Partial].
func (o *Themes) Hidden() (above, below int) { return o.list.Hidden() }

// Point implements [scene.Pointed].
func (o *Themes) Point(line int) { o.list.Point(line) }

// Hints implements [scene.Overlay].
func (*Themes) Hints(*scene.Scene) []scene.Hint {
	return []scene.Hint{
		{Keys: "enter", Word: "keep"}, {Keys: "up down", Word: "try on"},
		{Keys: "esc", Word: "the old one"},
	}
}

func (o *Themes) Press(_ *scene.Scene, a keys.Action, key string) scene.Intent {
	switch {
	case key == "enter":
		if r := o.row(); r != nil {
			return chooseTheme{o, r.theme}
		}
		return closeThemes{o}
	case a == keys.Close, a == keys.Quit, a == keys.Theme:
		return closeThemes{o}
	}
	o.list.Move(a, len(o.rows), o.id)
	return previewTheme{}
}

type (
	previewTheme struct{}            // draw in the selected theme
	closeThemes  struct{ o *Themes } // return to the old theme
	chooseTheme  struct {
		o     *Themes
		theme themes.Theme
	}
)

// Perform implements [scene.Intent].
func (previewTheme) Perform(h scene.Host) tea.Cmd {
	h.Restyle()
	return nil
}

// Perform implements [scene.Intent].
func (i closeThemes) Perform(h scene.Host) tea.Cmd {
	h.Close(i.o)
	h.Restyle()
	return nil
}

// Perform implements [scene.Intent].
func (i chooseTheme) Perform(h scene.Host) tea.Cmd {
	h.Close(i.o)
	return h.KeepTheme(i.theme)
}

const (
	minThemeName = 16 // length of the longest name of a built-in theme
	themesWidth  = 62
)

func (o *Themes) nameWidth() int {
	n := minThemeName
	for _, r := range o.rows {
		n = max(n, min(kit.Width(r.name), 24))
	}
	return n
}

func (o *Themes) Size(_ *scene.Scene, w, h int) (int, int) {
	if w < 40 {
		w += 2 // on a small screen the box has no margin
	}
	w = min(w, themesWidth)
	return w, min(h, len(o.rows)+len(o.footLines(w, h))+2)
}

// footLines returns the lines below the list: whether the choice is saved. On a low screen only a
// setting that overrules the choice is worth the lines of themes.
func (o *Themes) footLines(w, h int) []string {
	text := "enter keeps it, also for the next time"
	switch {
	case o.DecidedBy != "":
		text = o.DecidedBy + " decides: a choice lasts for this run"
	case !o.Saves:
		text = "a choice lasts for this run"
	}
	lines := kit.Wrap(text, max(w-3, 1))
	switch need := len(o.rows) + len(lines); {
	case need+1 <= h:
		return append([]string{""}, lines...)
	case need <= h || o.DecidedBy != "" && h >= 8:
		return lines
	}
	return nil
}

func (o *Themes) Box(s *scene.Scene, w, h int) []string {
	foot := o.footLines(w, h)
	air := 2
	if h < len(o.rows)+len(foot)+air {
		air = 0
	}
	var out []string
	o.list.Drawn = o.list.Drawn[:0]
	if air > 0 {
		out, o.list.Drawn = append(out, kit.Spaces(w)), append(o.list.Drawn, "")
	}
	from, to, sel := o.list.Window(len(o.rows), max(h-len(foot)-air, 1), o.id)
	for i := from; i < to; i++ {
		out = append(out, o.line(s, o.rows[i], w, i == sel))
		o.list.Drawn = append(o.list.Drawn, o.id(i))
	}
	for _, text := range foot {
		paint := s.Styles.Quiet
		if o.DecidedBy != "" && text != "" {
			paint = s.Styles.Warn
		}
		out = append(out, " "+scene.Padded(paint, text, w-1))
	}
	if air > 0 {
		out = append(out, kit.Spaces(w))
	}
	return out[:min(len(out), max(h, 0))]
}

func (o *Themes) line(s *scene.Scene, r themeRow, w int, selected bool) string {
	l := s.BeginRow(selected, true)
	sign := " "
	if r.name == o.inUse {
		sign = "✓"
	}
	l.Put(string(s.Styles.Accent), sign+" ")
	name := min(o.nameWidth(), max(w-l.Width()-1, 1))
	l.Put("", kit.Fit(kit.Middle(r.name, name), name))
	if rest := w - l.Width() - 3; rest >= 16 {
		l.Put(string(s.Styles.Quiet), "  "+kit.Fit(r.about, rest))
	}
	return l.End(w)
}
