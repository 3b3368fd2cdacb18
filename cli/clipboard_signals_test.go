//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// fakeClipboard installs a fake xclip that keeps the text in a file.
func fakeClipboard(t *testing.T, dir string) (file string, env []string) {
	t.Helper()
	file, bin := filepath.Join(dir, "clipboard"), filepath.Join(dir, "bin")
	script := "#!/bin/sh\ncase $1 in -out) cat " + file + ";; *) cat >" + file + ".new && mv " +
		file + ".new " + file + ";; esac\n"
	config := filepath.Join(dir, ".config", "lanyard")
	for _, d := range []string{bin, config} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{filepath.Join(bin, "xclip"): script,
		filepath.Join(config, "config.toml"): "[clipboard]\nvia = \"system\"\n"} {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return file, []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "WAYLAND_DISPLAY=", "DISPLAY=:0"}
}

func contents(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// copied gets a token in the demo and copies it.
func (c *console) copied(lines bool) {
	c.t.Helper()
	if lines {
		c.see(`ready`)
		c.press("get A1\r")
		c.see(`: got, `)
		c.press("copy 1\r")
	} else {
		c.see(`g gets one`) // the applications have been read
		c.get("ord")
		c.press("y")
	}
	c.see(`(?i)copied [0-9a-f]{8}`)
}

// No signal that ends a console leaves its copied token in the clipboard.
func TestSignalsClearTheClipboard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"hangup": {syscall.SIGHUP, 130}, "terminate": {syscall.SIGTERM, 130},
		"quit": {syscall.SIGQUIT, 2}} {
		for _, lines := range []bool{false, true} {
			args, name := []string{"demo", "--empty"}, name+" of the screen"
			if lines {
				args, name = append(args, "--plain"), strings.Replace(name, "screen", "lines", 1)
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				file, env := fakeClipboard(t, dir)
				s := openConsoleWith(t, dir, env, args...)
				s.copied(lines)
				if contents(t, file) == "" {
					t.Fatal("nothing was copied")
				}
				if err := s.cmd.Process.Signal(c.signal); err != nil {
					t.Fatal(err)
				}
				if code := s.wait(); code != c.code {
					t.Errorf("exit %d, want %d", code, c.code)
				}
				if contents(t, file) != "" {
					t.Error("the clipboard holds the token")
				}
				if c.signal != syscall.SIGQUIT && s.alternate() {
					t.Error("the terminal is not restored")
				}
				if dump := strings.Contains(string(s.since(0)),
					"SIGQUIT: quit"); dump != (c.signal == syscall.SIGQUIT) {
					t.Errorf("the stacks are told: %t", dump)
				}
			})
		}
	}
}

// A stopped console cannot clear the clipboard later, so it clears it before it stops.
func TestStoppingClearsTheClipboard(t *testing.T) {
	t.Parallel()
	for _, lines := range []bool{false, true} {
		for _, key := range []bool{true, false} {
			name := map[bool]string{true: "lines", false: "screen"}[lines] +
				map[bool]string{true: ", key", false: ", signal"}[key]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				file, env := fakeClipboard(t, dir)
				s := openShell(t, dir, env...)
				args := "lanyard demo --empty\r"
				if lines {
					args = "lanyard demo --empty --plain\r"
				}
				s.press(args)
				s.copied(lines)
				if key {
					s.press("\x1a")
				} else if err := syscall.Kill(foreground(t, s.tty), syscall.SIGTSTP); err != nil {
					t.Fatal(err)
				}
				s.see(`ready>\s*$`)
				if contents(t, file) != "" {
					t.Error("the clipboard holds the token")
				}
				if s.alternate() {
					t.Error("the terminal is not the shell's")
				}
				s.press("fg\r")
				if lines {
					s.press("tokens\r")
					s.see(`The clipboard was cleared(.|\n)*active`)
					s.press("copy 1\r")
					s.see(`(copied(.|\n)*){2}`)
				} else {
					s.see(`The clipboard was cleared`)
					s.press("y")
					s.see(`Copied [0-9a-f]{8}`)
				}
				if contents(t, file) == "" {
					t.Error("brought back, it does not copy")
				}
				s.press("\x1a") // a second time
				s.see(`ready>\s*$`)
				if contents(t, file) != "" {
					t.Error("stopped again, the clipboard holds the token")
				}
				s.press("fg\r")
				if lines {
					s.press("quit\r")
				} else {
					s.see(`The clipboard was cleared`)
					s.press("q")
				}
				s.see(`ready>\s*$`)
				s.press("exit\r")
				if code := s.wait(); code != 0 {
					t.Errorf("exit %d", code)
				}
			})
		}
	}
}

// foreground returns the process group that has the terminal.
func foreground(t *testing.T, tty *os.File) int {
	t.Helper()
	pgrp, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	if err != nil {
		t.Fatal(err)
	}
	return -pgrp
}
