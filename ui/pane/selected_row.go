package pane

import (
	"lanyard/console/describe"
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
	if other := p.other(s, w-2); other != nil {
		verbs := other[3]
		if len(s.Marks) > 0 {
			verbs = other[2]
		}
		return rows(s, w, 2, [][]phrase{other[0], verbs})
	}
	d := p.of(s, s.Current)
	return rows(s, w, 2, [][]phrase{d.identityBrief(), d.verbs(w)})
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
