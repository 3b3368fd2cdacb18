package pane

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// namedMarks is the largest number of marked tokens that are named.
const namedMarks = 12

// marked returns what the verbs would do to the marked tokens that are listed, in four lines of at
// most w cells. No verb acts on the others.
func (p *Selected) marked(s *scene.Scene, w int) [][]phrase {
	var rows, others []*session.Row // others: not listed
	hidden, page := 0, s.TokenPage()
	for id := range s.Marks {
		r, to := s.Board.Row(id), &rows
		if page.Index(id) < 0 {
			hidden++
			to = &others
		}
		if r != nil && r.Token != nil {
			*to = append(*to, r)
		}
	}
	end := func(r *session.Row) time.Time { return r.Token.ExpiresAt }
	for _, all := range [][]*session.Row{rows, others} {
		slices.SortFunc(all, func(a, b *session.Row) int {
			if za, zb := end(a).IsZero(), end(b).IsZero(); za != zb { // those without one are last
				if za {
					return 1
				}
				return -1
			}
			return cmp.Or(end(a).Compare(end(b)), cmp.Compare(a.ID, b.ID))
		})
	}
	var all console.Several
	var environments []string
	for _, r := range rows {
		d := p.of(s, r)
		all.Add(d.does, d.status)
		if name := s.Show(d.a.Environment.Name); d.does.Production &&
			!slices.Contains(environments, name) {
			environments = append(environments, name)
		}
	}
	n, v, m := strconv.Itoa(len(s.Marks)-hidden), s.Voice(), s.Keys
	ends := v.Several(all, environments, s.Now)
	head := n + " marked"
	if hidden > 0 {
		head += ", " + strconv.Itoa(hidden) + " more not listed"
	}
	if all.Revoked.Window {
		v.AtMost = console.AtMost
	}
	revokes := v.RevokesSeveral(all)
	last := []phrase{
		does(m.Way(keys.Renew), "renews "+n), does(m.Way(keys.Probe), "probes "+n),
		does(m.Way(keys.Copy), "copies the one under the cursor", "copies one"),
		does(m.Way(keys.Mark), "marks or unmarks", "marks"),
		does(m.Key(keys.Close), "unmarks all"),
	}
	revoke := []phrase{does(m.Way(keys.Revoke), revokes...)}
	switch {
	case len(s.Marks) == hidden:
		rows, head = others, strconv.Itoa(hidden)+" marked, not listed"
		revoke, last = []phrase{say("no verb acts on a token that is not listed")}, last[4:]
	case s.Key.Shut():
		d := selected{p: p, s: s}
		revoke, last = d.locked(), last[3:]
	}
	var names []string
	for _, r := range rows[:min(len(rows), namedMarks)] {
		names = append(names, shownName(s, r))
	}
	first := listOf(head+": ", names, len(rows), " · ", w)
	first.firm = true
	return [][]phrase{
		{first}, {listOf("", ends, 0, "; ", w)}, revoke, last,
	}
}

// listOf joins as many texts as fit into w cells, and counts the rest of total. With total 0 the
// rest is left out.
func listOf(lead string, texts []string, total int, sep string, w int) phrase {
	for n := len(texts); n > 0; n-- {
		text := lead + strings.Join(texts[:n], sep)
		if n < total {
			text += sep + strconv.Itoa(total-n) + " more"
		}
		if kit.Width(text) <= w {
			return say(text)
		}
	}
	return say(strings.TrimSuffix(lead, ": "))
}
