package pane

import (
	"slices"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
)

// Stage is the stage of a revoked token that presenter mode lights.
type Stage int

// The stages. NoStage is that of a token that was not revoked.
const (
	NoStage Stage = iota
	RevokedStage
	PassesStage
	DeadStage
)

// Presenter holds the texts and times of one token for presenter mode. They are redacted already.
type Presenter struct {
	Stage    Stage
	Replaced bool         // the token was replaced, not revoked
	Word     string       // left of Time; alone if Time is ""
	Time     string       // drawn in digits
	Paint    themes.Paint // of Time and of the lit stage
	Name     string
	Words    []string  // about the token; a low screen shows the last of them
	Notice   string    // takes the place of Words; "" for none
	Life     *kit.Life // nil: no token
	From     [2]string // the text left of the line of life, long and short
	Until    [2]string // the text right of it
	Calls    []Call    // to the gateway, oldest first
	NoCalls  string    // stands in place of the calls if there are none
	Header   string    // the first line
	Warnings []string  // lines under it
	Styles   *themes.Styles
	ASCII    bool
}

// Call is a call to the gateway.
type Call struct {
	At      time.Time
	Verdict console.Verdict
	Status  int // 0: no answer
}

// show is how much of a presentation has room.
type show struct {
	scale  int  // pixels of the digits; 0: half blocks; -1: a line of text
	above  bool // Word stands above the digits
	boxes  bool // the stages have frames
	stages bool
	words  int // the name and the last words, a line each
	wraps  int // further lines for words that are longer than a line
	labels bool
	line   bool
	strip  bool
	gaps   int
	foot   bool // the last line of the screen stays blank
}

// digitLines returns the number of lines of the digits.
func (p *Presenter) digitLines(c show) int {
	n := 1
	switch {
	case c.scale > 0:
		n = 7 * c.scale
	case c.scale == 0 && p.ASCII:
		n = 5
	case c.scale == 0:
		n = 3
	}
	if c.above {
		n++
	}
	return n
}

// lines returns the number of lines of the content.
func (p *Presenter) lines(c show) int {
	n := p.digitLines(c) + c.words + c.wraps + c.gaps
	if c.boxes {
		n += 2
	}
	for _, one := range []bool{c.stages, c.labels, c.line, c.strip} {
		if one {
			n++
		}
	}
	return n
}

// fit chooses what to show on a screen of w by h cells.
func (p *Presenter) fit(w, h int) show {
	c := show{boxes: w >= 55, stages: true, words: 3, labels: true, line: true, strip: true,
		gaps: 4, foot: true, scale: max(1, min(w/60-1, h/20))}
	if h < 28 {
		c.words = 2
	}
	if kit.Width(p.oneLine()) > w {
		c.stages = false
	}
	c.scale, c.above = p.widest(c.scale, w)
	room := h - 1 - len(p.Warnings)
	fits := func() bool { return p.lines(c) <= room }
	if c.foot = p.lines(c) < room; fits() {
		return p.wrapped(c, w, room)
	}
	for c.gaps > 0 && !fits() {
		c.gaps--
	}
	for _, less := range []func(){
		func() { c.words = min(c.words, 2) },
		func() { c.labels = false },
		func() { c.boxes = false },
		func() { c.words = 1 },
		func() { c.scale, c.above = p.widest(0, w) },
		func() { c.scale = -1 },
		func() { c.strip = false },
		func() { c.line = false },
		func() { c.stages = false },
	} {
		if fits() {
			break
		}
		less()
	}
	// A step may have saved more lines than were missing.
	for _, more := range []func(*show){
		func(c *show) { c.boxes = c.stages && w >= 55 },
		func(c *show) { c.words = max(c.words, 2) },
		func(c *show) { c.labels = c.line },
		func(c *show) { c.gaps = 1 },
		func(c *show) { c.gaps = 2 },
		func(c *show) { c.gaps = 3 },
	} {
		with := c
		if more(&with); p.lines(with) <= room {
			c = with
		}
	}
	return p.wrapped(c, w, room)
}

// wrapped adds lines for words that are longer than a line of w cells, if room has them without all
// but one of the gaps.
func (p *Presenter) wrapped(c show, w, room int) show {
	if c.words == 1 {
		return c
	}
	with := c
	with.wraps = len(p.texts(c.words-1, w)) - (c.words - 1)
	for with.gaps > 1 && p.lines(with) > room {
		with.gaps--
	}
	if with.wraps <= 0 || p.lines(with) > room {
		return c
	}
	return with
}

// texts returns the notice, or the last n words, in lines of w cells.
func (p *Presenter) texts(n, w int) (out []string) {
	if p.Notice != "" {
		return kit.Wrap(p.Notice, w-2)
	}
	for _, text := range p.Words[max(len(p.Words)-n, 0):] {
		first, rest, parts := strings.Cut(text, "; ")
		switch {
		case kit.Width(text) <= w:
			out = append(out, text)
		case parts && max(kit.Width(first)+1, kit.Width(rest)) <= w-2:
			out = append(out, first+";", rest)
		default:
			out = append(out, kit.Wrap(text, w-2)...)
		}
	}
	return out
}

// widest returns the largest scale of the digits up to most that has room in w cells, and whether
// Word stands above them. See show.scale.
func (p *Presenter) widest(most, w int) (scale int, above bool) {
	if p.Time == "" {
		return most, false
	}
	word := kit.Width(p.Word) + wordGap
	for scale = most; scale > 0; scale-- {
		if word+kit.Width(kit.Digits(p.Time, scale)[0]) <= w-2 {
			return scale, false
		}
	}
	if most > 0 && kit.Width(kit.Digits(p.Time, 1)[0]) <= w-2 {
		return 1, true
	}
	if word+kit.Width(p.smallDigits()[0]) <= w-2 {
		return 0, false
	}
	return -1, false
}

// smallDigits returns Time in the digits of the panes.
func (p *Presenter) smallDigits() []string {
	if p.ASCII {
		return kit.Big(p.Time, 0)
	}
	return kit.Big(p.Time, 1)
}

// wordGap is the number of cells between Word and the digits.
const wordGap = 3

// Lines draws the presentation: h lines of w cells.
func (p *Presenter) Lines(w, h int) []string {
	c := p.fit(w, h)
	var blocks [][]string // one above the other; a gap may follow each of them
	if c.stages {
		blocks = append(blocks, p.stageLines(c.boxes, w))
	}
	blocks = append(blocks, p.timeLines(c, w), p.wordLines(c.words, c.wraps, w))
	life, labels, strip := p.lifeLines(w, c.labels)
	var below []string
	if c.line {
		below = append(below, life)
	}
	if c.labels {
		below = append(below, labels)
	}
	blocks = append(blocks, below)
	if c.strip {
		blocks = append(blocks, []string{strip})
	}
	out := append([]string{p.Header}, p.Warnings...)
	room := h - len(out) - p.lines(c)
	if c.foot {
		room--
	}
	for range room / 2 {
		out = append(out, kit.Spaces(w))
	}
	for i, b := range blocks {
		out = append(out, b...)
		if slices.Contains(gapOrder[:c.gaps], i) {
			out = append(out, kit.Spaces(w))
		}
	}
	for len(out) < h {
		out = append(out, kit.Spaces(w))
	}
	return out[:h]
}

// gapOrder lists the blocks of [Presenter.Lines] after which a blank line stands. The last one goes
// first.
var gapOrder = []int{1, 0, 2, 3}

// centred returns a line of w cells with text in its middle.
func centred(paint themes.Paint, text string, w int) string {
	text = kit.Short(text, w)
	l := kit.NewLine("", len(text)+64)
	l.Gap((w - kit.Width(text)) / 2)
	l.Put(string(paint), text)
	return l.End(w)
}

// stageNames returns the names of the stages, the lit one in capitals.
func (p *Presenter) stageNames() []string {
	names := []string{"revoked", "still passes", "dead"}
	if p.Replaced {
		names[0] = "replaced"
	}
	if p.Stage != NoStage {
		names[p.Stage-1] = strings.ToUpper(names[p.Stage-1])
	}
	return names
}

// oneLine returns the stages without frames.
func (p *Presenter) oneLine() string { return strings.Join(p.stageNames(), " → ") }

// stageLines draws the stages: in three lines, with a frame around the lit one, or in one.
func (p *Presenter) stageLines(boxes bool, w int) []string {
	lit := p.Paint
	names, used := p.stageNames(), 0
	for _, n := range names {
		used += kit.Width(n) + 8
	}
	// The longest arrow grows with the digits.
	arrow := min((w-4-used)/2, 18*max(1, min(w/60-1, 4)))
	if !boxes {
		used, arrow = kit.Width(p.oneLine()), 3
	} else {
		used += 2 * arrow
	}
	var rows [3]*kit.Line
	for y := range rows {
		rows[y] = kit.NewLine("", 256)
		rows[y].Gap((w - used) / 2)
	}
	for i, n := range names {
		on := p.Stage == Stage(i+1)
		paint := p.Styles.Quiet
		if on {
			paint = lit
		}
		if i > 0 {
			line, at := "─", p.Styles.Quiet
			if p.Stage > Stage(i) {
				line, at = "━", p.Paint
			}
			text := strings.Repeat(line, arrow-1) + "→"
			if !boxes {
				text = " → "
			}
			rows[0].Gap(arrow)
			rows[1].Put(string(at), text)
			rows[2].Gap(arrow)
		}
		switch size := kit.Width(n); {
		case !boxes:
			rows[1].Put(string(paint), n)
		case on:
			edge := strings.Repeat("━", size+6)
			rows[0].Put(string(lit), "┏"+edge+"┓")
			rows[1].Put(string(lit), "┃   "+n+"   ┃")
			rows[2].Put(string(lit), "┗"+edge+"┛")
		default:
			rows[0].Gap(size + 8)
			rows[1].Gap(4)
			rows[1].Put(string(paint), n)
			rows[1].Gap(4)
			rows[2].Gap(size + 8)
		}
	}
	if !boxes {
		return []string{rows[1].End(w)}
	}
	return []string{rows[0].End(w), rows[1].End(w), rows[2].End(w)}
}

// timeLines draws Word and the digits.
func (p *Presenter) timeLines(c show, w int) []string {
	n := p.digitLines(c)
	var digits []string
	switch {
	case p.Time == "":
		out := make([]string, n)
		for i := range out {
			out[i] = kit.Spaces(w)
		}
		out[n/2] = centred(p.Paint, p.Word, w)
		return out
	case c.scale > 0:
		digits = kit.Digits(p.Time, c.scale)
	case c.scale == 0:
		digits = p.smallDigits()
	default:
		return []string{centred(p.Paint, p.Word+" "+p.Time, w)}
	}
	word, gap := p.Word, wordGap
	var out []string
	if c.above {
		out = append(out, centred(p.Styles.Strong, word, w))
		word, gap = "", 0
	}
	left := kit.Width(word) + gap
	for i, d := range digits {
		l := kit.NewLine("", 256)
		l.Gap((w - left - kit.Width(d)) / 2)
		if i == len(digits)/2 {
			l.Put(string(p.Styles.Strong), word)
			l.Gap(gap)
		} else {
			l.Gap(left)
		}
		l.Put(string(p.Paint), d)
		out = append(out, l.End(w))
	}
	return out
}

// wordLines draws the name and the last of the words, in n lines and wraps further ones.
func (p *Presenter) wordLines(n, wraps, w int) []string {
	texts, most := p.Words[max(len(p.Words)-max(n-1, 1), 0):], max(n-1, 1)+wraps
	if p.Notice != "" || wraps > 0 {
		texts = p.texts(n-1, w)
	}
	if p.Notice != "" {
		texts = kit.WrapTo(p.Notice, w-2, most)
	}
	if n += wraps; n == 1 {
		both := strings.Join(append([]string{p.Name}, texts...), " · ")
		switch {
		case p.Notice != "", p.Name == "":
			both = strings.Join(texts, "")
		case kit.Width(both) > w:
			both = kit.Middle(p.Name, w)
		}
		return []string{centred("", both, w)}
	}
	out := []string{centred(p.Styles.Strong, kit.Middle(p.Name, w), w)}
	for _, t := range texts {
		out = append(out, centred("", t, w))
	}
	for len(out) < n {
		out = append(out, kit.Spaces(w))
	}
	return out
}
