package plain

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// ask prints a question of the session. The next line answers it.
func (p *face) ask(f session.Ask) {
	q := question{answers: map[string]func(){"yes": func() {
		if !p.s.StillAsks(f) {
			p.out.say("Nothing was done: what the question was about has changed meanwhile.")
			return
		}
		p.do(f.Then)
	}}}
	switch about := f.About.(type) {
	case session.InProduction:
		q.no = "No: nothing was revoked."
		t := about.Row.Token
		c := p.board.Consequences(about.Row, false, p.now)
		after := "Only its refresh token is left to revoke."
		if may := p.voice().WhenAccepted(c); may != "" {
			after = "When the server has accepted, " + may + "."
		}
		p.out.say("%s is in production, for %s. %s Revoke it? "+
			"Type yes to revoke, anything else for no.",
			p.nameToken(t), string(describe.Owner(*t)), after)
	case session.Superseding:
		q.no = "No: nothing was asked for."
		words, _ := describe.Supersede(about.Supersede)
		p.out.say("%s.", words)
		own := about.Own(f.Then)
		if own == nil {
			p.out.say("Type yes to get it all the same, or anything else for no.")
			break
		}
		q.answers["device"] = func() { p.do(own) }
		p.out.say("Type yes to get it all the same, device for a token of its own with the scope "+
			"%s, or anything else for no.", about.Supersede.Scope)
	case session.ForgettingOver:
		q.no = "No: nothing was forgotten."
		p.out.say("%s. Secrets, probes and log go too; the log keeps that they were forgotten. "+
			"Type yes to forget, anything else for no.", describe.Forgotten(about.Found))
	case session.Losing:
		q.no = "Nothing was done."
		q.answers["no"] = p.leave
		p.out.say("Nothing can be stored any more. Write out what this lanyard holds before it " +
			"ends? Type yes or no, anything else to stay.")
	default:
		return // the line mode raises no other question
	}
	p.question = &q
}

// askDismiss asks before the mark of a lost answer is dismissed.
func (p *face) askDismiss(a *session.App, m *console.Mark) {
	id := m.ID
	p.out.say("%s: the answer to a %s was never seen; of a token that it may have brought: %s. "+
		"That is not changed by it. Type yes to dismiss it, anything else for no.",
		p.appWords(a), m.Verb(), console.MarkEnd(*m, p.at))
	p.question = &question{
		answers: map[string]func(){"yes": func() { p.do(session.Dismiss{Mark: id}) }},
		no:      "No: nothing was dismissed.",
	}
}

// refused prints why a request was not done.
func (p *face) refused(f session.Refused) {
	switch f.Reason {
	case session.InFlight:
		p.out.say("That is under way already; it is said here when it is done.")
	case session.CopyingOff:
		p.out.say("Copying is switched off.")
		p.out.hint("set clipboard.via in the configuration")
	case session.TokenGone:
		p.out.say("That token is no longer held.")
	case session.NothingToUndo:
		p.out.say("There is nothing to undo: no revoke is waiting that was not sent.")
	case session.AlreadyRevoking:
		r, _ := f.Request.(session.Revoke)
		t := p.board.Row(r.Token).Token
		p.out.say("%s: %s.", p.nameToken(t), p.stateWords(t, p.statusOf(t)))
		if p.s.Key().NeedsPassphrase() {
			p.unlock("")
		}
	case session.WhileQuitting:
		p.out.say(finishing)
	case session.NothingYet, session.NowhereToSave:
		// the line mode has a service from the start
	}
}
