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
	"testing"
)

// The key is not changed between a request and the storing of its answer: the process that waits
// for the answer could not seal it.
func TestKeyChangeWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("lanyard") // as TestMain has put it on the path
	if err != nil {
		t.Fatal(err)
	}
	arrived, answer := make(chan struct{}), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-answer
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"the-token","token_type":"Bearer","expires_in":600}`)
	}))
	defer srv.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf(
		"[store]\nkey = \"env\"\n[[environment]]\nname = \"e\"\ntoken_url = %q\ntimeout = "+
			"\"120s\"\nregime = \"opaque\"\n"+
			"[[application]]\nname = \"Orders\"\nconsumer_key = \"key\"\nconsumer_secret = "+
			"\"known\"\n",
		srv.URL+"/token")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lanyard := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANYARD_CONFIG=" + config,
			"LANYARD_STATE=" + filepath.Join(dir, "state"),
			"NO_PROXY=*", "LANYARD_KEY=sixteen characters", "GORACE=atexit_sleep_ms=0",
		}
		return cmd
	}
	var out, errs bytes.Buffer
	token := lanyard("token", "Orders")
	token.Stdout, token.Stderr = &out, &errs
	if err := token.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	change := lanyard("key", "set", "passphrase", "--secret-stdin")
	change.Stdin = strings.NewReader("a passphrase unknown to the other\n")
	stderr, err := change.StderrPipe()
	if err == nil {
		err = change.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	waits := false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if strings.Contains(lines.Text(), "waits for an answer") {
			waits = true
			close(answer)
		}
	}
	if !waits {
		t.Error("it did not wait")
		close(answer)
	}
	if err := change.Wait(); err != nil {
		t.Error("the change:", err)
	}
	// The answer is stored under the old key and sealed again. Printing comes later and may find
	// the store locked.
	_ = token.Wait()
	list, err := lanyard("tokens").CombinedOutput()
	if err != nil || !strings.Contains(string(list), "active") {
		t.Errorf("%v: %s; token said %q %s", err, list, out.String(), errs.String())
	}
	if strings.Contains(errs.String(), "lost") {
		t.Error(errs.String())
	}
}
