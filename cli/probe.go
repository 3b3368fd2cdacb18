package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/tokenapi"
)

func (p *program) probeCommand() *cobra.Command {
	var untilDead, yes bool
	var every, timeout time.Duration
	c := &cobra.Command{
		Use:   "probe TOKEN|APP -",
		Short: "Test whether the gateway accepts a token",
		Long: "Calls the application's probe_url with the token, by its probe_method. Exit 0:\n" +
			"accepted, 3: refused, 1: unclear. If an answer alone does not tell, it also\n" +
			"calls probe_url with a made-up token, and compares.\n\n" +
			"With --until-dead it repeats until the gateway has refused three times in a row:\n" +
			"exit 0, or 7 after --timeout. If probes of probe_url cannot prove anything, it\n" +
			"ends after three answers: exit 1. It asks before it repeats a probe_method that\n" +
			"may change something: any but GET, HEAD and OPTIONS.\n\n" +
			"probe APP - probes with a token from standard input. It is sent to the probe_url\n" +
			"of APP, and not stored.",
		Args:              takes(1, 2),
		ValidArgsFunction: p.completeTokens(true, false, 1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case !untilDead && (c.Flags().Changed("every") || c.Flags().Changed("timeout")):
				return misuse("", "--every and --timeout are for --until-dead")
			case yes && !untilDead:
				return misuse("", "--yes is for --until-dead")
			case every <= 0 || timeout < 0:
				return misuse("", "--every must be more than 0, and --timeout not negative")
			}
			if len(args) == 2 {
				if args[1] != "-" || untilDead {
					return misuse("lanyard probe APP -",
						"probe: two arguments are an application and -, without --until-dead")
				}
				return p.probeLeak(c.Context(), args[0])
			}
			return p.runProbe(c.Context(), args[0], untilDead, yes, every, timeout)
		},
	}
	c.Flags().BoolVar(&untilDead, "until-dead", false, "repeat until the gateway refuses the token")
	c.Flags().DurationVar(&every, "every", time.Second, "pause between two probes")
	c.Flags().DurationVar(&timeout, "timeout", 0,
		"give up after this long (default: a minute after the token's window or expiry, if known)")
	c.Flags().BoolVar(&yes, "yes", false,
		"do not ask before repeating probes that may change something")
	return p.verbFlags(c)
}

func (p *program) runProbe(ctx context.Context, what string, untilDead, yes bool,
	every, timeout time.Duration) error {
	s, l, err := p.openNamed(ctx,
		func(l ledger) error { _, err := l.needProbed(what); return err }, what)
	if err != nil {
		return err
	}
	defer s.Close()
	t, err := l.needProbed(what)
	if err != nil {
		return err
	}
	if untilDead && !p.dryRun {
		if !yes {
			if err := p.confirmProbes("probe: --until-dead", l.app[t.AppID]); err != nil {
				return err
			}
		}
		return p.probeUntilDead(ctx, s, t, l.app[t.AppID], every, timeout)
	}
	ans, now, err := s.svc.Probe(ctx, t.ID)
	if p.dryRun {
		return p.printDryRun(ctx, s, err)
	}
	if err != nil {
		return err
	}
	status := console.StatusAt(now, s.svc.Policy(l.app[t.AppID]), p.clock())
	if why := describe.Warning(status); why != "" && ans.Verdict == tokenapi.Accepted {
		p.warn("%s", why)
	}
	return p.printProbe(s, l.app[t.AppID], t, ans.ProbeAnswer)
}

// needProbed is needToken. Its error for an application names the form of probe that takes one.
func (l ledger) needProbed(what string) (console.Token, error) {
	t, err := l.needToken(what)
	if f, ok := errors.AsType[*failure](err); ok {
		if _, is, err := l.findApp(what); err == nil && is {
			f.hint += "; lanyard probe " + shellQuote(what) +
				" - reads a token from standard input"
		}
	}
	return t, err
}

// probeLeak probes with a token from standard input.
func (p *program) probeLeak(ctx context.Context, app string) error {
	s, l, err := p.openNamed(ctx, findsApp(app), app)
	if err != nil {
		return err
	}
	defer s.Close()
	a, err := l.needApp(app)
	if err != nil {
		return err
	}
	text, err := p.readToken("token to probe with: ")
	if err != nil {
		return err
	}
	t, held, err := s.svc.Whose(ctx, text)
	if err != nil {
		return err
	}
	var ans console.Probed
	if held && t.AppID == a.ID { // the token is held: record the probe
		ans, t, err = s.svc.Probe(ctx, t.ID)
	} else {
		ans.ProbeAnswer, t.Fingerprint, err = s.svc.ProbeText(ctx, a.ID, text)
		t = console.Token{Fingerprint: t.Fingerprint}
	}
	if p.dryRun {
		return p.printDryRun(ctx, s, err)
	}
	if err != nil {
		return err
	}
	return p.printProbe(s, a, t, ans.ProbeAnswer)
}

// printProbe prints a probe and what follows from it, and returns its exit code as an error.
func (p *program) printProbe(s *openConsole, a console.Application, t console.Token,
	ans tokenapi.ProbeAnswer) error {
	var err error
	if p.json {
		err = p.printJSON(probed(t, string(a.ProbeURL), ans))
	} else {
		p.print("%s", describe.Line(t.Fingerprint, ans))
		// A refusal of a token that has ended needs no advice.
		if t.ID == "" || !console.StatusAt(t, console.Policy{}, p.clock()).Ended {
			p.printAdvice(ans)
		}
		if _, hint := describe.Hopeless(ans); hint != "" {
			_, _ = fmt.Fprintln(p.hints(),
				"hint: "+s.svc.Home(a).Remedy(hint, console.FaceCommands()))
		}
	}
	if err != nil {
		return err
	}
	switch ans.Verdict {
	case tokenapi.Accepted:
		return nil
	case tokenapi.Refused:
		return exitSilently(exitRefused)
	case tokenapi.Unclear:
	}
	return exitSilently(exitUnexpected)
}

// probeUntilDead probes a token until the gateway has refused it three times in a row. It prints
// every answer.
func (p *program) probeUntilDead(ctx context.Context, s *openConsole, t console.Token,
	a console.Application, every, timeout time.Duration) error {
	loop := console.ProbeLoop{Began: p.clock(), Every: every, Timeout: timeout}
	all := []probeJSON{}
	var ans console.ProbeAnswer // the last one
	printed := ""
	verdict := func() error {
		for {
			policy := s.svc.Policy(a)
			step := loop.Next(t, policy, p.clock())
			why, hint := describe.Hopeless(ans)
			hint = s.svc.Home(a).Remedy(hint, console.FaceCommands())
			switch step.Stop {
			case console.GoOn:
			case console.StopDead:
				if !p.json {
					p.print("%s  %s", t.Fingerprint,
						voice().Dead(console.StatusAt(t, policy, p.clock())))
				}
				return nil
			case console.StopVain, console.StopLimit, console.StopUnbounded:
				return notProvedDead(loop, step.Stop, why, hint)
			}
			_, ends := loop.Until(console.StatusAt(t, policy, p.clock()))
			ends = ends || timeout > 0
			if why != "" && why != printed && (!p.json || !ends) {
				// with --json the final error says it
				_, _ = fmt.Fprintf(p.stderr,
					"note: probe: %s\nhint: %s\n", text.Line(why), text.Line(hint))
			}
			printed = why
			if err := p.waitUntil(ctx, step.At); err != nil {
				return err
			}
			if step.Wait {
				continue
			}
			var got console.Probed
			var err error
			got, t, err = s.svc.Probe(ctx, t.ID)
			if ans = got.ProbeAnswer; err != nil {
				return err
			}
			loop.Answered(ans)
			all = append(all, probed(t, string(a.ProbeURL), ans))
			if !p.json {
				p.print("%s", describe.Line(t.Fingerprint, ans))
			}
		}
	}
	err := verdict()
	if p.json && len(all) > 0 {
		if printErr := p.printJSON(all); err == nil {
			err = printErr
		}
	}
	return err
}

// notProvedDead returns the error of a loop that stopped before the token was proved dead.
func notProvedDead(l console.ProbeLoop, stop console.ProbeStop, why, hint string) *failure {
	end := &failure{
		exit: exitStillAlive, code: console.CodeNotProvedDead, hint: hint,
		text: "probe: " +
			describe.NotDead(l, stop),
	}
	switch {
	case stop == console.StopVain:
		end.exit = exitUnexpected
	case l.Verdict == tokenapi.Accepted:
		end.code = console.CodeStillAccepted
	}
	if why != "" {
		end.text += ": " + why
	}
	return end
}

// printAdvice prints what a fault means, and whether a new token would help.
func (p *program) printAdvice(ans tokenapi.ProbeAnswer) {
	v := ans.Advice
	if v.Cause == "" {
		return
	}
	help := "a new token would not help"
	if v.NewTokenMayHelp {
		help = "a new token may help"
	}
	p.note("%s; %s", v.Cause, help)
	if v.Next != "" {
		_, _ = fmt.Fprintln(p.hints(), "hint: "+text.Line(v.Next))
	}
}

// hints returns the writer for hints: stderr, or nothing under --json.
func (p *program) hints() io.Writer {
	if p.json {
		return io.Discard
	}
	return p.stderr
}

func probed(t console.Token, url string, ans tokenapi.ProbeAnswer) probeJSON {
	url, _, _ = strings.Cut(url, "?") // a query may hold an API key
	j := probeJSON{
		Token: known(t.ID), Fingerprint: t.Fingerprint, URL: url, At: stamp(ans.At),
		Status: known(ans.Status), Verdict: string(ans.Verdict), FaultCode: known(ans.FaultCode),
	}
	if ans.Verdict == tokenapi.Unclear {
		j.Reason = known(describe.Why(ans))
	}
	return j
}
