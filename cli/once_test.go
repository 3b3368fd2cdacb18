package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestManyAskOnce starts ten processes that request a token at once, or fifty with LANYARD_FULL.
// The server gets one request, and all processes print its answer. The server answers only when all
// others have printed that they wait, so every process has begun before.
func TestManyAskOnce(t *testing.T) {
	t.Parallel()
	many := 10
	if full() {
		many = 50
	}
	lanyard, err := exec.LookPath("lanyard") // as TestMain has put it on the path
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		flags   []string
		grant   string
		same    bool // the server returns the same token, with less life left than wanted
		refresh bool // the stored token has a refresh token
		held    bool // a token is stored before
	}{
		"first":                 {},
		"fresh":                 {flags: []string{"--fresh"}, held: true},
		"the same, short-lived": {flags: []string{"--min-left", "1h"}, same: true, held: true},
		"by a refresh": {flags: []string{"--min-left", "1h"}, grant: "password",
			held: true, refresh: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var posts, refreshes atomic.Int32
			everybody := make(chan struct{})
			var holding atomic.Bool
			srv := httptest.NewServer(
				http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					n := posts.Add(1)
					if r.FormValue("grant_type") == "refresh_token" {
						refreshes.Add(1)
					}
					if holding.Load() {
						<-everybody
					}
					w.Header().Set("Content-Type", "application/json")
					token := fmt.Sprintf("token-%d", n)
					if c.same {
						token = "the-same-token"
					}
					more := ""
					if c.refresh {
						more = fmt.Sprintf(`,"refresh_token":"refresh-%d"`, n)
					}
					fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600%s}`,
						token, more)
				}))
			defer srv.Close()
			dir := t.TempDir()
			config := filepath.Join(dir, "config.toml")
			text := fmt.Sprintf(
				"[store]\nkey = \"file\"\n[[environment]]\nname = \"e\"\ntoken_url = "+
					"%q\ntimeout = \"120s\"\nregime = \"opaque\"\n"+
					"[[application]]\nname = \"Orders\"\nconsumer_key = \"key\"\n"+
					"consumer_secret = "+
					"\"known\"\n", srv.URL+"/token")
			if c.grant != "" {
				text += "grant = \"password\"\nusername = \"ana\"\npassword = \"known\"\n"
			}
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			ask := func(flags ...string) *exec.Cmd {
				cmd := exec.CommandContext(t.Context(), lanyard,
					append([]string{"token", "Orders"}, flags...)...)
				cmd.Env = []string{
					"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANYARD_CONFIG=" + config,
					"LANYARD_STATE=" + filepath.Join(dir, "state"),
					"NO_PROXY=*", "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + dir,
				}
				return cmd
			}
			if c.held {
				if stderr, err := ask().CombinedOutput(); err != nil {
					t.Fatal(err, string(stderr))
				}
			}
			holding.Store(true)
			before := posts.Load()
			var all, waiting sync.WaitGroup
			waiting.Add(many - 1)
			var waiters atomic.Int32
			out := make([]bytes.Buffer, many)
			for i := range many {
				cmd := ask(c.flags...)
				cmd.Stdout = &out[i]
				stderr, err := cmd.StderrPipe()
				if err == nil {
					err = cmd.Start()
				}
				if err != nil {
					t.Fatal(err)
				}
				all.Go(func() {
					for lines := bufio.NewScanner(stderr); lines.Scan(); {
						switch text := lines.Text(); {
						case strings.Contains(text, "another lanyard is asking"):
							if waiters.Add(1) < int32(many) {
								waiting.Done()
							}
						case !strings.Contains(text, "the same token again"):
							t.Errorf("process %d says %s", i, text)
						}
					}
					if err := cmd.Wait(); err != nil {
						t.Errorf("process %d: %v", i, err)
					}
				})
			}
			waiting.Wait()
			close(everybody)
			all.Wait()
			if n := posts.Load() - before; n != 1 || c.refresh != (refreshes.Load() == 1) {
				t.Errorf("%d requests, %d of them refreshes", n, refreshes.Load())
			}
			for i := range out {
				if out[i].String() != out[0].String() ||
					!strings.Contains(out[i].String(), "token") {
					t.Errorf("process %d prints %q, the first %q", i, out[i].String(),
						out[0].String())
				}
			}
		})
	}
}
