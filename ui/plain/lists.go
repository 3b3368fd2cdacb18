package plain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/session"
)

// listApps prints the applications as the screen lists them: by environment, each with its living
// tokens and the next end.
func (p *face) listApps(string) {
	if len(p.board.Apps) == 0 {
		p.out.say("No application is configured.")
		return
	}
	for _, row := range p.s.Rail("", false).Rows {
		var line string
		switch {
		case row.App >= 0:
			line = p.appLine(&p.board.Apps[row.App])
		case row.Scope.Kind == session.AllApplications && len(p.board.Apps) > 1:
			line = "all " + text.Count(len(p.board.Apps), "application")
		case row.Scope.Kind == session.OneEnvironment && p.board.EnvironmentCount > 1:
			line = p.scopeWords(row.Scope)
			if row.Production {
				line += ", in production"
			}
		default:
			continue
		}
		p.out.say("%s: %s.", line, p.tallyAndNext(row.Tally))
	}
}

// appLine names an application with its number and what is special of it.
func (p *face) appLine(a *session.App) string {
	line := fmt.Sprintf("application %s: %s", p.apps.numberOf(a.ID), p.appWords(a))
	if a.Username != "" {
		line += ", for " + string(a.Username)
	}
	switch {
	case a.Source == console.Gone:
		line += ", no longer configured"
	case a.Environment.Production:
		line += ", in production"
	}
	if a.Environment.ReadOnly {
		line += ", read-only"
	}
	return line
}

// tallyAndNext counts tokens by state. It adds the time until the next one expires, and the longest
// time for which the gateway may accept a revoked one.
func (p *face) tallyAndNext(t session.Tally) string {
	line := tallyWords(t)
	switch {
	case t.StaleUnknown:
		line += ", nobody knows how long"
	case !t.StaleUntil.IsZero():
		line += " for at most " + spokenAtMost(t.StaleUntil.Sub(p.now))
	}
	if !t.Next.IsZero() {
		line += "; the next one expires in " + spoken(t.Next.Sub(p.now))
	}
	return line
}

// newestOver is the number of tokens that are over which a list without "all" has.
const newestOver = 3

// listTokens prints the tokens of the scope in use, or of the scope that text names. With the word
// all it prints each token that is over, and without a name the tokens of all applications.
func (p *face) listTokens(text string) {
	c, over := p.scopeNow(), newestOver
	name, all := withoutAll(text)
	if all {
		over = p.board.TokenCount()
	}
	switch {
	case name == "" && all:
		c = session.Scope{}
	case name != "":
		var ok bool
		if c, ok = p.needScope("tokens", name); !ok {
			return
		}
	}
	page := p.s.Page(session.Query{Scope: c})
	switch {
	case page.Len() == 0 && c.Kind == session.AllApplications:
		p.out.say("No token is held.")
		return
	case page.Len() == 0:
		p.out.say("No token is held of %s.", p.scopeWords(c))
		return
	case c.Kind != session.AllApplications && name == "":
		p.out.say("Of %s:", p.scopeWords(c))
	}
	for sec := range session.Section(session.SectionCount) {
		p.listSection(page, sec, over)
	}
}

// withoutAll removes the word all from the end of a text.
func withoutAll(text string) (rest string, all bool) {
	i := strings.LastIndex(text, " ")
	if !strings.EqualFold(text[i+1:], "all") {
		return text, false
	}
	return text[:max(i, 0)], true
}

// listAll prints all tokens of all applications.
func (p *face) listAll(string) { p.listTokens("all") }

// listSection prints the rows of a section after its heading, and of tokens that are over the
// newest ones.
func (p *face) listSection(page session.Page, sec session.Section, over int) {
	n := page.Count(sec)
	most := n
	switch {
	case n == 0:
		return
	case sec == session.MayPass:
		heading := "may still pass"
		if page.EndWord != "" {
			heading = page.EndWord + ", " + heading
		}
		p.out.say("%s:", text.Sentence(heading))
	case sec == session.Over:
		p.out.say("Over:")
		most = min(n, over)
	}
	for i := range most {
		r := page.Row(page.Start(sec) + i)
		if r.Mark != nil {
			p.out.say("%s: %s.", p.appWords(&p.board.Apps[r.App]), p.markWords(r.Mark))
			continue
		}
		p.out.say("%s", p.tokenLine(r.Token))
	}
	if most < n {
		p.out.say("%s over; all lists every one.",
			text.CountOf(n-most, "more token is", "more tokens are"))
	}
}

// listGateway prints the section of the tokens that the gateway may still accept.
func (p *face) listGateway(string) {
	scope := p.scopeNow()
	page := p.s.Page(session.Query{Scope: scope})
	if page.Count(session.MayPass) == 0 {
		line, rail := "Nothing revoked or replaced may still pass the gateway", p.s.Rail("", false)
		if n := rail.Rows[rail.Index(scope)].Tally.Revoking; n > 0 {
			line += "; " + text.CountOf(n, "revoke is", "revokes are") + " not accepted yet"
		}
		p.out.say("%s.", line)
		return
	}
	p.listSection(page, session.MayPass, 0)
}

// gatewayWords describes an ended token: its state, the probes since its end, and the verdict.
func (p *face) gatewayWords(r *session.Row) string {
	t, s := r.Token, p.statusOf(r.Token)
	parts := []string{p.stateWords(t, s)}
	if s.State == console.Lingering {
		parts = append(parts, "that began "+p.ago(s.EndedAt))
	} else if s.Ended {
		parts = append(parts, "it ended "+p.ago(s.EndedAt))
	}
	switch probes := describe.Answers(t.ProbesSince(s, p.policyOf(t))); {
	case probes != "":
		parts = append(parts, "probes since: "+probes)
	case !s.SeenAtGW && s.Ended:
		parts = append(parts, describe.NotSeen)
	default:
		parts = append(parts, "no probe since")
	}
	switch {
	case !s.Ended || s.Proof != console.ProofNone:
	case s.RefusedOnce:
		parts = append(parts, "verdict: refused, and three in a row a second apart prove it dead")
	default:
		parts = append(parts, "verdict: not proved dead")
	}
	if word := describe.AtServer(s); word != "" {
		parts = append(parts, "the server calls it "+word+", as of "+p.at(s.AtServerAt))
	}
	return strings.Join(parts, "; ")
}

// inspect prints what the store knows of a token. It does not decode the token.
func (p *face) inspect(text string) {
	t := p.needToken("inspect", text, p.alive)
	if t == nil {
		return
	}
	s := p.statusOf(t)
	p.out.say("%s: %s.", p.nameToken(t), p.stateWords(t, s))
	own := p.voice().Life(*t, s)
	if s.HasExpiry {
		if s.Left > 0 && t.Granted > 0 {
			own += " of " + spoken(t.Granted)
		}
		own += ", until " + p.at(s.ExpiresAt)
	}
	p.out.say("its own clock: %s.", own)
	if r := p.board.Row(t.ID); r != nil && s.Ended {
		p.out.say("the gateway's clock: %s.", p.gatewayWords(r))
	} else if s.SeenAtGW {
		p.out.say("the gateway's clock: it is not ended; it was first seen at the gateway %s.",
			p.ago(s.SeenAt))
	} else {
		p.out.say("the gateway's clock: it is not ended, and %s.", describe.NotSeen)
	}
	if !s.Ended {
		p.out.say("last probes: %s.", p.probesWords(t))
	}
	scopes := "none"
	if len(t.Scopes) > 0 {
		scopes = strings.Join(t.Scopes, " ")
	}
	p.out.say("scopes: %s.", scopes)
	grant := t.Grant
	if t.User != "" {
		grant += ", for " + string(t.User)
	}
	p.out.say("issued %s, by %s.", p.at(t.IssuedAt), grant)
	if from := p.board.Row(t.From); from != nil && from.Token != nil {
		p.out.say("refreshed from %s.", p.tokenWords(from.Token))
	}
	if by := p.board.Row(t.ReplacedBy); by != nil && by.Token != nil {
		p.out.say("replaced by %s.", p.tokenWords(by.Token))
	}
	refresh := map[console.RefreshState]string{
		console.RefreshNone: "none", console.RefreshLive: "held, it can be refreshed",
		console.RefreshSpent: "spent", console.RefreshRevoked: "revoked",
	}
	p.out.say("refresh token: %s.", refresh[t.Refresh])
	form := "opaque"
	if t.JWT {
		form = "JWT; lanyard inspect " + t.Fingerprint + " tells its claims"
	}
	p.out.say("form: %s.", form)
	if t.AtServer != console.NotAsked {
		p.out.say("the server called it %s, %s.", t.ServerSays(),
			p.ago(t.AtServerAt))
	}
	p.sayConsequences(t)
}

// probesWords describes the probes of a token that has not ended, with the verdict of the last.
func (p *face) probesWords(t *console.Token) string {
	probes := t.ProbesSince(console.Status{}, p.policyOf(t))
	if len(probes) == 0 {
		return "none"
	}
	last := probes[len(probes)-1]
	return describe.Answers(probes) + "; the last one " + p.ago(last.At) + ", verdict " +
		string(last.Verdict)
}

// sayConsequences prints what each verb would do to a token now.
func (p *face) sayConsequences(t *console.Token) {
	a := p.board.App(t.AppID)
	if a == nil {
		return
	}
	c := console.ConsequencesOf(*t, a.Application, a.Policy, false, p.now)
	number, name := p.tokens.numberOf(t.ID), text.Line(string(a.Environment.Name))
	if c.ReadOnly {
		p.out.say("%s is read-only: %s can be probed and copied, and nothing else.", name,
			p.tokenWords(t))
	} else {
		p.sayVerb("renew "+number, p.voice().Renews(c))
		revokes := describe.Revokes(c)
		if after := p.voice().IfRevoked(c, p.at(c.Revoked.Until)); len(after) > 0 {
			revokes = []string{revokes[0] + "; when the server has accepted, " + after[0]}
		}
		p.sayVerb("revoke "+number, revokes)
	}
	if c.Probeable {
		p.sayVerb("probe "+number, []string{"asks the gateway whether it lets the token through"})
	}
}

// sayVerb prints what a command would do, of which forms has the longest form first. It prints
// nothing if the command would be refused.
func (p *face) sayVerb(command string, forms []string) {
	if len(forms) > 0 {
		p.out.say("%s %s.", command, forms[0])
	}
}

// at formats a time in UTC, with the date if that is not today.
func (p *face) at(t time.Time) string {
	t = t.UTC()
	if t.Format(time.DateOnly) == p.now.UTC().Format(time.DateOnly) {
		return t.Format("15:04:05Z")
	}
	return t.Format("2006-01-02 15:04:05Z")
}

// lastEvents is the number of log entries that log prints without all.
const lastEvents = 20

// logScope selects log entries: those of a token, those of an application, or all.
type logScope struct {
	tokenID, appID string
	all            bool
}

func (p *face) listLog(text string) {
	of := logScope{all: strings.EqualFold(text, "all")}
	if text != "" && !of.all {
		switch t, a := p.tokenOrApp(text); {
		case a != nil:
			of.appID = a.ID
		case t != nil:
			of.tokenID = t.ID
		default:
			return
		}
	}
	p.do(session.ReadLog{For: of})
}

func (p *face) tellLog(f session.LogRead) {
	p.tour.LookedUp()
	if f.Err != nil {
		p.notifyError("log", f.Err)
		return
	}
	of, _ := f.For.(logScope)
	events := slices.DeleteFunc(f.Events, func(e console.Event) bool {
		return of.tokenID != "" && e.TokenID != of.tokenID || of.appID != "" && e.AppID != of.appID
	})
	if len(events) == 0 {
		p.out.say("Nothing is in the log.")
		return
	}
	if n := len(events); n > lastEvents && !of.all {
		p.out.say("The last %d of %d; log all tells every one.", lastEvents, n)
		events = events[n-lastEvents:]
	}
	for _, e := range events {
		words, detail := describe.Event(e, e.DetailAt(p.at))
		line := p.at(e.At) + " " + words
		if e.Fingerprint != "" {
			line += " " + e.Fingerprint
		}
		if e.Application != "" {
			line += ", " + string(e.Application)
		}
		if detail != "" {
			line += ", " + detail
		}
		p.out.say("%s.", text.Line(line))
	}
}
