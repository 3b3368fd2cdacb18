package tokenapi

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"

	"lanyard/text"
)

// encodings returns the encodings in which a server may return a secret: unchanged, escaped for a
// URL, HTML, JSON or Go, in hexadecimal, in base64. The base64 forms include a secret within a
// longer text. The result may hold duplicates.
func encodings(s string) []string {
	b := []byte(s)
	query, path, all := url.QueryEscape(s), url.PathEscape(s), percent(s)
	quoted, _ := json.Marshal(s)
	jsonText := strings.Trim(string(quoted), `"`)
	plainJSON := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(jsonText)
	forGo := strconv.Quote(s)
	forASCII := strconv.QuoteToASCII(s)
	page := html.EscapeString(s)
	out := []string{
		s, text.Words(s, len(s)), strings.TrimSpace(s),
		query, path, all, strings.ReplaceAll(query, "+", "%20"),
		url.QueryEscape(query), url.PathEscape(path), url.QueryEscape(path),
		url.QueryEscape(lowerHex(query)), url.QueryEscape(lowerHex(path)),
		jsonText, plainJSON, strings.ReplaceAll(plainJSON, "/", `\/`),
		unicodeEscaped(s, "%04x", false), unicodeEscaped(s, "%04x", true),
		forGo[1 : len(forGo)-1], forASCII[1 : len(forASCII)-1],
		page, strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(page),
		strings.ReplaceAll(page, "&#39;", "&#x27;"),
		base64.StdEncoding.EncodeToString(b), base64.RawStdEncoding.EncodeToString(b),
		base64.URLEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
	}
	for _, v := range out[3:12] { // hexadecimal digits may be in lower case
		out = append(out, lowerHex(v))
	}
	out = append(out, unicodeEscaped(s, "%04X", false), unicodeEscaped(s, "%04X", true))
	if len(b) >= learnFrom {
		out = append(out, hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)))
		for before := range 3 { // "id:secret", and other texts in which it is not the first part
			padded := append(make([]byte, before), b...)
			from, to := (before*8+5)/6, len(padded)*8/6 // the edges depend on the neighbours
			out = append(out, base64.RawStdEncoding.EncodeToString(padded)[from:to],
				base64.RawURLEncoding.EncodeToString(padded)[from:to])
		}
	}
	return out
}

// percent escapes every byte of s for a URL.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// unicodeEscaped escapes s for JSON: every character, or every character except letters and digits.
// A character beyond the first plane becomes a surrogate pair.
func unicodeEscaped(s, digits string, everything bool) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case !everything && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'):
			b.WriteRune(r)
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&b, `\u`+digits+`\u`+digits, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u`+digits, r)
		}
	}
	return b.String()
}

// lowerHex turns %2F into %2f, and %252F (escaped twice) into %252f.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] != '%' {
			continue
		}
		at := i + 1
		if at+4 <= len(b) && b[at] == '2' && b[at+1] == '5' {
			at += 2
		}
		copy(b[at:], strings.ToLower(string(b[at:min(at+2, len(b))])))
	}
	return string(b)
}
