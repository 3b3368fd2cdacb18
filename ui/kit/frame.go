package kit

import "strings"

// Label is a text in the border of a frame, painted with SGR.
type Label struct{ SGR, Text string }

// Frame draws a rounded border around body: h lines of w cells. Lines of body must have w-2 cells;
// missing lines are blank. titles are set into the top border from the left. right is set into its
// right end if there is room, and foot into that of the bottom border.
func Frame(w, h int, border string, titles []Label, right, foot Label, body []string) []string {
	if w < 2 || h < 2 {
		out := make([]string, max(h, 0))
		for i := range out {
			out[i] = Spaces(w)
		}
		return out
	}
	out := make([]string, 0, h)
	out = append(out, edge(w, border, "╭", "╮", titles, right))
	side := paint(border, "│")
	empty := Spaces(w - 2)
	for i := range h - 2 {
		line := empty
		if i < len(body) {
			line = body[i]
		}
		out = append(out, side+line+side)
	}
	return append(out, edge(w, border, "╰", "╯", nil, foot))
}

// edge draws the border at the top or at the bottom.
func edge(w int, border, left, right string, titles []Label, end Label) string {
	room := w - 2
	l := NewLine("", w*4)
	l.Put(border, left)
	for i, t := range titles {
		lead := 0
		if i > 0 {
			lead = 1
		}
		most := room - (l.Width() - 1) - lead - 2
		if most < 1 {
			break
		}
		text := Middle(t.Text, most)
		l.Put(border, strings.Repeat("─", lead))
		l.Put("", " ")
		l.Put(t.SGR, text)
		l.Put("", " ")
	}
	rest := room - (l.Width() - 1)
	if n := Width(end.Text); n > 0 && rest >= n+4 {
		l.Put(border, strings.Repeat("─", rest-n-3))
		l.Put("", " ")
		l.Put(end.SGR, end.Text)
		l.Put("", " ")
		l.Put(border, "─")
	} else {
		l.Put(border, strings.Repeat("─", max(rest, 0)))
	}
	l.Put(border, right)
	return l.End(w)
}

func paint(sgr, s string) string {
	if sgr == "" || s == "" {
		return s
	}
	return sgr + s + off
}
