package ui

import (
	"fmt"
	"strings"

	"lanyard/console"
)

// needApp finds the application that a text names, by its number or by the rules of the commands; case does not
// matter where that leaves one. Nil: it was said why there is none.
func (p *plain) needApp(verb, text string) *app {
	text = without(text, "application ")
	if text == "" && len(p.board.apps) == 1 {
		return &p.board.apps[0]
	}
	if text == "" {
		p.out.say("Which application? Type %s and its number or name; apps lists them.", verb)
		return nil
	}
	if a, ok := p.findApp(text); a != nil || ok {
		return a
	}
	p.out.say("There is no application %s; apps lists them.", repeated(text))
	return nil
}

// findApp is needApp without a word where nothing fits; ok says that something was said.
func (p *plain) findApp(text string) (a *app, ok bool) {
	if id, numbered := p.apps.named(text); numbered && id != "" {
		if a := p.board.app(id); a != nil {
			return a, true
		}
		p.out.say("Application %s is gone.", text)
		return nil, true
	}
	all := p.board.applications()
	found := console.ApplicationsNamed(all, text, func(x, y string) bool { return x == y })
	if len(found) == 0 {
		found = console.ApplicationsNamed(all, text, strings.EqualFold)
	}
	switch len(found) {
	case 0:
		return nil, false
	case 1:
		return p.board.app(found[0].ID), true
	}
	p.out.say("%s fits %d applications:", repeated(text), len(found))
	for _, f := range found {
		p.out.say("application %d: %s.", p.apps.of(f.ID), p.appWords(p.board.app(f.ID)))
	}
	return nil, true
}

// needToken finds the token that a text names: by number, by ID, by the start of its fingerprint, or through an
// application; of chooses among what the application holds. Nil: it was said why there is none.
func (p *plain) needToken(verb, text string, of func(*app) []console.Token) *console.Token {
	text = without(text, "token ")
	if text == "" && len(p.board.tokens) == 1 {
		return &p.board.tokens[0]
	}
	if text == "" {
		p.out.say("Which token? Type %s and its number, the start of its fingerprint, or its application; tokens lists them.", verb)
		return nil
	}
	if id, numbered := p.tokens.named(text); numbered {
		switch r := p.board.byID[id]; {
		case id == "":
			p.out.say("There is no token %s yet; tokens lists them.", text)
		case r == nil || r.tok == nil:
			p.out.say("Token %s is no longer held.", text)
		default:
			return r.tok
		}
		return nil
	}
	if r := p.board.byID[text]; r != nil && r.tok != nil {
		return r.tok
	}
	a, said := p.findApp(text)
	switch {
	case a != nil:
		return p.oneOf(verb, p.appWords(a)+" holds", of(a))
	case said:
		return nil
	}
	if found := console.TokensNamed(p.board.tokens, text); len(found) > 0 {
		return p.oneOf(verb, repeated(text)+" fits", found)
	}
	p.out.say("There is no token and no application %s; tokens and apps list them.", repeated(text))
	return nil
}

// oneOf takes the only one, or says which there are.
func (p *plain) oneOf(verb, lead string, found []console.Token) *console.Token {
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

// alive are the tokens of an application that a verb may be about; ended ones too, while something may pass.
func (p *plain) alive(a *app) []console.Token {
	var out []console.Token
	for _, t := range p.board.tokens {
		if t.AppID != a.ID {
			continue
		}
		switch s := p.judged(&t); s.State {
		case console.Dead, console.Superseded, console.Expired:
		case console.Unsure, console.Revoking, console.Lingering, console.Expiring, console.Active:
			out = append(out, t)
		}
	}
	return out
}

func (p *plain) revocable(a *app) []console.Token {
	return console.RevocableOf(p.board.tokens, a.ID, false, func(t console.Token) console.Status { return p.judged(&t) })
}

func (p *plain) renewable(a *app) []console.Token {
	if t, ok := console.RenewableOf(p.board.tokens, a.ID, func(t console.Token) console.Status { return p.judged(&t) }); ok {
		return []console.Token{t}
	}
	return nil
}

// without takes off the word that an announcement has before a number.
func without(text, word string) string {
	if rest, ok := strings.CutPrefix(text, word); ok && rest != "" && strings.Trim(rest, "0123456789") == "" {
		return rest
	}
	return text
}

// tokenLine is a token in a list.
func (p *plain) tokenLine(t *console.Token) string {
	of := "an application that is gone"
	if a := p.board.app(t.AppID); a != nil {
		of = p.appWords(a)
	}
	line := fmt.Sprintf("token %d: %s of %s", p.tokens.of(t.ID), t.Fingerprint, of)
	if t.User != "" {
		line += ", for " + t.User
	}
	line += ", " + p.stateWords(t, p.judged(t))
	if len(t.Scopes) > 0 {
		line += ", scopes " + strings.Join(t.Scopes, " ")
	}
	return line + "."
}
