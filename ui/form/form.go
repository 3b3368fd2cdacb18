// Package form draws fields below each other and edits the one that has the focus.
//
// A [Field] is bound to a value of the caller, which every key press and paste updates. A field of
// [Text] edits a string, one of [Words] a list of words, one of [Parsed] any value that has a text.
// Fields of [YesNo], [Either] and [Choose] edit one of several values. A field of [Secret] is bound
// to no value. It keeps what was typed in a [Hidden] until the caller asks for it.
//
// [Field.If] sets the condition under which a field is shown, and [Field.Checked] the check of its
// value. The package imports neither the screen nor the domain.
package form

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/kit"
)

// Form is a list of fields, one of which has the focus.
type Form struct {
	Fields []*Field
	At     int  // index of the focused field
	Off    int  // number of fields that are scrolled out above
	Edits  int  // number of changes by the user
	Frozen bool // read-only: see Freeze
}

// Freeze makes the form read-only. An empty field then shows no example of what could be typed.
func (f *Form) Freeze() {
	f.Frozen = true
	for _, x := range f.Fields {
		x.Hint = map[kind]string{kindText: dash, kindSecret: "not shown"}[x.kind]
	}
}

// Focused returns the field that has the focus.
func (f *Form) Focused() *Field { return f.Fields[f.At] }

// Chooses reports whether the focused field is a choice between several values.
func (f *Form) Chooses() bool { return f.Focused().kind == kindChoice }

// GoTo focuses a field if it is shown.
func (f *Form) GoTo(x *Field) {
	if i := slices.Index(f.Fields, x); i >= 0 && x.Shown() {
		f.At = i
	}
}

// GoToProblem focuses the first field with a problem. It returns the label and the problem, or ""
// if there is none.
func (f *Form) GoToProblem() string {
	for i, x := range f.Fields {
		if why := x.Problem(); why != "" && x.Shown() {
			x.Touched, f.At = true, i
			return x.Label + ": " + why
		}
	}
	return ""
}

// Problem returns the label and the problem of the focused field, else of the first field with a
// problem. It ignores the fields that the user has not touched.
func (f *Form) Problem() string {
	for _, x := range slices.Concat(f.Fields[f.At:f.At+1], f.Fields) {
		if why := x.Problem(); why != "" && x.Touched && x.Shown() {
			return x.Label + ": " + why
		}
	}
	return ""
}

// Step moves the focus by one shown field, forwards or backwards. It reports whether there is one.
func (f *Form) Step(by int) bool {
	for i := f.At + by; i >= 0 && i < len(f.Fields); i += by {
		if f.Fields[i].Shown() {
			f.At = i
			return true
		}
	}
	return false
}

// Type gives a key to the focused field. It reports whether the form uses that key.
func (f *Form) Type(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "tab", "down":
		f.Step(1)
		return true
	case "shift+tab", "up":
		f.Step(-1)
		return true
	}
	if f.Frozen {
		return false
	}
	used, changed := f.Focused().press(msg)
	if changed {
		f.Edits++
	}
	return used
}

// Paste inserts one line into the focused field. It returns why the field does not take the text,
// or "". It refuses several lines: a field has one, and a line break would be a key.
func (f *Form) Paste(text string) (why string) {
	if f.Frozen {
		return ""
	}
	if why := f.Focused().paste(text); why != "" {
		return why
	}
	f.Edits++
	return ""
}

// Wipe erases the secrets of the form.
func (f *Form) Wipe() {
	for _, x := range f.Fields {
		x.hidden.Wipe()
		x.given = secret.Text{}
	}
}

// LabelWidth is the number of cells of a label in a wide form.
const LabelWidth = 16

// Look holds the styles and options with which a form is drawn.
type Look struct {
	Styles *themes.Styles
	Row    func(selected bool) *kit.Line // begins the row of a field
	Hides  bool                          // show typed text as a few dots, except in public fields
	Show   func(string) string           // redacts a hint or a choice; nil for kit.Clean
}

// Lines draws the shown fields into at most h lines of w cells, each with its problem. It scrolls
// so that the focused field is among them.
func (f *Form) Lines(look Look, w, h int) []string {
	label, name := LabelWidth, func(x *Field) string { return x.Label }
	if w < 44 {
		label, name = 10, (*Field).shortLabel
	}
	var out []string
	focused := 0
	for i, x := range f.Fields {
		if !x.Shown() {
			continue
		}
		if i == f.At {
			focused = len(out)
		}
		l := look.Row(i == f.At)
		l.Cell(string(look.Styles.Quiet), name(x), label)
		l.Gap(1)
		room := max(w-l.Width()-1, 1)
		why := ""
		if x.Touched || f.At > i {
			why = x.Problem()
		}
		text := x.show(room, i == f.At, look.Show)
		if look.Hides && x.kind != kindChoice && !x.public && !x.Empty() {
			text = Dots(HiddenLength, room, i == f.At)
		}
		var paint themes.Paint
		if text == "" || x.Empty() && i != f.At {
			paint = look.Styles.Quiet
		}
		shown := kit.Short(text, room)
		l.Put(string(paint), shown)
		if rest := room - kit.Width(shown) - 3; why != "" && rest >= 6 {
			l.Put(string(look.Styles.Danger), kit.Fit("  ✕ "+why, min(rest+3, kit.Width(why)+4)))
		}
		out = append(out, l.End(w))
	}
	f.Off = max(min(f.Off, focused), focused-h+1, 0)
	if len(out) > h {
		f.Off = min(f.Off, len(out)-h)
		return out[f.Off : f.Off+h]
	}
	return out
}

// Height returns the number of fields that are shown.
func (f *Form) Height() (n int) {
	for _, x := range f.Fields {
		if x.Shown() {
			n++
		}
	}
	return n
}

// shortLabel returns the label for a narrow form.
func (x *Field) shortLabel() string {
	label := strings.TrimPrefix(x.Label, "consumer ")
	return cmp.Or(map[string]string{
		"environment": "env", "redirect URL": "redirect", "access token": "access",
		"refresh token": "refresh", "more settings": "more", "gateway cache": "cache",
		"certificates": "TLS", "client auth": "auth",
	}[label], label)
}

// show returns the content of a field for w cells, with a cursor if it has the focus.
//
// Hints and choices may hold names, which the function shown redacts.
func (x *Field) show(w int, focused bool, shown func(string) string) string {
	if shown == nil {
		shown = kit.Clean
	}
	hint := shown(x.Hint)
	switch x.kind {
	case kindChoice:
		chosen := shown(x.text()) // such as the name of an environment
		if focused {
			return "‹ " + kit.Middle(chosen, max(w-4, 1)) + " ›"
		}
		return chosen
	case kindSecret:
		n := x.hidden.Len()
		if n == 0 && !x.given.IsZero() {
			n = len(secret.Mask)
		}
		text := Dots(n, w, focused)
		if n == 0 {
			text += hint
		}
		return text
	}
	text := x.input.Value()
	switch {
	case focused && text == "":
		return Cursor + hint
	case focused:
		left, right := Around(x.input)
		return kit.End(left, w-2) + Cursor + right // the user looks at the end of the text
	case text == "":
		return hint
	}
	return kit.Middle(kit.Clean(text), w)
}

// HiddenLength is the number of dots of a text that is hidden from an audience, of any length.
const HiddenLength = 8

// Dots returns n dots cut to w cells, with a cursor if the field has the focus.
func Dots(n, w int, focused bool) string {
	cut := ""
	if n > w-2 {
		n, cut = max(w-3, 0), "…"
	}
	text := cut + strings.Repeat("•", n)
	if focused {
		text += Cursor
	}
	return text
}

// tooLong refuses a text that the field has no room for.
const tooLong = "that is too long, and nothing of it was taken"

// severalLines refuses a pasted text.
const severalLines = "more than one line was pasted, and nothing of it was taken"

// oneLine returns a pasted text without the line break at its end.
func oneLine(text string) (line string, ok bool) {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	return text, !strings.ContainsFunc(text, unicode.IsControl)
}
