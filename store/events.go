package store

import (
	"encoding/json"

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

// Events gives the audit log after an event, oldest first.
func (r *reader) Events(after int64) ([]console.Event, error) {
	withSeq := func(e *console.Event) []field { return append([]field{{"seq", &e.Seq}}, eventFields(e)...) }
	return collect(r, "read the log", "SELECT "+columns(withSeq(&console.Event{}))+" FROM event WHERE seq > ? ORDER BY seq", withSeq, after)
}

// PutEvent appends to the audit log.
func (w *writer) PutEvent(e console.Event) error {
	if e.Facts == nil {
		e.Facts = json.RawMessage("{}")
	}
	fs := eventFields(&e)
	_, err := w.exec("write the log", "INSERT INTO event ("+columns(fs)+") VALUES (?, ?, ?, ?, ?, ?, ?)", values(fs)...)
	return err
}

// Rev is the store's revision.
func (r *reader) Rev() (rev int64, err error) {
	err = r.row("read the revision", "SELECT value FROM meta WHERE name = 'rev'", nil, &rev)
	return rev, err
}

// Restored is the revision at which a backup took the place of what was stored in this file, 0 when
// none did. It brought another key, so that it is known with the key.
func (r *reader) Restored() int64 { return r.key.row.restored }
