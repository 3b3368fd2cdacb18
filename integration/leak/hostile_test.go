package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"lanyard/tokenapi/sandbox"
)

// The parts of hostile texts. Between TOP and END is everything that controls a terminal, changes
// the reading direction, or is invisible. EVIL is within sequences only: a title, a clipboard, a
// colour.
const (
	controls = "\x1b]0;EVIL\x07\x1b]52;c;RVZJTA==\x07\x1b]8;;" +
		"http://EVIL/\x1b\\\x1b[7777m\x1bPEVIL\x1b\\\x1b_EVIL\x1b\\\x1bc" +
		"\x00\x08\x7f\x0b\x0c\x1a\u0085\u009b7777m\u009d0;EVIL\u009c\u0090EVIL\u009c"
	invisible = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c" +
		"\u200b\u200c\u200d\u2060\u2028\u2029\ufeff\u00ad\u034f\u3164\u115f\uffa0\U000e0041"
	fillers  = "\u034f\u3164\u115f\uffa0" // invisible letters and marks
	rawBytes = "RAWC1"                    // becomes bytes that are not UTF-8 in JSON
)

// hostile is a text for a field. It holds the name of the field.
func hostile(field string) string {
	return "TOP" + field + controls + "\r\nlanyard: " + invisible + rawBytes + "END"
}

// unseen is hostile without the characters that the configuration refuses.
func unseen(field string) string { return "TOP" + field + invisible + "END" }

// trouble describes a part of an output that controls a terminal or is invisible, or returns "".
// The screen may send sequences itself, but never those of hostile texts.
func trouble(out string, screen bool) string {
	if !utf8.ValidString(out) {
		return "bytes that are no UTF-8"
	}
	for i, r := range out {
		bad := unicode.Is(unicode.Cf, r) || r >= 0x80 && r < 0xa0 ||
			strings.ContainsRune(invisible, r) || r < ' ' && r != '\n' && !screen ||
			r == 0x7f || screen && r < ' ' && !strings.ContainsRune("\x1b\r\n\t\b\a\x0e\x0f", r)
		if bad {
			return fmt.Sprintf("%U in %q", r, out[max(0, i-60):min(len(out), i+40)])
		}
	}
	for _, sequence := range []string{`\x1b\[[0-9;]*7777`, `\x1b[\]P_^X][^\x07\x1b]*(EVIL|RVZJTA)`,
		`\x1bc`} {
		if found := regexp.MustCompile(sequence).FindString(out); screen && found != "" {
			return fmt.Sprintf("%q", found)
		}
	}
	return ""
}

// The check finds every single character of the set, and each sequence on a screen.
func TestHostileTextIsFound(t *testing.T) {
	t.Parallel()
	for _, r := range controls + invisible {
		if unicode.IsPrint(r) && !strings.ContainsRune(invisible, r) || r == '\x1b' {
			continue
		}
		if trouble("a"+string(r)+"b", false) == "" {
			t.Errorf("%U goes unseen", r)
		}
		if !strings.ContainsRune("\a\b", r) && trouble("a"+string(r)+"b", true) == "" {
			t.Errorf("%U goes unseen on the screen", r)
		}
	}
	for _, s := range []string{"\x1b[7777m", "\x1b[0;7777m", "\x1b]0;EVIL\x07",
		"\x1b]52;c;RVZJTA==\x07", "\x1bPEVIL\x1b\\", "\x1bc", "\x9b31m"} {
		if trouble("a"+s, true) == "" || trouble("a"+s, false) == "" {
			t.Errorf("%q goes unseen", s)
		}
	}
	if got := trouble("plain\n", false) +
		trouble("\x1b[31mred\x1b[0m\r\n\x1b]0;lanyard\x07", true); got != "" {
		t.Error(got)
	}
}

// encode writes JSON with invalid bytes in it.
func encode(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	b = bytes.ReplaceAll(b, []byte(rawBytes), []byte("\x9b7777m\xff\xc2"))
	w.Header().Set("Content-Type", "application/json")
	// net/http takes no header with C0 bytes
	w.Header().Set("X-Odd", "TOPheader\x9b7777m\u009d0;EVIL\u009c\u202eEND")
	w.Header().Set("AuthorizedUser", "TOPuser\u009d0;EVIL\u009c\u202eEND")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// hostileToken is a JWT with hostile text in each part.
func hostileToken() string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]any{"alg": "none", "kid": hostile("kid"), "typ": hostile("typ"),
		hostile("header"): hostile("value")}) + "." +
		part(map[string]any{"iss": hostile("iss"), "sub": hostile("sub"),
			"aud": []string{hostile("aud")}, "scope": hostile("scope"), "jti": hostile("jti"),
			"exp":            time.Now().Add(time.Hour).Unix(),
			hostile("claim"): map[string]any{hostile("inner"): []any{hostile("deep"), 1}}}) + ".eA"
}

// hostileServer answers everything with hostile texts in every field. Only fields that hold a
// secret have the name of one: other texts would be masked where they share a part with it.
func hostileServer() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		switch {
		case r.PostForm.Get("client_id") == "refused" ||
			strings.Contains(r.Header.Get("Authorization"),
				base64.StdEncoding.EncodeToString([]byte("refused:"))[:10]),
			r.PostForm.Has("device_code"):
			w.Header().Set("WWW-Authenticate",
				`Basic error="TOPe`+"\u009d0;EVIL\u009c\u202e"+`", error_description="TOPd`+
					"\x9b7777m\u202e"+`"`)
			encode(w, 400, map[string]any{"error": hostile("error"),
				"error_description": hostile("description"),
				"error_uri":         "http://h/" + hostile("uri"),
				hostile("field"):    hostile("value")})
			return
		case strings.Contains(r.Header.Get("Authorization"),
			base64.StdEncoding.EncodeToString([]byte("odd:"))[:5]):
			encode(w, 200, map[string]any{"access_token": "TOP\x1b]0;EVIL\x07\u202eEND",
				"token_type": hostile("type"), "expires_in": 3600})
			return
		}
		encode(w, 200, map[string]any{"access_token": hostileToken(), "refresh_token": "r1",
			"token_type": "Bearer", "scope": "default " + hostile("scope"),
			"expires_in": 3600, hostile("field"): hostile("value"), "username": hostile("username"),
			"issued_token_type": "TOPissued\x1b]0;EVIL\x07\u202eEND"})
	})
	mux.HandleFunc("POST /revoke", func(w http.ResponseWriter, _ *http.Request) {
		encode(w, 400, map[string]any{"error": hostile("error"),
			"error_description": hostile("description")})
	})
	mux.HandleFunc("POST /introspect", func(w http.ResponseWriter, _ *http.Request) {
		encode(w, 200, map[string]any{"active": true, "username": hostile("username"),
			"scope": hostile("scope"), "client_id": hostile("client"), "sub": hostile("sub"),
			"iss": hostile("iss"), "aud": []string{hostile("aud")}, "token_type": hostile("type"),
			hostile("field"): hostile("value"), "list": []any{hostile("item")}})
	})
	mux.HandleFunc("POST /device", func(w http.ResponseWriter, _ *http.Request) {
		encode(w, 200, map[string]any{"device_code": "d", "user_code": hostile("code"),
			"verification_uri":          "https://h.example/" + hostile("uri"),
			"verification_uri_complete": "https://h.example/" + hostile("complete"), "interval": 1,
			"expires_in": 600})
	})
	mux.HandleFunc("GET /api", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate",
			`Bearer error="invalid_token", error_description="TOPd`+"\x9b7777m\u202e"+`"`)
		encode(w, 401, map[string]any{"code": "900901", "message": hostile("message"),
			"description": hostile("description"), "nextAccessTime": hostile("next")})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		encode(w, 401, map[string]any{"code": 900901, "message": hostile("message"),
			"description": hostile("description"), "moreInfo": hostile("more"),
			"error": []map[string]any{{"code": hostile("code"), "message": hostile("message")}}})
	})
	return mux
}

// hostilePortal is the sandbox's developer portal with hostile names and texts in its answers.
func hostilePortal(t *testing.T) (server *httptest.Server, user, password string) {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(
		`"(name|displayName|description|owner|throttlingPolicy|apiName|applicationName|version` +
			`|tokenType|statusReason)":"([^"]*)"`)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var rec = httptest.NewRecorder()
		box.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		body := rec.Body.Bytes()
		if strings.Contains(r.URL.Path, "/devportal/") {
			body = names.ReplaceAllFunc(body, func(m []byte) []byte {
				g := names.FindSubmatch(m)
				value, _ := json.Marshal(string(g[2]) + hostile(string(g[1])))
				return bytes.ReplaceAll(fmt.Appendf(nil, "%q:%s", g[1], value), []byte(rawBytes),
					[]byte("\x9b7777m\xff"))
			})
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	name, secretText := box.PortalUser()
	return server, name, secretText.Reveal()
}

// hostilePlace has a configuration whose names hold everything that a configuration accepts.
func hostilePlace(t *testing.T, server string) *place {
	t.Helper()
	p := newPlace(t, &tally{}, server)
	app := func(name, key, grant, more string) string {
		return fmt.Sprintf(
			"\n[[application]]\nname = %s\nconsumer_key = %q\nconsumer_secret = "+
				"'c4n/plain'\ngrant = %q\nscopes = [\"scope\"]\nprobe_url = %q\n%s",
			tomlQuote(name), key, grant, server+"/api", more)
	}
	user := "username = " + tomlQuote(unseen("user")) + "\npassword = 'c4n/plain'\n"
	p.write("undo_window = \"0s\"\n[clipboard]\nvia = \"osc52\"\n[[environment]]\nname = " +
		tomlQuote("TOPenvironment") +
		fmt.Sprintf("\nproduction = true\ntoken_url = %q\nrevoke_url = %q\nintrospect_url = "+
			"%q\ndevice_url = %q\n", server+"/token", server+"/revoke", server+"/introspect",
			server+"/device") +
		app("Good", "good", "password", user) + app("Refused", "refused", "password", user) +
		app("Odd", "odd", "client_credentials", "") +
		app("Device", "device", "device_code", "") +
		app("TOPapplication", "named", "client_credentials", ""))
	return p
}

// tomlQuote writes a TOML basic string. It escapes everything unusual.
func tomlQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < 0x7f && r >= ' ' && r != '"' && r != '\\' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Hostile text of a server, a portal, a token, a file or an argument never reaches stdout or
// stderr, as text or as JSON.
func TestNothingHostileIsPrinted(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(hostileServer())
	t.Cleanup(srv.Close)
	p := hostilePlace(t, srv.URL)
	portal, user, password := hostilePortal(t)
	runs, spoke := 0, 0
	run := func(codes []int, args ...string) string {
		t.Helper()
		stdout, stderr, code := p.run(args...)
		if !slices.Contains(codes, code) {
			t.Errorf("%q: exit %d, want %d: %s%s", args, code, codes, stdout, stderr)
		}
		for stream, out := range map[string]string{"stdout": stdout, "stderr": stderr} {
			if bad := trouble(out, false); bad != "" {
				t.Errorf("%q: %s has %s", args, stream, bad)
			}
			if slices.Contains(args, "--json") && stream == "stdout" && out != "" &&
				!json.Valid([]byte(out)) {
				t.Errorf("%q: not JSON: %s", args, out)
			}
		}
		runs++
		if strings.Contains(stdout+stderr, "TOP") {
			spoke++
		}
		return stdout
	}
	both := func(codes []int, args ...string) {
		t.Helper()
		run(codes, args...)
		if args = append(args, "--json"); !p.skipVariant(args) {
			run(codes, args...)
		}
	}
	ok, no := []int{0}, []int{3}
	both(ok, "apps")
	run(ok, "config", "check")
	for _, as := range []string{"bare", "header", "curl", "env", "json"} {
		run(ok, "token", "Good", "--as", as)
	}
	both(no, "token", "Refused")
	both([]int{0, 1}, "token", "Odd")
	run([]int{1}, "token", "Odd", "--as", "header")
	both(ok, "token", "Good", "--dry-run")
	both(ok, "renew", "Good", "--dry-run")
	both(ok, "tokens")
	both(ok, "tokens", "--all")
	print8 := strings.Fields(
		regexp.MustCompile(`"fingerprint": "([0-9a-f]{8})"`).FindString(
			run(ok, "tokens", "--app", "Good", "--json")))[1]
	print8 = strings.Trim(print8, `"`)
	both(ok, "inspect", print8)
	both(ok, "introspect", print8)
	both(no, "probe", print8)
	both(ok, "probe", print8, "--dry-run")
	both([]int{0, 3}, "renew", "Good")
	both([]int{4}, "revoke", print8, "--yes") // kept: the server does not say that it understood
	both(ok, "revoke", print8, "--dry-run", "--yes")
	both(ok, "revocations")
	both(no, "token", "Device")
	both(ok, "token", "Device", "--dry-run")
	both(ok, "log")
	both(ok, "key", "status")
	both([]int{0, 1}, "doctor")
	both(ok, "token", "TOPapplication", "--dry-run")

	p.stdin = strings.Join([]string{"apps", "get Good", "get Refused", "get Odd", "tokens",
		"renew Good", "probe 1", "inspect 1", "copy 1", "revoke 1", "yes", "wait",
		"gateway", "get Device", "cancel", "log all", "help", hostile("line"),
		"get " + unseen("line"), "TOP" + invisible, "quit"}, "\n")
	if got := run(ok, "--plain"); strings.Count(got, "TOP") < 20 || strings.Contains(got, "\x1b") {
		t.Errorf("--plain had nothing foreign to say: %s", got)
	}

	p.stdin = hostileToken()
	both(ok, "inspect", "-")
	both(no, "probe", "Good", "-")
	p.stdin = "TOP\x1b]0;EVIL\x07" + invisible + "END"
	both([]int{0, 1, 2}, "inspect", "-")
	both([]int{2}, "probe", "Good", "-")
	both([]int{2}, "revoke", "Good", "-")

	p.stdin = password
	both([]int{5}, "import", "portal", portal.URL, "--user", user, "--secret-stdin", "--env", "p",
		"--only", unseen("only"))
	if got := run(ok, "import", "portal", portal.URL, "--user", user, "--secret-stdin", "--env",
		"p"); !strings.Contains(got, "TOPname") {
		t.Errorf("the portal's names are not among what was imported: %s", got)
	}
	run(ok, "import", "portal", portal.URL, "--user", user, "--secret-stdin", "--env", "p",
		"--json")
	both([]int{3}, "import", "portal", srv.URL, "--user", user, "--secret-stdin", "--env", "p")
	both(ok, "apps")

	p.stdin = ""
	argument := strings.ReplaceAll(
		strings.ReplaceAll(hostile("argument"), rawBytes, "\x9b7777m\xff"), "\x00", "")
	for _, args := range [][]string{
		{argument}, {"token", argument}, {"renew", argument}, {"revoke", argument, "--yes"},
		{"probe", argument}, {"inspect", argument}, {"introspect", argument},
		{"tokens", "--app", argument}, {"token", "Good", "--as", argument},
		{"token", "Good", "--grant", argument}, {"token", "--" + argument},
		{"apps", "--config", argument}, {"apps", "set-secret", argument}, {"import", argument},
		{"import", "portal", argument}, {"help", argument},
		{"completion", argument}, {"sandbox", "--profile", argument},
		{"sandbox", "--addr", argument}, {"probe", print8, "--every", argument},
		{"config", argument},
		{"log", "--app", argument}, {"log", "--token", argument}, {"key", argument},
		{"key", "set", argument}, {"backup", "/nowhere/" + argument}, {"restore", argument},
		{"doctor", "--env", argument},
	} {
		both([]int{1, 2, 3, 5}, args...)
	}
	run(ok, "config", "path", "--config", filepath.Join(p.dir, "no\x1b]0;EVIL\x07\u202esuch"))
	both([]int{0, 1, 2}, "tokens", "--state", filepath.Join(p.dir, "odd\x1b[7777m\u202estate"))
	run(ok, "__complete", "token", "")

	// Characters that a configuration refuses, in every place. The error does not repeat them.
	for _, key := range []string{"name", "consumer_key", "username", "grant", "key_type",
		"probe_url", "redirect_url", "environment", "unknown\\u001b]0;EVIL"} {
		p.write("[[environment]]\nname = \"e\"\ntoken_url = " +
			"\"http://127.0.0.1:1/token\"\n[[application]]\n" +
			strings.ReplaceAll(fmt.Sprintf("%q = %s\n", key, tomlQuote(hostile(key))), `\\u`, `\u`))
		both([]int{2}, "config", "check")
	}
	for _, r := range fillers {
		p.write("[[environment]]\ntoken_url = \"http://127.0.0.1:1/token\"\nname = " +
			tomlQuote("TOP"+string(r)+"END") + "\n")
		both([]int{2}, "config", "check")
	}
	p.write("theme = \"" + controls + invisible + "\"\n")
	both([]int{2}, "apps")
	p.write("theme = \"x\x9b\xff\"\n")
	both([]int{2}, "apps")
	t.Logf("%d runs, %d of which had something foreign to say", runs, spoke)
	least := 20
	if full() {
		least = 40
	}
	if spoke < least {
		t.Errorf("only %d of %d runs said anything foreign: this sweeps nothing", spoke, runs)
	}
}

// The same on the screen: in every frame, and in the bytes between them.
func TestNothingHostileIsShown(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(hostileServer())
	t.Cleanup(srv.Close)
	sizes := [][2]int{{60, 20}}
	if full() {
		sizes = append(sizes, [2]int{120, 32})
	}
	for _, size := range sizes {
		p := hostilePlace(t, srv.URL)
		s := p.open(size[0], size[1])
		s.await("g gets one")
		s.get("Good")
		s.until(func() bool { return strings.Contains(s.text(), "● Good") }, "got a token")
		s.settle()
		s.press("p")
		s.logs("900901")
		s.press("r")
		s.logs("refreshed: got", "same token came back") // in one second the token is the same
		s.press("x")
		s.await("Revoke in production?")
		s.press("y")
		s.settle()
		s.get("Refused")
		s.logs("TOPerror")
		s.get("Odd") // its token cannot be used
		s.settle()
		s.press("y")
		s.settle()
		s.get("Device")
		s.await("TOPcode")
		s.press("\x1b")
		s.gaveUp("TOPcode")
		s.choose("Good")
		s.press("2")
		s.settle()
		s.over("\r", "Selected · ")
		s.present()
		for _, o := range [][2]string{{":", "Commands"}, {"G", "Get a token for"},
			{"a", "Add an application"}} {
			s.over(o[0], o[1])
		}
		s.press("4j")
		s.settle()
		s.over("\r", "secrets are masked")
		s.press("1")
		for _, pane := range []string{"2", "3", "4", "1"} {
			s.press(pane)
			s.press("z")
			s.settle()
			s.press("z")
			s.settle()
		}
		s.over("!", "Messages of this run")
		s.press("q")
		s.end()
		if bad := trouble(s.bytes(), true); bad != "" {
			t.Errorf("%v: %s", size, bad)
		}
		for frame := range s.frames {
			if strings.ContainsAny(frame, invisible) || strings.ContainsAny(frame, "\x1b\u009b") {
				t.Errorf("%v: a frame shows %q", size, frame)
			}
		}
		if n := strings.Count(s.bytes(), "TOP"); n < 5 {
			t.Errorf("%v: only %d foreign texts were shown", size, n)
		}
	}
}
