package console

import "encoding/json"

// FactsOf returns the facts that the log records for a change.
func FactsOf(before, after *Token) (json.RawMessage, error) {
	return changedFacts(before, after).encode()
}

// FactsOfMark returns the facts that the log records for a new mark.
func FactsOfMark(m Mark) (json.RawMessage, error) {
	return factSet{"marks": map[string]*Mark{m.ID: &m}}.encode()
}

// FactsOfProbe returns the facts that the log records for a probe.
func FactsOfProbe(p Probe) (json.RawMessage, error) {
	return factSet{"probes": []Probe{p}}.encode()
}
