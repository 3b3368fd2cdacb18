package cli

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"lanyard/ui"
)

// reloads reads the configuration again whenever it or a theme beside it changes. What is no good is said, and what
// was in force stays in force. What a running console cannot take over is said as well.
func (p *program) reloads(ctx context.Context, paths Paths, first *Config) <-chan ui.Reload {
	out := make(chan ui.Reload)
	changed := p.watch(ctx, paths.Config, ThemesBeside(paths.Config))
	go func() {
		defer close(out)
		for range changed {
			select {
			case out <- p.reload(paths, first):
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (p *program) reload(paths Paths, first *Config) ui.Reload {
	cfg, err := paths.Load(p.ctx)
	if err != nil {
		return ui.Reload{Err: err}
	}
	if first.Found && !cfg.Found { // no reason to forget what was in it
		return ui.Reload{Err: &Error{File: paths.Config, Problems: []Problem{{Text: "is gone"}}}}
	}
	cfg.themeChoice, cfg.reread = first.themeChoice, true
	set, err := cfg.settings(p.lookup)
	r := ui.Reload{Settings: set, Themes: cfg.themesToChoose(nil), Banners: banners(first.Environments), Err: err}
	if later := cfg.NeedsRestart(first); err == nil && len(later) > 0 {
		r.Hint = "start lanyard again for the changed " + strings.Join(later, ", ")
	}
	return r
}

// NeedsRestart names what differs and is not taken over by a running console.
func (c *Config) NeedsRestart(first *Config) (names []string) {
	differs := func(name string, a, b any) {
		if !reflect.DeepEqual(a, b) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	differs("environments", c.Environments, first.Environments)
	differs("applications", c.Applications, first.Applications)
	differs("applications", c.Secrets, first.Secrets)
	differs("undo_window", c.UndoWindow, first.UndoWindow)
	differs("due_before", c.DueBefore, first.DueBefore)
	differs("clipboard", c.ClipboardVia, first.ClipboardVia)
	differs("clipboard", c.ClipboardCommand, first.ClipboardCommand)
	differs("clipboard", c.ClearBlind, first.ClearBlind)
	differs("store", c.StoreKey, first.StoreKey)
	differs("store", c.StoreCommand, first.StoreCommand)
	differs("store", c.Keep, first.Keep)
	return names
}
