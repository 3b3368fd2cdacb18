package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// later moves the clock, beat by beat.
func (s *storyRun) later(d time.Duration) {
	s.t.Helper()
	for end := s.clock.now.Add(d); s.pump.Pending() && !s.pump.BeatDue().After(end); s.pump.Beat() {
		if due := s.pump.BeatDue(); due.After(s.clock.now) {
			s.clock.now = due
		}
	}
}

// The demo begins with the same frame in each run, so that a picture can be compared with it.
func TestLiveDemoBeginsAlike(t *testing.T) {
	t.Parallel()
	first := liveDemo(t, 120, 32).text()
	if again := liveDemo(t, 120, 32).text(); again != first {
		t.Errorf("the first frames differ:\n%s\n%s", first, again)
	}
}

// On a narrow screen the key that pauses the traffic has a shorter word before it has none.
func TestTrafficKeyHasAWord(t *testing.T) {
	t.Parallel()
	for w, word := range map[int]string{120: "t pause traffic", 80: "t traffic"} {
		s := liveDemo(t, w, 24+w/15)
		lines := strings.Split(s.text(), "\n")
		if last := lines[len(lines)-1]; !strings.Contains(last, word) {
			t.Errorf("%d cells: %q has no %q", w, last, word)
		}
	}
}

// Activity cuts no text and leaves out no name while there is room for all of it.
func TestActivityUsesItsRoom(t *testing.T) {
	t.Parallel()
	s := liveDemo(t, 200, 60)
	s.play("see /payments/1.0.0/balance +401 .* Payments  [0-9a-f]{8}  traffic · dead, 6 s after")
	s = liveDemo(t, 160, 48)
	s.play("see Payments  [0-9a-f]{8}  traffic · dead, 6 s after the revoke ")
	s = liveDemo(t, 120, 32)
	s.pump.Key("4", "z")
	s.play("see /payments/1.0.0/balance +401 .* Payments  [0-9a-f]{8}  traffic · dead, 6 s after")
}

// The picture in README shows the frame with which the demo opens. console.txt has its text; with
// -update the test writes it anew, and the frame with its colours for a terminal that is pictured.
func TestReadmePicture(t *testing.T) {
	t.Parallel()
	s := liveDemo(t, 120, 32)
	const path = picturesDir + "/console.txt"
	text := strings.Join(unfooted(t, s.text(), "demo"), "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		frame := filepath.Join(os.TempDir(), "console.ansi")
		lines := strings.ReplaceAll(s.pump.Frame(), "\n", "\r\n")
		if err := os.WriteFile(frame, []byte("\x1b[?25l"+lines), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("show %s in a terminal of 120x32, and make console.png of it", frame)
		return
	}
	if was, err := os.ReadFile(path); err != nil || string(was) != text {
		t.Errorf("the picture in README is not what the demo opens with (%v); go test ./ui -run "+
			"TestReadmePicture -update -v, and make console.png anew:\n%s", err, text)
	}
	if readme, err := os.ReadFile("../README.md"); err != nil ||
		!strings.Contains(string(readme), "(docs/screens/console.png)") {
		t.Errorf("README does not show console.png (%v)", err)
	}
}

// The demo does not stand still: its client calls, and the revoked token dies within the bound.
func TestLiveDemoLives(t *testing.T) {
	t.Parallel()
	s := liveDemo(t, 120, 32)
	s.play("see 3 active · next expires in 0:44 · 1 revoked, may pass ≤0:50")
	first := s.text()
	if s.later(2 * time.Second); s.text() == first {
		t.Errorf("nothing has changed after two seconds:\n%s", first)
	}
	s.play("see ◒ Orders +ab59ff8e +app +≤0:48 .* 200 [|]{8}")
	s.later(26 * time.Second)
	s.play("see ◒ Orders +ab59ff8e +app +≤0:22")
	s.later(6 * time.Second)
	s.play("see ✕ Orders +ab59ff8e +app +dead +after 40 s · 200 ×\\d+ 401 ×3")
	s.play("see ab59ff8e of Orders: dead")
	s.later(time.Minute)
	s.play("see Tokens")
}

// The verbs do what Selected announces. A get returns the live token of the application again, a
// refresh asks no person, and for a replaced token Selected announces no new token.
func TestLiveDemoKeepsItsWord(t *testing.T) {
	t.Parallel()
	s := liveDemo(t, 120, 32)
	s.play("press up up up")
	s.play("see Kiosk · user · 1509b11d .* device code, with a refresh token")
	s.play("see r refreshes it")
	s.play("press r")
	s.play("take NEW Refreshed: got ([0-9a-f]{8})")
	s.play("see ● Kiosk +$NEW +user")
	s.play("press 1 end 2")
	s.play("see authorization code, no scopes named, for the user who signs in")
	s.play("press 1 home 2 end")
	s.play("see ○ Mobile · ana .* replaced")
	s.play("take LIVE g gets ([0-9a-f]{8}) again for Mobile")
	s.play("press g enter")
	s.play("see Same token came back [(]$LIVE[)]")
}

// On a projector the end of another token does not hide the proof of the death.
func TestLiveDemoPresentsTheDeath(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{120, 32}, {80, 24}} {
		s := liveDemo(t, size[0], size[1])
		s.play("press ctrl+o")
		s.later(3 * time.Second)
		s.play("see STILL PASSES")
		s.later(44 * time.Second)
		s.play("see DEAD")
		const proof = "40 s after the revoke; the bound was 60 s."
		if text := s.text(); !strings.Contains(text, proof) || strings.Contains(text, "Kiosk") {
			t.Errorf("%v:\n%s", size, text)
		}
	}
}

// After five minutes the board is readable: the lists show what is alive, and the calls to the API
// do not push the events out of Activity. After an hour nothing is alive, and a key brings a token.
func TestLiveDemoGoesOn(t *testing.T) {
	t.Parallel()
	s := liveDemo(t, 120, 32)
	s.later(5 * time.Minute)
	s.play("press esc") // the notice of an expiry stands until a key
	text := s.text()
	for _, want := range []string{"2 active · next expires in 34:0", "OVER ───",
		" dead  after 40 s", "traffic · refused", "200 ||||||||"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	s.play("press t")
	s.later(time.Hour)
	s.play("see nothing is alive · 6 over")
	s.play("see g gets a new one for Orders")
	s.play("press g enter")
	s.play("see ● Orders +[0-9a-f]{8} +app")
}

// t pauses the client, and lets it go on.
func TestTrafficKey(t *testing.T) {
	t.Parallel()
	s := liveDemo(t, 120, 32)
	s.play("press t")
	s.play("see The client is paused. t lets it go on.")
	calls := len(s.probes())
	if s.later(10 * time.Second); len(s.probes()) != calls {
		t.Errorf("%d calls while it is paused", len(s.probes())-calls)
	}
	s.play("press t")
	s.play("see The client goes on. t pauses it.")
	if s.later(5 * time.Second); len(s.probes()) < calls+10 {
		t.Errorf("%d calls in five seconds", len(s.probes())-calls)
	}
	s.play("press :")
	s.play("type traffic")
	s.play("see in the demo: pause the client")
	s = tell(t, 120, 32, nil)
	s.play("press :")
	s.play("type traffic")
	s.play("see Nothing is called that")
}

// probes returns the calls of all tokens that the store keeps.
func (s *storyRun) probes() (all []time.Time) {
	s.t.Helper()
	b, err := s.svc.Board(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, k := range b.Tokens {
		for _, p := range k.Probes {
			all = append(all, p.At)
		}
	}
	return all
}
