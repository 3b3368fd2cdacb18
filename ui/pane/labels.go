package pane

// appLabel is what an application is called by. Its texts are cleaned and redacted.
type appLabel struct {
	name, env string
	sandbox   bool // its key is of the type SANDBOX
}

// labels returns the names under which lists show the applications of a scope. A name that stands
// for several gets a suffix: "·sand" for a sandbox key beside another one, and "@prod-eu" for the
// environment if that is not enough.
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
