package paste

import (
	"regexp"
	"strings"
)

var (
	caretEnd    = regexp.MustCompile(`(?m)\^[ \t]*$`)
	backtickEnd = regexp.MustCompile("(?m)[ \\t]`(?:[ \\t]*$|[ \\t]+-{1,2}[A-Za-z])")
	setsName    = regexp.MustCompile(`(?m)^[ \t]*\$(?:env:)?[A-Za-z_]\w*[ \t]*=`)
)

// ofPrompt reports whether a text is for the Windows command prompt: it has lines that end in ^,
// or ^ before quotes.
func ofPrompt(text string) bool {
	return caretEnd.MatchString(text) || strings.Contains(text, ` ^"`)
}

// ofPowerShell reports whether a text is for PowerShell: it has lines that end in a backtick, or
// $name = value.
func ofPowerShell(text string) bool {
	return backtickEnd.MatchString(text) || setsName.MatchString(text) ||
		strings.Contains(text, "$env:") || strings.Contains(text, "curl.exe") &&
		(strings.Contains(text, "''") || strings.Contains(text, "`\""))
}

// lexer splits commands into words as PowerShell does or, with cmd, as the Windows command prompt.
type lexer struct {
	text  string
	cmd   bool
	at    int
	vars  map[string]string
	words []string
	word  strings.Builder
	begun bool // there is a word, which may be empty
}

// runWindows reads the commands of a text for Windows.
func (s *shell) runWindows(l lexer) error {
	l.vars = s.vars
	read := l.powerShell
	if l.cmd {
		l.text = unCaret(l.text)
		read = l.arguments
	}
	for l.at < len(l.text) {
		if !read() {
			return errShell
		}
		words := l.words
		l.words = nil
		first := strings.Join(words[:min(1, len(words))], "")
		if name, ok := strings.CutPrefix(first, "$="); ok && !l.cmd {
			if words = words[1:]; len(words) == 1 {
				s.vars[name] = words[0]
			}
		}
		s.command(words, "")
	}
	return nil
}

func (l *lexer) put(text string) { l.word.WriteString(text); l.begun = true }

func (l *lexer) endWord() {
	if l.begun {
		l.words = append(l.words, l.word.String())
	}
	l.word.Reset()
	l.begun = false
}

// unCaret resolves what the command prompt resolves before a program gets its line. ^ outside of
// quotes escapes the next character, %NAME% is a variable, and & | < > end the arguments of the
// program. The ends of commands become newlines.
func unCaret(text string) string {
	text = blankAfter.ReplaceAllString(text, "$1\n")
	var out strings.Builder
	quoted, redirected := false, false
	put := func(c string) {
		if !redirected {
			out.WriteString(c)
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '^' && !quoted && i+1 < len(text):
			if i++; text[i] == '\n' {
				put(" ")
				continue
			}
			put(text[i : i+1])
		case c == '\n', (c == '&' || c == '|') && !quoted:
			quoted, redirected = false, false
			put("\n")
		case (c == '<' || c == '>') && !quoted: // the rest of the line is not for the program
			redirected = true
			line := strings.TrimRight(out.String(), "12")
			if strings.HasSuffix(line, " ") && c == '>' { // 2>nul
				out.Reset()
				out.WriteString(line)
			}
		case c == '%':
			if at := percentName.FindStringSubmatch(text[i:]); at != nil {
				put(absent + at[1] + absent)
				i += len(at[0]) - 1
				continue
			}
			put("%")
		default:
			if c == '"' {
				quoted = !quoted
			}
			put(text[i : i+1])
		}
	}
	return out.String()
}

var percentName = regexp.MustCompile(`^%([A-Za-z_]\w*)%`)

// arguments splits one line as programs of Windows do: \" and "" are a quote between quotes.
// Single quotes quote nothing there. They are read as quotes all the same if they hold a whole
// word.
func (l *lexer) arguments() bool {
	quote := byte(0)
	for ; l.at < len(l.text); l.at++ {
		c := l.text[l.at]
		next := byte(0)
		if l.at+1 < len(l.text) {
			next = l.text[l.at+1]
		}
		switch {
		case c == '\n':
			l.at++
			l.endWord()
			return quote == 0
		case c == '\\' && next == '"' && quote != '\'', c == '"' && next == '"' && quote == '"':
			l.at++
			l.put(`"`)
		case quote != 0 && c == quote:
			quote = 0
		case c == '"' && quote == 0,
			c == '\'' && quote == 0 && !l.begun && strings.Contains(l.text[l.at+1:], "'"):
			quote = c
			l.put("")
		case (c == ' ' || c == '\t') && quote == 0:
			l.endWord()
		default:
			l.put(l.text[l.at : l.at+1])
		}
	}
	l.endWord()
	return quote == 0
}

// escapes are the characters that a backtick and a letter stand for in PowerShell.
var escapes = map[byte]string{
	'n': "\n", 'r': "\r", 't': "\t", '0': "", 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v",
}

var (
	dollarName = regexp.MustCompile(`^\$(?:\{([^}\n]+)\}|((?:env:|script:|global:)?[A-Za-z_]\w*))`)
	assignment = regexp.MustCompile(`^[ \t]*\$((?:env:|script:|global:)?[A-Za-z_]\w*)[ \t]*=[ \t]*`)
)

// powerShell reads one command. Its first word is "$=name" if it sets a variable.
func (l *lexer) powerShell() bool {
	if at := assignment.FindStringSubmatch(l.text[l.at:]); at != nil {
		l.words = append(l.words, "$="+at[1])
		l.at += len(at[0])
	}
	for l.at < len(l.text) {
		c := l.text[l.at]
		rest := l.text[l.at:]
		switch {
		case strings.HasPrefix(rest, "@\"\n"), strings.HasPrefix(rest, "@'\n"):
			end := strings.Index(rest, "\n"+rest[1:2]+"@")
			if end < 2 {
				return false
			}
			inner := lexer{text: rest[min(3, end):end], vars: l.vars}
			if c := rest[1]; c == '\'' {
				inner.put(inner.text)
			} else {
				inner.inQuotes(0)
			}
			l.put(inner.word.String())
			l.at += end + 3
			continue
		case c == '\'':
			l.at++
			if !l.single() {
				return false
			}
			continue
		case c == '"':
			l.at++
			l.begun = true
			if !l.inQuotes('"') {
				return false
			}
			continue
		case c == '`' && len(rest) > 1 && rest[1] == '\n':
			l.endWord()
			l.at += 2
			continue
		case c == '`':
			if blank := strings.TrimLeft(rest[1:], " \t"); blank == "" || blank[0] == '\n' {
				l.endWord()
				l.at += len(rest) - len(blank)
				l.at = min(l.at+1, len(l.text))
				continue
			}
			if !l.begun && strings.HasPrefix(rest, "` ") { // the end of a line was lost behind it
				l.at++
				continue
			}
			l.escape()
			continue
		case c == '$':
			l.dollar()
			continue
		case c == '\n', c == ';', c == '|', c == '&' && len(l.words) > 0 && !l.begun:
			l.at++
			l.endWord()
			return true
		case c == '&', c == '(' && !l.begun && len(l.words) <= 1: // & curl.exe …, (curl.exe …)
		case c == '>' && (!l.begun || strings.Trim(l.word.String(), "12*") == ""): // 2>$null
			l.word.Reset()
			l.begun = false
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				l.at += end
			} else {
				l.at = len(l.text)
			}
			continue
		case c == '#' && !l.begun:
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				l.at += end
			} else {
				l.at = len(l.text)
			}
			continue
		case c == ' ' || c == '\t':
			l.endWord()
		default:
			l.put(rest[:1])
		}
		l.at++
	}
	l.endWord()
	return true
}

// single reads up to the closing single quote. Two of them are one quote.
func (l *lexer) single() bool {
	for l.begun = true; l.at < len(l.text); l.at++ {
		if l.text[l.at] == '\'' {
			if l.at++; l.at >= len(l.text) || l.text[l.at] != '\'' {
				return true
			}
		}
		l.put(l.text[l.at : l.at+1])
	}
	return false
}

// inQuotes reads up to the closing double quote, or to the end of the text if end is 0.
func (l *lexer) inQuotes(end byte) bool {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == end && strings.HasPrefix(l.text[l.at:], `""`):
			l.put(`"`)
			l.at += 2
		case c == end:
			l.at++
			return true
		case c == '`' && l.at+1 < len(l.text):
			l.escape()
		case c == '$':
			l.dollar()
		default:
			l.put(l.text[l.at : l.at+1])
			l.at++
		}
	}
	return end == 0
}

// escape reads a backtick and the character after it.
func (l *lexer) escape() {
	l.at++
	if l.at < len(l.text) {
		c := l.text[l.at]
		if text, ok := escapes[c]; ok {
			l.put(text)
		} else {
			l.put(l.text[l.at : l.at+1])
		}
		l.at++
	}
}

// dollar reads a variable or $(…). It runs nothing.
func (l *lexer) dollar() {
	rest := l.text[l.at:]
	if strings.HasPrefix(rest, "$(") {
		depth, i := 0, 1
		for ; i < len(rest); i++ {
			if rest[i] == '(' {
				depth++
			} else if rest[i] == ')' {
				if depth--; depth == 0 {
					i++
					break
				}
			}
		}
		l.put(absent + command + absent)
		l.at += i
		return
	}
	at := dollarName.FindStringSubmatch(rest)
	if at == nil {
		l.put("$")
		l.at++
		return
	}
	name := at[1] + at[2]
	value, ok := l.vars[name]
	if !ok {
		value = absent + name + absent
	}
	if l.word.Len()+len(value) <= maxText { // variables of variables grow without end
		l.put(value)
	}
	l.at += len(at[0])
}
