package form

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/tokenapi/secret"
)

// kind is the way in which a field is filled in.
type kind int

const (
	kindText   kind = iota // the user types a text
	kindSecret             // the user types a text that is shown as dots
	kindChoice             // the user chooses with the left and right keys
)

// dash stands for an empty value.
const dash = "–"

// Field is one line of a form. The functions of this package that return a Field make it.
type Field struct {
	Label   string
	Hint    string // shown while the field is empty
	Help    string // what the field is for, shown while it has the focus
	Touched bool   // the user has changed it, so its problem is shown
	Offered bool   // its value is a proposal: typing replaces it, unless the cursor moves first

	kind   kind
	public bool
	group  string // the heading above its group
	needed func() bool
	shown  func() bool
	check  func() string
	text   func() string // the text of the bound value

	// Of a field that is typed:
	input  textinput.Model
	set    func(text string) (why string) // sets the bound value
	unread string                         // why the text is no value

	// Of a choice: turn chooses the option that is by places further. It reports whether that is
	// another one. seek chooses the next option whose text begins with a letter. It reports whether
	// there is one. only is the number of options.
	turn func(by int) (changed bool)
	seek func(letter string) (found, changed bool)
	only int

	// Of a secret: given was not typed, and typing replaces it.
	hidden Hidden
	given  secret.Text
}

// Text returns a field that edits a string, without the spaces around it.
func Text[T ~string](label string, v *T, hint string) *Field {
	write := func(t T) string { return string(t) }
	return Parsed(label, v, hint, write, func(s string) (T, string) { return T(s), "" })
}

// Words returns a field that edits words with spaces between them.
func Words(label string, v *[]string, hint string) *Field {
	return Parsed(label, v, hint,
		func(words []string) string { return strings.Join(words, " ") },
		func(text string) ([]string, string) { return strings.Fields(text), "" })
}

// Parsed returns a field that edits the text of a value. write returns that text. read returns the
// value of a text, or why the text has none; the value then stays as it was.
func Parsed[T any](
	label string, v *T, hint string, write func(T) string, read func(string) (T, string),
) *Field {
	x := &Field{Label: label, Hint: hint, input: textinput.New()}
	x.input.CharLimit = 500
	x.input.Focus()
	x.text = func() string { return write(*v) }
	x.set = func(text string) string {
		value, why := read(text)
		if why == "" {
			*v = value
		}
		return why
	}
	x.Load()
	x.Touched = false
	return x
}

// Secret returns a field that is shown as dots. [Field.Secret] returns what was typed.
func Secret(label, hint string) *Field { return &Field{Label: label, Hint: hint, kind: kindSecret} }

// YesNo returns a field that edits a bool.
func YesNo(label string, v *bool) *Field { return Either(label, v, "no", "yes") }

// Either returns a field that edits a bool with texts of its own for false and true.
func Either(label string, v *bool, no, yes string) *Field {
	text := map[bool]string{false: no, true: yes}
	return ChooseBy(label, v, func(b bool) string { return text[b] }, false, true)
}

// Choose returns a field that edits one of several texts. An empty one is shown as a dash.
func Choose[T ~string](label string, v *T, options ...T) *Field {
	return ChooseBy(label, v, func(t T) string {
		if t == "" {
			return dash
		}
		return string(t)
	}, options...)
}

// ChooseBy returns a field that edits one of several values, each of which is shown as its text. A
// value that is none of the options becomes the last one.
func ChooseBy[T comparable](label string, v *T, text func(T) string, options ...T) *Field {
	if options = slices.Clip(options); !slices.Contains(options, *v) {
		options = append(options, *v)
	}
	n := len(options)
	return &Field{
		Label: label, kind: kindChoice, only: n, text: func() string { return text(*v) },
		turn: func(by int) bool {
			*v = options[(slices.Index(options, *v)+by+n)%n]
			return n > 1
		},
		seek: func(letter string) (found, changed bool) {
			at := slices.Index(options, *v)
			for i := 1; i <= n; i++ {
				next := options[(at+i)%n]
				if hasPrefixFold(text(next), letter) {
					*v = next
					return true, i < n
				}
			}
			return false, false
		},
	}
}

func hasPrefixFold(s, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(s), strings.ToLower(prefix))
}

// Group puts fields under a heading.
func Group(heading string, fields ...*Field) []*Field {
	for _, x := range fields {
		x.group = heading
	}
	return fields
}

// Helps sets what the field is for.
func (x *Field) Helps(text string) *Field {
	x.Help = text
	return x
}

// Needed marks the field as required: always, or while a condition holds.
func (x *Field) Needed(when ...func() bool) *Field {
	x.needed = func() bool { return len(when) == 0 || when[0]() }
	return x
}

// isNeeded reports whether the field is marked as required now.
func (x *Field) isNeeded() bool { return x.needed != nil && x.needed() }

// If shows the field only while a condition holds.
func (x *Field) If(shown func() bool) *Field {
	x.shown = shown
	return x
}

// Checked sets a function that returns the problem of the value, or "".
func (x *Field) Checked(check func() string) *Field {
	x.check = check
	return x
}

// Public marks a field whose text an audience may read: it holds no name, key or host.
func (x *Field) Public() *Field {
	x.public = true
	return x
}

// Offer makes the text of the field a proposal, which typing replaces.
func (x *Field) Offer() *Field {
	x.Offered = !x.Empty()
	return x
}

// Shown reports whether the field is shown now.
func (x *Field) Shown() bool { return x.shown == nil || x.shown() }

// Problem returns the problem of the field, or "".
func (x *Field) Problem() string {
	if x.unread != "" || x.check == nil {
		return x.unread
	}
	return x.check()
}

// Empty reports whether nothing was typed. A choice is never empty.
func (x *Field) Empty() bool {
	switch x.kind {
	case kindChoice:
		return false
	case kindSecret:
		return x.hidden.Len() == 0 && x.given.IsZero()
	}
	return x.input.Value() == ""
}

// Load shows the bound value of a typed field again after the caller has changed it. The field
// counts as touched if it is not empty.
func (x *Field) Load() {
	if x.kind != kindText {
		return
	}
	text := x.text()
	x.input.CharLimit = max(x.input.CharLimit, len([]rune(text))) // the limit is for typing
	x.input.SetValue(text)
	x.input.CursorEnd()
	x.unread, x.Touched = "", !x.Empty()
}

// Secret returns the secret as it was typed so far, or the zero Text if the field is not shown. It
// stays in the field, because the request that needs it may fail.
func (x *Field) Secret() secret.Text {
	if !x.Shown() {
		return secret.Text{}
	}
	return x.Held()
}

// Held is Secret for a field that need not be shown.
func (x *Field) Held() secret.Text {
	if x.hidden.Len() == 0 {
		return x.given
	}
	return secret.New(string(x.hidden.runes()))
}

// Give fills in a secret that was not typed. A zero one changes nothing.
func (x *Field) Give(t secret.Text) {
	if !t.IsZero() {
		x.hidden.Wipe()
		x.given, x.Touched = t, true
	}
}

// press gives a key to the field.
func (x *Field) press(msg tea.KeyPressMsg) (used, changed bool) {
	key := msg.String()
	switch x.kind {
	case kindChoice:
		by := map[string]int{"left": -1, "right": 1, "space": 1}[key]
		switch {
		case by != 0:
			used, changed = true, x.turn(by)
		case msg.Text != "":
			used, changed = x.seek(msg.Text)
		}
		x.Touched = x.Touched || changed
		return used, changed
	case kindSecret:
		n, given := x.hidden.Len(), x.given
		switch {
		case key == "backspace":
			x.hidden.Back()
		case key == "ctrl+u":
			x.hidden.Wipe()
		case msg.Text != "":
			x.hidden.Add(msg.Text)
		default:
			return false, false
		}
		x.given, x.Touched = secret.Text{}, true
		return true, x.hidden.Len() != n || !given.IsZero()
	}
	before := x.entered()
	replaces := msg.Text != "" || key == "backspace" || key == "delete"
	if !x.takeBack(replaces) || msg.Text != "" {
		x.input = TypeInto(x.input, InText(msg))
	}
	return true, x.changed(before)
}

// OnlyChosen is the answer to a text for a field that is a choice.
const OnlyChosen = "this field is a choice: ← → choose"

// paste inserts one line into the field, or returns why not.
func (x *Field) paste(text string) (why string) {
	if x.kind == kindSecret {
		if why := x.hidden.Paste(text); why != "" {
			return why
		}
		x.Touched = true
		return ""
	}
	text, ok := oneLine(text)
	if !ok {
		return severalLines
	}
	if x.kind == kindChoice {
		return OnlyChosen
	}
	length := len([]rune(text))
	if !x.Offered {
		length += len([]rune(x.input.Value()))
	}
	if length > x.input.CharLimit {
		return tooLong
	}
	before := x.entered()
	x.takeBack(true)
	x.input, _ = x.input.Update(tea.PasteMsg{Content: text})
	x.changed(before)
	x.Touched = true
	return ""
}

// entered returns the text without the spaces around it.
func (x *Field) entered() string { return strings.TrimSpace(x.input.Value()) }

// changed sets the bound value if the text differs from the one before. It reports whether it does.
func (x *Field) changed(before string) bool {
	now := x.entered()
	if now == before {
		return false
	}
	x.Touched, x.unread = true, x.set(now)
	return true
}

// takeBack ends the offer of the text. It empties the field if the text was offered and is to be
// replaced, and reports whether it did.
func (x *Field) takeBack(replaced bool) bool {
	empties := x.Offered && replaced
	x.Offered = false
	if empties {
		x.input.SetValue("")
	}
	return empties
}
