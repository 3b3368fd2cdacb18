package kit

import "strings"

// Ground paints the background sgr under a frame, which it extends to h lines of w cells. It paints
// the background again after each reset of a style. With an empty sgr it returns the frame
// unchanged.
func Ground(frame, sgr string, w, h int) string {
	if sgr == "" || w <= 0 || h <= 0 {
		return frame
	}
	lines := strings.Split(frame, "\n")
	var b strings.Builder
	b.Grow(len(frame) * 3 / 2)
	for i := range max(h, len(lines)) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(sgr)
		n := 0
		if i < len(lines) {
			n = Width(lines[i])
			b.WriteString(strings.ReplaceAll(lines[i], off, off+sgr))
		}
		b.WriteString(Spaces(w - n))
		b.WriteString(off)
	}
	return b.String()
}
