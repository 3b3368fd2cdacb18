package store

import (
	"encoding/json"
	"slices"
	"time"

	"lanyard/console"
)

func eventFields(e *console.Event) []field {
	return []field{
		{"at", stamp{&e.At}},
		{"kind", &e.Kind},
		{"token_id", &e.TokenID},
		{"fingerprint", &e.Fingerprint},
		{"app_id", &e.AppID},
		{"application", &e.Application},
		{"facts", inJSON(&e.Facts)},
	}
}

// Events returns the audit log after an event, oldest first.
func (r *reader) Events(after int64) ([]console.Event, error) {
	return r.events("WHERE seq > ? ORDER BY seq", after)
}

// LastEvents returns the newest n entries of the audit log, oldest first.
func (r *reader) LastEvents(n int) ([]console.Event, error) {
	last, err := r.events("ORDER BY seq DESC LIMIT ?", n)
	slices.Reverse(last)
	return last, err
}

// EventsOf returns the newest n entries of a token, oldest first, without those of probes.
func (r *reader) EventsOf(tokenID string, n int) ([]console.Event, error) {
	last, err := r.events("WHERE token_id = ? AND kind <> ? ORDER BY seq DESC LIMIT ?", tokenID,
		console.EventProbed, n)
	slices.Reverse(last)
	return last, err
}

func (r *reader) events(follow string, args ...any) ([]console.Event, error) {
	withSeq := func(e *console.Event) []field {
		return append([]field{{"seq", &e.Seq}}, eventFields(e)...)
	}
	return collect(r, "read the log",
		"SELECT "+columns(withSeq(&console.Event{}))+" FROM event "+follow, withSeq, args...)
}

// PutEvent appends to the audit log.
func (w *writer) PutEvent(e console.Event) error {
	if e.Facts == nil {
		e.Facts = json.RawMessage("{}")
	}
	fs := eventFields(&e)
	_, err := w.exec("write the log",
		"INSERT INTO event ("+columns(fs)+") VALUES (?, ?, ?, ?, ?, ?, ?)", values(fs)...)
	return err
}

// DropEvents removes the audit log of tokens. It returns the IDs of the marks that these events
// closed, by token. The event that opened the mark of a get stays, because it names no token.
func (w *writer) DropEvents(tokenIDs []string) (map[string][]string, error) {
	const op = "forget the log"
	ids := inJSON(&tokenIDs)
	rows, err := w.tx.QueryContext(w.ctx,
		`SELECT e.token_id, m.key
		FROM event e, json_each(iif(json_valid(e.facts), e.facts, '{}'), '$.marks') m
		WHERE e.token_id IN (SELECT value FROM json_each(?)) AND m.type = 'null'`, ids)
	if err != nil {
		return nil, w.fail(op, err)
	}
	defer func() { _ = rows.Close() }()
	closed := map[string][]string{}
	for rows.Next() {
		var token, mark string
		if err := rows.Scan(&token, &mark); err != nil {
			return nil, w.fail(op, err)
		}
		closed[token] = append(closed[token], mark)
	}
	if err := rows.Err(); err != nil {
		return nil, w.fail(op, err)
	}
	_, err = w.exec(op, "DELETE FROM event WHERE token_id IN (SELECT value FROM json_each(?))", ids)
	return closed, err
}

// DropEventsOf removes the audit log of an application without tokens. The events of forgetting its
// tokens stay.
func (w *writer) DropEventsOf(appID string) error {
	_, err := w.exec("forget the log of "+appID, "DELETE FROM event WHERE app_id = ? AND kind <> ?",
		appID, console.EventForgotten)
	return err
}

// PruneEvents removes at most limit events from before an instant, oldest first, and returns their
// number. It keeps the events of stored tokens, because replaying them gives a token's state.
func (w *writer) PruneEvents(before time.Time, limit int) (int, error) {
	n, err := w.exec("prune the log",
		`DELETE FROM event WHERE seq IN (
			SELECT seq FROM event WHERE (at IS NULL OR at < ?1)
			AND NOT EXISTS (SELECT 1 FROM token WHERE id = event.token_id)
			AND NOT EXISTS (SELECT 1 FROM mark
				WHERE token_id = '' AND event.token_id = '' AND app_id = event.app_id)
			ORDER BY seq LIMIT ?2)`, nanos(before), limit)
	return int(n), err
}

// Rev is the store's revision.
func (r *reader) Rev() (rev int64, err error) {
	err = r.row("read the revision", "SELECT value FROM meta WHERE name = 'rev'", nil, &rev)
	return rev, err
}

// Restored returns the revision at which a backup replaced the contents of this file, or 0. A
// restore brings another key, so the record of the key holds the revision.
func (r *reader) Restored() int64 { return r.key.row.restored }
