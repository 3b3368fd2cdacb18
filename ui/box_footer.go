package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// boxFooter draws the keys that work in the overlay on top. On a narrow screen the last hints go
// first, but for the key that closes the overlay.
func (m *root) boxFooter(s *scene.Scene, o scene.Overlay) string {
	m.frame.buttons = m.frame.buttons[:0]
	hints := slices.DeleteFunc(o.Hints(s), func(h scene.Hint) bool { return h.Keys == "" })
	need := func() int {
		n := 0 // a blank at either end, and no gap before the first one
		for _, h := range hints {
			n += hint{key: h.Shown(), word: h.Word}.width() + 2
		}
		return n
	}
	for len(hints) > 2 && need() > m.w {
		hints = slices.Delete(hints, len(hints)-2, len(hints)-1)
	}
	for i := 0; i < len(hints) && need() > m.w; i++ {
		hints[i].Word = ""
	}
	_, asks := o.(scene.Question)
	l := kit.NewLine("", 512)
	l.Gap(1)
	for i, h := range hints {
		if i > 0 {
			l.Gap(2)
		}
		part := hint{key: h.Shown(), word: h.Word}
		// A second click must not answer a question that the first one has opened.
		key, more, _ := strings.Cut(h.Keys, " ")
		if (more == "" || more == key) && (!asks || i == len(hints)-1) {
			m.frame.buttons = append(m.frame.buttons,
				button{x: l.Width(), y: m.h - 1, w: part.width(), key: key})
		}
		l.Put(string(m.st.Key), part.key)
		if h.Word != "" {
			l.Put(string(m.st.Quiet), " "+h.Word)
		}
	}
	return l.End(m.w)
}

// pressOf returns the press of a key with a name.
func pressOf(name string) tea.KeyPressMsg {
	for code, named := range map[rune]string{
		tea.KeyEnter: "enter", tea.KeyEscape: "esc", tea.KeyTab: "tab", tea.KeyF12: "f12",
	} {
		if name == named {
			return tea.KeyPressMsg{Code: code}
		}
	}
	switch rest, ctrl := strings.CutPrefix(name, "ctrl+"); {
	case ctrl:
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	case name == "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}
