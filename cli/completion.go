package cli

import (
	"github.com/spf13/cobra"
)

func (p *program) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish or powershell",
		Long: "Prints a completion script. For this shell alone:\n\n" +
			"  bash        source <(lanyard completion bash)\n" +
			"  zsh         source <(lanyard completion zsh)\n" +
			"  fish        lanyard completion fish | source\n" +
			"  powershell  lanyard completion powershell | Out-String | Invoke-Expression",
		Args:      takes(1, 1),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.stdout, true)
			case "zsh":
				return root.GenZshCompletion(p.stdout)
			case "fish":
				return root.GenFishCompletion(p.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(p.stdout)
			}
			return misuse("one of: bash, zsh, fish, powershell", "completion: no script for %q", args[0])
		},
	}
}
