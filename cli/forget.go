package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/text"
)

func (p *program) forgetCommand() *cobra.Command {
	var yes, over bool
	c := &cobra.Command{
		Use:   "forget APP|TOKEN|MARK|ID…",
		Short: "Remove tokens that are over, unanswered requests or altered rows from the store",
		Long: "Removes tokens that are over (dead, replaced or expired) from the store, with\n" +
			"their secrets, probes and log. Removes applications that are no longer\n" +
			"configured in the same way. The log records that they were forgotten. Nothing is\n" +
			"sent.\n\n" +
			"A token that may still live is never removed: its refresh token was neither used\n" +
			"nor revoked, its revocation is not accepted yet, or its end is not known. Revoke\n" +
			"it first. --over removes every token that is over, of the named applications or\n" +
			"of all.\n\n" +
			"forget MARK dismisses the mark of a get or refresh whose answer was never seen.\n" +
			"lanyard tokens lists these marks, with the latest time at which the lost token\n" +
			"can live. Dismissing a mark ends no token, and the log keeps it. A mark goes by\n" +
			"itself at that time, or when the server says which token is valid.\n\n" +
			"forget ID removes an altered row of the database. lanyard doctor lists altered\n" +
			"rows.",
		Args:              takes(0, -1),
		ValidArgsFunction: p.completeTokens(true, true, -1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runForget(c, args, yes, over)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	c.Flags().BoolVar(&over, "over", false,
		"remove every token that is over, of the named applications or of all")
	return p.verbFlags(c)
}

func (p *program) runForget(c *cobra.Command, args []string, yes, over bool) error {
	if len(args) == 0 && !over {
		return misuse("usage: "+c.UseLine(), "%san argument is missing", prefixOf(c))
	}
	s, l, err := p.openRead(c.Context(), true)
	if err != nil {
		return err
	}
	defer s.Close()
	unopened, err := s.svc.Unopened(c.Context())
	if err != nil {
		return err
	}
	altered := slices.Concat(l.Altered, unopened)
	s.atEnd = nil // revokes that are due are not delivered either
	for i, arg := range args {
		if at := slices.IndexFunc(altered,
			func(a console.Altered) bool { return a.ID == arg }); at >= 0 {
			if len(args) > 1 || over {
				return misuse("name one altered row at a time",
					"forget: %s is an altered row, which is removed alone", args[i])
			}
			return p.forgetAltered(c.Context(), s, l, altered[at], yes)
		}
	}
	marks, what, err := l.forgetWhat(args, over)
	if err != nil {
		return err
	}
	if len(marks) > 0 && (over || len(what.Tokens)+len(what.Applications) > 0) {
		return misuse("lanyard forget "+marks[0].ID,
			"forget: marks cannot be dismissed together with tokens or applications")
	}
	if len(marks) > 0 {
		return p.forgetMarks(c.Context(), s, l, marks, yes)
	}
	return p.forgetOver(c.Context(), s, l, what, yes)
}

// forgetWhat returns the marks, tokens and applications that the arguments name.
func (l ledger) forgetWhat(args []string,
	over bool) (marks []console.Mark, what console.ForgetWhat, err error) {
	what.Over = over && len(args) == 0
	open := l.marks()
	for _, arg := range args {
		named := func(m console.Mark) bool { return m.ID == arg }
		if i := slices.IndexFunc(open, named); i >= 0 {
			if !slices.ContainsFunc(marks, named) {
				marks = append(marks, open[i])
			}
			continue
		}
		if strings.HasPrefix(arg, "m_") {
			return nil, what, &failure{
				exit: exitNotFound, code: console.CodeNoMark, text: "no such mark" + quoted(arg),
				hint: "lanyard tokens lists the requests whose answer was never seen; it may " +
					"have been settled since",
			}
		}
		t, a, isToken, err := l.tokenOrApp(arg)
		switch {
		case err != nil:
			return nil, what, err
		case isToken && over:
			return nil, what, misuse("lanyard forget "+t.ID,
				"forget: --over is for applications, and %s is a token", t.Fingerprint)
		case isToken:
			what.Tokens = append(what.Tokens, t.ID)
		case over:
			what.OverOf = append(what.OverOf, a.ID)
		case !slices.Contains(what.Applications, a.ID):
			what.Applications = append(what.Applications, a.ID)
		}
	}
	return marks, what, nil
}

// forgottenJSON is `forget --json`.
type forgottenJSON struct {
	Tokens       []tokenJSON       `json:"tokens"`
	Applications []applicationJSON `json:"applications"`
	// tokens that --over keeps because they are not over
	Kept []keptJSON `json:"kept"`
}

type keptJSON struct {
	ID          string `json:"id"`
	Fingerprint string `json:"fingerprint"`
	Why         string `json:"why"`
	Until       stamp  `json:"until"`
}

// forgetOver removes tokens and applications after a confirmation.
func (p *program) forgetOver(ctx context.Context, s *openConsole, l ledger, what console.ForgetWhat,
	yes bool) error {
	f, err := s.svc.Forgettable(ctx, what)
	if err != nil {
		return err
	}
	if n := len(f.Kept); n > 0 {
		p.note("%s not over, and kept", text.CountOf(n, "token is", "tokens are"))
	}
	some := len(f.Tokens)+len(f.Applications) > 0
	words := l.forgetWords(f)
	if some && !yes && !p.dryRun {
		err := p.askYes("forget "+words+
			", with secrets, probes and log; this cannot be undone\nforget?",
			needsYes("forget: without a terminal this needs --yes",
				"it would forget "+words),
			"forget: not confirmed, nothing was forgotten")
		if err != nil {
			return err
		}
	}
	var failed error
	if some && !p.dryRun {
		kept := f.Kept
		f, failed = s.svc.Forget(ctx, what)
		if f.Kept == nil {
			f.Kept = kept
		}
	}
	if failed != nil && len(f.Tokens) == 0 {
		return failed
	}
	if p.json {
		return errors.Join(failed, p.printJSON(l.forgotten(f)))
	}
	did := "forgot"
	if p.dryRun {
		did = "would forget"
	}
	for _, t := range f.Tokens {
		p.print("%s %s (%s): %s", did, t.Fingerprint, l.app[t.AppID].Label(), l.status(t).State)
	}
	for _, a := range f.Applications {
		p.print("%s the application %s", did, a.Label())
	}
	if !some {
		p.note("nothing is over")
	}
	return failed
}

// forgetWords describes what would be removed.
func (l ledger) forgetWords(f console.Forgotten) string {
	var words, names []string
	if n := len(f.Tokens); n > 0 {
		for _, t := range f.Tokens {
			if label := string(l.app[t.AppID].Label()); !slices.Contains(names, label) {
				names = append(names, label)
			}
		}
		if len(names) > 4 {
			names = []string{text.Count(len(names), "application")}
		}
		words = append(words, text.Count(n, "token")+" of "+strings.Join(names, ", "))
	}
	for _, a := range f.Applications {
		words = append(words, "the application "+string(a.Label()))
	}
	return strings.Join(words, ", and ")
}

func (l ledger) forgotten(f console.Forgotten) forgottenJSON {
	j := forgottenJSON{Tokens: []tokenJSON{}, Applications: []applicationJSON{}, Kept: []keptJSON{}}
	for _, t := range f.Tokens {
		j.Tokens = append(j.Tokens, l.token(t))
	}
	for _, a := range f.Applications {
		j.Applications = append(j.Applications, l.application(a))
	}
	for _, k := range f.Kept {
		j.Kept = append(j.Kept,
			keptJSON{k.Token.ID, k.Token.Fingerprint, k.Held.Why, stamp(k.Held.Until)})
	}
	return j
}

// forgetMarks dismisses marks after a confirmation.
func (p *program) forgetMarks(ctx context.Context, s *openConsole, l ledger, marks []console.Mark,
	yes bool) error {
	if !yes && !p.dryRun {
		if err := p.confirmForget(l, marks); err != nil {
			return err
		}
	}
	all := []markJSON{}
	for _, m := range marks {
		if p.dryRun {
			continue
		}
		if _, err := s.svc.Dismiss(ctx, m.ID); err != nil {
			return err
		}
		all = append(all, l.mark(m))
		if !p.json {
			p.print("dismissed %s: %s", m.ID, l.markWords(m))
		}
	}
	switch {
	case p.dryRun:
		return p.printDryRun(ctx, s, nil)
	case p.json && len(all) == 1:
		return p.printJSON(all[0])
	case p.json:
		return p.printJSON(all)
	}
	return nil
}

// forgetAltered removes an altered row after a confirmation.
func (p *program) forgetAltered(ctx context.Context, s *openConsole, l ledger, a console.Altered,
	yes bool) error {
	words := a.Table + " " + a.ID +
		" is altered, and is removed from the store; nothing is sent, and what it held can no " +
		"longer be revoked"
	if a.Configured {
		words = a.Table + " " + a.ID +
			" is altered, and its row is written again from the configuration"
	} else if n := len(l.tokensOf(a.ID)); a.Table == "application" && n > 0 {
		words += ". " + text.Count(n, "token") + " of it go too, and may be alive"
	}
	if !yes && !p.dryRun {
		err := p.askYes(words+"\nremove?",
			needsYes("forget: without a terminal this needs --yes", words),
			"forget: not confirmed, nothing was removed")
		if err != nil {
			return err
		}
	}
	if p.dryRun {
		return p.printDryRun(ctx, s, nil)
	}
	if _, err := s.svc.ForgetAltered(ctx, a.ID); err != nil {
		return err
	}
	if p.json {
		return p.printJSON(alteredJSON{a.ID, alteredWord})
	}
	if a.Configured {
		p.print("wrote the row of %s %s again", a.Table, a.ID)
		return nil
	}
	p.print("removed %s %s", a.Table, a.ID)
	return nil
}

// tokensOf returns the tokens of an application.
func (l ledger) tokensOf(appID string) []console.Token {
	return slices.DeleteFunc(slices.Clone(l.Tokens),
		func(t console.Token) bool { return t.AppID != appID })
}

// confirmForget asks before marks are dismissed.
func (p *program) confirmForget(l ledger, marks []console.Mark) error {
	var words []string
	for _, m := range marks {
		words = append(words, text.Line(m.ID+": "+l.markWords(m)))
	}
	return p.askYes(strings.Join(words, "\n")+"\ndismiss?",
		needsYes("forget: without a terminal this needs --yes",
			"it would dismiss "+strings.Join(words, "; ")),
		"forget: not confirmed, nothing was dismissed")
}

// marks returns all open marks, of gets and of refreshes, oldest first.
func (l ledger) marks() []console.Mark {
	all := slices.Clone(l.Marks)
	for _, t := range l.Tokens {
		if t.Unsure != nil {
			all = append(all, *t.Unsure)
		}
	}
	slices.SortStableFunc(all, func(a, b console.Mark) int { return a.SentAt.Compare(b.SentAt) })
	return all
}

// markWords describes a request whose answer was never seen, with the latest end of a token that
// the request may have brought.
func (l ledger) markWords(m console.Mark) string {
	what := "a get for " + l.app[m.AppID].Label()
	if t, ok := l.byID(m.TokenID); ok {
		what = console.Private("a refresh of " + t.Fingerprint + " of " +
			string(l.app[m.AppID].Label()))
	}
	end := console.MarkEnd(m, utcTime)
	return string(what) + " was sent at " + utcTime(m.SentAt) +
		" and its answer never seen; of a token that it may have brought: " + end
}

func (l ledger) mark(m console.Mark) markJSON {
	a := l.app[m.AppID]
	j := markJSON{
		ID: m.ID, State: string(console.Unsure), Op: m.Verb(), Application: string(a.Name),
		Environment: string(a.Environment.Name), SentAt: stamp(m.SentAt), EndsBy: stamp(m.EndsBy),
	}
	if t, ok := l.byID(m.TokenID); ok {
		j.Fingerprint = known(t.Fingerprint)
	}
	return j
}
