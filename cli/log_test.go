package cli_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"lanyard/cli"
	domain "lanyard/console"
)

// The events of lanyard log --json give the states that lanyard tokens shows.
func TestLogReplaysTokens(t *testing.T) {
	t.Parallel()
	config, stop, err := serveSandbox("--cache-ttl", "1h")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	write(t, file, config)
	run := func(args ...string) []byte {
		t.Helper()
		var out, errs bytes.Buffer
		env := []string{"HOME=" + dir, "LANYARD_CONFIG=" + file,
			"LANYARD_STATE=" + filepath.Join(dir, "state"), "NO_PROXY=*"}
		if code := cli.Main(t.Context(), args, env, nil, &out, &errs, cli.Embedded{}); code != 0 {
			t.Fatalf("%v: %d %s", args, code, errs.String())
		}
		return out.Bytes()
	}
	for _, args := range [][]string{
		{"token", "Payments"}, {"renew", "Payments"}, {"token", "Orders"},
		{"revoke", "Orders", "--yes"}, {"token", "Orders"},
		{"renew", "Payments"}, {"revoke", "Payments", "--kind", "refresh", "--yes"},
		{"token", "Mobile"},
	} {
		run(args...)
	}
	var lines []struct {
		Seq     *int64
		At      time.Time
		Event   domain.EventKind
		Token   *string
		Facts   json.RawMessage
		Derived bool
	}
	if err := json.Unmarshal(run("log", "--json"), &lines); err != nil {
		t.Fatal(err)
	}
	var events []domain.Event
	for _, l := range lines {
		e := domain.Event{At: l.At, Kind: l.Event, Facts: l.Facts, Derived: l.Derived}
		if l.Token != nil {
			e.TokenID = *l.Token
		}
		events = append(events, e)
	}
	tokens, _, err := domain.Replay(events)
	if err != nil {
		t.Fatal(err)
	}
	type shown struct {
		ID, Fingerprint, State string
	}
	var want, got []shown
	if err := json.Unmarshal(run("tokens", "--all", "--json"), &want); err != nil {
		t.Fatal(err)
	}
	policy := domain.Policy{DueBefore: time.Minute, CacheTTL: time.Hour, Regime: domain.RegimeAuto}
	for _, tok := range tokens {
		got = append(got,
			shown{tok.ID, tok.Fingerprint, string(domain.StatusAt(tok, policy, time.Now()).State)})
	}
	if len(want) < 5 || !reflect.DeepEqual(got, want) {
		t.Errorf("replayed %+v\nlisted   %+v", got, want)
	}
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// If the log cannot be written, the token is printed all the same, with a warning.
func TestUnloggedPrint(t *testing.T) {
	t.Parallel()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "config.toml"), append(config, "\n[store]\nkey = \"file\"\n"...))
	run := func() (string, string) {
		var out, errs bytes.Buffer
		args := []string{"token", "Orders", "--config", filepath.Join(dir, "config.toml"),
			"--state", filepath.Join(dir, "state")}
		if code := cli.Main(t.Context(), args, []string{"HOME=" + dir, "NO_PROXY=*"}, nil, &out,
			&errs, cli.Embedded{}); code != 0 {
			t.Fatalf("%d %s", code, errs.String())
		}
		return out.String(), errs.String()
	}
	first, stderr := run()
	if strings.Contains(stderr, "log") {
		t.Error(stderr)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "state", "lanyard.db"))
	if err == nil {
		// no sequence number is left
		_, err = db.ExecContext(t.Context(),
			"UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'event'")
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	again, stderr := run()
	if again != first || !strings.Contains(stderr, "warning: the log has no record that ") ||
		!strings.Contains(stderr, " was printed: ") {
		t.Errorf("%q, then %q: %s", first, again, stderr)
	}
}
