package scene

import "lanyard/ui/keys"

// list is a cursor that follows an ID and a scroll position. The zero value has nothing selected.
type List struct {
	Selected    string
	lastIndex   int // where sel was last found
	Offset      int
	height      int // rows shown last
	HeaderLines int // lines above the first row
}

// index finds the selected row; -1 when it is gone or nothing is selected.
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

// move answers a key that moves the cursor.
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

// window gives the rows that are visible in h lines, with the selected one among them.
func (l *List) Window(n, h int, id func(int) string) (from, to, sel int) {
	l.height = h
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

// scroll is a position in text that is longer than its box.
type Scroll struct{ offset, Height, Lines int }

func (p *Scroll) Move(a keys.Action) {
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
}

// show cuts the visible part out of all lines.
func (p *Scroll) Show(all []string, h int) []string {
	p.Height, p.Lines = h, len(all)
	p.offset = max(min(p.offset, p.Lines-p.Height), 0)
	return all[p.offset:min(p.offset+h, len(all))]
}
