package kit

import (
	"strings"

	"rsc.io/qr"
)

// qrMost is the largest code that is drawn, in squares a side: version 15. More does not fit a screen.
const qrMost = 77

// QR draws a code for a camera: rows of cells, each two squares high, with the four squares of margin that the
// standard wants (ISO/IEC 18004 section 5.3.8). The dark squares are the ones that are drawn, to be painted dark on
// light; on light cells of a dark terminal without colours, light draws the light ones instead. Nil: the text
// is too long.
func QR(text string, light bool) []string {
	code, err := qr.Encode(text, qr.L)
	if err != nil || code.Size > qrMost {
		return nil
	}
	const margin = 4
	drawn := func(x, y int) bool { return code.Black(x, y) != light }
	end := code.Size + margin
	out := make([]string, 0, (end+margin+1)/2)
	for y := -margin; y < end; y += 2 {
		var b strings.Builder
		for x := -margin; x < end; x++ {
			switch top, low := drawn(x, y), drawn(x, y+1); {
			case top && low:
				b.WriteString("█")
			case top:
				b.WriteString("▀")
			case low:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		out = append(out, b.String())
	}
	return out
}
