package ui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// result is the result of work that the session has no part in.
type result interface{ land(m *root) tea.Cmd }

// Request hands a request to the session.
func (m *root) Request(r session.Request) tea.Cmd {
	if g, ok := r.(session.Get); ok {
		g.Selected = m.panes.tokens.List.Selected
		r = g
	}
	m.learnNames(r)
	return m.after(m.s.Do(r, m.now))
}

// after returns commands that run work of the session. It also tells the facts so far.
func (m *root) after(work []session.Work) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(work)+1)
	ctx := m.ctx
	for _, w := range work {
		cmds = append(cmds, func() tea.Msg {
			if e := w(ctx); e != nil {
				return e
			}
			return nil
		})
	}
	return tea.Batch(append(cmds, m.tellFacts())...)
}

// tellFacts tells the facts of the session in their order. Commands run in that order too: a
// control sequence must reach the terminal before the program gives the terminal back.
func (m *root) tellFacts() tea.Cmd {
	var cmds []tea.Cmd
	for _, f := range m.s.Facts() {
		cmds = append(cmds, m.tellFact(f))
	}
	return tea.Sequence(cmds...)
}

// tellFact tells one fact, also to the overlay whose request led to it.
func (m *root) tellFact(f session.Fact) tea.Cmd {
	m.notices.call = session.ExchangeOf(f)
	cmds := []tea.Cmd{m.tell(f)}
	if box, ok := session.For(f).(scene.Listener); ok {
		cmds = append(cmds, box.Told(m, f))
	}
	m.notices.call = 0
	return tea.Sequence(cmds...)
}

// tell tells a fact, and updates the panes.
func (m *root) tell(f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.Got:
		m.closeInvites(f.App, f.Key())
		if f.Err != nil {
			m.NotifyError("get", f.Err)
			break
		}
		m.panes.tokens.SelectNew(f.Outcome.Token, f.Selected)
		m.tellBrought("got", f.Outcome)
	case session.Renewed:
		m.closeInvites(f.App, f.Key())
		if f.Err != nil {
			m.NotifyError("renew", f.Err)
			break
		}
		m.panes.tokens.SelectNew(f.Outcome.Token, f.Token)
		m.tellBrought(describe.Renewed(f.Outcome.How), f.Outcome)
	case session.Decided:
		if f.Err != nil {
			m.NotifyError("revoke", f.Err)
			break
		}
		m.notices.hide() // the row tells it as soon as the board is read again
		if f.Bulk {
			m.Log(scene.Info, f.Token.Fingerprint+": the revoke was decided", "")
		}
	case session.Undone:
		m.tellUndone(f)
	case session.Delivery:
		m.tellDelivered(f.Delivery)
	case session.AllAccepted:
		m.Notify(scene.Good,
			"accepted by the server: "+text.Count(f.N, "revoke")+
				"; the gateway may let these tokens through for a while",
			m.keys.Hint(keys.ProbeUntilDead, "on one of them probes it until it is dead"))
	case session.NotDelivered:
		m.NotifyError("deliver revokes", f.Err)
	case session.WaitsLocked:
		what, row := "revokes wait", "one of their rows"
		if f.N == 1 {
			what, row = "revoke waits", "its row"
		}
		m.Notify(scene.Warn, "locked: "+strconv.Itoa(f.N)+" "+what+" to be sent",
			m.keys.Hint(keys.Revoke, "on "+row+" asks for the passphrase"))
	case session.Probed:
		m.tellProbed(f)
	case session.Introspected:
		if f.For == nil { // else the overlay that asked tells it
			pane.TellIntrospected(m, f)
		}
	case session.Copied:
		return m.tellCopied(f)
	case session.TextCopied:
		return m.tellTextCopied(f)
	case session.ClipboardCleared:
		return m.tellCleared(f)
	case session.TokenSkipped:
		m.Log(scene.Info, scene.SkipWords(f.Skipped), "")
	case session.BulkDone:
		m.tellBulk(f)
	case session.Refused:
		m.tellRefused(f)
	case session.Ask:
		m.openQuestion(f)
	case session.WaitsForPerson:
		if a := m.board().App(f.App); a != nil {
			m.openInvite(a, f.Key)
		}
	case session.SignInAnswered:
		if f.Err != nil {
			m.Notify(scene.Warn, f.Err.Error(), m.hintOf(f.Err))
		}
	case session.MaySupersede:
		words, hint := describe.Supersede(f.Supersede)
		m.Log(scene.Info, words, hint)
	case session.MaySuspend:
		return m.suspended()
	case session.Quitting:
		m.closeAll()
	case session.Finishing:
		text := "finishing…"
		if m.s.RevokesSoon() {
			text += " what was revoked is sent first"
		}
		m.Notify(scene.Info, text, "ctrl+c does not wait")
	case session.Finished:
		if f.Now {
			m.choice = QuitNow
		}
		return tea.Quit
	case session.Alerts:
		return m.alert(f.All)
	default:
		return m.tellRest(f)
	}
	return nil
}

// tellRest tells the facts about the board, probe loops, the store and applications.
func (m *root) tellRest(f session.Fact) tea.Cmd {
	switch f := f.(type) {
	case session.BoardRead:
		if !f.Again {
			m.NotifyError(f.Op(), f.Err)
		}
	case session.BoardFiled:
		m.boardFiled(f.First)
		m.closeStale()
	case session.Judged:
		m.closeStale()
	case session.Restored:
		m.Notify(scene.Info, describe.Restored, "")
	case session.Shadowed:
		m.Notify(scene.Info, describe.Shadowed(f.Stored, f.Configured), "")
	case session.Unkept:
		m.Log(scene.Bad, f.Err.Error(), console.Hint(f.Err))
		// fits 80 columns
		m.Notify(scene.Bad,
			m.keys.Hint(keys.WriteOut, "keeps what this console holds")+": nothing can be stored",
			"")
	case session.Ended:
		m.tellEnded(f)
	case session.SettledElsewhere:
		sev, words := scene.Info, describe.TakenElsewhere
		if f.Refusal != "" {
			sev, words = scene.Bad, m.voice().RefusedElsewhere(f.Token)
		}
		m.Notify(sev, f.Token.Fingerprint+": "+words,
			"it lives; "+m.keys.Hint(keys.Revoke, "decides again"))
	case session.ProbesBegan, session.DeadAlready, session.ProbesStopped, session.ProbesEnded,
		session.ProbesHopeless, session.ProbeFailed:
		m.tellProbes(f)
	case session.TrafficSet:
		words, hint := "the client is paused", m.keys.Hint(keys.Traffic, "lets it go on")
		if f.On {
			words, hint = "the client goes on", m.keys.Hint(keys.Traffic, "pauses it")
		}
		m.Notify(scene.Info, words, hint)
	case session.Unlocked:
		return m.tellUnlocked(f)
	case session.Dismissed:
		if f.Err != nil {
			m.NotifyError("dismiss", f.Err)
			break
		}
		m.Notify(scene.Good, "the lost answer to a "+kit.Clean(f.Mark.Verb())+" was dismissed", "")
	case session.NothingOver:
		m.tellNothingOver(f)
	case session.Forgot:
		if f.Err != nil {
			m.NotifyError("forget", f.Err)
			break
		}
		m.Notify(scene.Good, "forgot "+describe.Forgotten(f.Done), "")
	case session.Pruned:
		if f.Err != nil {
			m.Log(scene.Warn, "what is over could not be forgotten: "+kit.Clean(f.Err.Error()),
				console.Hint(f.Err))
		} else if n := len(f.Done.Tokens); n > 0 {
			m.Log(scene.Info, describe.Pruned(n), "")
		}
	case session.WroteOut:
		if f.Err != nil {
			m.NotifyError("write out", f.Err)
			break
		}
		written, hint := describe.WroteOut(f.Place)
		m.Notify(scene.Good, written, hint)
	case session.Saved:
		if f.Err == nil {
			m.welcome = nil
			m.panes.apps.Select(session.Scope{Kind: session.OneApplication, Name: f.App.ID})
		}
	case session.FoundKept:
		if f.Err == nil && len(f.Apps) > 0 {
			m.welcome = nil
			m.panes.apps.Select(session.Scope{Kind: session.OneApplication, Name: f.Apps[0].ID})
		}
	case session.Adopted:
		if f.Err == nil {
			m.panes.tokens.SelectNew(f.Token, m.panes.tokens.List.Selected)
		}
	case session.Deleted:
		m.tellDeleted(f)
	case session.RevealLogged:
		if f.Err != nil {
			m.Notify(scene.Warn,
				"that "+f.Fingerprint+" was shown is not in the log: "+
					strings.TrimSpace(f.Err.Error()), console.Hint(f.Err))
		}
	}
	return nil
}

// boardFiled updates panes and overlays after the board was read.
func (m *root) boardFiled(first bool) {
	m.redactBoard()
	m.panes.tokens.BoardRead(m.Scene())
	if first {
		m.choose(m.s.Remembered())
	}
	m.tourRead(m.now)
	for _, o := range m.overlays {
		if o, ok := o.(*overlay.Invite); ok {
			o.Fill(m.board().Invitations)
		}
	}
}

// tellRefused reports why the session refused a request.
func (m *root) tellRefused(f session.Refused) {
	switch f.Reason {
	case session.InFlight:
		why := "this token is in the middle of something"
		switch f.Key.Kind {
		case session.Getting:
			why = "the get for this application is under way"
		case session.Undoing:
			why = "an undo is under way"
		case session.CopyingText:
			why = "a copy is under way"
		case session.Dismissing:
			why = "a lost answer is being dismissed"
		case session.Forgetting:
			why = "it is being looked for, or forgotten"
		case session.Deleting:
			why = "an application is being deleted"
		case session.Adopting:
			why = "a token is being adopted"
		case session.Introspecting:
			why = "the key manager is being asked about this token"
		case session.Saving, session.Testing, session.AskingPortal, session.KeepingFound,
			session.WritingOut:
			why = "that is under way"
		}
		m.Notify(scene.Info, why, "wait for its answer")
	case session.NothingYet:
		m.Notify(scene.Info, "there is nothing to do that with yet", "")
	case session.CopyingOff:
		copyingOff().Perform(m)
	case session.TokenGone:
		m.Notify(scene.Info, "that token is gone", "")
	case session.AlreadyRevoking:
		if r, ok := f.Request.(session.Revoke); ok {
			row := m.board().Row(r.Token)
			m.Notify(scene.Info, row.Token.Fingerprint+" is being revoked already",
				m.whetherUndoable(row))
		}
	case session.NothingToUndo:
		nothingToUndo().Perform(m)
	case session.WhileQuitting:
		m.Notify(scene.Info, "finishing what is under way; ctrl+c does not wait", "")
	case session.NowhereToSave: // the form tells it
	}
}

// tellBrought tells the token that a get or renewal brought.
func (m *root) tellBrought(word string, out console.Outcome) {
	t := out.Token
	left := ""
	if s := m.s.Status(t); s.HasExpiry {
		left = ", " + console.Left(s.Left) + " left"
	}
	if out.Same {
		m.Notify(scene.Info,
			"same token came back ("+t.Fingerprint+")"+left+": "+describe.SameToken,
			"for a new one: "+m.keys.Hint(keys.Revoke, "revokes this one first")+", or "+
				m.keys.Hint(keys.GetWith, "asks for other scopes"))
	} else {
		m.Notify(scene.Good, word+" "+t.Fingerprint+left, "")
	}
	for _, n := range out.Notes {
		m.Notify(scene.Warn, m.face().Says(n), "")
	}
}

func (m *root) tellUndone(f session.Undone) {
	if f.Err != nil {
		m.NotifyError("undo", f.Err)
		return
	}
	switch taken := f.Undone.Taken; {
	case f.Undone.Sent > 0:
		m.Notify(scene.Warn, describe.Taken(f.Undone), "")
	case len(taken) > 1:
		m.Notify(scene.Good, describe.Taken(f.Undone), "")
	default:
		m.Notify(scene.Good, taken[0].Fingerprint+": "+describe.TakenBack, "")
	}
}

// tellDelivered tells the result of one delivery. A 2xx answer means "accepted", never "dead".
func (m *root) tellDelivered(d console.Delivery) {
	what := d.Token.Fingerprint
	if d.Kind == console.RevokeRefresh && d.Err != nil {
		what = "the refresh token of " + what
	}
	words, next := m.voice().Delivered(d, m.s.Status(d.Token), m.now)
	words = what + ": " + words
	brief := m.voice().DeliveredBrief(d, m.s.Status(d.Token))
	for i := range brief {
		brief[i] = d.Token.Fingerprint + ": " + brief[i]
	}
	switch {
	case d.Err == nil:
		m.notify(scene.Good, words, next, brief...)
	case d.Kept:
		if h := m.hintOf(d.Err); h != "" {
			next += "; " + h
		}
		if d.Token.RevokeTries > 1 { // the row tells it meanwhile
			m.Log(scene.Warn, words, next)
		} else {
			m.notify(scene.Warn, words, next, brief...)
		}
	default:
		m.notify(scene.Bad, words, m.hintOf(d.Err), brief...)
	}
}

// whyUseless returns why a copied token will not be accepted, or "".
func (m *root) whyUseless(id string) string {
	r := m.board().Row(id)
	if r == nil || r.Token == nil {
		return ""
	}
	return describe.NoGood(m.board().Status(r, m.now))
}

func (m *root) tellDeleted(f session.Deleted) {
	if f.Err != nil {
		m.NotifyError("delete", f.Err)
		return
	}
	hint := ""
	if m.board().TokenCountOf(f.App) > 0 {
		hint = "tokens that it holds stay listed until they are over"
	}
	m.Notify(scene.Good, f.Name+" was deleted", hint)
}

// tellNothingOver reports why no token is forgotten.
func (m *root) tellNothingOver(f session.NothingOver) {
	switch {
	case f.Err != nil:
		m.NotifyError("forget", f.Err)
	case f.Kept != nil:
		k := f.Kept
		m.Notify(scene.Info, k.Token.Fingerprint+" is not forgotten: "+k.Held.Why, k.Held.Hint)
	default:
		m.Notify(scene.Info, "nothing is over", "")
	}
}
