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

func (p *face) listApps(string) {
	if len(p.board.Apps) == 0 {
		p.out.say("No application is configured.")
		return
	}
	for i := range p.board.Apps {
		a := &p.board.Apps[i]
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
		p.out.say("%s: %s.", line, tallyWords(a.Tally))
	}
}

func (p *face) listTokens(text string) {
	var of *session.App
	all := strings.EqualFold(text, "all")
	if text != "" && !all {
		if of = p.needApp("tokens", text); of == nil {
			return
		}
	}
	n, hidden := 0, 0
	for r := range p.s.Tokens() {
		a := &p.board.Apps[r.App]
		if of != nil && a.ID != of.ID {
			continue
		}
		if r.Mark != nil {
			p.out.say("%s: %s.", p.appWords(a), p.markWords(r.Mark))
			continue
		}
		// Expired tokens are listed, as by the command lanyard tokens.
		st := p.statusOf(r.Token).State
		if !all && st.IsRefused() && r.LostAnswer() == nil {
			hidden++
			continue
		}
		n++
		p.out.say("%s", p.tokenLine(r.Token))
	}
	if n+hidden == 0 {
		p.out.say("No token is held.")
	}
	if hidden > 0 {
		p.out.say("%d dead or superseded not listed; tokens all lists them.", hidden)
	}
}

// listGateway prints the tokens that were ended and that the gateway may still let through.
func (p *face) listGateway(string) {
	for r := range p.s.Tokens() {
		if r.Token == nil || r.State != console.Revoking || r.AwaitsServer {
			continue
		}
		if s := p.statusOf(r.Token); !s.Ended {
			p.out.say("%s: %s; until the server has accepted it, the gateway lets it through.",
				p.nameToken(r.Token), p.stateWords(r.Token, s))
		}
	}
	n := 0
	for r := range p.s.Rows(session.Query{}) {
		if r.Token != nil && (r.State == console.Lingering || r.AwaitsServer) {
			n++
			p.out.say("%s: %s.", p.nameToken(r.Token), p.gatewayWords(r))
		}
	}
	if n == 0 && p.board.Total.Revoking == 0 {
		p.out.say("Nothing revoked or replaced may still pass the gateway.")
	}
}

// gatewayWords describes an ended token: its state, the probes since its end, and the verdict.
func (p *face) gatewayWords(r *session.Row) string {
	t, s := r.Token, p.statusOf(r.Token)
	parts := []string{p.stateWords(t, s)}
	if s.State == console.Lingering {
		parts = append(parts, "that began "+console.Ago(p.now.Sub(s.EndedAt)))
	} else if s.Ended {
		parts = append(parts, "it ended "+console.Ago(p.now.Sub(s.EndedAt)))
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
			console.Ago(p.now.Sub(s.SeenAt)))
	} else {
		p.out.say("the gateway's clock: it is not ended, and %s.", describe.NotSeen)
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
			console.Ago(p.now.Sub(t.AtServerAt)))
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
		words, detail := describe.Event(e, p.now.UTC())
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
