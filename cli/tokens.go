package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/tokenapi"
)

func (p *program) tokensCommand() *cobra.Command {
	var app string
	var all bool
	c := &cobra.Command{
		Use:   "tokens",
		Short: "List the tokens",
		Long: "Lists the stored tokens. Dead and superseded ones are listed only with --all.\n\n" +
			"A get or refresh whose answer was never seen is listed too, with the latest time\n" +
			"at which the lost token can live.",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return p.runTokens(c, app, all) },
	}
	c.Flags().StringVar(&app, "app", "", "only tokens of `APP`")
	c.Flags().BoolVar(&all, "all", false, "list dead and superseded tokens too")
	_ = c.RegisterFlagCompletionFunc("app", p.completeApps)
	return p.listFlags(c)
}

func (p *program) runTokens(c *cobra.Command, app string, all bool) error {
	s, l, err := p.openRead(c.Context(), false)
	if err != nil {
		return err
	}
	defer s.Close()
	only := ""
	if app != "" {
		a, err := l.needApp(app)
		if err != nil {
			return err
		}
		only = a.ID
	}
	shown := []any{} // tokens, each before the mark of its refresh, then the marks of gets
	var rows [][]string
	hidden, hasRequest := 0, false
	for _, t := range l.Tokens {
		st := l.status(t)
		over := st.State == console.Dead || st.State == console.Superseded
		switch {
		case only != "" && t.AppID != only:
			continue
		case over && !all && t.Unsure == nil:
			hidden++
			continue
		}
		if why := l.advice(t); why != "" && !p.json {
			defer p.note("%s of %s: %s", t.Fingerprint, l.app[t.AppID].Label(), why)
		}
		if why := st.Warning(); why != "" && !p.json {
			defer p.note("%s of %s: %s", t.Fingerprint, l.app[t.AppID].Label(), why)
		}
		shown = append(shown, l.token(t))
		if t.Unsure != nil {
			shown = append(shown, l.mark(*t.Unsure))
		}
		with := t.Request.Words()
		hasRequest = hasRequest || with != ""
		rows = append(rows, []string{
			string(st.State), t.Fingerprint, l.app[t.AppID].Label(), dash(t.User), dash(strings.Join(t.Scopes, " ")), dash(with), left(t, st), t.ID,
		})
	}
	for _, m := range l.Marks {
		if only != "" && m.AppID != only {
			continue
		}
		a := l.app[m.AppID]
		shown = append(shown, l.mark(m))
		rows = append(rows, []string{
			string(console.Unsure), "-", a.Label(), dash(cmp.Or(m.User, a.Username)), dash(strings.Join(m.Scopes, " ")), dash(m.Request.Words()), l.markLeft(m), m.ID,
		})
		defer p.note("%s", voice().Lost(a.Label(), m, a.Environment.Regime, l.now))
	}
	for _, a := range l.Altered {
		if a.Table == "token" && only == "" {
			shown = append(shown, alteredJSON{a.ID, alteredWord})
			rows = append(rows, []string{alteredWord, "-", "-", "-", "-", "-", "-", a.ID})
		}
	}
	defer p.noteDoubt(l)
	if p.json {
		return p.printJSON(shown)
	}
	if hidden > 0 {
		defer p.note("%d dead or superseded not shown; --all shows them", hidden)
	}
	if len(rows) == 0 {
		p.note("no token is held")
		return nil
	}
	head := []string{"STATE", "TOKEN", "APPLICATION", "USER", "SCOPES", "ASKED WITH", ">LEFT", "ID"}
	if !hasRequest { // leave out a column without values
		const with = 5
		head = slices.Delete(head, with, with+1)
		for i := range rows {
			rows[i] = slices.Delete(rows[i], with, with+1)
		}
	}
	columns(p.out(), head, rows)
	return nil
}

// markLeft returns how long the lost token of a request can live at most.
func (l ledger) markLeft(m console.Mark) string {
	if m.EndsBy.IsZero() {
		return "unknown"
	}
	return "<=" + console.Left(m.EndsBy.Sub(l.now))
}

// left returns how long a token, or its lingering, lasts.
func left(t console.Token, s console.Status) string {
	switch {
	case s.State == console.Lingering && s.StaleKnown:
		return "<=" + console.Left(s.StaleLeft)
	case s.State == console.Lingering:
		return "unknown"
	case s.State == console.Dead || s.State == console.Superseded || s.State == console.Expired:
		return "-"
	case s.HasExpiry:
		return console.Left(s.Left)
	case t.Lifetime == tokenapi.Unbounded:
		return "never expires"
	}
	return "unknown"
}
