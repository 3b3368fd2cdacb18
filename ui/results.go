package ui

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/session"
)

// result is what an effect came to, named in the past tense because it has happened.
type result interface{ land(m *root) tea.Cmd }

type (
	boardRead struct {
		ticket int
		board  console.Board
		err    error
	}
	storeChanged struct{ over bool }
	tokenGot     struct {
		appID    string
		selected string // when the key was pressed
		out      console.Outcome
		err      error
	}
	tokenRenewed struct {
		id, appID string
		out       console.Outcome
		err       error
	}
	revokeDecided struct {
		id    string
		token console.Token
		err   error
	}
	revokesDecided struct{ each []console.Decided }
	revokeUndone   struct {
		out console.Undone
		err error
	}
	revokesDelivered struct {
		done []console.Delivery
		next time.Time
		err  error
	}
	tokenCopied struct {
		id, fingerprint string
		copied          Copied
		err             error
		unlogged        error // why the audit log does not say so
	}
	textCopied struct {
		what   string
		copied Copied
		err    error
	}
	clipboardCleared struct {
		serial  int
		cleared Cleared
		err     error
	}
	drained struct{ err error }
	beaten  struct{ tag int }
)

// land files a reading of the board. A late one, with an older ticket than what is shown, is dropped:
// it was only a look.
func (r boardRead) land(m *root) tea.Cmd {
	m.reading = false
	again := m.stale
	var cmd tea.Cmd
	m.stale = false
	switch {
	case r.err != nil:
		m.fail("read the store", r.err)
		if e, ok := console.AsError(r.err); ok && e.Code == "store_replaced" {
			m.board.Unkept = r.err // what was read before stays on the screen
		}
	case r.ticket > m.filed:
		m.filed = r.ticket
		cmd = m.fileBoard(r.board)
	}
	if again {
		cmd = tea.Batch(cmd, m.read())
	}
	return cmd
}

func (r storeChanged) land(m *root) tea.Cmd {
	if r.over {
		return nil
	}
	return tea.Batch(m.read(), m.fx.watch())
}

func (r tokenGot) land(m *root) tea.Cmd {
	delete(m.busy, "app:"+r.appID)
	m.answered(r.appID, "app:"+r.appID)
	if r.err != nil {
		m.fail("get", r.err)
		return m.read()
	}
	m.panes.tokens.got(r.out.Token, r.selected)
	m.brought("got", r.out)
	return m.read()
}

func (r tokenRenewed) land(m *root) tea.Cmd {
	delete(m.busy, r.id)
	m.answered(r.appID, r.id)
	defer func() { m.bulkDone(r.id, m.wrongOf(r.id, r.err)) }()
	if r.err != nil {
		m.fail("renew", r.err)
		return m.read()
	}
	m.panes.tokens.got(r.out.Token, r.id)
	word := "asked anew, there was no live refresh token: got"
	if r.out.How == console.Refreshed {
		word = "refreshed: got"
	}
	m.brought(word, r.out)
	return m.read()
}

// brought says what a get or renew brought.
func (m *root) brought(word string, out console.Outcome) {
	t := out.Token
	left := ""
	if s := console.StatusAt(t, m.policyOf(t.AppID), m.now); s.HasExpiry {
		left = ", " + console.Left(s.Left) + " left"
	}
	switch {
	case out.Same:
		m.note(info, "same token came back ("+t.Fingerprint+")"+left+": the server hands out the live token again", "")
	default:
		m.note(good, word+" "+t.Fingerprint+left, "")
	}
	for _, n := range out.Notes {
		m.note(warn, n, "")
	}
}

func (r revokeDecided) land(m *root) tea.Cmd {
	delete(m.busy, r.id)
	defer func() { m.bulkDone(r.id, m.wrongOf(r.id, r.err)) }()
	if r.err != nil {
		m.fail("revoke", r.err)
	} else {
		// Stored first, shown second: the row says so when the board is read again.
		m.due = session.Earlier(m.due, r.token.RevokeAt)
		m.until = time.Time{} // and says how long it can be taken back: what was said last is over
	}
	return m.read()
}

func (r revokesDecided) land(m *root) tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range r.each {
		cmds = append(cmds, revokeDecided{d.ID, d.Token, d.Err}.land(m))
	}
	return tea.Batch(cmds...)
}

func (r revokeUndone) land(m *root) tea.Cmd {
	delete(m.busy, "undo")
	if r.err != nil {
		m.fail("undo", r.err)
		return m.read()
	}
	for i := range r.out.Taken {
		m.ours[r.out.Taken[i].ID] = true
	}
	switch text := undoneWords(r.out); {
	case r.out.Sent > 0:
		m.note(warn, text, "")
	case len(r.out.Taken) > 1:
		m.note(good, text, "")
	default:
		m.note(good, r.out.Taken[0].Fingerprint+" is not revoked: the decision was taken back", "")
	}
	return m.read()
}

// undoneWords say how many revokes of a decision were taken back, and how many could not be.
func undoneWords(u console.Undone) string {
	text := strconv.Itoa(len(u.Taken)) + " of " + count(len(u.Taken)+u.Sent, "revokes") + " taken back"
	switch u.Sent {
	case 0:
	case 1:
		text += "; 1 had been sent"
	default:
		text += "; " + strconv.Itoa(u.Sent) + " had been sent"
	}
	return text
}

func (r revokesDelivered) land(m *root) tea.Cmd {
	m.delivering = false
	m.due = r.next
	// Never at once again: what is due may be in another console's hands.
	m.dueAfter = m.now.Add(time.Second)
	if r.err != nil {
		m.undelivered(r.err)
	} else {
		m.retries, m.dueErr = 0, ""
	}
	defer func() { m.about = about{} }()
	accepted, others := 0, 0
	for i, d := range r.done {
		if i+1 < len(r.done) && d.Err == nil && r.done[i+1].Err == nil && r.done[i+1].Token.ID == d.Token.ID {
			continue // of a pair the second says it for both
		}
		m.ofDelivery(d)
		m.delivered(d)
		if d.Err == nil {
			accepted++
		} else {
			others++
		}
	}
	if accepted > 1 && others == 0 { // each has been said, and the last of them is not what matters
		m.note(good, "accepted by the server: "+counted(accepted, "revoke")+"; the gateway may let these tokens through for a while", m.keys.hint(paneGateway, "watches them"))
	}
	if len(r.done) == 0 && r.err == nil {
		return nil // what others stored meanwhile is told by a change
	}
	return m.read()
}

// longestRetry is the longest wait after a delivery that the console itself failed at: the store was full, or its
// secrets could not be opened.
const longestRetry = time.Minute

// undelivered says once what keeps revokes from being sent, and has it tried again, each time later.
func (m *root) undelivered(err error) {
	m.closed(err)
	m.dueAfter = m.now.Add(min(time.Second<<min(m.retries, 10), longestRetry))
	m.retries++
	switch text := err.Error(); {
	case m.key().asks():
		m.waitsLocked()
	case text != m.dueErr:
		m.dueErr = text
		m.fail("deliver revokes", err)
	}
}

// delivered reports one delivery. A 2xx of the server is "accepted", never "dead".
func (m *root) delivered(d console.Delivery) {
	fp := d.Token.Fingerprint
	what := fp
	if d.Kind == console.RevokeRefresh && d.Err != nil {
		what = "the refresh token of " + fp
	}
	switch {
	case d.Err != nil && d.Kept:
		text, again := what+": the revoke is not yet accepted: "+d.Err.Error(), "it is kept"
		if at := d.Token.RevokeNext; at.After(m.now) {
			again += " and tried again in " + inWords(at.Sub(m.now))
		}
		if h := m.hintOf(d.Err); h != "" {
			again += "; " + h
		}
		if d.Token.RevokeTries > 1 { // the row says it all the time
			m.jot(warn, text, again)
		} else {
			m.note(warn, text, again)
		}
	case d.Err != nil:
		m.ours[d.Token.ID] = true
		m.note(bad, what+": the server refused to revoke it: "+d.Err.Error(), m.hintOf(d.Err))
	default:
		s := console.StatusAt(d.Token, m.policyOf(d.Token.AppID), m.now)
		switch {
		case s.State != console.Lingering:
			m.note(good, fp+": the revoke was accepted by the server", "")
		case !s.StaleKnown:
			m.note(good, fp+": accepted by the server; may still pass the gateway, nobody knows how long", "p probes it")
		default:
			m.note(good, fp+": accepted by the server; may still pass the gateway (≤ "+console.Left(s.StaleLeft)+")", "")
		}
	}
}

// elsewhere says what became of a revoke that this console showed as pending and another one has settled so that
// the token lives on. before are the rows that were shown.
func (m *root) elsewhere(before map[string]*session.Row) {
	if m.busy["undo"] || m.delivering {
		return // it may be our own doing, whose answer is about to say so
	}
	for id, r := range before {
		if !r.Pending() {
			continue
		}
		now := m.board.ByID[id]
		switch {
		case now == nil || now.Token == nil || now.Pending() || now.State == console.Expired:
			continue
		case m.ours[id], !now.Token.AcceptedAt.IsZero(), !now.Token.RefreshAcceptedAt.IsZero():
		case now.Token.RevokeError != "":
			m.note(bad, now.Token.Fingerprint+": the server refused another console to revoke it: "+now.Token.RevokeError, "the token lives; x decides again")
		default:
			m.note(info, now.Token.Fingerprint+": its revoke was taken back in another console", "the token lives; x decides again")
		}
	}
	for id := range m.ours {
		if now := m.board.ByID[id]; now == nil || !now.Pending() {
			delete(m.ours, id)
		}
	}
}

func (r tokenCopied) land(m *root) tea.Cmd {
	delete(m.busy, r.id)
	m.copying.under--
	var next tea.Cmd
	if r.err != nil {
		m.fail("copy", r.err)
	} else {
		next = r.done(m)
	}
	if m.stopping {
		return tea.Sequence(next, m.stop())
	}
	return next
}

// done notes the copy and says what becomes of it.
func (r tokenCopied) done(m *root) tea.Cmd {
	promise, hint := m.copying.copied(r.copied, m.now, m.set.ClearAfter, strconv.Itoa(int(m.set.ClearAfter/time.Second))+" s")
	word, with := "sent "+r.fingerprint+" to the "+r.copied.Via, promise
	if r.copied.Certain {
		word, with = "copied "+r.fingerprint, r.copied.Via
		if promise != "" {
			with += ", " + promise
		}
	}
	if with != "" {
		word += " (" + with + ")"
	}
	if but := m.noGood(r.id); but != "" {
		m.note(warn, word+", but "+but, m.keys.hint(doGet, "gets another one"))
	} else {
		m.note(good, word, hint)
	}
	if r.unlogged != nil {
		m.note(warn, word+", which the audit log does not say: "+r.unlogged.Error(), console.Hint(r.unlogged))
	}
	return raw(r.copied.Terminal)
}

// noGood says why a token that was copied will not serve, or "".
func (m *root) noGood(id string) string {
	r := m.board.ByID[id]
	if r == nil || r.Token == nil {
		return ""
	}
	switch s := m.board.Status(r, m.now); {
	case s.Pending:
		return "it is being revoked"
	case s.State == console.Unsure:
		return "nobody knows whether it still lives: the answer to its renewal was lost"
	case s.State == console.Expired:
		return "it has expired"
	case s.State == console.Lingering && s.Cause == console.CauseRevoked:
		return "it is revoked, though the gateway may still let it through"
	case s.State == console.Dead && s.Cause == console.CauseRevoked:
		return "it is revoked and dead"
	case s.Ended:
		return s.Cause.Words()
	}
	return ""
}

// land of an address or a code: the clipboard then no longer holds a token, and what it holds may stay.
func (r textCopied) land(m *root) tea.Cmd {
	delete(m.busy, "text")
	if r.err != nil {
		m.fail("copy", r.err)
		return nil
	}
	m.copying.copied(r.copied, m.now, 0, "")
	word := "sent " + r.what + " to the " + r.copied.Via
	if r.copied.Certain {
		word = "copied " + r.what + " (" + r.copied.Via + ")"
	}
	m.note(good, word, "it is no secret, so it stays there")
	return raw(r.copied.Terminal)
}

func (r clipboardCleared) land(m *root) tea.Cmd {
	m.copying.cleared(r.serial)
	if r.err != nil {
		m.fail("clear the clipboard", r.err)
	} else if said := r.cleared.Words(); said != "" && !m.quitting {
		sev := info
		if r.cleared.Unknown() {
			sev = warn
		}
		m.note(sev, said, r.cleared.Hint())
	}
	next := m.finish()
	if m.stopping {
		next = m.stop()
	}
	if c := raw(r.cleared.Terminal); c != nil {
		return tea.Sequence(c, next)
	}
	return next
}

func (r drained) land(m *root) tea.Cmd {
	m.drained = true
	return m.finish()
}

func (r beaten) land(m *root) tea.Cmd {
	if r.tag == m.beatTag {
		m.beatAt = time.Time{}
	}
	return nil
}
