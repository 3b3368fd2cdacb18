package pane_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui/pane"
	"lanyard/ui/scene"
)

// activity returns the lines of the pane Activity with calls of other runs.
func activity(t *testing.T, w int, calls ...console.Call) (*scene.Scene, []string) {
	t.Helper()
	d := draw(t)
	d.board.Exchanges = nil
	for i, c := range calls {
		c.Event, c.At, c.Verb, c.Path = int64(i+1), d.at("09:00:00"), console.OpProbe, "/a"
		d.board.Past = append(d.board.Past, c)
	}
	s := d.scene("")
	return s, (&pane.Activity{}).Lines(s, w, len(calls)+1, false)[1:] // without its heading
}

// A name that is longer than its column takes the cells that no other text needs.
func TestActivityShowsWholeNames(t *testing.T) {
	t.Parallel()
	const name = "warehouse-night-shift"
	for w, want := range map[int]string{100: " " + name + "  ", 84: " wareho"} {
		_, lines := activity(t, w, console.Call{Application: name + "@cloud", Status: 200})
		if text := ansi.Strip(lines[0]); !strings.Contains(text, want) {
			t.Errorf("%d cells: %q lacks %q", w, text, want)
		}
	}
}

// A name is not cut at a character that it may contain.
func TestActivityShowsNamesWithAnAt(t *testing.T) {
	t.Parallel()
	_, lines := activity(t, 100, console.Call{Application: "ops@team@cloud/PRODUCTION"},
		console.Call{Application: "ops@night@cloud"}, console.Call{Application: "ops"})
	for i, want := range []string{"ops@team", "ops@night", "ops"} {
		if text := ansi.Strip(lines[i]); !strings.Contains(text, " "+want+" ") {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}

// The status of an answer is painted by its class.
func TestActivityPaintsTheStatus(t *testing.T) {
	t.Parallel()
	s, lines := activity(t, 100, console.Call{Status: 200}, console.Call{Status: 302},
		console.Call{Status: 404}, console.Call{Status: 502}, console.Call{})
	look := s.Styles
	for i, want := range []string{
		string(look.Good) + "200", string(look.Quiet) + "302", string(look.Warn) + "404",
		string(look.Danger) + "502", string(look.Danger) + "  –",
	} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("%q lacks %q", lines[i], want)
		}
	}
}

// The title of Tokens counts the rows that a find matches, in the singular and the plural.
func TestTokensCountMatches(t *testing.T) {
	t.Parallel()
	s := draw(t).scene("")
	for find, want := range map[string]string{
		"77b209dd": "1 of 7 rows matches 77b209dd", "Ledger": "2 of 7 rows match Ledger",
	} {
		s.View.Find = find
		if got := (&pane.Tokens{}).RightTitle(s)[0]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
