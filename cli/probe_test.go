package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// gateway serves a Token API and, at /api, an API whose answers come from handler.
type gateway struct {
	t      *testing.T
	home   string
	config string
	made   atomic.Int32 // calls with a token that was not issued
}

func newGateway(t *testing.T, more string,
	handler func(w http.ResponseWriter, r *http.Request, issued bool)) *gateway {
	t.Helper()
	g := &gateway{t: t, home: t.TempDir()}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"0d9f7ac1-0000-4abc-8def-abcdefabcdef",`+
				`"token_type":"Bearer","expires_in":3600}`)
			return
		}
		issued := r.Header.Get("Authorization") == "Bearer 0d9f7ac1-0000-4abc-8def-abcdefabcdef"
		if r.Method == http.MethodGet && !issued {
			g.made.Add(1)
		}
		handler(w, r, issued)
	}))
	t.Cleanup(srv.Close)
	g.config = filepath.Join(g.home, "config.toml")
	text := fmt.Sprintf(
		"[store]\nkey = \"file\"\n[[environment]]\nname = \"e\"\ntoken_url = %q\nrevoke_url = "+
			"%q\n[[application]]\nname = \"Orders\"\n"+
			"consumer_key = \"key\"\nconsumer_secret = \"known\"\nprobe_url = %q\n%s\n",
		srv.URL+"/token", srv.URL+"/token", srv.URL+"/api", more)
	if err := os.WriteFile(g.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gateway) lanyard(args ...string) (code int, out, errs string) {
	g.t.Helper()
	var stdout, stderr bytes.Buffer
	env := []string{"HOME=" + g.home, "LANYARD_CONFIG=" + g.config, "NO_PROXY=*"}
	code = Main(g.t.Context(), args, env, strings.NewReader(""), &stdout, &stderr, Embedded{})
	return code, stdout.String(), stderr.String()
}

// got gets a token and returns its fingerprint.
func (g *gateway) got() string {
	g.t.Helper()
	if code, _, errs := g.lanyard("token", "Orders"); code != 0 {
		g.t.Fatal(code, errs)
	}
	_, out, _ := g.lanyard("tokens", "--json")
	_, rest, _ := strings.Cut(out, `"fingerprint":`)
	return strings.Trim(strings.SplitN(rest, ",", 2)[0], ` "`)
}

// An unclear probe says why, and has its own exit code.
func TestProbeSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more          string
		issued, other int
		code          int
		word, hint    string
	}{
		"open": {"", 200, 200, exitUnexpected,
			"unclear  200  this URL lets anybody through: it answers 200 to a made-up token",
			"set probe_url"},
		"refuses all": {"", 401, 401, exitUnexpected,
			"unclear  401  any token is answered so here", "set probe_url"},
		"no rule": {"", 404, 404, exitUnexpected,
			"unclear  404  any token is answered so here", "set probe_url"},
		"failing": {"", 500, 401, exitUnexpected,
			"unclear  500  Internal Server Error; a failing server says nothing of the token", ""},
		"off": {"probe_control = false", 401, 401, exitUnexpected, "probe_control is off",
			"take probe_control = false out"},
		"accepted":     {"", 200, 401, 0, "accepted  200\n", ""},
		"off accepted": {"probe_control = false", 200, 200, 0, "accepted  200\n", ""},
		"its own 404": {"", 404, 401, 0,
			"accepted  404  the API itself answered: a made-up token is answered 401\n", ""},
	} {
		g := newGateway(t, c.more, func(w http.ResponseWriter, _ *http.Request, issued bool) {
			w.WriteHeader(map[bool]int{true: c.issued, false: c.other}[issued])
		})
		fp := g.got()
		code, out, errs := g.lanyard("probe", fp)
		if code != c.code || !strings.Contains(out, c.word) || !strings.Contains(errs, c.hint) ||
			c.hint == "" && strings.Contains(errs, "hint") {
			t.Errorf("%s: %d %s %s", name, code, out, errs)
		}
		if off := c.more != ""; off == (g.made.Load() > 0) && c.issued != 500 {
			t.Errorf("%s: %d calls with a made-up token", name, g.made.Load())
		}
	}
}

// If probes can prove nothing, --until-dead says so when --timeout ends it.
func TestUntilDeadWhereNothingCanBeProved(t *testing.T) {
	t.Parallel()
	g := newGateway(t, "", func(http.ResponseWriter, *http.Request, bool) {})
	fp := g.got()
	code, out, errs := g.lanyard("probe", fp, "--until-dead", "--timeout", "1ns")
	const why = "it answers 200 to a made-up token; no probe of this URL can prove that the " +
		"token is dead"
	if code != exitStillAlive || !strings.Contains(out, "unclear") ||
		!strings.Contains(errs, "this URL lets anybody through: "+why) {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, errs = g.lanyard("probe", fp, "--until-dead", "--timeout", "1ns", "--json")
	if code != exitStillAlive || !strings.HasPrefix(strings.TrimSpace(errs), "{") ||
		!strings.Contains(errs, why) || !strings.Contains(out, `"unclear"`) ||
		!strings.Contains(out, `"reason": "this URL lets anybody through`) {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

// Three answers in a row that will not change with time end the loop, with and without --timeout.
func TestUntilDeadInVain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more      string
		status    int
		why, hint string
	}{
		"open": {"", 200, "this URL lets anybody through", "set probe_url"},
		"off": {"probe_control = false", 401, "probe_control is off",
			"take probe_control = false out"},
	} {
		for _, limit := range [][]string{nil, {"--timeout", "1h"}, {"--json"}} {
			g := newGateway(t, c.more,
				func(w http.ResponseWriter, _ *http.Request, _ bool) { w.WriteHeader(c.status) })
			args := append([]string{"probe", g.got(), "--until-dead", "--every", "1ms"}, limit...)
			code, out, errs := g.lanyard(args...)
			if code != exitUnexpected || strings.Count(out, "unclear") != 3 ||
				!strings.Contains(errs, "not proved dead after 3 probes (3 unclear): ") ||
				!strings.Contains(errs, c.why) || !strings.Contains(errs, c.hint) {
				t.Errorf("%s %v: %d %s %s", name, limit, code, out, errs)
			}
		}
	}
}

// Without --timeout the loop ends a minute after the end of the token, and the error reports the
// answers.
func TestUntilDeadEnds(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{200: "still_accepted", 500: "not_proved_dead",
		429: "not_proved_dead", 404: "not_proved_dead"} {
		var ahead atomic.Int64
		probes := 0 // requests come one at a time
		g := newGateway(t, "", func(w http.ResponseWriter, _ *http.Request, issued bool) {
			if issued {
				probes++
				ahead.Add(int64(11 * time.Minute))
				w.WriteHeader(status)
				return
			}
			w.WriteHeader(map[bool]int{true: 404, false: 401}[status == 404])
		})
		fp := g.got() // for an hour
		began := time.Now()
		clock := func() time.Time { return began.Add(time.Duration(ahead.Load())) }
		var stdout, stderr bytes.Buffer
		env := []string{"HOME=" + g.home, "LANYARD_CONFIG=" + g.config, "NO_PROXY=*"}
		exit := run(t.Context(), []string{"probe", fp, "--until-dead", "--every", "1ms", "--json"},
			env, strings.NewReader(""), &stdout, &stderr, Embedded{}, clock)
		word := "unclear"
		if status == 200 {
			word = "accepted"
		}
		if want := "not proved dead a minute after its time was over, after 6 probes (6 " + word +
			")"; exit != exitStillAlive || probes != 6 ||
			!strings.Contains(stderr.String(), want) || !strings.Contains(stderr.String(), code) {
			t.Errorf("%d: exit %d after %d probes: %s", status, exit, probes, stderr.String())
		}
	}
}

// The loop continues after unclear answers and reports their reason once. It ends after three
// refusals that name the token.
func TestUntilDeadGoesOn(t *testing.T) {
	t.Parallel()
	n := 0 // requests come one at a time
	g := newGateway(t, "", func(w http.ResponseWriter, _ *http.Request, issued bool) {
		if n++; issued && n > 3 { // one of these has a made-up token
			w.WriteHeader(401)
			fmt.Fprint(w, `{"code":"900901","message":"Invalid Credentials","description":"d"}`)
		}
	})
	fp := g.got()
	code, out, errs := g.lanyard("probe", fp, "--until-dead", "--every", "1ms")
	if code != 0 || strings.Count(out, "unclear") != 2 || strings.Count(out, "  refused  ") != 3 ||
		!strings.HasSuffix(out, fp+"  dead: the gateway refused it three times in a row\n") ||
		strings.Count(errs, "lets anybody through") != 1 {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

// Doctor reports a probe URL that accepts any token, and one where there is no API.
func TestDoctorProbes(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct{ line, fix string }{
		200: {"warn  probe          Orders@e: probe_url at",
			"set probe_url to an API that wants a token"},
		404: {"there seems to be nothing at this URL", "check path and version of probe_url"},
		401: {"answers 401 to a made-up token", ""},
		500: {"warn  probe", "try again"},
	} {
		g := newGateway(t, "",
			func(w http.ResponseWriter, _ *http.Request, _ bool) { w.WriteHeader(status) })
		code, out, errs := g.lanyard("doctor")
		if code != 0 || g.made.Load() != 1 {
			t.Errorf("%d: exit %d, %d calls with a made-up token: %s", status, code, g.made.Load(),
				errs)
		}
		says(t, out, c.line, c.fix)
	}
	gw := newGateway(t, "", func(http.ResponseWriter, *http.Request, bool) {})
	gw.lanyard("probe", gw.got())
	for range 2 { // the second doctor uses the stored control
		_, out, _ := gw.lanyard("doctor")
		says(t, out, "answered 200 to a made-up token (just now): this URL lets anybody through",
			"set probe_url to an API that wants a token")
		if gw.made.Load() != 1 {
			t.Errorf("%d calls with a made-up token", gw.made.Load())
		}
	}
	failing := newGateway(t, "",
		func(w http.ResponseWriter, _ *http.Request, _ bool) { w.WriteHeader(503) })
	failing.got()
	failing.lanyard("doctor")
	_, out, _ := failing.lanyard("doctor")
	if says(t, out, "was not asked: it was asked with a made-up token less than a minute ago",
		""); failing.made.Load() != 1 {
		t.Errorf("%d calls with a made-up token", failing.made.Load())
	}
	g := newGateway(t, "probe_control = false", func(http.ResponseWriter, *http.Request, bool) {})
	if _, out, _ := g.lanyard("doctor"); g.made.Load() != 0 || strings.Contains(out, "made-up") {
		t.Errorf("probe_control is off: %s", out)
	}
	if g.lanyard("doctor", "--offline"); g.made.Load() != 0 {
		t.Error("asked though offline")
	}
}

// Every row with the same token shows the probes that were made for one of them.
func TestRevocationsShowTheProbesOfTwins(t *testing.T) {
	t.Parallel()
	g := newGateway(t, "", func(http.ResponseWriter, *http.Request, bool) {})
	text, err := os.ReadFile(g.config)
	if err != nil {
		t.Fatal(err)
	}
	_, app, _ := strings.Cut(string(text), "[[application]]\nname = \"Orders\"")
	text = append(text,
		"[[application]]\nname = \"Billing\""+
			strings.Replace(app, `consumer_key = "key"`, `consumer_key = "other"`, 1)...)
	if err := os.WriteFile(g.config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"token", "Orders"}, {"token", "Billing"},
		{"revoke", "Orders", "--yes"}} {
		if code, _, errs := g.lanyard(args...); code != 0 {
			t.Fatal(args, code, errs)
		}
	}
	id := ""
	_, list, _ := g.lanyard("tokens", "--json")
	for _, one := range strings.Split(list, `"id":`)[1:] {
		if strings.Contains(one, `"application": "Orders"`) {
			id = strings.SplitN(one, `"`, 3)[1]
		}
	}
	g.lanyard("probe", id)
	code, out, errs := g.lanyard("revocations", "--json")
	if code != 0 || strings.Count(out, `"application"`) != 2 ||
		strings.Count(out, `"status": 200`) != 2 {
		t.Errorf("%d %s%s", code, out, errs)
	}
}
