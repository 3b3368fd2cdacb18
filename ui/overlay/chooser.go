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
	"lanyard/themes"
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
	page      int    // number of entries and notes that were last drawn
	hidden    [2]int // numbers of entries and notes above and below those that were last drawn
	names     int    // width of the widest name that was last drawn
	keys      int    // width of the widest keys that were last drawn
	rows      []int  // index of the entry on each line when it was last drawn; -1: none
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

// Hidden implements [scene.Partial].
func (c *chooser) Hidden() (above, below int) { return c.hidden[0], c.hidden[1] }

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
	// The columns are as wide as what is drawn. Wider columns draw no more entries.
	var l laid
	var below []string
	var room int
	off := c.off
	for c.names, c.keys = 0, 0; ; {
		below = c.below(s, shown, w, h)
		room = max(h-len(out)-len(below), 1)
		l = c.lay(s, shown, w, h)
		c.off = max(min(max(off, l.last-room+1), l.focused), 0)
		if l.focused <= 1 {
			c.off = 0
		}
		c.off = max(min(c.off, len(l.lines)-room), 0)
		names, keys := l.widest(c.off, c.off+room)
		if names <= c.names && keys <= c.keys {
			break
		}
		c.names, c.keys = max(names, c.names), max(keys, c.keys)
	}
	above, _ := slices.BinarySearch(l.begins, c.off)
	drawn, _ := slices.BinarySearch(l.begins, c.off+room)
	c.hidden, c.page = [2]int{above, len(l.begins) - drawn}, drawn-above
	c.rows = slices.Repeat([]int{-1}, len(out))
	if len(shown) == 0 {
		l.lines = scene.Placeholder(s, w, room,
			"Nothing is called that. backspace takes a letter back.")
	}
	for i := range room {
		entry := -1
		if at, ok := l.entryOn[c.off+i]; ok {
			entry = at
		}
		c.rows = append(c.rows, entry)
		if c.off+i < len(l.lines) {
			out = append(out, l.lines[c.off+i])
		} else {
			out = append(out, kit.Spaces(w))
		}
	}
	return append(out, below...)
}

// laid is the list as it is drawn, of which a part has room.
type laid struct {
	lines         []string
	begins        []int       // line of each entry and note
	widths        [][2]int    // of the name and the keys of each
	entryOn       map[int]int // by line
	focused, last int         // the selected entry is on these lines, and on those between
}

// widest returns the widths of the widest name and keys on the lines from and up to but not to.
func (l *laid) widest(from, to int) (names, keys int) {
	for i, begins := range l.begins {
		end := len(l.lines)
		if rest := l.begins[i+1:]; len(rest) > 0 {
			end = rest[0]
		}
		if begins < to && end > from {
			names, keys = max(names, l.widths[i][0]), max(keys, l.widths[i][1])
		}
	}
	return names, keys
}

// lay draws all entries and notes, in the present columns.
func (c *chooser) lay(s *scene.Scene, shown []Entry, w, h int) laid {
	l := laid{entryOn: map[int]int{}}
	under := ""
	for i, e := range shown {
		if c.input.Value() == "" && e.Section != under {
			if under = e.Section; i > 0 && h >= 12 {
				l.lines = append(l.lines, kit.Spaces(w))
			}
			l.lines = append(l.lines, scene.Padded(s.Styles.Strong, under, w))
		}
		if i == c.at {
			l.focused = len(l.lines)
		}
		l.begins = append(l.begins, len(l.lines))
		l.widths = append(l.widths, [2]int{kit.Width(e.Word), kit.Width(e.Keys)})
		for _, line := range c.lines(s, e, w, h, i == c.at) {
			l.entryOn[len(l.lines)] = i
			l.lines = append(l.lines, line)
		}
		if i == c.at {
			l.last = len(l.lines) - 1
		}
	}
	if c.input.Value() != "" {
		return l
	}
	if c.at == len(shown)-1 {
		l.focused, l.last = len(l.lines), len(l.lines)
	}
	for _, t := range c.notes {
		if len(t) > 1 {
			l.begins = append(l.begins, len(l.lines))
			l.widths = append(l.widths, [2]int{0, kit.Width(t[0])})
		}
		l.lines = append(l.lines, c.noteLines(s, t, w)...)
	}
	if c.at == len(shown)-1 && len(c.notes) > 0 {
		l.focused, l.last = len(l.lines)-1, len(l.lines)-1
	}
	return l
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
	lines := kit.WrapTo(text, max(w-2, 8), most)
	for i, t := range lines {
		lines[i] = scene.Padded(paint, t, w)
	}
	return lines
}

// detail returns the text of the selected entry that its row lacks, else "".
func (c *chooser) detail(s *scene.Scene, shown []Entry, w int) string {
	if c.at >= len(shown) {
		return ""
	}
	e := shown[c.at]
	text := e.adds()
	if e.Why != "" {
		text = "– " + s.Show(scene.JoinHint(e.Why, e.Hint))
	}
	switch {
	case e.Hint != "": // no row has it
	case c.asPalette && kit.Width(text) > c.textWidth(e, w), !c.asPalette && e.Why != "":
	default:
		return ""
	}
	return text
}

// nameWidth returns the width of the widest name.
func (c *chooser) nameWidth() (n int) {
	for _, e := range c.all {
		n = max(n, kit.Width(e.Word))
	}
	return n
}

// keyWidth returns the width of the widest keys.
func (c *chooser) keyWidth() (n int) {
	for _, e := range c.all {
		n = max(n, kit.Width(e.Keys))
	}
	for _, t := range c.notes {
		if len(t) > 1 {
			n = max(n, kit.Width(t[0]))
		}
	}
	return n
}

// columnGap is the least number of cells between columns.
const columnGap = 2

// textWidth returns the cells that a row of the palette has between the name and the key of its
// entry, or 0 if the palette is so narrow that no row has a text.
func (c *chooser) textWidth(e Entry, w int) int {
	if w-3-c.nameWidth()-2*columnGap-c.keyWidth() < 8 {
		return 0
	}
	return max(w-3-c.names-2*columnGap-kit.Width(e.Keys), 1)
}

// adds returns what the description says beside the name, or "" if it says hardly more.
func (e Entry) adds() string {
	if rest, ok := strings.CutPrefix(e.Does, e.Word); ok && strings.IndexAny(rest, ",:;") == 0 {
		return strings.TrimSpace(rest[1:])
	}
	name, does := strings.Fields(e.Word), strings.Fields(e.Does)
	for _, word := range name {
		if !slices.Contains(does, word) {
			return e.Does
		}
	}
	if len(does) <= len(name)+1 {
		return ""
	}
	return e.Does
}

// lines draws an entry. The palette has the name first and the key last, in one line. The help has
// the key first, and breaks a long text into lines.
func (c *chooser) lines(s *scene.Scene, e Entry, w, h int, selected bool) []string {
	if c.asPalette {
		return []string{c.paletteLine(s, e, w, selected)}
	}
	key, paint, text := s.Styles.Key, themes.Paint(""), e.Does
	if e.Why != "" {
		key, paint = s.Styles.Quiet, s.Styles.Quiet
	}
	if e.Why != "" && selected && h < 12 {
		text += " – " + s.Show(e.Why)
	}
	return c.helpLines(s, key, cmp.Or(e.Keys, "–"), paint, text, w, selected)
}

func (c *chooser) paletteLine(s *scene.Scene, e Entry, w int, selected bool) string {
	l := s.BeginRow(selected, true)
	key, word, rest := s.Styles.Key, s.Styles.Strong, e.adds()
	if e.Why != "" {
		key, word, rest = s.Styles.Quiet, s.Styles.Quiet, "– "+s.Show(e.Why)
	}
	if !selected && e.Why == "" {
		word = ""
	}
	l.Gap(1)
	name := max(w-3-columnGap-kit.Width(e.Keys), 1)
	if room := c.textWidth(e, w); room > 0 {
		l.Cell(string(word), e.Word, c.names)
		l.Gap(columnGap)
		l.Put(string(s.Styles.Quiet), kit.Short(rest, room))
	} else {
		l.Put(string(word), kit.Short(e.Word, name))
	}
	l.Gap(max(w-l.Width()-kit.Width(e.Keys)-1, 0))
	l.Put(string(key), e.Keys)
	return l.End(w)
}

// helpLines draws a key and what it does. On a narrow screen the text of long keys begins below
// them.
func (c *chooser) helpLines(
	s *scene.Scene, paintKey themes.Paint, key string, paint themes.Paint, text string, w int,
	selected bool,
) (out []string) {
	column := min(c.keys+columnGap, max(w/4, 8))
	all := kit.Wrap(text, max(w-3-column, 8))
	if kit.Width(key)+1 > column {
		all = append([]string{""}, all...)
	}
	for i, part := range all {
		l := s.BeginRow(selected, true)
		l.Gap(1)
		if i == 0 {
			l.Put(string(paintKey), key)
		}
		l.Gap(max(column+2-l.Width(), 0))
		l.Put(string(paint), part)
		out = append(out, l.End(w))
	}
	return out
}

// noteLines draws a note: a heading, or a key and what it does.
func (c *chooser) noteLines(s *scene.Scene, t []string, w int) (out []string) {
	if len(t) == 1 {
		return []string{kit.Spaces(w), scene.Padded(s.Styles.Strong, t[0], w)}
	}
	return c.helpLines(s, s.Styles.Key, t[0], "", s.Redacted(t[1]), w, false)
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
