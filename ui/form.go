package ui

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

// fieldKind is how a field is filled in.
type fieldKind int

const (
	typedField  fieldKind = iota
	secretField           // shown as dots, and kept out of everything that prints
	choiceField           // one of several, with the left and right keys
)

// field is one line of a form.
type field struct {
	key, label string
	kind       fieldKind
	hint       string // what is shown in it while it is empty
	input      textinput.Model
	hidden     hidden
	given      secret.Text // a secret that came otherwise than by typing; what is typed takes its place
	options    []string
	at         int
	off        bool // it is not asked for now
	touched    bool
	offered    bool // what is in it was not typed: what is typed takes its place, unless the cursor was moved before
}

func newField(key, label, value, hint string) *field {
	f := &field{key: key, label: label, hint: hint, input: textinput.New()}
	f.input.CharLimit = 500
	f.input.SetValue(value)
	f.input.CursorEnd()
	f.input.Focus()
	return f
}

func newSecret(key, label, hint string) *field {
	return &field{key: key, label: label, kind: secretField, hint: hint}
}

func newChoice(key, label, value string, options ...string) *field {
	f := &field{key: key, label: label, kind: choiceField}
	f.choose(value, options...)
	return f
}

// value is what was typed or chosen; of a secret nothing.
func (f *field) value() string {
	switch f.kind {
	case choiceField:
		if f.at >= len(f.options) {
			return ""
		}
		return f.options[f.at]
	case secretField:
		return ""
	}
	return strings.TrimSpace(f.input.Value())
}

// text is a secret as it was typed so far. It stays in the field: what it is for may fail.
func (f *field) text() secret.Text {
	if f.off {
		return secret.Text{}
	}
	if f.hidden.len() == 0 {
		return f.given
	}
	return secret.New(string(f.hidden.runes()))
}

// choose gives a choice its options, and the one that is chosen.
func (f *field) choose(value string, options ...string) {
	f.options, f.at = options, max(slices.Index(options, value), 0)
}

// yields ends the offer of what is in the field, and empties it if it is replaced. It says whether it was.
func (f *field) yields(replaced bool) bool {
	was := f.offered
	f.offered = false
	if was && replaced {
		f.input.SetValue("")
	}
	return was && replaced
}

func (f *field) set(v string) {
	f.input.CharLimit = max(f.input.CharLimit, len([]rune(v))) // what came otherwise than by typing is not cut
	f.input.SetValue(v)
	f.input.CursorEnd()
}

// form is fields below each other, one of which takes the keys.
type form struct {
	fields  []*field
	at, off int
	changed bool
	frozen  bool // it is looked at, and not filled in
}

// secret is a secret of the form as it was typed so far; zero where it is not asked for.
func (f *form) secret(key string) secret.Text {
	if x := f.field(key); x != nil {
		return x.text()
	}
	return secret.Text{}
}

// goTo focuses a field that is asked for.
func (f *form) goTo(key string) {
	for i, x := range f.fields {
		if x.key == key && !x.off {
			f.at = i
		}
	}
}

// wrongHere is what is wrong with the focused field, else with the first one, in words for a line of its own. Nothing is
// wrong with a field where nothing was typed yet.
func (f *form) wrongHere(wrong map[string]string) string {
	for _, x := range slices.Concat(f.fields[f.at:f.at+1], f.fields) {
		if x.touched && !x.off && wrong[x.key] != "" {
			return x.label + ": " + wrong[x.key]
		}
	}
	return ""
}

func (f *form) field(key string) *field {
	for _, x := range f.fields {
		if x.key == key {
			return x
		}
	}
	return nil
}

// value is that of a field that is asked for; "" of any other.
func (f *form) value(key string) string {
	if x := f.field(key); x != nil && !x.off {
		return x.value()
	}
	return ""
}

// step moves to the next field that is asked for, and says whether there is one.
func (f *form) step(by int) bool {
	for i := f.at + by; i >= 0 && i < len(f.fields); i += by {
		if !f.fields[i].off {
			f.at = i
			return true
		}
	}
	return false
}

// typed gives a key to the focused field. It says whether the form knew what to do with it.
func (f *form) typed(msg tea.KeyPressMsg) bool {
	x := f.fields[f.at]
	switch msg.String() {
	case "tab", "down":
		f.step(1)
		return true
	case "shift+tab", "up":
		f.step(-1)
		return true
	}
	if f.frozen {
		return false
	}
	before := x.value()
	switch x.kind {
	case choiceField:
		switch msg.String() {
		case "left":
			x.at = (x.at + len(x.options) - 1) % len(x.options)
		case "right", "space":
			x.at = (x.at + 1) % len(x.options)
		default:
			return false
		}
	case secretField:
		had := x.given
		x.given = secret.Text{}
		switch {
		case msg.String() == "backspace":
			x.hidden.back()
		case msg.String() == "ctrl+u":
			x.hidden.wipe()
		case msg.Text != "":
			x.hidden.add(msg.Text)
		default:
			x.given = had
			return false
		}
		f.changed, x.touched = true, true
		return true
	default:
		if key := msg.String(); x.yields(msg.Text != "" || key == "backspace" || key == "delete") && msg.Text == "" {
			break // the key has emptied it
		}
		x.input = typeInto(x.input, inText(msg))
	}
	if x.value() != before {
		f.changed, x.touched = true, true
	}
	return true
}

// pasted puts one line into the focused field; more than one is not taken, because keys would run.
func (f *form) pasted(text string) (why string) {
	x := f.fields[f.at]
	if x.kind == secretField && !f.frozen {
		if why := x.hidden.paste(text); why != "" {
			return why
		}
		x.given = secret.Text{}
		f.changed, x.touched = true, true
		return ""
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	switch {
	case f.frozen:
		return ""
	case strings.ContainsFunc(text, unicode.IsControl):
		return "more than one line was pasted, and nothing of it was taken"
	case x.kind == typedField:
		have := len([]rune(x.input.Value()))
		if x.offered {
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
	f.changed, x.touched = true, true
	return ""
}

// wipe forgets the secrets.
func (f *form) wipe() {
	for _, x := range f.fields {
		x.hidden.wipe()
		x.given = secret.Text{}
	}
}

// give fills in a secret that was not typed.
func (f *field) give(t secret.Text) {
	if !t.IsZero() {
		f.hidden.wipe()
		f.given, f.touched = t, true
	}
}

// filled says whether there is one in the field.
func (f *field) filled() bool { return f.hidden.len() > 0 || !f.given.IsZero() }

const wLabel = 16

// shortLabel is the label where there is no room for all of it.
func (f *field) shortLabel() string {
	short := strings.TrimPrefix(f.label, "consumer ")
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

// lines draws the fields that are asked for into h lines, the focused one among them, each with what is wrong with it.
func (f *form) lines(s *scene, w, h int, wrong map[string]string) []string {
	label, name := wLabel, func(x *field) string { return x.label }
	if w < 44 {
		label, name = 10, (*field).shortLabel
	}
	var out []string
	focused := 0
	for i, x := range f.fields {
		if x.off {
			continue
		}
		if i == f.at {
			focused = len(out)
		}
		l := s.begin(i == f.at, true)
		l.Cell(string(s.st.Quiet), name(x), label)
		l.Gap(1)
		room := max(w-l.Width()-1, 1)
		why := ""
		if x.touched || f.at > i {
			why = wrong[x.key]
		}
		text, paint := x.show(room, i == f.at)
		if s.redactor != nil && x.kind == typedField && x.tells() && !x.empty() {
			text = dots(len([]rune(x.input.Value())), room, i == f.at)
		}
		if text == "" || x.empty() && i != f.at {
			paint = s.st.Quiet
		}
		shown := kit.Short(text, room)
		l.Put(string(paint), shown)
		if rest := room - kit.Width(shown) - 3; why != "" && rest >= 6 {
			l.Put(string(s.st.Danger), kit.Fit("  ✕ "+why, min(rest+3, kit.Width(why)+4)))
		}
		out = append(out, l.End(w))
	}
	f.off = max(min(f.off, focused), focused-h+1, 0)
	if len(out) > h {
		f.off = min(f.off, len(out)-h)
		return out[f.off : f.off+h]
	}
	return out
}

func (f *field) empty() bool {
	switch f.kind {
	case choiceField:
		return false
	case secretField:
		return !f.filled()
	}
	return f.input.Value() == ""
}

// tells says whether what is typed may be a name, a key or a host, which an audience must not read.
func (f *field) tells() bool { return f.key != "scopes" && f.key != "cache_ttl" && f.key != "count" }

// inText is a key as a text field takes it: ctrl+home and ctrl+end go to the ends of the text, as home and end do.
func inText(msg tea.KeyPressMsg) tea.KeyPressMsg {
	if s := msg.String(); s == "ctrl+home" || s == "ctrl+end" {
		msg.Mod = 0
	}
	return msg
}

// around is what is typed before and after the place where the next character goes.
func around(in textinput.Model) (left, right string) {
	r := []rune(in.Value())
	at := min(in.Position(), len(r))
	return kit.Clean(string(r[:at])), kit.Clean(string(r[at:]))
}

const here = "▏" // where the next character goes

// dots stand for n characters.
func dots(n, w int, focused bool) string {
	cut := ""
	if n > w-2 {
		n, cut = max(w-3, 0), "…"
	}
	text := cut + strings.Repeat("•", n)
	if focused {
		text += here
	}
	return text
}

// show is the content of a field on w cells, with the place where the next character goes.
func (f *field) show(w int, focused bool) (string, themes.Paint) {
	switch f.kind {
	case choiceField:
		chosen := kit.Clean(f.value()) // it may be a name
		if focused {
			return "‹ " + kit.Middle(chosen, max(w-4, 1)) + " ›", ""
		}
		return chosen, ""
	case secretField:
		n := f.hidden.len()
		if n == 0 && !f.given.IsZero() {
			n = len(secret.Mask)
		}
		text := dots(n, w, focused)
		if n == 0 {
			text += f.hint
		}
		return text, ""
	}
	text := f.input.Value()
	if !focused {
		if text == "" {
			return f.hint, ""
		}
		return kit.Middle(kit.Clean(text), w), ""
	}
	if text == "" {
		return here + f.hint, ""
	}
	left, right := around(f.input)
	return kit.End(left, w-2) + here + right, "" // the end of what is typed is what is looked at
}
