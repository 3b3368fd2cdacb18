package leak

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lanyard/tokenapi/secret"
)

// sweepScreen sweeps the whole screen on a real terminal of a size: every byte of every frame,
// through every pane and overlay, and the files that are written meanwhile.
func sweepScreen(t *testing.T, y *tally, cols, rows int) {
	srv := httptest.NewServer(echoServer())
	t.Cleanup(srv.Close)
	p := newPlace(t, y, srv.URL)
	s := p.open(cols, rows)
	fingerprint := func(c canary) string { return secret.New(c.text).Fingerprint() }
	s.await("g gets one") // the list has been read; it is empty
	s.get("Users")        // has everything
	s.await(fingerprint(accessCanary))
	s.settle()
	s.press("p")
	s.logs("900901")
	p.sweepFiles("files, in use")
	s.press("r")
	s.await(fingerprint(access2Canary))
	s.settle()
	s.press("y") // the clipboard is off: it says so and copies nothing
	s.logs("switched off")
	s.get("Broken") // its server repeats the request
	s.logs("invalid_grant")
	s.get("Device") // asks for a person
	s.await("BCDF")
	s.press("\x1b")
	s.gaveUp("BCDF")
	s.choose("Users")
	s.press("2")
	s.settle()
	s.lookAround(cols)
	s.press("1")
	for _, pane := range []string{"2", "3", "4", "1"} {
		s.press(pane)
		s.press("z")
		s.settle()
		s.press("z")
		s.settle()
	}
	s.press("2")
	s.press("x")
	s.settle()
	p.sweepFiles("files, in use")
	s.press("q")
	s.end()
	s.sweep(p, "the terminal")
	p.sweepFiles("files")
	if len(s.bytes()) < 4000 || len(s.frames) < 10 {
		t.Errorf("only %d bytes and %d frames reached the terminal", len(s.bytes()), len(s.frames))
	}
}

// lookAround opens the overlays that show much, and types secrets into fields. A field that masks
// its text shows dots.
func (s *screen) lookAround(cols int) {
	s.t.Helper()
	s.press("I")                   // the server's answer repeats the token
	s.logs("says the key manager") // the help has the rest
	s.over("\r", "Selected · ")    // everything about the selected token
	s.present()
	s.over(":", "Commands")
	s.over("G", "Get a token for")
	if cols >= 60 {
		s.press("4j")
		s.settle()
		s.over("\r", "secrets are masked") // the record of a call
		s.press("2")
	}
	s.press("a")
	s.await("Add an application")
	s.press("\t\t\t\t" + secretCanary.text) // into the consumer secret of an existing environment
	s.await("•••")
	s.press("\x1b")
	s.await("esc again: yes") // whether to discard it
	s.press("y")
	s.until(func() bool { return !strings.Contains(s.text(), "Add an application") },
		"closes the form")
	s.press(":")
	s.await("Commands")
	s.press("adopt a token\r")
	s.await("Adopt a token of")
	s.press(leakedCanary.text)
	s.await("•••")
	s.press("\x1b")
	s.await("esc again throws it away")
	s.press("\x1b")
	s.until(func() bool { return !strings.Contains(s.text(), "Adopt a token of") },
		"closes what adopts")
}

// get asks for a token of an application from the scope All.
func (s *screen) get(app string) {
	s.t.Helper()
	s.press("g")
	s.await("Which application?")
	s.press(app + "\r")
	s.until(func() bool { return !strings.Contains(s.text(), "Which application?") }, "took "+app)
}

// choose makes an application the scope.
func (s *screen) choose(app string) {
	s.t.Helper()
	s.press("1\x1b[H")
	s.settle()
	for range 12 {
		if strings.Contains(s.text(), "▌ "+app) {
			return
		}
		s.press("j")
		s.settle()
	}
	s.t.Fatalf("%s cannot be chosen:\n%s", app, s.text())
}

// present shows the selected token to an audience for a moment.
func (s *screen) present() {
	s.t.Helper()
	s.press("\x0f") // ctrl+o
	s.await("presenting")
	s.press("\x0f")
	s.until(func() bool { return !strings.Contains(s.text(), "presenting") }, "stops presenting")
}

// gaveUp waits until the grant no longer asks for a code. The grant may end before the overlay,
// which takes the keys.
func (s *screen) gaveUp(code string) {
	s.t.Helper()
	s.until(func() bool {
		text := s.text()
		return !strings.Contains(text, code) && !strings.Contains(text, "giving up") &&
			!strings.Contains(text, "Approve with a code")
	}, "gave up")
}

// logs looks into the message log until it has one of some texts. The notice may have left the
// screen before a frame was drawn.
func (s *screen) logs(texts ...string) {
	s.t.Helper()
	has := func(text string) bool { return strings.Contains(s.bytes(), text) }
	deadline := time.Now().Add(patience)
	for seen := false; !seen; seen = slices.ContainsFunc(texts, has) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the log never has %q:\n%s", texts, s.text())
		}
		s.over("!", "Messages of this run")
	}
}

// settle waits until the last key was answered: it asks for help after it, and keys are answered in
// turn.
func (s *screen) settle() {
	s.t.Helper()
	s.over("?", "type to search")
}
