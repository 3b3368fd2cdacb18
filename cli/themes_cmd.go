package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"lanyard/cli/config"
	"lanyard/themes"
)

func (p *program) themesCommand() *cobra.Command {
	return p.listFlags(&cobra.Command{
		Use:   "themes",
		Short: "List the built-in themes and those in themes/ beside the configuration",
		Args:  takes(0, 0),
		RunE:  p.runThemes,
	})
}

type themeJSON struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Source      string   `json:"source"` // "built-in" or "file"
	File        *string  `json:"file"`
	Replaces    bool     `json:"replaces_built_in"`
	Warnings    []string `json:"warnings"`
}

// runThemes does not read the configuration, so it works with a broken one.
func (p *program) runThemes(*cobra.Command, []string) error {
	var set themes.Set
	var problems []themes.Problem
	beside := ""
	if paths, err := p.paths(); err == nil {
		beside = paths.Config
		set, problems = config.LoadThemes(beside)
	}
	all := []themeJSON{}
	var rows [][]string
	for _, t := range set.All() {
		j := themeJSON{
			Name: t.Name(), Description: t.About(), Source: "built-in",
			Replaces: t.Replaces(), Warnings: []string{},
		}
		source := "built-in"
		if t.File() != "" {
			file := filepath.Join(config.ThemesBeside(beside), t.File())
			j.Source, j.File, source = "file", &file, file
		}
		if t.Replaces() {
			source += ", instead of the built-in one"
		}
		for _, pr := range problems {
			if pr.Warning && pr.File == t.File() && t.File() != "" {
				j.Warnings = append(j.Warnings, config.ThemeProblem(beside, pr))
			}
		}
		all = append(all, j)
		rows = append(rows, []string{t.Name(), t.About(), source})
	}
	for _, pr := range problems {
		p.warn("%s", config.ThemeProblem(beside, pr))
	}
	if p.json {
		return p.printJSON(all)
	}
	columns(p.out(), []string{"NAME", "DESCRIPTION", "SOURCE"}, rows)
	return nil
}
