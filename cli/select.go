package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/store"
	"lanyard/text"
	"lanyard/tokenapi"
)

// openRead opens the service and reads the board. It closes the service on an error. At the end of
// a verb (writes), it delivers the due revokes of all processes. A list sends nothing.
func (p *program) openRead(ctx context.Context, writes bool) (*openConsole, ledger, error) {
	return p.openTaking(ctx, writes, (*openConsole).read)
}

func (p *program) openTaking(ctx context.Context, writes bool,
	take func(*openConsole, context.Context) (ledger, error)) (*openConsole, ledger, error) {
	s, err := p.open(ctx, writes)
	if err != nil {
		return nil, ledger{}, err
	}
	l, err := take(s, ctx)
	if err != nil {
		s.Close()
		return nil, ledger{}, err
	}
	if writes && !p.dryRun {
		s.atEnd = func() {
			p.deliverDue(ctx, s)
			p.pruneDue(ctx, s)
		}
	}
	return s, l, nil
}

// openNamed is openRead for a verb whose arguments find checks. If there is no store yet, find runs
// first, so that a wrong name creates no store. With a name, only tokens that it may mean are read.
func (p *program) openNamed(ctx context.Context, find func(ledger) error,
	name string) (*openConsole, ledger, error) {
	paths, err := p.paths()
	if err != nil {
		return nil, ledger{}, err
	}
	if lost, err := store.Lost(paths.State); err == nil && lost == "" && !hasStore(paths) {
		s, l, err := p.openRead(ctx, false)
		if err != nil {
			return nil, l, err
		}
		err = find(l)
		s.Close()
		if err != nil {
			return nil, l, err
		}
	}
	if name == "" {
		return p.openRead(ctx, true)
	}
	return p.openTaking(ctx, true, readNamed(find, name))
}

// readNamed returns a function that reads only the tokens that name may mean, which is fast in a
// large store.
func readNamed(find func(ledger) error,
	name string) func(*openConsole, context.Context) (ledger, error) {
	return func(s *openConsole, ctx context.Context) (ledger, error) {
		l, err := s.take(s.svc.BoardOf(ctx, name))
		if err != nil || find(l) == nil {
			return l, err
		}
		return s.read(ctx) // read all, for an error that lists what there is
	}
}

// findsApp returns a find function of openNamed, as findsToken and findsTokenOrApp do.
func findsApp(name string) func(ledger) error {
	return func(l ledger) error { _, err := l.needApp(name); return err }
}

func findsToken(name string) func(ledger) error {
	return func(l ledger) error { _, err := l.needToken(name); return err }
}

func findsTokenOrApp(names ...string) func(ledger) error {
	return func(l ledger) error {
		for _, name := range names {
			if _, _, _, err := l.tokenOrApp(name); err != nil {
				return err
			}
		}
		return nil
	}
}

// read reads the board.
func (s *openConsole) read(ctx context.Context) (ledger, error) { return s.take(s.svc.Board(ctx)) }

// take makes a ledger of a board.
func (s *openConsole) take(b console.Board, err error) (ledger, error) {
	if err != nil {
		return ledger{}, err
	}
	l := ledger{Board: b, svc: s.svc, now: s.svc.Now(), app: map[string]console.Application{}}
	for _, a := range b.Applications {
		l.app[a.ID] = a
	}
	return l, nil
}

// findApp finds the application that text names. ok is false if there is none; it is an error if
// there are several.
func (l ledger) findApp(text string) (a console.Application, ok bool, err error) {
	switch found := console.ApplicationsNamed(l.Applications, text, exactly); len(found) {
	case 0:
		return a, false, nil
	case 1:
		return found[0], true, nil
	default:
		return a, false,
			misuse("one of: "+labels(found), "%q fits %d applications", text, len(found))
	}
}

// exactly compares names on the command line. It allows no abbreviations: the meaning of a script
// must not depend on other applications.
func exactly(x, y string) bool { return x == y }

// needApp is findApp, with an error if there is no such application.
func (l ledger) needApp(word string) (console.Application, error) {
	a, ok, err := l.findApp(word)
	if err != nil || ok {
		return a, err
	}
	hint := "configured are: " + labels(l.Applications)
	if len(l.Applications) == 0 {
		hint = "none is configured yet; lanyard config init writes an example"
	} else if near := text.Nearest(word, l.names()); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return a, &failure{
		exit: exitNotFound, code: console.CodeNoApplication,
		text: "no such application" + quoted(word), hint: hint,
	}
}

func (l ledger) names() []string {
	var names []string
	for _, a := range l.Applications {
		if !slices.Contains(names, string(a.Name)) {
			names = append(names, string(a.Name))
		}
	}
	return names
}

func labels(apps []console.Application) string {
	var s []string
	for _, a := range apps {
		s = append(s, string(a.Label()))
	}
	return strings.Join(s, ", ")
}

// mayBeToken reports whether an argument may be a pasted token.
func mayBeToken(text string) bool {
	return tokenapi.LooksSecret(text) && !console.IsID(text) ||
		len(text) > 24 && !strings.ContainsAny(text, " @/")
}

// withTokenHint returns hint, or a better one if text is a token or too short a prefix.
func withTokenHint(text, hint string) string {
	switch {
	case mayBeToken(text):
		return "lanyard inspect - reads a token from standard input, and so do " +
			"lanyard probe APP - and lanyard revoke APP -"
	case len(text) < console.LeastPrefix &&
		strings.Trim(strings.ToLower(text), "0123456789abcdef") == "":
		return fmt.Sprintf("the start of a fingerprint needs at least %d characters; %s",
			console.LeastPrefix, hint)
	}
	return hint
}

// quoted quotes an argument for an error, unless it may be a token.
func quoted(text string) string {
	if mayBeToken(text) {
		return "; what was given may be a token itself: name it by its id or fingerprint"
	}
	return fmt.Sprintf(": %q", text)
}

// byPrefix finds the token whose fingerprint begins with text. It is an error if there are several.
func (l ledger) byPrefix(text string) (t console.Token, ok bool, err error) {
	switch found := console.TokensNamed(l.Tokens, text); len(found) {
	case 0:
		return t, false, nil
	case 1:
		return found[0], true, nil
	default:
		return t, false,
			misuse("one of: "+l.tokenNames(found), "%q fits %d tokens", text, len(found))
	}
}

func (l ledger) byID(id string) (console.Token, bool) {
	i := slices.IndexFunc(l.Tokens, func(t console.Token) bool { return t.ID == id })
	if i < 0 {
		return console.Token{}, false
	}
	return l.Tokens[i], true
}

// needToken finds a token by id or fingerprint.
func (l ledger) needToken(text string) (console.Token, error) {
	if t, ok := l.byID(text); ok {
		return t, nil
	}
	t, ok, err := l.byPrefix(text)
	if err != nil || ok {
		return t, err
	}
	return t, l.noToken(text)
}

func (l ledger) noToken(text string) error {
	if err := l.alteredError(text); err != nil {
		return err
	}
	if a, ok, err := l.findApp(text); err == nil && ok {
		hint := "it holds no live token; lanyard tokens --all lists the others"
		if live := l.revocable(a, false); len(live) > 0 {
			hint = "its live tokens: " + l.tokenNames(live)
		}
		return &failure{
			exit: exitNotFound, code: console.CodeNoToken,
			text: text + " is an application, and a token is named by its id or fingerprint",
			hint: hint,
		}
	}
	hint := "lanyard tokens lists what is held"
	if n := len(l.Tokens); n > 0 && n <= 8 {
		hint = "held are: " + l.tokenNames(l.Tokens)
	}
	return &failure{
		exit: exitNotFound, code: console.CodeNoToken,
		text: "no such token" + quoted(text), hint: withTokenHint(text, hint),
	}
}

func (l ledger) tokenNames(tokens []console.Token) string {
	var s []string
	for _, t := range tokens {
		s = append(s, fmt.Sprintf("%s (%s, %s)", t.Fingerprint, l.app[t.AppID].Label(), t.ID))
	}
	return strings.Join(s, ", ")
}

// tokenOrApp finds what APP|TOKEN names: an exact ID, then an application, then a fingerprint.
func (l ledger) tokenOrApp(
	word string) (t console.Token, a console.Application, isToken bool, err error) {
	if t, ok := l.byID(word); ok {
		return t, l.app[t.AppID], true, nil
	}
	a, ok, err := l.findApp(word)
	if err != nil || ok {
		return t, a, false, err
	}
	t, ok, err = l.byPrefix(word)
	if err == nil && !ok {
		err = l.alteredError(word)
	}
	if err != nil || ok {
		return t, l.app[t.AppID], true, err
	}
	hint := "applications: " + labels(l.Applications)
	if len(l.Applications) == 0 {
		hint = "nothing is configured yet; lanyard config init writes an example"
	} else if near := text.Nearest(word, l.names()); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return t, a, false, &failure{
		exit: exitNotFound, code: console.CodeNotFound,
		text: "no such application or token" + quoted(word), hint: withTokenHint(word, hint),
	}
}

// revocable returns an application's live tokens, and those whose revocation waits. With all it
// includes those whose refresh token lives.
func (l ledger) revocable(a console.Application, all bool) []console.Token {
	return console.RevocableOf(l.Tokens, a.ID, all, l.status)
}
