//go:build unix

package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Repeated signals while a request is under way lose neither its answer nor the lease.
func TestSignalsInTheMiddleOfARequest(t *testing.T) {
	t.Parallel()
	arrived, answer := make(chan struct{}, 2), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-answer
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"access_token":"token-1","token_type":"Bearer","expires_in":3600}`)
	}))
	defer srv.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf(
		"[store]\nkey = \"file\"\n[[environment]]\nname = \"e\"\ntoken_url = %q\ntimeout = "+
			"\"120s\"\n"+
			"[[application]]\nname = \"Orders\"\nconsumer_key = \"key\"\nconsumer_secret = "+
			"\"known\"\n",
		srv.URL+"/token")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := func(more ...string) []string {
		return append(more, "--config", file, "--state", filepath.Join(dir, "state"))
	}
	cmd := lanyardIn(t, dir, args("token", "Orders")...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	for range 200 { // the kernel merges pending signals
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	close(answer)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 && code != 0 {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	list, err := lanyardIn(t, dir, args("tokens", "--json")...).Output()
	if err != nil || !strings.Contains(string(list), `"active"`) ||
		strings.Contains(string(list), "unsure") {
		t.Errorf("%v: %s", err, list)
	}
	// The next process does not wait for a lease of the ended one: its request is sent at once.
	if out, err := lanyardIn(t, dir,
		args("token", "Orders", "--fresh")...).CombinedOutput(); err != nil ||
		strings.Contains(string(out), "another lanyard") {
		t.Errorf("%v: %s", err, out)
	}
}
