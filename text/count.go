package text

import (
	"strconv"
	"strings"
)

// Count returns "no tokens", "1 token" or "2 tokens" for the thing "token". The last word of thing
// takes the plural.
func Count(n int, thing string) string {
	stem, ok := strings.CutSuffix(thing, "y")
	if ok && strings.LastIndexAny(stem, "aeiou") != len(stem)-1 { // a retry, but not a key
		return CountOf(n, thing, stem+"ies")
	}
	return CountOf(n, thing, thing+"s")
}

// CountOf is Count for a thing with another plural, or with a verb: "1 token stays", "2 tokens
// stay".
func CountOf(n int, one, more string) string {
	switch n {
	case 0:
		return "no " + more
	case 1:
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + more
}
