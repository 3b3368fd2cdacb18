package pane

import (
	"strconv"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// tokenRow is a row of the token list. Its texts are cleaned and redacted. The bar comes from the
// axis of the list.
type tokenRow struct {
	marked                         bool
	sign                           scene.Cell
	name, env, token, user, scopes string
	text                           themes.Paint // of the texts before the time left
	left                           scene.Cell
	bar                            scene.Cell
	hatched                        bool       // the bar shows for how long a token may still pass
	word                           scene.Cell // stands behind the bar
	calls                          []call     // oldest first
	probing                        bool       // a probe loop runs, which no other word says
	probed                         bool       // it was called at least once, perhaps before its end
	state                          bool       // the word is that of the state, not of what runs
	note                           scene.Cell // in place of the calls
	brief                          string     // the note in a word
	parts                          []string   // words in place of the bar and the calls
}

// rowPaints are the paints that all rows share.
type rowPaints struct {
	mark, quiet, running themes.Paint
	calls                [4]themes.Paint // by callKind
}

// draw puts the row on a line that begins with its edge. apart keeps the bar apart from a row in
// reverse video, in which a blank cell looks like a full one.
func (r *tokenRow) draw(l *kit.Line, c columns, p *rowPaints, apart bool) {
	if r.marked {
		l.Put(string(p.mark), "✓")
	} else {
		l.Gap(1)
	}
	l.Put(string(r.sign.Paint), r.sign.Text)
	gap := 1
	put := func(paint themes.Paint, text string, w int) {
		if w > 0 {
			l.Gap(gap)
			putFitted(l, paint, kit.Middle(text, w), w)
			gap = c.gap
		}
	}
	put(r.text, r.name, c.name)
	put(p.quiet, r.env, c.env)
	if c.token < tokenWhole {
		put(r.text, kit.Cut(r.token, c.token), c.token)
	} else {
		put(r.text, r.token, c.token)
	}
	put(r.text, r.user, c.who)
	put(p.quiet, r.scopes, c.scopes)
	l.Gap(gap + c.left - kit.Width(r.left.Text))
	l.Put(string(r.left.Paint), kit.Middle(r.left.Text, c.left))
	switch {
	case c.axis+c.calls == 0:
	case len(r.parts) > 0:
		l.Gap(c.gap)
		r.putParts(l, p, c.behindLeft())
	case c.axis == 0 && r.word.Text != "":
		l.Gap(c.gap)
		l.Put(string(r.word.Paint), kit.Short(r.word.Text, c.calls))
	case c.axis == 0:
		l.Gap(c.gap)
		r.putCalls(l, p, c.calls-beforeFrame)
	case !r.putBar(l, c, p, apart) && c.calls > 0:
		l.Gap(c.gap)
		r.putCalls(l, p, c.calls-beforeFrame)
	}
}

// putFitted puts text on the line and pads it to w cells.
func putFitted(l *kit.Line, paint themes.Paint, text string, w int) {
	end := l.Width() + w
	l.Put(string(paint), text)
	l.Gap(end - l.Width())
}

// probingWord stands on the row of a token that a probe loop probes.
const probingWord = "probing"

// putBar puts the column of the axis on the line: the bar, and behind it the word of the state. A
// word that is too long for the axis takes the cells of the calls too, which putBar reports then.
// Calls that have no column stand behind the bar if there is no word.
func (r *tokenRow) putBar(l *kit.Line, c columns, p *rowPaints, apart bool) (overCalls bool) {
	blank := l.Gap
	if apart {
		blank = func(n int) { l.Bare("", kit.Spaces(n)) }
	}
	const space = 2 // between the bar and a word
	blank(c.gap)
	end, last := l.Width()+c.axis, l.Width()+c.behindLeft()
	l.Bare(string(r.bar.Paint), r.bar.Text)
	room := end - l.Width() - space
	switch word := kit.Width(r.word.Text); {
	case word > 0 && (word <= room || r.state && word <= last-l.Width()-space):
		overCalls, r.probing = word > room, false
		blank(space)
		l.Put(string(r.word.Paint), r.word.Text)
	case r.hatched && c.calls == 0 && room > beforeFrame:
		blank(space)
		r.putCalls(l, p, room-beforeFrame)
	}
	blank(end - l.Width())
	return overCalls
}

// beforeFrame is the number of blank cells after the calls. The frame looks like one more call.
const beforeFrame = 1

// putCalls puts the text about the calls on the line, in at most w cells, and pads nothing. Words
// may touch the frame.
func (r *tokenRow) putCalls(l *kit.Line, p *rowPaints, w int) {
	if r.note.Text != "" {
		l.Put(string(r.note.Paint), scene.Fitting([]string{r.note.Text, r.brief}, w+beforeFrame))
		return
	}
	if len(r.calls) == 0 {
		if r.hatched {
			l.Put(string(p.quiet), untried(r.probed, w+beforeFrame))
		}
		return
	}
	if rest := w - kit.Width(probingWord) - 1; r.probing && rest >= kit.Width("200") {
		l.Put(string(p.running), probingWord)
		l.Gap(1)
		w = rest
	}
	var space [16]callPiece
	for _, piece := range appendCalls(space[:0], r.calls, w) {
		l.Put(string(p.calls[piece.kind]), piece.text)
	}
}

// putParts puts as many of the parts on the line as fit into w cells, from the first on.
func (r *tokenRow) putParts(l *kit.Line, p *rowPaints, w int) {
	const between = " · "
	for i, part := range r.parts {
		lead := ""
		if i > 0 {
			lead = between
		}
		if w -= kit.Width(lead) + kit.Width(part); w < 0 {
			return
		}
		l.Put(string(p.quiet), lead)
		l.Put(string(p.quiet), part)
	}
}

// behindLeft returns the width of axis and calls with the gap between them.
func (c columns) behindLeft() int {
	if c.axis == 0 || c.calls == 0 {
		return c.axis + c.calls
	}
	return c.axis + c.gap + c.calls
}

// putHead puts the headings of the columns on a line. ticks are those of the axis; "" if no row has
// a bar, because all tokens are over.
func (c columns) putHead(l *kit.Line, paint themes.Paint, ticks string) {
	l.Gap(rowHead - c.gap)
	put := func(text string, w int) {
		if w > 0 {
			l.Gap(c.gap)
			putFitted(l, paint, kit.Cut(text, w), w)
		}
	}
	if c.name < nameLeast {
		put("APP", c.name)
	} else {
		put("APPLICATION", c.name)
	}
	put("ENV", c.env)
	if c.token < tokenWhole {
		put("TOK", c.token)
	} else {
		put("TOKEN", c.token)
	}
	put("FOR", c.who)
	put("SCOPES", c.scopes)
	put(kit.Right("LEFT", c.left), c.left)
	if ticks == "" && c.axis > 0 {
		put("HOW IT ENDED", c.behindLeft())
		return
	}
	put(ticks, c.axis)
	put("CALLS", c.calls)
}

// putHeading puts the heading of a section on a line of w cells: a title, and a text at the right
// end. Of each it takes the first that fits.
func putHeading(l *kit.Line, title, rule themes.Paint, titles, rights []string, w int) {
	const around = 7 // cells around the two texts
	for _, right := range rights {
		for _, t := range titles {
			n := w - around - kit.Width(t) - kit.Width(right)
			if n < 0 {
				continue
			}
			l.Gap(1)
			l.Put(string(rule), "─ ")
			l.Put(string(title), t)
			l.Gap(1)
			l.Put(string(rule), kit.Rule(n))
			l.Gap(1)
			l.Put(string(title), right)
			l.Put(string(rule), " ─")
			return
		}
	}
	l.Gap(1)
	l.Put(string(title), kit.Short(titles[len(titles)-1], w-1))
}

// moreText returns the text of the line after the live rows, which counts rows that are not shown.
// last says when the last row ends; "" if that is not known.
func moreText(above, below int, last string, w int) string {
	if below == 0 {
		return kit.Short(strconv.Itoa(above)+" more, above", w)
	}
	text := strconv.Itoa(below) + " more, below"
	if both := strconv.Itoa(above) + " above · " + strconv.Itoa(below) + " below"; above > 0 &&
		kit.Width(both) <= w {
		text = both
	}
	if long := text + " · the last " + last; last != "" && kit.Width(long) <= w {
		return long
	}
	return kit.Short(text, w)
}
