package ui_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/ui/kit"
)

// clusters returns the texts of the table of ui/kit.
func clusters(t *testing.T) (out []string) {
	t.Helper()
	data, err := os.ReadFile("kit/testdata/clusters.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || f[0] == "prepend" {
			continue
		}
		text := ""
		for hex := range strings.FieldsSeq(f[1]) {
			r, err := strconv.ParseInt(hex, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			text += string(rune(r))
		}
		out = append(out, text)
	}
	if len(out) < 200 {
		t.Fatalf("only %d clusters", len(out))
	}
	return out
}

// borders draws a frame as Bubble Tea does, and returns the columns of the borders on each line.
func borders(frame string, m ansi.Method, w, h int) [][]int {
	b := uv.NewScreenBuffer(w, h)
	b.Method = m
	uv.NewStyledString(frame).Draw(b, b.Bounds())
	out := make([][]int, h)
	for y := range h {
		for x := range w {
			if c := b.CellAt(x, y); c != nil && c.Content == "│" {
				out[y] = append(out[y], x)
			}
		}
	}
	return out
}

// Names in every script are whole on the screen, and no border moves. This holds for terminals that
// place clusters as one, and for others.
func TestNamesOfEveryScript(t *testing.T) { // not parallel: the way to count cells is global
	defer kit.MeasureClusters(false)
	const w, h = 120, 32
	all := clusters(t)
	for _, m := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
		kit.MeasureClusters(false)
		p, _ := still(t, w, h)
		if m == ansi.GraphemeWidth {
			p.Send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset})
		}
		named := func(names []string) console.Board {
			b := orders()
			for i := range b.Applications[:4] {
				b.Applications[i].Name = console.Private(names[i])
			}
			for i := range b.Tokens {
				b.Tokens[i].User = console.Private(names[i%4])
			}
			return b
		}
		p.Feed(named([]string{"plain", "plain", "plain", "plain"}))
		want := borders(p.Frame(), m, w, h)
		for names := range slices.Chunk(all, 4) {
			for len(names) < 4 {
				names = append(names, "x")
			}
			p.Feed(named(names))
			frame := p.Frame()
			got := borders(frame, m, w, h)
			for y := range want {
				if !slices.Equal(got[y], want[y]) {
					t.Errorf("%q: line %d has borders at %v, want %v: %+q", names, y, got[y],
						want[y], ansi.Strip(strings.Split(frame, "\n")[y]))
				}
			}
			for _, name := range names {
				if !strings.Contains(ansi.Strip(frame), kit.Clean(name)) {
					t.Errorf("%+q is not whole in the frame", name)
				}
			}
		}
	}
}

// In a text field the cursor moves by visible characters, and backspace and delete remove one.
func TestTypingInEveryScript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, keys, want string }{
		{"सेवा भुगतान", "left left backspace", "सेवा भुतान"},
		{"सेवा", "left x", "सेxवा"},
		{"தமிழ்", "home delete", "மிழ்"},
		{"บริการ", "home right right backspace", "บการ"},
		{"a👨\u200d👩\u200d👧\u200d👦b", "left backspace", "ab"},
		{"a👨\u200d👩\u200d👧\u200d👦b", "home right delete", "ab"},
		{"🇩🇪🇮🇳", "backspace", "🇩🇪"},
		{"می\u200cخواهم", "home right right x", "می\u200cxخواهم"},
		{"Zu\u0308rich", "home right right x", "Zu\u0308xrich"},
	} {
		p, _ := still(t, 80, 24)
		p.Feed(orders())
		p.Key("a")
		p.Type(c.typed)
		p.Key(strings.Fields(c.keys)...)
		p.Key("tab") // the cursor has left the field
		if !strings.Contains(ansi.Strip(p.Frame()), " "+kit.Clean(c.want)+" ") {
			t.Errorf("%+q and %s: %+q is not in\n%s", c.typed, c.keys, c.want,
				ansi.Strip(p.Frame()))
		}
	}
}

// A name is whole in a form while it is typed, and the cursor is behind it.
func TestFormShowsWhatIsTyped(t *testing.T) {
	t.Parallel()
	p, _ := still(t, 80, 24)
	p.Feed(orders())
	p.Key("a")
	for _, r := range "சேவை बिल" {
		p.Type(string(r))
	}
	if !strings.Contains(ansi.Strip(p.Frame()), "சேவை बिल▏") {
		t.Errorf("not whole:\n%s", ansi.Strip(p.Frame()))
	}
}
