package text

import "strings"

// Fuzzy reports whether every word of pattern matches text. A word matches if one word of text
// holds its characters in the same order, with any others between them. Case does not count. An
// empty pattern matches everything. A pattern that begins with ! matches what the rest of it does
// not.
func Fuzzy(pattern, text string) bool {
	if rest, not := strings.CutPrefix(pattern, "!"); not {
		return rest == "" || !Fuzzy(rest, text)
	}
	text = strings.ToLower(text)
	for word := range strings.FieldsSeq(strings.ToLower(pattern)) {
		if !inOrder(word, text) {
			return false
		}
	}
	return true
}

// inOrder reports whether one word of text holds the characters of word in their order.
func inOrder(word, text string) bool {
	for rest := range strings.FieldsSeq(text) {
		found := true
		for _, r := range word {
			i := strings.IndexRune(rest, r)
			if found = i >= 0; !found {
				break
			}
			rest = rest[i+len(string(r)):]
		}
		if found {
			return true
		}
	}
	return false
}

// Closer returns the distance of a match. It is 0 if text begins with the pattern and 1 if it holds
// the whole pattern. It is 2 if text holds each word of the pattern, else 3.
func Closer(pattern, text string) int {
	pattern, text = strings.ToLower(strings.TrimSpace(pattern)), strings.ToLower(text)
	switch {
	case strings.HasPrefix(text, pattern):
		return 0
	case strings.Contains(text, pattern):
		return 1
	}
	for word := range strings.FieldsSeq(pattern) {
		if !strings.Contains(text, word) {
			return 3
		}
	}
	return 2
}
