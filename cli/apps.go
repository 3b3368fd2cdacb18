package cli

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/text"
)

func (p *program) appsCommand() *cobra.Command {
	c := p.listFlags(&cobra.Command{
		Use:   "apps",
		Short: "List the applications",
		Args:  noCommand,
		RunE:  p.runApps,
	})
	c.AddCommand(p.setSecretCommand())
	return c
}

func (p *program) runApps(c *cobra.Command, _ []string) error {
	s, l, err := p.openRead(c.Context(), false)
	if err != nil {
		return err
	}
	defer s.Close()
	all := []applicationJSON{}
	for _, a := range l.Applications {
		all = append(all, l.application(a))
	}
	if p.json {
		return p.printJSON(all)
	}
	defer p.noteDoubt(l)
	for _, a := range l.Covered {
		p.note("%s", coveredWords(a, l.Applications))
	}
	if len(all) == 0 {
		p.note("no application is configured; lanyard config init writes an example")
		return nil
	}
	var rows [][]string
	for _, a := range all {
		rows = append(rows, []string{
			a.Name, a.Environment, dash(a.KeyType), grantWords(a.Grant),
			dash(strings.Join(a.Scopes, " ")), strings.ReplaceAll(a.Secret, "_", " "),
			a.Source, strconv.Itoa(a.Tokens.Active), strconv.Itoa(a.Tokens.Expiring),
			strconv.Itoa(a.Tokens.Lingering),
		})
	}
	columns(p.out(),
		[]string{
			"NAME", "ENVIRONMENT", "KEY TYPE", "GRANT", "SCOPES", "SECRET", "SOURCE",
			">ACTIVE", ">EXPIRING", ">LINGERING",
		}, rows)
	return nil
}

// coveredWords names the configured application that replaces an application of the store.
func coveredWords(a console.Application, all []console.Application) string {
	for _, have := range all {
		if have.ID == a.ID {
			return string(a.Label()) + " of the store is not listed: " + string(have.Label()) +
				" of the configuration has the same token URL, consumer key, grant and user, " +
				"and replaces it"
		}
	}
	return string(a.Label()) + " of the store is not listed"
}

// dash returns "-" for an empty cell.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// completeApps completes APP. It reads only the configuration.
func (p *program) completeApps(_ *cobra.Command, args []string,
	start string) ([]string, cobra.ShellCompDirective) {
	var names []string
	paths, err := p.paths()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	cfg, err := paths.Load(p.ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, a := range cfg.Applications {
		names = append(names, completions(a, start)...)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completions(a console.Application, start string) []string {
	if !strings.HasPrefix(string(a.Label()), start) ||
		string(a.Label()) != text.Line(string(a.Label())) {
		return nil
	}
	return []string{string(a.Label())}
}
