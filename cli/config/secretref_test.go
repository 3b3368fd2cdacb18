package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi/secret"
)

// TestSecretRefChild is not a test: it is the program that references run, because no other program
// is the same on every system. Its first argument after "--" selects its action.
func TestSecretRefChild(t *testing.T) {
	args := os.Args
	for len(args) > 0 && args[0] != "--" {
		args = args[1:]
	}
	if len(args) < 2 || os.Getenv("LANYARD_TEST_CHILD") == "" {
		return
	}
	switch args[1] {
	case "print":
		fmt.Print(strings.Join(args[2:], " "))
	case "fail":
		fmt.Print(canary)
		fmt.Fprint(os.Stderr, canary)
		os.Exit(3)
	case "flood":
		fmt.Print(strings.Repeat(canary, MaxSecret))
	case "stdin":
		n, err := os.Stdin.Read(make([]byte, 1))
		fmt.Print(n, " ", err)
	case "hang":
		select {}
	case "orphan": // leaves a child that holds the output
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecretRefChild$", "--", "hang")
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		if err := os.WriteFile(args[2], []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
			panic(err)
		}
		select {}
	}
	os.Exit(0)
}

// child returns a reference to a command that runs TestSecretRefChild.
func child(t *testing.T, args ...string) SecretRef {
	t.Helper()
	t.Setenv("LANYARD_TEST_CHILD", "1")
	// otherwise each child of a -race run ends a second late
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	return SecretRef{
		Command: append([]string{os.Args[0], "-test.run=^TestSecretRefChild$", "--"}, args...)}
}

func noEnv(string) (string, bool) { return "", false }

func TestSecretRefResolve(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) SecretRef {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return SecretRef{File: p}
	}
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"SET": canary, "EMPTY": ""}[name]
		return v, ok
	}
	named := func(r SecretRef) string { return "file " + strconv.Quote(r.File) }
	program := "command " + strconv.Quote(filepath.Base(os.Args[0]))
	missing := SecretRef{File: filepath.Join(dir, "missing")}
	big := file("big", strings.Repeat("x", MaxSecret+1))
	empty := file("empty", "\n")
	for _, tt := range []struct {
		name      string
		ref       SecretRef
		want, bad string
	}{
		{"literal", SecretRef{Literal: secret.New(canary + "\n")}, canary + "\n", ""},
		{"none", SecretRef{}, "", "none is configured"},
		{"env", SecretRef{Env: "SET"}, canary, ""},
		{"env not set", SecretRef{Env: "GONE"}, "", "environment variable GONE: is not set"},
		{"env empty", SecretRef{Env: "EMPTY"}, "", "environment variable EMPTY: is empty"},
		{"file", file("plain", canary), canary, ""},
		{"file with newline", file("nl", canary+"\n"), canary, ""},
		{"file with CRLF", file("crlf", canary+"\r\n"), canary, ""},
		{"file with two newlines and spaces", file("two", " "+canary+" \n\n"), " " + canary + " ",
			""},
		{"file missing", missing, "", named(missing) + ": no such file or directory"},
		{"file empty", empty, "", named(empty) + ": is empty"},
		{"file too large", big, "", named(big) + ": is larger than 64 KiB"},
		{"command", child(t, "print", canary+"\n"), canary, ""},
		{"command gets no shell", child(t, "print", "$HOME", "`id`", "*"), "$HOME `id` *", ""},
		{"command has no input", child(t, "stdin"), "0 EOF", ""},
		{"command empty", child(t, "print", "\n"), "", program + ": is empty"},
		{"command fails", child(t, "fail", canary), "", program + ": failed: exit status 3"},
		{"command floods", child(t, "flood"), "", program + ": printed more than 64 KiB"},
		{"command not there", SecretRef{Command: []string{"lanyard-no-such-program", canary}}, "",
			`command "lanyard-no-such-program": not found in PATH`},
		{"command not there by path",
			SecretRef{Command: []string{filepath.Join(dir, "nothing"), canary}}, "",
			`command "nothing": no such file or directory`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.ref.Resolve(t.Context(), env)
			if got.Reveal() != tt.want {
				t.Errorf("got %.99q, want %q", got.Reveal(), tt.want)
			}
			if msg := fmt.Sprint(err); tt.bad == "" && err != nil || tt.bad != "" && msg != tt.bad {
				t.Errorf("got error %v, want %s", err, tt.bad)
			} else if strings.Contains(msg, canary) {
				t.Error("the secret is in the error")
			}
			if s := fmt.Sprintf("%v %+v %#v %s %q %x", tt.ref, tt.ref, tt.ref, tt.ref, tt.ref,
				&tt.ref); strings.Contains(s, canary) {
				t.Errorf("the reference prints %s", s)
			}
		})
	}
}

func TestSecretRefEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	for name, ref := range map[string]SecretRef{
		"command":                child(t, "hang"),
		"command with offspring": child(t, "orphan", filepath.Join(dir, "pid")),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond,
				errors.New("enough"))
			defer cancel()
			begun := time.Now()
			_, err := ref.Resolve(ctx, noEnv)
			if err == nil || !strings.HasSuffix(err.Error(), ": enough") {
				t.Errorf("got %v", err)
			}
			if took := time.Since(begun); took > 2*time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestSecretRefVault(t *testing.T) {
	var asked atomic.Int64
	value := ""
	env := func(name string) (string, bool) {
		asked.Add(1)
		return value, value != ""
	}
	cfg := &Config{Secrets: map[SecretName]SecretRef{
		{"app_1", console.ConsumerSecret}: {Env: "ORDERS"}}}
	v := cfg.Vault(env)
	orders := console.Application{ID: "app_1", ConfigID: "app_1", Name: "Orders"}
	if asked.Load() != 0 {
		t.Error("resolved before the first use")
	}
	if _, err := v.Secret(t.Context(), orders, console.ConsumerSecret); err == nil ||
		err.Error() != "consumer secret of Orders: environment variable ORDERS: is not set" {
		t.Errorf("got %v", err)
	}
	value = canary // a failure must not be kept
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got, err := v.Secret(t.Context(), orders, console.ConsumerSecret); err != nil ||
				got.Reveal() != canary {
				t.Errorf("got %v", err)
			}
		})
	}
	wait.Wait()
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2: one failure, then once for all", n)
	}
	if _, err := v.Secret(t.Context(), orders, console.Password); !errors.Is(err, errNoSecret) ||
		err.Error() != "password of Orders: none is configured" {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := v.Secret(ended, orders, console.ConsumerSecret); err == nil &&
		got.Reveal() != canary {
		t.Errorf("got %v, %v", got, err)
	}
	if s := fmt.Sprintf("%v", v); strings.Contains(s, canary) {
		t.Error("the vault prints what it keeps")
	}
}
