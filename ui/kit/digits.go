package kit

import "strings"

// digitRows is the height of a digit of [Digits], in pixels.
const digitRows = 7

// digitGlyph returns the rows of a digit of [Digits], separated by spaces, where # is a pixel. It
// returns "" for a character that has none. The characters are those of console.Left.
func digitGlyph(r rune) string {
	switch r {
	case '0':
		return ".###. #...# #...# #...# #...# #...# .###."
	case '1':
		return "..#.. .##.. #.#.. ..#.. ..#.. ..#.. #####"
	case '2':
		return ".###. #...# ....# ...#. ..#.. .#... #####"
	case '3':
		return ".###. #...# ....# ..##. ....# #...# .###."
	case '4':
		return "...#. ..##. .#.#. #..#. ##### ...#. ...#."
	case '5':
		return "##### #.... ####. ....# ....# #...# .###."
	case '6':
		return ".###. #.... #.... ####. #...# #...# .###."
	case '7':
		return "##### ....# ...#. ..#.. ..#.. ..#.. ..#.."
	case '8':
		return ".###. #...# #...# .###. #...# #...# .###."
	case '9':
		return ".###. #...# #...# .#### ....# ....# .###."
	case ':':
		return ". . # . # . ."
	case 'd':
		return "....# ....# .#### #...# #...# #...# .####"
	case 'h':
		return "#.... #.... ####. #...# #...# #...# #...#"
	case 'm':
		return "..... ..... ##.#. #.#.# #.#.# #.#.# #.#.#"
	case 'y':
		return "..... ..... #...# #...# .#### ....# .###."
	case ' ':
		return ". . . . . . ."
	}
	return ""
}

// Digits writes a time in digits of 5 by 7 pixels for a projector, in rows of one width. A pixel is
// 2 s cells wide and s rows high. It returns nil if a character has no digit, or s is below 1.
func Digits(text string, s int) []string {
	if text == "" || s < 1 {
		return nil
	}
	var rows [digitRows]string
	for i, r := range []rune(text) {
		g := strings.Fields(digitGlyph(r))
		if len(g) != digitRows {
			return nil
		}
		for y := range rows {
			if i > 0 {
				rows[y] += "."
			}
			rows[y] += g[y]
		}
	}
	pixel := strings.NewReplacer("#", strings.Repeat("█", 2*s), ".", Spaces(2*s))
	out := make([]string, 0, digitRows*s)
	for _, row := range rows {
		for range s {
			out = append(out, pixel.Replace(row))
		}
	}
	return out
}
