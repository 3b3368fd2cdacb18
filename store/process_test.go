package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// TestMain lets the test binary be another lanyard: with STORE_TEST_DO it works on STORE_TEST_DIR.
func TestMain(m *testing.M) {
	do := os.Getenv("STORE_TEST_DO")
	if do == "" {
		os.Exit(m.Run())
	}
	if err := child(do, os.Getenv("STORE_TEST_DIR")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(do, dir string) error {
	ctx := context.Background()
	if part, ok := roles()[strings.Fields(do)[0]]; ok {
		return part(ctx, dir, strings.Fields(do)[1:])
	}
	s, err := store.Open(ctx, dir, patient(store.Options{}))
	if err != nil {
		return err
	}
	name, count, _ := strings.Cut(do, " ")
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	for i := range n {
		err := s.Update(ctx,
			func(w console.Writer) error { return putNext(w, name, i, func(string) {}) })
		if err != nil {
			return err
		}
		fmt.Println(name, i)
	}
	return s.Close()
}

// putNext stores token i of a child and counts it.
func putNext(w console.Writer, name string, i int, at func(step string)) error {
	v, err := w.Setting("count")
	if err != nil {
		return err
	}
	count, _ := strconv.Atoi(v)
	id := fmt.Sprint(name, "-", i)
	err = errors.Join(
		w.SetSetting("count", strconv.Itoa(count+1)),
		w.PutToken(&console.Token{ID: id, Fingerprint: strings.Repeat("f", 500)}))
	at("half written")
	return errors.Join(err,
		w.PutSecrets(id, console.Secrets{Access: secret.New("secret of " + id)}))
}

// command makes the command of a child that has not started.
func command(t *testing.T, dir, do string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "STORE_TEST_DO="+do, "STORE_TEST_DIR="+dir,
		"GORACE="+os.Getenv("GORACE")+" atexit_sleep_ms=0") // a second by default
	if os.Getenv("GOCOVERDIR") == "" { // a child that counts what it covers would warn
		cmd.Env = append(cmd.Env, "GOCOVERDIR="+t.TempDir())
	}
	cmd.Stderr = t.Output()
	return cmd
}

// begin starts a command and returns its output.
func begin(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(out)
}

func start(t *testing.T, dir, do string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := command(t, dir, do)
	return cmd, begin(t, cmd)
}

func TestProcessesLoseNothing(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 25
	dir := t.TempDir()
	type proc struct {
		cmd *exec.Cmd
		out *bufio.Scanner
	}
	var all []proc // on a fresh directory: they also race for the first start
	for i := range writers {
		cmd, out := start(t, dir, fmt.Sprintf("w%d %d", i, each))
		all = append(all, proc{cmd, out})
	}
	for _, p := range all {
		for p.out.Scan() {
		}
		if err := p.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	view(t, open(t, dir), func(r console.Reader) error {
		v, err := r.Setting("count")
		if v != strconv.Itoa(writers*each) {
			t.Errorf("counted %q", v)
		}
		ts, err1 := r.Tokens()
		if len(ts) != writers*each {
			t.Errorf("%d tokens", len(ts))
		}
		revs := map[int64]bool{}
		for _, x := range ts {
			revs[x.Rev] = true
			if got, err := r.Secrets(x.ID); err != nil ||
				!got.Access.Equal(secret.New("secret of "+x.ID)) {
				t.Error(x.ID, err)
			}
		}
		if len(revs) != len(ts) {
			t.Error("two tokens with one revision")
		}
		return errors.Join(err, err1)
	})
}

func TestAnotherProcessIsSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	c := s.Changes(t.Context())
	cmd, out := start(t, dir, "w 1")
	told(t, c) // only the token can cause it: the child writes nothing when it opens
	view(t, s, func(r console.Reader) error {
		_, err := r.Token("w-0")
		return err
	})
	for out.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	done := map[string]bool{}
	for round := range 4 {
		cmd, out := start(t, dir, fmt.Sprintf("r%d 100000", round))
		for range 5 + round {
			if !out.Scan() {
				t.Fatal("it ended by itself")
			}
			done[strings.Replace(out.Text(), " ", "-", 1)] = true
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() { // the rest of its output
			done[strings.Replace(out.Text(), " ", "-", 1)] = true
		}
		_ = cmd.Wait()
		s := open(t, dir)
		if v, err := s.Text("PRAGMA integrity_check"); err != nil || v != "ok" {
			t.Fatal(v, err)
		}
		view(t, s, func(r console.Reader) error {
			for id := range done {
				if got, err := r.Secrets(id); err != nil ||
					!got.Access.Equal(secret.New("secret of "+id)) {
					t.Errorf("%s was committed and is gone: %v", id, err)
				}
			}
			ts, err := r.Tokens()
			v, err1 := r.Setting("count")
			if v != strconv.Itoa(len(ts)) {
				t.Errorf("half a transaction: %s of %d", v, len(ts))
			}
			return errors.Join(err, err1)
		})
	}
}
