package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Replay rebuilds from the audit log, oldest event first, what the store holds: tokens with their
// probes and open marks, and the open marks of gets. Both have the order of a Reader. StatusAt
// judges a replayed token like the stored one once Related has set its Twins. Rev is not replayed.
// Replay fails if an event has another form.
func Replay(events []Event) ([]Token, []Mark, error) {
	tokens, marks := map[string]*Token{}, map[string]Mark{}
	for _, e := range events {
		if err := replay(e, tokens, marks); err != nil {
			return nil, nil, fmt.Errorf("replay event %d: %w", e.Seq, err)
		}
	}
	open := slices.SortedFunc(maps.Values(marks), func(a, b Mark) int {
		return cmp.Or(a.SentAt.Compare(b.SentAt), strings.Compare(a.ID, b.ID))
	})
	var gets []Mark
	for _, m := range open {
		if m.TokenID == "" {
			gets = append(gets, m)
		} else if t := tokens[m.TokenID]; t != nil {
			t.Unsure = &m // the last one stays
		}
	}
	var all []Token
	for _, t := range tokens {
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b Token) int {
		return cmp.Or(a.IssuedAt.Compare(b.IssuedAt), strings.Compare(a.ID, b.ID))
	})
	return all, gets, nil
}

// replay applies one event.
func replay(e Event, tokens map[string]*Token, marks map[string]Mark) error {
	var facts map[string]json.RawMessage
	if e.Derived {
		return nil
	}
	if err := json.Unmarshal(e.Facts, &facts); err != nil {
		return err
	}
	if raw, ok := facts["marks"]; ok {
		if err := replayMarks(raw, marks); err != nil {
			return err
		}
	}
	switch e.Kind {
	case EventCopied, EventPrinted, EventUnanswered:
		return nil
	case EventForgotten:
		if e.TokenID == "" {
			return nil // application without tokens and open marks
		}
		delete(tokens, e.TokenID)
		maps.DeleteFunc(marks, func(_ string, m Mark) bool { return m.TokenID == e.TokenID })
		return nil
	}
	if e.TokenID == "" {
		return nil
	}
	t := tokens[e.TokenID]
	if t == nil {
		delete(facts, "call")
		if len(facts) == 1 && facts["marks"] != nil {
			return nil // a mark without a token
		}
		t = &Token{ID: e.TokenID}
		tokens[e.TokenID] = t
	}
	for _, f := range tokenFacts() {
		if raw, ok := facts[f.name]; ok {
			if err := decodeFact(raw, f.of(t)); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
		}
	}
	if raw, ok := facts["probes"]; ok {
		return replayProbes(raw, t)
	}
	return nil
}

// decodeFact decodes one field into what v points to.
func decodeFact(raw json.RawMessage, v any) error {
	reflect.ValueOf(v).Elem().SetZero()
	d, ok := v.(*time.Duration)
	if !ok {
		return json.Unmarshal(raw, v)
	}
	whole, part, _ := strings.Cut(string(raw), ".")
	if whole == "null" {
		return nil
	}
	var err error
	*d, err = time.ParseDuration(whole + "s" + cmp.Or(part, "0") + "ns")
	return err
}

func replayMarks(raw json.RawMessage, marks map[string]Mark) error {
	var some map[string]*markFact
	if err := json.Unmarshal(raw, &some); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	for id, m := range some {
		if m == nil {
			delete(marks, id)
			continue
		}
		marks[id] = Mark{
			ID: id, Op: m.Op, AppID: m.AppID, TokenID: m.TokenID, Scopes: m.Scopes,
			Grant: m.Grant, User: Private(m.User), SentAt: m.SentAt, Request: m.Request,
			EndsBy: m.EndsBy,
		}
	}
	return nil
}

func replayProbes(raw json.RawMessage, t *Token) error {
	var some []probeFact
	if err := json.Unmarshal(raw, &some); err != nil {
		return fmt.Errorf("probes: %w", err)
	}
	for _, p := range some {
		t.Probes = append(t.Probes, Probe(p))
	}
	t.Probes = t.Probes[max(len(t.Probes)-KeepProbes, 0):]
	return nil
}
