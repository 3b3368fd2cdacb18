package text

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Key returns the key of a file as messages name it: bare if possible, otherwise quoted. Escapes
// stand for the characters that Line would leave out. Key cuts it after 40 characters.
func Key(key string) string {
	const most = 40
	if utf8.RuneCountInString(key) > most {
		key = string([]rune(key)[:most]) + "…"
	}
	bare := key != "" && Passes(key)
	for _, r := range key {
		bare = bare && (r == '_' || r == '-' || r == '…' || unicode.IsLetter(r) ||
			unicode.IsDigit(r))
	}
	switch {
	case bare:
		return key
	case !Passes(key):
		return strconv.QuoteToASCII(key)
	}
	return strconv.Quote(key)
}
