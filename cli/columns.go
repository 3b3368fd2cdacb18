package cli

import (
	"fmt"
	"io"
	"strings"

	"lanyard/text"
	"lanyard/ui/kit"
)

// columns prints a table. Columns are two spaces apart and as wide as their widest cell. A title
// that begins with ">" aligns its column to the right.
func columns(w io.Writer, titles []string, rows [][]string) {
	right := make([]bool, len(titles))
	head := make([]string, len(titles))
	for i, t := range titles {
		head[i], right[i] = strings.CutPrefix(t, ">")
	}
	all := append([][]string{head}, rows...)
	width := make([]int, len(titles))
	for _, row := range all {
		for i, cell := range row {
			row[i] = text.Line(cell)
			width[i] = max(width[i], kit.Width(row[i]))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", width[i]-kit.Width(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if right[i] {
				b.WriteString(gap + cell)
			} else {
				b.WriteString(cell + gap)
			}
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}
