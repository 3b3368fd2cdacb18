package ui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/ui/keys"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// probeUntilDead begins or stops probing the marked tokens, or the selected one.
func (m *root) probeUntilDead(s *scene.Scene) tea.Cmd {
	ids := m.bulk()
	if r := m.target(s); len(ids) == 0 && r != nil {
		ids = []string{r.ID}
	}
	return m.Request(session.ProbeUntilDead{Tokens: ids})
}

// tellProbes tells the beginning and the end of probe loops. The strip in the pane shows each
// probe.
func (m *root) tellProbes(f session.Fact) {
	again := m.keys.Hint(keys.ProbeUntilDead, "probes it again")
	switch f := f.(type) {
	case session.ProbesBegan:
		begun := f.Fingerprint + " is probed until the gateway refuses it"
		if f.N > 1 {
			begun = strconv.Itoa(f.N) + " tokens are probed until the gateway refuses them"
		}
		m.Notify(scene.Info, begun, m.keys.Hint(keys.ProbeUntilDead, "stops it"))
	case session.DeadAlready:
		m.Notify(scene.Info, f.Fingerprint+" is proved dead already",
			m.keys.Hint(keys.Probe, "probes it once more"))
	case session.ProbesStopped:
		m.Notify(scene.Info,
			f.Fingerprint+": probing has stopped: "+describe.NotDead(f.Loop, console.GoOn), again)
	case session.ProbeFailed:
		m.NotifyError("probe", f.Err)
	case session.ProbesHopeless:
		why, hint := describe.Hopeless(f.Answer)
		hint = m.s.Remedy(m.board().App(f.Token.AppID), hint, m.face())
		m.Notify(scene.Warn, f.Fingerprint+": "+why,
			hint+"; "+m.keys.Hint(keys.ProbeUntilDead, "stops probing"))
	case session.ProbesEnded:
		switch f.Stop {
		case console.StopDead:
			m.NotifyEnd(scene.Good, f.Fingerprint+": "+m.voice().Dead(m.s.Status(f.Token))+" ("+
				text.Count(f.Loop.Probes, "probe")+")", "", f.Fingerprint+": dead")
		case console.StopVain:
			why, hint := describe.Hopeless(f.Answer)
			hint = m.s.Remedy(m.board().App(f.Token.AppID), hint, m.face())
			m.Notify(scene.Warn, f.Fingerprint+": probing has stopped: "+why, hint)
		case console.StopLimit, console.StopUnbounded:
			sev := scene.Info
			if f.Loop.Verdict == console.ProbeAccepted {
				sev = scene.Warn
			}
			m.Notify(sev, f.Fingerprint+": probing has stopped: "+describe.NotDead(f.Loop, f.Stop),
				again)
		case console.GoOn:
		}
	}
}
