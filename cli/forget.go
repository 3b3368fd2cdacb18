package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lanyard/console"
)

func (p *program) forgetCommand() *cobra.Command {
	var yes, over bool
	c := &cobra.Command{
		Use:   "forget MARK…|ID",
		Short: "Dismiss requests whose answer was never seen, or remove an altered row",
		Long: "Dismisses the mark of a get or refresh whose answer was never seen: lanyard tokens lists them, with the latest time at\n" +
			"which the token that was lost can live. Nothing is sent, and nothing ends that token. The log keeps what was dismissed.\n" +
			"A mark goes by itself when that time is over, or when the server says what is valid. A row of the database that is altered\n" +
			"(lanyard doctor names them) is removed by its id.",
		Args:              takes(0, -1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, args []string) error { return p.runForget(c, args, yes, over) },
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&over, "over", false, "what is over")
	_ = c.Flags().MarkHidden("over")
	return p.verbFlags(c)
}

// notForgotten refuses what only a later version forgets.
func notForgotten(what string) error {
	return &failure{exit: exitUsage, code: "unsupported", text: "forget: " + what + " is not supported yet",
		hint: "lanyard forget MARK dismisses a request whose answer was never seen; lanyard tokens lists their marks"}
}

func (p *program) runForget(c *cobra.Command, args []string, yes, over bool) error {
	if over {
		return notForgotten("--over")
	}
	if len(args) == 0 {
		return misuse("usage: "+c.UseLine(), "%s: an argument is missing", c.CommandPath())
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
	s.last = nil // nothing is sent
	var marks []console.Mark
	for i, arg := range args {
		if at := slices.IndexFunc(altered, func(a console.Altered) bool { return a.ID == arg }); at >= 0 {
			if len(args) > 1 {
				return misuse("one at a time", "forget: %s is altered, and goes alone", args[i])
			}
			return p.forgetAltered(c.Context(), s, l, altered[at], yes)
		}
		m, err := l.needMark(arg)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(marks, func(have console.Mark) bool { return have.ID == m.ID }) {
			marks = append(marks, m)
		}
	}
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
		if _, err := s.svc.Dismiss(c.Context(), m.ID); err != nil {
			return err
		}
		all = append(all, l.mark(m))
		if !p.json {
			p.print("dismissed %s: %s", m.ID, l.markWords(m))
		}
	}
	switch {
	case p.dryRun:
		return p.rehearsed(c.Context(), s, nil)
	case p.json && len(all) == 1:
		return p.printJSON(all[0])
	case p.json:
		return p.printJSON(all)
	}
	return nil
}

// forgetAltered removes an altered row, after a question.
func (p *program) forgetAltered(ctx context.Context, s *session, l ledger, a console.Altered, yes bool) error {
	words := a.Table + " " + a.ID + " is altered, and is removed from the store; nothing is sent, and nobody can revoke any more what it held"
	if a.Configured {
		words = a.Table + " " + a.ID + " is altered, and its row is written anew from the configuration"
	} else if n := len(l.of(a.ID)); a.Table == "application" && n > 0 {
		words += ". " + plural(n, "token") + " of it go too, and may be alive"
	}
	if !yes && !p.dryRun {
		err := p.askYes(words+"\nremove?",
			&failure{exit: exitUsage, code: "needs_yes", text: "forget: without a terminal this needs --yes", hint: words},
			&failure{exit: exitUsage, code: "declined", text: "forget: not confirmed, nothing was removed"})
		if err != nil {
			return err
		}
	}
	if p.dryRun {
		return p.rehearsed(ctx, s, nil)
	}
	if _, err := s.svc.ForgetAltered(ctx, a.ID); err != nil {
		return err
	}
	if p.json {
		return p.printJSON(alteredJSON{a.ID, alteredWord})
	}
	if a.Configured {
		p.print("wrote the row of %s %s anew", a.Table, a.ID)
		return nil
	}
	p.print("removed %s %s", a.Table, a.ID)
	return nil
}

// of are the tokens of an application.
func (l ledger) of(appID string) []console.Token {
	return slices.DeleteFunc(slices.Clone(l.Tokens), func(t console.Token) bool { return t.AppID != appID })
}

// confirmForget asks before marks are dismissed. No is the default.
func (p *program) confirmForget(l ledger, marks []console.Mark) error {
	var words []string
	for _, m := range marks {
		words = append(words, plain(m.ID+": "+l.markWords(m)))
	}
	return p.askYes(strings.Join(words, "\n")+"\ndismiss?",
		&failure{exit: exitUsage, code: "needs_yes", text: "forget: without a terminal this needs --yes", hint: "it would dismiss " + strings.Join(words, "; ")},
		&failure{exit: exitUsage, code: "declined", text: "forget: not confirmed, nothing was dismissed"})
}

// needMark finds an open mark. An application or token is something that only a later version
// forgets.
func (l ledger) needMark(text string) (console.Mark, error) {
	for _, m := range l.marks() {
		if m.ID == text {
			return m, nil
		}
	}
	if _, a, isToken, err := l.either(text); err == nil && isToken {
		return console.Mark{}, notForgotten("a token")
	} else if err == nil {
		return console.Mark{}, notForgotten("an application (" + a.Label() + ")")
	}
	return console.Mark{}, &failure{exit: exitNotFound, code: "no_mark", text: "no such mark" + quoted(text),
		hint: "lanyard tokens lists the requests whose answer was never seen; it may be settled meanwhile"}
}

// marks are all open marks, those of gets and those of refreshes.
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

// markWords say what was sent and never answered, and how long what it may have brought can live.
func (l ledger) markWords(m console.Mark) string {
	what := "a get for " + l.app[m.AppID].Label()
	if t, ok := l.byID(m.TokenID); ok {
		what = "a refresh of " + t.Fingerprint + " of " + l.app[m.AppID].Label()
	}
	end := console.MarkEnd(m, utcTime)
	return what + " was sent at " + utcTime(m.SentAt) + " and its answer never seen; of a token that it may have brought: " + end
}

func (l ledger) mark(m console.Mark) markJSON {
	a := l.app[m.AppID]
	j := markJSON{
		ID: m.ID, State: string(console.Unsure), Op: m.Verb(), Application: a.Name, Environment: a.Environment.Name,
		SentAt: stamp(m.SentAt), EndsBy: stamp(m.EndsBy),
	}
	if t, ok := l.byID(m.TokenID); ok {
		j.Fingerprint = known(t.Fingerprint)
	}
	return j
}
