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
	var a, b [3]int
	_, _ = fmt.Sscanf(front, "#%02x%02x%02x", &a[0], &a[1], &a[2])
	_, _ = fmt.Sscanf(back, "#%02x%02x%02x", &b[0], &b[1], &b[2])
	for i := range a {
		a[i] = (a[i]*3 + b[i]*2) / 5
	}
	return fmt.Sprintf("#%02x%02x%02x", a[0], a[1], a[2])
}

// canvas collects the drawn parts by paint, so that the file has each paint once.
type canvas struct {
	backs, blocks map[string]*bytes.Buffer // rectangles by colour, as path data
	hatches       map[string]*bytes.Buffer // the same of hatched cells, by attributes
	lines, heavy  map[string]*bytes.Buffer // strokes by colour
	signs         map[string]*bytes.Buffer // elements by colour
	texts         map[string]*bytes.Buffer // elements by attributes
}

func into(m map[string]*bytes.Buffer, key string) *bytes.Buffer {
	if m[key] == nil {
		m[key] = &bytes.Buffer{}
	}
	return m[key]
}

func rect(b *bytes.Buffer,
	x, y, w, h float64) {
	fmt.Fprintf(b, "M%g %gh%gv%gh%gz", x, y, w, h, -w)
}

// draw makes a picture of a frame.
func draw(t testing.TB, title, frame string, g ground) []byte {
	t.Helper()
	rows := grid(t, frame)
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r))
	}
	c := canvas{}
	for _, m := range []*map[string]*bytes.Buffer{
		&c.backs, &c.blocks, &c.hatches, &c.lines, &c.heavy, &c.signs, &c.texts,
	} {
		*m = map[string]*bytes.Buffer{}
	}
	for y, row := range rows {
		c.grounds(g, row, y)
		c.strokes(g, row, y)
		c.words(g, row, y)
	}
	c.uprights(g, rows)

	w, h := wide*cellW+2*margin, len(rows)*cellH+2*margin
	var b bytes.Buffer
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "+
		"viewBox=\"%d %d %d %d\" font-family=\"%s\" font-size=\"%s\">\n",
		w, h, -margin, -margin, w, h, fonts, typeSize)
	b.WriteString("<title>")
	_ = xml.EscapeText(&b, []byte(title))
	b.WriteString("</title>\n")
	fmt.Fprintf(&b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\"/>\n",
		-margin, -margin, w, h, g.bg)
	put := func(m map[string]*bytes.Buffer, format string) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(&b, format, key, m[key])
		}
	}
	put(c.backs, "<path shape-rendering=\"crispEdges\" fill=\"%s\" d=\"%s\"/>\n")
	put(c.blocks, "<path shape-rendering=\"crispEdges\" fill=\"%s\" d=\"%s\"/>\n")
	put(c.hatches, "<path shape-rendering=\"crispEdges\" %s d=\"%s\"/>\n")
	put(c.lines, "<path transform=\"translate(.5 .5)\" fill=\"none\" stroke=\"%s\" d=\"%s\"/>\n")
	put(c.heavy, "<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\" d=\"%s\"/>\n")
	put(c.signs, "<g %s stroke-width=\"1.2\">%s</g>\n")
	put(c.texts, "<g %s>\n%s</g>\n")
	b.WriteString("</svg>\n")
	return b.Bytes()
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
			rect(into(c.backs, back), float64(x*cellW), float64(y*cellH), float64((end-x)*cellW),
				cellH)
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
	my := float64(y*cellH) + cellH/2
	for x := 0; x < len(row); x++ {
		front, _ := g.colours(row[x].look)
		left, top, mx := float64(x*cellW), float64(y*cellH), float64(x*cellW)+cellW/2
		switch s := row[x].text; s {
		case "╭":
			fmt.Fprintf(into(c.lines, front), "M%g %gV%gq0-4 4-4", mx, top+cellH, my+4)
		case "╮":
			fmt.Fprintf(into(c.lines, front), "M%g %gV%gq0-4-4-4", mx, top+cellH, my+4)
		case "╰":
			fmt.Fprintf(into(c.lines, front), "M%g %gV%gq0 4 4 4", mx, top, my-4)
		case "╯":
			fmt.Fprintf(into(c.lines, front), "M%g %gV%gq0 4-4 4", mx, top, my-4)
		case "━", "┃", "┏", "┓", "┗", "┛", "┯":
			b := into(c.heavy, front)
			if strings.Contains("━┓┛┯", s) {
				fmt.Fprintf(b, "M%g %gH%g", left, my, mx)
			}
			if strings.Contains("━┏┗┯", s) {
				fmt.Fprintf(b, "M%g %gH%g", mx, my, left+cellW)
			}
			if strings.Contains("┃┗┛", s) {
				fmt.Fprintf(b, "M%g %gV%g", mx, top, my)
			}
			if strings.Contains("┃┏┓┯", s) {
				fmt.Fprintf(b, "M%g %gV%g", mx, my, top+cellH)
			}
		case "░", "▒":
			from := x
			for x+1 < len(row) && row[x+1].text == s && row[x+1].look == row[x].look {
				x++
			}
			opacity := map[string]string{"░": ".35", "▒": ".6"}[s]
			rect(into(c.hatches, fmt.Sprintf("fill=\"%s\" fill-opacity=\"%s\"", front, opacity)),
				float64(from*cellW), top+2, float64((x-from+1)*cellW), cellH-4)
		default:
			if px, py, pw, ph, ok := block(s); ok {
				from := x
				for px == 0 && pw == 8 && x+1 < len(row) && row[x+1].text == s &&
					row[x+1].look == row[x].look {
					x++
				}
				w := float64(x-from)*cellW + pw*cellW/8
				rect(into(c.blocks, front), left+px*cellW/8, top+py*cellH/8, w, ph*cellH/8)
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
			for r && x+1 < len(row) && row[x+1].text == "─" && row[x+1].look == row[x].look {
				x++
				end += cellW
			}
			fmt.Fprintf(into(c.lines, front), "M%g %gH%g", start, my, end)
		}
	}
}

// uprights draws the vertical parts of borders, joined over rows.
func (c *canvas) uprights(g ground, rows [][]cell) {
	done := map[[2]int]bool{}
	for y, row := range rows {
		for x := range row {
			up, _, down, _, ok := arms(row[x].text)
			if !ok || !up && !down || done[[2]int{x, y}] {
				continue
			}
			front, _ := g.colours(row[x].look)
			mx, start, end := x*cellW+cellW/2, y*cellH, (y+1)*cellH
			if !up {
				start += cellH / 2
			}
			if !down {
				end -= cellH / 2
			}
			for n := y + 1; down && n < len(rows) && x < len(rows[n]) && rows[n][x].text == "│" &&
				rows[n][x].look == row[x].look; n++ {
				done[[2]int{x, n}] = true
				end += cellH
			}
			fmt.Fprintf(into(c.lines, front), "M%d %dV%d", mx, start, end)
		}
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

// words draws the other characters as text: plain ones in runs of one look, every other one by
// itself in the middle of its cells.
func (c *canvas) words(g ground, row []cell, y int) {
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
		b, ty := into(c.texts, attrs), y*cellH+baseline
		if row[x].under {
			end := x + 1
			for ; end < len(row) && row[end].look == row[x].look; end++ {
			}
			if x == 0 || row[x-1].look != row[x].look {
				rect(into(c.blocks, front), float64(x*cellW), float64(y*cellH)+baseline+2,
					float64((end-x)*cellW), 1)
			}
		}
		if !plain(x) {
			if s == " " {
				continue
			}
			fmt.Fprintf(b, "<text x=\"%g\" y=\"%d\" text-anchor=\"middle\">",
				float64(x*cellW)+float64(max(row[x].wide, 1)*cellW)/2, ty)
			_ = xml.EscapeText(b, []byte(s))
			b.WriteString("</text>\n")
			continue
		}
		end := x + 1
		for end < len(row) && row[end].look == row[x].look &&
			(plain(end) || row[end].text == " " && end+1 < len(row) && plain(end+1) &&
				row[end+1].look == row[x].look) {
			end++
		}
		var text strings.Builder
		for _, k := range row[x:end] {
			text.WriteString(k.text)
		}
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" "+
			"lengthAdjust=\"spacingAndGlyphs\">", x*cellW, ty, cmp.Or((end-x)*cellW, 1))
		_ = xml.EscapeText(b, []byte(text.String()))
		b.WriteString("</text>\n")
		x = end - 1
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
