package ui

import (
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// keepNotices is the number of notices that the log holds.
const keepNotices = 500

// fadesIn returns the time for which a notice stays on the screen. An error takes longer to read.
func fadesIn(n scene.Notice) time.Duration {
	if n.Severity >= scene.Warn {
		return 12 * time.Second
	}
	return 6 * time.Second
}

// notices are the notices of this run, and the one that is shown.
type notices struct {
	log   []scene.Notice
	shown scene.Notice // the last one that was shown
	until time.Time    // time at which it fades; zero: none is shown
	n     int          // number of notices that were shown
	call  int64        // number of the call that the next notices are about; 0: none
}

// hide removes the notice from the screen.
func (n *notices) hide() { n.until = time.Time{} }

// fadeAt removes the notice when its time is over.
func (n *notices) fadeAt(now time.Time) {
	if due(n.until, now) {
		n.until = time.Time{}
	}
}

// show shows a notice.
func (n *notices) show(x scene.Notice) {
	n.shown, n.until = x, x.At.Add(fadesIn(x))
	n.n++
}

// Log writes something into the log and does not show it.
func (m *root) Log(sev scene.Severity, text, hint string) { m.logged(sev, text, hint) }

// Notify shows something and logs it.
func (m *root) Notify(sev scene.Severity, text, hint string) {
	m.notices.show(m.logged(sev, text, hint))
}

func (m *root) logged(sev scene.Severity, text, hint string) scene.Notice {
	n := scene.Notice{
		At: m.now, Severity: sev, Text: kit.Clean(text), Hint: kit.Clean(hint),
		Exchange: m.notices.call,
	}
	m.notices.log = append(m.notices.log, n)
	if len(m.notices.log) > keepNotices {
		m.notices.log = m.notices.log[len(m.notices.log)-keepNotices:]
	}
	return n
}

// flash shows a notice that is not worth logging, such as why a key did nothing.
func (m *root) flash(text, hint string) {
	m.notices.show(scene.Notice{
		At: m.now, Severity: scene.Info, Text: kit.Clean(text),
		Hint: kit.Clean(hint), Exchange: m.notices.call,
	})
}

// NotifyError shows what failed, why, and what to try next. A refusal by the console itself is a
// warning, everything else an error.
func (m *root) NotifyError(op string, err error) {
	sev := scene.Bad
	if _, ok := console.AsError(err); ok {
		sev = scene.Warn
	}
	m.Notify(sev, string(console.OpErrorText(op, err)), m.hintOf(err))
}

// face returns how the screen names actions and commands.
func (m *root) face() console.Face { return m.keys.Face() }

// voice returns how notices are worded. They are cleaned when they are logged, and redacted when
// they are drawn.
func (m *root) voice() describe.Voice {
	return describe.Voice{
		Face: m.keys.Face(), Wait: scene.Seconds, Span: console.Left, AtMost: console.Left,
		Clock:  func(at time.Time) string { return describe.ClockTime(at, m.now) },
		Others: func(text string) string { return text },
	}
}

// hintOf returns the hint of an error, and where to change the setting that it names.
func (m *root) hintOf(err error) string { return console.Remedy(err, console.Hint(err), m.face()) }

// configFile names the file of the configured applications.
func (m *root) configFile() string {
	if svc := m.s.Service(); svc != nil && svc.ConfigPath() != "" {
		return kit.Clean(svc.ConfigPath())
	}
	if m.o.Demo {
		return "the demo, which is made anew each time"
	}
	return "the configuration file"
}
