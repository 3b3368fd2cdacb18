package form_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/themes"
	"lanyard/ui/form"
	"lanyard/ui/kit"
)

func look() form.Look {
	return form.Look{Styles: &themes.Styles{}, Row: func(selected bool) *kit.Line {
		l := kit.NewLine("", 80)
		if selected {
			l.Put("", "▌")
		} else {
			l.Gap(1)
		}
		return l
	}}
}

// grouped returns a form of two groups with three fields each.
func grouped() (*form.Form, []string) {
	values := make([]string, 6)
	f := &form.Form{}
	for i := range values {
		heading := "First"
		if i > 2 {
			heading = "Second"
		}
		x := form.Text(fmt.Sprintf("field%d", i), &values[i], "").Helps(fmt.Sprint("help", i))
		if i == 0 {
			x.Needed()
		}
		f.Fields = append(f.Fields, form.Group(heading, x)...)
	}
	return f, values
}

func TestLinesHaveHeadings(t *testing.T) {
	t.Parallel()
	f, _ := grouped()
	at := func(h int) string {
		return ansi.Strip(strings.Join(f.Lines(look(), 60, h), "\n"))
	}
	all := at(20)
	for _, want := range []string{
		" First ───", "─ * required", "▌field0 *", "\n field5", " Second ───",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if n := strings.Count(all, "\n") + 1; n != f.Height() || n != 9 {
		t.Errorf("%d lines, Height says %d", n, f.Height())
	}
	if tight := at(8); strings.Contains(tight, "more") || strings.Contains(tight, "\n \n") ||
		!strings.Contains(tight, "Second") {
		t.Errorf("without blank lines:\n%s", tight)
	}
	low := at(5)
	if above, below := f.Hidden(); strings.Contains(low, "First") || above != 0 || below != 1 ||
		!strings.Contains(low, "field4") {
		t.Errorf("without headings, %d above, %d below:\n%s", above, below, low)
	}
	f.Fields[0].Help = "another"
	if f.Help() != "another" {
		t.Errorf("help %q", f.Help())
	}
}

// At every height the focused field is drawn, and the fields that are not are counted.
func TestLinesShowTheFocus(t *testing.T) {
	t.Parallel()
	for h := 1; h <= 12; h++ {
		f, _ := grouped()
		for step := range 30 {
			lines := f.Lines(look(), 40, h)
			text := ansi.Strip(strings.Join(lines, "\n"))
			if len(lines) > h || !strings.Contains(text, "▌"+f.Focused().Label) {
				t.Fatalf("height %d, step %d: the focus is not drawn\n%s", h, step, text)
			}
			above, below := f.Hidden()
			if drawn := strings.Count(text, "field"); above+drawn+below != 6 {
				t.Fatalf("height %d, step %d: %d above, %d, %d below\n%s", h, step, above, drawn,
					below, text)
			}
			key := tea.KeyDown // around twice, then back
			if step > 14 {
				key = tea.KeyUp
			}
			press(f, key)
		}
	}
}

func TestFocusMoves(t *testing.T) {
	t.Parallel()
	f, _ := grouped()
	for i, step := range []struct {
		key  rune
		want int
	}{
		{tea.KeyUp, 5}, {tea.KeyDown, 0}, {tea.KeyPgDown, 3}, {tea.KeyDown, 4}, {tea.KeyPgUp, 0},
		{tea.KeyPgDown, 3}, {tea.KeyPgDown, 5}, {tea.KeyTab, 0},
	} {
		if press(f, step.key); f.At != step.want {
			t.Errorf("step %d: at %d, want %d", i, f.At, step.want)
		}
	}
	f.Lines(look(), 40, 20)
	f.Point(6) // First, three fields, blank, Second, field3
	if f.At != 3 {
		t.Errorf("a click goes to %d", f.At)
	}
	if f.Point(5); f.At != 3 {
		t.Errorf("a click on a heading goes to %d", f.At)
	}
}

// The problem of a field is shown when the user has passed it, and not before.
func TestPassedProblemsAreShown(t *testing.T) {
	t.Parallel()
	f, _ := grouped()
	f.Fields[1].Checked(func() string { return "is missing" })
	shows := func() bool {
		return strings.Contains(ansi.Strip(strings.Join(f.Lines(look(), 60, 20), "\n")),
			"✕ is missing")
	}
	for i, want := range []bool{false, false, true, true} {
		if got := shows(); got != want {
			t.Errorf("field%d has the focus, the problem of field1 is shown: %t", i, got)
		}
		press(f, tea.KeyDown)
	}
}

// A letter chooses the next option that begins with it.
func TestLetterChooses(t *testing.T) {
	t.Parallel()
	v := "red"
	f := &form.Form{Fields: []*form.Field{form.Choose("colour", &v, "red", "green", "grey")}}
	for _, c := range []struct{ letter, want string }{
		{"g", "green"}, {"G", "grey"}, {"x", "grey"},
	} {
		r := []rune(c.letter)[0]
		used := f.Type(tea.KeyPressMsg{Code: r, Text: c.letter})
		if v != c.want || used != (c.letter != "x") {
			t.Errorf("%s: %s, used %t", c.letter, v, used)
		}
	}
	if f.Edits != 2 || !f.Chooses() {
		t.Errorf("%d edits", f.Edits)
	}
}

// A problem can name another application. It is shown as other texts of the domain are.
func TestProblemIsRedacted(t *testing.T) {
	t.Parallel()
	v, on := "x", look()
	on.Show = func(s string) string { return strings.ReplaceAll(s, "Payments", "•••") }
	x := form.Text("name", &v, "").Checked(func() string { return "is that of Payments" })
	y := form.Text("next", &v, "")
	f := &form.Form{Fields: []*form.Field{x, y}, At: 1}
	for _, w := range []int{60, 30} {
		text := strings.Join(append(f.Lines(on, w, 2), f.Unread(on, w)...), "\n")
		if strings.Contains(text, "Payments") || !strings.Contains(text, "is that of •••") {
			t.Errorf("%d cells:\n%s", w, text)
		}
	}
}

// The labels of a narrow form take as many cells as the longest one that is shown needs.
func TestNarrowLabels(t *testing.T) {
	t.Parallel()
	grant, scopes, hidden := "client_credentials", "", ""
	f := &form.Form{Fields: []*form.Field{
		form.Choose("grant", &grant, "client_credentials", "password"),
		form.Text("scopes", &scopes, "none"),
		form.Text("a long label", &hidden, "").If(func() bool { return false }),
	}}
	text := ansi.Strip(strings.Join(f.Lines(look(), 32, 5), "\n"))
	if !strings.Contains(text, "▌grant   ‹ client_credentials ›") ||
		!strings.Contains(text, " scopes  none") {
		t.Errorf("the labels are wider than they need to be:\n%s", text)
	}
	f.Fields[1].Needed()
	text = ansi.Strip(strings.Join(f.Lines(look(), 32, 5), "\n"))
	if !strings.Contains(text, " scopes *  none") {
		t.Errorf("the mark touches the field:\n%s", text)
	}
}

// A read-only form has no cursor: nothing can be typed there.
func TestFrozenHasNoCursor(t *testing.T) {
	t.Parallel()
	name, grant := "Orders", "password"
	f := &form.Form{Fields: []*form.Field{
		form.Text("name", &name, ""), form.Choose("grant", &grant, "password"),
	}}
	f.Freeze()
	for f.At = range f.Fields {
		text := strings.Join(f.Lines(look(), 60, 5), "\n")
		if strings.Contains(text, form.Cursor) || strings.Contains(text, "‹") {
			t.Errorf("field %d:\n%s", f.At, text)
		}
	}
}
