package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/tokenapi"
)

func (p *program) tokensCommand() *cobra.Command {
	var app string
	var all bool
	c := &cobra.Command{
		Use:   "tokens",
		Short: "List the tokens",
		Long: "Lists the stored tokens. Dead and superseded ones are listed only with --all.\n" +
			"Superseded: replaced by a newer token, and the window is over.\n\n" +
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
	list := tokenList{ledger: l, only: only, all: all, shown: []any{}}
	list.addTokens()
	list.addMarks()
	list.addAltered()
	for _, note := range list.notes {
		defer p.note("%s", note)
	}
	defer p.noteDoubt(l)
	if p.json {
		return p.printJSON(list.shown)
	}
	if list.hidden > 0 {
		defer p.note("%d dead or superseded not shown; --all shows them", list.hidden)
	}
	if len(list.rows) == 0 {
		where := ""
		if _, err := os.Stat(s.paths.State); errors.Is(err, os.ErrNotExist) {
			where = ": there is no state directory " + s.paths.State + " yet" // or it is misspelt
		}
		p.note("no token is held%s", where)
		return nil
	}
	list.print(p.out())
	return nil
}

// tokenList collects what `lanyard tokens` prints.
type tokenList struct {
	ledger
	only string // the ID of an application; "" for all
	all  bool   // include dead and superseded tokens

	// for JSON: tokens, each before the mark of its refresh, then the marks of gets
	shown      []any
	rows       [][]string
	notes      []string // printed after the list, the last one first
	hidden     int
	hasRequest bool // a row has a value in the column ASKED WITH
}

func (v *tokenList) addTokens() {
	for _, t := range v.Tokens {
		st := v.status(t)
		over := st.State.IsRefused()
		switch {
		case v.only != "" && t.AppID != v.only:
			continue
		case over && !v.all && t.Unsure == nil:
			v.hidden++
			continue
		}
		label := v.app[t.AppID].Label()
		for _, why := range []string{v.advice(t), describe.Warning(st)} {
			if why != "" {
				v.notes = append(v.notes, fmt.Sprintf("%s of %s: %s", t.Fingerprint, label, why))
			}
		}
		v.shown = append(v.shown, v.token(t))
		if t.Unsure != nil {
			v.shown = append(v.shown, v.mark(*t.Unsure))
		}
		with := t.Request.Words()
		v.hasRequest = v.hasRequest || with != ""
		v.rows = append(v.rows, []string{
			string(st.State), t.Fingerprint, string(label), dash(string(t.User)),
			dash(strings.Join(t.Scopes, " ")), dash(with), left(t, st), t.ID,
		})
	}
}

func (v *tokenList) addMarks() {
	for _, m := range v.Marks {
		if v.only != "" && m.AppID != v.only {
			continue
		}
		a := v.app[m.AppID]
		v.shown = append(v.shown, v.mark(m))
		v.rows = append(v.rows, []string{
			string(console.Unsure), "-", string(a.Label()),
			dash(string(m.UserFor(a))), dash(strings.Join(m.Scopes, " ")),
			dash(m.Request.Words()), v.markLeft(m), m.ID,
		})
		v.notes = append(v.notes, voice().Lost(string(a.Label()), m, a.Environment.Regime, v.now))
	}
}

func (v *tokenList) addAltered() {
	for _, a := range v.Altered {
		if a.Table == "token" && v.only == "" {
			v.shown = append(v.shown, alteredJSON{a.ID, alteredWord})
			v.rows = append(v.rows, []string{alteredWord, "-", "-", "-", "-", "-", "-", a.ID})
		}
	}
}

// print prints the rows, without the column ASKED WITH if no row has a value in it.
func (v *tokenList) print(w io.Writer) {
	head := []string{"STATE", "TOKEN", "APPLICATION", "USER", "SCOPES", "ASKED WITH", ">LEFT", "ID"}
	if !v.hasRequest {
		const with = 5
		head = slices.Delete(head, with, with+1)
		for i := range v.rows {
			v.rows[i] = slices.Delete(v.rows[i], with, with+1)
		}
	}
	columns(w, head, v.rows)
}

// markLeft formats the longest time that the lost token of a request can still live.
func (l ledger) markLeft(m console.Mark) string {
	if m.EndsBy.IsZero() {
		return "unknown"
	}
	return "<=" + console.Left(m.EndsBy.Sub(l.now))
}

// left formats the remaining time of a token or of its lingering.
func left(t console.Token, s console.Status) string {
	switch {
	case s.State == console.Lingering && s.StaleKnown:
		return "<=" + console.AtMost(s.StaleLeft)
	case s.State == console.Lingering:
		return "unknown"
	case s.State.IsOver():
		return "-"
	case s.HasExpiry:
		return console.Left(s.Left)
	case t.Lifetime == tokenapi.Unbounded:
		return "never expires"
	}
	return "unknown"
}
