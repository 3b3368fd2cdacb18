package store

import (
	"context"
	"strings"

	"lanyard/console"
)

// Check looks for damage in the whole database (PRAGMA quick_check) and for rows whose parent row
// is missing. It changes nothing and opens no secret. If it finds anything it fails with an *Error
// with the code "store_damaged" that names the first three findings.
func (s *Store) Check(ctx context.Context) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	const most = 3
	rows, err := s.read.QueryContext(ctx,
		`SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok'
		UNION ALL
		SELECT "table" || ' row without its ' || "parent" FROM pragma_foreign_key_check
		LIMIT ?1`, most)
	if err != nil {
		return s.explain("check", err)
	}
	defer func() { _ = rows.Close() }()
	var wrong []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return s.explain("check", err)
		}
		wrong = append(wrong, strings.Join(strings.Fields(text), " "))
	}
	if err := rows.Err(); err != nil {
		return s.explain("check", err)
	}
	if len(wrong) == 0 {
		return nil
	}
	return &Error{
		Code: console.CodeStoreDamaged,
		Text: s.path + " is damaged: " + strings.Join(wrong, "; "),
		Hint: "keep a copy of it, then restore a backup or move it away to begin anew",
	}
}

// Schema returns the schema version of the database.
func (s *Store) Schema(ctx context.Context) (version int, err error) {
	leave, err := s.enter()
	if err != nil {
		return 0, err
	}
	defer leave()
	err = s.read.QueryRowContext(ctx, "SELECT user_version FROM pragma_user_version").Scan(&version)
	return version, s.explain("read the schema version", err)
}
