package pane

import (
	"slices"
	"strings"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// phrase is a part of a line: a key or a sign, and a text in forms of which the first is the
// longest. A phrase that does not fit is left out whole.
type phrase struct {
	key      string
	keyPaint themes.Paint // of a sign
	isSign   bool         // key is a sign
	paint    themes.Paint
	texts    []string
	spare    bool // it is left out before others become shorter
	firm     bool // it becomes shorter only when no phrase after it is left, but for kept ones
	kept     bool // it becomes shorter and is left out after all others
}

// say returns a phrase in several forms. It returns one without forms, which is left out, for nil.
func say(texts ...string) phrase { return phrase{texts: texts} }

// does returns a phrase that begins with a key.
func does(key string, texts ...string) phrase { return phrase{key: key, texts: texts} }

// leadPaint returns the colour of the key or sign. That of a sign may be none.
func (p phrase) leadPaint(s *scene.Scene) themes.Paint {
	if p.isSign {
		return p.keyPaint
	}
	return s.Styles.Key
}

// painted returns the phrase in a colour.
func (p phrase) painted(paint themes.Paint) phrase {
	p.paint = paint
	return p
}

func (p phrase) width() int {
	n := kit.Width(p.texts[0])
	if p.key != "" {
		n += kit.Width(p.key) + 1
	}
	return n
}

// gapAfter returns the cells between a phrase and the next one. A sentence of two parts is set off
// by one more cell.
func (p phrase) gapAfter(gap int) int {
	if strings.Contains(p.texts[0], "; ") {
		return gap + 1
	}
	return gap
}

func widthOf(all []phrase, gap int) (n int) {
	for i, p := range all {
		n += p.width()
		if i < len(all)-1 {
			n += p.gapAfter(gap)
		}
	}
	return n
}

// fitting returns the phrases that fit into w cells, gap cells apart, each with one form. Each step
// begins at the end: it leaves out the spare ones, then takes shorter forms, then leaves out
// phrases.
func fitting(all []phrase, w, gap int) []phrase {
	all = slices.DeleteFunc(slices.Clone(all),
		func(p phrase) bool { return len(p.texts) == 0 || p.texts[0] == "" })
	var longest []string // the forms of the first one
	if len(all) > 0 {
		longest = all[0].texts
	}
	find := func(fits func(i int, p phrase) bool) int {
		for i, p := range slices.Backward(all) {
			if fits(i, p) {
				return i
			}
		}
		return -1
	}
	steps := []func(i int, p phrase) bool{
		func(_ int, p phrase) bool { return p.spare },
		func(i int, p phrase) bool { return !p.firm && len(p.texts) > 1 },
		func(i int, p phrase) bool { return i > 0 && !p.kept },
		func(_ int, p phrase) bool { return !p.kept && len(p.texts) > 1 },
		func(_ int, p phrase) bool { return len(p.texts) > 1 },
		func(i int, p phrase) bool { return i > 0 },
		func(_ int, p phrase) bool { return !p.firm },
	}
	for len(all) > 0 && widthOf(all, gap) > w {
		step, i := 0, -1
		for ; step < len(steps) && i < 0; step++ {
			i = find(steps[step])
		}
		switch {
		case i < 0:
			return all // a firm one, which the caller cuts
		case step == 2, step == 4, step == 5, step == 3 && all[i].firm && len(all[i].texts) > 1:
			all[i].texts = all[i].texts[1:]
		default:
			all = slices.Delete(all, i, i+1)
			if i == 0 {
				longest = nil
			}
		}
	}
	// A step may have saved more cells than were missing.
	for first := longest; len(all) > 0 && len(first) > len(all[0].texts); first = first[1:] {
		short := all[0].texts
		if all[0].texts = first; widthOf(all, gap) <= w {
			break
		}
		all[0].texts = short
	}
	return all
}

// phrases draws the phrases that fit on one line of w cells, with a blank at both ends.
func phrases(s *scene.Scene, w, gap int, all ...phrase) string {
	l := kit.NewLine("", 256)
	l.Gap(1)
	putPhrases(s, l, w-2, gap, all)
	return l.End(w)
}

// rows draws lines of phrases, gap cells apart.
func rows(s *scene.Scene, w, gap int, lines [][]phrase) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = phrases(s, w, gap, l...)
	}
	return out
}

// inWords draws each phrase in its longest form on lines of its own, with an empty line between the
// groups.
func inWords(s *scene.Scene, w int, groups [][]phrase) (out []string) {
	for _, group := range groups {
		begun := false
		for _, p := range group {
			if len(p.texts) == 0 || p.texts[0] == "" {
				continue
			}
			if !begun && len(out) > 0 {
				out = append(out, kit.Spaces(w))
			}
			begun = true
			b := &builder{s: s, w: w, indent: 1}
			cells := []cell{{p.paint, p.texts[0]}}
			if p.key != "" {
				sign := cell{p.leadPaint(s), p.key + " "}
				cells = append([]cell{sign}, cells...)
			}
			b.add(cells...)
			out = append(out, b.block...)
		}
	}
	return out
}

// putPhrases appends the phrases that fit into w cells. It cuts one that is firm in its middle.
func putPhrases(s *scene.Scene, l *kit.Line, w, gap int, all []phrase) {
	shown := fitting(all, w, gap)
	for i, p := range shown {
		room := w
		if p.key != "" {
			l.Put(string(p.leadPaint(s)), p.key)
			l.Gap(1)
			room -= kit.Width(p.key) + 1
		}
		l.Put(string(p.paint), kit.Middle(p.texts[0], max(room, 0)))
		if i < len(shown)-1 {
			l.Gap(p.gapAfter(gap))
		}
	}
}
