package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// guardedStore has one filled row in each table that has MACs.
func guardedStore(t *testing.T) *store.Store {
	t.Helper()
	s := memory(t)
	update(t, s, func(w console.Writer) error {
		var a console.Application
		var tok console.Token
		var p console.Probe
		var m console.Mark
		fill(&a)
		fill(&tok)
		fill(&p)
		fill(&m)
		a.ID, a.ConfigID, tok.ID, tok.AppID, m.ID, m.TokenID = "app", "", "tok", "app", "mark",
			"tok"
		other, another := tok, a
		other.ID, another.ID = "other", "another"
		return errors.Join(
			w.PutApplication(a, console.Secrets{Access: secret.New("consumer")}),
			w.PutApplication(another, console.Secrets{}),
			w.PutToken(&tok), w.PutSecrets("tok", console.Secrets{Access: secret.New("access")}),
			w.PutProbe("tok", p), w.PutMark(m),
			w.PutToken(&other),
			w.PutSecrets("other", console.Secrets{Access: secret.New("other access")}),
			w.SetSetting("refused/x", "[]"), w.SetSetting("theme", "dark"))
	})
	return s
}

// columnsOf lists what a writer of the database can change in a row, with its type.
func columnsOf(t *testing.T, s *store.Store, table string) (names, kinds []string) {
	t.Helper()
	all, err := s.Text("SELECT group_concat(name || ' ' || type, ',') FROM pragma_table_info('" +
		table + "')")
	if err != nil {
		t.Fatal(err)
	}
	for c := range strings.SplitSeq(all, ",") {
		name, kind, _ := strings.Cut(c, " ")
		names, kinds = append(names, name), append(kinds, kind)
	}
	return names, kinds
}

// A program without the key changes one column of one row. That row and the rows that depend on it
// are altered; the others are unchanged.
func TestAlteredColumns(t *testing.T) {
	t.Parallel()
	flips, skipped := 0, 0
	for _, table := range []struct {
		name, row, key string
		altered        console.Altered
	}{
		{"application", "id = 'app'", "id", console.Altered{Table: "application", ID: "app"}},
		{"token", "id = 'tok'", "id", console.Altered{Table: "token", ID: "tok"}},
		{"probe", "token_id = 'tok'", "seq", console.Altered{Table: "token", ID: "tok"}},
		{"mark", "id = 'mark'", "id", console.Altered{Table: "token", ID: "tok"}},
		{"setting", "name = 'refused/x'", "name",
			console.Altered{Table: "setting", ID: "refused/x"}},
	} {
		names, kinds := columnsOf(t, guardedStore(t), table.name)
		for i, column := range names {
			changes := map[string][]string{
				"TEXT":    {"coalesce(" + column + ", '') || ' '", "''", "NULL", "'{'"},
				"INTEGER": {"coalesce(" + column + ", 0) + 1", "0", "NULL", "-1"},
				"BLOB":    {"x'00'", "NULL", "substr(mac, 1, 31)"},
			}[kinds[i]]
			for _, change := range changes {
				t.Run(table.name+"."+column+" = "+change, func(t *testing.T) {
					s := guardedStore(t)
					before := gist(t, s)
					if _, err := s.Exec("PRAGMA foreign_keys = OFF"); err != nil {
						t.Fatal(err)
					}
					n, err := s.Exec("UPDATE " + table.name + " SET " + column + " = " + change +
						" WHERE " + table.row + " AND " + column + " IS NOT (" + change + ")")
					if err != nil || n == 0 { // the schema does not take it, or it changes nothing
						skipped++
						return
					}
					flips++
					want := table.altered
					switch {
					case table.name == "mark" && column == "token_id":
						want = console.Altered{Table: "mark", ID: "mark"} // its token is gone
					case table.name == "probe" && column == "token_id":
						// The probe is now of another token. Like a deletion, this is not detected.
						return
					case table.name == "setting" && column == "name" &&
						!strings.Contains(change, "||"):
						return // a setting with another name decides nothing
					case column == table.key && table.name != "probe" && table.name != "mark":
						want.ID = "" // its ID may be any
					}
					view(t, s, func(r console.Reader) error {
						got := all(t, r)
						if !slices.ContainsFunc(got,
							func(a console.Altered) bool {
								return a.Table == want.Table && (want.ID == "" || a.ID == want.ID)
							}) {
							t.Errorf("found %v, not %v", got, want)
						}
						if want.Table == "token" && want.ID != "" {
							for what, err := range map[string]error{"token": failed(r.Token("tok")),
								"secrets": failed(r.Secrets("tok"))} {
								if e, ok := errors.AsType[*store.Error](err); !ok ||
									e.Code != "store_altered" || e.Hint == "" {
									t.Errorf("%s: %v", what, err)
								}
							}
						}
						if want.Table == "setting" {
							if v, err := r.Setting("refused/x"); v != "" || err != nil {
								t.Errorf("setting %q %v", v, err)
							}
						}
						_, err := r.Secrets("other")
						return err
					})
					if after := gist(t, s); after == before {
						t.Error("all is read as before")
					}
				})
			}
		}
	}
	t.Logf("%d columns changed, %d changes refused by the schema", flips, skipped)
	if flips < 150 {
		t.Errorf("only %d changes", flips)
	}
}

func failed[T any](_ T, err error) error { return err }

// all reads everything and returns the altered rows.
func all(t *testing.T, r console.Reader) []console.Altered {
	t.Helper()
	_, err1 := r.Applications()
	_, err2 := r.Tokens()
	_, err3 := r.Marks()
	_, err4 := r.Settings()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Error(err)
	}
	return r.Altered()
}

// writeAll writes files into a directory.
func writeAll(t *testing.T, dir string, all map[string][]byte) {
	t.Helper()
	for name, b := range all {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// gist is the content of a store as a test reads it.
func gist(t *testing.T, s *store.Store) (text string) {
	t.Helper()
	view(t, s, func(r console.Reader) error {
		apps, err1 := r.Applications()
		tokens, err2 := r.Tokens()
		marks, err3 := r.Marks()
		settings, err4 := r.Settings()
		text = fmt.Sprintf("%+v %+v %+v %+v", apps, tokens, marks, settings)
		return errors.Join(err1, err2, err3, err4)
	})
	return text
}

// Rows that Lanyard writes over altered ones verify afterwards.
func TestWrittenRowsVerify(t *testing.T) {
	t.Parallel()
	s := guardedStore(t)
	update(t, s, func(w console.Writer) error {
		tok, err := w.Token("tok")
		tok.Refresh = console.RefreshSpent
		a, err2 := w.Application("app")
		a.Name = "renamed"
		return errors.Join(err, err2, w.PutToken(&tok),
			w.PutProbe("tok", console.Probe{Status: 401}), w.ClearMark("mark"),
			w.PutMark(console.Mark{ID: "late", TokenID: "tok"}),
			w.PutApplication(a, console.Secrets{}), w.SetSetting("refused/x", ""),
			w.SetSetting("new/y", "1"))
	})
	view(t, s, func(r console.Reader) error {
		if got := all(t, r); len(got) > 0 {
			t.Error(got)
		}
		return nil
	})
}

// Neither a change of the key nor a backup gives an altered row a valid MAC.
func TestAlteredStaysAltered(t *testing.T) {
	t.Parallel()
	for name, through := range map[string]func(*testing.T, *store.Store) *store.Store{
		"rotation": func(t *testing.T, s *store.Store) *store.Store {
			rotate(t, s, "")
			return s
		},
		"backup": func(t *testing.T, s *store.Store) *store.Store {
			id, back := pair(t), t.TempDir()
			unpack(t, backedUp(t, s, id.Recipient()), id, back)
			return open(t, back)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			update(t, s, func(w console.Writer) error {
				return errors.Join(w.PutToken(&console.Token{ID: "a", AppID: "x"}),
					w.PutToken(&console.Token{ID: "b"}))
			})
			if n, err := s.Exec("UPDATE token SET app_id = 'stranger' WHERE id = 'a'"); n != 1 ||
				err != nil {
				t.Fatal(n, err)
			}
			view(t, through(t, s), func(r console.Reader) error {
				if got := all(t, r); !slices.Equal(got,
					[]console.Altered{{Table: "token", ID: "a"}}) {
					t.Error(got)
				}
				_, err := r.Token("b")
				return err
			})
		})
	}
}

// A database without MACs is refused if its key has made some: its rows may have been changed.
func TestDatabaseFromBeforeIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "lanyard.key")
	s := open(t, dir)
	update(t, s, func(w console.Writer) error {
		return errors.Join(w.PutToken(&console.Token{ID: "old"}),
			w.PutSecrets("old", console.Secrets{Access: secret.New("old access")}))
	})
	if err := errors.Join(s.Unguard(t.Context()), s.Close(), os.Truncate(key, 32)); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	s = open(t, dir) // adds the MACs of the rows
	view(t, s, func(r console.Reader) error {
		if got := all(t, r); len(got) > 0 {
			t.Error(got)
		}
		_, err := r.Secrets("old")
		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	present := files(t, dir)
	if len(present["lanyard.key"]) != 33 {
		t.Fatalf("the key file has %d bytes", len(present["lanyard.key"]))
	}
	back := t.TempDir()
	writeAll(t, back,
		map[string][]byte{"lanyard.db": before["lanyard.db"],
			"lanyard.key": present["lanyard.key"]})
	s = open(t, back)
	err := s.Unlock(t.Context(), secret.Text{})
	if !errors.Is(err, store.ErrLocked) ||
		!strings.Contains(err.Error(), "is older than the key file") {
		t.Errorf("got %v", err)
	}
	accepted(t, s)
	// A store without the record of its key is not vouched for either.
	back = t.TempDir()
	writeAll(t, back, present)
	db, err := sql.Open("sqlite", "file:"+back+"/lanyard.db")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"DELETE FROM key_slot", "DELETE FROM meta WHERE name = 'key_check'",
		"UPDATE token SET app_id = 'stranger'"} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, back)
	if err := s.Unlock(t.Context(), secret.Text{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("got %v", err)
	}
	accepted(t, s)
}

// accepted accepts an older database as a person would, and checks that it can be used then.
func accepted(t *testing.T, s *store.Store) {
	t.Helper()
	if i, err := s.KeyInfo(t.Context()); err != nil || !i.SetBack {
		t.Errorf("not told: %+v %v", i, err)
	}
	if err := s.AcceptOlder(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		if got := all(t, r); len(got) > 0 {
			t.Error(got)
		}
		_, err := r.Token("old")
		return err
	})
	if i, err := s.KeyInfo(t.Context()); err != nil || i.SetBack {
		t.Errorf("told still: %+v %v", i, err)
	}
}

// If a process dies after it gave the rows MACs and before it recorded that beside the key, the
// next process completes the change.
func TestFaultFirstMACs(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"resealed", "noted"} {
		dir := legacy(t)
		died := errors.New("died")
		func() {
			defer func() {
				if recover() != died { //nolint:errorlint // the same value
					t.Errorf("%s was not reached", step)
				}
			}()
			_, _ = store.Open(context.Background(), dir, store.Options{}.AtStep(func(at string) {
				if at == step {
					panic(died)
				}
			}))
		}()
		s := open(t, dir)
		view(t, s, func(r console.Reader) error {
			if got := all(t, r); len(got) > 0 {
				t.Error(got)
			}
			sec, err := r.Secrets("old")
			if !sec.Access.Equal(secret.New("old access")) {
				t.Error("another secret")
			}
			return err
		})
		if key := files(t, dir)["lanyard.key"]; len(key) != 33 {
			t.Errorf("%s: %d bytes", step, len(key))
		}
	}
}

// While a store is locked, its rows are read without verification, and no row that decides
// something is written.
func TestLockedRowsAreNotWritten(t *testing.T) {
	t.Parallel()
	ring := &fakeRing{}
	dir := t.TempDir()
	s := openWith(t, dir, ringed(ring))
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	update(t, s, func(w console.Writer) error { return w.PutToken(&console.Token{ID: "a"}) })
	if _, err := s.Exec("UPDATE token SET app_id = 'stranger'"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openWith(t, dir, ringed(ring))
	view(t, s, func(r console.Reader) error {
		tok, err := r.Token("a")
		if tok.AppID != "stranger" || len(r.Altered()) > 0 {
			t.Error("it was verified without a key")
		}
		return err
	})
	for name, write := range map[string]func(console.Writer) error{
		"token": func(w console.Writer) error { return w.PutToken(&console.Token{ID: "b"}) },
		"application": func(w console.Writer) error {
			return w.PutApplication(console.Application{ID: "b"}, console.Secrets{})
		},
		"mark":    func(w console.Writer) error { return w.PutMark(console.Mark{ID: "b"}) },
		"probe":   func(w console.Writer) error { return w.PutProbe("a", console.Probe{}) },
		"setting": func(w console.Writer) error { return w.SetSetting("refused/x", "[]") },
	} {
		if err := s.Update(t.Context(), write); !errors.Is(err, store.ErrLocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
	update(t, s, func(w console.Writer) error { return w.SetSetting("theme", "dark") })
	if err := s.Unlock(t.Context(), secret.Text{}); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		if theme, err := r.Setting("theme"); theme != "dark" || err != nil {
			t.Error(theme, err)
		}
		if got := all(t, r); !slices.Equal(got, []console.Altered{{Table: "token", ID: "a"}}) {
			t.Error(got)
		}
		return nil
	})
}

// The length of a sealed value shows only its bucket.
func TestSealedLengths(t *testing.T) {
	t.Parallel()
	s := memory(t)
	lengths := map[string]bool{}
	for _, n := range []int{1, 36, 255, 256, 500, 511, 512, 1023, 4000} {
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&console.Token{ID: "a"}),
				w.PutSecrets("a", console.Secrets{Access: secret.New(strings.Repeat("x", n))}))
		})
		length, err := s.Text("SELECT CAST(length(access) AS TEXT) FROM token_secret")
		if err != nil {
			t.Fatal(err)
		}
		lengths[length] = true
		view(t, s, func(r console.Reader) error {
			sec, err := r.Secrets("a")
			if len(sec.Access.Reveal()) != n {
				t.Errorf("%d bytes became %d", n, len(sec.Access.Reveal()))
			}
			return err
		})
	}
	if want := map[string]bool{"297": true, "553": true, "1065": true,
		"4137": true}; fmt.Sprint(lengths) != fmt.Sprint(want) {
		t.Error(lengths)
	}
}

// behind changes the database without its key, on a connection of its own. SAME in a query is the
// schema's number before the change.
func behind(t *testing.T, dir string, queries ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "lanyard.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	var number string
	err = db.QueryRowContext(t.Context(),
		"SELECT schema_version FROM pragma_schema_version").Scan(&number)
	for _, q := range queries {
		if err == nil {
			_, err = db.ExecContext(t.Context(), strings.ReplaceAll(q, "SAME", number))
		}
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
