package text

import "strings"

// Fuzzy says whether the characters of every word of pattern occur within one word of text in their
// order, whatever is between them and however they are cased. An empty pattern is in everything;
// with ! in front it says the opposite.
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

// inOrder says it of one word.
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

// Closer says how near a match is, less is nearer: the text begins with the pattern, has it as a
// whole, has each of its words as a whole, or only its characters.
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
