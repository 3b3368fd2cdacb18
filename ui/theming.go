package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
)

// openThemes opens the list of themes. A broken theme is not in the list; the command lanyard
// themes reports why.
func (m *root) openThemes() tea.Cmd {
	o := overlay.NewThemes(m.o.Themes.All, m.set.ThemeName)
	o.Saves, o.DecidedBy = m.o.Themes.Keep != nil, kit.Clean(m.o.Themes.SaidBy)
	m.Open(o)
	m.Restyle()
	if !m.term.knowsBackground {
		return tea.RequestBackgroundColor // some themes depend on it
	}
	return nil
}

// KeepTheme puts a theme in force, and stores the choice if it can be stored.
func (m *root) KeepTheme(t themes.Theme) tea.Cmd {
	name := t.Name()
	m.set.Theme, m.set.ThemeName = t, name
	m.Restyle()
	keep, ctx, said := m.o.Themes.Keep, m.ctx, kit.Clean(m.o.Themes.SaidBy)
	if keep == nil {
		m.Notify(scene.Good, "theme "+name+", for this run", "")
		return nil
	}
	return func() tea.Msg { return themeKept{name, said, keep(ctx, name)} }
}

// themeKept is the result of storing the choice of a theme.
type themeKept struct {
	name, saidBy string
	err          error
}

func (r themeKept) land(m *root) tea.Cmd {
	switch {
	case r.err != nil:
		m.Notify(scene.Bad,
			"theme "+r.name+", for this run: it could not be kept: "+kit.Clean(r.err.Error()), "")
	case r.saidBy != "":
		m.Notify(scene.Good,
			"theme "+r.name+", for this run: "+r.saidBy+" decides at the next start", "")
	default:
		m.Notify(scene.Good, "theme "+r.name, "")
	}
	return nil
}

// offerThemes replaces the themes to choose from after their folders were read again.
func (m *root) offerThemes(t Themes) {
	if len(t.All) == 0 {
		return
	}
	t.Keep = m.o.Themes.Keep
	m.o.Themes = t
}

// theme returns the theme to draw with: the one under the cursor of the list, else the one in
// force.
func (m *root) theme() themes.Theme {
	if n := len(m.overlays); n > 0 {
		if o, ok := m.overlays[n-1].(*overlay.Themes); ok {
			if t, ok := o.Preview(); ok {
				return t
			}
		}
	}
	return m.set.Theme
}
