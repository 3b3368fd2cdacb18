//go:build unix

package cli_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lanyard/tokenapi/sandbox"
)

// player is a terminal in which lanyard runs.
type player interface {
	screen() string
	send(key string) // the name of the key
	typeIn(text string)
	copied() string // the last copied text
	left() bool     // lanyard has ended
	pass(time.Duration)
}

// story is one of integration/testdata/stories while it runs.
// integration/testdata/stories/README.md describes its lines.
type story struct {
	t     *testing.T
	at    player
	words map[string]string
	never []*regexp.Regexp
}

// stories runs the stories whose file names match a pattern, each in a demo with the flags that it
// wants.
func stories(t *testing.T, pattern string, open func(t *testing.T, flags []string) player) {
	t.Helper()
	files, err := filepath.Glob("../integration/testdata/stories/" + pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d stories, %v", len(files), err)
	}
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	for _, a := range server.Applications() {
		if a.Name == "Reports" {
			words["KEY"], words["SECRET"] = a.ConsumerKey, a.ConsumerSecret.Reveal()
		}
	}
	var all sync.WaitGroup // they mostly wait, so all run at once
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		perform := func(t *testing.T) {
			t.Helper()
			var flags []string
			var lines []string
			for line := range strings.Lines(string(data)) {
				line = strings.TrimSpace(line)
				if rest, ok := strings.CutPrefix(line, "flags "); ok {
					flags = append(flags, strings.Fields(rest)...)
				} else if line != "" && line[0] != '#' {
					lines = append(lines, line)
				}
			}
			s := &story{t: t, at: open(t, flags), words: maps.Clone(words)}
			s.perform(lines)
		}
		all.Go(func() { t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), perform) })
	}
	all.Wait()
}

// perform runs the lines, and quits.
func (s *story) perform(lines []string) {
	s.t.Helper()
	s.until("the console",
		func(text string) bool { return strings.Contains(text, "No token is held") })
	for _, line := range lines {
		s.play(line)
	}
	s.at.send("q")
	s.until("the end", func(string) bool { return s.at.left() })
}

// until waits until the screen satisfies seen.
func (s *story) until(what string, seen func(string) bool) {
	s.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		text := s.at.screen()
		for _, re := range s.never {
			if re.MatchString(text) {
				s.t.Fatalf("%s is on the screen:\n%s", re, text)
			}
		}
		if seen(text) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			s.t.Fatalf("%s: never:\n%s", what, text)
		}
	}
}

func (s *story) pattern(text string) *regexp.Regexp {
	s.t.Helper()
	re, err := regexp.Compile(s.fill(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return re
}

func (s *story) fill(text string) string {
	return os.Expand(text, func(name string) string {
		if v, ok := s.words[name]; ok {
			return v
		}
		return "$" + name
	})
}

// play runs one line.
func (s *story) play(line string) {
	s.t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			s.t.Fatal(err)
		}
		s.at.pass(d)
	case "press":
		for k := range strings.FieldsSeq(rest) {
			s.at.send(k)
		}
	case "type":
		s.at.typeIn(s.fill(rest))
	case "see", "gone":
		re := s.pattern(rest)
		s.until(line, func(text string) bool { return re.MatchString(text) == (verb == "see") })
	case "never":
		s.never = append(s.never, s.pattern(rest))
	case "take":
		name, rest, _ := strings.Cut(rest, " ")
		re := s.pattern(rest)
		s.until(line, func(text string) bool {
			m := re.FindStringSubmatch(text)
			if m != nil {
				s.words[name] = m[1]
			}
			return m != nil
		})
	case "clip":
		re := s.pattern(rest)
		s.until(line, func(string) bool { return re.MatchString(s.at.copied()) })
	case "grow":
		n, err := strconv.Atoi(rest)
		for i := 2; err == nil && i <= n; i++ {
			s.play("press g")
			s.play(fmt.Sprintf(`see \b%d active`, i))
		}
	default:
		s.t.Fatalf("no line begins with %q", verb)
	}
}

// TestStoriesAtTheTerminal runs two stories at a terminal, and all of them with LANYARD_FULL.
func TestStoriesAtTheTerminal(t *testing.T) {
	t.Parallel()
	pattern := "0[57]-*.txt"
	if full() {
		pattern = "*.txt"
	}
	stories(t, pattern, func(t *testing.T, flags []string) player {
		t.Helper()
		args := append([]string{"demo", "--empty"}, flags...)
		return &terminalPlayer{openConsole(t, t.TempDir(), args...)}
	})
}

// terminalPlayer is a plain terminal.
type terminalPlayer struct{ *console }

var sequences = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "up": "\x1b[A", "down": "\x1b[B",
	"right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "ctrl+t": "\x14", "ctrl+s": "\x13",
}

func (s *terminalPlayer) send(key string) {
	s.t.Helper()
	if text, ok := sequences[key]; ok {
		key = text
	}
	s.press(key)
}

func (s *terminalPlayer) typeIn(text string) { s.press(text) }
func (s *terminalPlayer) screen() string     { return s.frame() }

var osc52 = regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)`)

func (s *terminalPlayer) copied() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := osc52.FindAllSubmatch(s.raw.Bytes(), -1)
	if len(all) == 0 {
		return ""
	}
	text, err := base64.StdEncoding.DecodeString(string(all[len(all)-1][1]))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *terminalPlayer) left() bool {
	select {
	case <-s.done:
		return s.wait() == 0
	default:
		return false
	}
}

// The ten stories in tmux. Each look at the screen is a process, so this test runs only on request
// and alone.
func TestStoriesInTmux(t *testing.T) {
	t.Parallel()
	if os.Getenv("LANYARD_INTEGRATION") == "" {
		t.Skip("LANYARD_INTEGRATION is not set")
	}
	tmux, err := exec.LookPath("tmux")
	switch {
	case err == nil:
	case os.Getenv("LANYARD_REQUIRE_INTEGRATION") != "":
		t.Fatal("tmux is not installed")
	default:
		t.Skip("tmux is not installed")
	}
	stories(t, "*.txt", func(t *testing.T, flags []string) player {
		t.Helper()
		return openTmux(t, tmux, flags)
	})
}

// tmuxPlayer is a window of a tmux server of its own.
type tmuxPlayer struct {
	t     *testing.T
	tmux  string
	env   []string
	clock *handClock
}

func openTmux(t *testing.T, tmux string, flags []string) *tmuxPlayer {
	t.Helper()
	lanyard, err := exec.LookPath("lanyard") // as TestMain has put it on the path
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "tmux") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	clock := newHandClock(t)
	s := &tmuxPlayer{t: t, tmux: tmux, clock: clock, env: []string{
		clock.env(), "HOME=" + dir, "TMUX_TMPDIR=" + dir, "TERM=xterm-256color", "LANG=C.UTF-8",
		"PATH=" + os.Getenv("PATH"), "NO_PROXY=*", "GORACE=atexit_sleep_ms=0",
	}}
	t.Cleanup(func() {
		_, _ = s.run("kill-server")
		_ = os.RemoveAll(dir)
	})
	args := append([]string{"new-session", "-d", "-s", "story", "-x", "100", "-y", "30", lanyard,
		"demo", "--empty"}, flags...)
	if out, err := s.run(args...); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return s
}

func (s *tmuxPlayer) run(args ...string) (string, error) {
	cmd := exec.Command(s.tmux, append([]string{"-f", "/dev/null", "-L", "lanyard"}, args...)...)
	cmd.Env = s.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s *tmuxPlayer) screen() string {
	text, _ := s.run("capture-pane", "-p", "-t", "story") // the pane ends with lanyard
	return text
}

var tmuxNames = map[string]string{
	"enter": "Enter", "esc": "Escape", "tab": "Tab", "space": "Space", "up": "Up", "down": "Down",
	"right": "Right", "left": "Left",
	"home": "Home", "end": "End", "ctrl+t": "C-t", "ctrl+s": "C-s",
}

func (s *tmuxPlayer) send(key string) {
	s.t.Helper()
	args := []string{"send-keys", "-t", "story", "-l", "--", key}
	if name, ok := tmuxNames[key]; ok {
		args = []string{"send-keys", "-t", "story", name}
	}
	if out, err := s.run(args...); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}

func (s *tmuxPlayer) typeIn(text string) { s.send(text) }

func (s *tmuxPlayer) pass(d time.Duration) {
	s.t.Helper()
	s.clock.advance(d)
	text, err := s.run("list-panes", "-t", "story", "-F", "#{pane_pid}")
	pid, err1 := strconv.Atoi(strings.TrimSpace(text))
	if err := errors.Join(err, err1); err != nil {
		s.t.Fatalf("%v: %s", err, text)
	}
	if err := syscall.Kill(pid, syscall.SIGWINCH); err != nil {
		s.t.Fatal(err)
	}
}

func (s *tmuxPlayer) copied() string {
	text, _ := s.run("show-buffer", "-b", "lanyard") // there is no buffer before the first copy
	return text
}

func (s *tmuxPlayer) left() bool {
	_, err := s.run("has-session", "-t", "story")
	return err != nil
}
