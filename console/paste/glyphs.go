package paste

import (
	"regexp"
	"strings"
)

// This file has the characters that only pasted texts use. Lanyard reads them and never shows them.

// isDouble and isSingle report the quotes that word processors and web pages use for " and '.
func isDouble(r rune) bool { return strings.ContainsRune("“”„‟″", r) }
func isSingle(r rune) bool { return strings.ContainsRune("‘’‚‛′", r) }

// isFormat reports the characters that have no width.
func isFormat(r rune) bool { return strings.ContainsRune("\u200b\u200c\u200d\u2060\ufeff", r) }

// The prompts before a line that was copied from a terminal.
var (
	promptAlone = regexp.MustCompile(`^[ \t]*[$%❯➜λ»›▶\x{e0b0}][ \t]+`)
	promptHost  = regexp.MustCompile(
		`^[ \t]*(?:\([\w. -]+\)[ \t]*)?(?:\[?[\w.-]+@[\w.-]+[^'"|;&=<\n$#%>]*|(?:ba|z|)sh-[\d.]+` +
			`|~[\w./-]*[ \t]*)[$#%>][ \t]+`)
	promptDrive = regexp.MustCompile(
		`^[ \t]*(?:PS(?:[ \t][^'"|;&=<>\n]*)?|[A-Za-z]:\\[^'"|;&=<>\n]*)>[ \t]*`)
	promptCurl = regexp.MustCompile(
		`^([^'"|;&=<\n]*?(?:[$#%❯➜λ»›▶\x{e0b0}✗][ \t]+|>[ \t]*)[^'"|;&=<>$#%\n]*?)((?:sudo|doas` +
			`|time|env|nohup|command|exec|winpty)[ \t].*|(?:[\w./~-]*/)?curl(?:\.exe)?[ \t].*)$`)
	promptMore = regexp.MustCompile(
		`^[ \t]*(?:(?:bs|cmd|d?quote|pipe|cmdand|cmdor|cmdsubst)?>>?|More\?|\.\.\.)[ \t]?`)
)

// curlWord matches a line that seems to call curl. Only a shell can tell for certain.
var curlWord = regexp.MustCompile("(?i)(?:^|[\\s\u200b\ufeff;&|({`\"'/\\\\=>])" +
	"curl(?:\\.exe)?[\"']?(?:[ \\t\u00a0]|$)")

var plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "‚", "'")

// isDash reports the characters that word processors use for a hyphen.
func isDash(r rune) bool { return strings.ContainsRune("-‐‑‒–—―−﹣－", r) }

// closingDouble ends what “ begins.
const closingDouble = '”'
