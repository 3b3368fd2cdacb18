package store_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience limits the wait of a test for something that must happen. Only a failing test waits that
// long.
const patience = 2 * time.Minute

// die kills this process, as the system or a person would.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err := errors.Join(err, self.Kill()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {} // the rest must not happen
}

// tells is the fate of a child that prints each step instead of dying at one.
const tells = "tells"

// fated is the fate of a child that dies when it reaches a step for the nth time, counted from 1.
func fated(step string, nth int) string { return fmt.Sprintf("%s#%d", step, nth) }

// fate makes the hook of a child from STORE_TEST_FATE.
func fate() func(step string) {
	last, nth, _ := strings.Cut(os.Getenv("STORE_TEST_FATE"), "#")
	left, _ := strconv.Atoi(nth)
	return func(step string) {
		if last == tells {
			fmt.Println("at", step)
		}
		if step != last {
			return
		}
		if left--; left == 0 {
			die()
		}
	}
}

// victim is a process that is going to be killed.
type victim struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser

	mu    sync.Mutex
	more  sync.Cond
	lines int      // number of printed lines
	said  []string // its output without "ready" and without steps
	over  bool     // set when its output has ended
}

// strike starts a child with a fate and collects what it prints.
func strike(t *testing.T, dir, do, fate string) *victim {
	t.Helper()
	cmd := command(t, dir, do)
	cmd.Env = append(cmd.Env, "STORE_TEST_FATE="+fate)
	v := &victim{t: t, cmd: cmd}
	v.more.L = &v.mu
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.in = in
	out := begin(t, cmd)
	go func() {
		for out.Scan() {
			v.mu.Lock()
			v.lines++
			if line := out.Text(); line != "ready" && !strings.HasPrefix(line, "at ") {
				v.said = append(v.said, line)
			}
			v.more.Broadcast()
			v.mu.Unlock()
		}
		v.mu.Lock()
		v.over = true
		v.more.Broadcast()
		v.mu.Unlock()
	}()
	return v
}

// until waits for a state of the victim, or for its end.
func (v *victim) until(what string, done func() bool) {
	v.t.Helper()
	late := time.AfterFunc(patience, func() {
		v.t.Errorf("%s: waited %v for %s", v.cmd.Env[len(v.cmd.Env)-1], patience, what)
		_ = v.cmd.Process.Kill()
	})
	defer late.Stop()
	v.mu.Lock()
	defer v.mu.Unlock()
	for !v.over && !done() {
		v.more.Wait()
	}
}

// printed waits until the victim has printed n lines.
func (v *victim) printed(n int) { v.until("a line", func() bool { return v.lines >= n }) }

// did waits until the victim has done n things, which it must live to do.
func (v *victim) did(n int) {
	v.t.Helper()
	v.until("its work", func() bool { return len(v.said) >= n })
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.said) < n {
		v.t.Errorf("it ended after %d of %d", len(v.said), n)
	}
}

// ask lets a victim that writes on demand write n tokens. The victim may be dead by now.
func (v *victim) ask(n int) { _, _ = fmt.Fprintln(v.in, n) }

// killed waits for the end of the victim and reports whether it was killed.
func (v *victim) killed() bool {
	v.t.Helper()
	v.until("its end", func() bool { return false })
	_ = v.cmd.Wait()
	return v.cmd.ProcessState.ExitCode() < 0
}

// kill kills the victim and reports whether it was still alive.
func (v *victim) kill() bool {
	v.t.Helper()
	_ = v.cmd.Process.Kill()
	return v.killed()
}
