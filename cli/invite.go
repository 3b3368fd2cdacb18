package cli

import (
	"fmt"
	"strings"

	"rsc.io/qr"

	"lanyard/console"
	"lanyard/tokenapi"
)

// invite tells the person at a subcommand what to do before a grant can go on. The screen shows it itself.
func (p *program) invite(i console.Invitation) {
	if p.screen {
		return
	}
	if i.Grant == tokenapi.GrantAuthorizationCode {
		p.tellLines("to sign in for "+i.Application+", open this address in a browser, unless one opens by itself:", "", "  "+i.URL, "",
			"waiting until "+i.Until.Local().Format("15:04:05")+"; ctrl+c gives up")
		return
	}
	lines := []string{"to get a token for " + i.Application + ", open this address, on this or another device:", "", "  " + i.URL, "",
		"and enter this code, exactly as it stands:", "", "  " + spaced(i.UserCode) + "     (" + i.UserCode + ")", ""}
	if i.Complete != "" {
		if _, out := terminal(p.stderr); out {
			lines = append(lines, "or scan this, and compare the code:", "")
			lines = append(lines, QR(i.Complete)...)
		} else {
			lines = append(lines, "or open "+i.Complete+" and compare the code")
		}
		lines = append(lines, "")
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

// QR draws a code that a camera reads: dark on light whatever the colours of the terminal are, two rows of
// squares in one line, with the four squares of margin that the standard wants. Nil: the text is too long.
func QR(text string) []string {
	code, err := qr.Encode(text, qr.L)
	if err != nil || code.Size > 77 { // version 15: more does not fit a screen
		return nil
	}
	const margin = 4
	var out []string
	for y := -margin; y < code.Size+margin; y += 2 {
		var b strings.Builder
		b.WriteString("\x1b[30;107m")
		for x := -margin; x < code.Size+margin; x++ {
			switch top, low := code.Black(x, y), code.Black(x, y+1); {
			case top && low:
				b.WriteString("█")
			case top:
				b.WriteString("▀")
			case low:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString("\x1b[0m")
		out = append(out, b.String())
	}
	return out
}

// knock warns before a get that may end a token somebody else holds.
func (p *program) knock(k console.Knock) {
	if p.screen || p.json {
		return
	}
	p.warn("%s", k.Text())
	_, _ = fmt.Fprintln(p.stderr, "hint: "+plain(k.Hint())+": --scope "+k.Scope)
}
