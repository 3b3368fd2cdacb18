package ui_test

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lanyard/themes"
)

// The size of a cell in a picture, and the margin around all cells. Usual fonts have characters of
// that width. For other fonts textLength keeps the columns.
const (
	cellW, cellH, margin = 8, 18, 12
	typeSize             = "13.3"
	baseline             = 13
	fonts                = "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans " +
		"Mono','Liberation Mono',monospace"
)

// ground holds a terminal's default colours.
type ground struct{ fg, bg string }

// sixteen are the terminal's own colours in pictures.
var sixteen = [...]string{
	"#45475a", "#f38ba8", "#a6e3a1", "#f9e2af", "#89b4fa", "#f5c2e7", "#94e2d5", "#bac2de",
	"#6c7086", "#f38ba8", "#a6e3a1", "#f9e2af", "#89b4fa", "#f5c2e7", "#94e2d5", "#e6e9ef",
}

func rgb(c string) string {
	if strings.HasPrefix(c, "#") {
		return c
	}
	n, _ := strconv.Atoi(c)
	switch {
	case n < 16:
		return sixteen[n]
	case n < 232:
		step := [...]int{0, 95, 135, 175, 215, 255}
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", step[n/36], step[n/6%6], step[n%6])
	}
	v := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", v, v, v)
}

// colours returns the colours of a look; back is "" for the ground itself.
func (g ground) colours(l look) (front, back string) {
	front, back = g.fg, g.bg
	if l.fg != "" {
		front = rgb(l.fg)
	}
	if l.bg != "" {
		back = rgb(l.bg)
	}
	if l.faint {
		front = mix(front, back)
	}
	if l.rev {
		front, back = back, front
	}
	if back == g.bg {
		back = ""
	}
	return front, back
}

// mix returns the colour three fifths of the way from back to front, like terminals draw faint
// text.
func mix(front, back string) string {
	a, _ := strconv.ParseUint(front[1:], 16, 32)
	b, _ := strconv.ParseUint(back[1:], 16, 32)
	var mixed uint64
	for shift := 0; shift < 24; shift += 8 {
		mixed |= (a>>shift&0xff*3 + b>>shift&0xff*2) / 5 << shift
	}
	return fmt.Sprintf("#%06x", mixed)
}

// canvas collects the drawn parts by paint, so that the file has each paint once.
type canvas struct {
	backs, blocks map[string]*rects        // by colour
	hatches       map[string]*rects        // the same of hatched cells, by attributes
	lines, heavy  map[string]*lines        // strokes by colour
	signs, texts  map[string]*bytes.Buffer // elements by attributes
}

// into returns the part that has this key.
func into[T any](m map[string]*T, key string) *T {
	if m[key] == nil {
		m[key] = new(T)
	}
	return m[key]
}

// rects are filled rectangles, of which touching ones of one height or width become one.
type rects []struct{ x, y, w, h float64 }

func (r *rects) add(x, y, w, h float64) {
	if n := len(*r); n > 0 {
		if last := &(*r)[n-1]; last.y == y && last.h == h && last.x+last.w == x {
			last.w += w
			return
		}
	}
	*r = append(*r, struct{ x, y, w, h float64 }{x, y, w, h})
}

// String returns the path data.
func (r *rects) String() string {
	var b strings.Builder
	for i, a := range *r {
		if a.h == 0 {
			continue // part of one above
		}
		for j := i + 1; j < len(*r); j++ {
			if below := &(*r)[j]; below.x == a.x && below.w == a.w && below.y == a.y+a.h {
				a.h += below.h
				below.h = 0
			}
		}
		fmt.Fprintf(&b, "M%g %gh%gv%gh%g", a.x, a.y, a.w, a.h, -a.w)
	}
	return b.String()
}

// lines are strokes, of which touching ones in one row or column become one.
type lines struct {
	corners           bytes.Buffer
	across, downwards []line
}

// line is a stroke from one end to the other, in the row or column at.
type line struct{ at, from, to int }

func (l *lines) horizontal(x, y, to int) { l.across = append(l.across, line{y, x, to}) }
func (l *lines) vertical(x, y, to int)   { l.downwards = append(l.downwards, line{x, y, to}) }

// String returns the path data.
func (l *lines) String() string {
	b := bytes.NewBuffer(bytes.Clone(l.corners.Bytes()))
	for _, a := range joined(l.across) {
		fmt.Fprintf(b, "M%d %dH%d", a.from, a.at, a.to)
	}
	for _, a := range joined(l.downwards) {
		fmt.Fprintf(b, "M%d %dV%d", a.at, a.from, a.to)
	}
	return b.String()
}

func joined(all []line) []line {
	slices.SortFunc(all, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.from, b.from))
	})
	var out []line
	for _, a := range all {
		if n := len(out); n > 0 && out[n-1].at == a.at && out[n-1].to >= a.from {
			out[n-1].to = max(out[n-1].to, a.to)
			continue
		}
		out = append(out, a)
	}
	return out
}

// draw makes a picture of a frame.
func draw(t testing.TB, title, frame string, g ground) []byte {
	t.Helper()
	rows := grid(t, frame)
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r))
	}
	c := canvas{
		backs: map[string]*rects{}, blocks: map[string]*rects{}, hatches: map[string]*rects{},
		lines: map[string]*lines{}, heavy: map[string]*lines{},
		signs: map[string]*bytes.Buffer{}, texts: map[string]*bytes.Buffer{},
	}
	for y, row := range rows {
		c.grounds(g, row, y)
		c.strokes(g, row, y)
		c.uprights(g, row, y)
		c.words(g, row, y)
	}

	w, h := wide*cellW+2*margin, len(rows)*cellH+2*margin
	var b bytes.Buffer
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "+
		"viewBox=\"%d %d %d %d\" font-family=\"%s\" font-size=\"%s\" "+
		"xml:space=\"preserve\">\n",
		w, h, -margin, -margin, w, h, fonts, typeSize)
	b.WriteString("<title>")
	_ = xml.EscapeText(&b, []byte(title))
	b.WriteString("</title>\n")
	fmt.Fprintf(&b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\"/>\n",
		-margin, -margin, w, h, g.bg)
	put(&b, c.backs, "<path shape-rendering=\"crispEdges\" fill=\"%s\" d=\"%s\"/>\n")
	put(&b, c.blocks, "<path shape-rendering=\"crispEdges\" fill=\"%s\" d=\"%s\"/>\n")
	put(&b, c.hatches, "<path shape-rendering=\"crispEdges\" %s d=\"%s\"/>\n")
	put(&b, c.lines,
		"<path transform=\"translate(.5 .5)\" fill=\"none\" stroke=\"%s\" d=\"%s\"/>\n")
	put(&b, c.heavy, "<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\" d=\"%s\"/>\n")
	put(&b, c.signs, "<g %s stroke-width=\"1.2\">%s</g>\n")
	put(&b, c.texts, "<g %s>\n%s</g>\n")
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// put writes the parts of a kind in the order of their paints.
func put[T fmt.Stringer](b *bytes.Buffer, m map[string]T, format string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(b, format, key, m[key])
	}
}

// grounds draws the backgrounds of a row. Neighbours of one colour become one rectangle.
func (c *canvas) grounds(g ground, row []cell, y int) {
	for x := 0; x < len(row); {
		_, back := g.colours(row[x].look)
		end := x + 1
		for ; end < len(row); end++ {
			if _, next := g.colours(row[end].look); next != back {
				break
			}
		}
		if back != "" {
			into(c.backs, back).
				add(float64(x*cellW), float64(y*cellH), float64((end-x)*cellW), cellH)
		}
		x = end
	}
}

// arms reports the directions of a box-drawing character: up, right, down, left.
func arms(s string) (up, right, down, left, ok bool) {
	switch s {
	case "─", "-":
		return false, true, false, true, s == "─"
	case "│":
		return true, false, true, false, true
	case "├":
		return true, true, true, false, true
	case "┤":
		return true, false, true, true, true
	case "┬":
		return false, true, true, true, true
	case "┴":
		return true, true, false, true, true
	case "┼":
		return true, true, true, true, true
	case "┌":
		return false, true, true, false, true
	case "┐":
		return false, false, true, true, true
	case "└":
		return true, true, false, false, true
	case "┘":
		return true, false, false, true, true
	}
	return
}

// strokes draws the horizontal parts of borders, round corners, heavy lines, blocks and hatches.
func (c *canvas) strokes(g ground, row []cell, y int) {
	top, my := y*cellH, y*cellH+cellH/2
	for x := 0; x < len(row); x++ {
		front, _ := g.colours(row[x].look)
		left, mx := x*cellW, x*cellW+cellW/2
		switch s := row[x].text; s {
		case "╭":
			fmt.Fprintf(&into(c.lines, front).corners, "M%d %dV%dq0-4 4-4", mx, top+cellH, my+4)
		case "╮":
			fmt.Fprintf(&into(c.lines, front).corners, "M%d %dV%dq0-4-4-4", mx, top+cellH, my+4)
		case "╰":
			fmt.Fprintf(&into(c.lines, front).corners, "M%d %dV%dq0 4 4 4", mx, top, my-4)
		case "╯":
			fmt.Fprintf(&into(c.lines, front).corners, "M%d %dV%dq0 4-4 4", mx, top, my-4)
		case "━", "┃", "┏", "┓", "┗", "┛", "┯":
			l := into(c.heavy, front)
			if strings.Contains("━┓┛┯", s) {
				l.horizontal(left, my, mx)
			}
			if strings.Contains("━┏┗┯", s) {
				l.horizontal(mx, my, left+cellW)
			}
			if strings.Contains("┃┗┛", s) {
				l.vertical(mx, top, my)
			}
			if strings.Contains("┃┏┓┯", s) {
				l.vertical(mx, my, top+cellH)
			}
		case "░", "▒":
			opacity := map[string]string{"░": ".35", "▒": ".6"}[s]
			into(c.hatches, fmt.Sprintf("fill=\"%s\" fill-opacity=\"%s\"", front, opacity)).
				add(float64(left), float64(top+2), cellW, cellH-4)
		default:
			if px, py, pw, ph, ok := block(s); ok {
				into(c.blocks, front).add(float64(left)+px*cellW/8, float64(top)+py*cellH/8,
					pw*cellW/8, ph*cellH/8)
				continue
			}
			_, r, _, l, ok := arms(s)
			if !ok || !r && !l {
				continue
			}
			start, end := left, left+cellW
			if !l {
				start = mx
			}
			if !r {
				end = mx
			}
			into(c.lines, front).horizontal(start, my, end)
		}
	}
}

// uprights draws the vertical parts of borders.
func (c *canvas) uprights(g ground, row []cell, y int) {
	for x := range row {
		up, _, down, _, ok := arms(row[x].text)
		if !ok || !up && !down {
			continue
		}
		front, _ := g.colours(row[x].look)
		start, end := y*cellH, (y+1)*cellH
		if !up {
			start += cellH / 2
		}
		if !down {
			end -= cellH / 2
		}
		into(c.lines, front).vertical(x*cellW+cellW/2, start, end)
	}
}

// block returns the place of a block character in its cell, in eighths.
func block(s string) (x, y, w, h float64, ok bool) {
	r := []rune(s)
	if len(r) != 1 {
		return
	}
	switch {
	case r[0] == '█':
		return 0, 0, 8, 8, true
	case r[0] == '▀':
		return 0, 0, 8, 4, true
	case r[0] == '▐':
		return 4, 0, 4, 8, true
	case r[0] >= '▁' && r[0] <= '▇':
		n := float64(r[0]-'▁') + 1
		return 0, 8 - n, 8, n, true
	case r[0] >= '▉' && r[0] <= '▏':
		return 0, 0, 8 - float64(r[0]-'█'), 8, true
	}
	return
}

// sign draws the circles of states, because their size and place differ between fonts.
func (c *canvas) sign(s, front string, x, y int) bool {
	cx, cy, r := float64(x*cellW)+cellW/2, float64(y*cellH)+cellH/2, 3.4
	paint := fmt.Sprintf("fill=\"none\" stroke=\"%s\"", front)
	half := func(d string) {
		b := into(c.signs, paint)
		fmt.Fprintf(b, "<circle cx=\"%g\" cy=\"%g\" r=\"%g\"/><path fill=\"%s\" "+
			"stroke=\"none\" d=\"%s\"/>", cx, cy, r, front, d)
	}
	switch s {
	case "●":
		fmt.Fprintf(into(c.signs, fmt.Sprintf("fill=\"%s\" stroke=\"%s\"", front, front)),
			"<circle cx=\"%g\" cy=\"%g\" r=\"%g\"/>", cx, cy, r)
	case "○":
		fmt.Fprintf(into(c.signs, paint), "<circle cx=\"%g\" cy=\"%g\" r=\"%g\"/>", cx, cy, r)
	case "◌":
		fmt.Fprintf(into(c.signs, paint),
			"<circle cx=\"%g\" cy=\"%g\" r=\"%g\" stroke-dasharray=\"1.5 1.56\"/>", cx, cy, r)
	case "◐":
		half(fmt.Sprintf("M%g %ga%g %g 0 0 0 0 %gz", cx, cy-r, r, r, 2*r))
	case "◑":
		half(fmt.Sprintf("M%g %ga%g %g 0 0 1 0 %gz", cx, cy-r, r, r, 2*r))
	case "◒":
		half(fmt.Sprintf("M%g %ga%g %g 0 0 0 %g 0z", cx-r, cy, r, r, 2*r))
	case "◓":
		half(fmt.Sprintf("M%g %ga%g %g 0 0 1 %g 0z", cx-r, cy, r, r, 2*r))
	default:
		return false
	}
	return true
}

// maxGap is the number of blanks between words up to which they share an element: that many blanks
// are shorter than another element.
const maxGap = 70

// run is a text that is being collected from a row.
type run struct {
	start, end int
	text       strings.Builder
}

// write ends a run.
func (r *run) write(b *bytes.Buffer, y int) {
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" "+
		"lengthAdjust=\"spacingAndGlyphs\">", r.start*cellW, y, (r.end-r.start)*cellW)
	_ = xml.EscapeText(b, []byte(r.text.String()))
	b.WriteString("</text>\n")
}

// words draws the other characters as text: the plain ones of one paint as runs, every other one by
// itself in the middle of its cells.
func (c *canvas) words(g ground, row []cell, y int) {
	runs, ty := map[string]*run{}, y*cellH+baseline
	plain := func(x int) bool { return len(row[x].text) == 1 && row[x].text != " " }
	for x := 0; x < len(row); x++ {
		front, _ := g.colours(row[x].look)
		s := row[x].text
		if s == " " && !row[x].under || s == "" {
			continue
		}
		_, _, _, _, isBlock := block(s)
		_, _, _, _, isBox := arms(s)
		if isBlock || isBox || strings.Contains("╭╮╰╯━┃┏┓┗┛┯░▒", s) || c.sign(s, front, x, y) {
			continue
		}
		attrs := fmt.Sprintf("fill=\"%s\"", front)
		if row[x].bold {
			attrs += " font-weight=\"700\""
		}
		if row[x].italic {
			attrs += " font-style=\"italic\""
		}
		if row[x].cross {
			attrs += " text-decoration=\"line-through\""
		}
		if row[x].under {
			end := x + 1
			for ; end < len(row) && row[end].look == row[x].look; end++ {
			}
			if x == 0 || row[x-1].look != row[x].look {
				into(c.blocks, front).
					add(float64(x*cellW), float64(ty+2), float64((end-x)*cellW), 1)
			}
		}
		if !plain(x) {
			if s == " " {
				continue
			}
			b := into(c.texts, attrs+" text-anchor=\"middle\"")
			fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\">",
				x*cellW+max(row[x].wide, 1)*cellW/2, ty)
			_ = xml.EscapeText(b, []byte(s))
			b.WriteString("</text>\n")
			continue
		}
		r := into(runs, attrs)
		gap := x - r.end
		struck := gap == 0 || gap == 1 && row[x-1].cross // the line goes through the blank too
		if r.text.Len() > 0 && (gap > maxGap || row[x].cross && !struck) {
			r.write(into(c.texts, attrs), ty)
			*r = run{}
		}
		if r.text.Len() == 0 {
			r.start, r.end = x, x
		}
		r.text.WriteString(strings.Repeat(" ", x-r.end) + s)
		r.end = x + 1
	}
	for attrs, r := range runs {
		r.write(into(c.texts, attrs), ty)
	}
}

// groundOf returns the ground of the terminals that a theme is made for: its own ground if it has
// one.
func groundOf(t testing.TB, name string) ground {
	t.Helper()
	if sgr := string(theme(t, name).Styles(true, themes.All).Ground); sgr != "" {
		row, err := cells(sgr + "x" + themes.Off)
		if err != nil {
			t.Fatal(err)
		}
		return ground{row[0].fg, row[0].bg}
	}
	switch name {
	case "light":
		return ground{"#23262f", "#ffffff"}
	case "mono":
		return ground{"#e4e4e4", "#101010"}
	}
	return ground{"#d9dce6", "#1a1c23"}
}
