package paste

import (
	"regexp"
	"strings"
)

// The characters of pasted texts that are none of ours: they are read, and never shown.

// isDouble and isSingle tell the quotes that a word processor or a web page writes in place of " and '.
func isDouble(r rune) bool { return strings.ContainsRune("“”„‟″", r) }
func isSingle(r rune) bool { return strings.ContainsRune("‘’‚‛′", r) }

// isFormat tells the characters that have no width.
func isFormat(r rune) bool { return strings.ContainsRune("\u200b\u200c\u200d\u2060\ufeff", r) }

// Prompts, as they stand in front of a line that was copied from a terminal.
var (
	promptAlone = regexp.MustCompile(`^[ \t]*[$%❯➜λ»›▶\x{e0b0}][ \t]+`)
	promptHost  = regexp.MustCompile(`^[ \t]*(?:\([\w. -]+\)[ \t]*)?(?:\[?[\w.-]+@[\w.-]+[^'"|;&=<\n$#%>]*|(?:ba|z|)sh-[\d.]+|~[\w./-]*[ \t]*)[$#%>][ \t]+`)
	promptDrive = regexp.MustCompile(`^[ \t]*(?:PS(?:[ \t][^'"|;&=<>\n]*)?|[A-Za-z]:\\[^'"|;&=<>\n]*)>[ \t]*`)
	promptCurl  = regexp.MustCompile(`^([^'"|;&=<\n]*?(?:[$#%❯➜λ»›▶\x{e0b0}✗][ \t]+|>[ \t]*)[^'"|;&=<>$#%\n]*?)((?:sudo|doas|time|env|nohup|command|exec|winpty)[ \t].*|(?:[\w./~-]*/)?curl(?:\.exe)?[ \t].*)$`)
	promptMore  = regexp.MustCompile(`^[ \t]*(?:(?:bs|cmd|d?quote|pipe|cmdand|cmdor|cmdsubst)?>>?|More\?|\.\.\.)[ \t]?`)
)

// curlWord is a line that calls curl, as far as that can be told without reading it as a shell does.
var curlWord = regexp.MustCompile("(?i)(?:^|[\\s\u200b\ufeff;&|({`\"'/\\\\=>])curl(?:\\.exe)?[\"']?(?:[ \\t\u00a0]|$)")

var plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "‚", "'")

// isDash tells the characters that stand for - in a text that a word processor has gone over.
func isDash(r rune) bool { return strings.ContainsRune("-‐‑‒–—―−﹣－", r) }

// closingDouble ends what “ begins.
const closingDouble = '”'
