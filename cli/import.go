package cli

import "github.com/spf13/cobra"

func (p *program) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Import applications from a portal, a curl line or an .env file",
		Args:  noCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(p.importPortalCommand(), p.importTextCommand("curl", "a curl line"),
		p.importTextCommand("env", "an .env file"))
	return c
}
