package store_test

import (
	"errors"
	"flag"
	"os"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

var rewrite = flag.Bool("update", false, "write schema/present.txt anew")

func TestPresentTables(t *testing.T) {
	made, err := store.MadeBy(t.Context(), store.SchemaSteps())
	if err != nil {
		t.Fatal(err)
	}
	if made += "\n"; *rewrite {
		if err := os.WriteFile("schema/present.txt", []byte(made), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if made != store.PresentTables() {
		t.Error("schema/present.txt is stale: go test ./store -run PresentTables -update")
	}
}

// A program that can write to the database can change its schema. Lanyard reads nothing from a
// changed one, also if a store has it open.
func TestChangedTablesAreRefused(t *testing.T) {
	t.Parallel()
	for name, queries := range map[string][]string{
		"a view in the place of a table": {
			"ALTER TABLE application RENAME TO truth",
			"CREATE VIEW application AS SELECT iif(id = 'a', 'b', 'a') AS id, name, " +
				"environment, key_type, consumer_key, grant_type, username, scopes, extra, " +
				"probe_url, source, secret_state, details, mac FROM truth",
		},
		"a trigger": {
			"CREATE TRIGGER t BEFORE UPDATE ON token BEGIN SELECT RAISE(IGNORE); END"},
		"another table":  {"CREATE TABLE more (x)"},
		"a lost table":   {"DROP TABLE key_slot"},
		"another column": {"ALTER TABLE token ADD COLUMN more TEXT"},
		"a lost column":  {"ALTER TABLE setting DROP COLUMN mac"},
		"a lost index":   {"DROP INDEX token_access"},
		"another default": {"PRAGMA writable_schema = ON",
			"UPDATE sqlite_schema SET sql = replace(sql, 'username     TEXT NOT NULL', " +
				"'username TEXT') WHERE name = 'application'"},
		"the same number": {
			"CREATE TRIGGER t BEFORE UPDATE ON token BEGIN SELECT RAISE(IGNORE); END",
			"PRAGMA schema_version = SAME"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir)
			update(t, s, func(w console.Writer) error {
				return errors.Join(w.PutApplication(console.Application{ID: "a"},
					console.Secrets{}),
					w.PutApplication(console.Application{ID: "b"}, console.Secrets{}),
					w.PutToken(&console.Token{ID: "x"}),
					w.PutSecrets("x", console.Secrets{Access: secret.New("x")}))
			})
			behind(t, dir, queries...)
			err := s.View(t.Context(),
				func(r console.Reader) error { _, err := r.Application("a"); return err })
			explained(t, err, "store_altered", "something else than lanyard has changed its tables")
			err = s.Update(t.Context(),
				func(w console.Writer) error { return w.PutToken(&console.Token{ID: "y"}) })
			explained(t, err, "store_altered", dir)
			explained(t, tryOpen(dir), "store_altered", dir)
		})
	}
}

// Tables of programs that maintain a database are harmless.
func TestStatisticsAreNoChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	behind(t, dir, "ANALYZE", "VACUUM", "REINDEX")
	update(t, s, func(w console.Writer) error { return w.PutToken(&console.Token{ID: "a"}) })
}
