package cli

import (
	"github.com/spf13/cobra"

	"lanyard/themes"
)

func (p *program) themesCommand() *cobra.Command {
	return p.listFlags(&cobra.Command{
		Use:   "themes",
		Short: "List the themes",
		Args:  takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			type theme struct {
				Name        string `json:"name"`
				Description string `json:"description"`
			}
			all := []theme{}
			var rows [][]string
			for _, name := range themes.Names() {
				all = append(all, theme{name, themes.Describe(name)})
				rows = append(rows, []string{name, themes.Describe(name)})
			}
			if p.json {
				return p.printJSON(all)
			}
			columns(p.out(), []string{"NAME", "DESCRIPTION"}, rows)
			return nil
		},
	})
}
