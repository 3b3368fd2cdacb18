package text

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// JSON returns a JSON document in which each character that does not pass by itself is escaped,
// other than line feeds. The values stay as they are.
func JSON(doc []byte) []byte {
	var b strings.Builder
	var on pile
	for _, r := range string(doc) {
		switch out := on.over(r) || hidden([]rune{r}, 0); {
		case !out || r == '\n':
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return []byte(b.String())
}
