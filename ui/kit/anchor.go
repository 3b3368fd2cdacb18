package kit

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Terminals without mode 2027 differ in the width of some clusters. An emoji with a skin tone has 4
// cells if characters are counted, and 2 if clusters are. The rest of the line would be in the
// wrong column. Therefore Anchored puts marks into a frame, which Bubble Tea passes on, and Anchors
// replaces them by cursor positions.
const (
	anchor    = "\x1b_lanyard:" // an application program command (APC): terminals ignore it
	anchorEnd = "\x1b\\"
)

var anchors = regexp.MustCompile("\x1b_lanyard:([0-9]+[GX])\x1b\\\\")

// Anchored marks where each run of such clusters begins in a line, and the column after it.
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
	column, cells := 0, 0 // cells of the current run
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
		case w > 0 && seq[len(seq)-1] >= utf8.RuneSelf &&
			ansi.StringWidth(seq) != ansi.StringWidthWc(seq):
			cells += w
			run.WriteString(seq)
		case w == 0 && cells > 0 && zero(seq, w):
			run.WriteString(seq)
		case w > 0:
			flush(true)
			b.WriteString(seq)
		default: // styles inside a run belong to the run
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

// Anchors replaces the marks in the output by cursor positions.
func Anchors(out []byte) []byte {
	if !bytes.Contains(out, []byte(anchor)) {
		return out
	}
	return anchors.ReplaceAll(out, []byte("\x1b[$1"))
}
