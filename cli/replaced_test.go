package cli_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestStoreGoesWhileAsking deletes the store while the server answers a process. The process must
// not report the token as got or stored.
func TestStoreGoesWhileAsking(t *testing.T) {
	t.Parallel()
	lanyard, err := exec.LookPath("lanyard") // as TestMain has put it on the path
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(path string) error{
		"deleted": os.Remove,
		"renamed over": func(path string) error {
			return errors.Join(os.WriteFile(path+".x", []byte("x"), 0o600),
				os.Rename(path+".x", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			srv := httptest.NewServer(
				http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if err := do(filepath.Join(dir, "state", "lanyard.db")); err != nil {
						t.Error(err)
					}
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprint(w, `{"access_token":"a-token-of-the-server","token_type":"Bearer",`+
						`"expires_in":3600}`)
				}))
			defer srv.Close()
			config := filepath.Join(dir, "config.toml")
			text := fmt.Sprintf(
				"[store]\nkey = \"file\"\n[[environment]]\nname = \"e\"\ntoken_url = %q\n"+
					"[[application]]\nname = \"Orders\"\nconsumer_key = \"key\"\n"+
					"consumer_secret = "+
					"\"known\"\n", srv.URL+"/token")
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), lanyard, "token", "Orders", "--json")
			cmd.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANYARD_CONFIG=" + config,
				"LANYARD_STATE=" + filepath.Join(dir, "state"),
				"NO_PROXY=*", "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + dir,
			}
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != 1 || len(out) != 0 {
				t.Errorf("ended with %v, printed %q", err, out)
			}
			if !strings.Contains(stderr.String(), `"code":"not_kept"`) ||
				!strings.Contains(stderr.String(), "while this lanyard had it open") {
				t.Errorf("stderr %s", stderr.String())
			}
		})
	}
}
