//go:build unix

package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"filippo.io/age"
)

// Open consoles report a restore once, show the restored store and continue with it.
func TestOpenConsolesFollowARestore(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"token-number-%d","token_type":"Bearer","expires_in":3600}`,
			asked.Add(1))
	}))
	defer srv.Close()
	dir := t.TempDir()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(
		"[store]\nkey = \"file\"\n[[environment]]\nname = \"e\"\ntoken_url = %q\nregime = "+
			"\"opaque\"\n", srv.URL+"/token")
	for _, name := range []string{"Orders", "Mobile"} {
		text += fmt.Sprintf(
			"[[application]]\nname = %q\nconsumer_key = %q\nconsumer_secret = \"known\"\n", name,
			name)
	}
	for name, text := range map[string]string{"config.toml": text, "identity": id.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"LANYARD_CONFIG=" + filepath.Join(dir, "config.toml"),
		"LANYARD_STATE=" + filepath.Join(dir, "state")}
	run := func(args ...string) string {
		t.Helper()
		cmd := lanyardIn(t, dir, args...)
		cmd.Env = append(cmd.Env, env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		return string(out)
	}
	run("token", "Orders")
	run("backup", filepath.Join(dir, "b.age"), "--recipient", id.Recipient().String())
	run("token", "Mobile")
	lines, screen := openWide(t, 200, dir, env, "--plain"), openWide(t, 200, dir, env)
	lines.see(`2 tokens: 2 active`)
	screen.see(`2 active`)
	run("restore", filepath.Join(dir, "b.age"), "--identity", filepath.Join(dir, "identity"),
		"--replace")
	lines.see(`note: the store was replaced by a restored backup; this console shows it now\.`)
	screen.see(`The store was replaced by a restored backup; this console shows it now`)
	screen.see(`1 active`)
	lines.press("get mobile\r")
	lines.see(`Mobile, token \d+ \([0-9a-f]{8}\): got, `)
	screen.see(`2 active`)
	for _, c := range []*console{lines, screen} {
		c.press("q")
		if c == lines {
			c.press("\r")
		}
		if code := c.wait(); code != 0 {
			t.Errorf("exit %d:\n%s", code, c.frame())
		}
	}
	if n := strings.Count(run("tokens"), "active"); n != 2 || asked.Load() != 3 {
		t.Errorf("%d tokens after %d requests", n, asked.Load())
	}
}
