package ui

import (
	"lanyard/console/describe"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// tellProbed tells the result of a probe.
func (m *root) tellProbed(f session.Probed) {
	if f.Err != nil {
		m.NotifyError("probe", f.Err)
		return
	}
	told := m.voice().Probe(f.Answer, m.s.Status(f.Token))
	sev := scene.Info
	if told.Serious {
		sev = scene.Warn
	}
	m.Notify(sev, f.Token.Fingerprint+": "+describe.Code(f.Answer.Status, f.Answer.FaultCode)+": "+
		told.Text,
		m.s.Remedy(m.board().App(f.Token.AppID), told.Next, m.face()))
}
