package overlay

import (
	"cmp"
	"maps"
	"slices"
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
	apps, production := map[console.Private]int{}, map[console.Private]bool{}
	var left []string
	var refreshOnly []string
	for _, id := range b.Tokens {
		if l := s.Session.Skips(b.Verb, id); l.Why != session.NotSkipped {
			left = append(left, scene.SkipWords(l))
		} else if r := s.Board.Row(id); r != nil {
			n++
			a := &s.Board.Apps[r.App]
			apps[a.Label()]++
			production[a.Label()] = a.Environment.Production
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
	// production first
	names := slices.SortedFunc(maps.Keys(apps), func(a, b console.Private) int {
		if production[a] != production[b] {
			if production[a] {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	for _, name := range names {
		of := console.Private(text.Count(apps[name], "token")+" of ") + name
		if production[name] {
			of += ", a production environment"
		}
		o.lines = append(o.lines, of)
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
