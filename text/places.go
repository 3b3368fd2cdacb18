package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Place is a position in a file, from line 1 and column 1. The column counts characters. Line 0
// means that there is no position.
type Place struct{ Line, Column int }

// PlaceAt returns the place of an offset of file, in bytes.
func PlaceAt(file string, offset int) Place {
	start := strings.LastIndexByte(file[:offset], '\n') + 1
	line := strings.Count(file[:offset], "\n") + 1
	return Place{line, utf8.RuneCountInString(file[start:offset]) + 1}
}

// PlaceOfError returns the place of a fault that a TOML library reports at an offset of file, which
// may be outside of it. Libraries often report an offset before the spaces in front of the fault.
func PlaceOfError(file string, offset int) Place {
	end := min(max(offset, 0), len(file))
	for end < len(file) && file[end] == ' ' {
		end++
	}
	return PlaceAt(file, end)
}

// Spot holds the places of a key and of the start of its value.
type Spot struct{ Key, Value Place }

// Places holds the place of each key of a TOML file, by its Path. A TOML library reports no place
// for unknown keys and wrong types. In [[arrays]] it reports the last occurrence instead of the
// wrong one.
type Places map[string]Spot

// Path joins the names of tables and keys, and the indexes (int) of elements of arrays, to a key of
// Places. A first part of "" is the top of the file.
func Path(parts ...any) string {
	path := ""
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			path = under(path, "#"+strconv.Itoa(p))
		case string:
			path = under(path, p)
		}
	}
	return path
}

// maxNesting is the maximum depth of brackets, and the maximum number of parts of a dotted key. A
// configuration needs 3. For 100,000 a TOML library needs seconds.
const maxNesting = 32

// scanner finds positions in TOML. It accepts more than TOML and never fails. Its result for a
// broken file is not used, because the library refuses that file.
type scanner struct {
	s      string
	i      int
	line   int
	mark   int // offset up to which column is counted
	column int // characters of the line before mark
	found  Places
	counts map[string]int // elements so far of each [[array]]
	depth  int
	tooFar Place // first place that is nested too deeply
}

// FindKeys finds the keys of a TOML file, and the first place where it is nested too deeply to be
// decoded. A file that is not TOML gets places too, which mean nothing.
func FindKeys(file string) (found Places, tooDeep Place) {
	sc := &scanner{s: file, line: 1, found: Places{}, counts: map[string]int{}}
	table := ""
	for sc.i < len(sc.s) {
		sc.blank(true)
		switch {
		case sc.i >= len(sc.s):
		case sc.s[sc.i] == '[':
			table = sc.header()
		default:
			sc.pair(table)
		}
	}
	return sc.found, sc.tooFar
}

// here returns the current place. It counts from the place that it returned last, because a line
// may be a megabyte long and hold thousands of keys.
func (sc *scanner) here() Place {
	sc.column += utf8.RuneCountInString(sc.s[sc.mark:sc.i])
	sc.mark = sc.i
	return Place{sc.line, sc.column + 1}
}

func (sc *scanner) next(b byte) bool { return sc.i < len(sc.s) && sc.s[sc.i] == b }

// skip passes n bytes, counting lines.
func (sc *scanner) skip(n int) {
	for end := min(sc.i+n, len(sc.s)); sc.i < end; {
		sc.i++
		if sc.s[sc.i-1] == '\n' {
			sc.line, sc.mark, sc.column = sc.line+1, sc.i, 0
		}
	}
}

// blank passes white space, and with lines also line ends and comments.
func (sc *scanner) blank(lines bool) {
	for sc.i < len(sc.s) {
		switch c := sc.s[sc.i]; {
		case c == ' ' || c == '\t':
			sc.i++
		case lines && (c == '\n' || c == '\r'):
			sc.skip(1)
		case lines && c == '#':
			sc.rest()
		default:
			return
		}
	}
}

// rest passes the rest of the line, up to its end.
func (sc *scanner) rest() {
	if n := strings.IndexByte(sc.s[sc.i:], '\n'); n >= 0 {
		sc.i += n
		return
	}
	sc.i = len(sc.s)
}

// header reads [a.b] or [[a.b]] and returns the path of the table that it opens.
func (sc *scanner) header() string {
	p := sc.here()
	double := strings.HasPrefix(sc.s[sc.i:], "[[")
	sc.skip(1)
	if double {
		sc.skip(1)
	}
	path := ""
	parts := sc.dotted()
	for i, part := range parts {
		path = under(path, part)
		if _, ok := sc.found[path]; !ok {
			sc.found[path] = Spot{p, p}
		}
		n := sc.counts[path]
		if last := i == len(parts)-1; last && double {
			sc.counts[path]++
		} else if n > 0 {
			n-- // below the element that was opened last
		} else {
			continue
		}
		path = under(path, "#"+strconv.Itoa(n))
		if _, ok := sc.found[path]; !ok {
			sc.found[path] = Spot{p, p}
		}
	}
	sc.rest()
	return path
}

// pair reads key = value into the table at path, and always moves on.
func (sc *scanner) pair(path string) {
	before := sc.i
	key := sc.here()
	var fresh []string
	for _, part := range sc.dotted() {
		path = under(path, part)
		if _, ok := sc.found[path]; !ok {
			sc.found[path] = Spot{key, key}
			fresh = append(fresh, path)
		}
	}
	sc.blank(false)
	if sc.next('=') {
		sc.skip(1)
		sc.blank(false)
		for _, f := range fresh {
			sc.found[f] = Spot{key, sc.here()}
		}
		sc.value(path)
	}
	if sc.i == before {
		sc.skip(1)
	}
}

// under returns the path of part, which is in the table or array at path.
func under(path, part string) string {
	if path == "" {
		return part
	}
	return path + "\x00" + part
}

// dotted reads a.b."c d" and returns its parts.
func (sc *scanner) dotted() []string {
	var parts []string
	for {
		sc.blank(false)
		p, from := sc.here(), sc.i
		if sc.next('"') || sc.next('\'') {
			sc.quoted()
			parts = append(parts, unquoteKey(sc.s[from:sc.i]))
		} else {
			for sc.i < len(sc.s) && !strings.ContainsRune(" \t\r\n.=[]{},#\"'", rune(sc.s[sc.i])) {
				sc.i++
			}
			if sc.i == from {
				return parts
			}
			parts = append(parts, sc.s[from:sc.i])
		}
		if len(parts) > maxNesting {
			sc.tooDeep(p)
			parts = parts[:maxNesting]
		}
		sc.blank(false)
		if !sc.next('.') {
			return parts
		}
		sc.skip(1)
	}
}

// unquoteKey decodes a quoted key, which has the escapes of Go and \e. A broken key stays as it is.
func unquoteKey(raw string) string {
	if len(raw) < 2 || raw[len(raw)-1] != raw[0] {
		return raw
	}
	inner := raw[1 : len(raw)-1]
	if raw[0] == '\'' {
		return inner
	}
	var key []rune
	for inner != "" {
		if rest, ok := strings.CutPrefix(inner, `\e`); ok {
			key, inner = append(key, esc), rest
			continue
		}
		r, _, rest, err := strconv.UnquoteChar(inner, '"')
		if err != nil {
			return raw
		}
		key, inner = append(key, r), rest
	}
	return string(key)
}

func (sc *scanner) tooDeep(p Place) {
	if sc.tooFar.Line == 0 {
		sc.tooFar = p
	}
}

// value passes one value, noting the keys inside.
func (sc *scanner) value(path string) {
	if sc.depth > maxNesting {
		sc.tooDeep(sc.here())
		sc.skip(len(sc.s))
		return
	}
	sc.depth++
	defer func() { sc.depth-- }()
	switch {
	case sc.next('"') || sc.next('\''):
		sc.quoted()
	case sc.next('['):
		sc.list(']', func(i int) {
			element := under(path, "#"+strconv.Itoa(i))
			sc.found[element] = Spot{sc.here(), sc.here()}
			sc.value(element)
		})
	case sc.next('{'):
		sc.list('}', func(int) { sc.pair(path) })
	default:
		for sc.i < len(sc.s) && !strings.ContainsRune(",]}#\n", rune(sc.s[sc.i])) {
			sc.i++
		}
	}
}

// list passes the elements up to the closing bracket, separated by commas.
func (sc *scanner) list(end byte, element func(int)) {
	sc.skip(1)
	for n := 0; ; n++ {
		sc.blank(true)
		for sc.next(',') {
			sc.skip(1)
			sc.blank(true)
		}
		if sc.i >= len(sc.s) || sc.next(end) {
			sc.skip(1)
			return
		}
		before := sc.i
		element(n)
		if sc.i == before {
			sc.skip(1)
		}
	}
}

// quoted passes a string of any of the four kinds.
func (sc *scanner) quoted() {
	q := sc.s[sc.i : sc.i+1]
	escapes := q == `"`
	if strings.HasPrefix(sc.s[sc.i:], q+q+q) {
		q += q + q
	}
	sc.skip(len(q))
	for sc.i < len(sc.s) {
		rest := sc.s[sc.i:]
		switch {
		case escapes && rest[0] == '\\':
			sc.skip(2)
		case strings.HasPrefix(rest, q):
			sc.skip(len(q))
			// up to two quotes more belong to the text of a multi-line string
			for n := 0; len(q) == 3 && n < 2 && sc.next(q[0]); n++ {
				sc.skip(1)
			}
			return
		case rest[0] == '\n' && len(q) == 1:
			return // broken: do not swallow the rest of the file
		default:
			sc.skip(1)
		}
	}
}
