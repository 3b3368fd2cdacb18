package pane

import (
	"strings"
	"testing"

	"lanyard/ui/kit"
)

// callsOf makes calls from "200 || 401 x": the characters of each run after its status.
func callsOf(text string) (out []call) {
	status := 0
	for _, f := range strings.Fields(text) {
		if f[0] >= '0' && f[0] <= '9' || f == "-" {
			status = 0
			for _, r := range f {
				if r != '-' {
					status = status*10 + int(r-'0')
				}
			}
			continue
		}
		for _, r := range f {
			kind := map[rune]callKind{'|': callAccepted, 'x': callRefused, '?': callUnclear}[r]
			out = append(out, call{status, kind})
		}
	}
	return out
}

func textOf(pieces []callPiece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

func TestCalls(t *testing.T) {
	t.Parallel()
	many := "200 " + strings.Repeat("|", 48) + " 401 xxx"
	for _, c := range []struct {
		calls string
		w     int
		want  string
	}{
		{"200 |||| 401 xxx", 16, "200 |||| 401 ×3"},
		{"200 |||| 401 xxx", 14, "200 ||| 401 ×3"},
		{"200 |||| 401 xxx", 12, "200 | 401 ×3"},
		{"200 |||| 401 xxx", 11, "401 ×3"},
		{"200 |||| 401 xxx", 10, "401 ×3"},
		{many, 100, strings.Replace(many, "xxx", "×3", 1)}, {many, 58, "200 ||| 401 ×3"},
		{many, 13, "200 || 401 ×3"},
		{"200 | 503 | 401 xxx", 16, "200 503 401 ×3"},
		{many, 10, "401 ×3"}, {many, 6, "401 ×3"}, {many, 5, "401"}, {many, 3, "401"},
		{many, 2, ""},
		{"200 ||||||||||||||", 14, "200 ||||||||||"}, {"200 ||||||||||||||", 5, "200 |"},
		{"200 ||||||||||||||", 4, "200"}, {"200 |", 5, "200 |"}, {"200 |", 4, "200"},
		{"200 " + strings.Repeat("|", 70), 100, "200 " + strings.Repeat("|", 60)},
		{"200 | 503 ? - ?? 401 x", 23, "200 | 503 ? – ?? 401 ×1"},
		{"200 ||| 401 x", 13, "200 || 401 ×1"},
		{"200 ||| 401 x", 10, "401 ×1"}, {"200 | 401 x", 10, "200 401 ×1"},
		{"- ?", 3, "– ?"}, {"- ?", 2, "–"}, {"- ?", 0, ""},
		{"503 ?|?", 7, "503 ?|?"}, {"", 20, ""}, {"200 |", 0, ""}, {"200 |", -1, ""},
	} {
		if got := textOf(appendCalls(nil, callsOf(c.calls), c.w)); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.calls, c.w, got, c.want)
		}
	}
	for w := -1; w < 80; w++ {
		for _, calls := range []string{many, "200 |||| 503 ??? - ? 401 xx 200 ||"} {
			got := textOf(appendCalls(nil, callsOf(calls), w))
			if kit.Width(got) > max(w, 0) || w >= 3 && got == "" {
				t.Errorf("%q in %d: %q", calls, w, got)
			}
		}
	}
}

// Each piece has its kind, which decides its paint.
func TestCallPieces(t *testing.T) {
	t.Parallel()
	got := appendCalls(nil, callsOf("200 || 503 ?| 401 x"), 21)
	want := []callPiece{{"200 ", callStatus}, {"||", callAccepted}, {" 503 ", callStatus},
		{"?", callUnclear}, {"|", callAccepted}, {" 401 ", callStatus}, {"×1", callRefused}}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%d: %v, want %v", i, got[i], want[i])
		}
	}
	got = appendCalls(nil, callsOf("200 || 401 xxx"), 6)
	if len(got) != 1 || got[0] != (callPiece{"401 ×3", callRefused}) {
		t.Errorf("a count is %v", got)
	}
}

func TestUntried(t *testing.T) {
	t.Parallel()
	for w, want := range map[int]string{14: "never tried", 11: "never tried", 10: "untried",
		7: "untried", 6: "", -1: ""} {
		if got := untried(false, w); got != want {
			t.Errorf("%d cells: %q, want %q", w, got, want)
		}
	}
	for w, want := range map[int]string{15: "not tried since", 14: "none since", 9: ""} {
		if got := untried(true, w); got != want {
			t.Errorf("%d cells: %q, want %q", w, got, want)
		}
	}
}
