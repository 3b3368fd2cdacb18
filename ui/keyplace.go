package ui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// Actions are bound to Latin letters. A keyboard of another script has other letters on the same
// keys. Terminals with the kitty keyboard protocol report the key of the US layout beside the
// letter, its base key. It decides if the letter has no action. In text fields the letter counts.

// foreign reports whether r is a letter or digit of a script that is not Latin. Latin keyboards go
// by the letter: on Dvorak the base key is not the letter on the key cap.
func foreign(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.In(r, unicode.L, unicode.M, unicode.Nd)) &&
		!unicode.Is(unicode.Latin, r)
}

// normalized returns a key press without the base key of a Latin keyboard, and with the letter that
// was typed where Bubble Tea has replaced it by the base key.
func normalized(msg tea.KeyPressMsg) tea.KeyPressMsg {
	switch {
	case !foreign(msg.Code):
		msg.BaseCode = 0
	case msg.BaseCode != 0 && msg.Text == string(msg.BaseCode):
		msg.Text = string(unicode.ToUpper(msg.Code))
	}
	return msg
}

// keyAtPlace returns the key of the US layout at the place of a foreign letter, or "" if the
// terminal does not report it.
func keyAtPlace(msg tea.KeyPressMsg) string {
	if msg.BaseCode == 0 || msg.Text == "" || !foreign(msg.Code) {
		return ""
	}
	return shiftedKey(msg.BaseCode,
		msg.Mod.Contains(tea.ModShift) != (msg.Mod.Contains(tea.ModCapsLock) &&
			unicode.IsLetter(msg.BaseCode)))
}

// shiftedKey returns the name of a key of the US layout, with or without shift.
func shiftedKey(r rune, shift bool) string {
	const plain, with = "`1234567890-=[]\\;',./", "~!@#$%^&*()_+{}|:\"<>?"
	if i := strings.IndexRune(plain, r); shift && i >= 0 {
		return with[i : i+1]
	}
	if shift {
		r = unicode.ToUpper(r)
	}
	return string(r)
}

// usKeys and layouts are the letters of common keyboards, in one order of the keys. A notice uses
// them to name the likely key.
const usKeys = "qwertyuiop[]asdfghjkl;'zxcvbnm,./"

var layouts = []string{
	"йцукенгшщзхъфывапролджэячсмитьбю.", // Russian
	"йцукенгшщзхїфівапролджєячсмитьбю.", // Ukrainian
	";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,./", // Greek
	"/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ.", // Hebrew
	"ضصثقفغعهخحجدشسيبلاتنمكطئءؤر ىةوزظ", // Arabic, whose b is two letters
}

// likelyKey returns the US key at whose place common keyboards have a letter, or "".
func likelyKey(r rune) string {
	us := []rune(usKeys)
	for _, l := range layouts {
		for i, x := range []rune(l) {
			if i < len(us) && x == unicode.ToLower(r) && foreign(r) {
				return shiftedKey(us[i], unicode.IsUpper(r))
			}
		}
	}
	return ""
}

// keyName returns the name of a key outside of text fields: the key itself if it has an action,
// else the key at its place.
func keyName(k *keys.Map, msg tea.KeyPressMsg) string {
	name := msg.String()
	if _, bound := k.Find(name); bound {
		return name
	}
	if at := keyAtPlace(msg); at != "" {
		return at
	}
	return name
}

// noAction says that a key has no action. For a letter of another script it names the setting that
// gives it one.
func (m *root) noAction(msg tea.KeyPressMsg) {
	name := kit.Clean(msg.String())
	r, _ := utf8.DecodeRuneInString(msg.Text)
	if !foreign(r) {
		m.Notify(scene.Info, "no action is on "+name, m.keys.Hint(keys.Help, "lists the keys"))
		return
	}
	if msg.BaseCode == 0 && m.term.kitty && !m.term.byPlace {
		m.term.byPlace = true // the terminal names the places of keys from now on
		m.Notify(scene.Info, "no action is on "+name+"; from now on the place of a key counts",
			"press it again")
		return
	}
	at := likelyKey(r)
	if b, bound := m.keys.Find(at); bound {
		var quoted []string
		for _, k := range append(slices.Clone(b.Keys), name) {
			quoted = append(quoted, `"`+k+`"`)
		}
		m.Notify(scene.Info, "no action is on "+name,
			"type Latin letters, or set [keys] "+b.Name+" = ["+strings.Join(quoted, ", ")+"]")
		return
	}
	m.Notify(scene.Info, "no action is on "+name,
		"type Latin letters, or give an action this key in [keys]")
}

// bareModifier reports whether a key is a modifier alone. Terminals report these once they report
// the places of keys.
func bareModifier(msg tea.KeyPressMsg) bool {
	return msg.Text == "" &&
		(msg.Code >= tea.KeyCapsLock && msg.Code <= tea.KeyNumLock ||
			msg.Code >= tea.KeyLeftShift && msg.Code <= tea.KeyIsoLevel5Shift)
}

// keyboard returns the features to request from the terminal. It requests the places of keys only
// after a letter of another script was typed, and never while a text is typed.
func (m *root) keyboard() tea.KeyboardEnhancements {
	typing := m.view.Typing
	if n := len(m.overlays); n > 0 {
		_, typing = m.overlays[n-1].(scene.Typist)
	}
	all := m.term.byPlace && !typing
	return tea.KeyboardEnhancements{
		ReportAlternateKeys: true, ReportAllKeysAsEscapeCodes: all, ReportAssociatedText: all,
	}
}
