package ui

import (
	"strings"
	"time"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
)

type severity int

const (
	info severity = iota
	good
	warn
	bad
)

// notice is one thing that was said. It fades from the screen and stays in the log.
type notice struct {
	at   time.Time
	sev  severity
	text string
	hint string
}

// keepNotices is how many notices the log holds.
const keepNotices = 500

// fade is how long a notice stays on the screen; an error takes longer to read.
func (n notice) fade() time.Duration {
	if n.sev >= warn {
		return 12 * time.Second
	}
	return 6 * time.Second
}

func (n notice) look(st *themes.Styles) (sign string, paint themes.Paint) {
	switch n.sev {
	case good:
		return "✓", st.Good
	case warn:
		return "!", st.Warn
	case bad:
		return "✕", st.Danger
	}
	return "·", st.Accent
}

// note says something.
func (m *root) note(sev severity, text, hint string) {
	n := notice{m.now, sev, kit.Clean(text), kit.Clean(hint)}
	m.log = append(m.log, n)
	if len(m.log) > keepNotices {
		m.log = m.log[len(m.log)-keepNotices:]
	}
	m.until, m.dirty = m.now.Add(n.fade()), true
}

// fail says what went wrong, why, and the next thing to try.
func (m *root) fail(op string, err error) {
	text := err.Error()
	if !strings.HasPrefix(text, op) {
		text = op + ": " + text
	}
	sev := bad
	if _, ok := console.AsError(err); ok {
		sev = warn // the console itself refused: nothing went wrong on the way
	}
	m.note(sev, text, console.Hint(err))
}

// logOverlay shows every notice of this run, the newest first.
type logOverlay struct {
	scroll  scroll
	entries []notice
}

func (*logOverlay) title() string            { return "Messages of this run" }
func (o *logOverlay) foot() string           { return o.scroll.foot() }
func (*logOverlay) danger() bool             { return false }
func (*logOverlay) size(w, h int) (int, int) { return min(w, 110), h * 4 / 5 }

func (o *logOverlay) press(_ *scene, a action, _ string) intent {
	if a == closeTop || a == openLog || a == quit {
		return closeOverlay{}
	}
	o.scroll.move(a)
	return nil
}

func (o *logOverlay) box(s *scene, w, h int) []string {
	if len(o.entries) == 0 {
		return hint(s, w, h, "", "Nothing was said yet. Every notice and every error of this run is kept here.")
	}
	var out []string
	for i := len(o.entries) - 1; i >= 0; i-- {
		n := o.entries[i]
		sign, paint := n.look(s.st)
		const lead = 1 + 8 + 1 + 1 + 1
		for k, text := range kit.Wrap(n.text, max(w-lead-1, 4)) {
			l := kit.NewLine("", 160)
			l.Gap(1)
			if k == 0 {
				l.Put(string(s.st.Quiet), n.at.Format("15:04:05"))
				l.Gap(1)
				l.Put(string(paint), sign)
				l.Gap(1)
			} else {
				l.Gap(lead - 1)
			}
			l.Put("", text)
			out = append(out, l.End(w))
		}
		for _, text := range kit.Wrap(n.hint, max(w-lead-1, 4)) {
			if text == "" {
				continue
			}
			l := kit.NewLine("", 160)
			l.Gap(lead)
			l.Put(string(s.st.Quiet), text)
			out = append(out, l.End(w))
		}
	}
	return o.scroll.show(out, h)
}
