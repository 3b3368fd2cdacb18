package tokenapi

import (
	"bytes"
	"encoding/ascii85"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	pieceLen  = 12 // length of the parts that are looked for; a shorter secret is one part
	wholeFrom = 8  // shorter secrets are looked for as words: "test" is in "latest"
	sideLen   = 6  // length of the two sides of a cut; next to a masked part, one side is enough
	maxGap    = 3  // characters that a cut may add or remove
	rawLen    = 8  // bytes of a secret that is written in hexadecimal
)

// echoes finds texts that repeat a secret, or pieceLen characters of it, in any case and any
// encoding that viewsOf decodes. It compares two forms of a text: without separators, and with
// letters and digits only.
type echoes struct {
	runs      []*runSet // one for each length
	shortRuns *runSet
	raw       *runSet  // the bytes of secrets that are written in hexadecimal, such as a UUID
	short     []string // secrets shorter than wholeFrom, in lower case
}

// newEchoes prepares the search. A part of a secret that also occurs in open is not looked for: a
// client secret may begin with the name of the client.
func newEchoes(secrets, open []string) *echoes {
	e := &echoes{shortRuns: newRunSet(sideLen), raw: newRunSet(rawLen)}
	public := newRunSet(wholeFrom)
	for _, s := range open {
		public.addAll(folded(s), nil)
		public.addAll(lettersOf(folded(s)), nil)
	}
	for _, s := range secrets {
		if n := utf8.RuneCountInString(s); n < wholeFrom {
			if form := string(folded(s)); n >= shortest && len(form) >= shortest {
				e.short = append(e.short, form)
			}
			continue
		}
		e.raw.addAll(rawOf(s), nil)
		var seen [][]byte
		for _, form := range searchForms(s) {
			same := func(b []byte) bool { return string(b) == string(form) }
			if len(form) < wholeFrom || slices.ContainsFunc(seen, same) {
				continue
			}
			seen = append(seen, form)
			k := min(len(form), pieceLen)
			own := public.outside(form)
			e.ofLen(k).addAll(form, func(i int) bool { return own[i+k]-own[i] < min(k, sideLen) })
			if k == pieceLen {
				e.shortRuns.addAll(form, func(i int) bool { return own[i+sideLen] == own[i] })
			}
		}
	}
	return e
}

// rawOf returns the bytes of a secret that is written in hexadecimal, with hyphens (UUID) or
// without.
func rawOf(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil {
		return nil
	}
	return b
}

// searchForms returns the forms of a secret to look for: folded, reversed, unescaped, and in
// base64, base32 and ascii85. In base64 three bytes become four letters, so a secret within a
// longer text has one of three forms. Letters and digits remain if the case is lost. The same holds
// for base32 (both alphabets) and ascii85, which viewsOf does not decode.
func searchForms(s string) [][]byte {
	own := folded(s)
	out := [][]byte{own, lettersOf(own)}
	backwards := slices.Clone(own)
	slices.Reverse(backwards)
	out = append(out, backwards)
	for plain, n := s, 0; n < 3; n++ { // a secret may look escaped itself
		again := unescaped(plain)
		if again == plain {
			break
		}
		plain = again
		out = append(out, folded(plain), lettersOf(folded(plain)))
	}
	if len(s) >= pieceLen {
		for before := range 3 {
			padded := append(make([]byte, before), s...)
			from, to := (before*8+5)/6, len(padded)*8/6
			out = append(out,
				lettersOf(folded(base64.RawStdEncoding.EncodeToString(padded)[from:to])))
		}
		for before := range 5 {
			padded := append(make([]byte, before), s...)
			from, to := (before*8+4)/5, len(padded)*8/5
			for _, alphabet := range []*base32.Encoding{base32.StdEncoding, base32.HexEncoding} {
				out = append(out, lettersOf(folded(alphabet.EncodeToString(padded)[from:to])))
			}
		}
		for before := range 4 {
			padded := append(bytes.Repeat([]byte{1}, before), s...) // not 0: z means 0000
			padded = padded[:len(padded)/4*4]
			text := make([]byte, ascii85.MaxEncodedLen(len(padded)))
			text = text[:ascii85.Encode(text, padded)]
			out = append(out, folded(string(text[min(before, 1)*5:])))
		}
	}
	return out
}

func (e *echoes) ofLen(k int) *runSet {
	for _, r := range e.runs {
		if r.k == k {
			return r
		}
	}
	r := newRunSet(k)
	e.runs = append(e.runs, r)
	return r
}

// in reports whether a text repeats a secret. If strict, sideLen characters are enough.
func (e *echoes) in(s string, strict bool) bool {
	if len(s) < shortest {
		return false
	}
	found := false
	viewsOf(s, func(view string) bool {
		found = e.inView(view, strict)
		return !found
	})
	return found
}

func (e *echoes) inView(view string, strict bool) bool {
	if e.raw.any([]byte(view)) {
		return true
	}
	form := folded(view)
	for n := range 2 {
		if n == 1 {
			form = lettersOf(form)
		}
		if strict && e.shortRuns.any(form) || e.shortRuns.hasGap(form) {
			return true
		}
		for _, r := range e.runs {
			if r.any(form) {
				return true
			}
		}
	}
	if len(e.short) == 0 {
		return false
	}
	low := strings.ToLower(view)
	return slices.ContainsFunc(e.short, func(s string) bool { return standsAlone(low, s) })
}

// standsAlone reports whether word occurs in s with no letter or digit next to it.
func standsAlone(s, word string) bool { return replaceWord(s, word, "") != s }

// runSet is a set of runs (substrings of k bytes), by hash, with the position of each.
type runSet struct {
	k      int
	top    uint64 // the factor of the first byte of a run
	filter [1 << 10]uint64
	at     map[uint64]int
	size   int
}

const runBase = 0x9E3779B97F4A7C15

func newRunSet(k int) *runSet {
	r := &runSet{k: k, top: 1, at: map[uint64]int{}}
	for range k - 1 {
		r.top *= runBase
	}
	return r
}

// each calls f with the hash of every run until f returns false. Its time is proportional to the
// length of the text.
func (r *runSet) each(form []byte, f func(i int, h uint64) bool) {
	var h uint64
	for i, c := range form {
		if i >= r.k {
			h -= (uint64(form[i-r.k]) + 1) * r.top
		}
		h = h*runBase + uint64(c) + 1
		if i >= r.k-1 && !f(i-r.k+1, h) {
			return
		}
	}
}

func bitOf(h uint64) (word, bit uint64) {
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return h >> 48 >> 6, 1 << (h >> 48 & 63)
}

// outside returns, for each position of a text, the number of characters before it that are in no
// run of the set.
func (r *runSet) outside(form []byte) []int {
	n := make([]int, len(form)+1)
	inside := 0 // the end of the last run
	r.each(form, func(i int, h uint64) bool {
		if _, is := r.find(h); is {
			for j := max(i, inside); j < i+r.k; j++ {
				n[j+1] = -1
			}
			inside = i + r.k
		}
		return true
	})
	for i := range form {
		n[i+1] += n[i] + 1
	}
	return n
}

// addAll adds the runs of a text, except those at positions for which skip returns true.
func (r *runSet) addAll(form []byte, skip func(at int) bool) {
	r.each(form, func(i int, h uint64) bool {
		if skip == nil || !skip(i) {
			word, bit := bitOf(h)
			r.filter[word] |= bit
			if _, have := r.at[h]; !have {
				r.at[h] = r.size + i
			}
		}
		return true
	})
	r.size += len(form) + 100 // runs of two texts are never neighbours
}

func (r *runSet) find(h uint64) (at int, ok bool) {
	if word, bit := bitOf(h); r.filter[word]&bit == 0 {
		return 0, false
	}
	at, ok = r.at[h]
	return at, ok
}

// any reports whether a text has one of the runs.
func (r *runSet) any(form []byte) (has bool) {
	if len(r.at) == 0 {
		return false
	}
	r.each(form, func(_ int, h uint64) bool {
		_, has = r.find(h)
		return !has
	})
	return has
}

// hasGap reports whether a text has two runs that are close to each other both there and in the
// secret: a character was added, removed or changed between them.
func (r *runSet) hasGap(form []byte) (has bool) {
	if len(r.at) == 0 {
		return false
	}
	type hit struct{ text, secret int }
	var before []hit // the last runs that may be the first of two
	r.each(form, func(i int, h uint64) bool {
		at, ok := r.find(h)
		if !ok {
			return true
		}
		for _, b := range before {
			gap, lost := i-b.text-r.k, at-b.secret-r.k
			if has = gap >= 0 && gap <= maxGap && lost >= 0 && lost <= maxGap; has {
				return false
			}
		}
		if before = append(before, hit{i, at}); len(before) > r.k+maxGap+1 {
			before = before[1:]
		}
		return true
	})
	return has
}

// folded returns a text in lower case, decomposed (NFKD), without spaces, control characters, marks
// and invisible characters.
func folded(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			i++
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c > ' ' && c != 0x7f {
				out = append(out, c)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == utf8.RuneError, strings.ContainsRune("•…\u115f\u1160\u3164\uffa0", r),
			unicode.IsSpace(r), unicode.In(r, unicode.C, unicode.Z, unicode.M):
		default:
			// Wide, circled and mathematical letters.
			if plain := norm.NFKC.PropertiesString(s[i-size : i]).Decomposition(); plain != nil {
				out = append(out, folded(string(plain))...)
				continue
			}
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
	}
	return out
}

// lettersOf returns the letters and digits of a folded text.
func lettersOf(form []byte) []byte {
	out := make([]byte, 0, len(form))
	for i := 0; i < len(form); {
		r, size := utf8.DecodeRune(form[i:])
		if r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9') ||
			r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			out = append(out, form[i:i+size]...)
		}
		i += size
	}
	return out
}
