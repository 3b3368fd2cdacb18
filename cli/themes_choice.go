package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui"
)

// themeSetting is where the store keeps the theme that was chosen in the console.
const themeSetting = "theme"

// theme gives the theme that the console is drawn with: the file's, else the one that was chosen in the console, else
// the default. A choice that is gone or has become broken does not keep the console from opening; in one that is open
// it is an error, because somebody is just writing it.
func (c *Config) theme() (themes.Theme, error) {
	name := c.Theme
	if chosen := c.chosen(); chosen != "" {
		if _, err := c.Themes.ByName(chosen); err == nil || c.reread {
			name = chosen
		}
	}
	t, err := c.Themes.ByName(name)
	if errors.Is(err, themes.ErrBroken) {
		if bad := badThemes(c.Place, c.ThemeProblems, name); bad != nil {
			return t, bad
		}
	}
	if err != nil {
		return t, misuse("lanyard themes lists them", "%v", err)
	}
	return t, nil
}

// chosen is what was chosen in the console, unless the file says which theme.
func (c *Config) chosen() string {
	if c.themeSaid || c.themeChoice == nil {
		return ""
	}
	return c.themeChoice()
}

// LostChoice says that the chosen theme could not be had, or "".
func (c *Config) LostChoice() string {
	name := c.chosen()
	if name == "" {
		return ""
	}
	if _, err := c.Themes.ByName(name); err == nil {
		return ""
	}
	return fmt.Sprintf("the theme %q, which was chosen in the console, cannot be used, so %s was; lanyard themes says more", name, c.Theme)
}

// chosenIn reads what a store keeps, and "" where it cannot be read: how the console looks is no reason to fail.
func chosenIn(k console.Keeper) func() string {
	return func() string {
		var name string
		ctx, cancel := context.WithTimeout(context.Background(), keepPatience)
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

const keepPatience = 5 * time.Second

// keepIn keeps a choice. It is short, and goes on when the console is closed at once.
func keepIn(k console.Keeper) func(context.Context, string) error {
	return func(ctx context.Context, name string) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
		defer cancel()
		return k.Update(ctx, func(w console.Writer) error { return w.SetSetting(themeSetting, name) })
	}
}

// themesToChoose are those that the console offers. Without a keeper a choice lasts for the run.
func (c *Config) themesToChoose(k console.Keeper) ui.Themes {
	all := ui.Themes{All: c.Themes.All()}
	if k != nil {
		all.Keep = keepIn(k)
	}
	if c.themeSaid {
		all.SaidBy = filepath.Base(c.Place)
	}
	return all
}
