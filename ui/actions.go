package ui

import (
	"cmp"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/overlay"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// action implements an action of the keymap.
type action struct {
	cannot func(s *scene.Scene) *scene.Refuse // returns why it cannot run now; nil if it always can
	do     func(s *scene.Scene) tea.Cmd
}

// Act performs an action, or shows why it cannot run. Keys, clicks and the palette all call it.
func (m *root) Act(a keys.Action) tea.Cmd {
	if m.tourSaw(a) {
		m.tellTourEnd()
	}
	s := m.Scene()
	if why := m.cannot(s, a); why != nil {
		return why.Perform(m)
	}
	return m.actions[a].do(s)
}

// cannot returns why an action cannot run now, or nil. It changes nothing: the palette and the help
// call it for every action.
func (m *root) cannot(s *scene.Scene, a keys.Action) *scene.Refuse {
	if why := m.cannotWhilePresenting(a); why != nil {
		return why
	}
	if b := m.keys.Row(a); b.Where&placeOf(m.focus) == 0 {
		what := cmp.Or(b.Word, "this") // Traffic has no row outside of a demo
		return scene.Cannot(what+" does nothing in this pane",
			m.keys.Hint(keys.Tokens, "goes to the tokens"))
	}
	if cannot := m.actions[a].cannot; cannot != nil {
		return cannot(s)
	}
	return nil
}

// newActions returns what the screen does for each action.
func (m *root) newActions() map[keys.Action]action {
	all := map[keys.Action]action{}
	for _, part := range []map[keys.Action]action{
		m.tokenActions(), m.appActions(), m.movingActions(), m.viewActions(), m.otherActions(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// tokenActions act on the selected token or on the marked ones.
func (m *root) tokenActions() map[keys.Action]action {
	return map[keys.Action]action{
		keys.Get: m.forApp(keys.Get, m.cannotGet, func(_ *scene.Scene, a *session.App) tea.Cmd {
			return m.Request(session.Get{App: a.ID})
		}),
		keys.Renew: m.verb(session.VerbRenew,
			func(id string) session.Request { return session.Renew{Token: id} }),
		keys.Revoke: m.verb(session.VerbRevoke,
			func(id string) session.Request { return session.Revoke{Token: id} }),
		keys.Probe: m.verb(session.VerbProbe,
			func(id string) session.Request { return session.Probe{Token: id} }),
		keys.Copy: {m.cannotCopy, func(s *scene.Scene) tea.Cmd {
			return m.Request(session.Copy{Token: m.target(s).ID, Form: console.FormBare})
		}},
		keys.Undo: {
			func(s *scene.Scene) *scene.Refuse { _, why := m.undoable(s); return why },
			func(s *scene.Scene) tea.Cmd { undo, _ := m.undoable(s); return m.Request(undo) },
		},
		keys.Inspect:    {m.cannotInspect, m.inspect},
		keys.Introspect: {m.cannotIntrospect, m.introspect},
		keys.Mark:       {m.cannotToken, m.mark},
		keys.ShowToken: {m.cannotShow, func(s *scene.Scene) tea.Cmd {
			r := m.target(s)
			return overlay.ShowToken{
				ID: r.ID, Fingerprint: r.Token.Fingerprint, Lasts: m.set.RevealFor,
			}.Perform(m)
		}},
		keys.GetWith: m.forApp(keys.GetWith, m.cannotGetWith,
			func(_ *scene.Scene, a *session.App) tea.Cmd {
				m.Open(overlay.NewGrant(a, m.s.LastGet(a.ID)))
				return nil
			}),
		keys.CopyAs:         {m.cannotCopy, m.copyAs},
		keys.ProbeUntilDead: {m.cannotToken, m.probeUntilDead},
		keys.RevokeAll: m.forApp(keys.RevokeAll, m.cannotRevokeAll,
			func(_ *scene.Scene, a *session.App) tea.Cmd {
				o := overlay.NewRevokeAll(a)
				all := o.Counted()
				m.openAsked(o, session.Ask{About: session.Several{Bulk: all}, Then: all})
				return nil
			}),
		keys.DismissLost: {m.cannotDismiss, func(s *scene.Scene) tea.Cmd {
			m.Open(overlay.NewDismiss(s, m.target(s)))
			return nil
		}},
		keys.ForgetOver: {m.cannotForget, func(*scene.Scene) tea.Cmd {
			return m.Request(session.Forget{What: console.ForgetWhat{Over: true}})
		}},
	}
}

// verb acts on the marked tokens, or on the selected one if none is marked.
func (m *root) verb(v session.Verb, of func(id string) session.Request) action {
	return action{
		func(s *scene.Scene) *scene.Refuse {
			switch ids := m.bulk(); {
			case len(ids) == 0:
				return m.cannotToken(s)
			case len(inView(s, ids)) == 0:
				return scene.Cannot("no marked token is in the list that you see",
					m.keys.Hint(keys.Close, "takes the marks away"))
			}
			return nil
		},
		func(s *scene.Scene) tea.Cmd {
			if all := m.bulk(); len(all) > 0 {
				ids := inView(s, all)
				return m.Request(session.Bulk{
					Verb: v, Tokens: ids, What: markedTokens, Marked: true,
					Unseen: len(all) - len(ids),
				})
			}
			return m.Request(of(m.target(s).ID))
		},
	}
}

// appActions act on applications.
func (m *root) appActions() map[keys.Action]action {
	return map[keys.Action]action{
		keys.AddApp: {nil, func(s *scene.Scene) tea.Cmd {
			m.Open(overlay.NewApp(s, nil, ""))
			return nil
		}},
		keys.EditApp: m.forApp(keys.EditApp, cannotEditApp,
			func(s *scene.Scene, a *session.App) tea.Cmd {
				m.Open(overlay.NewApp(s, a, m.configFile()))
				return nil
			}),
		keys.DeleteApp: m.forApp(keys.DeleteApp, m.cannotDeleteApp,
			func(_ *scene.Scene, a *session.App) tea.Cmd {
				m.Open(overlay.NewDelete(a, m.board().TokenCountOf(a.ID)))
				return nil
			}),
		keys.AdoptToken: m.forApp(keys.AdoptToken, cannotEditApp,
			func(_ *scene.Scene, a *session.App) tea.Cmd {
				m.Open(overlay.NewAdopt(a))
				return nil
			}),
		keys.Import: {nil, func(s *scene.Scene) tea.Cmd {
			m.Open(overlay.NewImport(s.Board.Environments))
			return nil
		}},
	}
}

// movingActions move the cursor and the focus.
func (m *root) movingActions() map[keys.Action]action {
	all := map[keys.Action]action{
		keys.NextPane: {nil, func(*scene.Scene) tea.Cmd {
			m.focusOn((m.focus + 1) % scene.PaneCount)
			return nil
		}},
		keys.PreviousPane: {nil, func(*scene.Scene) tea.Cmd {
			m.focusOn((m.focus + scene.PaneCount - 1) % scene.PaneCount)
			return nil
		}},
		keys.Zoom: {nil, func(*scene.Scene) tea.Cmd { m.zoom(); return nil }},
	}
	for _, a := range []keys.Action{
		keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last,
	} {
		all[a] = action{nil, func(*scene.Scene) tea.Cmd { m.moveCursor(a); return nil }}
	}
	for _, a := range []keys.Action{keys.Left, keys.Right} {
		all[a] = action{nil, func(*scene.Scene) tea.Cmd { m.sideways(a); return nil }}
	}
	for p := range scene.PaneCount {
		a := keys.Applications + keys.Action(p)
		all[a] = action{nil, func(*scene.Scene) tea.Cmd {
			if m.focus == p {
				m.flash(m.keys.Row(a).Word+" has the keys already", "")
			}
			m.focusOn(p)
			return nil
		}}
	}
	return all
}

// viewActions change what is shown and in which order.
func (m *root) viewActions() map[keys.Action]action {
	all := map[keys.Action]action{
		keys.Filter:    {nil, func(*scene.Scene) tea.Cmd { m.openFind(); return nil }},
		keys.HideDead:  {nil, func(*scene.Scene) tea.Cmd { m.toggleDead(); return nil }},
		keys.UnmarkAll: {m.cannotUnmark, func(*scene.Scene) tea.Cmd { m.s.Unmark(); return nil }},
		keys.Theme:     {m.cannotPickTheme, func(*scene.Scene) tea.Cmd { return m.openThemes() }},
		keys.Presenter: {nil, func(*scene.Scene) tea.Cmd {
			m.present(!m.set.Presenter)
			return nil
		}},
		keys.Mouse: {nil, func(*scene.Scene) tea.Cmd {
			m.captureMouse(!m.set.Mouse)
			return nil
		}},
	}
	all[keys.Traffic] = action{nil, func(*scene.Scene) tea.Cmd {
		return m.Request(session.SetTraffic{On: m.s.Traffic() == session.TrafficPaused})
	}}
	for a := range scene.Orders {
		all[a] = action{nil, func(*scene.Scene) tea.Cmd { m.sortBy(a); return nil }}
	}
	return all
}

// otherActions act on Lanyard itself.
func (m *root) otherActions() map[keys.Action]action {
	return map[keys.Action]action{
		keys.Unlock: {m.cannotUnlock, func(*scene.Scene) tea.Cmd {
			m.s.AskToUnlock(nil)
			return m.tellFacts()
		}},
		keys.WriteOut: {m.cannotWriteOut,
			func(*scene.Scene) tea.Cmd { return m.Request(session.WriteOut{}) }},
		keys.Commands: {nil, func(*scene.Scene) tea.Cmd {
			m.Open(overlay.NewPalette(&m.keys, m.entries()))
			return nil
		}},
		keys.Messages: {nil, func(*scene.Scene) tea.Cmd {
			m.Open(&overlay.Log{Entries: m.notices.log, Key: m.key()})
			return nil
		}},
		keys.Help: {nil, func(*scene.Scene) tea.Cmd {
			m.Open(overlay.NewHelp(&m.keys, placeOf(m.focus), m.entries(), m.key()))
			return nil
		}},
		keys.Suspend: {nil, func(*scene.Scene) tea.Cmd { return m.stop() }},
		keys.Close:   {nil, func(*scene.Scene) tea.Cmd { m.closeNothing(); return nil }},
		keys.Quit:    {nil, func(*scene.Scene) tea.Cmd { return m.leave(false) }},
		keys.QuitNow: {nil, func(*scene.Scene) tea.Cmd { return m.leave(true) }},
	}
}

// entries lists all actions for the palette and the help. An action that cannot run carries the
// reason.
func (m *root) entries() []overlay.Entry {
	s := m.Scene()
	var out []overlay.Entry
	for _, b := range m.keys.Rows {
		e := overlay.Entry{
			Act: b.Act, Keys: b.Shown(), Word: b.Word, Does: b.Does,
			Section: b.Act.Section().String(),
		}
		if why := m.cannot(s, b.Act); why != nil {
			e.Why, e.Hint = why.Why, why.Hint
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out,
		func(a, b overlay.Entry) int { return cmp.Compare(a.Act.Section(), b.Act.Section()) })
	return out
}

// forApp is an action on an application: that of the scope, the only one, or else one that a person
// chooses. The application of the selected token is chosen first.
func (m *root) forApp(act keys.Action, cannot func(*scene.Scene, *session.App) *scene.Refuse,
	do func(*scene.Scene, *session.App) tea.Cmd) action {
	return action{
		func(s *scene.Scene) *scene.Refuse {
			if a, ok := s.OneApp(); ok {
				return cannot(s, a)
			}
			if !s.Board.Read {
				return scene.Cannot("the applications are being read", "")
			}
			if len(s.Board.Apps) == 0 {
				return scene.Cannot("there is no application yet",
					s.Keys.Hint(keys.AddApp, "adds one"))
			}
			return nil
		},
		func(s *scene.Scene) tea.Cmd {
			if a, ok := s.OneApp(); ok {
				return do(s, a)
			}
			m.Open(overlay.NewWhich(s, m.keys.Row(act).Word, func(h scene.Host, id string) tea.Cmd {
				s := h.Scene()
				a := s.Board.App(id)
				if a == nil {
					return nil
				}
				if why := cannot(s, a); why != nil {
					return why.Perform(h)
				}
				return do(s, a)
			}))
			return nil
		},
	}
}

// choosesScope reports whether enter takes the scope of the row and goes back to the tokens: the
// pane of the applications stands in their place.
func (m *root) choosesScope() bool {
	return m.focus == scene.Applications && m.layout() <= narrow
}

// inspect opens the selected call, that of the selected get whose answer was lost, or the full view
// of the selected token.
func (m *root) inspect(s *scene.Scene) tea.Cmd {
	if m.focus == scene.Activity {
		if r, ok := m.panes.acts.Selected(s); ok {
			m.Open(overlay.OfCall(s, r))
		}
		return nil
	}
	if m.choosesScope() {
		m.focusOn(scene.Tokens)
		return nil
	}
	if row := m.target(s); row.Token == nil {
		if r, ok := m.s.CallOfMark(row.Mark.ID); ok {
			m.Open(overlay.OfCall(s, r))
		}
		return nil
	}
	m.focusOn(scene.Selected)
	m.zoomed = true
	return nil
}

// zoom shows the focused pane alone, or all panes again.
func (m *root) zoom() {
	m.zoomed = !m.zoomed
	if !m.zoomed && m.focus == scene.Selected {
		m.focusOn(scene.Tokens)
	}
}

// introspect asks the key manager about the selected token.
func (m *root) introspect(s *scene.Scene) tea.Cmd {
	return m.Request(session.Introspect{Token: m.target(s).ID})
}

func (m *root) copyAs(s *scene.Scene) tea.Cmd {
	r := m.target(s)
	m.Open(overlay.NewCopy(r.Token, s.Board.Apps[r.App].ProbeURL != ""))
	return nil
}

// Open lays an overlay over the screen.
func (m *root) Open(o scene.Overlay) { m.overlays = append(m.overlays, o) }

// IsOpen reports whether an overlay is open.
func (m *root) IsOpen(o scene.Overlay) bool { return slices.Contains(m.overlays, o) }

// Close closes an overlay, wherever it is; nil stands for the one on top.
func (m *root) Close(o scene.Overlay) {
	if n := len(m.overlays); o == nil && n > 0 {
		m.overlays = m.overlays[:n-1]
	}
	m.overlays = slices.DeleteFunc(m.overlays, func(x scene.Overlay) bool { return x == o })
}
