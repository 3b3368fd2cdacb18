package kit

import "strings"

// bigRows is how many pixels a big character is high.
const bigRows = 5

// bigGlyph is a character of the big digits, row by row; # is a pixel. It is nil for what has no big form.
func bigGlyph(r rune) []string {
	switch r {
	case '0':
		return []string{"###", "# #", "# #", "# #", "###"}
	case '1':
		return []string{" # ", "## ", " # ", " # ", "###"}
	case '2':
		return []string{"###", "  #", "###", "#  ", "###"}
	case '3':
		return []string{"###", "  #", "###", "  #", "###"}
	case '4':
		return []string{"# #", "# #", "###", "  #", "  #"}
	case '5':
		return []string{"###", "#  ", "###", "  #", "###"}
	case '6':
		return []string{"###", "#  ", "###", "# #", "###"}
	case '7':
		return []string{"###", "  #", "  #", "  #", "  #"}
	case '8':
		return []string{"###", "# #", "###", "# #", "###"}
	case '9':
		return []string{"###", "# #", "###", "  #", "###"}
	case ':':
		return []string{" ", "#", " ", "#", " "}
	case '≤':
		return []string{"  #", " # ", "#  ", " # ", "###"}
	case 'd':
		return []string{"  #", "  #", "###", "# #", "###"}
	case 'h':
		return []string{"#  ", "#  ", "###", "# #", "# #"}
	case 'm':
		return []string{"     ", "     ", "#####", "# # #", "# # #"}
	case 'y':
		return []string{"   ", "# #", "###", "  #", "###"}
	case ' ':
		return []string{" ", " ", " ", " ", " "}
	}
	return nil
}

// Big writes text, a time, in block digits: three rows at scale 1, and at scale 2 five rows with pixels two cells wide. Scale
// 0 is five rows of whole cells, for a screen that has no half blocks.
// All rows are of one width. It gives nil when a character has no big form.
func Big(text string, scale int) []string {
	var rows [bigRows]string
	for i, r := range []rune(text) {
		g := bigGlyph(r)
		if g == nil {
			return nil
		}
		for y := range bigRows {
			if i > 0 {
				rows[y] += " "
			}
			rows[y] += g[y]
		}
	}
	if scale != 1 {
		pixel := strings.NewReplacer("#", "██", " ", "  ")
		if scale == 0 {
			pixel = strings.NewReplacer("#", "█")
		}
		out := make([]string, bigRows)
		for y, row := range rows {
			out[y] = pixel.Replace(row)
		}
		return out
	}
	out := make([]string, 0, (bigRows+1)/2)
	for y := 0; y < bigRows; y += 2 {
		var b strings.Builder
		for x := range len(rows[y]) {
			up, down := rows[y][x] == '#', false
			if below := rows[y+1:]; len(below) > 0 {
				down = below[0][x] == '#'
			}
			switch {
			case up && down:
				b.WriteString("█")
			case up:
				b.WriteString("▀")
			case down:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		out = append(out, b.String())
	}
	return out
}
