package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/text"
)

// completionPatience limits the time that a shell waits for completions from the store.
const completionPatience = 2 * time.Second

// completeTokens completes TOKEN, and with apps also APP, for at most most arguments; a negative
// most means any number. With over it includes dead and superseded tokens. It sends nothing,
// creates no store, and completes nothing on an error.
func (p *program) completeTokens(apps, over bool, most int) cobra.CompletionFunc {
	return func(
		c *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
		if most >= 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		if apps {
			names, _ = p.completeApps(c, nil, start)
		}
		names = append(names, p.tokenCompletions(start, over)...)
		names = slices.DeleteFunc(names, func(name string) bool {
			name, _, _ = strings.Cut(name, "\t")
			return slices.Contains(args, name)
		})
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// tokenCompletions returns the fingerprints or IDs that begin with start, each with its
// application, state and time left.
func (p *program) tokenCompletions(start string, over bool) []string {
	if paths, err := p.paths(); err != nil || !hasStore(paths) {
		return nil
	}
	stderr := p.stderr
	p.stderr = io.Discard
	defer func() { p.stderr = stderr }()
	ctx, cancel := context.WithTimeout(p.ctx, completionPatience)
	defer cancel()
	s, l, err := p.openRead(ctx, false)
	if err != nil {
		return nil
	}
	defer s.Close()
	var names []string
	for _, t := range l.Tokens {
		st := l.status(t)
		if !over && st.State.IsRefused() {
			continue
		}
		name := t.Fingerprint
		if strings.HasPrefix(start, "t_") || len(console.TokensNamed(l.Tokens, name)) > 1 {
			name = t.ID
		}
		if strings.HasPrefix(name, strings.ToLower(start)) {
			names = append(names,
				name+"\t"+text.Line(string(l.app[t.AppID].Label())+", "+
					strings.TrimSuffix(string(st.State)+", "+left(t, st), ", -")))
		}
	}
	return names
}

func (p *program) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish or powershell",
		Long: "Prints a completion script. To load it into the current shell:\n\n" +
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
			return misuse("one of: bash, zsh, fish, powershell",
				"completion: no script for %q", args[0])
		},
	}
}
