package console_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// faultPatience is the longest wait for a step. Only a failure takes that long.
const faultPatience = 2 * time.Minute

// victim is a writer that can be killed.
type victim struct {
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // output lines of the writer; closed when it has ended
}

// arena is a store with an issuer, writers, and the clock of all of them.
type arena struct {
	t   *testing.T
	url string
	dir string
	api *issuer
	now time.Time

	said  saidBy
	names int
	kills int
}

func newArena(t *testing.T, seed uint64) *arena {
	t.Helper()
	a := &arena{t: t, api: newIssuer(seed), dir: filepath.Join(t.TempDir(), "state"), now: t0}
	a.said.shown, a.said.decided = map[string]bool{}, map[string]bool{}
	srv := httptest.NewServer(a.api)
	t.Cleanup(srv.Close)
	a.url = srv.URL
	return a
}

// start starts a writer, and waits until it reads commands.
func (a *arena) start() *victim {
	a.t.Helper()
	a.names++
	v := &victim{name: "w" + strconv.Itoa(a.names), lines: make(chan string, 1000)}
	self, err := os.Executable()
	if err != nil {
		a.t.Fatal(err)
	}
	v.cmd = exec.Command(self)
	v.cmd.Env = []string{
		"FAULT_TEST_URL=" + a.url, "FAULT_TEST_DIR=" + a.dir, "FAULT_TEST_NAME=" + v.name,
		"HOME=" + a.dir, "NO_PROXY=*", "GORACE=atexit_sleep_ms=0 halt_on_error=1",
	}
	v.cmd.Stderr = a.t.Output()
	out, err := v.cmd.StdoutPipe()
	if err == nil {
		v.in, err = v.cmd.StdinPipe()
	}
	if err == nil {
		err = v.cmd.Start()
	}
	if err != nil {
		a.t.Fatal(err)
	}
	go func() {
		defer close(v.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if !a.said.line(lines.Text()) {
				v.lines <- lines.Text()
			}
		}
		_ = v.cmd.Wait()
	}()
	a.t.Cleanup(v.kill)
	a.await(v, "ready")
	a.tell(v, "clock", a.now.UnixNano())
	return v
}

// line records what a writer has shown, decided, delivered or found broken. It reports false for
// other lines.
func (l *saidBy) line(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "shown":
		l.shown[rest] = true
	case "decided":
		l.decided[rest] = true
	case "accepted":
	case "broken":
		l.broken = append(l.broken, rest)
		return true
	default:
		return false
	}
	l.told = append(l.told, text)
	return true
}

func (a *arena) tell(v *victim, words ...any) {
	a.t.Helper()
	if _, err := fmt.Fprintln(v.in, words...); err != nil {
		a.t.Fatalf("%s does not listen: %v", v.name, err)
	}
}

// await waits until a writer prints a line that begins with one of several words, and returns the
// line.
func (a *arena) await(v *victim, words ...string) string {
	a.t.Helper()
	late := time.After(faultPatience)
	for {
		select {
		case line, ok := <-v.lines:
			word, _, _ := strings.Cut(line, " ")
			if !ok {
				a.t.Fatalf("%s ended by itself", v.name)
			}
			if slices.Contains(words, word) {
				return line
			}
		case <-late:
			a.t.Fatalf("%s never says any of %q", v.name, words)
		}
	}
}

// kill ends a writer as a power cut would. The lines that it has printed so far are read.
func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	for range v.lines {
	}
	_ = v.in.Close()
}

// advance moves the clock until every lease that is held now has ended.
func (a *arena) advance(living *victim) {
	a.t.Helper()
	a.now = a.now.Add(3 * faultTimeout)
	a.tell(living, "clock", a.now.UnixNano())
}

// step is a point in a verb: of its transaction or its request number n.
type step struct {
	verb, where string
	n           int
	name        string // name of the transaction; "" for a request
	last        int    // transactions that the verb has
}

func (s step) String() string {
	if s.name == "" {
		return fmt.Sprintf("%s, request %d, %s", s.verb, s.n, s.where)
	}
	return fmt.Sprintf("%s, %s transaction %d (%s)", s.verb, s.where, s.n, s.name)
}

// request reports whether the step is one of a request.
func (s step) request() bool { return s.name == "" }

// leased reports whether a writer at the step holds the first lease of its verb, which the same
// verb of another writer needs. The first transaction takes it, and the last one releases it.
func (s step) leased() bool {
	switch {
	case s.verb == "revoke":
		return false // it takes none
	case s.request():
		return s.where != answered // it goes on until it is killed
	}
	return (s.n > 1 || s.where == "after") && (s.n < s.last || s.where == "before")
}

// reach waits until a writer stands at a step.
func (a *arena) reach(v *victim, s step, at *stop) {
	a.t.Helper()
	if at == nil {
		got := strings.TrimSpace(a.await(v, "at", "did"))
		if !strings.HasPrefix("at "+s.where+" "+s.name, got) { // before it has no name
			a.t.Fatalf("%s: it says %q", s, got)
		}
		return
	}
	fail := func(why string) {
		close(at.gone) // the server would wait for it, and the test for the server
		a.t.Fatalf("%s: it was %s", s, why)
	}
	late := time.After(faultPatience)
	for {
		select {
		case <-at.at:
			return
		case line, ok := <-v.lines:
			// A client that has its answer may end before the server reaches the point behind it.
			if !ok || strings.HasPrefix(line, "did") && at.where != answered {
				fail("not reached: " + strconv.Quote(line))
			}
		case <-late:
			fail("never reached")
		}
	}
}

// killAtRandom lets two writers do three random things each at the same time. It kills one of them
// at a random step, and repeats that. The living writer is alone when the clock is advanced, and
// has ended its verbs before another writer starts. So no lease ends while its holder works.
func (a *arena) killAtRandom(random *rand.Rand, kills int) {
	a.t.Helper()
	a.api.setFaults(true)
	defer a.api.setFaults(false)
	start := func() *victim {
		v := a.start()
		a.tell(v, "anything", random.Int64())
		return v
	}
	writers := []*victim{start(), start()}
	for range kills {
		i := random.IntN(2)
		v, living := writers[i], writers[1-i]
		if random.IntN(3) == 0 {
			where := []string{received, holds, middle, answered}[random.IntN(4)]
			at := a.api.arm(v.name, where, 1+random.IntN(4))
			a.reach(v, step{verb: "anything", where: where}, at)
			v.kill()
			close(at.gone)
		} else {
			a.tell(v, "stop", []string{"before", "inside", "after"}[random.IntN(3)],
				1+random.IntN(16))
			a.await(v, "at")
			v.kill()
		}
		a.kills++
		a.advance(living)
		a.tell(living, "rest")
		a.await(living, "rested")
		writers[i] = start()
		a.tell(living, "go")
	}
	for _, v := range writers {
		v.kill()
	}
}
