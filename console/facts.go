package console

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"lanyard/tokenapi"
)

// tokenFact is one field of a token in the audit log. The same list writes and replays, so that
// each logged field is replayed. A test compares the list with the fields of Token.
type tokenFact struct {
	name string
	of   func(*Token) any // a pointer to the field
}

// tokenFacts lists the fields of a token. It leaves out ID (the event has it), Probes and Unsure
// (they have facts of their own), Rev (it counts changes) and Twins (other tokens).
// store/schema/003.sql uses the same names.
func tokenFacts() []tokenFact {
	return []tokenFact{
		{"app_id", func(t *Token) any { return &t.AppID }},
		{"fingerprint", func(t *Token) any { return &t.Fingerprint }},
		{"grant", func(t *Token) any { return &t.Grant }},
		{"user", func(t *Token) any { return &t.User }},
		{"scopes", func(t *Token) any { return &t.Scopes }},
		{"asked", func(t *Token) any { return &t.Asked }},
		{"token_type", func(t *Token) any { return &t.TokenType }},
		{"lifetime", func(t *Token) any { return &t.Lifetime }},
		{"issued_at", func(t *Token) any { return &t.IssuedAt }},
		{"expires_at", func(t *Token) any { return &t.ExpiresAt }},
		{"granted", func(t *Token) any { return &t.Granted }},
		{"from", func(t *Token) any { return &t.From }},
		{"refresh", func(t *Token) any { return &t.Refresh }},
		{"has_id", func(t *Token) any { return &t.HasID }},
		{"replaced_at", func(t *Token) any { return &t.ReplacedAt }},
		{"replaced_by", func(t *Token) any { return &t.ReplacedBy }},
		{"jwt", func(t *Token) any { return &t.JWT }},
		{"at_server", func(t *Token) any { return &t.AtServer }},
		{"at_server_at", func(t *Token) any { return &t.AtServerAt }},
		{"revoke_at", func(t *Token) any { return &t.RevokeAt }},
		{"revoke_kind", func(t *Token) any { return &t.RevokeKind }},
		{"revoke_tries", func(t *Token) any { return &t.RevokeTries }},
		{"revoke_next", func(t *Token) any { return &t.RevokeNext }},
		{"revoke_error", func(t *Token) any { return &t.RevokeError }},
		{"accepted_at", func(t *Token) any { return &t.AcceptedAt }},
		{"refresh_accepted_at", func(t *Token) any { return &t.RefreshAcceptedAt }},
		{"confirmed", func(t *Token) any { return &t.Confirmed }},
		{"seen_at", func(t *Token) any { return &t.SeenAt }},
		{"answer_rev", func(t *Token) any { return &t.AnswerRev }},
		{"answered_at", func(t *Token) any { return &t.AnsweredAt }},
		{"request", func(t *Token) any { return &t.Request }},
		{"access_hash", func(t *Token) any { return &t.AccessHash }},
		{"refresh_hash", func(t *Token) any { return &t.RefreshHash }},
		{"at_server_counts", func(t *Token) any { return &t.AtServerCounts }},
		{"active_at", func(t *Token) any { return &t.ActiveAt }},
		{"at_server_since", func(t *Token) any { return &t.AtServerSince }},
		{"seen_url", func(t *Token) any { return &t.SeenURL }},
	}
}

// factSet holds the facts of an event by name. A nil is a field that was cleared.
type factSet map[string]any

func (f factSet) probes() []Probe {
	all, _ := f["probes"].([]Probe)
	return all
}

// changedFacts returns the fields in which after differs from before: of a new token those that are
// set, of a removed one none.
func changedFacts(before, after *Token) factSet {
	facts := factSet{}
	if after == nil {
		return facts
	}
	if before == nil {
		before = &Token{}
	}
	for _, f := range tokenFacts() {
		was, is := reflect.ValueOf(f.of(before)).Elem(), reflect.ValueOf(f.of(after)).Elem()
		if sameFact(was, is) {
			continue
		}
		if is.IsZero() {
			facts[f.name] = nil
			continue
		}
		facts[f.name] = is.Interface()
	}
	return facts
}

func sameFact(a, b reflect.Value) bool {
	if t, ok := a.Interface().(time.Time); ok {
		return t.Equal(b.Interface().(time.Time))
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// Probes and marks as JSON.
type (
	probeFact struct {
		At         time.Time        `json:"at"`
		Status     int              `json:"status,omitempty"`
		FaultCode  int              `json:"fault_code,omitempty"`
		Verdict    tokenapi.Verdict `json:"verdict"`
		URL        string           `json:"url,omitempty"`
		NamesToken bool             `json:"names_token,omitempty"`
	}
	markFact struct {
		Op      string    `json:"op"`
		AppID   string    `json:"app_id"`
		TokenID string    `json:"token_id,omitempty"`
		Scopes  []string  `json:"scopes,omitzero"`
		Grant   string    `json:"grant,omitempty"`
		User    string    `json:"user,omitempty"`
		SentAt  time.Time `json:"sent_at"`
		Request *Request  `json:"request,omitempty"`
		EndsBy  time.Time `json:"ends_by,omitzero"`
	}
)

// encode writes facts as JSON: times in RFC 3339, in UTC, to the nanosecond, so that a replay gives
// the same states; durations in seconds, also to the nanosecond.
func (f factSet) encode() (json.RawMessage, error) {
	out := make(map[string]any, len(f))
	for name, v := range f {
		switch v := v.(type) {
		case time.Time:
			out[name] = v.UTC()
		case time.Duration:
			out[name] = exactSeconds(v)
		case []Probe:
			all := make([]probeFact, len(v))
			for i, p := range v {
				p.At = p.At.UTC()
				all[i] = probeFact(p)
			}
			out[name] = all
		case map[string]*Mark:
			all := make(map[string]*markFact, len(v))
			for id, m := range v {
				all[id] = nil
				if m != nil {
					all[id] = &markFact{
						m.Op, m.AppID, m.TokenID, m.Scopes, m.Grant, string(m.User),
						m.SentAt.UTC(), m.Request, m.EndsBy.UTC(),
					}
				}
			}
			out[name] = all
		default:
			out[name] = v
		}
	}
	return json.Marshal(out)
}

// exactSeconds writes a duration as a number of seconds without loss. A float64 would round it.
func exactSeconds(d time.Duration) json.Number {
	if d%time.Second == 0 {
		return json.Number(fmt.Sprint(int64(d / time.Second)))
	}
	return json.Number(fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)) // never negative
}
