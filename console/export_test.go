package console

import "encoding/json"

// FactsOf is what the log would say of a change.
func FactsOf(before, after *Token) (json.RawMessage, error) {
	return changedFacts(before, after).encode()
}

// FactsOfMark is what the log says of a mark that was put.
func FactsOfMark(m Mark) (json.RawMessage, error) {
	return factSet{"marks": map[string]*Mark{m.ID: &m}}.encode()
}

// FactsOfProbe is what the log says of a probe.
func FactsOfProbe(p Probe) (json.RawMessage, error) {
	return factSet{"probes": []Probe{p}}.encode()
}
