package plain

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/session"
)

// tell prints a fact of the session. Other changes are printed by announce.
func (p *face) tell(f session.Fact) {
	switch f := f.(type) {
	case session.BoardFiled:
		p.boardFiled(f.First)
	case session.Judged:
		p.announce()
	case session.Ended:
		p.ended(f)
	case session.Got:
		p.tellToken("get", "got", f.Outcome, f.Err)
	case session.Renewed:
		p.tellToken("renew", describe.Renewed(f.Outcome.How), f.Outcome, f.Err)
	case session.Decided:
		p.decided(f)
	case session.Undone:
		p.undone(f)
	case session.Delivery:
		p.delivered(f.Delivery)
	case session.WaitsLocked:
		p.out.say("The store is locked, and %s cannot be sent; type unlock.",
			text.Count(f.N, "revoke"))
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
			p.repeatInvitation(f.App)
		}
	case session.SignInAnswered:
		p.succeeded("sign in", f.Err)
	case session.MaySupersede:
		words, hint := describe.Supersede(f.Supersede)
		p.out.say("%s.", text.Sentence(words))
		p.out.hint(hint)
	case session.MaySuspend:
		p.o.Stop.Now()
		p.now = p.s.Now()
	case session.Quitting:
		p.question = nil
	case session.Finishing:
		if !f.Clipboard {
			p.out.say(finishing)
		}
	case session.Finished:
		p.finished = true
	default:
		p.tellOfStore(f)
	}
}

// tellOfStore prints facts about the store, the clipboard and what was removed.
func (p *face) tellOfStore(f session.Fact) {
	switch f := f.(type) {
	case session.BoardRead:
		if !f.Again {
			p.notifyError(f.Op(), f.Err)
		}
	case session.Restored:
		p.out.say("note: %s.", describe.Restored)
		p.reported, p.announcing = map[string]report{}, false // no person made these changes
	case session.Shadowed:
		p.out.say("note: %s.", text.Line(describe.Shadowed(f.Stored, f.Configured)))
	case session.Unkept:
		p.notifyError("store", f.Err)
	case session.NotDelivered:
		p.notifyError("deliver revokes", f.Err)
	case session.Unlocked:
		if p.succeeded("unlock", f.Err) {
			p.out.say("The store is unlocked.")
		}
	case session.Dismissed:
		if p.succeeded("dismiss", f.Err) {
			p.out.say("The lost answer to a %s is dismissed; the log keeps it.", f.Mark.Verb())
		}
	case session.NothingOver:
		p.nothingOver(f)
	case session.Forgot:
		if p.succeeded("forget", f.Err) {
			p.out.say("Forgot %s.", describe.Forgotten(f.Done))
		}
	case session.Pruned:
		if n := len(f.Done.Tokens); p.succeeded("forget what is over", f.Err) && n > 0 {
			p.out.say("note: %s.", describe.Pruned(n))
		}
	case session.WroteOut:
		if p.succeeded("write out", f.Err) {
			written, hint := describe.WroteOut(f.Place)
			p.out.say("%s.", written)
			p.out.hint(hint)
		}
	case session.ClipboardCleared:
		if words := f.Cleared.Words(); p.succeeded("clear the clipboard", f.Err) && words != "" {
			p.out.say("%s.", text.Sentence(words))
			p.out.hint(f.Cleared.Hint())
		}
	}
}

// succeeded reports whether err is nil. Otherwise it prints the error.
func (p *face) succeeded(op string, err error) bool {
	if err != nil {
		p.notifyError(op, err)
	}
	return err == nil
}

// tellToken prints the result of a get or a renewal.
func (p *face) tellToken(op, word string, out console.Outcome, err error) {
	if !p.succeeded(op, err) {
		return
	}
	t := &out.Token
	life := p.voice().Life(*t, p.statusOf(t))
	p.markReported(t)
	if out.Same {
		p.out.say("%s: the same token came back, %s: %s.", p.nameToken(t), life,
			describe.SameToken)
	} else {
		p.out.say("%s: %s, %s.", p.nameToken(t), word, life)
	}
	for _, n := range out.Notes {
		p.out.say("note: %s.", console.FaceLines().Says(n))
	}
}

// decided prints that a revoke is pending, and how to undo it.
func (p *face) decided(f session.Decided) {
	if !p.succeeded("revoke", f.Err) {
		return
	}
	t := &f.Token
	p.markReported(t)
	if t.RevokeAt.After(p.now) {
		p.out.say("%s: %s.", p.nameToken(t), p.revokingWords(t))
		return
	}
	p.waitsForRevokes = true // without an undo window the delivery is the answer
}

func (p *face) undone(f session.Undone) {
	if !p.succeeded("undo", f.Err) {
		return
	}
	for i := range f.Undone.Taken {
		t := &f.Undone.Taken[i]
		p.markReported(t)
		p.out.say("%s: "+describe.TakenBack+": %s.",
			p.nameToken(t), p.stateWords(t, p.statusOf(t)))
	}
	if len(f.Undone.Taken)+f.Undone.Sent > 1 {
		p.out.say("%s.", describe.Taken(f.Undone))
	}
}

// delivered prints the result of one delivery. A 2xx of the server is "accepted", never "dead" (RFC
// 7009).
func (p *face) delivered(d console.Delivery) {
	t := &d.Token
	what := p.nameToken(t)
	if d.Kind == console.RevokeRefresh && d.Err != nil {
		what += ", its refresh token"
	}
	p.markReported(t)
	switch s := p.statusOf(t); {
	case d.Err != nil && d.Kept:
		if why := d.Err.Error(); p.undelivered[t.ID] != why { // each cause once
			p.undelivered[t.ID] = why
			p.out.say("%s: %s.", what, p.revokingWords(t))
			p.out.hint(plainHint(d.Err))
		}
	case d.Err != nil:
		p.out.say("%s: the server refused to revoke it (%s). It lives: %s.", what,
			console.Reason(d.Err), p.stateWords(t, s))
		p.out.hint(plainHint(d.Err))
	case s.State == console.Lingering:
		delete(p.undelivered, t.ID)
		p.out.say("%s: %s.", what, p.voice().Ending(s))
	default:
		delete(p.undelivered, t.ID)
		p.out.say("%s: the revoke was accepted by the server: %s.", what, p.stateWords(t, s))
	}
}

// probed prints the gateway's answer to a probe.
func (p *face) probed(f session.Probed) {
	if !p.succeeded("probe", f.Err) {
		return
	}
	t, sentence := &f.Token, p.voice().Probe(f.Answer, p.statusOf(&f.Token))
	p.markReported(t)
	p.out.say("%s: %s, %s.", p.nameToken(t), describe.Code(f.Answer.Status, f.Answer.FaultCode),
		sentence.Text)
	p.out.hint(p.s.Remedy(p.board.App(t.AppID), sentence.Next, console.FaceLines()))
}

func (p *face) copied(f session.Copied) {
	if !p.succeeded("copy", f.Err) {
		if p.o.About == "" {
			p.out.hint("lanyard token APP prints one, in another terminal")
		}
		return
	}
	promise, hint := f.Copied.Promise(spoken(p.o.ClearAfter))
	but := ""
	if row := p.board.Row(f.ID); row != nil && row.Token != nil {
		if why := describe.NoGood(p.statusOf(row.Token)); why != "" {
			but = ", but " + why
		}
	}
	p.out.say("%s%s.", f.Copied.Words(f.What, promise), but)
	p.out.hint(hint)
	if f.Unlogged != nil {
		p.out.say("warning: the audit log does not say so: %s", f.Unlogged.Error())
		p.out.hint(plainHint(f.Unlogged))
	}
}
