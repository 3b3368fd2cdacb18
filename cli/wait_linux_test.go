package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The first SIGTERM ends lanyard while it waits for a pipe that has a writer and no text. This
// holds for every option that reads a pipe.
func TestTermWhileReading(t *testing.T) {
	t.Parallel()
	const env = "[[environment]]\nname = \"x\"\ntoken_url = \"https://127.0.0.1:1/token\"\n"
	const app = "[[application]]\nname = \"A\"\nenvironment = \"x\"\nconsumer_key = " +
		"\"k\"\nconsumer_secret = "
	for _, c := range []struct {
		what, config string
		args         []string
	}{
		{"configuration", "", []string{"apps", "--config", "PIPE"}},
		{"configuration of a completion", "",
			[]string{"__complete", "token", "--config", "PIPE", ""}},
		{"secret", env + app + "{ file = \"PIPE\" }\n", []string{"token", "A"}},
		{"ca_file", env + "ca_file = \"PIPE\"\n" + app + "\"x\"\n", []string{"token", "A"}},
		{"doctor", env + "ca_file = \"PIPE\"\n" + app + "\"x\"\n", []string{"doctor", "--offline"}},
		{"recipients", env, []string{"backup", "out", "--recipients-file", "PIPE"}},
		{"standard input", env, []string{"inspect", "-"}},
		{"backup", env, []string{"restore", "-"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			pipe := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			config := filepath.Join(dir, "config.toml")
			if err := os.WriteFile(config, []byte(strings.ReplaceAll(c.config, "PIPE", pipe)),
				0o600); err != nil {
				t.Fatal(err)
			}
			args := strings.Split(strings.ReplaceAll(strings.Join(c.args, "\n"), "PIPE", pipe),
				"\n")
			cmd := lanyardIn(t, dir, args...)
			cmd.Dir = dir
			cmd.Env = append(cmd.Env, "LANYARD_CONFIG="+config,
				"LANYARD_STATE="+filepath.Join(dir, "state"))
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			var stdin *os.File
			if c.what == "standard input" || c.what == "backup" {
				near, far, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _, _ = near.Close(), far.Close() }()
				if _, err := far.WriteString("x"); err != nil {
					t.Fatal(err)
				}
				cmd.Stdin, stdin = near, near
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			for stdin != nil { // until lanyard has read the pipe
				if n, err := unix.IoctlGetInt(int(stdin.Fd()), unix.TIOCINQ); err != nil || n == 0 {
					break
				}
				runtime.Gosched()
			}
			if stdin == nil {
				opened := make(chan *os.File, 1)
				go func() { // opens when lanyard has opened it for reading
					f, _ := os.OpenFile(pipe, os.O_WRONLY, 0)
					opened <- f
				}()
				select {
				case writer := <-opened:
					defer func() { _ = writer.Close() }()
				case err := <-ended:
					t.Fatalf("it ended before: %v %s", err, stderr.String())
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			select {
			case <-ended:
			case <-time.After(patience):
				_ = cmd.Process.Kill()
				<-ended
				t.Fatalf("it does not end: %s", stderr.String())
			}
			if code := cmd.ProcessState.ExitCode(); code != 130 && c.args[0] != "__complete" {
				t.Errorf("exit %d: %s", code, stderr.String())
			}
		})
	}
}
