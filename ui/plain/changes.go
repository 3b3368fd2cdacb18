package plain

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/tokenapi/secret"
	"lanyard/ui/session"
)

// numbers gives each ID a number for the whole run, in the order of first use.
type numbers struct {
	letter string // before each number: "A" for applications, "" for tokens
	ids    []string
	at     map[string]int
}

// numberOf returns the number of an ID as it is printed and typed, such as "A1" or "1".
func (n *numbers) numberOf(id string) string {
	if n.at == nil {
		n.at = map[string]int{}
	}
	if n.at[id] == 0 {
		n.ids = append(n.ids, id)
		n.at[id] = len(n.ids)
	}
	return n.letter + strconv.Itoa(n.at[id])
}

// report is the state of a token as it was printed last.
type report struct {
	state    console.State
	reopened bool
	rev      int64
	name     string // its name, to print when it is gone
}

// markReported notes that the state of a token was printed, so that announce does not print it
// again.
func (p *face) markReported(t *console.Token) {
	s := p.statusOf(t)
	p.reported[t.ID] = report{s.State, s.Reopened, t.Rev, p.nameToken(t)}
}

// announce prints each change of the board since the last report, one line each. It leaves out
// changes that an answer in flight will report.
func (p *face) announce() {
	p.doubtAt, p.deferred = time.Time{}, false
	present := map[string]bool{}
	for r := range p.s.Tokens() {
		if present[r.ID] = true; r.Mark != nil {
			p.announceMark(&p.board.Apps[r.App], r)
		} else {
			p.announceToken(r)
		}
	}
	p.announcing = true
	for _, id := range p.tokens.ids {
		if last, known := p.reported[id]; known && !present[id] {
			p.out.say("%s is no longer held.", last.name)
		}
	}
	maps.DeleteFunc(p.reported, func(id string, _ report) bool { return !present[id] })
}

func (p *face) announceToken(r *session.Row) {
	s := p.statusOf(r.Token)
	last, known := p.reported[r.ID]
	if known && (r.Token.Rev < last.rev || last.state == s.State && last.reopened == s.Reopened) {
		return
	}
	if known && s.State.IsOver() {
		return // the fact session.Ended tells it
	}
	if p.answerTells(r.Token, last, known, s.State) {
		p.deferred = true
		return
	}
	if s.State == console.Unsure && p.announcing &&
		p.mayBeAnswered(&p.board.Apps[r.App], r.Token.Unsure) {
		return
	}
	p.markReported(r.Token)
	switch text := p.stateWords(r.Token, s); {
	case !p.announcing:
	case !known:
		p.out.say("%s: new, %s.", p.nameToken(r.Token), text)
	case last.state == console.Revoking && !s.Ended && s.State != console.Expired &&
		r.Token.RevokeError == "":
		p.out.say("%s: %s, it lives on: %s.", p.nameToken(r.Token), describe.TakenElsewhere, text)
	default:
		p.out.say("%s: %s.", p.nameToken(r.Token), text)
	}
}

// ended prints the end of tokens, and what to do. It leaves out those that were printed as new.
func (p *face) ended(f session.Ended) {
	for _, e := range f.All {
		t := e.Row.Token
		if p.reported[t.ID].state == e.Status.State {
			continue
		}
		p.markReported(t)
		p.out.say("%s: %s.", p.nameToken(t), p.stateWords(t, e.Status))
		switch act := p.s.ActAfter(e.Row); act {
		case console.ActRenew:
			p.out.hint("renew " + p.tokens.numberOf(t.ID) + " " + describe.AfterEnd(act))
		case console.ActGet:
			p.out.hint("get " + p.apps.numberOf(t.AppID) + " " + describe.AfterEnd(act))
		}
	}
}

// answerTells reports whether an answer in flight will report the change of a token.
func (p *face) answerTells(t *console.Token, last report, known bool, now console.State) bool {
	if !known {
		return p.s.Brings(t.AppID)
	}
	settles := p.s.IsDelivering() || p.s.Busy(session.Key{Kind: session.Undoing})
	if last.state == console.Revoking && settles {
		return true
	}
	return p.s.Busy(session.TokenKey(t.ID)) && now != console.Expiring // time did that
}

func (p *face) announceMark(a *session.App, r *session.Row) {
	if _, known := p.reported[r.ID]; known || p.announcing && p.mayBeAnswered(a, r.Mark) {
		return
	}
	if p.s.Busy(session.AppKey(a.ID)) {
		p.deferred = true
		return
	}
	p.reported[r.ID] = report{state: console.Unsure}
	if p.announcing {
		p.out.say("%s: %s.", p.appWords(a), p.markWords(r.Mark))
	}
}

// mayBeAnswered reports whether another lanyard may still receive the answer to the request of a
// mark. If so, it schedules another look at the mark.
func (p *face) mayBeAnswered(a *session.App, m *console.Mark) bool {
	at := m.AnswerableUntil(a.Application)
	if !p.now.Before(at) {
		return false
	}
	p.doubtAt = session.Earlier(p.doubtAt, at)
	return true
}

func (p *face) markWords(m *console.Mark) string {
	return p.voice().Lost("", *m, p.regime(m.AppID), p.now)
}

// boardFiled prints what a new reading of the board shows.
func (p *face) boardFiled(first bool) {
	for i := range p.board.Apps {
		p.apps.numberOf(p.board.Apps[i].ID)
	}
	for r := range p.s.Tokens() {
		if r.Token != nil {
			p.tokens.numberOf(r.ID)
		}
	}
	if first {
		p.greet()
	}
	p.sayAltered()
	p.announce()
	p.announceInvitations()
}

// greet prints the first lines, after the first reading of the board.
func (p *face) greet() {
	on := ""
	if p.o.About != "" {
		on = ": " + p.o.About
	}
	p.out.say("Lanyard, in lines%s.", on)
	for _, b := range describe.Banners(p.o.Banners, p.board.Applications(), p.board.Altered) {
		p.out.say("warning: %s.", b.Text)
	}
	p.altered = p.board.Altered
	held := text.Count(p.board.TokenCount(), "token")
	if p.board.TokenCount() > 0 {
		held += ": " + tallyWords(p.board.Total)
	}
	p.out.say("%s; %s. Type help for the commands.", text.Count(len(p.board.Apps), "application"),
		held)
	if k := p.s.Key(); k.NeedsPassphrase() && !k.Fresh() {
		p.out.say("The store is locked: lists work and are not verified, and get, renew, " +
			"revoke, copy and probe ask for the passphrase.")
	}
}

// sayAltered warns of altered rows if they have changed since the last warning.
func (p *face) sayAltered() {
	if slices.Equal(p.board.Altered, p.altered) {
		return
	}
	p.altered = p.board.Altered
	for _, b := range describe.AlteredBanner(p.board.Altered) {
		p.out.say("warning: %s.", b.Text)
	}
}

// tellTourStep prints the next step of the tour when the last one is done.
func (p *face) tellTourStep() {
	if p.tour == nil || !p.board.Read {
		return
	}
	p.s.ObserveTour(p.tour)
	switch {
	case p.tour.Over():
		p.tour = nil
		p.out.say("The tour is over: that was the life of a token, from the first answer to " +
			"the last refusal.")
	case p.stepShown != p.tour.Step()+1:
		p.stepShown = p.tour.Step() + 1
		p.out.say("%s", spokenStep(p.tour.Step()))
	}
}

// announceInvitations prints what a person must do before a get can continue, once for each
// invitation. Lines are still read meanwhile.
func (p *face) announceInvitations() {
	open := map[string]string{}
	for i := range p.board.Invitations {
		inv := &p.board.Invitations[i]
		key := string(inv.URL) + " " + inv.UserCode
		open[inv.AppID] = key
		if p.s.Quitting() { // the waits are given up
			continue
		}
		if before, known := p.invited[inv.AppID]; !known || !strings.HasPrefix(before, key) {
			p.tellInvitation(inv)
		}
		if inv.Trouble != "" {
			open[inv.AppID] = key + " " + inv.Trouble
			if p.invited[inv.AppID] != open[inv.AppID] {
				p.out.say("%s: %s", p.invitedWords(inv), describe.Trouble(inv))
			}
		}
	}
	p.invited = open
}

// repeatInvitation prints again what a person must do.
func (p *face) repeatInvitation(appID string) {
	for i := range p.board.Invitations {
		if p.board.Invitations[i].AppID == appID {
			p.tellInvitation(&p.board.Invitations[i])
			return
		}
	}
}

// invitedWords returns the name of the application of an invitation.
func (p *face) invitedWords(inv *console.Invitation) string {
	if a := p.board.App(inv.AppID); a != nil {
		return p.appWords(a)
	}
	return string(inv.Application)
}

func (p *face) tellInvitation(inv *console.Invitation) {
	who := p.invitedWords(inv)
	if inv.UserCode == "" {
		lead := "to sign in, open this address in a browser on this machine"
		if inv.Opened {
			lead = "to sign in, use the browser that was opened, or open this address on this " +
				"machine"
		}
		p.out.say("%s: %s: %s", who, lead, inv.URL)
		p.out.say("Or, if the browser is elsewhere, paste the address that it ended at, or the " +
			"code in it.")
	} else {
		where := "on this machine or any other"
		if inv.OnlyHere() {
			where = "on this machine"
		}
		p.out.say("%s: to approve, open this address, %s: %s", who, where, inv.URL)
		p.out.say("and enter this code, exactly as it stands: %s", inv.UserCode)
		if inv.Complete != "" {
			p.out.say("or open this address and compare the code: %s", inv.Complete)
		}
	}
	if inv.Command != "" {
		p.out.say("Without a browser, this command signs in, in another terminal: %s", inv.Command)
	}
	left := inv.Until.Sub(p.now)
	p.out.say("There are %s for it; type cancel to give up.", spoken(left))
}

// largestNumber is larger than any number in use. A longer one may be a pasted secret, and is not
// printed.
const largestNumber = 999_999

// idOf returns the ID whose number is text, or "" if the number is not in use. ok reports
// whether text has the form of a number. Upper and lower case are equal.
func (n *numbers) idOf(text string) (id string, ok bool) {
	digits, ok := strings.CutPrefix(strings.ToUpper(text), n.letter)
	k, err := strconv.Atoi(digits)
	if !ok || err != nil || strconv.Itoa(k) != digits || k > largestNumber {
		return "", false
	}
	if k < 1 || k > len(n.ids) {
		return "", true
	}
	return n.ids[k-1], true
}

// answerSignIn tries a line as the answer to a sign-in that waits. It reports whether a sign-in
// waits. The line is never printed, because it holds an authorization code.
func (p *face) answerSignIn(text string) bool {
	if len(p.board.SignIns()) == 0 {
		return false
	}
	p.do(session.AnswerSignIn{Pasted: secret.New(text)})
	return true
}
