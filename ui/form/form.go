// Package form draws fields below each other and edits the one that has the keys. A field is typed
// text, a secret, shown as dots, or a choice of several values.
//
// It does not know what is asked for, and imports neither the screen nor the domain.
package form

import (
	"slices"
	"strings"
	"unicode"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/themes"
	"lanyard/tokenapi/secret"
	"lanyard/ui/kit"
)

// Kind is how a field is filled in.
type Kind int

const (
	Typed  Kind = iota
	Secret      // shown as dots, and kept out of everything that prints
	Choice      // one of several, with the left and right keys
)

// Field is one line of a form.
type Field struct {
	Key, Label string
	Kind       Kind
	Hint       string // what is shown in it while it is empty
	input      textinput.Model
	hidden     Hidden
	given      secret.Text // a secret that came otherwise than by typing; what is typed takes its place
	Options    []string
	at         int
	Off        bool // it is not asked for now
	Touched    bool
	Offered    bool // what is in it was not typed: what is typed takes its place, unless the cursor was moved before
}

func NewField(key, label, value, hint string) *Field {
	f := &Field{Key: key, Label: label, Hint: hint, input: textinput.New()}
	f.input.CharLimit = 500
	f.input.SetValue(value)
	f.input.CursorEnd()
	f.input.Focus()
	return f
}

func NewSecret(key, label, hint string) *Field {
	return &Field{Key: key, Label: label, Kind: Secret, Hint: hint}
}

func NewChoice(key, label, value string, options ...string) *Field {
	f := &Field{Key: key, Label: label, Kind: Choice}
	f.Choose(value, options...)
	return f
}

// Value is what was typed or chosen; of a secret nothing.
func (f *Field) Value() string {
	switch f.Kind {
	case Choice:
		if f.at >= len(f.Options) {
			return ""
		}
		return f.Options[f.at]
	case Secret:
		return ""
	}
	return strings.TrimSpace(f.input.Value())
}

// Secret is a secret as it was typed so far. It stays in the field: what it is for may fail.
func (f *Field) Secret() secret.Text {
	if f.Off {
		return secret.Text{}
	}
	if f.hidden.Len() == 0 {
		return f.given
	}
	return secret.New(string(f.hidden.runes()))
}

// Choose gives a choice its options, and the one that is chosen.
func (f *Field) Choose(value string, options ...string) {
	f.Options, f.at = options, max(slices.Index(options, value), 0)
}

// yields ends the offer of what is in the field, and empties it if it is replaced. It says whether
// it was.
func (f *Field) yields(replaced bool) bool {
	was := f.Offered
	f.Offered = false
	if was && replaced {
		f.input.SetValue("")
	}
	return was && replaced
}

func (f *Field) Set(v string) {
	f.input.CharLimit = max(f.input.CharLimit, len([]rune(v))) // what came otherwise than by typing is not cut
	f.input.SetValue(v)
	f.input.CursorEnd()
}

// Form is fields below each other, one of which takes the keys.
type Form struct {
	Fields  []*Field
	At, Off int
	Changed bool
	Frozen  bool // it is looked at, and not filled in
}

// Secret is a secret of the form as it was typed so far; zero where it is not asked for.
func (f *Form) Secret(key string) secret.Text {
	if x := f.Field(key); x != nil {
		return x.Secret()
	}
	return secret.Text{}
}

// GoTo focuses a field that is asked for.
func (f *Form) GoTo(key string) {
	for i, x := range f.Fields {
		if x.Key == key && !x.Off {
			f.At = i
		}
	}
}

// WrongHere is what is wrong with the focused field, else with the first one, in words for a line
// of its own. Nothing is wrong with a field where nothing was typed yet.
func (f *Form) WrongHere(wrong map[string]string) string {
	for _, x := range slices.Concat(f.Fields[f.At:f.At+1], f.Fields) {
		if x.Touched && !x.Off && wrong[x.Key] != "" {
			return x.Label + ": " + wrong[x.Key]
		}
	}
	return ""
}

func (f *Form) Field(key string) *Field {
	for _, x := range f.Fields {
		if x.Key == key {
			return x
		}
	}
	return nil
}

// Value is that of a field that is asked for; "" of any other.
func (f *Form) Value(key string) string {
	if x := f.Field(key); x != nil && !x.Off {
		return x.Value()
	}
	return ""
}

// Step moves to the next field that is asked for, and says whether there is one.
func (f *Form) Step(by int) bool {
	for i := f.At + by; i >= 0 && i < len(f.Fields); i += by {
		if !f.Fields[i].Off {
			f.At = i
			return true
		}
	}
	return false
}

// Press gives a key to the focused field. It says whether the form knew what to do with it.
func (f *Form) Press(msg tea.KeyPressMsg) bool {
	x := f.Fields[f.At]
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
	before := x.Value()
	switch x.Kind {
	case Choice:
		switch msg.String() {
		case "left":
			x.at = (x.at + len(x.Options) - 1) % len(x.Options)
		case "right", "space":
			x.at = (x.at + 1) % len(x.Options)
		default:
			return false
		}
	case Secret:
		had := x.given
		x.given = secret.Text{}
		switch {
		case msg.String() == "backspace":
			x.hidden.Back()
		case msg.String() == "ctrl+u":
			x.hidden.Wipe()
		case msg.Text != "":
			x.hidden.Add(msg.Text)
		default:
			x.given = had
			return false
		}
		f.Changed, x.Touched = true, true
		return true
	default:
		if key := msg.String(); x.yields(msg.Text != "" || key == "backspace" || key == "delete") && msg.Text == "" {
			break // the key has emptied it
		}
		x.input = TypeInto(x.input, InText(msg))
	}
	if x.Value() != before {
		f.Changed, x.Touched = true, true
	}
	return true
}

// Paste puts one line into the focused field; more than one is not taken, because keys would run.
func (f *Form) Paste(text string) (why string) {
	x := f.Fields[f.At]
	if x.Kind == Secret && !f.Frozen {
		if why := x.hidden.Paste(text); why != "" {
			return why
		}
		x.given = secret.Text{}
		f.Changed, x.Touched = true, true
		return ""
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	switch {
	case f.Frozen:
		return ""
	case strings.ContainsFunc(text, unicode.IsControl):
		return "more than one line was pasted, and nothing of it was taken"
	case x.Kind == Typed:
		have := len([]rune(x.input.Value()))
		if x.Offered {
			have = 0
		}
		if have+len([]rune(text)) > x.input.CharLimit {
			return "that is too long, and nothing of it was taken"
		}
		x.yields(true)
		x.input, _ = x.input.Update(tea.PasteMsg{Content: text})
	default:
		return "this field is chosen with ← →"
	}
	f.Changed, x.Touched = true, true
	return ""
}

// Wipe forgets the secrets.
func (f *Form) Wipe() {
	for _, x := range f.Fields {
		x.hidden.Wipe()
		x.given = secret.Text{}
	}
}

// Give fills in a secret that was not typed.
func (f *Field) Give(t secret.Text) {
	if !t.IsZero() {
		f.hidden.Wipe()
		f.given, f.Touched = t, true
	}
}

// Filled says whether there is one in the field.
func (f *Field) Filled() bool { return f.hidden.Len() > 0 || !f.given.IsZero() }

// LabelWidth is how many cells the labels have, where there is room for them.
const LabelWidth = 16

// shortLabel is the label where there is no room for all of it.
func (f *Field) shortLabel() string {
	short := strings.TrimPrefix(f.Label, "consumer ")
	for long, s := range map[string]string{
		"environment": "env", "redirect URL": "redirect", "access token": "access", "refresh token": "refresh",
		"more settings": "more", "gateway cache": "cache", "certificates": "TLS", "client auth": "auth",
	} {
		if short == long {
			short = s
		}
	}
	return short
}

// Look is how a form is drawn.
type Look struct {
	Styles *themes.Styles
	Row    func(selected bool) *kit.Line // begins the row of a field
	Hides  bool                          // names, keys and hosts are shown as dots
}

// Lines draws the fields that are asked for into h lines, the focused one among them, each with
// what is wrong with it.
func (f *Form) Lines(look Look, w, h int, wrong map[string]string) []string {
	label, name := LabelWidth, func(x *Field) string { return x.Label }
	if w < 44 {
		label, name = 10, (*Field).shortLabel
	}
	var out []string
	focused := 0
	for i, x := range f.Fields {
		if x.Off {
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
			why = wrong[x.Key]
		}
		text, paint := x.show(room, i == f.At)
		if look.Hides && x.Kind == Typed && x.tells() && !x.Empty() {
			text = Dots(len([]rune(x.input.Value())), room, i == f.At)
		}
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

func (f *Field) Empty() bool {
	switch f.Kind {
	case Choice:
		return false
	case Secret:
		return !f.Filled()
	}
	return f.input.Value() == ""
}

// tells says whether what is typed may be a name, a key or a host, which an audience must not read.
func (f *Field) tells() bool { return f.Key != "scopes" && f.Key != "cache_ttl" && f.Key != "count" }

// InText is a key as a text field takes it: ctrl+home and ctrl+end go to the ends of the text, as
// home and end do.
func InText(msg tea.KeyPressMsg) tea.KeyPressMsg {
	if s := msg.String(); s == "ctrl+home" || s == "ctrl+end" {
		msg.Mod = 0
	}
	return msg
}

// Around is what is typed before and after the place where the next character goes.
func Around(in textinput.Model) (left, right string) {
	r := []rune(in.Value())
	at := min(in.Position(), len(r))
	return kit.Clean(string(r[:at])), kit.Clean(string(r[at:]))
}

const Cursor = "▏" // where the next character goes

// Dots stand for n characters.
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

// show is the content of a field on w cells, with the place where the next character goes.
func (f *Field) show(w int, focused bool) (string, themes.Paint) {
	switch f.Kind {
	case Choice:
		chosen := kit.Clean(f.Value()) // it may be a name
		if focused {
			return "‹ " + kit.Middle(chosen, max(w-4, 1)) + " ›", ""
		}
		return chosen, ""
	case Secret:
		n := f.hidden.Len()
		if n == 0 && !f.given.IsZero() {
			n = len(secret.Mask)
		}
		text := Dots(n, w, focused)
		if n == 0 {
			text += f.Hint
		}
		return text, ""
	}
	text := f.input.Value()
	if !focused {
		if text == "" {
			return f.Hint, ""
		}
		return kit.Middle(kit.Clean(text), w), ""
	}
	if text == "" {
		return Cursor + f.Hint, ""
	}
	left, right := Around(f.input)
	return kit.End(left, w-2) + Cursor + right, "" // the end of what is typed is what is looked at
}
