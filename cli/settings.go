package cli

import (
	"errors"
	"strings"

	"lanyard/cli/config"
	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui"
)

// settings returns the screen settings of a configuration.
func settings(c *config.Config, lookup func(string) (string, bool)) (ui.Settings, error) {
	theme, err := theme(c)
	return ui.Settings{
		Theme: theme, ThemeName: theme.Name(), Keys: c.Keys, Presenter: c.Presenter, Mouse: c.Mouse,
		ASCII: host.WantsASCII(c.ASCII, lookup), Alerts: ui.Alerts(c.Alerts),
		RevealFor: c.RevealFor, ClearAfter: c.ClearAfter,
	}, err
}

// theme returns the theme that the console is drawn with.
func theme(c *config.Config) (themes.Theme, error) {
	name := c.ThemeName()
	t, err := c.Themes.ByName(name)
	if errors.Is(err, themes.ErrBroken) {
		if bad := badThemes(c, name); bad != nil {
			return t, bad
		}
	}
	if err != nil {
		return t, misuse("lanyard themes lists them", "%v", err)
	}
	return t, nil
}

// badThemes returns the errors of all theme files, or of one theme's file, and nil if there is
// none.
func badThemes(c *config.Config, only string) error {
	var lines []string
	for _, p := range c.ThemeProblems {
		if !p.Warning && (only == "" || p.File == only+".toml") {
			lines = append(lines, config.ThemeProblem(c.Place, p))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &failure{exit: exitUsage, code: console.CodeConfig, text: strings.Join(lines, "\n")}
}

// themesToChoose returns the themes that the console offers. Without a keeper a choice lasts for
// this run only.
func themesToChoose(c *config.Config, k console.Keeper) ui.Themes {
	all := ui.Themes{All: c.Themes.All(), SaidBy: c.ThemeSaidBy()}
	if k != nil {
		all.Keep = config.KeepTheme(k)
	}
	return all
}
