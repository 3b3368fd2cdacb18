package ui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// forTokens does something to several tokens. They are named here and not looked up again: what somebody has said yes
// to is these, whatever is marked or comes meanwhile.
type forTokens struct {
	act      action
	ids      []string
	what     string // in words, of many
	more     int    // that have come since they were counted
	answered bool   // a person has said yes
}

func (forTokens) intent() {}

// bulk is a verb on several tokens, until each has an outcome. There may be more than one at a time: a slow answer
// about some tokens must not keep others from being revoked.
type bulk struct {
	act   action
	what  string
	open  map[string]bool
	n     int
	more  int
	wrong []string
}

func (i forTokens) perform(m *root) tea.Cmd {
	if i.act == doRevoke && !i.answered && m.takes(i) > 0 && (m.asksForAll(i.ids) || i.what == markedTokens && m.elsewhereMarked(i.ids) > 0) {
		m.open(m.newBulkConfirm(i))
		return nil
	}
	if m.fx.svc == nil {
		m.note(info, "there is nothing to do that with yet", "")
		return nil
	}
	i.answered = true
	if m.unlockFirst(m.keys.row(i.act).word+" the "+i.what, i) {
		return nil
	}
	b := &bulk{act: i.act, what: i.what, open: map[string]bool{}, n: len(i.ids), more: i.more}
	var cmds []tea.Cmd
	var revokes []string
	renewals := map[string][]tea.Cmd{}
	for _, id := range i.ids {
		r := m.board.ByID[id]
		if why := m.leftOut(i.act, id, r); why != "" {
			m.jot(info, why, "")
			b.wrong = append(b.wrong, why)
			continue
		}
		b.open[id], m.busy[id] = true, true
		m.began(id)
		delete(m.marks, id) // it was sent
		switch i.act {
		case doRenew:
			// One after the other for an application: at once they would be one question, and the second be refused.
			appID := m.board.Apps[r.App].ID
			renewals[appID] = append(renewals[appID], m.fx.renew(id, appID))
		case doRevoke:
			revokes = append(revokes, id)
		default:
			cmds = append(cmds, m.fx.probe(id))
		}
	}
	if len(b.open) == 0 {
		m.sumUp(b)
		return nil
	}
	if i.what == markedTokens {
		clear(m.marks) // those that were left out, too: the summary says why
	}
	m.bulks = append(m.bulks, b)
	if len(revokes) > 0 {
		cmds = append(cmds, m.fx.revokeAll(revokes))
	}
	for _, all := range renewals {
		cmds = append(cmds, tea.Sequence(all...))
	}
	return tea.Batch(cmds...)
}

// takes is how many of these the verb would act on.
func (m *root) takes(i forTokens) int {
	n := 0
	for _, id := range i.ids {
		if m.leftOut(i.act, id, m.board.ByID[id]) == "" {
			n++
		}
	}
	return n
}

const markedTokens = "marked tokens"

// asksForAll says whether a revoke of these has to be asked about.
func (m *root) asksForAll(ids []string) bool {
	return len(ids) > 1 || slices.ContainsFunc(ids, func(id string) bool {
		r := m.board.ByID[id]
		return r != nil && m.board.Apps[r.App].Environment.Production
	})
}

// elsewhereMarked is how many of these rows are not where somebody looks: of another application than the selected one,
// hidden or filtered away.
func (m *root) elsewhereMarked(ids []string) int {
	s := m.scene()
	seen := map[string]bool{}
	if a, ok := s.selected(); ok {
		for _, r := range s.tokensOf(a) {
			seen[r.ID] = true
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

// leftOut is why a verb on several tokens leaves one out; "" when it does not. Several at once ask no questions, so
// what has to be asked about is left to its own row.
func (m *root) leftOut(act action, id string, r *session.Row) string {
	if r == nil || r.Token == nil {
		return "one is gone"
	}
	fp, a := r.Token.Fingerprint, &m.board.Apps[r.App]
	switch {
	case m.busy[id]:
		return fp + " is in the middle of something"
	case act == doRevoke && r.Pending():
		return fp + " is being revoked already"
	case act == doRevoke && m.board.Status(r, m.now).Cause == console.CauseRevoked && r.Token.Refresh != console.RefreshLive:
		return fp + " was revoked already"
	case act != doProbe && a.Environment.ReadOnly:
		return fp + " is in a read-only environment"
	case act != doRenew || a.Source == console.Gone || !session.AsksAnew(r):
		return ""
	case a.Interactive():
		return fp + " takes a person to renew"
	}
	k, knocks := console.KnocksOut(a.Application, m.board.Applications(), m.board.Tokens, scopesOr(r.Token.Asked, a.Scopes), a.Policy, m.o.Device, m.now)
	if knocks && k.Asks() {
		return fp + ": renewing it may end " + k.Held
	}
	return ""
}

// scopesOr are the scopes that were asked for, else the application's.
func scopesOr(asked, usual []string) []string {
	if len(asked) == 0 {
		return usual
	}
	return asked
}

// bulkDone files the outcome of one token, "" for a good one, and sums up when it was the last.
func (m *root) bulkDone(id, wrong string) {
	i := slices.IndexFunc(m.bulks, func(b *bulk) bool { return b.open[id] })
	if i < 0 {
		return
	}
	b := m.bulks[i]
	delete(b.open, id)
	switch r := m.board.ByID[id]; {
	case wrong != "":
		b.wrong = append(b.wrong, wrong)
	case b.act == doRevoke && r != nil && r.Token != nil: // of the others the answer itself is said
		m.jot(info, r.Token.Fingerprint+": the revoke was decided", "")
	}
	if len(b.open) == 0 {
		m.bulks = slices.Delete(m.bulks, i, i+1)
		m.sumUp(b)
	}
}

// sumUp says what a verb on several tokens has come to.
func (m *root) sumUp(b *bulk) {
	past := "probed "
	switch b.act {
	case doRenew:
		past = "renewed "
	case doRevoke:
		past = "decided to revoke "
	}
	text, hint := past+strconv.Itoa(b.n-len(b.wrong))+" of "+count(b.n, b.what), ""
	if b.more > 0 {
		has := " more has"
		if b.more > 1 {
			has = " more have"
		}
		hint = strconv.Itoa(b.more) + has + " come since they were counted: " + m.keys.key(revokeAll) + " counts again"
	}
	switch {
	case len(b.wrong) > 0:
		m.note(warn, text+": "+strings.Join(b.wrong, "; "), hint)
	case b.more > 0:
		m.note(warn, text, hint)
	case b.act == doRevoke:
		if i, ok := m.undoIntent().(undoRevoke); !ok || i.tokenID == "" { // else the key takes back the selected row, revoked before
			hint = m.keys.hint(doUndo, "takes it back")
		}
		m.note(good, text, hint)
	default:
		m.note(good, text, "")
	}
}

// count is a number of what is named in the plural: "1 marked token".
func count(n int, what string) string {
	if n == 1 {
		what = strings.Replace(what, "tokens", "token", 1)
	}
	return strconv.Itoa(n) + " " + what
}

// bulkConfirm asks before several tokens are revoked.
type bulkConfirm struct {
	confirmOverlay
	n    int
	then forTokens
}

// bulkConfirmed is the intent to do what was asked about.
type bulkConfirmed struct{ o *bulkConfirm }

func (bulkConfirmed) intent() {}

func (i bulkConfirmed) perform(m *root) tea.Cmd {
	m.drop(i.o)
	return m.perform(i.o.then)
}

func (m *root) newBulkConfirm(i forTokens) *bulkConfirm {
	i.answered = true
	o := &bulkConfirm{n: m.takes(i), then: i}
	apps, envs := map[string]int{}, map[string]bool{}
	var left []string
	for _, id := range i.ids {
		if why := m.leftOut(i.act, id, m.board.ByID[id]); why != "" {
			left = append(left, why)
		} else if r := m.board.ByID[id]; r != nil {
			a := &m.board.Apps[r.App]
			apps[kit.Clean(a.Label())]++
			if a.Environment.Production {
				envs[kit.Clean(a.Environment.Name)] = true
			}
		}
	}
	o.verb = m.keys.row(i.act).word + " them"
	if o.n == 1 {
		o.verb = m.keys.row(i.act).word + " it"
	}
	o.lines = append(o.lines, count(o.n, i.what))
	if r := m.board.ByID[i.ids[0]]; len(i.ids) == 1 && r != nil && r.Token != nil {
		o.lines[0] = r.Token.Fingerprint + ", which is marked"
	} else if n := m.elsewhereMarked(i.ids); i.what == markedTokens && n > 0 {
		o.lines[0] += ", " + strconv.Itoa(n) + " of them not in the list that you see"
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

func (o *bulkConfirm) press(s *scene, a action, key string) intent {
	if key == s.keys.yes() {
		return bulkConfirmed{o}
	}
	return o.refused(a, key)
}

// wrongOf names a token that something went wrong with; "" when nothing did.
func (m *root) wrongOf(id string, err error) string {
	if err == nil {
		return ""
	}
	fp := id
	if r := m.board.ByID[id]; r != nil && r.Token != nil {
		fp = r.Token.Fingerprint
	}
	return fp + ": " + kit.Clean(err.Error())
}
