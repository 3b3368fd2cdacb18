package config

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"lanyard/console"
)

// themeSetting is the key of the stored setting with the chosen theme.
const themeSetting = "theme"

// ThemeName returns the name of the console's theme: the file's, else the one chosen in the
// console, else the default. Before Reread, a choice that is gone or has errors is ignored, so that
// the console can open. After it, the open console shows what is wrong.
func (c *Config) ThemeName() string {
	if chosen := c.chosen(); chosen != "" {
		if _, err := c.Themes.ByName(chosen); err == nil || c.reread {
			return chosen
		}
	}
	return c.Theme
}

// ThemeSaidBy returns the name of the configuration file if it names a theme, and "" otherwise.
func (c *Config) ThemeSaidBy() string {
	if !c.themeSaid {
		return ""
	}
	return filepath.Base(c.Place)
}

// Preferences returns a default configuration with the screen settings and the clipboard of c.
func (c *Config) Preferences() *Config {
	p := Default()
	p.Theme, p.ClearAfter, p.RevealFor = c.Theme, c.ClearAfter, c.RevealFor
	p.Presenter, p.Mouse, p.ASCII = c.Presenter, c.Mouse, c.ASCII
	p.Alerts, p.Keys = c.Alerts, c.Keys
	p.Themes, p.ThemeProblems = c.Themes, c.ThemeProblems
	p.Place, p.themeSaid = c.Place, c.themeSaid
	p.ClipboardVia, p.ClipboardCommand = c.ClipboardVia, c.ClipboardCommand
	p.ClearBlind = c.ClearBlind
	return p
}

// chosen returns the theme chosen in the console, or "" if the file names one.
func (c *Config) chosen() string {
	if c.themeSaid || c.ThemeChoice == nil {
		return ""
	}
	return c.ThemeChoice()
}

// LostChoice returns a warning if the theme that was chosen in the console cannot be used, and ""
// otherwise.
func (c *Config) LostChoice() string {
	name := c.chosen()
	if name == "" {
		return ""
	}
	if _, err := c.Themes.ByName(name); err == nil {
		return ""
	}
	return fmt.Sprintf(
		"the theme %q, which was chosen in the console, cannot be used, so %s was; "+
			"lanyard themes says more", name, c.Theme)
}

// ThemeChosenIn returns a function that reads the theme that was chosen in the console. It returns
// "" if there is none, or if the store cannot be read.
func ThemeChosenIn(k console.Keeper) func() string {
	return func() string {
		var name string
		ctx, cancel := context.WithTimeout(context.Background(), themePatience)
		defer cancel()
		err := k.View(ctx, func(r console.Reader) (err error) {
			name, err = r.Setting(themeSetting)
			return err
		})
		if err != nil {
			return ""
		}
		return name
	}
}

const themePatience = 5 * time.Second

// KeepTheme returns a function that stores the theme chosen in the console. It takes 5 seconds at
// most, and finishes even if its context ends.
func KeepTheme(k console.Keeper) func(context.Context, string) error {
	return func(ctx context.Context, name string) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), themePatience)
		defer cancel()
		return k.Update(ctx,
			func(w console.Writer) error { return w.SetSetting(themeSetting, name) })
	}
}
