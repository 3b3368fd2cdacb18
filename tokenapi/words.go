package tokenapi

import (
	"html"
	"strings"
	"unicode"
)

const (
	wordsLimit = 300  // what is quoted of a server, in runes
	rawLimit   = 1200 // the same before masking: a secret cut in half would not be recognised
	mostMarks  = 8    // on one character: more are drawn over the lines above
)

// clean makes a server's text safe for a terminal: escape sequences, control bytes, direction marks and
// invisible characters go, blanks are folded, and at most limit runes stay.
func clean(s string, limit int) string {
	var b strings.Builder
	n, marks, blank := 0, 0, false
	rs := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		switch {
		case r == 0x1b || r == 0x9b || r == 0x9d:
			i = skipEscape(rs, i)
			continue
		case unicode.IsSpace(r):
			blank = n > 0
			continue
		case Hidden(rs, i) || unicode.In(r, unicode.Co, unicode.Cs):
			continue
		case !unicode.Is(unicode.M, r):
			marks = 0
		default:
			if marks++; marks > mostMarks {
				continue
			}
		}
		if n >= limit || blank && n+1 >= limit {
			b.WriteRune('…')
			break
		}
		if blank {
			b.WriteByte(' ')
			n, blank = n+1, false
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimRight(b.String(), " ")
}

// skipEscape gives the index of the last rune of the escape sequence that begins at i. A sequence that
// does not end takes only its introducer with it, so that it cannot swallow the rest of the text.
func skipEscape(rs []rune, i int) int {
	kind, j := rs[i], i+1
	if kind == 0x1b {
		if j >= len(rs) {
			return i
		}
		switch rs[j] {
		case '[':
			kind = 0x9b
		case ']', 'P', '^', '_', 'X':
			kind = 0x9d
		default:
			if rs[j] < ' ' {
				return i
			}
			return j
		}
		j++
	}
	start := j - 1
	for ; j < len(rs) && j-i < 256; j++ {
		r := rs[j]
		if kind == 0x9b {
			if r >= 0x40 && r <= 0x7e {
				return j
			}
			if r < 0x20 || r > 0x7e {
				return start
			}
			continue
		}
		if r == 0x07 || r == 0x9c {
			return j
		}
		if r == 0x1b {
			if j+1 < len(rs) && rs[j+1] == '\\' {
				return j + 1
			}
			return start
		}
	}
	return start
}

// isPage says whether a body is a web page.
func isPage(body []byte) bool {
	head := strings.ToLower(string(body[:min(len(body), 1024)]))
	head = strings.TrimSpace(strings.TrimPrefix(head, "\ufeff"))
	for strings.HasPrefix(head, "<!--") || strings.HasPrefix(head, "<?") {
		_, rest, ok := strings.Cut(head, ">")
		if !ok {
			break
		}
		head = strings.TrimSpace(rest)
	}
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html") ||
		strings.HasPrefix(head, "<head") || strings.HasPrefix(head, "<body") || strings.HasPrefix(head, "<title")
}

// pageTitle gives the title of a web page, or "".
func pageTitle(body []byte) string {
	s := string(body[:min(len(body), 64<<10)])
	low := asciiLower(strings.ToValidUTF8(s, "?"))
	s = strings.ToValidUTF8(s, "?")
	from := strings.Index(low, "<title")
	if from < 0 {
		return ""
	}
	open := strings.IndexByte(low[from:], '>')
	if open < 0 {
		return ""
	}
	from += open + 1
	end := strings.Index(low[from:], "</title")
	if end < 0 {
		return ""
	}
	return clean(html.UnescapeString(s[from:from+end]), rawLimit)
}

// asciiLower folds ASCII letters only: a text whose other letters were folded might have another length.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// keep takes what a terminal would act on out of a text, and nothing else: codes that people type are shown
// as they were given, in their own case and with their own blanks. At most limit runes stay.
func keep(s string, limit int) string {
	var out []rune
	rs := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	for i, r := range rs[:min(len(rs), limit)] {
		if !Hidden(rs, i) && !unicode.In(r, unicode.Co, unicode.Cs) {
			out = append(out, r)
		}
	}
	return string(out)
}
