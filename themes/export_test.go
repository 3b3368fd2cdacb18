package themes

// Shortfalls lists the colours with too little contrast, once for each key and ground.
func (t Theme) Shortfalls() []string {
	var out []string
	for _, s := range t.sides() {
		for _, short := range s.short() {
			out = append(out, s.name+"."+short.String())
		}
	}
	return out
}
