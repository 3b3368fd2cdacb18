package leak

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"lanyard/tokenapi/secret"
)

// sweepPanics makes the program panic. The screen's recovery or the runtime prints the value and
// every goroutine, but not the secret in the value.
func sweepPanics(t *testing.T, y *tally) {
	srv := httptest.NewServer(echoServer())
	t.Cleanup(srv.Close)
	p := newPlace(t, y, srv.URL)
	if _, stderr, code := p.run("token", "Users"); code != 0 {
		t.Fatal(stderr)
	}
	env := p.env
	for _, how := range []string{"recovered", "alone"} {
		for kind := range panicKinds {
			if !full() && kind != 1 && kind != 3 {
				continue
			}
			what := how + " " + strconv.Itoa(kind)
			p.env = append(env[:len(env):len(env)], asProgram+"="+panicking+what)
			s := p.open(100, 30)
			s.await("Users") // the list has been read
			s.await("Users") // the list is there
			s.press("1")
			s.press("j")
			s.await(secret.New(accessCanary.text).Fingerprint())
			s.press("y")
			s.until(func() bool {
				return strings.Contains(s.bytes(), "bomb.Copy") &&
					strings.Contains(s.bytes(), "created by")
			}, "panicked: "+what)
			if how == "alone" { // else it stays, until the test ends it
				s.end()
			}
			out := s.bytes()
			if what == "recovered 3" && !strings.Contains(out, secret.Mask) {
				t.Errorf("%s: the value is not in what was said", what)
			}
			s.sweep(p, "a panic, "+what)
			p.sweep("panics", "a panic, "+what, out)
		}
	}
	p.env = env
	p.sweepFiles("files")
}
