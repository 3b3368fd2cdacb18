package overlay

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// entry is an action that can be chosen from a list.
type Entry struct {
	Act   keys.Action
	Keys  string
	Word  string
	Does  string
	Why   string // it cannot run now, and this is why
	Hint  string
	Section string // the section it stands under
}

// chooser is a list of actions that what is typed narrows down; enter runs the one under the cursor. The palette and
// the help are two looks of it.
type chooser struct {
	all     []Entry
	input   textinput.Model
	at      int // in what is shown
	off     int
	page    int
	rows    []int // the entry on each line as last drawn; -1 for none
	said    string
	toggles     []string // the keys that open it, which also close it while nothing is typed
	notes    [][]string
	asPalette  bool // by how near they are to what is typed, instead of by section
	heading string
}

func (c *chooser) begin() {
	c.input = textinput.New()
	c.input.CharLimit = 100
	c.input.Focus()
}

func (c *chooser) Foot() string { return "" }
func (*chooser) Danger() bool   { return false }

func (c *chooser) Press(*scene.Scene, keys.Action, string) scene.Intent { return nil } // typed takes every key

// shown are the entries that match what is typed.
func (c *chooser) shown() []Entry {
	typed := strings.TrimSpace(c.input.Value())
	if typed == "" {
		return c.all
	}
	var out []Entry
	for _, e := range c.all {
		if text.Fuzzy(typed, e.Word) || strings.Contains(strings.ToLower(e.Does), strings.ToLower(typed)) || e.Keys == typed {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int {
		near := func(e Entry) int {
			if e.Keys == typed {
				return -1
			}
			return min(text.Closer(typed, e.Word), text.Closer(typed, e.Does)+1)
		}
		return cmp.Compare(near(a), near(b))
	})
	return out
}

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
			c.said = e.Word + ": " + e.Why
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

// pasted takes a few words to look for. What is longer, or has more lines, was pasted by accident, and may be a secret.
func (c *chooser) Pasted(text string) bool {
	if len([]rune(text)) > scene.LongestSearch || kit.Clean(text) != text {
		c.said = "that paste is nothing to look for"
		return false
	}
	c.input, _ = c.input.Update(tea.PasteMsg{Content: text})
	c.at, c.off, c.said = 0, 0, ""
	return true
}

// box draws the field, the entries that match and what was said.
func (c *chooser) Box(s *scene.Scene, w, h int) []string {
	shown := c.shown()
	field := kit.NewLine("", 160)
	field.Gap(1)
	field.Put(string(s.Styles.Accent), c.heading)
	left, right := form.Around(c.input)
	field.Put("", left+form.Cursor+right)
	count := strconv.Itoa(len(shown)) + " of " + strconv.Itoa(len(c.all))
	if c.input.Value() == "" {
		count = "type to search"
	}
	if rest := w - 1 - field.Width(); rest > kit.Width(count) {
		field.Gap(rest - kit.Width(count))
		field.Put(string(s.Styles.Quiet), count)
	}
	out := []string{field.End(w)}
	foot := scene.Padded(s.Styles.Quiet, scene.Fitting([]string{"↑ ↓ choose · enter runs it · esc closes", "enter runs · esc closes", "enter · esc"}, w-2), w)
	if c.said != "" {
		foot = scene.Padded(s.Styles.Warn, c.said, w)
	}
	room := h - 2
	if h >= 12 {
		out = append(out, kit.Spaces(w))
		room = h - 3 - detailHeight
	}
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
		lines = scene.Hint(s, w, max(room, 1), "Nothing is called that. backspace takes a letter back.")
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
	if h >= 12 {
		out = append(out, c.detail(s, shown, w)...)
	}
	return append(out, foot)
}

// toSay is how many lines are kept for the whole of what the rows have no room for.
const detailHeight = 2

// whole is all that is to be said of the chosen entry, where its row had no room for it.
func (c *chooser) detail(s *scene.Scene, shown []Entry, w int) []string {
	out := slices.Repeat([]string{kit.Spaces(w)}, detailHeight)
	if c.at >= len(shown) {
		return out
	}
	var text string
	e := shown[c.at]
	switch {
	case e.Why != "" && c.asPalette:
		text = "– " + scene.Join(e.Why, e.Hint)
	case e.Why != "":
		text = e.Does + " – " + scene.Join(e.Why, e.Hint)
	default:
		text = e.Does
	}
	if kit.Width(text) <= c.room(w) {
		return out
	}
	for i, t := range kit.Wrap(text, max(w-2, 8)) {
		if i < detailHeight {
			out[i] = scene.Padded(s.Styles.Accent, t, w)
		}
	}
	return out
}

// room is how much of a row what an action does has for itself.
func (c *chooser) room(w int) int {
	if c.asPalette {
		return w - 36
	}
	return w - 14
}

// line is an entry: its name, its key and, greyed, why it cannot run; in the help what it does.
func (c *chooser) line(s *scene.Scene, e Entry, w int, selected bool) string {
	const wKey = 10
	l := s.BeginRow(selected, true)
	key, word, rest := s.Styles.Key, s.Styles.Strong, e.Does
	if e.Why != "" {
		key, word, rest = s.Styles.Quiet, s.Styles.Quiet, "– "+e.Why
	}
	if !selected && e.Why == "" {
		word = ""
	}
	if c.asPalette {
		name := 20
		l.Gap(1)
		l.Cell(string(word), e.Word, min(name, w-2-wKey))
		if room := w - l.Width() - 2 - wKey - 1; room > 8 {
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
		text += " – " + e.Why
	}
	paint := s.Styles.Quiet
	if e.Why == "" {
		paint = ""
	}
	l.Put(string(paint), kit.Fit(text, max(w-l.Width()-1, 0)))
	return l.End(w)
}

// also is text below the entries: keys and what they do elsewhere.
func (c *chooser) noteLines(s *scene.Scene, t []string, w int) (out []string) {
	if len(t) == 1 {
		return []string{kit.Spaces(w), scene.Padded(s.Styles.Strong, t[0], w)}
	}
	for i, text := range kit.Wrap(t[1], max(w-14, 8)) {
		l := kit.NewLine("", 128)
		l.Gap(2)
		show := ""
		if i == 0 {
			show = t[0]
		}
		l.Cell(string(s.Styles.Key), show, 10)
		l.Put("", text)
		out = append(out, l.End(w))
	}
	return out
}

// chosen is the intent to close the list and run an action.
type runAction struct{ act keys.Action }

// Perform implements intent.
func (i runAction) Perform(h scene.Host) tea.Cmd {
	h.Close(nil)
	return h.Act(i.act)
}

func (c *chooser) Point(line int) {
	if line >= 0 && line < len(c.rows) && c.rows[line] >= 0 {
		c.at, c.said = c.rows[line], ""
	}
}
