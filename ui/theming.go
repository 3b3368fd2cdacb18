package ui

import (
	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
)

// openThemes opens the list of themes. What is broken is not in it; lanyard themes says so.
func (m *root) openThemes() tea.Cmd {
	o := overlay.NewThemes(m.o.Themes.All, m.set.ThemeName, m.restyle, m.keepTheme)
	o.Kept, o.DecidedBy = m.o.Themes.Keep != nil, kit.Clean(m.o.Themes.SaidBy)
	m.Open(o)
	m.restyle()
	if !m.term.told {
		return tea.RequestBackgroundColor // some of them depend on it
	}
	return nil
}

// keepTheme puts a theme in force, for the next time too where a choice is kept.
func (m *root) keepTheme(t themes.Theme) tea.Cmd {
	name := t.Name()
	m.set.Theme, m.set.ThemeName = t, name
	m.restyle()
	keep, ctx, said := m.o.Themes.Keep, m.ctx, kit.Clean(m.o.Themes.SaidBy)
	if keep == nil {
		m.Notify(scene.Good, "theme "+name+", for this run", "")
		return nil
	}
	return func() tea.Msg { return themeKept{name, said, keep(ctx, name)} }
}

// themeKept is what came of keeping a choice.
type themeKept struct {
	name, saidBy string
	err          error
}

func (r themeKept) land(m *root) tea.Cmd {
	switch {
	case r.err != nil:
		m.Notify(scene.Bad, "theme "+r.name+", for this run: it could not be kept: "+kit.Clean(r.err.Error()), "")
	case r.saidBy != "":
		m.Notify(scene.Good, "theme "+r.name+", for this run: "+r.saidBy+" decides at the next start", "")
	default:
		m.Notify(scene.Good, "theme "+r.name, "")
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
		if o, ok := m.overlays[n-1].(*overlay.Themes); ok {
			if t, ok := o.Worn(); ok {
				return t
			}
		}
	}
	return m.set.Theme
}
