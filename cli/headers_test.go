package cli

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Configured headers are sent, and no output shows their values.
func TestHeadersOfOnesOwn(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex // handlers of several connections run beside each other
	var sent []string
	g := newGateway(t,
		"headers = { X-Tenant = \"acme-canary\" }\nprobe_headers = { X-Api-Key = { file = "+
			"\"key\" } }",
		func(w http.ResponseWriter, r *http.Request, issued bool) {
			mu.Lock()
			sent = append(sent,
				fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("X-Tenant"), " ",
					r.Header.Get("X-Api-Key"), " ", issued))
			mu.Unlock()
			w.Header().Set("X-Echo", r.Header.Get("X-Api-Key"))
			if r.URL.Path == "/api" && !issued {
				w.WriteHeader(401)
				_, _ = fmt.Fprintf(w, `{"error":"%s"}`, r.Header.Get("X-Api-Key"))
			}
		})
	g.revokeAt("/revoke")
	code, _, errs := g.lanyard("token", "Orders")
	if code != 0 {
		t.Fatal(errs)
	}
	fp := g.got()
	if code, _, errs := g.lanyard("probe", fp); code != exitUsage ||
		!strings.Contains(errs, "probe_headers.X-Api-Key of Orders@e: file ") {
		t.Errorf("without the file: %d %s", code, errs)
	}
	if err := os.WriteFile(filepath.Join(g.home, "key"), []byte("canary-4711-key\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, args := range [][]string{
		{"probe", fp, "--dry-run"}, {"probe", fp}, {"token", "Orders", "--fresh", "--dry-run"},
		{"revoke", fp, "--dry-run"},
		{"revoke", fp, "--kind", "access"}, {"apps", "--json"}, {"log"}, {"config", "check"},
		{"doctor"},
	} {
		_, out, errs := g.lanyard(args...)
		all += "$ " + strings.Join(args, " ") + "\n" + out + errs
	}
	if strings.Contains(all, "canary") {
		t.Errorf("a value is shown:\n%s", all)
	}
	for _, want := range []string{"X-Api-Key: •••", "X-Tenant: •••"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	want := []string{
		"GET /api  canary-4711-key true", "GET /api  canary-4711-key false",
		"POST /revoke acme-canary  false",
	}
	if got := strings.Join(sent, "\n"); !strings.HasPrefix(got, strings.Join(want, "\n")) {
		t.Errorf("sent\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// revokeAt sets the path of the environment's revoke_url.
func (g *gateway) revokeAt(path string) {
	g.t.Helper()
	text, err := os.ReadFile(g.config)
	if err == nil {
		before, after, _ := strings.Cut(string(text), "/token\"\n[[application]]")
		err = os.WriteFile(g.config, []byte(before+path+"\"\n[[application]]"+after), 0o600)
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

// Without a terminal and --yes, a probe_method that may change something is not repeated. One probe
// is sent.
func TestProbesThatAct(t *testing.T) {
	t.Parallel()
	n := 0
	g := newGateway(t, `probe_method = "POST"`,
		func(w http.ResponseWriter, r *http.Request, _ bool) {
			if r.URL.Path == "/revoke" {
				return
			}
			n++
			if r.Method != "POST" {
				t.Errorf("sent a %s", r.Method)
			}
			w.WriteHeader(401)
			_, _ = w.Write([]byte(`{"fault":{"code":900901,"message":"Invalid Credentials"}}`))
		})
	g.revokeAt("/revoke")
	fp := g.got()
	if code, _, errs := g.lanyard("probe", fp); code != exitRefused || n != 1 {
		t.Fatalf("one probe: %d, %d sent: %s", code, n, errs)
	}
	for _, args := range [][]string{{"probe", fp, "--until-dead"}, {"revoke", fp, "--wait-dead"}} {
		code, out, errs := g.lanyard(args...)
		if code != exitUsage || out != "" || n != 1 ||
			!strings.Contains(errs, "needs --yes here: each probe of Orders@e sends a POST") {
			t.Errorf("%v: %d, %d sent: %s%s", args, code, n, out, errs)
		}
	}
	if _, out, _ := g.lanyard("tokens", "--json"); !strings.Contains(out, `"revoke_at": null`) {
		t.Errorf("something was revoked: %s", out)
	}
	if code, out, errs := g.lanyard("probe", fp, "--until-dead", "--yes", "--every",
		"1ms"); code != 0 || n != 4 || !strings.Contains(out, "dead") {
		t.Errorf("--yes: %d, %d sent: %s%s", code, n, out, errs)
	}
	if code, _, errs := g.lanyard("probe", fp, "--yes"); code != exitUsage || n != 4 {
		t.Errorf("--yes alone: %d, %s", code, errs)
	}
}
