package integration

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// safe runs lanyard beside a keyring, with a state and a bus of its own. Its dbus-launch only
// records the call.
type safe struct {
	t              *testing.T
	folder, config string
}

// newSafe builds lanyard, and serves a sandbox for its tokens.
func newSafe(t *testing.T) *safe {
	t.Helper()
	requireTools(t, "bash", "dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon")
	folder, err := os.MkdirTemp("", "ring") // a short path: it holds sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	s := &safe{t: t, folder: folder, config: filepath.Join(folder, "config.toml")}
	bin := filepath.Join(folder, "bin")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "lanyard"),
		"lanyard").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	witness := "#!/bin/sh\ntouch " + filepath.Join(folder, "launched") + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(witness), 0o700); err != nil {
		t.Fatal(err)
	}
	sandbox := exec.CommandContext(t.Context(), filepath.Join(bin, "lanyard"), "sandbox", "--addr",
		"127.0.0.1:0")
	sandbox.Env = []string{"HOME=" + folder}
	out, err := os.Create(s.config)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	sandbox.Stdout = out
	if err := sandbox.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sandbox.Process.Kill(); sandbox.Wait() })
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if b, err := os.ReadFile(s.config); err == nil &&
			bytes.Contains(b, []byte("[[application]]")) && bytes.HasSuffix(b, []byte("\n")) {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatal("the sandbox does not start")
		}
	}
}

// run runs a bash script beside a keyring. The script can call lanyard.
func (s *safe) run(mode, script string) result {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "keyring/with-keyring.sh", mode, s.folder, "bash", "-c",
		script)
	cmd.Env = []string{
		"PATH=" + filepath.Join(s.folder, "bin") + ":" + os.Getenv("PATH") +
			":/usr/bin:/bin:/usr/sbin",
		"LANYARD_STATE=" + filepath.Join(s.folder, "state"), "LANYARD_CONFIG=" + s.config,
		"NO_PROXY=*"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		s.t.Fatalf("%s: %v\n%s%s", mode, err, out.String(), errs.String())
	}
	if _, err := os.Stat(filepath.Join(s.folder, "launched")); err == nil {
		s.t.Errorf("%s: a session bus was started, and left running", mode)
	}
	return result{out: out.String(), err: errs.String(), code: cmd.ProcessState.ExitCode()}
}

func (s *safe) keyFile() bool {
	_, err := os.Stat(filepath.Join(s.folder, "state", "lanyard.key"))
	return err == nil
}

// The life of a key in a real keyring.
func TestKeyringKeepsTheKey(t *testing.T) {
	t.Parallel()
	s := newSafe(t)
	r := s.run("unlocked", `set -e
		lanyard token Orders > "$HOME/first"
		lanyard token Orders > "$HOME/second"; cmp "$HOME/first" "$HOME/second"
		lanyard key rotate; lanyard token Orders | cmp - "$HOME/first"
		lanyard key status
		lanyard key set file; test -e "$LANYARD_STATE/lanyard.key"
		lanyard token Orders | cmp - "$HOME/first"
		lanyard key set keyring; lanyard token Orders | cmp - "$HOME/first"
		`)
	if r.code != 0 || strings.Contains(r.err, "key file") ||
		!strings.Contains(r.out, "key    system keyring (keyring)") {
		t.Fatalf("%d\n%s%s", r.code, r.out, r.err)
	}
	if s.keyFile() {
		t.Error("there is a key file too")
	}
	// The same keyring without access to the key: lists work, and no new key is made.
	for _, mode := range []string{"locked", "no-daemon", "no-bus"} {
		r := s.run(mode, `lanyard tokens && lanyard key status && lanyard token Orders`)
		if r.code != 6 || !strings.Contains(r.out, "Orders") ||
			!strings.Contains(r.err, "system keyring does not give its key") {
			t.Errorf("%s: exit %d\n%s%s", mode, r.code, r.out, r.err)
		}
		if s.keyFile() {
			t.Errorf("%s: a key file was made", mode)
		}
	}
	if r := s.run("unlocked", `lanyard token Orders | cmp - "$HOME/first"`); r.code != 0 {
		t.Errorf("%d\n%s%s", r.code, r.out, r.err)
	}
}

// If no keyring answers, a new store gets a key file, and lanyard says so.
func TestKeyringThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for mode, why := range map[string]string{"locked": "the system keyring cannot be used",
		"no-daemon": "no program on the session bus", "no-bus": "there is no session bus"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newSafe(t)
			r := s.run(mode, `lanyard token Orders && lanyard key set keyring`)
			if r.code != 6 || strings.Count(r.err, "sealed with the key file") != 1 ||
				!strings.Contains(r.err, why) ||
				!strings.Contains(r.err, "nothing was changed") || !s.keyFile() {
				t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
			}
			t.Log(strings.TrimSpace(r.err))
		})
	}
}

// A real keyring remembers the key of a store, of any kind, and refuses another store. Without a
// terminal nothing is accepted, and lanyard does not ask a locked keyring to open.
func TestKeyringRemembersTheKey(t *testing.T) {
	t.Parallel()
	s := newSafe(t)
	r := s.run("unlocked", `set -e
		lanyard token Orders > "$HOME/first"
		lanyard key set file
		lanyard key status
		(unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR
		LANYARD_STATE="$HOME/theirs" lanyard token Orders > "$HOME/theirs-token")
		cp -r "$LANYARD_STATE" "$HOME/ours"
		`)
	if r.code != 0 || !strings.Contains(r.out, "which the system keyring remembers") {
		t.Fatalf("%d\n%s%s", r.code, r.out, r.err)
	}
	r = s.run("unlocked", `
		rm -r "$LANYARD_STATE"; cp -r "$HOME/theirs" "$LANYARD_STATE"
		lanyard tokens || exit 40
		lanyard key accept && exit 41
		lanyard key status || exit 42
		lanyard token Orders; code=$?
		rm -r "$LANYARD_STATE"; cp -r "$HOME/ours" "$LANYARD_STATE"
		lanyard token Orders | cmp - "$HOME/first" || exit 43
		exit $code`)
	if r.code != 6 || !strings.Contains(r.err, "not the one that the system keyring remembers") ||
		!strings.Contains(r.err, "no terminal to ask at") ||
		!strings.Contains(r.out, "remembers another one") {
		t.Errorf("%d\n%s%s", r.code, r.out, r.err)
	}
	for mode, want := range map[string]string{"locked": "does not answer (it is locked)",
		"no-daemon": "remembered nowhere else", "no-bus": "remembered nowhere else"} {
		r := s.run(mode, `lanyard token Orders | cmp - "$HOME/first" && lanyard key status`)
		if r.code != 0 || !strings.Contains(r.out, want) ||
			strings.Contains(r.err, "does not answer") != (mode == "locked") {
			t.Errorf("%s: %d\n%s%s", mode, r.code, r.out, r.err)
		}
	}
}
