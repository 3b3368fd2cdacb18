package scene

import "lanyard/ui/keys"

// List is the cursor and the scroll position of a list of rows. The cursor follows the ID of a row,
// not its index, because rows move when a state changes. In the zero List no row is selected.
type List struct {
	Selected  string   // ID of the selected row; "" for none
	lastIndex int      // index at which Selected was found last
	Offset    int      // index of the first visible row
	height    int      // number of visible rows
	rows      int      // number of rows of the last Window
	Drawn     []string // IDs of the rows on the lines that were drawn last; "" for other lines
}

// Index returns the index of the selected row among n rows. It returns -1 if no row is selected, or
// if the selected row is gone.
func (l *List) Index(n int, id func(int) string) int {
	if l.Selected == "" {
		return -1
	}
	if l.lastIndex >= 0 && l.lastIndex < n && id(l.lastIndex) == l.Selected {
		return l.lastIndex
	}
	for i := range n {
		if id(i) == l.Selected {
			l.lastIndex = i
			return i
		}
	}
	return -1
}

// Point selects the row that was drawn on a line.
func (l *List) Point(line int) {
	if line >= 0 && line < len(l.Drawn) && l.Drawn[line] != "" {
		l.Selected = l.Drawn[line]
	}
}

// Find tells the list the index of the selected row; negative if it is not listed.
func (l *List) Find(i int) { l.lastIndex = i }

// SetHeight tells the list how many rows a page has.
func (l *List) SetHeight(n int) { l.height = n }

// Move moves the cursor among n rows as a key asks. Other actions are ignored. If no row is
// selected, moving up or down selects the first visible one.
func (l *List) Move(a keys.Action, n int, id func(int) string) {
	if n == 0 {
		l.Selected = ""
		return
	}
	i, page := l.Index(n, id), max(l.height-1, 1)
	switch a {
	case keys.Down:
		i++
		if l.Index(n, id) < 0 {
			i = min(l.Offset, n-1)
		}
	case keys.Up:
		i--
		if l.Index(n, id) < 0 {
			i = min(l.Offset, n-1)
		}
	case keys.PageDown:
		i += page
	case keys.PageUp:
		i -= page
	case keys.First:
		i = 0
	case keys.Last:
		i = n - 1
	default:
		return
	}
	l.lastIndex = min(max(i, 0), n-1)
	l.Selected = id(l.lastIndex)
}

// Window scrolls so that the selected row is among h visible lines. It returns the range of the
// visible rows and the index of the selected one, which is -1 if there is none.
func (l *List) Window(n, h int, id func(int) string) (from, to, sel int) {
	l.height, l.rows = h, n
	sel = l.Index(n, id)
	if sel >= 0 && sel < l.Offset {
		l.Offset = sel
	}
	if sel >= l.Offset+h {
		l.Offset = sel - h + 1
	}
	l.Offset = max(min(l.Offset, n-h), 0)
	return l.Offset, min(l.Offset+h, n), sel
}

// Hidden implements [Partial].
func (l *List) Hidden() (above, below int) { return l.Offset, max(l.rows-l.Offset-l.height, 0) }

// Scroll is the scroll position of a text that may be longer than its box. Height and Lines are
// those of the last [Scroll.Show].
type Scroll struct{ offset, Height, Lines int }

// Move scrolls as a key asks, and reports whether other lines are shown then. Other actions are
// ignored.
func (p *Scroll) Move(a keys.Action) bool {
	was := p.offset
	switch a {
	case keys.Down:
		p.offset++
	case keys.Up:
		p.offset--
	case keys.PageDown:
		p.offset += max(p.Height-1, 1)
	case keys.PageUp:
		p.offset -= max(p.Height-1, 1)
	case keys.First:
		p.offset = 0
	case keys.Last:
		p.offset = p.Lines
	}
	p.offset = max(min(p.offset, p.Lines-p.Height), 0)
	return p.offset != was
}

// Show returns the visible part of all lines, at most h of them.
func (p *Scroll) Show(all []string, h int) []string {
	p.Height, p.Lines = h, len(all)
	p.offset = max(min(p.offset, p.Lines-p.Height), 0)
	return all[p.offset:min(p.offset+h, len(all))]
}

// Hidden implements [Partial].
func (p *Scroll) Hidden() (above, below int) {
	return p.offset, max(p.Lines-p.offset-p.Height, 0)
}

// ShowRange scrolls so that the lines from and up to but not to are shown, or as many of them as
// fit. It returns the visible part of all lines, at most h of them.
func (p *Scroll) ShowRange(all []string, h, from, to int) []string {
	p.offset = min(max(p.offset, to-h), from)
	return p.Show(all, h)
}
