package cli

import (
	"context"
	"fmt"
	"strings"

	"lanyard/cli/host"
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
	"lanyard/ui/kit"
)

// showInvitation prints what the person must do before a grant can continue. At a terminal it also
// reads a pasted answer. The screen shows invitations itself.
func (p *program) showInvitation(i console.Invitation,
	answer func(secret.Text) error) (over func()) {
	switch {
	case p.screen:
	case p.dryRun:
		p.note("to sign in for %s a browser would be sent to %s", i.Application, i.URL)
	default:
		p.printInvitation(i)
		if answer != nil && p.attended() && p.tty.InForeground() {
			return p.askAnswer(answer)
		}
	}
	return func() {}
}

// askAnswer prompts for the answer to a sign-in, without an echo, until answer accepts a line or
// over is called.
func (p *program) askAnswer(answer func(secret.Text) error) (over func()) {
	if !p.pasting.TryLock() { // the prompt is in use: this sign-in waits for its browser only
		return func() {}
	}
	ctx, cancel := context.WithCancel(p.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		done, err := p.tty.Hide()
		if err != nil {
			return
		}
		defer done()
		for {
			line, err := p.tty.ReadHidden(ctx, pastePrompt+" (not shown), then enter: ")
			p.printNotes("")
			if err != nil {
				return
			}
			err = answer(secret.New(string(line)))
			clear(line)
			if err == nil {
				return
			}
			p.printNotes(err.Error())
			if e, ok := console.AsError(err); ok && e.Hint != "" {
				p.printNotes("hint: " + e.Hint)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		p.pasting.Unlock()
	}
}

// pastePrompt asks for the answer of a browser on another machine, which cannot reach this one.
const pastePrompt = "or paste the address that the browser ended at, or the code"

func (p *program) printInvitation(i console.Invitation) {
	if i.Trouble != "" {
		p.printNotes("the poll of the token server failed: " + i.Trouble +
			"; asking again at " + i.AskedAgain.Local().Format("15:04:05"))
		return
	}
	if i.Grant == tokenapi.GrantAuthorizationCode {
		lead := ", open this address in a browser, unless one opens by itself:"
		if p.noBrowser {
			lead = ", open this address in a browser:"
		}
		p.printNotes("to sign in for "+string(i.Application)+lead, "", "  "+string(i.URL), "",
			"waiting until "+i.Until.Local().Format("15:04:05")+"; ctrl+c gives up")
		return
	}
	var lines []string
	// Print the code last, so that it stays in view on a small screen.
	where := "on this or another device"
	if i.OnlyHere() {
		where = "on this machine"
	}
	if _, out := host.TerminalFD(p.stderr); out && i.Complete != "" && !i.OnlyHere() {
		lines = append(append(lines, qrLines(string(i.Complete))...), "",
			"scan this and compare the code, or")
	}
	lines = append(lines,
		"to get a token for "+string(i.Application)+
			", open this address, "+where+":", "", "  "+string(i.URL), "",
		"and enter this code, exactly as it stands:", "",
		"  "+spaced(i.UserCode)+"     ("+i.UserCode+")", "")
	if _, out := host.TerminalFD(p.stderr); !out && i.Complete != "" {
		lines = append(lines, "or open "+string(i.Complete)+" and compare the code", "")
	}
	p.printNotes(append(lines,
		"waiting until "+i.Until.Local().Format("15:04:05")+"; ctrl+c gives up")...)
}

// printNotes prints to stderr, even under --json: without these lines the person could not
// continue.
func (p *program) printNotes(lines ...string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, "\x1b") { // a QR code: it has escape sequences of ours
			l = text.Line(l)
		}
		_, _ = fmt.Fprintln(p.stderr, l)
	}
}

// spaced separates the characters of a code with spaces.
func spaced(code string) string { return strings.Join(strings.Split(code, ""), " ") }

// qrLines draws a QR code in dark on light, with any colours of the terminal. It returns nil if the
// text is too long.
func qrLines(text string) []string {
	out := kit.QR(text, false)
	for i, row := range out {
		out[i] = "\x1b[30;107m" + row + "\x1b[0m"
	}
	return out
}

// warnSupersede warns before a get that may end a token that another program uses.
func (p *program) warnSupersede(k console.Supersede) {
	if p.screen || p.json {
		return
	}
	about, hint := describe.Supersede(k)
	p.warn("%s", about)
	if k.Scope != "" {
		hint = "--scope " + k.Scope + " gets a token of its own (WSO2)"
	}
	_, _ = fmt.Fprintln(p.stderr, "hint: "+text.Line(hint))
}

// browse opens a page in the person's browser, unless --no-browser was given.
func (p *program) browse(page string) error {
	list := p.getenv("BROWSER")
	if p.noBrowser {
		list = "none"
	}
	return host.Browse(page, list, p.getenv)
}
