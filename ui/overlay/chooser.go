package overlay

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// Entry is an action in the palette or in the help.
type Entry struct {
	Act     keys.Action
	Keys    string
	Word    string
	Does    string          // effect of the action, in a few words
	Also    string          // words by which it is found too; they are not shown
	Why     console.Private // reason why the action cannot run now, or ""
	Hint    console.Private
	Section string // heading above it in the help
}

// chooser is a list of actions, filtered by the typed text. Enter runs the selected one. [Palette]
// and [Help] embed it.
type chooser struct {
	typist
	all       []Entry
	input     textinput.Model
	at        int // index of the selected entry among the shown ones
	off       int
	page      int
	rows      []int // index of the entry on each line when it was last drawn; -1: none
	said      console.Private
	toggles   []string   // keys that open it, and close it while nothing is typed
	notes     [][]string // below the entries: a heading, or a key and what it does
	asPalette bool       // drawn as the palette, else as the help
	heading   string
}

func (c *chooser) begin() {
	c.input = textinput.New()
	c.input.CharLimit = 100
	c.input.Focus()
}

// withSynonyms gives the entries the words by which their actions are found too.
func withSynonyms(k *keys.Map, all []Entry) []Entry {
	for i := range all {
		all[i].Also = k.Row(all[i].Act).Also
	}
	return all
}

// noMatch is the rank of an entry that the typed text does not match.
const noMatch = 7

// rank returns how well a typed text matches an entry. A lower rank is a better match. Literal
// matches, also of a synonym, come before a fuzzy one of the name.
func (e Entry) rank(typed string) int {
	low := strings.ToLower(e.Does)
	switch {
	case e.Keys == typed:
		return 0
	case text.Closer(typed, e.Word) == 0:
		return 1
	case beginWords(typed, e.Word):
		return 2
	case beginWords(typed, e.Also):
		return 3
	case text.Closer(typed, e.Word) == 1:
		return 4
	case strings.Contains(low, strings.ToLower(typed)):
		return 5
	case text.Fuzzy(typed, e.Word):
		return 6
	}
	return noMatch
}

// beginWords reports whether each word of typed is the beginning of a word of words.
func beginWords(typed, words string) bool {
	words = " " + strings.ToLower(words)
	for w := range strings.FieldsSeq(strings.ToLower(typed)) {
		if !strings.Contains(words, " "+w) {
			return false
		}
	}
	return true
}

// shown returns the entries that match the typed text, the best match first.
func (c *chooser) shown() []Entry {
	typed := strings.TrimSpace(c.input.Value())
	if typed == "" {
		return c.all
	}
	var out []Entry
	for _, e := range c.all {
		if e.rank(typed) < noMatch {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int {
		return cmp.Compare(a.rank(typed), b.rank(typed))
	})
	return out
}

// Typed moves the cursor, edits the search text or runs the selected entry.
func (c *chooser) Typed(msg tea.KeyPressMsg) scene.Intent {
	key := msg.String()
	n := len(c.shown())
	switch {
	case key == "esc", c.input.Value() == "" && slices.Contains(c.toggles, key):
		return scene.CloseTop{}
	case key == "enter":
		all := c.shown()
		if n == 0 {
			return nil
		}
		e := all[min(c.at, n-1)]
		if e.Why != "" {
			c.said = console.Private(e.Word+": ") + e.Why
			if e.Hint != "" {
				c.said += " (" + e.Hint + ")"
			}
			return nil
		}
		return runAction{e.Act}
	case key == "down", key == "ctrl+n":
		c.at = min(c.at+1, max(n-1, 0))
	case key == "up", key == "ctrl+p":
		c.at = max(c.at-1, 0)
	case key == "pgdown":
		c.at = min(c.at+max(c.page-1, 1), max(n-1, 0))
	case key == "pgup":
		c.at = max(c.at-max(c.page-1, 1), 0)
	case key == "home":
		c.at = 0
	case key == "end":
		c.at = max(n-1, 0)
	default:
		before := c.input.Value()
		c.input = form.TypeInto(c.input, form.InText(msg))
		if c.input.Value() != before {
			c.at, c.off = 0, 0
		}
	}
	c.said = ""
	return nil
}

// Pasted takes a few words to search for. It refuses a long text and several lines: they were
// pasted by accident and may be a secret.
func (c *chooser) Pasted(text string) bool {
	if len([]rune(text)) > scene.LongestPaste || kit.Clean(text) != text {
		c.said = "that paste is nothing to look for"
		return false
	}
	c.input, _ = c.input.Update(tea.PasteMsg{Content: text})
	c.at, c.off, c.said = 0, 0, ""
	return true
}

// Hints implements [scene.Overlay].
func (c *chooser) Hints(*scene.Scene) []scene.Hint {
	esc := scene.Hint{Keys: "esc", Word: "close"}
	if len(c.shown()) == 0 {
		return []scene.Hint{esc}
	}
	return []scene.Hint{{Keys: "enter", Word: "run"}, {Keys: "up down", Word: "choose"}, esc}
}

// Box draws the search field, the entries that match and a message.
func (c *chooser) Box(s *scene.Scene, w, h int) []string {
	shown := c.shown()
	field := kit.NewLine("", 160)
	field.Gap(1)
	field.Put(string(s.Styles.Accent), c.heading)
	field.Put("", s.Typing(c.input))
	count := strconv.Itoa(len(shown)) + " of " + strconv.Itoa(len(c.all))
	if c.input.Value() == "" {
		count = "type to search"
	}
	if rest := w - 1 - field.Width(); rest > kit.Width(count) {
		field.Gap(rest - kit.Width(count))
		field.Put(string(s.Styles.Quiet), count)
	}
	out := []string{field.End(w)}
	if h >= 12 {
		out = append(out, kit.Spaces(w))
	}
	below := c.below(s, shown, w, h)
	room := max(h-len(out)-len(below), 1)
	var lines []string
	entryOn := map[int]int{} // by line
	focused, under := 0, ""
	for i, e := range shown {
		if c.input.Value() == "" && e.Section != under {
			if under = e.Section; i > 0 && h >= 12 {
				lines = append(lines, kit.Spaces(w))
			}
			lines = append(lines, scene.Padded(s.Styles.Strong, under, w))
		}
		if i == c.at {
			focused = len(lines)
		}
		entryOn[len(lines)] = i
		lines = append(lines, c.line(s, e, w, i == c.at))
	}
	if len(shown) == 0 {
		lines = scene.Placeholder(s, w, max(room, 1),
			"Nothing is called that. backspace takes a letter back.")
	}
	if c.input.Value() == "" && c.at == len(shown)-1 {
		focused = len(lines)
	}
	if c.input.Value() == "" {
		for _, t := range c.notes {
			lines = append(lines, c.noteLines(s, t, w)...)
		}
		if c.at == len(shown)-1 && len(c.notes) > 0 {
			focused = len(lines) - 1
		}
	}
	c.page = room
	c.off = max(min(c.off, focused), focused-room+1, 0)
	if focused <= 1 {
		c.off = 0
	}
	c.off = max(min(c.off, len(lines)-room), 0)
	c.rows = slices.Repeat([]int{-1}, len(out))
	for i := range room {
		entry := -1
		if at, ok := entryOn[c.off+i]; ok {
			entry = at
		}
		c.rows = append(c.rows, entry)
		if c.off+i < len(lines) {
			out = append(out, lines[c.off+i])
		} else {
			out = append(out, kit.Spaces(w))
		}
	}
	return append(out, below...)
}

// below returns the lines below the list: why an entry did not run, or else what the row of the
// selected entry lacks. The list has these lines too if there is no such text.
func (c *chooser) below(s *scene.Scene, shown []Entry, w, h int) []string {
	const most = 2
	text, paint := s.Show(c.said), s.Styles.Warn
	switch {
	case h < 12 && text == "":
		return nil
	case h < 12:
		return []string{scene.Padded(paint, text, w)}
	case text == "":
		text, paint = c.detail(s, shown, w), s.Styles.Accent
	}
	if text == "" {
		return nil
	}
	lines := kit.Wrap(text, max(w-2, 8))
	if len(lines) > most {
		lines = append(lines[:most-1], strings.Join(lines[most-1:], " "))
	}
	for i, t := range lines {
		lines[i] = scene.Padded(paint, t, w)
	}
	return lines
}

// detail returns the whole text of the selected entry if its row lacks some, else "".
func (c *chooser) detail(s *scene.Scene, shown []Entry, w int) string {
	if c.at >= len(shown) {
		return ""
	}
	var text string
	e := shown[c.at]
	switch {
	case e.Why != "" && c.asPalette:
		text = "– " + s.Show(scene.JoinHint(e.Why, e.Hint))
	case e.Why != "":
		text = e.Does + " – " + s.Show(scene.JoinHint(e.Why, e.Hint))
	default:
		text = e.Does
	}
	if e.Hint == "" && kit.Width(text) <= c.room(e, w) { // the row never has the hint
		return ""
	}
	return text
}

// room returns the cells of a row that are left for the text of an action.
func (c *chooser) room(e Entry, w int) int {
	if c.asPalette { // two cells on each side of the text, one at each end of the row
		return w - 2 - c.nameWidth(w) - 4 - kit.Width(e.Keys) - 1
	}
	return w - 4 - wKey
}

// nameWidth returns the width of the column of names in the palette.
func (c *chooser) nameWidth(w int) int {
	longest := 0
	for i := range c.all {
		longest = max(longest, kit.Width(c.all[i].Word))
	}
	return min(longest, w-2-wKey)
}

// wKey is the width of the column of keys. It has room for two keys of an action.
const wKey = 11

// line draws an entry. The palette has the name first and the key last, the help the key first.
func (c *chooser) line(s *scene.Scene, e Entry, w int, selected bool) string {
	l := s.BeginRow(selected, true)
	key, word, rest := s.Styles.Key, s.Styles.Strong, e.Does
	if e.Why != "" {
		key, word, rest = s.Styles.Quiet, s.Styles.Quiet, "– "+s.Show(e.Why)
	}
	if !selected && e.Why == "" {
		word = ""
	}
	if c.asPalette {
		l.Gap(1)
		l.Cell(string(word), e.Word, c.nameWidth(w))
		if room := c.room(e, w); room > 8 {
			l.Put(string(s.Styles.Quiet), "  "+kit.Fit(rest, room))
		}
		l.Gap(max(w-l.Width()-wKey-1, 0))
		l.Put(string(key), kit.Right(e.Keys, min(wKey, w-l.Width()-1)))
		return l.End(w)
	}
	l.Gap(1)
	l.Cell(string(key), cmp.Or(e.Keys, "–"), wKey)
	text := e.Does
	if e.Why != "" && selected {
		text += " – " + s.Show(e.Why)
	}
	paint := s.Styles.Quiet
	if e.Why == "" {
		paint = ""
	}
	l.Put(string(paint), kit.Fit(text, max(w-l.Width()-1, 0)))
	return l.End(w)
}

// noteLines draws a note: a heading, or a key and what it does.
func (c *chooser) noteLines(s *scene.Scene, t []string, w int) (out []string) {
	if len(t) == 1 {
		return []string{kit.Spaces(w), scene.Padded(s.Styles.Strong, t[0], w)}
	}
	for i, text := range kit.Wrap(s.Redacted(t[1]), max(w-4-wKey, 8)) {
		l := kit.NewLine("", 128)
		l.Gap(2)
		show := ""
		if i == 0 {
			show = t[0]
		}
		l.Cell(string(s.Styles.Key), show, wKey)
		l.Put("", text)
		out = append(out, l.End(w))
	}
	return out
}

// runAction is the intent to close the list and perform an action.
type runAction struct{ act keys.Action }

// Perform implements [scene.Intent].
func (i runAction) Perform(h scene.Host) tea.Cmd {
	h.Close(nil)
	return h.Act(i.act)
}

// Point selects the entry that was drawn on a line.
func (c *chooser) Point(line int) {
	if line >= 0 && line < len(c.rows) && c.rows[line] >= 0 {
		c.at, c.said = c.rows[line], ""
	}
}
