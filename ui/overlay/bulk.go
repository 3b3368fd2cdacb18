package overlay

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// NewBulk returns the question before several tokens are revoked. then is the request that Yes
// makes.
func NewBulk(s *scene.Scene, b session.Bulk, then session.Request) *Confirm {
	n, o := 0, &Confirm{then: then}
	apps, envs := map[console.Private]int{}, map[console.Private]bool{}
	var left []string
	var refreshOnly []string
	for _, id := range b.Tokens {
		if l := s.Session.Skips(b.Verb, id); l.Why != session.NotSkipped {
			left = append(left, scene.SkipWords(l))
		} else if r := s.Board.Row(id); r != nil {
			n++
			a := &s.Board.Apps[r.App]
			apps[a.Label()]++
			envs[a.Environment.Name] = a.Environment.Production
			does := s.Board.Consequences(r, false, s.Now)
			if b.Verb == session.VerbRevoke && does.Revokes == console.RevokeRefresh {
				refreshOnly = append(refreshOnly, r.Token.Fingerprint)
			}
		}
	}
	o.title = "Revoke " + scene.Count(n, "tokens") + "?"
	o.verb = s.Keys.Row(scene.Verbs[b.Verb]).Word + " them"
	if n == 1 {
		o.verb = s.Keys.Row(scene.Verbs[b.Verb]).Word + " it"
	}
	o.lines = append(o.lines, console.Private(scene.Count(n, b.What)))
	if r := s.Board.Row(b.Tokens[0]); len(b.Tokens) == 1 && r != nil && r.Token != nil {
		o.row = r.ID
		o.lines[0] = console.Private(r.Token.Fingerprint + ", which is marked")
		o.answers = []answer{keep("it"), opens(r.ID)}
	} else {
		o.answers = []answer{keep("them")}
	}
	o.lines = append(o.lines, "")
	var production, others []console.Private
	for _, name := range slices.Sorted(maps.Keys(envs)) {
		if envs[name] {
			production = append(production, name)
		} else {
			others = append(others, name)
		}
	}
	switch n := len(production); {
	case n == 1:
		o.lines = append(o.lines, production[0]+" is a production environment.")
	case n > 1:
		o.lines = append(o.lines, joined(production)+" are production environments.")
	}
	for _, name := range slices.Sorted(maps.Keys(apps)) {
		o.lines = append(o.lines, console.Private(strconv.Itoa(apps[name])+" of ")+name)
	}
	if len(envs) > 1 {
		for _, name := range others {
			o.lines = append(o.lines, name+" is no production environment.")
		}
	}
	if len(refreshOnly) > 0 {
		o.lines = append(o.lines, console.Private("Only the refresh token is revoked of "+
			strings.Join(refreshOnly, ", ")+"."))
	}
	if b.Unseen > 0 {
		o.lines = append(o.lines, console.Private(text.CountOf(b.Unseen,
			"more token is marked, and not in the list that you see: it stays.",
			"more tokens are marked, and not in the list that you see: they stay.")))
	}
	if len(left) > 0 {
		o.lines = append(o.lines, console.Private("Left out: "+strings.Join(left, "; ")))
	}
	return o
}

// joined returns names as the subject of a sentence: "a, b and c".
func joined(names []console.Private) console.Private {
	out := names[0]
	for i, name := range names[1:] {
		if i == len(names)-2 {
			out += " and " + name
		} else {
			out += ", " + name
		}
	}
	return out
}
