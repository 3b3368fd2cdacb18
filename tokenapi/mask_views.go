package tokenapi

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const deepest = 3 // nested encodings; each level costs a few times the length of its text

// viewsOf calls see with a text and with its decoded forms, until see returns false. It decodes
// escapes of HTML, URLs, JSON and mail (up to four times), numbers of characters, and hexadecimal
// with any separators. It also decodes base64 from any position, and then looks for further
// encodings in the results.
func viewsOf(s string, see func(view string) bool) {
	if !see(s) {
		return
	}
	level := []string{s}
	for depth := range deepest {
		var next []string
		for _, text := range level {
			going := decoded(text, func(view string, encodes bool) bool {
				if !see(view) {
					return false
				}
				if !encodes || depth == deepest-1 {
					return true
				}
				if inner := printable(view); inner != "" {
					next = append(next, inner)
				}
				return true
			})
			if !going {
				return
			}
		}
		level = next
	}
}

// decoded calls see with the decoded forms of a text, until see returns false. encodes reports that
// the view may hold another encoding. decoded returns false if see does.
func decoded(s string, see func(view string, encodes bool) bool) bool {
	plain := s
	for range 4 {
		next := unescaped(plain)
		if next == plain {
			break
		}
		if plain = next; !see(plain, false) {
			return false
		}
	}
	show := func(view string, encodes bool) bool {
		return len(view) < shortest || see(view, encodes)
	}
	return inAlphabets(s, show) && (plain == s || inAlphabets(plain, show))
}

// inAlphabets calls show with a text decoded from hexadecimal, numbers, quoted-printable and
// base64. It returns false if show does.
func inAlphabets(s string, show func(view string, encodes bool) bool) bool {
	digits := hexDigits(s)
	for phase := range min(2, len(digits)) {
		if !show(fromHex(digits[phase:]), true) {
			return false
		}
	}
	for _, base := range []int{2, 8, 10} {
		if !show(numbered(s, base), true) {
			return false
		}
	}
	if strings.IndexByte(s, '=') >= 0 && !show(quotedPrintable(s)) {
		return false
	}
	sextets := base64Sextets(s)
	for phase := range min(4, len(sextets)) {
		if !show(fromSextets(sextets[phase:]), true) {
			return false
		}
	}
	return true
}

// printable returns the longer runs of printable ASCII in a view. Only these can hold another
// encoding, and a view of unencoded text has few.
func printable(view string) string {
	const shortestRun = 2 * shortest
	var out, run []byte
	for i := 0; i <= len(view); i++ {
		if i < len(view) {
			switch c := view[i]; {
			case c == 0: // a byte of UTF-16
				continue
			case c >= ' ' && c < 0x7f, c == '\n', c == '\r', c == '\t':
				run = append(run, c)
				continue
			}
		}
		if len(run) >= shortestRun {
			out = append(append(out, run...), '\n')
		}
		run = run[:0]
	}
	return string(out)
}

// unescaped decodes each escape of HTML, URLs, JSON, Go and JavaScript once.
func unescaped(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	if !strings.ContainsAny(s, `%\+`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size, isByte := escapeAt(s[i:])
		switch {
		case size == 0:
			b.WriteByte(s[i])
			i++
			continue
		case isByte:
			b.WriteByte(byte(r)) //nolint:gosec // it was read from two digits
		case utf16.IsSurrogate(r):
			low, more, _ := escapeAt(s[i+size:])
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				r, size = both, size+more
			}
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// escapeAt reads the escape at the start of a text: %2f, %u002f, \u002f, \u{2f}, \U0000002f, \x2f,
// \57, \/ or U+002F. size is 0 if there is none.
func escapeAt(s string) (r rune, size int, isByte bool) {
	if len(s) < 2 {
		return 0, 0, false
	}
	digits := func(from, n, base int) (rune, int) {
		if len(s) < from+n {
			return 0, 0
		}
		v, err := strconv.ParseUint(s[from:from+n], base, 31)
		if err != nil {
			return 0, 0
		}
		return rune(v), from + n //nolint:gosec // 31 bits
	}
	switch {
	case s[0] == '%' && (s[1] == 'u' || s[1] == 'U'),
		s[0] == '\\' && s[1] == 'u' && !strings.HasPrefix(s, `\u{`), s[0] == 'U' && s[1] == '+':
		r, size = digits(2, 4, 16)
	case s[0] == '%':
		r, size = digits(1, 2, 16)
		isByte = true
	case s[0] != '\\':
	case (s[1] == 'u' || s[1] == 'x') && len(s) > 2 && s[2] == '{':
		if end := strings.IndexByte(s[:min(len(s), 12)], '}'); end > 3 {
			if r, size = digits(3, end-3, 16); size > 0 {
				size++
			}
		}
	case s[1] == 'x':
		r, size = digits(2, 2, 16)
		isByte = true
	case s[1] == 'U':
		r, size = digits(2, 8, 16)
	case s[1] >= '0' && s[1] <= '3':
		if r, size = digits(1, 3, 8); size == 0 {
			return 0, 2, true // NUL
		}
		isByte = true
	case strings.IndexByte("nrtbfv", s[1]) >= 0:
		return '\n', 2, true
	default:
		return rune(s[1]), 2, true
	}
	return r, size, isByte
}

// hexDigits returns the values of the hexadecimal digits of a text, without those of 0x.
func hexDigits(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i] | 0x20; {
		case s[i] == '0' && i+1 < len(s) && s[i+1]|0x20 == 'x':
			i++
		case s[i] >= '0' && s[i] <= '9':
			out = append(out, s[i]-'0')
		case c >= 'a' && c <= 'f':
			out = append(out, c-'a'+10)
		}
	}
	return out
}

func fromHex(digits []byte) string {
	out := make([]byte, 0, len(digits)/2)
	for i := 0; i+1 < len(digits); i += 2 {
		out = append(out, digits[i]<<4|digits[i+1])
	}
	return string(out)
}

// numbered reads the numbers of a text as character codes: [99, 52, 110], or 099052110.
func numbered(s string, base int) string {
	width, longest := 3, 3 // digits of a number among joined ones, and of a separate one
	switch base {
	case 2:
		width, longest = 8, 8
	case 8:
		longest = 4
	}
	var out []byte
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		step := end - i
		if step > longest && step%width == 0 {
			step = width
		}
		for ; step > 0 && step <= longest && i < end; i += step {
			if v, err := strconv.ParseUint(s[i:i+step], base, 8); err == nil {
				out = append(out, byte(v))
			}
		}
		i = end + 1
	}
	return string(out)
}

// quotedPrintable decodes =2F and removes soft line breaks, also those that became a space (RFC
// 2045 section 6.7). encodes is false if there was no more than "=" at the end of base64.
func quotedPrintable(s string) (plain string, encodes bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '=' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		if s[i+1] <= ' ' {
			continue
		}
		if v, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8); err == nil && i+2 < len(s) {
			b.WriteByte(byte(v))
			i += 2
			encodes = true
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String(), encodes
}

// base64Sextets returns the values of the base64 letters in a text, of both alphabets.
func base64Sextets(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			out = append(out, c-'A')
		case c >= 'a' && c <= 'z':
			out = append(out, c-'a'+26)
		case c >= '0' && c <= '9':
			out = append(out, c-'0'+52)
		case c == '+' || c == '-':
			out = append(out, 62)
		case c == '/' || c == '_':
			out = append(out, 63)
		}
	}
	return out
}

func fromSextets(v []byte) string {
	out := make([]byte, 0, len(v)*3/4)
	for ; len(v) >= 4; v = v[4:] {
		out = append(out, v[0]<<2|v[1]>>4, v[1]<<4|v[2]>>2, v[2]<<6|v[3])
	}
	if len(v) >= 2 {
		out = append(out, v[0]<<2|v[1]>>4)
	}
	if len(v) == 3 {
		out = append(out, v[1]<<4|v[2]>>2)
	}
	return string(out)
}
