package session

import "lanyard/tokenapi/secret"

// rememberGet keeps a person's choices for a get of an application, to offer them again in this
// run. It drops the password.
func (s *Session) rememberGet(g Get) {
	if s.lastGets == nil {
		s.lastGets = map[string]Get{}
	}
	g.Password = secret.Text{}
	s.lastGets[g.App] = g
}

// LastGet returns the last get of an application with Remember; the zero Get if there is none.
func (s *Session) LastGet(app string) Get { return s.lastGets[app] }
