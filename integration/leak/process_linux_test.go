package leak

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lanyard/tokenapi/secret"
)

// sweepProcesses sweeps what other processes can see: the arguments and the environment of
// processes, those of the programs that they start, and their remains after a crash.
func sweepProcesses(t *testing.T, y *tally) {
	reached := make(chan struct{}, 16)
	bad := echoServer()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			reached <- struct{}{}
		}
		bad.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections)
	t.Run("children", func(t *testing.T) { t.Parallel(); sweepChildren(t, y, srv.URL) })
	t.Run("crashes", func(t *testing.T) { t.Parallel(); sweepCrashes(t, y, srv.URL, reached) })
}

// sweepChildren starts every kind of program that Lanyard starts: commands that fetch secrets,
// clipboards, a browser.
func sweepChildren(t *testing.T, y *tally, server string) {
	p := newPlace(t, y, server)
	seen, bin := t.TempDir(), t.TempDir() // outside of the swept files
	secretFile := filepath.Join(bin, "secret.txt")
	if err := os.WriteFile(secretFile, []byte(secretCanary.text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range recorders() {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	base := append(p.env[:len(p.env):len(p.env)], recordTo+"="+seen,
		"PATH="+bin+":"+os.Getenv("PATH"), "DISPLAY=:0", "WAYLAND_DISPLAY=", "BROWSER=",
		"SSH_TTY=", "SSH_CONNECTION=", "TMUX=", "LANYARD_KEY="+slotCanary.text,
		"LANYARD_TOKEN="+leakedCanary.text, "C4N_SECRET="+otherCanary.text,
		"C4N_PASSWORD="+passwordCanary.text)
	config := func(clipboard string) string {
		app := func(name, grant, more string) string {
			return fmt.Sprintf(
				"\n[[application]]\nname = %q\nconsumer_key = \"key-of-%s\"\ngrant = "+
					"%q\nprobe_url = %q\n%s", name, name, grant, server+"/api", more)
		}
		return "undo_window = \"0s\"\n" + clipboard + environment(server, "/token") +
			app("Called", "client_credentials",
				fmt.Sprintf("consumer_secret = { command = [%q, %q, %q] }\n", self, recording,
					secretFile)) +
			app("Named", "password",
				"consumer_secret = { env = \"C4N_SECRET\" }\nusername = \"ana\"\npassword = { "+
					"env = \"C4N_PASSWORD\" }\n") +
			app("Browsed", "authorization_code", "consumer_secret = { env = \"C4N_SECRET\" }\n")
	}
	p.env = base
	p.write(config("[clipboard]\nvia = \"off\"\n"))
	for _, name := range []string{"Called", "Named", "Browsed"} {
		stdout, stderr, code := p.run("token", name)
		if code != 0 || !strings.Contains(stdout, accessCanary.text) {
			t.Fatalf("token %s: exit %d, %s", name, code, stderr)
		}
		p.sweep("commands", "stderr of token "+name, stderr)
	}
	for _, c := range []struct{ config, env, started string }{
		{fmt.Sprintf("[clipboard]\nvia = \"command\"\ncommand = [%q, %q]\n", self, recording), "",
			filepath.Base(self)},
		{"[clipboard]\nvia = \"auto\"\n", "TMUX=/tmp/tmux,1,0", "tmux"},
		{"[clipboard]\nvia = \"system\"\n", "", "xclip"},
	} {
		p.write(config(c.config))
		p.env = base
		if c.env != "" {
			p.env = append(base[:len(base):len(base)], c.env)
		}
		before := len(startedAs(t, seen, c.started))
		s := p.open(100, 30)
		s.await("Named") // the list has been read
		s.press("1")
		s.press("j")
		s.press("2")
		s.await(secret.New(accessCanary.text).Fingerprint())
		s.press("y")
		s.until(func() bool { return strings.Contains(s.text(), "Copied") }, "copied")
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		p.sweep("argv", "the console's own argv", string(line))
		s.press("q")
		s.end()
		s.sweep(p, "the terminal with "+c.started)
		if len(startedAs(t, seen, c.started)) == before {
			t.Errorf("%s was not started", c.started)
		}
	}
	p.sweepFiles("files")
	all, err := filepath.Glob(filepath.Join(seen, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		argv, environ, ok := strings.Cut(string(b), "\nenvironment:\n")
		if !ok || !strings.Contains(environ, recordTo+"=") {
			t.Errorf("%s: what was recorded of it is not whole", file)
		}
		p.sweep("argv", "argv of "+filepath.Base(file), argv)
		if strings.HasPrefix(filepath.Base(file), beforeMain) {
			continue
		}
		p.sweep("environments and argv of all processes",
			"what "+filepath.Base(file)+" inherits or sees", environ)
		for _, name := range []string{"LANYARD_KEY=", "LANYARD_TOKEN=", "C4N_SECRET=",
			"C4N_PASSWORD="} {
			if strings.Contains(environ, "\n"+name) {
				t.Errorf("%s inherits %s", filepath.Base(file), name)
			}
		}
	}
	for _, name := range append(recorders(), filepath.Base(self)) {
		if len(startedAs(t, seen, name)) == 0 {
			t.Errorf("%s was never started", name)
		}
	}
}

func startedAs(t *testing.T, dir, name string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, name+"-*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sweepCrashes ends a console, and a command that waits for its server, in ways that make the
// runtime print everything. Core dumps are allowed there.
func sweepCrashes(t *testing.T, y *tally, server string, reached <-chan struct{}) {
	p := newPlace(t, y, server)
	if _, stderr, code := p.run("token", "Users"); code != 0 {
		t.Fatal(stderr)
	}
	config, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	slow := []byte(strings.ReplaceAll(string(config), "/token\"", "/slow\""))
	env := p.env
	const allowCores = `ulimit -c unlimited 2>/dev/null; exec "$0" "$@"`
	ended := func(what string, cmd *exec.Cmd, want syscall.Signal) {
		t.Helper()
		status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if !ok {
			t.Fatal("no status")
		}
		if status.CoreDump() {
			t.Errorf("%s: a core was written", what)
		}
		if died := status.Signaled() && status.Signal() == want; want != 0 && !died {
			t.Errorf("%s: it ended with %v", what, cmd.ProcessState)
		}
		for _, dir := range []string{p.dir, "."} {
			if cores, _ := filepath.Glob(filepath.Join(dir, "core*")); len(cores) > 0 {
				t.Errorf("%s left %s", what, cores)
			}
		}
	}
	for i, c := range []struct {
		traceback string
		signal    syscall.Signal
		dies      syscall.Signal
	}{
		{"all", syscall.SIGQUIT, 0}, {"system", syscall.SIGQUIT, 0},
		{"crash", syscall.SIGQUIT, syscall.SIGABRT}, {"crash", syscall.SIGABRT, syscall.SIGABRT},
		{"all", syscall.SIGSEGV, 0},
	} {
		if !full() && i != 0 && i != 3 { // one that the runtime ends, one that a signal ends
			continue
		}
		what := fmt.Sprintf("GOTRACEBACK=%s, %v", c.traceback, c.signal)
		p.env = append(env[:len(env):len(env)], "GOTRACEBACK="+c.traceback)

		p.write(string(slow))
		state := filepath.Join(p.dir, "state"+strconv.Itoa(i)) // a crashed process leaves a lease
		p.env = append(p.env, "LANYARD_STATE="+state)
		cmd := p.command(t.Context(), "token", "Users", "--fresh")
		cmd.Args = append([]string{"/bin/sh", "-c", allowCores, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-reached:
		case <-time.After(patience):
			t.Fatalf("%s: nothing was sent: %s", what, out.String())
		}
		sweepProc(p, cmd.Process.Pid, "a command that waits")
		if err := cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: it did not crash", what)
		}
		if !strings.Contains(out.String(), "goroutine ") {
			t.Errorf("%s: the runtime said nothing: %s", what, out.String())
		}
		ended(what, cmd, c.dies)
		p.sweep("crash output", "a command, "+what, out.String())

		p.write(string(config))
		if _, stderr, code := p.run("tokens", "--all"); code != 0 { // after the crash
			t.Errorf("%s: %s", what, stderr)
		}
		p.env = append(p.env, "LANYARD_STATE="+filepath.Join(p.dir, "state"))
		s := p.open(100, 30)
		s.await("Applications")
		s.await("Users") // the list has been read
		s.press("1")
		s.press("j")
		s.await(secret.New(accessCanary.text).Fingerprint())
		sweepProc(p, s.cmd.Process.Pid, "the console")
		if err := s.cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		s.end()
		_ = s.cmd.Wait()
		if !strings.Contains(s.bytes(), "goroutine ") {
			t.Errorf("%s: the runtime said nothing: %s", what, s.text())
		}
		ended("the console, "+what, s.cmd, c.dies)
		s.sweep(p, "the console, "+what)
		p.sweep("crash output", "the console, "+what, s.bytes())
	}
	p.env = env
	p.sweepFiles("files")
}

// sweepProc checks that /proc shows no secret of a running process, and that it leaves no core.
func sweepProc(p *place, pid int, what string) {
	p.t.Helper()
	dir := "/proc/" + strconv.Itoa(pid)
	line, err := os.ReadFile(dir + "/cmdline")
	if err != nil {
		p.t.Fatal(err)
	}
	p.sweep("argv", "argv of "+what, string(line))
	limits, err := os.ReadFile(dir + "/limits")
	if err != nil {
		p.t.Fatal(err)
	}
	for l := range strings.SplitSeq(string(limits), "\n") {
		if f := strings.Fields(l); strings.HasPrefix(l, "Max core file size") &&
			(f[4] != "0" || f[5] != "0") {
			p.t.Errorf("%s may leave a core: %s", what, l)
		}
	}
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		p.t.Fatal(err)
	}
	p.sweep("process titles", "the title of "+what, string(status))
}
