package scene

import "lanyard/ui/keys"

// list is a cursor that follows an ID and a scroll position. The zero value has nothing selected.
type List struct {
	Sel  string
	At   int // where sel was last found
	Off  int
	page int // rows shown last
	Top  int // lines above the first row
}

// index finds the selected row; -1 when it is gone or nothing is selected.
func (l *List) Index(n int, id func(int) string) int {
	if l.Sel == "" {
		return -1
	}
	if l.At >= 0 && l.At < n && id(l.At) == l.Sel {
		return l.At
	}
	for i := range n {
		if id(i) == l.Sel {
			l.At = i
			return i
		}
	}
	return -1
}

// move answers a key that moves the cursor.
func (l *List) Move(a keys.Action, n int, id func(int) string) {
	if n == 0 {
		l.Sel = ""
		return
	}
	i, page := l.Index(n, id), max(l.page-1, 1)
	switch a {
	case keys.Down:
		i++
		if l.Index(n, id) < 0 {
			i = min(l.Off, n-1)
		}
	case keys.Up:
		i--
		if l.Index(n, id) < 0 {
			i = min(l.Off, n-1)
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
	l.At = min(max(i, 0), n-1)
	l.Sel = id(l.At)
}

// window gives the rows that are visible in h lines, with the selected one among them.
func (l *List) Window(n, h int, id func(int) string) (from, to, sel int) {
	l.page = h
	sel = l.Index(n, id)
	if sel >= 0 && sel < l.Off {
		l.Off = sel
	}
	if sel >= l.Off+h {
		l.Off = sel - h + 1
	}
	l.Off = max(min(l.Off, n-h), 0)
	return l.Off, min(l.Off+h, n), sel
}

// scroll is a position in text that is longer than its box.
type Scroll struct{ Off, Page, N int }

func (p *Scroll) Move(a keys.Action) {
	switch a {
	case keys.Down:
		p.Off++
	case keys.Up:
		p.Off--
	case keys.PageDown:
		p.Off += max(p.Page-1, 1)
	case keys.PageUp:
		p.Off -= max(p.Page-1, 1)
	case keys.First:
		p.Off = 0
	case keys.Last:
		p.Off = p.N
	}
	p.Off = max(min(p.Off, p.N-p.Page), 0)
}

// show cuts the visible part out of all lines.
func (p *Scroll) Show(all []string, h int) []string {
	p.Page, p.N = h, len(all)
	p.Off = max(min(p.Off, p.N-p.Page), 0)
	return all[p.Off:min(p.Off+h, len(all))]
}
