package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// header draws the first line: environment, counts and, where there is room, the state of the key.
func (m *root) header(s *scene.Scene) string {
	l := kit.NewLine("", 256)
	l.Gap(1)
	a, ok := s.Selected()
	small := m.layout() == listOnly
	if !small {
		l.Put(string(m.st.Brand), "lanyard")
		l.Gap(2)
	}
	if m.o.Title != "" {
		l.Put(string(m.st.Chip), " "+m.redactor.Text(m.o.Title)+" ")
		l.Gap(2)
	}
	if m.redactor != nil {
		l.Put(string(m.st.ChipDanger), " PRESENT ")
		l.Gap(2)
	}
	clock := m.skew(a, m.w < 80)
	counts := m.counts(s, m.w < 80)
	if small {
		counts = nil
		if n := len(s.Board.Apps); n > 1 && (clock.Text == "" || m.w >= 44) {
			counts = []scene.Cell{
				scene.NewCell(m.st.Quiet, "← "+strconv.Itoa(s.App+1)+"/"+strconv.Itoa(n)+" →")}
		}
	}
	if clock.Text != "" {
		if len(counts) > 0 {
			clock.Text += "  "
		}
		counts = append([]scene.Cell{clock}, counts...)
	}
	cells := 0
	for _, c := range counts {
		cells += kit.Width(c.Text)
	}
	var key string
	if ok {
		room := m.w - l.Width() - cells - 4
		name := s.Show(a.Environment.Name)
		if kit.Clean(string(a.Environment.Name)) == m.o.Title {
			name = "" // the chip tells it
		}
		if small {
			name = strings.TrimSpace(s.Show(a.Name) + " " + kit.Cut(kit.Clean(a.KeyType), 4))
			if l := s.TitleParts(scene.Tokens); len(l) > 0 { // there is no pane with a title
				name = strings.Replace(l[0], " of ", "/", 1)
			}
		}
		chip := ""
		if a.Environment.Production {
			chip = " production "
		}
		chip, key = roomFor(s.Key, room, kit.Width(name), chip)
		if chip != "" {
			room -= len(chip) + 2
		}
		l.Put("", kit.Middle(name, max(room, 0)))
		if chip != "" {
			l.Gap(min(2, max(room, 0)))
			l.Put(string(m.st.ChipDanger), chip)
		}
	} else {
		_, key = roomFor(s.Key, m.w-l.Width()-cells-4, 0, "")
	}
	if key != "" && l.Width() > 1 {
		l.Gap(2)
	}
	l.Put(string(m.keyPaint(s)), key)
	l.Gap(m.w - 1 - cells - l.Width())
	for _, c := range counts {
		l.Put(string(c.Paint), c.Text)
	}
	s.KeyShown = key
	return l.End(m.w)
}

// roomFor returns the production chip and the text of the key that fit into room cells beside a
// name of name cells. It shortens the chip to PROD before it leaves out the key.
func roomFor(k scene.KeyState, room, name int, chip string) (shown, key string) {
	chips := []string{chip}
	if chip != "" {
		chips = []string{chip, " PROD "}
		if room < 24 {
			chips = chips[1:]
		}
	}
	for _, text := range []string{k.Text(), k.Short()} {
		for _, c := range chips {
			need := name + kit.Width(text) + 2
			if c != "" {
				need += len(c) + 2
			}
			if text != "" && need <= room {
				return c, text
			}
		}
	}
	return chips[0], ""
}

// counts returns the number of tokens in each state that is not over.
func (m *root) counts(s *scene.Scene, short bool) []scene.Cell {
	var out []scene.Cell
	t := s.Board.Total
	add := func(n int, st console.State) {
		if n == 0 && st != console.Active {
			return
		}
		sign, paint := s.Look(st)
		text := strconv.Itoa(n) + " " + string(st)
		if short {
			text = sign + " " + strconv.Itoa(n)
		}
		if n == 0 {
			paint = m.st.Quiet
		}
		switch {
		case st == console.Expiring: // expiring tokens are among the active ones
			text = " (" + text + ")"
		case len(out) > 0:
			text = "  " + text
		}
		out = append(out, scene.NewCell(paint, text))
	}
	add(t.Active+t.Expiring, console.Active)
	add(t.Expiring, console.Expiring)
	add(t.Revoking, console.Revoking)
	add(t.Lingering, console.Lingering)
	return out
}

// skewMatters is the error of a server's clock up to which the header does not show it. Date
// headers count whole seconds, and answers take time on the way.
const skewMatters = 5 * time.Second

// skew returns the error of the clock of the application's server. It is empty up to skewMatters.
func (m *root) skew(a *session.App, short bool) scene.Cell {
	if a == nil {
		return scene.Cell{}
	}
	d := m.board().Skew[string(a.Environment.Name)]
	sign := "+"
	if d < 0 {
		sign = "-"
	}
	if d.Abs() <= skewMatters {
		return scene.Cell{}
	}
	word := "server clock "
	if short {
		word = "clock "
	}
	return scene.NewCell(m.st.Warn, word+sign+console.Left(d.Abs()))
}

// banners draws the permanent warnings. Each has a line of its own if all fit. Otherwise they
// follow each other, in full or in their short forms. If these do not fit either, the last line has
// the number of warnings.
func (m *root) banners(l layout) []string {
	warnings := describe.Banners(m.o.Banners, m.board().Applications(), m.board().Altered)
	if len(warnings) == 0 || l == tooSmall {
		return nil
	}
	room := 3
	if m.h < 20 {
		room = 2
	}
	const lead = "WARNING  "
	own := make([]string, 0, len(warnings)) // each on its own line, if they fit
	var text, short []string
	for _, b := range warnings {
		text = append(text, m.redactor.Text(kit.Clean(b.Text)))
		short = append(short, m.redactor.Text(kit.Clean(b.Short)))
		own = append(own, lead+text[len(text)-1])
	}
	lines := own
	if len(own) > room ||
		slices.ContainsFunc(own, func(t string) bool { return kit.Width(t) > m.w-2 }) {
		lines = kit.Wrap(lead+strings.Join(text, "; "), m.w-2)
	}
	if len(lines) > room {
		lines = kit.Wrap(lead+strings.Join(short, "; "), m.w-2)
	}
	if len(lines) > room { // more environments than lines
		lines = append(lines[:room-1:room-1], strconv.Itoa(len(short))+" unsafe in all")
	}
	out := make([]string, len(lines))
	for i, t := range lines {
		out[i] = string(m.st.Banner) + kit.Fit(" "+t, m.w) + themes.Off
	}
	return out
}
