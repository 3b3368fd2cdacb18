package form

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/ui/kit"
)

// TypeInto gives a key to a text field. The field moves and deletes by code points. TypeInto does
// it by grapheme clusters (UAX 29), so that one key press deletes a whole flag or emoji.
func TypeInto(in textinput.Model, msg tea.KeyPressMsg) textinput.Model {
	times, keys := 1, in.KeyMap
	before, after := kit.Around([]rune(in.Value()), in.Position())
	switch {
	case key.Matches(msg, keys.CharacterBackward, keys.DeleteCharacterBackward):
		times = before
	case key.Matches(msg, keys.CharacterForward, keys.DeleteCharacterForward):
		times = after
	}
	for range max(times, 1) {
		in, _ = in.Update(msg)
	}
	return in
}

// InText returns a key as a text field takes it: ctrl+home and ctrl+end go to the ends of the text,
// as home and end do.
func InText(msg tea.KeyPressMsg) tea.KeyPressMsg {
	if s := msg.String(); s == "ctrl+home" || s == "ctrl+end" {
		msg.Mod = 0
	}
	return msg
}

// Cursor marks where the next character goes.
const Cursor = "▏"

// Around returns the text before and after the cursor, safe for a terminal.
func Around(in textinput.Model) (left, right string) {
	r := []rune(in.Value())
	at := min(in.Position(), len(r))
	return kit.Clean(string(r[:at])), kit.Clean(string(r[at:]))
}
