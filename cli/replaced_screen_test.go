//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"
)

// A console whose store was deleted asks before it quits, and its instructions for restoring the
// store work.
func TestStoreDeletedUnderAConsole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plain  bool
		answer string
	}{"screen, written": {false, "y"}, "screen, not": {false, "n"},
		"screen, a signal": {false, "\x03"}, "lines, written": {true, "yes\r"},
		"lines, not": {true, "no\r"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, stop, err := serveSandbox()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(stop)
			dir := t.TempDir()
			file, state := filepath.Join(dir, "config.toml"), filepath.Join(dir, "state")
			if err := os.WriteFile(file, append(config, "\n[store]\nkey = \"file\"\n"...),
				0o600); err != nil {
				t.Fatal(err)
			}
			lanyard := func(args ...string) string {
				t.Helper()
				cmd := lanyardIn(t, dir,
					append([]string{"--config", file, "--state", state}, args...)...)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Errorf("%s: %v: %s", args, err, out)
				}
				return string(out)
			}
			lanyard("token", "Orders")
			args := []string{"--config", file, "--state", state}
			if c.plain {
				args = append(args, "--plain")
			}
			s := openWide(t, 400, dir, nil, args...)
			s.see(map[bool]string{false: `● Orders +[0-9a-f]{8}`, true: `ready\s*$`}[c.plain])
			for _, f := range []string{"lanyard.db", "lanyard.db-wal", "lanyard.db-shm"} {
				if err := os.Remove(filepath.Join(state, f)); err != nil {
					t.Fatal(err)
				}
			}
			written := c.answer[0] == 'y'
			if c.plain {
				s.press("quit\r")
				s.see(`Write out what this lanyard holds`)
			} else {
				s.press("r") // notices and says so
				s.see(`store gone: nothing can be stored`)
				s.press("q")
				s.see(`Write out what this console holds before it ends\?`)
			}
			s.press(c.answer)
			s.see(map[bool]string{false: `was not written out, and ended with it`,
				true: `what the console held was written to`}[written])
			s.wait()
			if !written {
				return
			}
			place := regexp.MustCompile(`written to (\S+);`).FindStringSubmatch(
				strings.Join(strings.Fields(s.frame()), " "))
			if place == nil {
				t.Fatal(s.frame())
			}
			// The backup is for an identity, because a passphrase would take seconds.
			id, err := age.GenerateX25519Identity()
			if err != nil {
				t.Fatal(err)
			}
			backup, identity := filepath.Join(dir, "back.lanyard"), filepath.Join(dir, "identity")
			if err := os.WriteFile(identity, []byte(id.String()+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			lanyard("--state", place[1], "backup", backup, "--recipient", id.Recipient().String())
			lanyard("restore", backup, "--replace", "--identity", identity)
			if out := lanyard("tokens"); !strings.Contains(out, "active") {
				t.Error(out)
			}
		})
	}
}

// A store that was copied over the file of an open console is reported as another store, not as
// altered tokens.
func TestStoreWrittenOverUnderAConsole(t *testing.T) {
	t.Parallel()
	config, stop, err := serveSandbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	dir := t.TempDir()
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, append(config, "\n[store]\nkey = \"file\"\n"...),
		0o600); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"here", "there"} {
		if out, err := lanyardIn(t, dir, "token", "Orders", "--config", file, "--state",
			filepath.Join(dir, state)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	s := openWide(t, 400, dir, nil, "--config", file, "--state", filepath.Join(dir, "here"))
	s.see(`● Orders +[0-9a-f]{8}`)
	data, err := os.ReadFile(filepath.Join(dir, "there", "lanyard.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "here", "lanyard.db"), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.press("r")
	s.see(`written over by another (store|program)`)
	s.press("q")
	s.see(`Write out what this console holds before it ends\?`)
	s.press("n")
	s.see(`was not written out, and ended with it`)
	s.wait()
	if shown := string(s.since(0)); strings.Contains(shown, "altered") ||
		strings.Contains(shown, "not opened") {
		t.Errorf("it says so:\n%s", vtText([]byte(shown)))
	}
}
