package cli

import (
	"context"
	"strings"

	"lanyard/cli/config"
	"lanyard/ui"
)

// reloads reads the configuration again whenever it or a theme beside it changes. If the new one
// has errors, the old one stays in force and the errors are shown. Changes that need a restart are
// named.
func (p *program) reloads(
	ctx context.Context, paths config.Paths, first *config.Config,
) <-chan ui.Reload {
	out := make(chan ui.Reload)
	changed := config.Watch(ctx, paths.Config, config.ThemesBeside(paths.Config))
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

func (p *program) reload(paths config.Paths, first *config.Config) ui.Reload {
	cfg, err := paths.Load(p.ctx)
	if err != nil {
		return ui.Reload{Err: err}
	}
	if first.Found && !cfg.Found { // keep the settings in force
		gone := []config.Problem{{Text: "is gone"}}
		return ui.Reload{Err: &config.Error{File: paths.Config, Problems: gone}}
	}
	cfg.Reread(first)
	set, err := settings(cfg, p.lookup)
	r := ui.Reload{
		Settings: set, Themes: themesToChoose(cfg, nil),
		Banners: banners(first.Environments), Err: err,
	}
	if later := cfg.NeedsRestart(first); err == nil && len(later) > 0 {
		r.Hint = "start lanyard again to use the changed " + strings.Join(later, ", ")
	}
	return r
}
