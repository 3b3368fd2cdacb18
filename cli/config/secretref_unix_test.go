//go:build unix

package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSecretRefCommandHasNoTerminal asks a shell for the terminal of its session: it has none.
func TestSecretRefCommandHasNoTerminal(t *testing.T) {
	ref := SecretRef{
		Command: []string{"sh", "-c",
			`(: </dev/tty) 2>/dev/null && echo terminal || echo none; ps -o sid= -p $$; echo $$`}}
	got, err := ref.raw(t.Context(), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(got)
	if words[0] != "none" {
		t.Error("it can open the terminal")
	}
	if len(words) == 3 && words[1] != words[2] { // some systems have no ps
		t.Errorf("it shares session %s, its process is %s", words[1], words[2])
	}
}

// TestSecretRefOffspringEnds checks that child processes of a command are gone after its time
// limit.
func TestSecretRefOffspringEnds(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	if err := syscall.Mkfifo(pidFile, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	wrote := make(chan string, 1)
	go func() {
		b, _ := os.ReadFile(pidFile) // a pipe: waits for the process ID of the child
		wrote <- string(b)
		cancel(errors.New("enough"))
	}()
	_, err := child(t, "orphan", pidFile).Resolve(ctx, noEnv)
	if err == nil || !strings.HasSuffix(err.Error(), ": enough") {
		t.Fatalf("got %v", err)
	}
	number := <-wrote
	pid, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	gone := func() bool {
		if syscall.Kill(pid, 0) != nil {
			return true
		}
		stat, _ := os.ReadFile("/proc/" + number + "/stat")
		return strings.Contains(string(stat), ") Z ") // wait until init has reaped it
	}
	for end := time.Now().Add(2 * time.Minute); !gone(); runtime.Gosched() {
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("what the command started is still running")
		}
	}
}

// TestSecretRefPipe reads a pipe without a writer.
func TestSecretRefPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if _, err := (SecretRef{File: pipe}).Resolve(ctx, noEnv); err == nil ||
		!strings.HasSuffix(err.Error(), ": enough") {
		t.Errorf("got %v", err)
	}
	f, err := os.OpenFile(pipe, os.O_RDWR, 0) // releases the reader
	if err == nil {
		f.Close()
	}
}
