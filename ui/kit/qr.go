package kit

import (
	"strings"

	"rsc.io/qr"
)

// qrMost is the largest QR code that is drawn, in modules per side. It is that of version 15;
// larger ones do not fit on a screen.
const qrMost = 77

// QR draws text as a QR code with half blocks, two modules per cell, with the quiet zone of ISO/IEC
// 18004 section 5.3.8. It draws the dark modules, to be painted dark on light. With light it draws
// the light modules instead, for a dark terminal without colours. It returns nil if text is too
// long.
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
