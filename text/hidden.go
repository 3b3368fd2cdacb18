package text

import (
	"strings"
	"unicode"
)

// hidden reports whether rs[i] does not pass at its place. Such a character is invisible there,
// acts on a terminal, or has a meaning only in the program that wrote it.
func hidden(rs []rune, i int) bool {
	switch r := rs[i]; {
	case r == nonJoiner || r == joiner:
		return !joins(rs, i)
	case unicode.Is(unicode.Variation_Selector, r):
		return !varies(rs, i)
	case r >= 0xe0020 && r <= 0xe007f:
		return !inFlag(rs, i)
	default:
		return ignorable(r) || unicode.Is(unicode.Noncharacter_Code_Point, r) ||
			unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
	}
}

// ignorable reports whether r shows nothing although it is a letter, a mark or not assigned. With
// it two different names look the same.
func ignorable(r rune) bool { return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) }

// joining are the scripts in which a joiner changes how letters are drawn.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Phags_Pa,
	unicode.Mandaic, unicode.Manichaean, unicode.Adlam, unicode.Hanifi_Rohingya,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Balinese, unicode.Javanese,
	unicode.Sundanese, unicode.Newa, unicode.Grantha, unicode.Tirhuta, unicode.Kaithi,
	unicode.Chakma,
}

// viramas are the signs that take the vowel from a consonant. A joiner after one chooses a form
// even at the end of a word.
const viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"

// joins reports whether the joiner at i is in a word of a joining script, or, if it is a ZWJ, in an
// emoji.
func joins(rs []rune, i int) bool {
	letter := i - 1
	for letter >= 0 && isMark(rs[letter]) {
		letter-- // a mark belongs to the letter before it
	}
	if letter >= 0 && unicode.In(rs[letter], joining...) {
		if i+1 < len(rs) && !ignorable(rs[i+1]) && inWord(rs[i+1]) {
			return true
		}
		return rs[i] == joiner && strings.ContainsRune(viramas, rs[i-1])
	}
	before := i - 1
	if before > 0 && rs[before] == '\ufe0f' {
		before--
	}
	return rs[i] == joiner && before >= 0 && i+1 < len(rs) && emoji(rs[before]) && emoji(rs[i+1])
}

// isMark reports whether r is a mark that is drawn on the character before it.
func isMark(r rune) bool {
	return unicode.Is(unicode.M, r) && !ignorable(r) && !unicode.Is(unicode.Variation_Selector, r)
}

// inWord reports whether r can follow a joiner in a joining script: one of its letters, or a mark
// that several scripts share.
func inWord(r rune) bool {
	return unicode.In(r, joining...) || unicode.Is(unicode.Inherited, r) &&
		unicode.Is(unicode.Mn, r)
}

// varies reports whether the variation selector at i has a visible effect. It makes an emoji
// coloured or plain, it is part of a keycap, and it chooses a form of a Chinese or Mongolian
// letter.
func varies(rs []rune, i int) bool {
	if i == 0 {
		return false
	}
	before := rs[i-1]
	switch r := rs[i]; {
	case r == '\ufe0e' || r == '\ufe0f':
		keycap := i+1 < len(rs) && rs[i+1] == '\u20e3' &&
			strings.ContainsRune("#*0123456789", before)
		return keycap || emoji(before)
	case r < '\ufe00':
		return unicode.Is(unicode.Mongolian, before) && unicode.IsLetter(before)
	}
	return unicode.Is(unicode.Han, before)
}

// emoji reports whether r may be drawn as one. Most of them are among the symbols from U+2100 on.
func emoji(r rune) bool {
	const others = "©®‼⁉ℹ↔⤴⤵◻◼◽◾〰〽\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
	return strings.ContainsRune(others, r) || r >= '\u2100' && unicode.Is(unicode.So, r)
}

// inFlag reports whether the tag at i is in the flag of a region: a black flag, three to six tags,
// and the end tag.
func inFlag(rs []rune, i int) bool {
	const flag, end, most = '\U0001f3f4', '\U000e007f', 6
	tag := func(r rune) bool { return r >= 0xe0061 && r <= 0xe007a || r >= 0xe0030 && r <= 0xe0039 }
	first := i
	if rs[i] == end {
		first--
	}
	for first >= 0 && i-first <= most && tag(rs[first]) {
		first--
	}
	if first < 0 || rs[first] != flag {
		return false
	}
	last := first + 1
	for last < len(rs) && tag(rs[last]) {
		last++
	}
	n := last - first - 1
	return last < len(rs) && rs[last] == end && n >= 3 && n <= most && i <= last
}
