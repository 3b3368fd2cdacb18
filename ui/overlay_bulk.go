package ui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// bulkConfirm asks before several tokens are revoked.
type bulkConfirm struct {
	confirmOverlay
	n    int
	then session.Request
}

func newBulkConfirm(s *scene, b session.Bulk, then session.Request) *bulkConfirm {
	o := &bulkConfirm{n: s.session.Takes(b), then: then}
	apps, envs := map[string]int{}, map[string]bool{}
	var left []string
	for _, id := range b.Tokens {
		if l := s.session.LeftOut(b.Verb, id); l.Why != session.NotLeft {
			left = append(left, leftWords(l))
		} else if r := s.board.Row(id); r != nil {
			a := &s.board.Apps[r.App]
			apps[kit.Clean(a.Label())]++
			if a.Environment.Production {
				envs[kit.Clean(a.Environment.Name)] = true
			}
		}
	}
	o.verb = s.keys.Row(verbs[b.Verb]).Word + " them"
	if o.n == 1 {
		o.verb = s.keys.Row(verbs[b.Verb]).Word + " it"
	}
	o.lines = append(o.lines, count(o.n, b.What))
	if r := s.board.Row(b.Tokens[0]); len(b.Tokens) == 1 && r != nil && r.Token != nil {
		o.lines[0] = r.Token.Fingerprint + ", which is marked"
	} else if b.Marked && b.Unseen > 0 {
		o.lines[0] += ", " + strconv.Itoa(b.Unseen) + " of them not in the list that you see"
	}
	for _, name := range slices.Sorted(maps.Keys(apps)) {
		o.lines = append(o.lines, strconv.Itoa(apps[name])+" of "+name)
	}
	for _, name := range slices.Sorted(maps.Keys(envs)) {
		o.lines = append(o.lines, name+" is a production environment.")
	}
	if len(left) > 0 {
		o.lines = append(o.lines, "Left out: "+strings.Join(left, "; "))
	}
	return o
}

func (o *bulkConfirm) title() string { return "Revoke " + count(o.n, "tokens") + "?" }

func (o *bulkConfirm) press(s *scene, a keys.Action, key string) intent {
	if key == s.keys.Yes() {
		return confirmed{o, o.then}
	}
	return o.refused(a, key)
}
