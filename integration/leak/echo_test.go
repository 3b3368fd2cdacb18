package leak

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// disguises are forms of an echo that are not usual encodings of a secret. TestMaskEchoes tries
// them with one function; this test sends them through the program, into its store and out again.
func disguises(s string) []string {
	each := func(format, sep string) string {
		var b []string
		for _, c := range []byte(s) {
			b = append(b, fmt.Sprintf(format, c))
		}
		return strings.Join(b, sep)
	}
	n := len(s)
	return []string{
		s[1 : n-1], s[:n/2] + "X" + s[n/2:], s[:n/2] + "\u200b" + s[n/2:], strings.ToUpper(s),
		strings.ToLower(s[1:]), each("%c", " "), each("&#%d;", ""), each("&#x%x;", ""),
		each("%02x", " "), each("%02X", ":"), each("%%25%02x", ""), each(`\u%04x`, ""),
		each("=%02X", ""), each("%d", ","),
		base64.StdEncoding.EncodeToString([]byte("k:" + strings.ToUpper(s))),
		hex.EncodeToString([]byte(s))[1:40],
		base64.RawURLEncoding.EncodeToString([]byte("ab" + s))[5:30],
	}
}

// A server repeats the request, in each of these forms, in each of its texts. No part of it reaches
// the output, the log, doctor or the store.
func TestNoEchoIsShownOrKept(t *testing.T) {
	t.Parallel()
	const access, refresh = "c4nAccess7xW2mK9pR4tL8vB3n", "c4nRefresh9kQ2wE5rT8yU1iO4p"
	var turn atomic.Int64
	forms := len(disguises(access))
	var mu sync.Mutex
	var said []string
	echo := func(w http.ResponseWriter, status int, s string) {
		form := disguises(s)[int(turn.Load())%forms]
		mu.Lock()
		said = append(said, form)
		mu.Unlock()
		b, _ := json.Marshal(
			map[string]any{"error": "invalid_client", "error_description": "you sent " + form,
				"message": form, "description": form, "username": form, "sub": form, "active": true,
				"x": form})
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Said", strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return ' '
			}
			return r
		}, form))
		w.Header().Set("WWW-Authenticate",
			`Bearer error="invalid_token", error_description="`+
				strings.NewReplacer(`\`, `\\`).Replace(w.Header().Get("X-Said"))+`"`)
		w.WriteHeader(status)
		_, _ = w.Write(b)
	}
	mux := http.NewServeMux()
	refusing := atomic.Bool{}
	mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
		if refusing.Load() {
			echo(w, 400, secretCanary.text)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w,
			`{"access_token":%q,"refresh_token":%q,"token_type":"Bearer","expires_in":3600,`+
				`"scope":%q}`,
			access, refresh, "default "+strings.ToUpper(access))
	})
	mux.HandleFunc("/revoke", func(w http.ResponseWriter, _ *http.Request) { echo(w, 400, access) })
	mux.HandleFunc("/introspect",
		func(w http.ResponseWriter, _ *http.Request) { echo(w, 200, access) })
	mux.HandleFunc("/api", func(w http.ResponseWriter, _ *http.Request) { echo(w, 401, access) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	p := newPlace(t, &tally{}, srv.URL)
	var out strings.Builder
	run := func(args ...string) string {
		stdout, stderr, _ := p.run(args...)
		out.WriteString(stdout + stderr)
		return stdout
	}
	if _, _, code := p.run("token", "Users"); code != 0 { // prints the token
		t.Fatal("no token")
	}
	print8 := regexp.MustCompile(`"fingerprint": "([0-9a-f]{8})"`).FindStringSubmatch(
		run("tokens", "--app", "Users", "--json"))[1]
	refusing.Store(true)
	for i := range forms {
		turn.Store(int64(i))
		if i > 2 && !full() && i%4 != 0 {
			continue
		}
		run("token", "Orders", "--json")
		run("introspect", print8)
		run("introspect", print8, "--json")
		run("probe", print8)
		run("revoke", print8, "--yes")
		run("revocations", "--json")
		run("tokens", "--json")
	}
	run("log")
	run("log", "--json")
	run("doctor")
	files, _ := filepath.Glob(filepath.Join(p.dir, "state", "*"))
	kept := ""
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil {
			kept += string(b)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(said) < 20 || !strings.Contains(out.String(), "left out") &&
		!strings.Contains(out.String(), "•••") {
		t.Errorf("%d echoes, none of which was seen", len(said))
	}
	for where, text := range map[string]string{"the output": out.String(), "the store": kept} {
		for _, form := range append(said, strings.ToUpper(access), access[:12], refresh[:12]) {
			for j := 0; j+12 <= len(form); j++ {
				if strings.Contains(text, form[j:j+12]) {
					t.Errorf("%s has %q of %q", where, form[j:j+12], form)
					break
				}
			}
		}
	}
}
