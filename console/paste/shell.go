package paste

import (
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// curlCalls finds the calls of curl in commands for bash and its relatives, PowerShell or the
// Windows command prompt. notes name the parts that are left out.
func curlCalls(text string) (calls []curlCall, notes []string, err error) {
	text, typed := withoutPrompts(text)
	calls, notes, err = callsIn(text)
	asks := func(c curlCall) bool { return c.fields.Has("grant_type") }
	if typed != "" && !slices.ContainsFunc(calls, asks) {
		// Try again without the lines that may be output of commands.
		if again, said, failed := callsIn(typed); failed == nil && len(again) > 0 {
			return again, said, nil
		}
	}
	return calls, notes, err
}

func callsIn(text string) (calls []curlCall, notes []string, err error) {
	sh := shell{vars: map[string]string{}}
	switch {
	case ofPrompt(text):
		err = sh.runWindows(lexer{text: text, cmd: true})
	case ofPowerShell(text):
		err = sh.runWindows(lexer{text: text})
	default:
		notes, err = sh.run(text)
	}
	return sh.calls, notes, err
}

var errShell = refused("that is no line that a shell understands",
	"is a quote not closed, or its end missing?")

var (
	// blankAfter matches the end of a line that goes on, with a space after its \ or ^.
	blankAfter = regexp.MustCompile("(\\\\|\\^)[ \t]+\n")
	// lostEnd matches a \ whose newline was lost.
	lostEnd = regexp.MustCompile(`([ \t])\\[ \t]+(-{1,2}[A-Za-z]|['"]?https?:)`)
	// optionBefore matches a newline before options whose \ was lost.
	optionBefore = regexp.MustCompile(`([^\\^\s])[ \t]*\n[ \t]*(-{1,2}[A-Za-z])`)
)

// run reads commands for bash. It stops at a line that bash does not understand.
func (s *shell) run(text string) (notes []string, err error) {
	text = blankAfter.ReplaceAllString(text, "$1\n")
	text = lostEnd.ReplaceAllString(text, "$1$2")
	text = optionBefore.ReplaceAllString(text, "$1 $2")
	for stmt, wrong := range syntax.NewParser().StmtsSeq(strings.NewReader(text)) {
		if err = wrong; err != nil {
			break
		}
		syntax.Walk(stmt, s.visit)
	}
	switch {
	case err == nil:
		return nil, nil
	case len(s.calls) == 0: // the words of err may quote the text
		return nil, errShell
	}
	return []string{"the end of the text is not taken over: a shell does not understand it"}, nil
}

// shell reads commands without running them. It keeps the values of variables and the calls of
// curl.
type shell struct {
	vars  map[string]string
	calls []curlCall
	stdin string // here-document of the statement
}

// command adds the call if a command calls curl, by itself or through sudo, time or env.
func (s *shell) command(words []string, stdin string) {
	for i, w := range words {
		w = strings.ToLower(w[strings.LastIndexAny(w, `/\\`)+1:])
		if (w == "curl" || w == "curl.exe") && i+1 < len(words) {
			s.calls = append(s.calls, curl(words[i+1:], stdin)...)
			return
		}
	}
}

func firstWord(a, b *syntax.Word) *syntax.Word {
	if a != nil {
		return a
	}
	return b
}

// words expands the words of a command. Each stays one word: it is not split, matched against
// files or multiplied ({1..9}).
func (s *shell) words(words ...*syntax.Word) []string {
	cfg := &expand.Config{Env: envOf{s}, CmdSubst: func(w io.Writer, _ *syntax.CmdSubst) error {
		_, err := io.WriteString(w, absent+command+absent)
		return err
	}}
	var out []string
	for _, w := range words {
		if w == nil {
			continue
		}
		text, err := expand.Literal(cfg, unescapedWord(w))
		if err != nil || len(text) > maxText { // variables of variables grow without end
			return nil
		}
		out = append(out, text)
	}
	return out
}

// unescapedWord returns a word in which x replaces \x outside of quotes, as in a command.
// expand.Literal keeps the backslash.
func unescapedWord(w *syntax.Word) *syntax.Word {
	out := &syntax.Word{}
	for _, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); ok && strings.Contains(lit.Value, `\`) {
			part = &syntax.SglQuoted{Value: escaped.ReplaceAllString(lit.Value, "$1")}
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

var escaped = regexp.MustCompile(`(?s)\\(?:\n|(.))`)

// envOf implements expand.Environ with the variables of a shell.
type envOf struct{ s *shell }

// Get returns the value that the text set, else a stand-in.
func (e envOf) Get(name string) expand.Variable {
	v, ok := e.s.vars[name]
	if !ok {
		v = absent + name + absent
	}
	return expand.Variable{Set: true, Kind: expand.String, Str: v}
}

func (e envOf) Each(yield func(string, expand.Variable) bool) {
	for _, name := range slices.Sorted(maps.Keys(e.s.vars)) {
		if !yield(name, e.Get(name)) {
			return
		}
	}
}

func (s *shell) visit(n syntax.Node) bool {
	var sets []*syntax.Assign
	switch n := n.(type) {
	case *syntax.DeclClause:
		sets = n.Args
	case *syntax.Stmt:
		s.stdin = ""
		for _, r := range n.Redirs {
			words := s.words(firstWord(r.Hdoc, r.Word))
			if len(words) == 1 && (r.Hdoc != nil || r.Op == syntax.WordHdoc) {
				s.stdin = words[0]
			}
		}
	case *syntax.CallExpr:
		sets = n.Assigns
		s.command(s.words(n.Args...), s.stdin)
	}
	for _, a := range sets {
		if a.Name == nil || a.Value == nil {
			continue
		}
		if words := s.words(a.Value); len(words) == 1 {
			s.vars[a.Name.Value] = words[0]
		}
	}
	return true
}
