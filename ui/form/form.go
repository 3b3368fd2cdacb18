// Package form draws fields below each other, in groups, and edits the one that has the focus.
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
	Off    int  // number of lines that are scrolled out above
	Top    int  // number of lines of its box above those that were last drawn
	Edits  int  // number of changes by the user
	Frozen bool // read-only: see Freeze

	drawn        []int // index of the field on each line when it was last drawn; -1: none
	above, below int   // numbers of fields that were not drawn
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

// GoTo focuses a field if it is shown.
func (f *Form) GoTo(x *Field) {
	if i := slices.Index(f.Fields, x); i >= 0 && x.Shown() {
		f.At = i
	}
}

// GoToProblem shows the problems of all fields, and focuses the first field with one. It returns
// its label and problem, or "" if there is none.
func (f *Form) GoToProblem() (first string) {
	for i, x := range f.Fields {
		if why := x.Problem(); why != "" && x.Shown() {
			x.Touched = true
			if first == "" {
				f.At, first = i, x.Label+": "+why
			}
		}
	}
	return first
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

// wrap moves the focus by one shown field. After the last one comes the first.
func (f *Form) wrap(by int) {
	if f.Step(by) {
		return
	}
	for f.Step(-by) {
	}
}

// stepGroup moves the focus to the first field of the next group, or of the group before. Without
// one it moves to the last or the first field.
func (f *Form) stepGroup(by int) {
	from := f.Focused().group
	for f.Step(by) && f.Focused().group == from {
	}
	if by < 0 { // to the first field of that group
		to := f.Focused().group
		at := f.At
		for f.Step(-1) && f.Focused().group == to {
			at = f.At
		}
		f.At = at
	}
}

// Help returns what the focused field is for.
func (f *Form) Help() string { return f.Focused().Help }

// Chooses reports whether the focused field is a choice between several values.
func (f *Form) Chooses() bool { return f.Focused().kind == kindChoice && f.Focused().only > 1 }

// Point focuses the field on a line of its box, as it was last drawn.
func (f *Form) Point(line int) {
	line -= f.Top
	if line >= 0 && line < len(f.drawn) && f.drawn[line] >= 0 {
		f.At = f.drawn[line]
	}
}

// Type gives a key to the focused field. It reports whether the form uses that key.
func (f *Form) Type(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "tab", "down":
		f.wrap(1)
		return true
	case "shift+tab", "up":
		f.wrap(-1)
		return true
	case "pgdown", "pgup":
		f.stepGroup(map[string]int{"pgdown": 1, "pgup": -1}[msg.String()])
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

// The number of cells of a label in a form, with the mark of a required field.
const (
	LabelWidth       = 17
	NarrowLabelWidth = 11 // the most in a form of less than NarrowForm cells
)

// NarrowForm is the number of cells below which a form has short labels.
const NarrowForm = 44

// Look holds the styles and options with which a form is drawn.
type Look struct {
	Styles *themes.Styles
	Row    func(selected bool) *kit.Line // begins the row of a field
	Hides  bool                          // show typed text as a few dots, except in public fields
	Show   func(string) string           // redacts a hint, choice or problem; nil for kit.Clean
}

// Lines draws the shown fields into at most h lines of w cells, each with its problem or a mark for
// it, under the headings of their groups. It scrolls so that the focused field is among them. Blank
// lines between the groups are drawn if all fits, headings if there is room for a few fields
// besides.
func (f *Form) Lines(look Look, w, h int) []string {
	rows := f.rows(true)
	if len(rows) > h {
		rows = f.rows(false)
	}
	if len(rows) > h && h < leastHeadings {
		rows = slices.DeleteFunc(rows, func(r row) bool { return r.field < 0 })
	}
	from, to := f.window(rows, h)
	f.above, f.below = fieldsIn(rows[:from]), fieldsIn(rows[to:])
	f.drawn = f.drawn[:0]
	var out []string
	for i, r := range rows[from:to] {
		if r.field >= 0 {
			out = append(out, f.line(look, w, r.field))
		} else {
			out = append(out, f.heading(look, w, r.heading, from+i == 0))
		}
		f.drawn = append(f.drawn, r.field)
	}
	return out
}

// Hidden returns the numbers of fields above and below those that Lines drew last.
func (f *Form) Hidden() (above, below int) { return f.above, f.below }

// text returns a text as it may be shown: a problem can name another application.
func (look Look) text(s string) string {
	if look.Show == nil {
		return kit.Clean(s)
	}
	return look.Show(s)
}

// blank draws a line without a field.
func (look Look) blank(w int) string { return look.Row(false).End(w) }

// leastHeadings is the number of lines below which a form that scrolls has no headings.
const leastHeadings = 10

// row is a line of a form: a field, or the heading of a group; a heading of "" is a blank line.
type row struct {
	field   int // -1: none
	heading string
}

// rows returns the lines of all shown fields with their headings. With spaced, a blank line is
// before each heading but the first.
func (f *Form) rows(spaced bool) (all []row) {
	group := ""
	for i, x := range f.Fields {
		if !x.Shown() {
			continue
		}
		if x.group != group {
			if spaced && len(all) > 0 {
				all = append(all, row{field: -1})
			}
			if x.group != "" {
				all = append(all, row{-1, x.group})
			}
		}
		group = x.group
		all = append(all, row{field: i})
	}
	return all
}

// window returns the rows that are drawn into h lines: the focused one, with its heading or the row
// above it, and the row below it.
func (f *Form) window(rows []row, h int) (from, to int) {
	focused := slices.IndexFunc(rows, func(r row) bool { return r.field == f.At })
	first, last := focused, focused
	if h >= 3 {
		first, last = max(focused-1, 0), min(focused+1, len(rows)-1)
	}
	f.Off = min(max(f.Off, last-h+1), first)
	f.Off = max(min(f.Off, len(rows)-h), 0)
	return f.Off, min(f.Off+h, len(rows))
}

// fieldsIn returns the number of fields among rows.
func fieldsIn(rows []row) (n int) {
	for _, r := range rows {
		if r.field >= 0 {
			n++
		}
	}
	return n
}

// heading draws the heading of a group. The first one says what the mark of a field means.
func (f *Form) heading(look Look, w int, heading string, first bool) string {
	if heading == "" {
		return look.blank(w)
	}
	l := look.Row(false)
	legend := ""
	if first && !f.Frozen && slices.ContainsFunc(f.Fields, (*Field).isNeeded) {
		legend = needs + " required"
	}
	room := max(w-l.Width()-1, 0)
	l.Put(string(look.Styles.Strong), kit.Short(heading, room))
	rule := room - kit.Width(heading) - 1
	if rest := rule - kit.Width(legend) - 1; legend != "" && rest >= 3 {
		l.Put(string(look.Styles.Border), " "+strings.Repeat("─", rest)+" ")
		l.Put(string(look.Styles.Accent), needs)
		l.Put(string(look.Styles.Quiet), strings.TrimPrefix(legend, needs))
	} else if rule > 0 {
		l.Put(string(look.Styles.Border), " "+strings.Repeat("─", rule))
	}
	return l.End(w)
}

// labelWidth returns the number of cells of a label in a form of w cells. A narrow form has those
// of its longest label and a blank.
func (f *Form) labelWidth(w int) int {
	if w >= NarrowForm {
		return LabelWidth
	}
	most := 0
	for _, x := range f.Fields {
		if !x.Shown() {
			continue
		}
		n := kit.Width(kit.Clean(x.shortLabel())) + 1
		if !f.Frozen && x.isNeeded() {
			n += 1 + len(needs)
		}
		most = max(most, n)
	}
	return min(most, NarrowLabelWidth)
}

// Room returns the number of cells for the content of a field in a form of w cells. A blank or the
// edge is before the label; a blank is behind it and at the end.
func (f *Form) Room(w int) int { return max(w-f.labelWidth(w)-3, 1) }

// needs marks a required field.
const needs = "*"

// line draws a field.
func (f *Form) line(look Look, w, i int) string {
	x := f.Fields[i]
	width, label := f.labelWidth(w), kit.Clean(x.Label)
	if w < NarrowForm {
		label = kit.Clean(x.shortLabel())
	}
	l := look.Row(i == f.At)
	if !f.Frozen && x.isNeeded() {
		gap := " "
		if kit.Width(label)+2 > width {
			gap = ""
		}
		label = kit.Short(label, width-1) + gap
		l.Put(string(look.Styles.Quiet), label)
		paint := look.Styles.Accent // until something is there
		if !x.Empty() {
			paint = look.Styles.Quiet
		}
		l.Put(string(paint), needs)
		l.Gap(max(width-kit.Width(label)-1, 0))
	} else {
		l.Cell(string(look.Styles.Quiet), kit.Short(label, width), width)
	}
	l.Gap(1)
	text, why, _ := f.content(look, i, max(w-l.Width()-1, 1))
	rest, cursor := text, ""
	var paint themes.Paint
	if x.Empty() { // the hint
		paint = look.Styles.Quiet
		if hint, ok := strings.CutPrefix(text, Cursor); ok {
			rest, cursor = hint, Cursor
		}
	}
	l.Put("", cursor)
	l.Put(string(paint), rest)
	l.Put(string(look.Styles.Danger), why)
	return l.End(w)
}

// wrong marks a field with a problem.
const wrong = "✕"

// content returns what is drawn behind the label of a field, in room cells: its value or hint, and
// its problem. The problem takes the place of a hint if both do not fit. Of one that does not fit
// even so only the mark is drawn, and whole is false.
func (f *Form) content(look Look, i, room int) (text, why string, whole bool) {
	x, edited := f.Fields[i], i == f.At && !f.Frozen
	show := func(room int) string {
		if look.Hides && x.kind != kindChoice && !x.public && !x.Empty() {
			return Dots(HiddenLength, room, edited)
		}
		return kit.Short(x.show(room, edited, look.text), room)
	}
	text = show(room)
	if why = f.shownProblem(i); why == "" {
		return text, "", true
	}
	why = wrong + " " + look.text(why)
	bare := "" // without the hint
	if edited {
		bare = Cursor + " "
	}
	switch {
	case kit.Width(text)+2+kit.Width(why) <= room:
		return text, "  " + why, true
	case x.Empty() && kit.Width(bare)+kit.Width(why) <= room:
		return bare, why, true
	}
	return show(max(room-2, 1)), " " + wrong, false
}

// shownProblem returns the problem of a field that the user has changed or passed, or "".
func (f *Form) shownProblem(i int) string {
	if x := f.Fields[i]; x.Touched || f.At > i {
		return x.Problem()
	}
	return ""
}

// Unread returns the labels and problems of the fields that a form of w cells marks without room
// for the problem. It leaves out the focused field, whose problem [Form.Problem] returns.
func (f *Form) Unread(look Look, w int) (all []string) {
	for i, x := range f.Fields {
		if i == f.At || !x.Shown() {
			continue
		}
		if _, _, whole := f.content(look, i, f.Room(w)); !whole {
			all = append(all, x.Label+": "+look.text(x.Problem()))
		}
	}
	return all
}

// Height returns the number of lines in which all of the form is drawn.
func (f *Form) Height() int { return len(f.rows(true)) }

// Least returns the number of lines in which all of the form is drawn without blank lines.
func (f *Form) Least() int { return len(f.rows(false)) }

// shortLabel returns the label for a narrow form.
func (x *Field) shortLabel() string {
	label := strings.TrimPrefix(x.Label, "consumer ")
	return cmp.Or(map[string]string{
		"environment": "env", "redirect URL": "redirect", "portal URL": "portal",
		"access token": "access", "refresh token": "refresh", "more settings": "more",
		"gateway cache": "cache", "certificates": "TLS", "client auth": "auth",
	}[label], label)
}

// show returns the content of a field for w cells, with a cursor if it has the focus.
//
// Hints and choices may hold names, which the function shown redacts.
func (x *Field) show(w int, focused bool, shown func(string) string) string {
	hint := clause(shown(x.Hint), w-kit.Width(Cursor))
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

// clause returns the first clauses of a hint that fit into w cells, or all of it if none does.
func clause(hint string, w int) string {
	for rest := hint; kit.Width(rest) > w; {
		at := strings.LastIndexAny(rest, ",;:")
		if at <= 0 {
			return hint
		}
		if rest = rest[:at]; strings.HasPrefix(hint[at+1:], " ") && kit.Width(rest) <= w {
			return rest
		}
	}
	return hint
}

// Cut returns the hint or the choice of the focused field if a form of w cells has no room for all
// of it, else "".
func (f *Form) Cut(look Look, w int) string {
	x, shown := f.Focused(), look.text
	text, room := shown(x.Hint), f.Room(w)-kit.Width(Cursor)
	if x.kind == kindChoice {
		text, room = shown(x.text()), f.Room(w)-kit.Width("‹  ›")
	}
	if x.kind != kindChoice && !x.Empty() || kit.Width(text) <= room {
		return ""
	}
	return text
}

// HiddenLength is the number of dots of a text that is hidden from an audience, of any length.
const HiddenLength = 8

// HiddenText stands for a text that is hidden from an audience.
func HiddenText() string { return Dots(HiddenLength, HiddenLength+2, false) }

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
