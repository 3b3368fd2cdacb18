package plain

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/session"
)

// tell says what a fact of the session means. What else has changed is announced from the board.
func (p *plain) tell(f session.Fact) {
	switch f := f.(type) {
	case session.BoardFiled:
		p.filed(f.First)
	case session.Judged:
		p.announce()
	case session.Got:
		p.brought("get", "got", f.Outcome, f.Err)
	case session.Renewed:
		word := "asked anew, there was no live refresh token: got"
		if f.Outcome.How == console.Refreshed {
			word = "refreshed: got"
		}
		p.brought("renew", word, f.Outcome, f.Err)
	case session.Decided:
		p.decided(f)
	case session.Undone:
		p.undone(f)
	case session.Delivery:
		p.delivered(f.Delivery)
	case session.WaitsLocked:
		p.out.say("The store is locked, and %s cannot be sent; type unlock.", text.Count(f.N, "revoke"))
	case session.Probed:
		p.probed(f)
	case session.Copied:
		p.copied(f)
	case session.LogRead:
		p.tellLog(f)
	case session.Refused:
		p.refused(f)
	case session.Ask:
		p.ask(f)
	case session.WaitsForPerson:
		if f.Again {
			p.inviteAgain(f.App)
		}
	case session.MaySupersede:
		words, hint := describe.Supersede(f.Supersede)
		p.out.say("%s.", text.Sentence(words))
		p.out.hint(hint)
	case session.MaySuspend:
		p.o.Stop.Now()
		p.now = p.s.Now()
	case session.Quitting:
		p.asked = nil
	case session.Finishing:
		if !f.Clipboard {
			p.out.say("Finishing what is under way; control c does not wait.")
		}
	case session.Finished:
		p.over = true
	default:
		p.tellOfStore(f)
	}
}

// tellOfStore tells what became of the store and of what is over, and of the clipboard.
func (p *plain) tellOfStore(f session.Fact) {
	switch f := f.(type) {
	case session.BoardRead:
		if !f.Again {
			p.fail("read the store", f.Err)
		}
	case session.Restored:
		p.out.say("note: %s.", describe.Restored)
		p.told, p.primed = map[string]told{}, false // what differs was nobody's doing
	case session.Unkept:
		p.fail("store", f.Err)
	case session.NotDelivered:
		p.fail("deliver revokes", f.Err)
	case session.Unlocked:
		if p.done("unlock", f.Err) {
			p.out.say("The store is unlocked.")
		}
	case session.Dismissed:
		if p.done("dismiss", f.Err) {
			p.out.say("The lost answer to a %s is dismissed; the log keeps it.", f.Mark.Verb())
		}
	case session.NothingOver:
		p.nothingOver(f)
	case session.Forgot:
		if p.done("forget", f.Err) {
			p.out.say("Forgot %s.", describe.Forgotten(f.Done))
		}
	case session.Pruned:
		if n := len(f.Done.Tokens); p.done("forget what is over", f.Err) && n > 0 {
			p.out.say("note: forgot %s that had been over for longer than store.keep.",
				text.Count(n, "token"))
		}
	case session.WroteOut:
		if p.done("write out", f.Err) {
			written, hint := describe.WroteOut(f.Place)
			p.out.say("%s.", written)
			p.out.hint(hint)
		}
	case session.ClipboardCleared:
		if said := f.Cleared.Words(); p.done("clear the clipboard", f.Err) && said != "" {
			p.out.say("%s.", text.Sentence(said))
			p.out.hint(f.Cleared.Hint())
		}
	}
}

// done reports whether there was no error; otherwise it says what went wrong.
func (p *plain) done(op string, err error) bool {
	if err != nil {
		p.fail(op, err)
	}
	return err == nil
}

// brought says what a get or renew brought.
func (p *plain) brought(op, word string, out console.Outcome, err error) {
	if !p.done(op, err) {
		return
	}
	t := &out.Token
	life := p.voice().Life(*t, p.judged(t))
	p.saw(t)
	if out.Same {
		p.out.say("%s: the same token came back, %s: the server hands out the live token again.", p.lead(t), life)
	} else {
		p.out.say("%s: %s, %s.", p.lead(t), word, life)
	}
	for _, n := range out.Notes {
		p.out.say("note: %s.", console.FaceLines().Says(n))
	}
}

// decided says that a revoke waits for its time, and how to take it back.
func (p *plain) decided(f session.Decided) {
	if !p.done("revoke", f.Err) {
		return
	}
	t := &f.Token
	p.saw(t)
	if t.RevokeAt.After(p.now) {
		p.out.say("%s: %s.", p.lead(t), p.revokingWords(t))
		return
	}
	p.waitsSent = true // it is sent at once, and that is the answer
}

func (p *plain) undone(f session.Undone) {
	if !p.done("undo", f.Err) {
		return
	}
	for i := range f.Undone.Taken {
		t := &f.Undone.Taken[i]
		p.saw(t)
		p.out.say("%s: "+describe.TakenBack+": %s.",
			p.lead(t), p.stateWords(t, p.judged(t)))
	}
	if len(f.Undone.Taken)+f.Undone.Sent > 1 {
		p.out.say("%s.", describe.Taken(f.Undone))
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
		p.out.say("%s: %s.", what, p.voice().Ending(s))
	default:
		delete(p.undelivered, t.ID)
		p.out.say("%s: the revoke was accepted by the server: %s.", what, p.stateWords(t, s))
	}
}

// probed says what the gateway made of a token.
func (p *plain) probed(f session.Probed) {
	if !p.done("probe", f.Err) {
		return
	}
	t, told := &f.Token, p.voice().Probe(f.Answer, p.judged(&f.Token))
	p.saw(t)
	p.out.say("%s: %s, %s.", p.lead(t), describe.Code(f.Answer.Status, f.Answer.FaultCode), told.Text)
	p.out.hint(p.s.Remedy(p.board.App(t.AppID), told.Next, console.FaceLines()))
}

func (p *plain) copied(f session.Copied) {
	if !p.done("copy", f.Err) {
		if p.o.About == "" {
			p.out.hint("lanyard token APP prints one, in another terminal")
		}
		return
	}
	tail, hint := f.Copied.Promise(spoken(p.o.ClearAfter))
	if tail != "" {
		tail = ", " + tail
	}
	word := "sent " + f.What + " to the " + f.Copied.Via
	if f.Copied.Certain {
		word = "copied " + f.What + " (" + f.Copied.Via + ")"
	}
	but := ""
	if row := p.board.Row(f.ID); row != nil && row.Token != nil {
		if why := describe.NoGood(p.judged(row.Token)); why != "" {
			but = ", but " + why
		}
	}
	p.out.say("%s%s%s.", word, tail, but)
	p.out.hint(hint)
	if f.Unlogged != nil {
		p.out.say("warning: the audit log does not say so: %s", f.Unlogged.Error())
		p.out.hint(plainHint(f.Unlogged))
	}
}
