package pane_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/pane"
)

// issued is the time of issue in the drawings.
var issued = time.Date(2026, 11, 30, 10, 45, 17, 0, time.UTC)

// after returns a time so many seconds after the issue.
func after(seconds float64) time.Time {
	return issued.Add(time.Duration(seconds * float64(time.Second)))
}

// presentation returns the presentation of a drawing. stage is its last digit.
func presentation(stage pane.Stage, w int) *pane.Presenter {
	l := &kit.Life{Start: issued, Ended: after(45), End: after(105)}
	l.Events = []kit.LifeEvent{{At: after(45), Label: "revoked 10:46:02"}}
	p := &pane.Presenter{
		Stage: stage, Name: "Orders 1413d6d0", Life: l, Word: "at most",
		From:   [2]string{"issued 10:45:17", "10:45:17"},
		Until:  [2]string{"at most 10:47:02", "10:47:02"},
		Header: kit.Fit(" lanyard   presenting", w-14) + "ctrl+o closes ",
		Styles: &themes.Styles{},
	}
	calls := func(n int, status int, v console.Verdict, from, to float64) {
		for i := range n {
			at := from + (to-from)*float64(i)/float64(max(n-1, 1))
			p.Calls = append(p.Calls, pane.Call{At: after(at), Verdict: v, Status: status})
		}
	}
	switch stage {
	case pane.NoStage:
	case pane.RevokedStage:
		p.Time, l.Now = "0:58", after(47)
		p.Words = []string{"The server has accepted the revoke.",
			"The gateway has not been asked since."}
		calls(45, 200, console.ProbeAccepted, 0, 47)
	case pane.PassesStage:
		p.Time, l.Now = "0:50", after(55)
		p.Words = []string{"The server has accepted the revoke.",
			"The gateway still lets the token through."}
		calls(55, 200, console.ProbeAccepted, 0, 55)
	case pane.DeadStage:
		p.Word, p.Time, l.Now, l.Died = "after", "0:06", after(55), after(51)
		p.Until = [2]string{"dead 10:46:08", "10:46:08"}
		p.Words = []string{"The gateway refuses it: 401, three times in a row.",
			"6 s after the revoke; the bound was 60 s."}
		l.Events = append(l.Events, kit.LifeEvent{At: l.Died, Label: "dead 10:46:08"})
		calls(51, 200, console.ProbeAccepted, 0, 49.9)
		calls(3, 401, console.ProbeRefused, 51, 54)
	}
	return p
}

// The drawings of the presenter layout, cell by cell.
func TestPresenterDrawings(t *testing.T) {
	t.Parallel()
	for file, size := range map[string][2]int{"80": {80, 24}, "120": {120, 32}} {
		for i, digit := range []string{"0", "1", "2"} {
			name := "testdata/pres" + file + "_" + digit + ".txt"
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
			got := presentation(pane.Stage(i+1), size[0]).Lines(size[0], size[1])
			if len(got) != len(want) {
				t.Errorf("%s: %d lines, want %d", name, len(got), len(want))
			}
			for y := range min(len(got), len(want)) {
				if ansi.Strip(got[y]) != want[y] {
					t.Errorf("%s, line %d:\n%s, want\n%s", name, y+1, ansi.Strip(got[y]), want[y])
				}
			}
		}
	}
}

// wholly reports whether a frame has exactly h lines of w cells.
func wholly(frame []string, w, h int) bool {
	for _, l := range frame {
		if kit.Width(l) != w {
			return false
		}
	}
	return len(frame) == h
}

// A presentation fills the screen exactly, at every size and with every time. The digits or the
// time in letters are on it, and so is the lit stage.
func TestPresenterSizes(t *testing.T) {
	t.Parallel()
	for _, long := range []string{"0:41", "14:49", "23h 59m", "89d 23h", "12y", ""} {
		for w := 30; w <= 300; w += 1 + w/20 {
			for h := 8; h <= 80; h += 1 + h/10 {
				p := presentation(pane.PassesStage, w)
				p.ASCII = w%2 == 0
				if p.Time = long; w%3 == 0 {
					p.Warnings = []string{kit.Spaces(w)}
				}
				if w%5 == 0 {
					p.Notice = strings.Repeat("the server did not answer; ", 5)
				}
				got := p.Lines(w, h)
				text := ansi.Strip(strings.Join(got, "\n"))
				switch {
				case !wholly(got, w, h):
					t.Fatalf("%q at %dx%d has another size:\n%s", long, w, h, text)
				case !strings.Contains(text, "STILL PASSES"):
					t.Fatalf("%q at %dx%d shows no stage:\n%s", long, w, h, text)
				case long != "" && !strings.Contains(text, long) &&
					!strings.Contains(text, kit.Big(long, 1)[0]) &&
					!strings.Contains(text, kit.Big(long, 0)[0]) &&
					!strings.Contains(text, kit.Digits(long, max(1, min(w/60-1, h/20)))[0]) &&
					!strings.Contains(text, kit.Digits(long, 1)[0]):
					t.Fatalf("%q at %dx%d shows no time:\n%s", long, w, h, text)
				}
			}
		}
	}
}

// Calls after the window stand behind the line, so that a death by the window is seen.
func TestPresenterCallsBehind(t *testing.T) {
	t.Parallel()
	p := presentation(pane.DeadStage, 120)
	p.Life.End, p.Life.Died = after(51), after(51)
	p.Calls = append(p.Calls, pane.Call{At: after(500), Verdict: console.ProbeRefused, Status: 401})
	text := ansi.Strip(strings.Join(p.Lines(120, 32), "\n"))
	if !strings.Contains(text, " x x  x  401 ×4") {
		t.Errorf("the refused calls are not seen:\n%s", text)
	}
}

// Words that are longer than a line are wrapped on a screen that has lines for them.
func TestPresenterWraps(t *testing.T) {
	t.Parallel()
	p := presentation(pane.PassesStage, 40)
	if text := ansi.Strip(strings.Join(p.Lines(40, 12), "\n")); strings.Contains(text, "…") ||
		!strings.Contains(text, "The gateway still lets the token") {
		t.Errorf("words are cut:\n%s", text)
	}
}

// The time of the death stands once, at its sign if there are labels.
func TestPresenterTellsTheDeathOnce(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 32}} {
		w, h := size[0], size[1]
		text := ansi.Strip(strings.Join(presentation(pane.DeadStage, w).Lines(w, h), "\n"))
		if n := strings.Count(text, "10:46:08"); n != 1 {
			t.Errorf("%dx%d: %d times:\n%s", w, h, n, text)
		}
	}
}

// Words that need two lines are broken at a semicolon.
func TestPresenterBreaksAtASemicolon(t *testing.T) {
	t.Parallel()
	p := presentation(pane.DeadStage, 40)
	p.Words[1] = "6 s after the revoke; the bound was 15:00."
	text := ansi.Strip(strings.Join(p.Lines(40, 12), "\n"))
	if !strings.Contains(text, " the bound was 15:00. ") {
		t.Errorf("a time stands alone:\n%s", text)
	}
}
