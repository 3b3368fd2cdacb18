package pane

import (
	"slices"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// block is a heading with lines under it.
type block []string

// cell is a painted text.
type cell struct {
	paint themes.Paint
	text  string
}

// builder draws the lines of a block.
type builder struct {
	s         *scene.Scene
	w, indent int
	block     block
}

// newBlock begins a block with a heading. Its lines have an indent.
func newBlock(s *scene.Scene, head string, w, indent int, more ...cell) *builder {
	b := &builder{s: s, w: w, indent: indent}
	l := kit.NewLine("", 128)
	l.Gap(1)
	l.Put(string(s.Styles.Strong), head)
	for _, c := range more {
		l.Put(string(c.paint), c.text)
	}
	b.block = append(b.block, l.End(w))
	return b
}

// room returns the cells of a line between its indent and its last blank.
func (b *builder) room() int { return max(b.w-b.indent-1, 1) }

// add adds a line. It wraps the text of its last cell under the beginning of that.
func (b *builder) add(cells ...cell) {
	lead, last := cells[:len(cells)-1], cells[len(cells)-1]
	at := 0
	for _, c := range lead {
		at += kit.Width(c.text)
	}
	if at > b.room()-6 { // no room beside the lead
		for _, part := range kit.Wrap(joinedCells(cells), b.room()) {
			b.put(nil, 0, cell{last.paint, part})
		}
		return
	}
	for i, part := range kit.Wrap(last.text, b.room()-at) {
		if i > 0 {
			lead = nil
		}
		b.put(lead, at, cell{last.paint, part})
	}
}

func joinedCells(cells []cell) (out string) {
	for _, c := range cells {
		out += c.text
	}
	return out
}

// put adds one line: the cells of lead, or at blanks without any, and a last one.
func (b *builder) put(lead []cell, at int, last cell) {
	l := kit.NewLine("", 256)
	l.Gap(b.indent)
	for _, c := range lead {
		l.Put(string(c.paint), c.text)
	}
	if len(lead) == 0 {
		l.Gap(at)
	}
	l.Put(string(last.paint), last.text)
	b.block = append(b.block, l.End(b.w))
}

// phrases adds lines of phrases, gap cells apart. A phrase that does not fit begins the next line.
func (b *builder) phrases(gap int, all ...string) {
	line := ""
	for _, p := range slices.DeleteFunc(all, func(p string) bool { return p == "" }) {
		switch {
		case line == "":
			line = p
		case kit.Width(line)+gap+kit.Width(p) <= b.room():
			line += kit.Spaces(gap) + p
		default:
			b.add(cell{"", line})
			line = p
		}
	}
	if line != "" {
		b.add(cell{"", line})
	}
}
