package scene

import (
	"strings"

	"lanyard/console"
	"lanyard/ui/session"
)

// AppName returns the name of an application in lists of tokens, by its index in Board.Apps. A name
// that stands for several applications of the scope has a suffix.
func (s *Scene) AppName(app int) string {
	if s.names == nil {
		s.names = labels(s.appLabels(s.Scope.Kind == session.AllApplications))
	}
	return s.names[app]
}

// RailName returns the name of an application below the heading of its environment.
func (s *Scene) RailName(app int) string {
	if s.railNames == nil {
		s.railNames = labels(s.appLabels(true))
	}
	name := s.railNames[app]
	if env := s.Show(s.Board.Apps[app].Environment.Name); env != "" {
		name = strings.TrimSuffix(name, "@"+env)
	}
	return name
}

// appLabels returns the applications with their environments or, without, as if they had none.
func (s *Scene) appLabels(environments bool) []appLabel {
	out := make([]appLabel, len(s.Board.Apps))
	for i := range out {
		a := &s.Board.Apps[i]
		out[i] = appLabel{name: s.Show(a.Name), sandbox: a.KeyType == console.KeySandbox}
		if environments {
			out[i].env = s.Show(a.Environment.Name)
		}
	}
	return out
}

// appLabel holds the names of an application, cleaned and redacted.
type appLabel struct {
	name, env string
	sandbox   bool // its key is of the type SANDBOX
}

// labels returns the names under which lists show the applications of a scope. A name that stands
// for several gets a suffix: "·sand" for a sandbox key beside another one. If that is not enough,
// the environment follows: "@prod-eu".
func labels(apps []appLabel) []string {
	type group struct{ all, sandbox int }
	groups := make(map[string]group, len(apps))
	for _, a := range apps {
		g := groups[a.name]
		g.all++
		if a.sandbox {
			g.sandbox++
		}
		groups[a.name] = g
	}
	out := make([]string, len(apps))
	same := make(map[string]int, len(apps))
	for i, a := range apps {
		out[i] = a.name
		if g := groups[a.name]; a.sandbox && g.sandbox < g.all {
			out[i] += "·sand"
		}
		same[out[i]]++
	}
	for i, a := range apps {
		if same[out[i]] > 1 && a.env != "" {
			out[i] += "@" + a.env
		}
	}
	return out
}
