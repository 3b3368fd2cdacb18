package plain

import (
	"strings"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/session"
)

// use sets the scope: all applications, one environment or one application. Without a name it
// prints the scope.
func (p *face) use(text string) {
	c := p.scopeNow()
	if text != "" {
		var ok bool
		if c, ok = p.needScope("use", text); !ok {
			return
		}
		p.scope = c
	}
	if c.Kind == session.AllApplications {
		p.out.say("All applications are in use.")
		return
	}
	p.out.say("In use: %s; use all takes all applications again.", p.scopeWords(c))
}

// scopeNow returns the scope that is in use. It is all applications if that one is gone.
func (p *face) scopeNow() session.Scope {
	switch c := p.scope; {
	case c.Kind == session.OneApplication && p.board.App(c.Name) == nil,
		c.Kind == session.OneEnvironment && p.environment(c.Name, exactly) == "":
		p.scope = session.Scope{}
	}
	return p.scope
}

// needScope returns the scope that text names. If ok is false, it has printed why. The name of an
// application takes precedence over that of an environment.
func (p *face) needScope(verb, text string) (c session.Scope, ok bool) {
	if strings.EqualFold(text, "all") {
		return session.Scope{}, true
	}
	name, number := trimWord(text, "environment "), trimWord(text, "application ")
	_, ofApp := p.apps.idOf(number)
	_, ofToken := p.tokens.idOf(text)
	if len(p.appsNamed(text)) == 0 && !ofApp {
		for _, same := range []func(x, y string) bool{exactly, strings.EqualFold} {
			if env := p.environment(name, same); env != "" {
				return session.Scope{Kind: session.OneEnvironment, Name: env}, true
			}
		}
		if !ofToken {
			p.out.say("There is no application and no environment %s; apps lists them.",
				quoted(name))
			return c, false
		}
	}
	if a := p.needApp(verb, text); a != nil {
		return session.Scope{Kind: session.OneApplication, Name: a.ID}, true
	}
	return c, false
}

// environment returns the name of the environment that a name is the same as, or "".
func (p *face) environment(name string, same func(x, y string) bool) string {
	for i := range p.board.Apps {
		if env := string(p.board.Apps[i].Environment.Name); env != "" && same(env, name) {
			return env
		}
	}
	return ""
}

func exactly(x, y string) bool { return x == y }

// scopeWords names a scope.
func (p *face) scopeWords(c session.Scope) string {
	switch c.Kind {
	case session.OneEnvironment:
		return "environment " + text.Line(c.Name)
	case session.OneApplication:
		if a := p.board.App(c.Name); a != nil {
			return p.appWords(a)
		}
	case session.AllApplications:
	}
	return "all applications"
}

// onlyApp returns the application that a verb without a name is for: the one in use, or the only
// one. It returns nil if there is none.
func (p *face) onlyApp() *session.App {
	if c := p.scopeNow(); c.Kind == session.OneApplication {
		return p.board.App(c.Name)
	}
	if len(p.board.Apps) == 1 {
		return &p.board.Apps[0]
	}
	return nil
}

// onlyInUse returns the only token of the scope that is in use; nil if there is none or several.
func (p *face) onlyInUse() *console.Token {
	page := p.s.Page(session.Query{Scope: p.scopeNow()})
	if page.Len() != 1 {
		return nil
	}
	return page.Row(0).Token
}
