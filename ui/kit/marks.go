package kit

import "unicode"

const (
	mostMarks = 8 // on one character: some Tibetan syllables have as many
	mostJoins = 8 // in one emoji: a family has three
)

// Cluster counts what piles up on one character of a text: terminals draw hundreds of combining marks over the lines above.
type Cluster struct {
	marks, joins int
	joined       bool
}

// Over reports whether r is one too many. It is to be called with every character of a text in turn.
func (c *Cluster) Over(r rune) bool {
	const joiner = '\u200d'
	switch {
	case r == joiner:
		c.joins++
	case unicode.Is(unicode.M, r), // also the vowels and finals of Hangul, which take no cell of their own
		r >= 0x1160 && r <= 0x11ff, r >= 0xd7b0 && r <= 0xd7ff:
		c.marks++
	case unicode.Is(unicode.Cf, r):
	default:
		if !c.joined {
			c.joins = 0
		}
		c.marks = 0
	}
	c.joined = r == joiner
	return c.marks > mostMarks || c.joined && c.joins > mostJoins
}
