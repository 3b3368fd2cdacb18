package tokenapi

import (
	"bytes"
	"encoding/ascii85"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"mime/quotedprintable"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"lanyard/tokenapi/secret"
)

// echoesOf returns the forms in which a server may repeat a secret, other than its usual encodings,
// and some of those. They are made with other code than the code that finds them.
func echoesOf(s string) map[string]string {
	n := len(s)
	each := func(format, sep string) string {
		var b []string
		for _, c := range []byte(s) {
			b = append(b, fmt.Sprintf(format, c))
		}
		return strings.Join(b, sep)
	}
	std, raw := base64.StdEncoding, base64.RawURLEncoding
	every := func(s, sep string, n int) string {
		var b []string
		for c := range slices.Chunk([]byte(s), n) {
			b = append(b, string(c))
		}
		return strings.Join(b, sep)
	}
	swap := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 32
		case r >= 'A' && r <= 'Z':
			return r + 32
		}
		return r
	}, s)
	wide := strings.Map(func(r rune) rune { return r - '!' + 0xff01 }, s)
	var mail bytes.Buffer
	w := quotedprintable.NewWriter(&mail)
	_, _ = w.Write([]byte(strings.Repeat("said ", 12) + s))
	_ = w.Close()
	var little, big []byte
	for _, u := range utf16.Encode([]rune(s)) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	backwards := []byte(s)
	slices.Reverse(backwards)
	inJSON, _ := json.Marshal(map[string]string{"client_secret": s})
	again, _ := json.Marshal(string(inJSON))
	look := func(capital, small, digit rune) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= 'A' && r <= 'Z':
				return r - 'A' + capital
			case r >= 'a' && r <= 'z':
				return r - 'a' + small
			case r >= '0' && r <= '9' && digit != 0:
				return r - '0' + digit
			}
			return r
		}, s)
	}
	a85 := func(s string) string {
		text := make([]byte, ascii85.MaxEncodedLen(len(s)))
		return string(text[:ascii85.Encode(text, []byte(s))])
	}
	all := map[string]string{
		"whole":                      s,
		"without the first":          s[1:],
		"without the last":           s[:n-1],
		"without both ends":          s[min(3, n-3) : n-3],
		"the first half, cut":        s[:n/2+1] + "…",
		"the first half, dots":       s[:n/2+1] + "...",
		"the second half":            "…" + s[n/2-1:],
		"the middle starred":         s[:min(13, n)] + "****" + s[max(n-13, 0):],
		"cut by a letter":            s[:n/2] + "X" + s[n/2:],
		"cut by a blank":             s[:n/2] + " " + s[n/2:],
		"cut by a hyphen":            s[:n/2] + "-" + s[n/2:],
		"cut by a line break":        s[:n/2] + "\r\n\t" + s[n/2:],
		"cut by a soft hyphen":       s[:n/2] + "\u00ad" + s[n/2:],
		"cut by a zero width space":  s[:n/2] + "\u200b" + s[n/2:],
		"cut by a control character": s[:n/2] + "\x01" + s[n/2:],
		"cut by an escape sequence":  s[:n/2] + "\x1b[31m" + s[n/2:],
		"cut by a combining mark":    s[:n/2] + "\u0301" + s[n/2:],
		"cut by &shy;":               s[:n/2] + "&shy;" + s[n/2:],
		"cut by <wbr>":               s[:n/2] + "<wbr>" + s[n/2:],
		"a character lost":           s[:n/2] + s[n/2+1:],
		"a character changed":        s[:n/2] + "_" + s[n/2+1:],
		"in fours":                   every(s, " ", 4),
		"in fours with hyphens":      every(s, "-", 4),
		"letter by letter":           every(s, " ", 1),
		"letter by letter, in lines": every(s, "\n", 1),
		"letter by letter, quoted":   `["` + every(s, `","`, 1) + `"]`,
		"zero width between all":     every(s, "\u200c", 1),
		"small":                      strings.ToLower(s),
		"capitals":                   strings.ToUpper(s),
		"other case":                 swap,
		"capitals, cut":              strings.ToUpper(s[1 : n-1]),
		"wide letters":               wide,
		"backwards":                  string(backwards),
		"decimal entities":           each("&#%d;", ""),
		"decimal entities, zeros":    each("&#%05d;", ""),
		"decimal entities, open":     each("&#%d", ""),
		"hexadecimal entities":       each("&#x%x;", ""),
		"hexadecimal ENTITIES":       each("&#X%X;", ""),
		"entities twice":             html.EscapeString(each("&#%d;", "")),
		"entities of entities of entities": html.EscapeString(
			html.EscapeString(each("&#x%x;", ""))),
		"one entity in the middle": s[:n/2] + fmt.Sprintf("&#%d;", s[n/2]) + s[n/2+1:],
		"percent":                  each("%%%02x", ""),
		"percent, cut":             each("%%%02X", "")[4:min(70, 3*n)],
		"percent twice":            each("%%25%02x", ""),
		"percent three times":      each("%%2525%02x", ""),
		"percent u":                each("%%u%04x", ""),
		"percent of one":           s[:n/2] + fmt.Sprintf("%%%02x", s[n/2]) + s[n/2+1:],
		"percent in entities": strings.ReplaceAll(each("%%%02x", ""),
			"%", "&percnt;"),
		"hex": hex.EncodeToString([]byte(s)),
		"HEX, cut": strings.ToUpper(
			hex.EncodeToString([]byte(s)))[1:min(50, 2*n)],
		"hex, spaced":                each("%02x", " "),
		"HEX, spaced":                each("%02X", " "),
		"hex, colons":                each("%02x", ":"),
		"hex, hyphens":               each("%02X", "-"),
		"hex, 0x":                    each("0x%02x", ", "),
		"hex, x":                     each(`\x%02x`, ""),
		"hex, in words":              every(hex.EncodeToString([]byte(s)), " ", 4),
		"hex of UTF-16":              hex.EncodeToString(little),
		"hex of UTF-16, big":         hex.EncodeToString(big),
		"numbers":                    "[" + each("%d", ", ") + "]",
		"octal":                      each("%o", " "),
		"octal escapes":              each(`\%03o`, ""),
		"binary":                     each("%08b", " "),
		"JSON escapes":               each(`\u%04x`, ""),
		"JSON escapes, twice":        each(`\\u%04x`, ""),
		"JavaScript escapes":         each(`\u{%x}`, ""),
		"Go escapes":                 each(`\U%08x`, ""),
		"code points":                each("U+%04X", " "),
		"one JSON escape":            s[:n/2] + fmt.Sprintf(`\u%04x`, s[n/2]) + s[n/2+1:],
		"JSON in JSON":               string(again),
		"quoted-printable, all":      each("=%02X", ""),
		"quoted-printable, in lines": mail.String(),
		"base64":                     std.EncodeToString([]byte(s)),
		"base64 at 1":                std.EncodeToString([]byte("a" + s)),
		"base64 at 2":                std.EncodeToString([]byte("ab" + s)),
		"base64url":                  raw.EncodeToString([]byte(s)),
		"base64, cut at both ends":   std.EncodeToString([]byte(s))[3:min(28, n)],
		"base64, in lines": every(std.EncodeToString([]byte("k:"+s)), "\r\n",
			20),
		"base64, small":            strings.ToLower(std.EncodeToString([]byte(s))),
		"base64 of key and secret": "Basic " + std.EncodeToString([]byte("keyid:"+s)),
		"base64 of key and secret, escaped": std.EncodeToString(
			[]byte("key:" + url.QueryEscape(s))),
		"base64 of capitals": std.EncodeToString(
			[]byte("key:" + strings.ToUpper(s))),
		"base64 of UTF-16": std.EncodeToString(little),
		"base64 of JSON":   raw.EncodeToString(inJSON),
		"base64 twice": std.EncodeToString(
			[]byte(std.EncodeToString([]byte("k:" + s)))),
		"base64 of hex": std.EncodeToString(
			[]byte(hex.EncodeToString([]byte(s)))),
		"base64 in a URL": url.QueryEscape(
			std.EncodeToString([]byte("k:" + s))),
		"hex of base64": hex.EncodeToString(
			[]byte(std.EncodeToString([]byte(s)))),
		"mathematical letters": look('\U0001d400', '\U0001d41a', '\U0001d7ce'),
		"monospaced letters":   look('\U0001d670', '\U0001d68a', '\U0001d7f6'),
		"circled letters":      look('Ⓐ', 'ⓐ', 0),
		"base32":               base32.StdEncoding.EncodeToString([]byte(s)),
		"base32 at 3, small": strings.ToLower(
			base32.StdEncoding.EncodeToString([]byte("abc" + s))),
		"base32, hexadecimal alphabet": base32.HexEncoding.EncodeToString([]byte("k:" + s)),
		"ascii85":                      a85(s),
		"ascii85 at 1":                 a85("a" + s),
		"ascii85 at 3":                 a85("abc" + s),
		"numbers, one":                 each("%03d", ""),
		"octal, one":                   each("%03o", ""),
		"binary, one":                  each("%08b", ""),
		"in a path": "https://h.example/t/" + url.PathEscape(s[1:n-1]) +
			"/x",
		"in a query": "https://h.example/?a=1&x=" +
			url.QueryEscape(s[1:n-1]),
		"under a name":                        "client_secret=" + s[1:n-1] + "&x=1",
		"after Bearer":                        "Bearer " + s[:n-2],
		"in XML":                              "<v>" + s[1:n-1] + "</v>",
		"between letters":                     "zz" + s[1:n-1] + "zz",
		"twelve of it":                        s[2:min(14, n)],
		"twelve of it in capitals and spaced": every(strings.ToUpper(s[2:min(14, n)]), " ", 3),
	}
	return all
}

// remains returns a piece of a form that is still in the shown text, or "". The part that another
// secret's form has too is its frame and does not count.
func remains(out, form, frame string) string {
	const piece = 8
	out = strings.ReplaceAll(out, textOmitted, "")
	for i := 0; i+piece <= len(form); i++ {
		if p := form[i : i+piece]; strings.Contains(out, p) && !strings.Contains(frame, p) {
			return p
		}
	}
	return ""
}

// A secret that a server repeats in any form is removed from every text.
func TestMaskEchoes(t *testing.T) {
	t.Parallel()
	forms := 0
	for _, hidden := range []string{"c4nQ7xW2mK9pR4tL8vB3nZ6dJ1sF",
		`c4n-ary/S+e="Q7x&W2m<K9>?~Zp'R4t`, "3f9ca71e-5f70-4c2e-9a56-0d9c1e3f7a10",
		"Correct-Horse%41Battery=2FStaple"} {
		frames := echoesOf(strings.Map(func(r rune) rune { return '!' + (r-'!'+31)%94 }, hidden))
		for name, form := range echoesOf(hidden) {
			forms++
			var m masker
			m.add(hidden, name == "whole")
			m.public("keyid")
			for way, out := range map[string]string{
				"text":  m.text("You sent " + form + " to us."),
				"words": m.words("You sent "+form+" to us.", 4*wordsLimit),
				"alone": m.words(form, 100),
				"body": m.body(fmt.Appendf(nil, `{"said":%q,"x":"y"}`,
					strings.ToValidUTF8("You sent "+form+" to us.", "?"))),
			} {
				if left := remains(out, form, frames[name]); left != "" {
					t.Errorf("%s, %s: %q is left of %q: %q", hidden, name, left, form, out)
					break
				} else if way != "body" && !strings.Contains(out, secret.Mask) &&
					!strings.Contains(out, textOmitted) {
					t.Errorf("%s, %s: %s does not say that something is missing: %q", hidden, name,
						way, out)
				}
			}
		}
	}
	if forms < 4*60 {
		t.Errorf("only %d forms", forms)
	}
}

// A secret of fewer than 12 characters is not shown as a whole, and one of fewer than 8 not as a
// word.
func TestMaskEchoesOfShortSecrets(t *testing.T) {
	t.Parallel()
	const long = "c4nQ7xW2m9K"
	for hidden, names := range map[string][]string{
		long: {"decimal entities", "hex, spaced", "other case", "base64 at 1",
			"base64 of key and secret, escaped", "in fours", "percent twice", "numbers",
			"JSON escapes", "wide letters", "cut by &shy;"},
		"c4nQ7": {"whole", "small", "capitals", "other case", "decimal entities", "percent",
			"percent twice", "JSON escapes", "hexadecimal entities", "base64"},
	} {
		for _, name := range names {
			var m masker
			m.add(hidden, false)
			form := echoesOf(hidden)[name]
			if out := m.text("You sent " + form + " to us."); strings.Contains(out, form) {
				t.Errorf("%s, %s: %q is left: %q", hidden, name, form, out)
			}
		}
	}
}

// Encodings are decoded if they are nested, also within themselves.
func TestMaskEchoesNested(t *testing.T) {
	t.Parallel()
	const hidden = "c4nQ7xW2mK9pR4tL8vB3nZ6dJ1sF"
	kinds := []string{
		"hex", "hex, colons", "numbers", "numbers, one", "octal", "binary", "base64", "base64 at 1",
		"base64url", "base64 of UTF-16", "hex of UTF-16, big", "quoted-printable, all", "percent",
		"decimal entities", "JSON escapes",
	}
	as := func(kind, s string) string { return echoesOf(s)[kind] }
	for _, inner := range kinds {
		for _, outer := range kinds {
			form := as(outer, as(inner, hidden))
			var m masker
			m.add(hidden, false)
			if out := m.text("You sent " + form + " to us."); strings.Contains(out,
				form[len(form)/2:]) {
				t.Errorf("%s within %s: %.80q", inner, outer, out)
			}
		}
		if form := as("base64", as("hex", as(inner, hidden))); !repeated(hidden,
			"You sent "+form+" to us.") {
			t.Errorf("%s within hex within base64 is shown", inner)
		}
	}
}

func repeated(hidden, said string) bool {
	var m masker
	m.add(hidden, false)
	return m.text(said) != said
}

// A server may return a token that is a UUID as its bytes.
func TestMaskEchoesOfBytes(t *testing.T) {
	t.Parallel()
	raw := []byte{0x3f, 0x9c, 0xa7, 0x1e, 0x5f, 0x70, 0x4c, 0x2e, 0x9a, 0x56, 0x0d, 0x9c, 0x1e,
		0x3f, 0x7a, 0x10}
	other := slices.Clone(raw[:8])
	for _, hidden := range []string{"3f9ca71e-5f70-4c2e-9a56-0d9c1e3f7a10",
		"3F9CA71E5F704C2E9A560D9C1E3F7A10"} {
		for _, form := range []string{
			base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
			base64.StdEncoding.EncodeToString(append([]byte("id:"), raw...)),
			fmt.Sprintf("%d", raw), fmt.Sprintf("%o", raw), fmt.Sprintf("%x", raw),
			base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("%d", raw))),
			// A GUID of Windows.
			fmt.Sprintf("%d",
				[]byte{0x1e, 0xa7, 0x9c, 0x3f, 0x70, 0x5f, 0x2e, 0x4c, 0x9a, 0x56, 0x0d, 0x9c, 0x1e,
					0x3f, 0x7a, 0x10}),
		} {
			if !repeated(hidden, "You sent "+form+" to us.") {
				t.Errorf("%s: %s is shown", hidden, form)
			}
		}
		for i := range other {
			other[i] = ^raw[i]
		}
		if said := "You sent " + base64.StdEncoding.EncodeToString(other) +
			" to us."; repeated(hidden, said) {
			t.Errorf("%s: %s is masked", hidden, said)
		}
	}
}

// The time for nested encodings is proportional to the length of the text.
func TestMaskIsBounded(t *testing.T) {
	t.Parallel()
	hexed, based := "61", "Invalid client, 12. "
	for len(hexed) < 1<<16 {
		hexed = hex.EncodeToString([]byte(strings.Repeat(hexed, 3)))
	}
	for len(based) < 1<<16 {
		based = base64.StdEncoding.EncodeToString([]byte(strings.Repeat(based, 3) + "x"))
	}
	for name, said := range map[string]string{
		"hex": hexed, "base64": based, "numbers": strings.Repeat("54 49 32 ", 1<<13),
		"both": strings.Repeat(hexed[:64]+based[:64]+" 54 49 32 =36=31", 1<<9),
	} {
		const most = 20
		seen := 0
		viewsOf(said, func(view string) bool {
			seen += len(view)
			return true
		})
		if seen > most*len(said) {
			t.Errorf("%s: %d bytes are looked at for each one", name, seen/len(said))
		}
	}
}
