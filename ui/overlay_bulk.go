package ui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// verbs are the actions that can be done to several tokens.
var verbs = map[session.Verb]keys.Action{session.VerbRenew: keys.Renew, session.VerbRevoke: keys.Revoke, session.VerbProbe: keys.Probe}

// leftWords say why a verb on several tokens leaves one out.
func leftWords(l session.Left) string {
	switch l.Why {
	case session.NotLeft:
		return ""
	case session.LeftGone:
		return "one is gone"
	case session.LeftInFlight:
		return l.Fingerprint + " is in the middle of something"
	case session.LeftRevoking:
		return l.Fingerprint + " is being revoked already"
	case session.LeftRevoked:
		return l.Fingerprint + " was revoked already"
	case session.LeftReadOnly:
		return l.Fingerprint + " is in a read-only environment"
	case session.LeftNeedsPerson:
		return l.Fingerprint + " takes a person to renew"
	case session.LeftSupersedes:
		return l.Fingerprint + ": renewing it may end " + l.Held
	}
	return ""
}

// wrongWords say what went wrong with one of several tokens.
func wrongWords(w session.Wrong) string {
	if w.Err == nil {
		return leftWords(w.Left)
	}
	if w.Fingerprint == "" {
		return w.ID + ": " + kit.Clean(w.Err.Error())
	}
	return w.Fingerprint + ": " + kit.Clean(w.Err.Error())
}

// count is a number of what is named in the plural: "1 marked token".
func count(n int, what string) string {
	return text.CountOf(n, strings.Replace(what, "tokens", "token", 1), what)
}

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
