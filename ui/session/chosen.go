package session

import "lanyard/tokenapi/secret"

// Choose keeps what a person chose for a get of an application, to be offered again in this run.
// The password is not kept: it is used once.
func (s *Session) RememberGet(g Get) {
	if s.lastGets == nil {
		s.lastGets = map[string]Get{}
	}
	g.Password = secret.Text{}
	s.lastGets[g.App] = g
}

// Chosen returns what was chosen last for an application; the zero Get for nothing.
func (s *Session) LastGet(app string) Get { return s.lastGets[app] }
