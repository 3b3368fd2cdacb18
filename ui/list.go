package ui

import "lanyard/ui/keys"

// list is a cursor that follows an ID and a scroll position. The zero value has nothing selected.
type list struct {
	sel  string
	at   int // where sel was last found
	off  int
	page int // rows shown last
	top  int // lines above the first row
}

// index finds the selected row; -1 when it is gone or nothing is selected.
func (l *list) index(n int, id func(int) string) int {
	if l.sel == "" {
		return -1
	}
	if l.at >= 0 && l.at < n && id(l.at) == l.sel {
		return l.at
	}
	for i := range n {
		if id(i) == l.sel {
			l.at = i
			return i
		}
	}
	return -1
}

// move answers a key that moves the cursor.
func (l *list) move(a keys.Action, n int, id func(int) string) {
	if n == 0 {
		l.sel = ""
		return
	}
	i, page := l.index(n, id), max(l.page-1, 1)
	switch a {
	case keys.Down:
		i++
		if l.index(n, id) < 0 {
			i = min(l.off, n-1)
		}
	case keys.Up:
		i--
		if l.index(n, id) < 0 {
			i = min(l.off, n-1)
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
	l.at = min(max(i, 0), n-1)
	l.sel = id(l.at)
}

// window gives the rows that are visible in h lines, with the selected one among them.
func (l *list) window(n, h int, id func(int) string) (from, to, sel int) {
	l.page = h
	sel = l.index(n, id)
	if sel >= 0 && sel < l.off {
		l.off = sel
	}
	if sel >= l.off+h {
		l.off = sel - h + 1
	}
	l.off = max(min(l.off, n-h), 0)
	return l.off, min(l.off+h, n), sel
}

// scroll is a position in text that is longer than its box.
type scroll struct{ off, page, n int }

func (p *scroll) move(a keys.Action) {
	switch a {
	case keys.Down:
		p.off++
	case keys.Up:
		p.off--
	case keys.PageDown:
		p.off += max(p.page-1, 1)
	case keys.PageUp:
		p.off -= max(p.page-1, 1)
	case keys.First:
		p.off = 0
	case keys.Last:
		p.off = p.n
	}
	p.off = max(min(p.off, p.n-p.page), 0)
}

// show cuts the visible part out of all lines.
func (p *scroll) show(all []string, h int) []string {
	p.page, p.n = h, len(all)
	p.off = max(min(p.off, p.n-p.page), 0)
	return all[p.off:min(p.off+h, len(all))]
}
