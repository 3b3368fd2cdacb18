package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/session"
)

// land says what an effect came to. After everything but a reading the board is read again: what else has changed
// is announced from there.
func (p *plain) land(msg tea.Msg) {
	switch r := msg.(type) {
	case boardRead:
		p.filedBoard(r)
		return
	case tokenGot:
		delete(p.busy, "app:"+r.appID)
		if r.err != nil {
			p.fail("get", r.err)
		} else {
			p.brought("got", r.out)
		}
	case tokenRenewed:
		delete(p.busy, r.id)
		if r.err != nil {
			p.fail("renew", r.err)
			break
		}
		word := "asked anew, there was no live refresh token: got"
		if r.out.How == console.Refreshed {
			word = "refreshed: got"
		}
		p.brought(word, r.out)
	case revokeDecided:
		p.decided(r)
	case revokeUndone:
		delete(p.busy, "undo")
		if r.err != nil {
			p.fail("undo", r.err)
			break
		}
		for i := range r.out.Taken {
			t := &r.out.Taken[i]
			p.saw(t)
			p.out.say("%s: not revoked, the decision was taken back: %s.", p.lead(t), p.stateWords(t, p.judged(t)))
		}
		if len(r.out.Taken)+r.out.Sent > 1 {
			p.out.say("%s.", r.words())
		}
	case revokesDelivered:
		p.landDeliveries(r)
	case tokenProbed:
		p.probed(r)
	case tokenCopied:
		p.copied(r)
	case clipboardCleared:
		p.copying.cleared(r.serial)
		if r.err != nil {
			p.fail("clear the clipboard", r.err)
		} else if said := r.cleared.Words(); said != "" {
			p.out.say("%s.", strings.ToUpper(said[:1])+said[1:])
			p.out.hint(r.cleared.Hint())
		}
	case lostDismissed:
		delete(p.busy, "dismiss")
		if r.err != nil {
			p.fail("dismiss", r.err)
			break
		}
		p.out.say("The lost answer to a %s is dismissed; the log keeps it.", r.mark.Verb())
	case overFound:
		p.askOver(r)
	case overForgotten:
		p.forgot(r)
	case overPruned:
		if r.err != nil {
			p.fail("forget what is over", r.err)
		} else if n := len(r.done.Tokens); n > 0 {
			p.out.say("note: forgot %s that had been over for longer than store.keep.", counted(n, "token"))
		}
	case writtenOut:
		p.wroteOut(r)
	case storeUnlocked:
		delete(p.busy, "unlock")
		if r.err != nil {
			p.fail("unlock", r.err)
			break
		}
		p.opened()
		p.out.say("The store is unlocked.")
	case logRead:
		p.tellLog(r)
	case drained:
		p.over = true
		return
	}
	p.read()
}

// brought says what a get or renew brought.
func (p *plain) brought(word string, out console.Outcome) {
	t := &out.Token
	life := lifeWords(t, p.judged(t))
	p.saw(t)
	if out.Same {
		p.out.say("%s: the same token came back, %s: the server hands out the live token again.", p.lead(t), life)
	} else {
		p.out.say("%s: %s, %s.", p.lead(t), word, life)
	}
	for _, n := range out.Notes {
		p.out.say("note: %s.", n)
	}
}

// decided says that a revoke waits for its time, and how to take it back.
func (p *plain) decided(r revokeDecided) {
	delete(p.busy, r.id)
	if r.err != nil {
		p.fail("revoke", r.err)
		return
	}
	t := &r.token
	p.saw(t)
	p.due = session.Earlier(p.due, t.RevokeAt)
	if left := t.RevokeAt.Sub(p.now); left > 0 {
		p.out.say("%s: %s.", p.lead(t), p.revokingWords(t))
		return
	}
	p.waitsSent = true // it is sent at once, and that is the answer
}

func (p *plain) landDeliveries(r revokesDelivered) {
	p.delivering = false
	p.due = r.next
	p.dueAfter = p.now.Add(time.Second) // never at once again: what is due may be in another console's hands
	for i, d := range r.done {
		if i+1 < len(r.done) && d.Err == nil && r.done[i+1].Err == nil && r.done[i+1].Token.ID == d.Token.ID {
			continue // of a pair the second says it for both
		}
		p.delivered(d)
	}
	if r.err == nil {
		p.retries, p.dueErr = 0, ""
		return
	}
	p.dueAfter = p.now.Add(min(time.Second<<min(p.retries, 10), longestRetry))
	p.retries++
	switch text := r.err.Error(); {
	case p.key().asks():
		p.waitsLocked()
	case text != p.dueErr:
		p.dueErr = text
		p.fail("deliver revokes", r.err)
	}
}

// delivered reports one delivery. A 2xx of the server is "accepted", never "dead".
func (p *plain) delivered(d console.Delivery) {
	t := &d.Token
	what := p.lead(t)
	if d.Kind == console.RevokeRefresh && d.Err != nil {
		what += ", its refresh token"
	}
	p.saw(t)
	switch s := p.judged(t); {
	case d.Err != nil && d.Kept:
		if why := d.Err.Error(); p.undelivered[t.ID] != why { // each cause once, however often it is tried
			p.undelivered[t.ID] = why
			p.out.say("%s: %s.", what, p.revokingWords(t))
			p.out.hint(plainHint(d.Err))
		}
	case d.Err != nil:
		p.out.say("%s: the server refused to revoke it: %s. It lives: %s.", what, d.Err.Error(), p.stateWords(t, s))
		p.out.hint(plainHint(d.Err))
	case s.State == console.Lingering:
		delete(p.undelivered, t.ID)
		p.out.say("%s: %s.", what, p.endWords(s))
	default:
		delete(p.undelivered, t.ID)
		p.out.say("%s: the revoke was accepted by the server: %s.", what, p.stateWords(t, s))
	}
}

// probed says what the gateway made of a token.
func (p *plain) probed(r tokenProbed) {
	delete(p.busy, r.id)
	if r.err != nil {
		p.fail("probe", r.err)
		return
	}
	t := &r.token
	r.answer.hint = p.fx.remedy(p.board.App(t.AppID), r.answer.hint, console.FaceLines())
	s := p.judged(t)
	p.saw(t)
	lead := p.lead(t) + ": " + r.answer.code() + ", "
	text, next := r.answer.advice()
	switch r.answer.verdict {
	case console.ProbeAccepted:
		switch {
		case s.Reopened:
			p.out.say("%sthe gateway let it through after its window was over.", lead)
		case s.Ended && s.StaleKnown:
			p.out.say("%sthe gateway still lets it through, for at most %s.", lead, spokenMost(s.StaleLeft))
		case s.Ended:
			p.out.say("%sthe gateway still lets it through, nobody knows how long.", lead)
		default:
			p.out.say("%sthe gateway let it through%s.", lead, r.answer.because())
		}
	case console.ProbeRefused:
		if s.Ended { // as was to be hoped: no advice is wanted
			p.out.say("%s%s.", lead, refusedBy(s))
			return
		}
		if text == "" {
			text = "the gateway refused it" + r.answer.because()
		}
		p.out.say("%s%s.", lead, text)
		p.out.hint(next)
	default:
		text, next = r.answer.unclear("the gateway says neither yes nor no")
		p.out.say("%s%s.", lead, text)
		p.out.hint(next)
	}
}

func (p *plain) copied(r tokenCopied) {
	delete(p.busy, r.id)
	p.copying.under--
	if r.err != nil {
		p.fail("copy", r.err)
		if p.o.About == "" {
			p.out.hint("lanyard token APP prints one, in another terminal")
		}
		return
	}
	tail, hint := p.copying.copied(r.copied, p.now, p.o.ClearAfter, spoken(p.o.ClearAfter))
	if tail != "" {
		tail = ", " + tail
	}
	word := "sent " + r.fingerprint + " to the " + r.copied.Via
	if r.copied.Certain {
		word = "copied " + r.fingerprint + " (" + r.copied.Via + ")"
	}
	but := ""
	if row := p.board.ByID[r.id]; row != nil && row.Token != nil {
		switch s := p.judged(row.Token); s.State {
		case console.Active, console.Expiring:
		default:
			but = ", but it is " + p.stateWords(row.Token, s)
		}
	}
	p.out.say("%s%s%s.", word, tail, but)
	p.out.hint(hint)
	if r.unlogged != nil {
		p.out.say("warning: the audit log does not say so: %s", r.unlogged.Error())
		p.out.hint(plainHint(r.unlogged))
	}
}
