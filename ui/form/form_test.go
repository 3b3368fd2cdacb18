package form_test

import (
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/form"
	"lanyard/ui/kit"
)

// write types a text into the focused field.
func write(f *form.Form, text string) {
	for _, r := range text {
		f.Type(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func press(f *form.Form, code rune) { f.Type(tea.KeyPressMsg{Code: code}) }

// clearText empties the focused field with ctrl+u.
func clearText(f *form.Form) { f.Type(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl}) }

func TestFieldsEditTheirValues(t *testing.T) {
	t.Parallel()
	v := struct {
		name   string
		words  []string
		number int
		yes    bool
		colour string
	}{name: "a", number: 7, colour: "red"}
	number := form.Parsed("number", &v.number, "", strconv.Itoa, func(s string) (int, string) {
		n, err := strconv.Atoi(s)
		if err != nil {
			return 0, "is no number"
		}
		return n, ""
	})
	f := &form.Form{Fields: []*form.Field{
		form.Text("name", &v.name, ""), form.Words("words", &v.words, ""), number,
		form.YesNo("yes", &v.yes), form.Choose("colour", &v.colour, "green", "blue"),
	}}
	write(f, " b ")
	press(f, tea.KeyDown)
	write(f, "one  two ")
	press(f, tea.KeyDown)
	write(f, "0x")
	if v.number != 70 || number.Problem() != "is no number" {
		t.Errorf("%d, %q after a text that is no number", v.number, number.Problem())
	}
	press(f, tea.KeyBackspace)
	press(f, tea.KeyDown)
	press(f, tea.KeyRight)
	press(f, tea.KeyDown)
	press(f, tea.KeyRight) // a value that is none of the options is the last one
	if v.name != "a b" || strings.Join(v.words, "|") != "one|two" || v.number != 70 ||
		number.Problem() != "" || !v.yes || v.colour != "green" {
		t.Errorf("%+v, %q", v, number.Problem())
	}

	v.number = 8
	number.Load()
	f.GoTo(number)
	write(f, "1")
	if v.number != 81 {
		t.Errorf("%d: the field has not taken the value of the caller over", v.number)
	}
}

func TestEditsAreCounted(t *testing.T) {
	t.Parallel()
	name, only := "", "one"
	f := &form.Form{Fields: []*form.Field{
		form.Text("name", &name, ""), form.Choose("choice", &only, "one"),
		form.Secret("secret", ""),
	}}
	for i, step := range []struct {
		do   func()
		want int
	}{
		{func() { press(f, tea.KeyBackspace) }, 0},
		{func() { write(f, " ") }, 0}, // spaces around a text are no part of it
		{func() { write(f, "a") }, 1},
		{func() { press(f, tea.KeyDown); press(f, tea.KeyRight) }, 1},
		{func() { press(f, tea.KeyDown); press(f, tea.KeyBackspace) }, 1},
		{func() { write(f, "s") }, 2},
		{func() { f.Paste("two\nlines") }, 2},
		{func() { clearText(f) }, 3},
		{func() { f.Freeze(); write(f, "x") }, 3},
	} {
		if step.do(); f.Edits != step.want {
			t.Errorf("step %d: %d edits, want %d", i, f.Edits, step.want)
		}
	}
}

func TestOfferedTextIsReplaced(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(*form.Form)
		want string
	}{
		"typed":              {func(f *form.Form) { write(f, "b") }, "b"},
		"pasted":             {func(f *form.Form) { f.Paste("b") }, "b"},
		"deleted":            {func(f *form.Form) { press(f, tea.KeyBackspace) }, ""},
		"moved before":       {func(f *form.Form) { press(f, tea.KeyRight); write(f, "b") }, "ab"},
		"pasted several":     {func(f *form.Form) { f.Paste("b\nc") }, "a"},
		"typed after typing": {func(f *form.Form) { write(f, "bc") }, "bc"},
	} {
		v := "a"
		f := &form.Form{Fields: []*form.Field{form.Text("text", &v, "").Offer()}}
		if c.do(f); v != c.want {
			t.Errorf("%s: %q, want %q", name, v, c.want)
		}
	}
}

// A pasted text that is too long changes nothing.
func TestPasteIsLimited(t *testing.T) {
	t.Parallel()
	v := "a"
	f := &form.Form{Fields: []*form.Field{form.Text("text", &v, "")}}
	if why := f.Paste(strings.Repeat("x", 500)); why == "" || v != "a" || f.Edits != 0 {
		t.Errorf("%q, %d edits, %d characters", why, f.Edits, len(v))
	}
	if why := f.Paste(strings.Repeat("x", 499)); why != "" || len(v) != 500 {
		t.Errorf("%q, %d characters", why, len(v))
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	a, b, shown := "", "", false
	required := func(v *string) func() string {
		return func() string {
			if *v == "" {
				return "is missing"
			}
			return ""
		}
	}
	f := &form.Form{Fields: []*form.Field{
		form.Text("first", &a, "").If(func() bool { return shown }).Checked(required(&a)),
		form.Text("second", &b, "").Checked(required(&b)),
	}}
	f.At = 1
	if why := f.Problem(); why != "" {
		t.Errorf("%q, though nothing was typed yet", why)
	}
	if why := f.GoToProblem(); why != "second: is missing" || f.Problem() != why {
		t.Errorf("%q, %q", why, f.Problem())
	}
	write(f, "x")
	if why := f.GoToProblem(); why != "" || f.Height() != 1 {
		t.Errorf("%q, %d fields: a field that is not shown counts", why, f.Height())
	}
	if shown = true; f.GoToProblem() != "first: is missing" || f.Focused() != f.Fields[0] {
		t.Errorf("the focus is on %s", f.Focused().Label)
	}
	b = ""
	if f.GoToProblem(); !f.Fields[0].Touched || !f.Fields[1].Touched || f.At != 0 {
		t.Error("only one of two missing fields is marked")
	}
}

func TestSecretField(t *testing.T) {
	t.Parallel()
	shown := true
	x := form.Secret("password", "").If(func() bool { return shown })
	f := &form.Form{Fields: []*form.Field{x}}
	x.Give(secret.New("given"))
	if !x.Secret().Equal(secret.New("given")) || x.Empty() {
		t.Error("the given secret is not in the field")
	}
	if clearText(f); !x.Secret().IsZero() {
		t.Error("ctrl+u leaves the given secret in the field")
	}
	x.Give(secret.New("given"))
	write(f, "typed")
	if !x.Secret().Equal(secret.New("typed")) {
		t.Error("typing does not replace the given secret")
	}
	x.Give(secret.New("given"))
	if f.Paste(""); !x.Secret().Equal(secret.New("given")) {
		t.Error("a paste of nothing takes the given secret away")
	}
	f.Paste("pasted")
	if !x.Secret().Equal(secret.New("pasted")) {
		t.Error("a paste does not replace the given secret")
	}
	if shown = false; !x.Secret().IsZero() {
		t.Error("a field that is not shown gives its secret")
	}
	shown = true
	if f.Wipe(); !x.Secret().IsZero() || !x.Empty() {
		t.Error("the secret is still in the field")
	}
}

// The dots of a text that is hidden from an audience do not tell its length.
func TestHiddenLength(t *testing.T) {
	t.Parallel()
	look := form.Look{Styles: &themes.Styles{}, Hides: true,
		Row: func(bool) *kit.Line { return kit.NewLine("", 80) }}
	drawn := func(text string) string {
		var name string
		f := &form.Form{Fields: []*form.Field{
			form.Text("name", &name, ""), form.Secret("secret", ""), form.Secret("last", ""),
		}}
		for range 2 {
			write(f, text)
			press(f, tea.KeyDown)
		}
		return strings.Join(f.Lines(look, 60, 3), "\n")
	}
	if short, long := drawn("abc"), drawn("a much longer text than that"); short != long {
		t.Errorf("the lengths are told:\n%s\n%s", short, long)
	}
	if drawn("abc") == drawn("") {
		t.Error("a filled in field looks like an empty one")
	}
}
