package ui

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// vigil is a token that is probed until the gateway refuses it.
type vigil struct {
	console.ProbeLoop
	fp     string
	next   console.ProbeStep // meaningless while a probe is under way
	asking bool
	told   string // why this proves nothing, as it was told last
}

// vigils are those tokens, by ID.
type vigils map[string]*vigil

// keepProbing begins to probe tokens until they are dead. It is what is done once the secrets are unlocked.
type keepProbing struct {
	ids       []string
	confirmed *actsOverlay // the question that was answered with yes; nil: none was asked
}

func (keepProbing) intent() {}

// actsOverlay asks before probes are repeated that may act.
type actsOverlay struct {
	confirmOverlay
	ids []string
}

func (*actsOverlay) title() string { return "Probe again and again?" }

func (o *actsOverlay) press(s *scene, _ action, key string) intent {
	if key == s.keys.yes() {
		return keepProbing{o.ids, o}
	}
	return closeOverlay{}
}

// asksToProbe opens the question that comes before these tokens are probed until they are dead, if there is one.
func (m *root) asksToProbe(ids []string) bool {
	var apps []console.Application
	for _, id := range ids {
		if r := m.board.ByID[id]; r != nil {
			apps = append(apps, m.board.Apps[r.App].Application)
		}
	}
	words := console.RepeatedProbes(apps...)
	if words == "" {
		return false
	}
	lines := strings.Split(words, "\n")
	for i := range lines {
		lines[i] = kit.Clean(lines[i])
	}
	m.open(&actsOverlay{confirmOverlay{verb: "probe until dead", lines: append(lines, "", "It is sent until the gateway refuses the token.")}, ids})
	return true
}

// probeUntilDead keeps probing the selected token, or those that are marked, until the gateway refuses it, or stops
// that.
func (m *root) probeUntilDead() tea.Cmd {
	ids := slices.Sorted(maps.Keys(m.marks))
	if r := m.target(m.scene()); len(ids) == 0 && r != nil {
		ids = []string{r.ID}
	}
	idle := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return m.vigils[id] != nil })
	if len(idle) == 0 {
		m.stopProbing(ids)
		return nil
	}
	if m.unlockFirst("probe a token", keepProbing{ids: idle}) {
		return nil
	}
	return keepProbing{ids: idle}.perform(m)
}

func (m *root) stopProbing(ids []string) {
	for _, id := range ids {
		if v := m.vigils[id]; v != nil {
			delete(m.vigils, id)
			m.note(info, v.fp+": probing has stopped after "+probes(v.Probes)+", not proved dead", m.keys.key(probeOn)+" begins again")
		}
	}
}

func (i keepProbing) perform(m *root) tea.Cmd {
	if m.fx.svc == nil {
		m.note(info, "there is nothing to do that with yet", "")
		return nil
	}
	if i.confirmed != nil {
		m.drop(i.confirmed)
	} else if m.asksToProbe(i.ids) {
		return nil
	}
	if m.vigils == nil {
		m.vigils = vigils{}
	}
	begun := ""
	n := 0
	for _, id := range i.ids {
		r := m.board.ByID[id]
		if r == nil || r.Token == nil || m.vigils[id] != nil {
			continue
		}
		if m.board.Status(r, m.now).Proof == console.ProofProbe {
			m.note(info, r.Token.Fingerprint+" is proved dead already", m.keys.key(doProbe)+" probes it once more")
			continue
		}
		v := &vigil{ProbeLoop: console.ProbeLoop{Began: m.now}, fp: r.Token.Fingerprint}
		v.next = v.Next(*r.Token, m.policyOf(r.Token.AppID), m.now)
		m.vigils[id] = v
		begun = r.Token.Fingerprint
		n++
	}
	switch {
	case n == 1:
		m.note(info, begun+" is probed until the gateway refuses it", m.keys.key(probeOn)+" stops it")
	case n > 1:
		m.note(info, strconv.Itoa(n)+" tokens are probed until the gateway refuses them", m.keys.key(probeOn)+" stops it")
	}
	return nil // the alarm is due
}

// probingAt is when the next probe of those is due.
func (m *root) probingAt() (at time.Time) {
	if m.quitting {
		return time.Time{}
	}
	for _, v := range m.vigils {
		if !v.asking {
			at = session.Earlier(at, v.next.At)
		}
	}
	return at
}

func (m *root) probeAgain() tea.Cmd {
	var cmds []tea.Cmd
	for id, v := range m.vigils {
		switch r := m.board.ByID[id]; {
		case v.asking || m.now.Before(v.next.At):
		case v.next.Wait && r != nil && r.Token != nil:
			m.judgeProbing(id, *r.Token, v.told, "")
		default:
			v.asking = true
			cmds = append(cmds, m.fx.probeAgain(id))
		}
	}
	return tea.Batch(cmds...)
}

// land of a probe among many says nothing: the strip shows it. Worth a word are only the end, and
// once that no probe of this URL can prove anything.
func (r probedAgain) land(m *root) tea.Cmd {
	v := m.vigils[r.id]
	if v == nil { // somebody has stopped it
		return m.read()
	}
	if r.err != nil {
		delete(m.vigils, r.id)
		m.fail("probe", r.err)
		return m.read()
	}
	v.asking = false
	v.Answered(r.answer)
	r.hint = m.fx.remedy(m.board.App(r.token.AppID), r.hint, m.face())
	m.judgeProbing(r.id, r.token, r.hopeless, r.hint)
	return m.read()
}

// judgeProbing decides how probing a token until it is dead goes on, and says why where it stops. hopeless and hint are
// about the last answer.
func (m *root) judgeProbing(id string, t console.Token, hopeless, hint string) {
	v, policy := m.vigils[id], m.policyOf(t.AppID)
	v.next = v.Next(t, policy, m.now)
	if v.next.Stop != console.GoOn {
		delete(m.vigils, id)
	}
	switch v.next.Stop {
	case console.StopDead:
		text := v.fp + ": refused three times in a row: dead"
		if s := console.StatusAt(t, policy, m.now); s.Cause != console.CauseRefused && s.Ended && s.Proof == console.ProofProbe {
			text += " " + console.Left(s.OverAt.Sub(s.EndedAt)) + " after its end"
		}
		m.note(good, text, probes(v.Probes))
	case console.StopVain:
		m.note(warn, v.fp+": probing has stopped: "+hopeless, hint)
	case console.StopLimit, console.StopUnbounded:
		if v.Verdict == console.ProbeAccepted {
			m.note(warn, v.fp+": the gateway lets it through still, a minute after its window; probing has stopped", m.keys.key(probeOn)+" begins again")
		} else {
			m.note(info, v.fp+": its window is over and no probe proved anything; probing has stopped", m.keys.key(probeOn)+" begins again")
		}
	case console.GoOn:
		if hopeless != "" && hopeless != v.told {
			m.note(warn, v.fp+": "+hopeless, hint+"; "+m.keys.key(probeOn)+" stops probing")
		}
		v.told = hopeless
	}
}

// probes counts probes in words.
func probes(n int) string {
	if n == 1 {
		return "1 probe"
	}
	return strconv.Itoa(n) + " probes"
}
