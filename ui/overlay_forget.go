package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// forgettable looks for what can be forgotten.
func (fx effects) forgettable(what console.ForgetWhat) tea.Cmd {
	return run(func() overFound {
		f, err := fx.svc.Forgettable(fx.ctx, what)
		return overFound{what, f, err}
	})
}

func (fx effects) forget(what console.ForgetWhat) tea.Cmd {
	return run(func() overForgotten {
		f, err := fx.svc.Forget(fx.ctx, what)
		return overForgotten{f, err}
	})
}

// prune forgets what has been over for longer than the configuration says. It looks once in a while.
func (fx effects) prune() tea.Cmd {
	return run(func() overPruned {
		f, err := fx.svc.Prune(fx.ctx)
		return overPruned{f, err}
	})
}

func (m *root) cannotForget() *refuse {
	if !slices.ContainsFunc(m.board.Tokens, func(t console.Token) bool { r := m.board.ByID[t.ID]; return r != nil && session.IsOver(r.State) }) {
		return &refuse{"no token is over", ""}
	}
	return nil
}

// forgetOver looks for what is over, of which the question is then asked.
func (m *root) forgetOver() tea.Cmd {
	return m.begin("forget", "it is being looked for", func(string) tea.Cmd { return m.fx.forgettable(console.ForgetWhat{Over: true}) }, "")
}

// overFound is what can be forgotten.
type overFound struct {
	what  console.ForgetWhat
	found console.Forgotten
	err   error
}

func (r overFound) land(m *root) tea.Cmd {
	delete(m.busy, "forget")
	switch n := len(r.found.Tokens) + len(r.found.Applications); {
	case r.err != nil:
		m.fail("forget", r.err)
	case n == 0 && len(r.found.Kept) > 0:
		k := r.found.Kept[0]
		for _, o := range r.found.Kept { // of those that look over first
			if b := m.board.ByID[o.Token.ID]; b != nil && session.IsOver(b.State) {
				k = o
				break
			}
		}
		m.note(info, k.Token.Fingerprint+" is not forgotten: "+k.Held.Why, k.Held.Hint)
	case n == 0:
		m.note(info, "nothing is over", "")
	default:
		m.open(&forgetOverlay{confirmOverlay{verb: "forget", lines: []string{
			forgottenWords(r.found), "Their secrets, probes and log go too. The log keeps that they were forgotten.", "",
			"What may still live stays. This cannot be undone.",
		}}, r.what})
	}
	m.dirty = true
	return nil
}

// forgottenWords count what goes or went.
func forgottenWords(f console.Forgotten) string {
	words := counted(len(f.Tokens), "token") + " that " + map[bool]string{true: "is", false: "are"}[len(f.Tokens) == 1] + " over"
	if n := len(f.Applications); n > 0 {
		words += ", " + counted(n, "application") + " no longer configured"
	}
	return words
}

// forgetOverlay asks before what is over is forgotten.
type forgetOverlay struct {
	confirmOverlay
	what console.ForgetWhat
}

func (*forgetOverlay) title() string { return "Forget what is over?" }

func (o *forgetOverlay) press(s *scene, _ action, key string) intent {
	if key == s.keys.yes() {
		return forgetNow{o}
	}
	return closeOverlay{}
}

// forgetNow is the intent to forget it.
type forgetNow struct{ o *forgetOverlay }

func (forgetNow) intent() {}

func (i forgetNow) perform(m *root) tea.Cmd {
	m.drop(i.o)
	return m.begin("forget", "it is being forgotten", func(string) tea.Cmd { return m.fx.forget(i.o.what) }, "")
}

type overForgotten struct {
	done console.Forgotten
	err  error
}

func (r overForgotten) land(m *root) tea.Cmd {
	delete(m.busy, "forget")
	if r.err != nil {
		m.fail("forget", r.err)
	} else {
		m.note(good, "forgot "+forgottenWords(r.done), "")
	}
	return m.read()
}

type overPruned struct {
	done console.Forgotten
	err  error
}

func (r overPruned) land(m *root) tea.Cmd {
	switch {
	case r.err != nil:
		m.jot(warn, "what is over could not be forgotten: "+kit.Clean(r.err.Error()), console.Hint(r.err))
	case len(r.done.Tokens) > 0:
		m.jot(info, "forgot "+counted(len(r.done.Tokens), "token")+" that had been over for longer than store.keep", "")
	default:
		return nil
	}
	return m.read()
}

// pruneDue begins to prune after the first reading of an open store, and again when it is time.
func (m *root) pruneDue() tea.Cmd {
	if m.fx.svc == nil || m.board.Key.Locked || m.now.Before(m.pruneAt) || m.fx.svc.PruneEvery() == 0 {
		return nil
	}
	m.pruneAt = m.now.Add(m.fx.svc.PruneEvery())
	return m.fx.prune()
}
