package overlay

import (
	"slices"

	"lanyard/console"
	"lanyard/text"
	"lanyard/ui/form"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// foundList is the list of the applications of a portal, some of which are chosen.
type foundList struct {
	portal  *console.PortalFound
	on      []bool
	at, off int
	height  int // number of rows of the last frame
	top     int // lines above the first row
}

// newFoundList chooses the applications that are new, and for each of them its first proposed probe
// URL.
func newFoundList(p console.PortalFound) *foundList {
	l := &foundList{portal: &p}
	for i := range p.All {
		x := &p.All[i]
		if l.on = append(l.on, !x.Known && !x.Stored); x.Known || x.Application.ProbeURL != "" {
			x.ProbeURLs = nil
		} else if len(x.ProbeURLs) > 0 && !x.Stored {
			x.Application.ProbeURL = x.ProbeURLs[0]
		}
	}
	return l
}

// press moves the cursor, chooses, or changes the probe URL. It returns why the key does nothing,
// or "".
func (l *foundList) press(key string) (why string) {
	x := &l.portal.All[l.at]
	switch acts := key == "space" || key == "left" || key == "right"; {
	case acts && x.Known:
		return "it is configured already: the import does not change it"
	case acts && key != "space" && len(x.ProbeURLs) == 0 && x.Application.ProbeURL != "":
		return "it keeps its probe URL: edit application changes it"
	case acts && key != "space" && len(x.ProbeURLs) == 0:
		return "the portal names no API that it may call"
	}
	switch key {
	case "up", "k":
		l.at = max(l.at-1, 0)
	case "down", "j", "tab":
		l.at = min(l.at+1, len(l.on)-1)
	case "home", "pgup":
		l.at = 0
	case "end", "pgdown":
		l.at = len(l.on) - 1
	case "space":
		l.on[l.at] = !l.on[l.at]
	case "right":
		l.probeAt(1)
	case "left":
		l.probeAt(-1)
	}
	return ""
}

// probeAt takes the proposed probe URL that is by places after the present one. After the last one
// comes none, and then the first.
func (l *foundList) probeAt(by int) {
	x := &l.portal.All[l.at]
	if len(x.ProbeURLs) == 0 {
		return
	}
	all := append(slices.Clone(x.ProbeURLs), "")
	at := max(slices.Index(all, x.Application.ProbeURL), 0)
	x.Application.ProbeURL = all[(at+by+len(all))%len(all)]
}

// proposes reports whether a probe URL is proposed for the application under the cursor.
func (l *foundList) proposes() bool {
	x := l.portal.All[l.at]
	return !x.Known && len(x.ProbeURLs) > 0
}

// goal returns where the application under the cursor goes: its environment, and its probe URL.
func (l *foundList) goal(s *scene.Scene) string {
	show := func(p console.Private) string {
		if s.Redactor != nil { // the redactor does not know these names yet
			return form.HiddenText()
		}
		return s.Show(p)
	}
	x := l.portal.All[l.at]
	name := show(x.Application.Environment.Name)
	switch taken := x.Application.ProbeURL; {
	case x.Known:
		return "configured already in " + name + "; the import does not change it"
	case x.Stored && !l.on[l.at]:
		return "in " + name + "; space updates it with what the portal says"
	case taken != "":
		return "into " + name + ", probed at " + show(taken)
	case len(x.ProbeURLs) > 0:
		return "into " + name + ", without a probe URL; → takes " + show(x.ProbeURLs[0])
	}
	return "into " + name + ", without a probe URL"
}

// probes says how many of the chosen applications get a probe URL that was proposed, as long as the
// list proposes one; else it returns "".
func (l *foundList) probes() string {
	n, proposed := 0, false
	for i, x := range l.portal.All {
		if len(x.ProbeURLs) > 0 && l.on[i] {
			if proposed = true; x.Application.ProbeURL != "" {
				n++
			}
		}
	}
	switch {
	case !proposed:
		return ""
	case n == 0:
		return "none gets a probe URL; → on a row takes one"
	}
	return text.CountOf(n, "gets", "get") + " a probe URL; → on a row changes it"
}

// note says of the application under the cursor what its row has no room for in a low box.
func (l *foundList) note(s *scene.Scene) string {
	x := l.portal.All[l.at]
	switch said := remark(x); {
	case x.Known:
		return said
	case x.Stored && !l.on[l.at]:
		return said + "; space updates it"
	case !l.on[l.at]:
		return "not chosen, " + said
	case x.Application.ProbeURL != "" && s.Redactor == nil:
		return "chosen, probed at " + s.Show(x.Application.ProbeURL)
	default:
		return "chosen, " + said + probed(x)
	}
}

// count returns the number of chosen applications.
func (l *foundList) count() int {
	n := 0
	for _, on := range l.on {
		if on {
			n++
		}
	}
	return n
}

// remark returns a note on an application, for a person who chooses.
func remark(x console.Imported) string {
	switch {
	case x.Known:
		return "is configured here already"
	case x.Stored:
		return "was imported already"
	case x.Secret.IsZero():
		return "its secret is not shown"
	}
	return "with its secret"
}

// probed returns a note on a probe URL that was taken.
func probed(x console.Imported) string {
	if x.Application.ProbeURL == "" || x.Known {
		return ""
	}
	return " · probe URL"
}

// name returns the text of an application in the list.
func (l *foundList) name(s *scene.Scene, i int) string {
	a := l.portal.All[i].Application
	if a.KeyType == "" {
		return s.Show(a.Name)
	}
	return s.Show(a.Name) + " · " + kit.Clean(a.KeyType)
}

// leastNames is the least number of cells of a column of names that leaves room for notes.
const leastNames = 24

func (l *foundList) lines(s *scene.Scene, w, h int) []string {
	names, rests := 0, 0 // width of the widest
	for i, x := range l.portal.All {
		names, rests = max(names, kit.Width(l.name(s, i))), max(rests, kit.Width(remark(x)))
	}
	if beside := w - rests - 9; beside < names && beside < leastNames {
		names = min(names, w-6) // a name counts more than its note
	} else {
		names = min(names, beside)
	}
	var out []string
	l.off, l.height = max(min(l.off, l.at), l.at-h+1, 0), h
	for i := l.off; i < min(l.off+h, len(l.on)); i++ {
		x := l.portal.All[i]
		line := s.BeginRow(i == l.at, true)
		mark, paint := "[ ] ", ""
		switch {
		case x.Known, x.Stored && !l.on[i]:
			mark, paint = " =  ", string(s.Styles.Quiet)
		case l.on[i]:
			mark = "[x] "
		}
		line.Put(string(s.Styles.Key), mark)
		line.Cell(paint, kit.Middle(l.name(s, i), names), names)
		if said := scene.Fitting([]string{
			remark(x) + probed(x) + " · " + kit.Clean(x.Application.Grant),
			remark(x) + probed(x), remark(x), "",
		}, max(w-names-9, 0)); said != "" {
			line.Gap(2)
			line.Put(string(s.Styles.Quiet), said)
		}
		out = append(out, line.End(w))
	}
	return out
}

// hidden returns the numbers of applications above and below those that were last drawn.
func (l *foundList) hidden() (above, below int) {
	return l.off, max(len(l.on)-l.off-l.height, 0)
}

// summary returns how many applications are chosen, and how many of them come without a secret.
func (l *foundList) summary() string {
	n := l.count()
	said := "chosen: " + text.Count(n, "application")
	missing := 0
	for i, x := range l.portal.All {
		if l.on[i] && x.Secret.IsZero() {
			missing++
		}
	}
	if missing > 0 {
		said += "; to be typed later: " + text.Count(missing, "secret")
	}
	return said
}
