package kit

import "strings"

// Ground puts a colour under a whole frame: lines are made h of w cells each, and what a style ends with goes back to
// the ground instead of to the terminal's own. "" leaves the frame as it is.
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
