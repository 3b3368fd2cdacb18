package tokenapi

import (
	"html"
	"strings"

	"lanyard/text"
)

const (
	wordsLimit = 300  // what is quoted of a server, in runes
	rawLimit   = 1200 // the same before masking: a secret cut in half would not be recognised
)

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
	return text.Words(html.UnescapeString(s[from:from+end]), rawLimit)
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
