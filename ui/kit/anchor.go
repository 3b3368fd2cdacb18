package kit

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Terminals without mode 2027 differ in the cells that they give to some clusters: a family is 8 cells to xterm and 2 to tmux.
// What follows on the line would be out of its column. So the place is named: Anchored marks it in a frame, and Anchors turns
// the marks, which Bubble Tea passes on with the cell that they are in front of, into cursor positions.
const (
	anchor    = "\x1b_lanyard:" // an application program command, which no foreign text can hold and terminals ignore
	anchorEnd = "\x1b\\"
)

var anchors = regexp.MustCompile("\x1b_lanyard:([0-9]+[GX])\x1b\\\\")

// Anchored marks, in each line of a frame, where a run of such clusters begins, with its cells, and the column after it.
func Anchored(frame string) string {
	if graphemes.Load() || foreignFrom(frame) == len(frame) {
		return frame
	}
	var b strings.Builder
	for i, line := range strings.Split(frame, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		anchorLine(&b, line)
	}
	return b.String()
}

func anchorLine(b *strings.Builder, line string) {
	if foreignFrom(line) == len(line) {
		b.WriteString(line)
		return
	}
	column, cells := 0, 0 // cells of the run that is held back
	var run strings.Builder
	flush := func(more bool) {
		if cells > 0 {
			b.WriteString(anchor + strconv.Itoa(cells) + "X" + anchorEnd + run.String())
			if more {
				b.WriteString(anchor + strconv.Itoa(column+1) + "G" + anchorEnd)
			}
			cells = 0
			run.Reset()
		}
	}
	Cells(line, func(seq string, w int) {
		switch {
		case w > 0 && seq[len(seq)-1] >= utf8.RuneSelf && ansi.StringWidth(seq) != ansi.StringWidthWc(seq):
			cells += w
			run.WriteString(seq)
		case w == 0 && cells > 0 && zero(seq, w):
			run.WriteString(seq)
		case w > 0:
			flush(true)
			b.WriteString(seq)
		default: // of a style that ends, the cells before it keep theirs
			if cells > 0 {
				run.WriteString(seq)
			} else {
				b.WriteString(seq)
			}
		}
		column += w
	})
	flush(false)
}

// Anchors puts cursor positions in the place of the marks.
func Anchors(out []byte) []byte {
	if !bytes.Contains(out, []byte(anchor)) {
		return out
	}
	return anchors.ReplaceAll(out, []byte("\x1b[$1"))
}
