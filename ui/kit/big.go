package kit

import "strings"

// bigRows is the height of a block digit, in pixels.
const bigRows = 5

// bigGlyph returns the rows of a block digit, where # is a pixel. It returns nil for a character
// that has none.
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

// Big writes a time in block digits, in rows of one width. Scale 1 has three rows of half blocks.
// Scale 2 has five rows, with pixels two cells wide. Scale 0 has five rows of whole cells, for
// screens without half blocks. It returns nil if a character has no block digit.
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
