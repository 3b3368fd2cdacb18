package plain

import (
	"fmt"
	"strings"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// needApp returns the application that text names, by number or by name as in commands. Upper and
// lower case are equal if only one application fits then. If it returns nil, it has printed why.
func (p *face) needApp(verb, text string) *session.App {
	if text == "" {
		if a := p.onlyApp(); a != nil {
			return a
		}
		p.out.say("Which application? Type %s and its number, such as A1, or its name; apps "+
			"lists them.", verb)
		return nil
	}
	found := p.appsNamed(text)
	_, ofToken := p.tokens.idOf(text)
	switch id, numbered := p.apps.idOf(trimWord(text, "application ")); {
	case len(found) == 1:
		return found[0]
	case len(found) > 1:
		p.sayWhich(text, nil, found)
	case id != "":
		p.out.say("Application %s is gone.", p.apps.numberOf(id))
	case ofToken:
		p.out.say("%s takes an application, and %s has the form of a token's number. Numbers of "+
			"applications begin with A, such as A%s; apps lists them.", verb, text, text)
	case numbered:
		p.out.say("There is no application %s yet; apps lists them.",
			strings.ToUpper(trimWord(text, "application ")))
	default:
		p.out.say("There is no application %s; apps lists them.", quoted(text))
	}
	return nil
}

// appsNamed returns the applications that text may name. "application A1" is always a number. "A1"
// may also be the name of an application.
func (p *face) appsNamed(text string) []*session.App {
	number := trimWord(text, "application ")
	var found []*session.App
	if id, _ := p.apps.idOf(number); id != "" {
		if a := p.board.App(id); a != nil {
			found = append(found, a)
		}
	}
	if number != text {
		return found
	}
	all := p.board.Applications()
	named := console.ApplicationsNamed(all, text, func(x, y string) bool { return x == y })
	if len(named) == 0 {
		named = console.ApplicationsNamed(all, text, strings.EqualFold)
	}
	for _, f := range named {
		if len(found) == 0 || found[0].ID != f.ID {
			found = append(found, p.board.App(f.ID))
		}
	}
	return found
}

// needToken returns the token that text names. If text names an application, it returns the only
// one of the tokens that of returns. If it returns nil, it has printed why.
func (p *face) needToken(verb, text string, of func(*session.App) []console.Token) *console.Token {
	if text == "" {
		if only := p.onlyInUse(); only != nil {
			return only
		}
		p.out.say("Which token? Type %s and its number, the start of its fingerprint, or its "+
			"application; tokens lists them.", verb)
		return nil
	}
	t, a := p.tokenOrApp(text)
	if a != nil {
		return p.onlyToken(verb, p.appWords(a)+" holds", of(a))
	}
	return t
}

// tokenOrApp returns the token or the application that text names. A token is named by its ID, by
// its number or by the start of its fingerprint. If text can mean more than one, or nothing, it
// prints that and returns nil twice.
func (p *face) tokenOrApp(text string) (*console.Token, *session.App) {
	if r := p.board.Row(text); r != nil && r.Token != nil {
		return r.Token, nil
	}
	number := trimWord(text, "token ")
	id, numbered := p.tokens.idOf(number)
	var tokens []console.Token
	if r := p.board.Row(id); r != nil && r.Token != nil {
		tokens = append(tokens, *r.Token)
	}
	var apps []*session.App
	if number == text {
		_, ofApp := p.apps.idOf(text)
		apps = p.appsNamed(text)
		if len(apps) == 0 || ofApp { // a name takes precedence over the start of a fingerprint
			for _, t := range p.board.Named(text) {
				if t.ID != id {
					tokens = append(tokens, t)
				}
			}
		}
	}
	switch {
	case len(apps) == 0 && len(tokens) == 1:
		return p.board.Row(tokens[0].ID).Token, nil
	case len(apps) == 1 && len(tokens) == 0:
		return nil, apps[0]
	case len(apps)+len(tokens) > 0:
		p.sayWhich(text, tokens, apps)
	case id != "":
		p.out.say("Token %s is no longer held.", number)
	case numbered && (number != text || len(text) < console.LeastPrefix):
		p.out.say("There is no token %s yet; tokens lists them.", number)
	default:
		p.out.say("There is no token and no application %s; tokens and apps list them.",
			quoted(text))
	}
	return nil, nil
}

// sayWhich lists what text may name, each with an unambiguous name.
func (p *face) sayWhich(text string, tokens []console.Token, apps []*session.App) {
	var forms []string
	for i := range tokens {
		forms = append(forms, "token "+p.tokens.numberOf(tokens[i].ID))
	}
	for _, a := range apps {
		forms = append(forms, "application "+p.apps.numberOf(a.ID))
	}
	p.out.say("%s fits %d; nothing was done. Type %s in its place:", quoted(text), len(forms),
		orList(forms))
	for i := range tokens {
		p.out.say("%s", p.tokenLine(&tokens[i]))
	}
	for _, a := range apps {
		p.out.say("application %s: %s.", p.apps.numberOf(a.ID), p.appWords(a))
	}
}

// onlyToken returns the token if there is exactly one. Otherwise it prints the tokens and returns
// nil.
func (p *face) onlyToken(verb, lead string, found []console.Token) *console.Token {
	switch len(found) {
	case 0:
		p.out.say("%s no token to %s; tokens all lists every one.", lead, verb)
		return nil
	case 1:
		return &found[0]
	}
	p.out.say("%s %d tokens; %s one of them by its number:", lead, len(found), verb)
	for i := range found {
		p.out.say("%s", p.tokenLine(&found[i]))
	}
	return nil
}

// alive returns the tokens of an application that are not over.
func (p *face) alive(a *session.App) []console.Token { return p.s.TokensOf(a.ID, session.Alive) }

func (p *face) revocable(a *session.App) []console.Token {
	return p.s.TokensOf(a.ID, session.Revocable)
}

// trimWord removes the word that a list prints before a number: "token 1", "application A1".
func trimWord(text, word string) string {
	if rest, ok := strings.CutPrefix(strings.ToLower(text), word); ok && rest != "" &&
		strings.Trim(strings.TrimPrefix(rest, "a"), "0123456789") == "" {
		return rest
	}
	return text
}

// tokenLine returns the line of a token in a list. It has the application and the user, the state
// and the time left, the calls and the scopes.
func (p *face) tokenLine(t *console.Token) string {
	of := "an application that is gone"
	if a := p.board.App(t.AppID); a != nil {
		of = p.appWords(a)
	}
	line := fmt.Sprintf("token %s: %s of %s, for %s: %s", p.tokens.numberOf(t.ID), t.Fingerprint,
		of, describe.Owner(*t), p.lastsWords(t))
	if calls := p.callsWords(t); calls != "" {
		line += ", " + calls
	}
	if len(t.Scopes) > 0 {
		line += ", scopes " + strings.Join(t.Scopes, " ")
	}
	return line + "."
}

// lastsWords describes the state of a token and how long it lasts, in a few words.
func (p *face) lastsWords(t *console.Token) string {
	s := p.statusOf(t)
	word := describe.StateWord(s.State, s.Cause)
	switch {
	case s.State == console.Lingering && (s.Reopened || s.StillActive):
		return word + ", " + p.voice().Passing(s)
	case s.State == console.Lingering && s.StaleKnown:
		return word + ", at most " + spokenAtMost(s.StaleLeft)
	case s.State == console.Lingering:
		return word + ", nobody knows how long"
	case s.State == console.Expired && t.Unsure == nil:
		return word + " " + p.ago(s.OverSince())
	case s.State == console.Superseded:
		if by := p.board.Row(t.ReplacedBy); by != nil && by.Token != nil {
			word += " by " + p.tokenWords(by.Token)
		}
		return word + " " + p.ago(s.OverSince())
	case s.State == console.Dead:
		return p.voice().Ended(s) + ", " + p.ago(s.OverSince())
	}
	return p.stateWords(t, s)
}

// callsWords describes the last calls of a token at the gateway.
func (p *face) callsWords(t *console.Token) string {
	if calls := describe.Calls(p.s.GatewayCalls(*t)); calls != "" {
		return calls
	}
	switch {
	case p.statusOf(t).State.IsOver():
		return ""
	case len(t.Probes) > 0:
		return "not tried since"
	}
	return "never tried"
}
