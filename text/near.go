package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// DidYouMean returns a question that suggests the nearest known word, or "".
func DidYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// Nearest returns the known word that a mistyped one was probably meant to be, or "". Two letters
// may be wrong, or one if a word has fewer than five letters. A known word of less than three bytes
// is never suggested, because it is near to too many others.
func Nearest(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		n := min(utf8.RuneCountInString(k), utf8.RuneCountInString(word))
		if len(k) < 3 {
			continue
		}
		limit := 2
		if n < 5 {
			limit = 1
		}
		if d := distance(word, k); d <= limit && d < least {
			best, least = k, d
		}
	}
	return best
}

// distance returns the number of letters to insert, drop, change or swap with their neighbour to
// make b of a. Case, and - for _, do not count. It is 99 for words that cannot be near.
func distance(a, b string) int {
	const longest, most = 64, 8 // in bytes: a word, and how much longer than the other
	if len(a) > longest || len(a)-len(b) > most || len(b)-len(a) > most {
		return 99
	}
	level := func(s string) []rune {
		return []rune(strings.ReplaceAll(strings.ToLower(s), "-", "_"))
	}
	x, y := level(a), level(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
