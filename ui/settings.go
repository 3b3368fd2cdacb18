package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
)

// Settings can change while the console runs, in the console or in the configuration.
type Settings struct {
	Theme      themes.Theme
	ThemeName  string
	Keys       keys.Bindings
	Presenter  bool
	Mouse      bool // the screen takes clicks and the wheel; shift then selects text
	ASCII      bool // draw with ASCII alone
	Alerts     Alerts
	RevealFor  time.Duration // a revealed token is hidden after it; 0 is DefaultReveal
	ClearAfter time.Duration // until the clipboard is cleared; 0 never
}

// DefaultReveal is the time for which a token is shown in clear.
const DefaultReveal = 10 * time.Second

// Alerts holds the settings of alerts outside of the screen, such as the bell.
type Alerts struct {
	// times before an expiry; an expiry and the end of a gateway window always alert
	Before []time.Duration
	Via    []string // title, bell, osc9, osc99, osc777; none: no alerts
}

// Reload is the result of reading the configuration again.
type Reload struct {
	Settings Settings
	Themes   Themes // empty: the present themes stay; Keep is not read
	Banners  []describe.Banner
	Err      error  // why it was not read; the present settings stay in force
	Hint     string // the next step after Err
}

// Themes are the themes to choose from.
type Themes struct {
	All []themes.Theme
	// stores a choice; nil: it lasts for this run
	Keep func(ctx context.Context, name string) error
	// the setting that overrules a stored choice, such as "config.toml", or ""
	SaidBy string
}

// named returns the theme with a name.
func (t Themes) named(name string) (themes.Theme, bool) {
	for _, th := range t.All {
		if th.Name() == name {
			return th, true
		}
	}
	return themes.Theme{}, false
}

// watchSettings waits for the next reading of the configuration.
func (m *root) watchSettings() tea.Cmd {
	if m.o.Reloads == nil {
		return nil
	}
	reloads := m.o.Reloads
	return func() tea.Msg {
		r, ok := <-reloads
		return settingsRead{r, !ok}
	}
}

type settingsRead struct {
	reload Reload
	over   bool
}

func (r settingsRead) land(m *root) tea.Cmd {
	if r.over {
		return nil
	}
	if r.reload.Err != nil {
		m.Notify(scene.Bad, r.reload.Err.Error()+"; what was in force stays in force",
			r.reload.Hint)
		return m.watchSettings()
	}
	m.offerThemes(r.reload.Themes)
	presented := m.set.Presenter
	if m.putInForce(m.chosenHere(r.reload.Settings)); m.set.Presenter && !presented {
		m.beginPresenting()
	}
	m.configured = r.reload.Settings
	m.o.Banners = r.reload.Banners
	words := "the configuration was read again, and its settings are in force"
	if r.reload.Hint != "" {
		words = "the configuration was read again, and its other settings are in force"
	}
	m.Notify(scene.Good, words, r.reload.Hint)
	return m.watchSettings()
}

// chosenHere keeps what the person chose in the console, unless the configuration has changed that
// setting since.
func (m *root) chosenHere(s Settings) Settings {
	if s.Presenter == m.configured.Presenter {
		s.Presenter = m.set.Presenter
	}
	if s.Mouse == m.configured.Mouse {
		s.Mouse = m.set.Mouse
	}
	if s.ThemeName == m.configured.ThemeName && m.set.ThemeName != m.configured.ThemeName {
		s.Theme, s.ThemeName = m.set.Theme, m.set.ThemeName
		if t, ok := m.o.Themes.named(s.ThemeName); ok {
			s.Theme = t // its file may have changed
		}
	}
	return s
}

// putInForce puts settings in force.
func (m *root) putInForce(s Settings) {
	if s.RevealFor <= 0 {
		s.RevealFor = DefaultReveal
	}
	s.Presenter = s.Presenter || m.set.Presenter // a reload never ends it
	if m.set, m.keys = s, keys.New(s.Keys); !m.o.Traffic {
		m.keys = keys.New(s.Keys.Without(keys.Traffic))
	}
	m.s.SetClearAfter(s.ClearAfter)
	m.s.SetAlerts(len(s.Alerts.Via) > 0, s.Alerts.Before, m.now)
	m.redactBoard()
	m.Restyle()
}
