package ui

import (
	"lanyard/console/describe"
	"lanyard/ui/session"
)

// tellProbed says what the gateway made of a token.
func (m *root) tellProbed(f session.Probed) {
	if f.Err != nil {
		m.NotifyError("probe", f.Err)
		return
	}
	told := m.voice().Probe(f.Answer, m.s.Status(f.Token))
	sev := info
	if told.Serious {
		sev = warn
	}
	m.Notify(sev, f.Token.Fingerprint+": "+describe.Code(f.Answer.Status, f.Answer.FaultCode)+": "+told.Text,
		m.s.Remedy(m.board().App(f.Token.AppID), told.Next, m.face()))
}
