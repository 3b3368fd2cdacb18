package store

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"strings"

	"lanyard/console"
)

// A MAC covers the rows that a query returns, not the query. A program that writes to the database
// could replace a table with a view, or add a trigger. So every transaction compares the schema of
// the database with that of the schema steps.

// tablesQuery lists the schema of a database, without the harmless tables of ANALYZE.
const tablesQuery = `SELECT coalesce(group_concat(line, char(10)), '') FROM (
	SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '-') AS line
	FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_stat%' ESCAPE '\' ORDER BY type, name)`

// presentTables is the schema that the steps make. A test compares it with them.
//
//go:embed schema/present.txt
var presentTables string

// tablesOf returns the schema of a database that these steps made.
func tablesOf(ctx context.Context, steps []string) (string, error) {
	known, err := schemaSteps()
	if err == nil && slices.Equal(steps, known) {
		return presentTables, nil
	}
	return madeBy(ctx, steps)
}

// madeBy makes a database by these steps and reads its schema.
func madeBy(ctx context.Context, steps []string) (string, error) {
	made, err := emptyMemory(ctx, Options{})
	if err != nil {
		return "", err
	}
	defer func() { _ = made.Close() }()
	if err := made.migrate(ctx, steps); err != nil {
		return "", err
	}
	var tables string
	err = made.write.QueryRowContext(ctx, tablesQuery).Scan(&tables)
	return tables, made.explain("read the tables", err)
}

// errTables is the cause if the schema of a database is not that of its steps.
var errTables = errors.New("something else than lanyard has changed its tables")

// sameTables fails if the schema of the database is not the one that its steps make.
func (s *Store) sameTables(ctx context.Context, q queryer) error {
	if s.dir == "" {
		return nil // no other process can reach it
	}
	var tables string
	if err := q.QueryRowContext(ctx, tablesQuery).Scan(&tables); err != nil {
		return s.explain("read the tables", err)
	}
	if strings.TrimSpace(tables) != strings.TrimSpace(s.tables) {
		return &Error{
			Code: console.CodeStoreAltered, Text: s.path + " is not used", Err: errTables,
			Hint: "nothing is read from it or sent: move it away, or bring back a backup " +
				"(lanyard restore FILE --replace keeps it too)",
		}
	}
	return nil
}
