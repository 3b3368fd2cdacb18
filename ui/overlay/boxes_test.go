package overlay

import (
	"strings"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/tokenapi"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// The box of a call is as high as its content. It tells the duration once, and breaks its first
// line at a separator.
func TestExchangeBox(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	o := &Exchange{Call: console.Exchange{Application: "Orders@cloud/PRODUCTION",
		Exchange: tokenapi.Exchange{Op: "probe", Method: "GET", URL: "https://gw.example/orders",
			Status: 401, Took: 9 * time.Millisecond}}}
	for _, most := range []int{26, 38, 56, 110} {
		w, h := o.Size(s, most, 40)
		got := boxText(s, o, w, 40)
		if n := strings.Count(got, "\n") + 1; n != h {
			t.Errorf("%d cells: %d lines in a box of %d", most, n, h)
		}
		if n := strings.Count(got, "9 ms"); n != 1 {
			t.Errorf("%d cells: the duration stands %d times:\n%s", most, n, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if text := strings.TrimSpace(line); strings.HasPrefix(text, "·") ||
				strings.HasSuffix(text, "·") {
				t.Errorf("%d cells: a separator at an end:\n%s", most, got)
			}
		}
	}
	o.Call.Status, o.Call.Err = 0, "the server closed the connection"
	if got := boxText(s, o, 100, 40); !strings.Contains(got, "9 ms") {
		t.Errorf("no duration without an answer:\n%s", got)
	}
	if _, h := o.Size(s, 100, 5); h != 5 {
		t.Errorf("%d lines on a low screen", h)
	}
}

// The message log is as high as its messages, whichever is selected.
func TestLogBox(t *testing.T) {
	t.Parallel()
	s := emptyScene()
	o := &Log{Entries: []scene.Notice{
		{Text: "one", Exchange: 1}, {Text: "two", Hint: "what to do"}, {Text: "three"},
	}}
	s.Board.Exchanges = []console.Exchange{{Seq: 1, Exchange: tokenapi.Exchange{Method: "GET",
		URL: "https://gw.example/orders"}}}
	for o.at = range o.Entries {
		_, h := o.Size(s, 100, 40)
		if h != 6 { // with the line about the store
			t.Errorf("%d lines with %d selected", h, o.at)
		}
		if got := boxText(s, o, 100, h); !strings.Contains(got, "one") ||
			!strings.Contains(got, "three") {
			t.Errorf("not all is shown:\n%s", got)
		}
	}
	if _, h := (&Log{}).Size(s, 100, 40); h > 5 {
		t.Errorf("%d lines for nothing", h)
	}
}

// The short title of the question for an application names the action.
func TestWhichNamesItsAction(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"edit application": "Which one? · edit", "delete application": "Which one? · delete",
		"get with …": "Which one? · get with", "adopt a token": "Which one? · adopt",
		"revoke all": "Which one? · revoke all",
	} {
		if got := (&Which{word: word}).ShortTitle(nil); got != want {
			t.Errorf("%s: %q", word, got)
		}
	}
}

// A test says that its token is stored only by a save, and that the probe URL was not tried.
func TestTestedSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := &openHost{s: emptyScene()}
	for url, want := range map[console.Private]bool{"": false, "https://gw.example/orders": true} {
		o := NewApp(h.s, nil, "")
		o.entry.ProbeURL = url
		o.toldTested(h, session.Tested{Changes: o.Edits, Tested: console.Tested{
			Status: 200, Fingerprint: "7c6269e3",
		}})
		said := string(o.said)
		if !strings.Contains(said, "its token is kept if you save now") ||
			strings.Contains(said, "the probe URL was not tried") != want {
			t.Errorf("probe URL %q: %q", url, said)
		}
	}
}

// openHost is a host on which everything is open.
type openHost struct {
	scene.Host
	s *scene.Scene
}

func (h *openHost) Scene() *scene.Scene              { return h.s }
func (*openHost) IsOpen(scene.Overlay) bool          { return true }
func (*openHost) Log(scene.Severity, string, string) {}
