package store_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi"
	"lanyard/tokenapi/secret"
)

func events(t *testing.T, s *store.Store, after int64) (all []console.Event) {
	t.Helper()
	view(t, s, func(r console.Reader) (err error) {
		all, err = r.Events(after)
		return err
	})
	return all
}

func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		full := console.Event{
			At: time.Date(2026, 11, 23, 10, 0, 0, 123456789, time.UTC), Kind: "kind",
			TokenID: "token", Fingerprint: "fingerprint",
			AppID: "app", Application: "label", Facts: json.RawMessage(`{"a":[1,"ü"]}`),
		}
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutEvent(full), w.PutEvent(console.Event{Kind: "bare"}))
		})
		got := events(t, s, 0)
		if len(got) != 2 || got[1].Seq <= got[0].Seq || got[1].Kind != "bare" ||
			string(got[1].Facts) != "{}" || !got[1].At.IsZero() {
			t.Fatalf("%+v", got)
		}
		full.Seq = got[0].Seq
		if !reflect.DeepEqual(got[0], full) {
			t.Errorf("got  %+v\nwant %+v", got[0], full)
		}
		if rest := events(t, s, got[0].Seq); len(rest) != 1 || rest[0].Seq != got[1].Seq {
			t.Errorf("after the first: %+v", rest)
		}
		// A number is not used again, so that a reader of the log who has seen the last one misses
		// nothing.
		if _, err := s.Exec("DELETE FROM event"); err != nil {
			t.Fatal(err)
		}
		update(t, s, func(w console.Writer) error {
			return w.PutEvent(console.Event{Kind: "later"})
		})
		if got := events(t, s, 0); len(got) != 1 || got[0].Seq <= full.Seq+1 {
			t.Errorf("%+v", got)
		}
	})
}

// versionTwo makes a database as lanyard left it before there was a log, with what fill stores in a
// present one.
func versionTwo(t *testing.T, fill func(console.Writer) error) (dir string) {
	t.Helper()
	made, dir := t.TempDir(), t.TempDir()
	s := open(t, made)
	update(t, s, fill)
	if _, err := s.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "lanyard.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	for _, step := range store.SchemaSteps()[:2] {
		exec(step)
	}
	exec("PRAGMA user_version = 2")
	exec("ATTACH ? AS made", s.Path())
	for _, table := range []string{"application", "token", "probe", "mark"} {
		var columns string
		if err := db.QueryRowContext(t.Context(),
			"SELECT group_concat(name) FROM pragma_table_info(?, 'main')",
			table).Scan(&columns); err != nil {
			t.Fatal(err)
		}
		exec("INSERT INTO main." + table + " (" + columns + ") SELECT " + columns + " FROM made." +
			table)
	}
	return dir
}

// Rows that were stored before there was a log can be replayed from it, too.
func TestLogBeginsWithWhatIsHeld(t *testing.T) {
	t.Parallel()
	at := func(ns int64) time.Time { return time.Unix(0, ns).UTC() }
	full := console.Token{
		ID: "t_full", AppID: "app_a", Fingerprint: "3f9ca71e", Grant: "password", User: "ána \"'\\",
		Scopes: []string{"a", "b\"ü"}, Asked: []string{},
		TokenType: "Bearer", Lifetime: tokenapi.Bounded, IssuedAt: at(1_700_000_000_000_000_001),
		ExpiresAt: at(1_700_003_600_999_999_999),
		Granted:   3599*time.Second + 5, From: "t_before", Refresh: console.RefreshSpent,
		HasID:      true,
		ReplacedAt: at(1_700_000_001_000_000_000), ReplacedBy: "t_after", JWT: true,
		AtServer: console.ServerInactive, AtServerAt: at(-1),
		RevokeAt: at(1_700_000_002_000_000_000), RevokeKind: console.RevokeBoth, RevokeTries: 3,
		RevokeNext:        at(1_700_000_003_000_000_010),
		RevokeError:       "no connection: nothing listens at 127.0.0.1:1",
		AcceptedAt:        at(1_700_000_004_000_000_000),
		RefreshAcceptedAt: at(1_700_000_005_000_000_000), Confirmed: true,
		SeenAt: at(1_700_000_006_123_456_789),
	}
	plain := console.Token{ID: "t_plain", AppID: "app_gone", Fingerprint: "00000000",
		Granted: time.Hour}
	dir := versionTwo(t, func(w console.Writer) error {
		a := console.Application{ID: "app_a", Name: "Orders", KeyType: "PRODUCTION"}
		a.Environment.Name = "cloud"
		err := errors.Join(w.PutApplication(a, console.Secrets{}), w.PutToken(&full),
			w.PutToken(&plain))
		for i := range int64(3) {
			p := console.Probe{At: at(1_700_000_010_000_000_000 - i), Status: 401,
				FaultCode: 900901, Verdict: tokenapi.Refused}
			if i == 1 {
				p = console.Probe{At: p.At, Verdict: tokenapi.Unclear}
			}
			err = errors.Join(err, w.PutProbe("t_full", p))
		}
		return errors.Join(err,
			w.PutMark(console.Mark{ID: "m_1", Op: "refresh", AppID: "app_a", TokenID: "t_full",
				SentAt: at(5)}),
			w.PutMark(console.Mark{ID: "m_2", Op: "refresh", AppID: "app_a", TokenID: "t_full",
				SentAt: at(6)}),
			w.PutMark(console.Mark{ID: "m_3", Op: "get", AppID: "app_a", Scopes: []string{"x"},
				SentAt: at(7)}))
	})
	s := open(t, dir)
	log := events(t, s, 0)
	tokens, marks, err := console.Replay(log)
	if err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		want, err := r.Tokens()
		for i := range want {
			want[i].Rev = 0
		}
		if len(want) != 2 || !reflect.DeepEqual(tokens, want) {
			t.Errorf("got  %+v\nwant %+v", tokens, want)
		}
		open, err2 := r.Marks()
		if len(open) != 3 || !reflect.DeepEqual(marks, open[2:]) {
			t.Errorf("got %+v, want %+v", marks, open)
		}
		return errors.Join(err, err2)
	})
	for _, e := range log {
		// The time comes from the last fact about each token, and not from a clock. The facts are a
		// probe, none, and a get.
		want := map[string]time.Time{"t_full": at(1_700_000_010_000_000_000), "t_plain": {},
			"": at(7)}[e.TokenID]
		if e.Kind != console.EventHeld || !e.At.Equal(want) {
			t.Errorf("%+v, want %s", e, want)
		}
	}
	if len(log) != 3 || log[0].Application != "" ||
		log[1].Application != "Orders@cloud/PRODUCTION" || log[2].TokenID != "" {
		t.Errorf("%+v", log)
	}
	if strings.Contains(string(log[0].Facts), "null") {
		t.Errorf("what is not known is left out: %s", log[0].Facts)
	}
	if v, err := s.Text("SELECT count(*) FROM temp.sqlite_schema"); err != nil || v != "0" {
		t.Error("something is left behind", v, err)
	}
}

// Only old events of tokens that are not stored are removed from the log. DropEvents returns the
// marks that the removed events had closed.
func TestDropsEvents(t *testing.T) {
	t.Parallel()
	s, noon := memory(t), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	put := func(seconds int, kind console.EventKind, token, facts string) console.Event {
		return console.Event{At: noon.Add(time.Duration(seconds) * time.Second), Kind: kind,
			TokenID: token, AppID: "a", Facts: json.RawMessage(facts)}
	}
	kinds := func() (all []string) {
		view(t, s, func(r console.Reader) error {
			log, err := r.Events(0)
			for _, e := range log {
				all = append(all, string(e.Kind)+" "+e.TokenID)
			}
			return err
		})
		return all
	}
	update(t, s, func(w console.Writer) error {
		held := console.Token{ID: "t_held"}
		return errors.Join(w.PutToken(&held),
			w.PutEvent(put(1, "unsure", "", `{"marks":{"m_1":{}}}`)),
			w.PutEvent(put(2, "issued", "t_held", `{"marks":{"m_1":null}}`)),
			w.PutEvent(put(3, "issued", "t_gone", `{"marks":{"m_2":null,"m_3":{}}}`)),
			w.PutEvent(put(4, "copied", "t_gone", `{}`)),
			w.PutEvent(put(9, "forgotten", "t_gone", `{}`)))
	})
	var went int
	update(t, s, func(w console.Writer) (err error) {
		went, err = w.PruneEvents(noon.Add(4*time.Second), 1)
		return err
	})
	if got := kinds(); went != 1 ||
		!slices.Equal(got,
			[]string{"issued t_held", "issued t_gone", "copied t_gone", "forgotten t_gone"}) {
		t.Errorf("one of the old ones: %d, left %q", went, got)
	}
	update(t, s, func(w console.Writer) error {
		closed, err := w.DropEvents([]string{"t_gone", "t_nobody"})
		if len(closed) != 1 || !slices.Equal(closed["t_gone"], []string{"m_2"}) {
			t.Errorf("closed %v", closed)
		}
		return errors.Join(err, w.PutEvent(put(9, "forgotten", "t_gone", `{}`)))
	})
	update(t, s, func(w console.Writer) error {
		mark := console.Mark{ID: "m_4", AppID: "a", SentAt: noon}
		return errors.Join(w.PutMark(mark),
			w.PutEvent(put(1, "unsure", "", `{"marks":{"m_4":{}}}`)))
	})
	update(t, s, func(w console.Writer) (err error) {
		// that of an open mark stays, and so does what a stored token is made from
		went, err = w.PruneEvents(noon.Add(time.Hour), 100)
		return err
	})
	if got := kinds(); went != 1 || !slices.Equal(got, []string{"issued t_held", "unsure "}) {
		t.Errorf("all: %d, left %q", went, got)
	}
	update(t, s, func(w console.Writer) error {
		return errors.Join(w.DropToken("t_held"), w.DropEventsOf("a"))
	})
	if got := kinds(); len(got) > 0 {
		t.Errorf("left of the application: %q", got)
	}
}

// The sealed secrets of a token that was forgotten leave every file, also while another process has
// the store open.
func TestForgottenSecretsLeaveTheFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	update(t, s, func(w console.Writer) error {
		tok := console.Token{ID: "t_gone"}
		return errors.Join(w.PutToken(&tok),
			w.PutSecrets("t_gone", console.Secrets{Access: secret.New("an access token")}))
	})
	view(t, other, func(r console.Reader) error {
		_, err := r.Token("t_gone")
		return err
	})
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "lanyard.db")))
	if err != nil {
		t.Fatal(err)
	}
	var sealed []byte
	err = errors.Join(
		db.QueryRowContext(t.Context(), "SELECT access FROM token_secret").Scan(&sealed),
		db.Close())
	if err != nil || len(sealed) == 0 {
		t.Fatal(err)
	}
	in := func() (files []string) {
		all, err := os.ReadDir(dir)
		for _, f := range all {
			b, e := os.ReadFile(filepath.Join(dir, f.Name()))
			if err = errors.Join(err, e); bytes.Contains(b, sealed) {
				files = append(files, f.Name())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if len(in()) == 0 {
		t.Fatal("it is in no file before")
	}
	update(t, s, func(w console.Writer) error { return w.DropToken("t_gone") })
	if got := in(); len(got) > 0 {
		t.Errorf("it is still in %v", got)
	}
}
