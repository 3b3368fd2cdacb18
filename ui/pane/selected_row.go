package pane

import (
	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// fullFrom is the number of lines from which the pane has room for more than four lines.
const fullFrom = 8

// Lines implements [Pane]. In a row it has four lines: identity, life, labels and verbs. With more
// lines it is [Selected.Full].
func (p *Selected) Lines(s *scene.Scene, w, h int, focused bool) []string {
	if w < 2 || h <= 0 {
		return blank(w, h)
	}
	if p.Shape == InColumn {
		return p.Column(s, w, h, focused)
	}
	if h >= fullFrom {
		return p.Full(s, w, h, focused)
	}
	all := p.four(s, w)
	switch {
	case h == 1:
		all = all[:1]
	case h < len(all): // the verbs matter more than the labels, and these more than the life
		all = append(all[:h-1:h-1], all[len(all)-1])
	}
	return all
}

// four returns the lines of a row.
func (p *Selected) four(s *scene.Scene, w int) []string {
	if other := p.other(s, w-2); other != nil {
		return rows(s, w, 3, other)
	}
	d := p.of(s, s.Current)
	return append([]string{phrases(s, w, 3, d.identity(w)...)}, d.lifeAndVerbs(w)...)
}

// other returns the content of a row that is not about one token. It describes the marked tokens,
// the next get, or a get whose answer was lost. It returns nil if it is about a token.
func (p *Selected) other(s *scene.Scene, w int) [][]phrase {
	switch r := s.Current; {
	case len(s.Marks) > 0:
		return p.marked(s, w)
	case r == nil:
		return p.request(s, w)
	case r.Token == nil:
		return p.of(s, r).lost(w)
	}
	return nil
}

// lifeAndVerbs draws the line of life, its labels and the verbs, to the right of the time for which
// a revoked token may pass.
func (d *selected) lifeAndVerbs(w int) []string {
	digits, wide := d.atMost(w)
	line, labels := d.life(w-wide, wide > 0)
	verbs := phrases(d.s, w-wide, 3, d.verbs(w-wide)...)
	rest := []string{line, labels, verbs}
	for i := range digits {
		rest[i] = digits[i] + rest[i]
	}
	return rest
}

// Brief returns two lines without a frame: what the token is, and what the verbs would do.
func (p *Selected) Brief(s *scene.Scene, w int) []string {
	if w < 2 {
		return blank(w, 2)
	}
	var first, verbs []phrase
	switch other := p.other(s, w-2); {
	case other == nil:
		d := p.of(s, s.Current)
		first, verbs = d.identityBrief(), d.verbs(w)
	case len(s.Marks) > 0:
		first, verbs = other[0], other[2]
	case s.Current != nil:
		first, verbs = p.of(s, s.Current).lostBrief(), other[3]
	default:
		first, verbs = requestBrief(s, other), other[3]
	}
	return rows(s, w, 2, [][]phrase{first, verbs})
}

// requestBrief returns the phrases of the first line about the next get: those of the first line of
// lines, with the request in place of its announcement.
func requestBrief(s *scene.Scene, lines [][]phrase) []phrase {
	if len(lines[1]) == 0 {
		return lines[0]
	}
	request := does(s.Keys.Way(keys.Get))
	for _, text := range lines[1][0].texts {
		request.texts = append(request.texts, "would request "+text)
	}
	request.kept, request.firm = true, true
	name, noToken := lines[0][0], lines[0][1]
	name.texts = append(name.texts[:1:1], kit.Middle(name.texts[0], 12))
	noToken.kept = true
	return []phrase{name, noToken, request}
}

// identity returns the phrases of the first line.
func (d *selected) identity(w int) []phrase {
	t, env := d.r.Token, &d.a.Environment
	all := []phrase{
		d.name(w), d.word(), d.why(), say(describe.GrantOf(*t)...), say(scopes(t)),
		say(place(d.s, d.a)...),
	}
	if env.Production {
		all = append(all, say("production").painted(d.s.Styles.Strong))
	}
	if env.ReadOnly {
		all = append(all, say("read-only").painted(d.s.Styles.Strong))
	}
	return all
}

// identityBrief returns the phrases of the first line on a narrow screen.
func (d *selected) identityBrief() []phrase {
	if d.r.State == console.Unsure {
		return d.lostBrief()
	}
	all := []phrase{d.name(0), d.word(), d.why()}
	if d.r.State.IsOver() {
		return all
	}
	grant := describe.GrantOf(*d.r.Token)
	all = append(all, say(grant[len(grant)-1]), say(scopes(d.r.Token)))
	if d.a.Environment.Production {
		all = append(all, say("production").painted(d.s.Styles.Strong))
	}
	return all
}

// lostBrief returns the phrases of the first line for a lost answer. When the doubt ends matters
// more than the name of the application.
func (d *selected) lostBrief() []phrase {
	mark := d.r.LostAnswer()
	what := []string{"the answer to its refresh was lost", "answer lost"}
	if d.r.Token == nil {
		all, _, _ := describe.LostRequest(stamp(d.s, mark.SentAt), "")
		what = append(all[1:], "no answer")
	}
	p := say(describe.LostBriefly(what, endsBy(d.s, mark))...)
	if d.r.Token != nil {
		p.paint = d.s.Styles.Warn
	}
	p.kept, p.firm = true, true
	return []phrase{d.name(0), d.word(), p}
}

// endsBy writes the time at which the doubt of a mark ends by itself; "" if it is not known.
func endsBy(s *scene.Scene, m *console.Mark) string {
	if m.EndsBy.IsZero() {
		return ""
	}
	return stamp(s, m.EndsBy)
}
