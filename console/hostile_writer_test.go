package console_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
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

// The addresses to which the hostile writer redirects requests.
const stranger = "https://stranger.example"

// attacked is a console on a copy of a state directory. Its network answers nothing and records
// what is sent.
type attacked struct {
	t    *testing.T
	s    *console.Service
	kept *store.Store
	sent []request

	board     console.Board
	mayRefuse bool // the whole store
}

// secretOf returns a secret that is recognised in what is sent.
func secretOf(kind, id string) secret.Text { return secret.New(kind + "-of-" + id + "-ends") }

// request is one request that was sent: its URL, and all of its text.
type request struct{ url, all string }

// attack returns nil if the store does not open.
func attack(t *testing.T, dir string, configured []console.Application) *attacked {
	t.Helper()
	kept, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		return nil
	}
	t.Cleanup(func() { _ = kept.Close() })
	a := &attacked{t: t, kept: kept}
	now := func() time.Time { return t0.Add(time.Minute) }
	a.s, err = console.New(console.Options{
		Clock: now, Keeper: kept, Vault: vault{}, Applications: configured, UndoWindow: time.Second,
		DueBefore: time.Minute, Owner: "attacked", Attended: true,
		Connect: func(e console.Environment) (console.API, error) {
			c, err := tokenapi.New(
				tokenapi.Config{Endpoints: e.Endpoints.Client(), Timeout: e.Timeout}, now)
			if err != nil {
				return nil, err
			}
			return c.WithTransport(a), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// RoundTrip implements http.RoundTripper.
func (a *attacked) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	user, pass, _ := r.BasicAuth()
	a.sent = append(a.sent,
		request{r.URL.String(), fmt.Sprint(r.URL, r.Header, string(body), user, pass)})
	return &http.Response{StatusCode: http.StatusServiceUnavailable,
		Body: io.NopCloser(strings.NewReader("")), Header: http.Header{}, Request: r}, nil
}

// everything uses each verb on everything. Failures do not matter.
func (a *attacked) everything(tokens, apps []string) console.Board {
	a.t.Helper()
	ctx := a.t.Context()
	b, err := a.s.Board(ctx)
	if err != nil && !a.mayRefuse {
		a.t.Fatalf("the store is not read any more: %v", err)
	}
	_, _, _ = a.s.Deliver(ctx)
	for _, id := range tokens {
		_, _, _ = a.s.Probe(ctx, id)
		_, _, _ = a.s.Introspect(ctx, id)
		_, _ = a.s.Renew(ctx, id)
		_, _ = a.s.Revoke(ctx, id, console.RevokeBoth, 0)
	}
	for _, id := range apps {
		_, _ = a.s.RenewApplication(ctx, id)
		_, _ = a.s.Obtain(ctx, id, console.ObtainOptions{Fresh: true})
	}
	_, _, _ = a.s.Deliver(ctx)
	a.board = b
	return b
}

// harmless checks three things: nothing goes to another place than before, nothing of an altered
// row is sent, and each secret goes only to its own application's server.
func harmless(t *testing.T, what string, clean, a *attacked, after console.Board,
	configured string) {
	t.Helper()
	for _, r := range a.sent {
		if !slices.ContainsFunc(clean.sent, func(c request) bool { return c.url == r.url }) {
			t.Errorf("%s: sent to %s", what, r.url)
		}
		for _, row := range after.Altered {
			for _, kind := range []string{"consumer", "access", "refresh", "password"} {
				if row.ID != configured &&
					strings.Contains(r.all, secretOf(kind, row.ID).Reveal()) {
					t.Errorf("%s: the %s of the altered %s was sent", what, kind, row)
				}
			}
		}
		for _, name := range []string{"listed", "gone", "configured"} {
			for _, other := range []string{"listed", "gone", "configured"} {
				if name != other && strings.Contains(r.url, "/"+name+"/") &&
					strings.Contains(r.all, "-of-"+other+"-") {
					t.Errorf("%s: a secret of %s went to %s", what, other, r.url)
				}
			}
		}
	}
}

// hostileStatements are changes of more than one column.
func hostileStatements(one, other string) map[string][]string {
	columns := "name, environment, key_type, consumer_key, grant_type, username, scopes, " +
		"extra, probe_url, source, secret_state, details, mac"
	return map[string][]string{
		"a view": {"ALTER TABLE application RENAME TO truth",
			"CREATE VIEW application AS SELECT iif(id = '" + one + "', '" + other + "', '" + one +
				"') AS id, " + columns + " FROM truth"},
		"a trigger": {"CREATE TRIGGER t BEFORE UPDATE ON token BEGIN SELECT RAISE(IGNORE); END"},
		"another application's row": {
			"UPDATE application SET id = 'x' WHERE id = '" + one + "'",
			"UPDATE application SET id = '" + one + "' WHERE id = '" + other + "'"},
		"swapped secrets": {"UPDATE token_secret SET token_id = 'x' WHERE token_id = 'listed-0'",
			"UPDATE token_secret SET token_id = 'listed-0' WHERE token_id = 'gone-0'",
			"UPDATE token_secret SET token_id = 'gone-0' WHERE token_id = 'x'"},
		"swapped consumer secrets": {
			"UPDATE application_secret SET app_id = 'x' WHERE app_id = '" + one + "'",
			"UPDATE application_secret SET app_id = '" + one + "' WHERE app_id = '" + other + "'"},
		"moved tokens": {"UPDATE token SET app_id = '" + other + "'"},
		"no record of the key": {"DELETE FROM key_slot",
			"DELETE FROM meta WHERE name = 'key_check'",
			"UPDATE application SET environment = replace(environment, '" + base + "', '" +
				stranger + "'), mac = NULL"},
		"no key for hashes": {"DELETE FROM hash_key"},
		"no MACs": {"UPDATE application SET mac = NULL",
			"UPDATE token SET mac = NULL", "UPDATE mark SET mac = NULL"},
		"nothing but secrets": {"DELETE FROM application"},
		"an older form": {"PRAGMA user_version = 5",
			"ALTER TABLE application DROP COLUMN mac"},
		"everything": {"DELETE FROM token", "DELETE FROM mark"},
	}
}

func urlsOf(app string) console.Endpoints {
	return console.Endpoints{TokenURL: console.Private(base + "/" + app + "/token"),
		RevokeURL:     console.Private(base + "/" + app + "/revoke"),
		IntrospectURL: console.Private(base + "/" + app + "/introspect")}
}

// A writer without the key changes one column of the database. Nothing follows from the change:
// only what was sent and shown before is sent and shown.
func TestFaultHostileWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := console.Environment{Name: "own", CacheTTL: 15 * time.Minute,
		ClientAuth: tokenapi.AuthBasic, Regime: console.RegimeAuto, Timeout: time.Second,
		Endpoints: urlsOf("listed")}
	listed := console.Application{Name: "listed", Environment: e, ConsumerKey: "listed-key",
		Grant: tokenapi.GrantPassword, Username: "ana",
		ProbeURL: base + "/listed/probe", Source: console.FromStore,
		Secret: console.SecretAvailable}
	listed.ID = listed.Identity()
	gone := listed
	gone.Environment.Endpoints = urlsOf("gone")
	gone.Name, gone.ConsumerKey, gone.Source, gone.Grant = "gone", "gone-key", console.FromConfig,
		tokenapi.GrantClientCredentials
	gone.ID = gone.Identity()
	gone.ProbeURL = base + "/gone/probe"
	configured := gone
	configured.Environment.Endpoints, configured.ProbeURL = urlsOf("configured"),
		base+"/configured/probe"
	configured.Name, configured.ConsumerKey = "configured", "configured-key"
	configured.Details.SecretStored = true
	configured.ID = configured.Identity()
	kept, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var tokens, apps []string
	err = kept.Update(t.Context(), func(w console.Writer) error {
		var all error
		for _, a := range []console.Application{listed, gone, configured} {
			all = errors.Join(all,
				w.PutApplication(a, console.Secrets{Access: secretOf("consumer", a.ID)}))
			apps = append(apps, a.ID)
			for i, tok := range []console.Token{
				{Refresh: console.RefreshLive},
				{Refresh: console.RefreshLive, RevokeAt: t0, RevokeKind: console.RevokeBoth},
			} {
				tok.ID, tok.AppID, tok.Fingerprint = fmt.Sprintf("%s-%d", a.Name, i), a.ID,
					fmt.Sprintf("%08x", i+1)
				tok.Grant, tok.User, tok.TokenType = a.Grant, a.Username, "Bearer"
				tok.IssuedAt, tok.ExpiresAt, tok.Lifetime, tok.Granted = t0, t0.Add(time.Hour),
					tokenapi.Bounded, time.Hour
				sec := console.Secrets{Access: secretOf("access", tok.ID),
					Refresh: secretOf("refresh", tok.ID)}
				tokens = append(tokens, tok.ID)
				all = errors.Join(all, w.PutToken(&tok), w.PutSecrets(tok.ID, sec),
					w.PutProbe(tok.ID,
						console.Probe{At: t0, Status: 200, Verdict: tokenapi.Accepted}))
			}
		}
		return errors.Join(all, w.PutPassword(listed.ID, secretOf("password", listed.ID)),
			w.PutMark(console.Mark{ID: "lost", Op: "get", AppID: listed.ID, SentAt: t0}),
			w.PutMark(console.Mark{ID: "spent", Op: "refresh", AppID: listed.ID, TokenID: tokens[0],
				SentAt: t0}),
			w.SetSetting("longer/own", `{"seconds":60,"at":"2026-11-29T10:00:00Z"}`))
	})
	if err := errors.Join(err, kept.Close()); err != nil {
		t.Fatal(err)
	}
	clean := attack(t, copyOf(t, dir), []console.Application{configured})
	if clean == nil {
		t.Fatal("the store does not open")
	}
	before := clean.everything(tokens, apps)
	if len(before.Tokens) != 6 || len(before.Altered) > 0 || len(clean.sent) < 10 {
		t.Fatalf("%d tokens, sent %v", len(before.Tokens), clean.sent)
	}
	for _, id := range apps {
		if !slices.ContainsFunc(clean.sent,
			func(r request) bool {
				return strings.Contains(r.all, secretOf("consumer", id).Reveal())
			}) {
			t.Fatalf("nothing was sent for %s", id)
		}
	}

	flips, same, refused := 0, 0, 0
	for _, table := range []string{"application", "token", "probe", "mark", "setting",
		"application_secret", "token_secret", "application_password", "hash_key", "lease"} {
		all := hostileChanges(t, dir, table)
		for n, column := range slices.Sorted(maps.Keys(all)) {
			for i, change := range all[column] {
				// A sample has the columns that name a place, and of the others each third.
				place := column == "environment" || column == "probe_url"
				if !full() && (i > 0 || n%3 != 0 && !place) {
					break
				}
				there := copyOf(t, dir)
				switch n, err := tamper(t, there,
					"UPDATE "+table+" SET "+column+" = "+change+" WHERE "+column+" IS NOT ("+change+
						")"); {
				case err != nil:
					refused++
					continue
				case n == 0:
					same++
					continue
				}
				flips++
				what := table + "." + column + " = " + change
				a := attack(t, there, []console.Application{configured})
				if a == nil {
					t.Errorf("%s: the rest of the store is lost", what)
					continue
				}
				harmless(t, what, clean, a, a.everything(tokens, apps), configured.ID)
				claims(t, what, before, a.board)
				_ = a.kept.Close()
			}
		}
	}
	for what, queries := range hostileStatements(listed.ID, gone.ID) {
		there := copyOf(t, dir)
		for _, q := range queries {
			if _, err := tamper(t, there, q); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		flips++
		a := attack(t, there, []console.Application{configured})
		if a == nil {
			continue
		}
		a.mayRefuse = true
		if harmless(t, what, clean, a, a.everything(tokens, apps),
			configured.ID); a.board.Key.Locked {
			if len(a.sent) > 0 { // the token must be shown as not verified
				t.Errorf("%s: %d requests of a locked store", what, len(a.sent))
			}
		} else {
			claims(t, what, before, a.board)
		}
		_ = a.kept.Close()
	}
	t.Logf("hostile writer: %d changes, of which the schema refused %d more and %d changed "+
		"nothing: nothing sent elsewhere, nothing claimed", flips, refused, same)
	least := 30
	if full() {
		least = 60
	}
	if flips < least {
		t.Errorf("only %d changes", flips)
	}
}

// claims checks that everything which is shown was shown before.
func claims(t *testing.T, what string, before, after console.Board) {
	t.Helper()
	for _, tok := range after.Tokens {
		// a row may be missing, as if it had been deleted
		tok.Unsure, tok.Twins, tok.Probes = nil, nil, nil
		if !slices.ContainsFunc(before.Tokens, func(b console.Token) bool {
			b.Unsure, b.Twins, b.Probes = nil, nil, nil
			return reflect.DeepEqual(b, tok)
		}) {
			t.Errorf("%s: shown %+v", what, tok)
		}
	}
	for _, a := range after.Applications {
		known := slices.ContainsFunc(before.Applications,
			func(b console.Application) bool { return reflect.DeepEqual(b, a) })
		if !known && !strings.HasPrefix(string(a.Name), "altered ") &&
			a.Secret != console.SecretMissing {
			t.Errorf("%s: shown %+v", what, a)
		}
	}
	for _, m := range after.Marks {
		if !slices.ContainsFunc(before.Marks,
			func(b console.Mark) bool { return reflect.DeepEqual(b, m) }) {
			t.Errorf("%s: shown %+v", what, m)
		}
	}
	for name, l := range after.Longer {
		if before.Longer[name] != l {
			t.Errorf("%s: shown %s %v", what, name, l)
		}
	}
}

// hostileChanges are, for each column of a table, values by which an attacker would have secrets
// sent elsewhere.
func hostileChanges(t *testing.T, dir, table string) map[string][]string {
	t.Helper()
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), "SELECT name, type FROM pragma_table_info(?)", table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	all := map[string][]string{}
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			t.Fatal(err)
		}
		switch {
		case name == "environment":
			all[name] = []string{
				"replace(environment, '" + base + "', '" + stranger + "')",
				"replace(environment, '\"timeout_ns\"', '\"proxy\":\"" + stranger +
					"\",\"insecure_skip_verify\":true,\"timeout_ns\"')",
				"'{}'", "'{'",
			}
		case name == "probe_url":
			all[name] = []string{"'" + stranger + "/probe'"}
		case table == "setting" && name == "value":
			all[name] = []string{`'{"seconds":6000,"at":"2026-11-29T10:00:00Z"}'`, "''"}
		case strings.HasSuffix(name, "app_id") || table == "application" && name == "id":
			all[name] = []string{"(SELECT max(id) FROM application)",
				"(SELECT min(id) FROM application)", "'nobody'"}
		case kind == "TEXT":
			all[name] = []string{"'x'", "''", "'{'", "'{\"audience\":\"" + stranger + "\"}'",
				"'dead'", "NULL"}
		case kind == "BLOB":
			all[name] = []string{"x'00'", "(SELECT max(" + name + ") FROM " + table + ")", "NULL"}
		default:
			all[name] = []string{"0", "1", fmt.Sprint(t0.Add(-time.Hour).UnixNano()),
				fmt.Sprint(t0.Add(1000 * time.Hour).UnixNano()), "NULL"}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "lanyard.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// tamper changes the database without its key.
func tamper(t *testing.T, dir, query string) (int64, error) {
	t.Helper()
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	res, err := db.ExecContext(t.Context(), query)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lanyard.db", "lanyard.key"} {
		if err := os.Chmod(filepath.Join(to, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
