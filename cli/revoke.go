package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/text"
)

// revokeOptions are the flags of revoke.
type revokeOptions struct {
	kind     string
	all, yes bool
	waitDead bool
	timeout  time.Duration
}

func (p *program) revokeCommand() *cobra.Command {
	var o revokeOptions
	c := &cobra.Command{
		Use:   "revoke APP|TOKEN…|APP -",
		Short: "Revoke tokens immediately",
		Long: "Sends the revocation immediately: first of the access token, then of the refresh\n" +
			"token. The gateway may let the token through after the server has accepted its\n" +
			"revocation. --wait-dead waits until the token is dead, and exits with 7 if that\n" +
			"takes too long. A revocation that cannot be delivered is kept, and delivered\n" +
			"later: exit 4.\n\n" +
			"revoke APP - revokes a token that Lanyard does not hold, such as one that\n" +
			"leaked. It reads the token from standard input, and stores it only while its\n" +
			"revocation is listed. With --kind refresh it is a refresh token.",
		Args:              takes(1, -1),
		ValidArgsFunction: p.completeTokens(true, false, -1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.runRevoke(c, args, o)
		},
	}
	c.Flags().StringVar(&o.kind, "kind", "both",
		"`WHICH` token of the pair to revoke: access, refresh or both")
	c.Flags().BoolVar(&o.all, "all", false,
		"revoke every live token of an application that has several")
	c.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation, even in production")
	c.Flags().BoolVar(&o.waitDead, "wait-dead", false, "wait until the token is dead")
	c.Flags().DurationVar(&o.timeout, "timeout", 0,
		"how long --wait-dead waits (default: a minute longer than the gateway's window)")
	return p.verbFlags(c)
}

func (o revokeOptions) check(c *cobra.Command) error {
	kind := console.RevokeKind(o.kind)
	switch {
	case kind != console.RevokeAccess && kind != console.RevokeRefresh &&
		kind != console.RevokeBoth:
		return misuse("one of: access, refresh, both", "--kind: %q is no kind", o.kind)
	case c.Flags().Changed("timeout") && !o.waitDead:
		return misuse("", "--timeout is for --wait-dead")
	case o.timeout < 0:
		return misuse("", "--timeout must not be negative")
	}
	return nil
}

func (p *program) runRevoke(c *cobra.Command, args []string, o revokeOptions) error {
	if err := o.check(c); err != nil {
		return err
	}
	ctx, kind := c.Context(), console.RevokeKind(o.kind)
	leak := len(args) == 2 && args[1] == "-"
	named := findsTokenOrApp(args...)
	if leak {
		named = findsApp(args[0])
	}
	s, l, err := p.openNamed(ctx, named, "")
	if isStoreError(err) {
		return fmt.Errorf("nothing was revoked: %w", err)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	var targets []console.Token
	if leak {
		targets, err = p.adoptLeaked(ctx, s, l, args[0], &kind)
	} else {
		targets, err = l.targets(args, o.all)
	}
	if err != nil {
		return err
	}
	if p.dryRun {
		var first error
		for _, t := range targets {
			if _, err := s.revoke(ctx, t, kind); err != nil && first == nil {
				first = err
			}
		}
		return p.printDryRun(ctx, s, first)
	}
	if !o.yes {
		if err := p.confirm(l, targets); err != nil {
			return err
		}
		if o.waitDead {
			var apps []console.Application
			for _, t := range targets {
				apps = append(apps, l.app[t.AppID])
			}
			if err := p.confirmProbes("revoke: --wait-dead", apps...); err != nil {
				return err
			}
		}
	}
	one := len(targets) == 1 && (len(args) == 1 || args[1] == "-") && !o.all
	return p.revokeEach(ctx, s, targets, kind, o, one)
}

// targets returns the tokens that the arguments name, each once.
func (l ledger) targets(args []string, all bool) ([]console.Token, error) {
	var out []console.Token
	for _, arg := range args {
		if arg == "-" {
			return nil, misuse("lanyard revoke APP -",
				"revoke: for a token from standard input, name the one application it belongs to")
		}
		t, a, isToken, err := l.tokenOrApp(arg)
		if err != nil {
			return nil, err
		}
		found := []console.Token{t}
		if !isToken {
			found = l.revocable(a, all)
			switch {
			case len(found) == 0:
				return nil, &failure{
					exit: exitNotFound, code: console.CodeNoToken,
					text: string(a.Label()) + " holds no live token",
					hint: "lanyard tokens --all lists the others; name one by its " +
						"id or fingerprint",
				}
			case len(found) > 1 && !all:
				return nil, misuse("--all revokes every one; or name one of: "+l.tokenNames(found),
					"%s holds %d live tokens", a.Label(), len(found))
			}
		}
		for _, t := range found {
			if !slices.ContainsFunc(out, func(o console.Token) bool { return o.ID == t.ID }) {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// adoptLeaked stores a token from standard input, so that its revocation is kept and listed like
// any other.
func (p *program) adoptLeaked(ctx context.Context, s *openConsole, l ledger, app string,
	kind *console.RevokeKind) ([]console.Token, error) {
	a, err := l.needApp(app)
	if err != nil {
		return nil, err
	}
	text, err := p.readToken("token to revoke: ")
	if err != nil {
		return nil, err
	}
	if *kind != console.RevokeRefresh {
		*kind = console.RevokeAccess
	}
	t, err := s.svc.Adopt(ctx, a.ID, text, *kind)
	return []console.Token{t}, err
}

// confirm asks before tokens of a production environment are revoked.
func (p *program) confirm(l ledger, targets []console.Token) error {
	var names []string
	for _, t := range targets {
		if a := l.app[t.AppID]; a.Environment.Production {
			names = append(names, t.Fingerprint+" of "+string(a.Label()))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return p.askYes(strings.Join(names, ", ")+"\nrevoke in production?",
		needsYes("revoke: in production this needs --yes",
			"it would revoke "+strings.Join(names, ", ")),
		"revoke: not confirmed, nothing was sent")
}

// confirmProbes asks before it repeats probes that may change something.
func (p *program) confirmProbes(verb string, apps ...console.Application) error {
	apps = slices.DeleteFunc(apps, func(a console.Application) bool { return a.ProbeURL == "" })
	words := console.RepeatedProbes(apps...)
	if words == "" {
		return nil
	}
	return p.askYes(words+"\nprobe again and again?",
		needsYes(verb+" needs --yes here: "+strings.ReplaceAll(words, "\n", ", "),
			"set probe_method to GET, HEAD or OPTIONS, or give --yes; nothing was sent"),
		verb+": not confirmed, nothing was sent")
}

// askYes asks a question at the terminal. Only y and yes confirm it. It returns alone if there is
// no terminal, and an error with the text declined after any other answer.
func (p *program) askYes(question string, alone *failure, declined string) error {
	_, in := host.TerminalFD(p.stdin)
	_, out := host.TerminalFD(p.stderr)
	if !in || !out {
		return alone
	}
	yes, err := p.saidYes(question)
	if err == nil && !yes {
		err = &failure{exit: exitUsage, code: console.CodeDeclined, text: declined}
	}
	return err
}

// saidYes asks a question at the terminal, and reports whether the answer is y or yes. It fails
// only if the command was interrupted.
func (p *program) saidYes(question string) (bool, error) {
	lines := strings.Split(question, "\n")
	for i := range lines {
		lines[i] = text.Line(lines[i])
	}
	_, _ = fmt.Fprint(p.stderr, strings.Join(lines, "\n"), " [y/N] ")
	line, err := bufio.NewReader(untilDone{p.ctx, p.stdin}).ReadString('\n')
	if errors.Is(err, context.Canceled) {
		return false, err
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes", nil
}

// needsYes returns the error of a command that would ask, but has neither a terminal nor --yes.
func needsYes(text, hint string) *failure {
	return &failure{exit: exitUsage, code: console.CodeNeedsYes, text: text, hint: hint}
}

// isStoreError reports whether the store failed. A revoke may be urgent, so the message then says
// that nothing was revoked.
func isStoreError(err error) bool {
	return console.CodeOf(err).OfStore()
}

// revoke decides the revocation of a token and delivers it. A revocation that already waits is
// delivered now.
func (s *openConsole) revoke(ctx context.Context, t console.Token,
	kind console.RevokeKind) ([]console.Delivery, error) {
	if _, err := s.svc.Revoke(ctx, t.ID, kind, 0); err != nil {
		switch refusal, ok := console.AsError(err); {
		case isStoreError(err):
			return nil, fmt.Errorf("%s was not revoked and lives on: %w", t.Fingerprint, err)
		case !ok || refusal.Code != console.CodeRevoking:
			return nil, err
		}
	}
	done, err := s.svc.DeliverOne(ctx, t.ID)
	if refusal, ok := console.AsError(err); ok && refusal.Code == console.CodeInFlight {
		return s.awaitOtherProcess(ctx, t.ID) // an open console is delivering it
	}
	if err != nil {
		return done, err
	}
	if len(done) == 0 {
		return s.awaitOtherProcess(ctx, t.ID)
	}
	for _, d := range done {
		if d.Err != nil {
			return done, undelivered(d)
		}
	}
	return done, nil
}

// undelivered returns the error of a revocation that was not accepted. Its text reports whether the
// revocation is kept.
func undelivered(d console.Delivery) error {
	what := "the revoke of " + d.Token.Fingerprint
	if d.Kind == console.RevokeRefresh {
		what = "the revoke of the refresh token of " + d.Token.Fingerprint
	}
	reason := console.Reason(d.Err)
	if d.Kept {
		hint := "it is tried again by an open console and by the next token, renew, revoke, " +
			"probe or introspect"
		if why := hintOf(d.Err); why != "" {
			join := "; "
			if strings.HasSuffix(why, "?") {
				join = " "
			}
			hint = why + join + hint
		}
		return &failure{exit: exitNetwork, code: console.CodeUndelivered, err: d.Err,
			text: fmt.Sprintf("%s is kept, will be delivered (%s)", what, reason), hint: hint}
	}
	r := explain(d.Err)
	return &failure{
		exit: r.Exit, code: r.Code, hint: r.Hint, err: d.Err,
		text: fmt.Sprintf("%s was not accepted (%s)", what, reason),
	}
}

// awaitOtherProcess waits until another process has delivered a revocation, or has failed to.
func (s *openConsole) awaitOtherProcess(ctx context.Context,
	id string) ([]console.Delivery, error) {
	ctx, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	changes := s.svc.Changes(ctx)
	for {
		l, err := s.read(ctx)
		if err != nil {
			return nil, err
		}
		t, _ := l.byID(id)
		_, waits := console.DueAt(t)
		switch {
		case !waits && !l.status(t).AcceptedAt.IsZero():
			return []console.Delivery{{Token: t, Kind: t.RevokeKind, Confirmed: t.Confirmed}}, nil
		case !waits && t.RevokeError != "":
			return nil, fmt.Errorf("revoke: %s", t.RevokeReason())
		case !waits && l.status(t).State == console.Expired:
			return nil, &failure{
				exit: exitUsage, code: console.CodeExpired,
				text: "revoke: " + t.Fingerprint +
					" has expired before it was delivered, and needs none",
			}
		case !waits:
			return nil, &failure{
				exit: exitUsage, code: console.CodeUndone,
				text: "revoke: it was undone in another console",
			}
		case t.RevokeError != "":
			return nil, undelivered(console.Delivery{
				Token: t, Kind: console.RevokeAccess, Kept: true,
				Err: errors.New(string(t.RevokeReason())),
			})
		}
		// The other process may have died: when its lease ends, this one delivers.
		retry := time.NewTimer(time.Second)
		select {
		case _, open := <-changes:
			retry.Stop()
			if !open {
				return nil, undelivered(console.Delivery{
					Token: t, Kind: console.RevokeAccess, Kept: true,
					Err: errors.New("another console is at it"),
				})
			}
		case <-retry.C:
			done, err := s.svc.DeliverOne(ctx, id)
			if refusal, ok := console.AsError(err); ok && refusal.Code == console.CodeInFlight ||
				err == nil && len(done) == 0 {
				continue
			}
			return done, err
		}
	}
}
