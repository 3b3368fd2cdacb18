package tokenapi

import (
	"html"
	"strings"

	"lanyard/text"
)

const (
	wordsLimit = 300  // length of a quotation of the server, in runes
	rawLimit   = 1200 // the same before masking: half a secret would not be recognized
)

// isPage reports whether a body is a web page.
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
		strings.HasPrefix(head, "<head") || strings.HasPrefix(head, "<body") ||
		strings.HasPrefix(head, "<title")
}

// pageTitle returns the title of a web page, or "".
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
	return text.Words(html.UnescapeString(s[from:from+end]), rawLimit)
}

// asciiLower converts ASCII letters only, so that the length of the text stays the same.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
