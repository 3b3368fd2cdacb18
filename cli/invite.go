package cli

import (
	"fmt"
	"strings"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/kit"
)

// invite tells the person at a subcommand what to do before a grant can go on. The screen shows it itself.
func (p *program) invite(i console.Invitation) {
	if p.screen {
		return
	}
	if p.dryRun {
		p.note("to sign in for %s a browser would be sent to %s", i.Application, i.URL)
		return
	}
	if i.Trouble != "" {
		p.tellLines("the token server cannot say how it stands: " + i.Trouble + "; asking again at " + i.AskedAgain.Local().Format("15:04:05"))
		return
	}
	if i.Grant == tokenapi.GrantAuthorizationCode {
		p.tellLines("to sign in for "+i.Application+", open this address in a browser, unless one opens by itself:", "", "  "+i.URL, "",
			"waiting until "+i.Until.Local().Format("15:04:05")+"; ctrl+c gives up")
		return
	}
	var lines []string
	if _, out := terminal(p.stderr); out && i.Complete != "" { // first, so that the code is what stays on a small screen
		lines = append(append(lines, squares(i.Complete)...), "", "scan this and compare the code, or")
	}
	lines = append(lines, "to get a token for "+i.Application+", open this address, on this or another device:", "", "  "+i.URL, "",
		"and enter this code, exactly as it stands:", "", "  "+spaced(i.UserCode)+"     ("+i.UserCode+")", "")
	if _, out := terminal(p.stderr); !out && i.Complete != "" {
		lines = append(lines, "or open "+i.Complete+" and compare the code", "")
	}
	p.tellLines(append(lines, "waiting until "+i.Until.Local().Format("15:04:05")+"; ctrl+c gives up")...)
}

// tellLines speaks to the person on stderr, under --json too: without it nothing would go on.
func (p *program) tellLines(lines ...string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, "\x1b") { // the squares of a QR code are ours
			l = plain(l)
		}
		_, _ = fmt.Fprintln(p.stderr, l)
	}
}

// spaced sets a code large: every character apart, none changed.
func spaced(code string) string { return strings.Join(strings.Split(code, ""), " ") }

// squares draws a QR code that a camera reads: dark on light whatever the colours of the terminal are. Nil: the
// text is too long.
func squares(text string) []string {
	out := kit.QR(text, false)
	for i, row := range out {
		out[i] = "\x1b[30;107m" + row + "\x1b[0m"
	}
	return out
}

// knock warns before a get that may end a token somebody else holds.
func (p *program) knock(k console.Knock) {
	if p.screen || p.json {
		return
	}
	p.warn("%s", k.Text())
	hint := k.Hint()
	if k.Scope != "" {
		hint = "--scope " + k.Scope + " gets a token of its own (WSO2)"
	}
	_, _ = fmt.Fprintln(p.stderr, "hint: "+plain(hint))
}
