package store

import (
	"database/sql"
	"errors"

	"lanyard/console"
)

func markFields(m *console.Mark) []field {
	return []field{
		{"id", &m.ID},
		{"op", &m.Op},
		{"app_id", &m.AppID},
		{"token_id", &m.TokenID},
		{"scopes", inJSON(&m.Scopes)},
		{"grant_type", &m.Grant},
		{"username", &m.User},
		{"sent_at", stamp{&m.SentAt}},
		{"request", inJSON(&m.Request)},
		{"ends_by", stamp{&m.EndsBy}},
	}
}

// Marks returns all open marks, oldest first, without altered ones.
func (r *reader) Marks() ([]console.Mark, error) {
	good, altered, err := rowsOf(r, "read marks", markTable(), "ORDER BY sent_at, id")
	for _, m := range altered {
		r.found("mark", m.ID)
	}
	return good, err
}

// PutMark stores m, or replaces the mark with its ID. The token of the mark gets the next revision,
// because the mark is part of what Tokens returns.
func (w *writer) PutMark(m console.Mark) error {
	op := "store mark " + m.ID
	if err := put(w, op, markTable(), &m); err != nil {
		return err
	}
	if m.TokenID == "" {
		return nil
	}
	return w.touch(op, m.TokenID, false)
}

// ClearMark removes a mark, and gives its token the next revision. A missing mark is no error.
func (w *writer) ClearMark(id string) error {
	op := "clear mark " + id
	var tokenID string
	err := w.tx.QueryRowContext(w.ctx, "DELETE FROM mark WHERE id = ? RETURNING token_id",
		id).Scan(&tokenID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return w.fail(op, err)
	}
	w.wrote = true
	if tokenID == "" {
		return nil
	}
	return w.touch(op, tokenID, false)
}
