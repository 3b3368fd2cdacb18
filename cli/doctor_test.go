package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/cli/config"
	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// examine runs lanyard doctor without the environment of this machine.
func examine(t *testing.T, home string, env []string, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env = append([]string{"HOME=" + home}, env...)
	code = Main(t.Context(), append([]string{"doctor"}, args...), env, nil, &stdout, &stderr,
		Embedded{})
	return code, stdout.String()
}

// says checks that the output has a line, and its fix below if one is given.
func says(t *testing.T, out, line, fix string) {
	t.Helper()
	all := strings.Split(out, "\n")
	i := slices.IndexFunc(all, func(l string) bool { return strings.Contains(l, line) })
	if i < 0 || fix != "" && !strings.Contains(all[i+1], "fix:           "+fix) {
		t.Errorf("no line %q with the fix %q in\n%s", line, fix, out)
	}
}

// Doctor creates nothing, neither in an empty home nor beside existing files.
func TestDoctorMakesNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	files := func() (all []string) {
		err := filepath.WalkDir(home, func(path string, _ fs.DirEntry, err error) error {
			all = append(all, path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, args := range [][]string{nil, {"--json"}, {"--offline"}} {
		if code, out := examine(t, home, nil, args...); code != 0 || len(files()) != 1 {
			t.Errorf("%v: %d, %v\n%s", args, code, files(), out)
		}
	}
	// Doctor reports these permissions as too wide.
	if err := os.MkdirAll(filepath.Join(home, ".local/state/lanyard"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := files()
	_, out := examine(t, home, nil)
	says(t, out, "others can look into", "chmod 700 ")
	if after := files(); !slices.Equal(before, after) {
		t.Errorf("made: %v", after)
	}
	code, out := examine(t, "", nil)
	if code != exitUsage {
		t.Errorf("without a home: %d", code)
	}
	says(t, out, "fail  configuration  where is the configuration?", "set HOME, or name both")
}

// A store whose newest record is in the future was written before the clock was set back.
func TestDoctorSeesAClockSetBack(t *testing.T) {
	t.Parallel()
	for what, write := range map[string]func(console.Writer) error{
		"token": func(w console.Writer) error {
			return w.PutToken(&console.Token{ID: "t_1", IssuedAt: time.Now().Add(time.Hour)})
		},
		"mark": func(w console.Writer) error {
			return w.PutMark(
				console.Mark{ID: "m_1", Op: "get", AppID: "a", SentAt: time.Now().Add(time.Hour)})
		},
		"event": func(w console.Writer) error {
			return w.PutEvent(
				console.Event{At: time.Now().Add(time.Hour), Kind: console.EventCopied})
		},
	} {
		state := t.TempDir()
		s, err := store.Open(t.Context(), state, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Update(t.Context(), write); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		code, out := examine(t, t.TempDir(), nil, "--state", state)
		if code != 0 {
			t.Errorf("%s: %d", what, code)
		}
		says(t, out, "the clock was set back", setClock)
	}
}

func TestDoctorLooksForRoom(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "not", "made")
	for _, c := range []struct {
		free   uint64
		known  bool
		status string
	}{{0, true, warned}, {10<<20 - 1, true, warned}, {10 << 20, true, fine}, {0, false, ""}} {
		asked := ""
		d := &doctor{paths: config.Paths{State: state}, free: func(dir string) (uint64, bool) {
			asked = dir
			return c.free, c.known
		}}
		d.checkSpace()
		if asked != filepath.Dir(filepath.Dir(state)) {
			t.Errorf("asked about %s", asked)
		}
		switch {
		case c.status == "" && len(d.found) == 0:
		case len(d.found) != 1 || d.found[0].Check != "space" || d.found[0].Status != c.status ||
			!strings.Contains(d.found[0].Found, state) ||
			(d.found[0].Fix != nil &&
				strings.HasPrefix(*d.found[0].Fix, "free some space")) != (c.status == warned):
			t.Errorf("%d, %v: %+v", c.free, c.known, d.found)
		}
	}
}

// The JSON is always an array of objects with fixed members.
func TestDoctorJSON(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	bad := filepath.Join(home, "bad.toml")
	if err := os.WriteFile(bad, []byte("[[environment]]\nname = 1\nnmae = 2\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	code, out := examine(t, home, nil, "--json", "--config", bad)
	var all []map[string]any
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != exitUsage {
		t.Fatal(code, err)
	}
	broken := 0
	for _, f := range all {
		fix, hasFix := f["fix"].(string)
		if len(f) != 4 || (f["status"] == fine) == hasFix || hasFix && fix == "" {
			t.Errorf("%v", f)
		}
		if f["check"] == "configuration" && f["status"] == failed {
			broken++
		}
	}
	if broken < 2 {
		t.Errorf("each problem of the configuration is one: %v", all)
	}
}

func TestDoctorHere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  []string
		line string
	}{
		{[]string{"TMUX=x", "PATH="}, "in tmux: set -s set-clipboard on"},
		{[]string{"STY=x"}, "in screen: it does not let copies through"},
		{[]string{"SSH_TTY=/dev/pts/1"}, "in ssh: copies go to the terminal at the other end"},
		{[]string{"SSH_CONNECTION=x"},
			"ok    clipboard      the terminal (OSC 52), which confirms nothing"},
		{[]string{"SSH_CONNECTION=x"},
			"ok    clipboard      the terminal's clipboard cannot be read back, so that a copy " +
				"there is not cleared"},
	} {
		_, out := examine(t, t.TempDir(), c.env, "--offline")
		says(t, out, c.line, "")
	}
	d := &doctor{p: &program{ctx: t.Context(), env: []string{"TERM=xterm-256color", "NO_COLOR=1"}}}
	if got := d.colours(); got != "no colours (NO_COLOR)" {
		t.Error(got)
	}
	for name, want := range map[string]bool{"de_DE.UTF-8": true, "C.utf8": true, "": false,
		"C": false, "de_DE.ISO-8859-1": false} {
		if utf8Locale(name) != want {
			t.Errorf("%q", name)
		}
	}
}

func TestDoctorJudgesCertificates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	d := &doctor{p: &program{ctx: t.Context(), clock: func() time.Time { return now }}}
	for _, end := range []time.Duration{-time.Second, 13 * 24 * time.Hour, 15 * 24 * time.Hour} {
		d.checkEnd("tls", "x", "renew", now.Add(end))
	}
	if len(d.found) != 2 || d.found[0].Status != failed ||
		d.found[0].Found != "x expired on 2026-11-25" ||
		d.found[1].Status != warned || d.found[1].Found != "x expires on 2026-12-08, in 13d" ||
		*d.found[1].Fix != "renew" {
		t.Errorf("%+v", d.found)
	}
}

// An invalid proxy is a failure, and the output does not show its password.
func TestDoctorProxy(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file := filepath.Join(home, "c.toml")
	const cloud = "[[environment]]\nname = \"cloud\"\n" +
		"token_url = \"https://gateway.example/token\"\n"
	if err := os.WriteFile(file, []byte(cloud), 0o600); err != nil {
		t.Fatal(err)
	}
	for proxy, want := range map[string]string{
		"http://ana:canary@[::1": "fail  proxy          cloud: proxy: no connection: " +
			"the proxy address that is set by HTTPS_PROXY cannot be read",
		"http://ana:canary@proxy.example": "ok    proxy          cloud: through " +
			"http://proxy.example (HTTPS_PROXY, with a user name)",
		"": "ok    proxy          cloud: direct",
	} {
		_, out := examine(t, home, []string{"HTTPS_PROXY=" + proxy}, "--offline", "--config", file)
		says(t, out, want, "")
		if strings.Contains(out, "canary") {
			t.Error("a password is printed")
		}
	}
	_, out := examine(t, home, []string{"https_proxy=http://x.example", "NO_PROXY=gateway.example"},
		"--offline", "--config", file)
	says(t, out, "cloud: direct, because NO_PROXY excepts gateway.example from the https_proxy", "")
}

// Doctor fetches no secret, for any kind of reference.
func TestDoctorFetchesNoSecret(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	d := &doctor{
		p:   &program{ctx: t.Context(), env: []string{"A=canary"}, clock: time.Now},
		cfg: config.Default(), paths: config.Paths{Config: "c.toml"},
	}
	file := filepath.Join(home, "secret")
	if err := os.WriteFile(file, []byte("canary"), 0o644); err != nil { // to be found too wide
		t.Fatal(err)
	}
	for _, ref := range []config.SecretRef{
		{Env: "A"}, {Literal: secret.New("canary")}, {File: file},
		{Command: []string{"sh", "-c", "touch " + filepath.Join(home, "ran") + " canary"}},
	} {
		d.checkReference("secret of X", console.ConsumerSecret, ref)
	}
	if got := fmt.Sprintf("%+v", d.found); strings.Contains(got, "canary") || len(d.found) != 4 ||
		d.found[2].Status != warned {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(home, "ran")); err == nil {
		t.Error("a command was run")
	}
}

// A server that does not answer does not hang doctor, and neither does an interrupt.
func TestDoctorGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &doctor{p: &program{ctx: t.Context(), clock: time.Now}, cfg: config.Default()}
	e := console.Environment{Name: "cloud", Timeout: time.Hour}
	e.Endpoints.TokenURL, e.Endpoints.RevokeURL = "https://gateway.invalid/token",
		"https://gateway.invalid/revoke"
	d.envs = []console.Environment{e}
	d.checkServers(ctx)
	if d.count(failed) != 2 {
		t.Errorf("%+v", d.found)
	}
}

// An answer that does not look like a Token API is a warning.
func TestDoctorDoubts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer  func(http.ResponseWriter)
		line    string
		fix     string
		warning bool
	}{
		"refuses HEAD": {
			func(w http.ResponseWriter) { w.WriteHeader(405) },
			"answers (405)",
			"",
			false,
		},
		"no such path": {func(w http.ResponseWriter) { w.WriteHeader(404) },
			"answers (404 to HEAD, as a Token API may, and as a wrong path does)", "", false},
		"a page": {
			func(w http.ResponseWriter) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
			}, "answers 200: a web page is there", "a Token API has none", true},
		"a slash": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "/token/?x=canary-7d1f")
			w.WriteHeader(301)
		},
			"/token/?x=••• (another path), which is not followed",
			"if that is right, set token_url to it", true},
		"bad gateway": {
			func(w http.ResponseWriter) { w.WriteHeader(502) },
			"answers 502: what stands before the server",
			"what stands before the server answers",
			true,
		},
		"captive": {func(w http.ResponseWriter) { w.WriteHeader(511) }, "answers 511",
			"this network wants a sign-in", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(
				http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.answer(w) }))
			defer s.Close()
			home := t.TempDir()
			file := filepath.Join(home, "c.toml")
			text := "[[environment]]\nname = \"cloud\"\ntoken_url = \"" + s.URL + "/token\"\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, out := examine(t, home, nil, "--config", file)
			says(t, out, c.line, c.fix)
			if strings.Contains(out, "canary") ||
				strings.Contains(out, "warn  reach          cloud: token_url") != c.warning {
				t.Error(out)
			}
		})
	}
}
