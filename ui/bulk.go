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

const markedTokens = "marked tokens"

// unseen counts these rows that are not where a person looks: of another application than the
// selected one, hidden or filtered away.
func (m *root) unseen(ids []string) int {
	s := m.Scene()
	seen := map[string]bool{}
	if a, ok := s.selected(); ok {
		rows := s.tokenPage(a)
		for i := range rows.Len() {
			seen[rows.ID(i)] = true
		}
	}
	n := 0
	for _, id := range ids {
		if !seen[id] {
			n++
		}
	}
	return n
}

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

// sumUp says what a verb on several tokens has come to.
func (m *root) sumUp(f session.BulkDone) {
	past := "probed "
	switch f.Verb {
	case session.VerbRenew:
		past = "renewed "
	case session.VerbRevoke:
		past = "decided to revoke "
	case session.VerbProbe:
	}
	text, hint := past+strconv.Itoa(f.N-len(f.Wrong))+" of "+count(f.N, f.What), ""
	if f.More > 0 {
		has := " more has"
		if f.More > 1 {
			has = " more have"
		}
		hint = strconv.Itoa(f.More) + has + " come since they were counted: " +
			m.keys.Hint(keys.RevokeAll, "counts again")
	}
	switch {
	case len(f.Wrong) > 0:
		wrong := make([]string, len(f.Wrong))
		for i, w := range f.Wrong {
			wrong[i] = wrongWords(w)
		}
		m.Notify(warn, text+": "+strings.Join(wrong, "; "), hint)
	case f.More > 0:
		m.Notify(warn, text, hint)
	case f.Verb == session.VerbRevoke:
		if undo, why := m.undoable(m.Scene()); why != nil || undo == (session.Undo{}) { // else the key takes back the selected row, revoked before
			hint = m.keys.Hint(keys.Undo, "takes it back")
		}
		m.Notify(good, text, hint)
	default:
		m.Notify(good, text, "")
	}
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

func (m *root) newBulkConfirm(b session.Bulk, then session.Request) *bulkConfirm {
	o := &bulkConfirm{n: m.s.Takes(b), then: then}
	apps, envs := map[string]int{}, map[string]bool{}
	var left []string
	for _, id := range b.Tokens {
		if l := m.s.LeftOut(b.Verb, id); l.Why != session.NotLeft {
			left = append(left, leftWords(l))
		} else if r := m.board().Row(id); r != nil {
			a := &m.board().Apps[r.App]
			apps[kit.Clean(a.Label())]++
			if a.Environment.Production {
				envs[kit.Clean(a.Environment.Name)] = true
			}
		}
	}
	o.verb = m.keys.Row(verbs[b.Verb]).Word + " them"
	if o.n == 1 {
		o.verb = m.keys.Row(verbs[b.Verb]).Word + " it"
	}
	o.lines = append(o.lines, count(o.n, b.What))
	if r := m.board().Row(b.Tokens[0]); len(b.Tokens) == 1 && r != nil && r.Token != nil {
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
