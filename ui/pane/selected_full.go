package pane

import (
	"slices"
	"strings"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// framed is the width from which the full view has a frame.
const framed = 58

// twoColumns is the width from which the full view has two columns.
const twoColumns = 98

// Full draws all facts about the token. It scrolls if it has more than h lines.
func (p *Selected) Full(s *scene.Scene, w, h int, _ bool) []string {
	if w < 2 || h <= 0 {
		return blank(w, h)
	}
	r := s.Current
	id := ""
	if r != nil {
		id = r.ID
	}
	if p.scrolled != id { // another token begins at its top
		p.scroll, p.scrolled = scene.Scroll{}, id
	}
	all, heads := p.all(s, w, h)
	if h < lowFull { // a blank line is worth less than a line of text
		all, heads = withoutBlanks(all, heads)
	}
	show := func(h int) []string {
		out := slices.Clone(p.scroll.Show(all, h))
		above, below := p.scroll.Hidden()
		if last := len(out) - 1; below > 0 && slices.Contains(heads, above+last) {
			out[last] = kit.Spaces(w) // no line of its block is shown
		}
		return out
	}
	if !p.Bare || len(all) <= h || h < 2 {
		return show(h)
	}
	out := show(h - 1)
	more := scene.HiddenRows(p.scroll.Hidden())
	long := more + " · " + s.Keys.Hint(keys.PageDown, "scrolls")
	return append(out, scene.Padded(s.Styles.Quiet, fittingOr([]string{long, more}, w-2), w))
}

// lowFull is the height below which the full view has no blank lines.
const lowFull = 10

// withoutBlanks removes the blank lines. heads are the indexes of headings.
func withoutBlanks(all []string, heads []int) (out []string, at []int) {
	for i, line := range all {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if slices.Contains(heads, i) {
			at = append(at, len(out))
		}
		out = append(out, line)
	}
	return out, at
}

// all draws the full view, in h lines if there is a way. heads are the indexes of the headings of
// blocks that stand one under the other.
func (p *Selected) all(s *scene.Scene, w, h int) (out []string, heads []int) {
	r := s.Current
	switch {
	case r == nil:
		out = inWords(s, w, p.request(s, wholeLine))
		if b := subscriptions(s, w, fullIndent); len(b) > 0 {
			out = append(append(out, kit.Spaces(w)), b...)
		}
		return out, nil
	case r.Token == nil:
		return append(out, inWords(s, w, p.of(s, r).lost(wholeLine))...), nil
	}
	d := p.of(s, r)
	gap := 3
	if w < framed {
		gap--
	}
	out = append(out, phrases(s, w, gap, d.name(w), d.word(), say(d.left()...), d.why()))
	if all := s.Detail(r); len(all) > 0 && (d.status.Pending || r.Token.RevokeError != "") {
		out = append(out, inWords(s, w, [][]phrase{{say(all[0]).painted(s.Styles.Warn)}})...)
	}
	out = append(out, kit.Spaces(w))
	out = append(out, d.clockAndLife(w)...)
	if w < twoColumns {
		out = append(out, kit.Spaces(w))
		for _, b := range d.stacked(w) {
			if len(heads) > 0 {
				out = append(out, kit.Spaces(w))
			}
			heads = append(heads, len(out))
			out = append(out, b...)
		}
		return out, heads
	}
	return append(append(out, kit.Spaces(w)), d.columns(w, h-len(out)-1)...), nil
}

// left describes the time left of a live token.
func (d *selected) left() []string {
	if d.r.State.IsOver() || d.status.Ended {
		return nil
	}
	return []string{d.s.Voice().Life(*d.r.Token, d.status)}
}

// clockAndLife draws the line of life with its labels, and the time for which a revoked token may
// pass to the left of it. It leaves out a line without labels.
func (d *selected) clockAndLife(w int) []string {
	digits, wide := d.atMost(w)
	line, labels := d.life(w-wide, wide > 0)
	switch {
	case wide == 0 && labels == kit.Spaces(w):
		return []string{line}
	case wide == 0:
		return []string{line, labels}
	}
	rest := []string{line, labels, kit.Spaces(w - wide)}
	for i := range rest {
		rest[i] = digits[i] + rest[i]
	}
	return rest
}

// fullIndent is the indent of a line of the full view under the heading of its block.
const fullIndent = 3

// columns draws the blocks in two columns. If they are longer than h lines, blocks of the longer
// column move under those of the other one.
func (d *selected) columns(w, h int) []string {
	left := w/2 - 1
	widths := [2]int{left, w - left}
	columns := [2][]func(w int) block{{
		func(w int) block { return d.lifeBlock(w, fullIndent, console.KeepProbes) },
		func(w int) block { return d.ifRevoked(w, fullIndent, true) },
		func(w int) block { return d.lineage(w, fullIndent, true) },
		func(w int) block { return d.manager(w, fullIndent, true) },
	}, {
		func(w int) block { return d.inside(w, fullIndent, true) },
		func(w int) block { return d.whose(w, fullIndent, true) },
		func(w int) block { return d.useIt(w, fullIndent) },
		func(w int) block { return d.header(w, fullIndent) },
	}}
	var of [2][]wideBlock
	var draws [2][]func(w int) block // those of the blocks
	for i, all := range columns {
		for _, draw := range all {
			var b wideBlock
			if b[i] = draw(widths[i]); len(b[i]) > 0 {
				of[i], draws[i] = append(of[i], b), append(draws[i], draw)
			}
		}
	}
	if n := columnLines(of); max(n[0], n[1]) > h {
		for i := range of {
			for j, draw := range draws[i] {
				of[i][j][1-i] = draw(widths[1-i])
			}
		}
		of = balanced(of, h)
	}
	var out [2][]string
	for i, all := range of {
		blocks := make([]block, len(all))
		for j := range all {
			blocks[j] = all[j][i]
		}
		out[i] = joinBlocks(widths[i], blocks...)
	}
	return besideEach(w, left, out[0], out[1])
}

// wideBlock is a block as it is drawn in each of two columns, which need not be equally wide.
type wideBlock [2]block

// columnLines returns the number of lines of each column.
func columnLines(columns [2][]wideBlock) (n [2]int) {
	for i, all := range columns {
		for _, b := range all {
			n[i] += len(b[i]) + 1
		}
		n[i]--
	}
	return n
}

// balanced moves blocks from the longer column under the other one until both have at most h lines,
// or no move makes the longer one shorter. The first block of a column stays.
func balanced(columns [2][]wideBlock, h int) [2][]wideBlock {
	for {
		n := columnLines(columns)
		most, best := max(n[0], n[1]), columns
		if most <= h {
			return columns
		}
		from := 0
		if n[1] > n[0] {
			from = 1
		}
		for i := len(columns[from]) - 1; i > 0; i-- {
			with := columns
			with[from] = slices.Delete(slices.Clone(columns[from]), i, i+1)
			with[1-from] = append(slices.Clone(columns[1-from]), columns[from][i])
			if n := columnLines(with); max(n[0], n[1]) < most {
				most, best = max(n[0], n[1]), with
			}
		}
		if len(best[from]) == len(columns[from]) {
			return columns
		}
		columns = best
	}
}

// stacked draws the blocks for one column. They have what the verbs would do too, because the
// footer of a small screen has little room.
func (d *selected) stacked(w int) []block {
	return slices.DeleteFunc([]block{
		d.keysBlock(w, fullIndent), d.lifeBlock(w, fullIndent, console.KeepProbes),
		d.ifRevoked(w, fullIndent, true), d.whose(w, fullIndent, true), d.useIt(w, fullIndent),
		d.inside(w, fullIndent, true), d.header(w, fullIndent), d.manager(w, fullIndent, true),
		d.lineage(w, fullIndent, true)},
		func(b block) bool { return len(b) == 0 })
}

// joinBlocks joins blocks with an empty line between them.
func joinBlocks(w int, all ...block) (out []string) {
	for _, b := range all {
		if len(b) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, kit.Spaces(w))
		}
		out = append(out, b...)
	}
	return out
}

// besideEach puts lines beside each other: those of a are left cells wide.
func besideEach(w, left int, a, b []string) []string {
	out := make([]string, max(len(a), len(b)))
	for i := range out {
		l, r := kit.Spaces(left), kit.Spaces(w-left)
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out[i] = l + r
	}
	return out
}
