package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
)

// keepNotices is the number of notices that the log holds.
const keepNotices = 500

// fadesIn returns the time for which a notice stays on the screen if no key is pressed. A warning
// takes longer to read. The end of a token stays until a key ([root.NotifyEnd]).
func fadesIn(n scene.Notice) time.Duration {
	if n.Severity >= scene.Warn {
		return 30 * time.Second
	}
	return 6 * time.Second
}

// notices are the notices of this run, and the one that is shown.
type notices struct {
	log   []scene.Notice
	shown scene.Notice // the last one that was shown
	on    bool         // it is on the screen
	until time.Time    // time at which it fades; zero: it stays until a key
	n     int          // number of notices that were shown
	call  int64        // number of the call that the next notices are about; 0: none
}

// hide removes the notice from the screen.
func (n *notices) hide() { n.on, n.until = false, time.Time{} }

// fadeAt removes the notice when its time is over.
func (n *notices) fadeAt(now time.Time) {
	if due(n.until, now) {
		n.hide()
	}
}

// logs reports whether the message log has a notice.
func (n *notices) logs(x scene.Notice) bool { return slices.Contains(n.log, x) }

// show shows a notice.
func (n *notices) show(x scene.Notice) {
	n.shown, n.on, n.until = x, true, x.At.Add(fadesIn(x))
	n.n++
}

// showEnd shows a notice about tokens that have ended. It stays until a key is pressed, because a
// token may end while nobody looks. It fades where it covers something else: the words of presenter
// mode, the step of the tour, and on a small screen the keys of the box on top, such as the answers
// to a question.
func (m *root) showEnd(x scene.Notice) {
	covers := len(m.overlays) > 0 && m.noticeInFooter(m.layout())
	if m.notices.show(x); !covers && !m.presents() && m.tour.Over() {
		m.notices.until = time.Time{}
	}
}

// NotifyEnd logs the end of a token, and shows it as showEnd does.
func (m *root) NotifyEnd(sev scene.Severity, text, hint string, brief ...string) {
	m.showEnd(m.logged(sev, text, hint, brief...))
}

// Log writes something into the log and does not show it.
func (m *root) Log(sev scene.Severity, text, hint string) { m.logged(sev, text, hint) }

// Notify shows something and logs it.
func (m *root) Notify(sev scene.Severity, text, hint string) { m.notify(sev, text, hint) }

// notify is Notify with shorter forms of the text for small screens, the longest first.
func (m *root) notify(sev scene.Severity, text, hint string, brief ...string) {
	m.notices.show(m.logged(sev, text, hint, brief...))
}

func (m *root) logged(sev scene.Severity, text, hint string, brief ...string) scene.Notice {
	n := scene.Notice{
		At: m.now, Severity: sev, Text: kit.Clean(text), Hint: kit.Clean(hint),
		Exchange: m.notices.call,
	}
	for i := range brief {
		brief[i] = kit.Clean(brief[i])
	}
	n.Brief = strings.Join(brief, "\n")
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
	m.notify(sev, string(console.OpErrorText(op, err)), m.hintOf(err),
		op+": "+describe.Briefly(string(console.Reason(err))))
}

// face returns how the screen names actions and commands.
func (m *root) face() console.Face { return m.keys.Face() }

// voice returns how notices are worded. They are cleaned when they are logged, and redacted when
// they are drawn.
func (m *root) voice() describe.Voice {
	return describe.Voice{
		Face: m.keys.Face(), Wait: scene.Seconds, Span: console.Left, AtMost: console.AtMost,
		Clock:  func(at time.Time) string { return describe.BoundTime(at, m.now) },
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
		return "the code of the demo"
	}
	return "the configuration file"
}

// noticeInFooter reports whether the notice takes the place of the footer, because no other line
// is free.
func (m *root) noticeInFooter(l layout) bool { return l == listOnly || m.h < 16 }

// noticeLinesAtMost returns the number of lines that a notice can take.
func (m *root) noticeLinesAtMost(l layout) int {
	if m.noticeInFooter(l) || l == onePane {
		return 1
	}
	return 2
}

// noticeLines draws the notice in at most two lines, or in one in place of the footer. The step of
// the tour takes the last of these lines, or stands while there is no notice if there is only one.
// Without both it draws the wait for a slow server.
func (m *root) noticeLines(s *scene.Scene, l layout) []string {
	most, shown := m.noticeLinesAtMost(l), m.notices.on
	switch {
	case !m.tour.Over() && !shown:
		return []string{m.tourLine(m.w)}
	case !m.tour.Over() && most > 1:
		return append(m.notice(s, most-1), m.tourLine(m.w))
	case shown:
		return m.notice(s, most)
	}
	if wait := slow(s); wait != nil {
		l := kit.NewLine("", 128)
		l.Gap(1)
		l.Put(string(m.st.Accent), scene.Fitting(wait, m.w-2))
		return []string{l.End(m.w)}
	}
	return nil
}

// notice draws the notice in at most this many lines.
func (m *root) notice(s *scene.Scene, most int) []string {
	n := m.notices.shown
	_, paint := n.Look(&m.st)
	if n.Severity <= scene.Good {
		paint = ""
	}
	lines := m.arranged(s, n, most, m.w-2)
	out := make([]string, len(lines))
	for i, text := range lines {
		l := kit.NewLine("", 256)
		l.Gap(1)
		l.Put(string(paint), strings.TrimRight(text, " "))
		out[i] = l.End(m.w)
	}
	return out
}

// The least number of cells of what happened, and of a remedy, for which it is worth to cut them.
const (
	leastFact   = 40
	leastRemedy = 20
)

// arranged breaks a notice into at most this many lines of w cells. The remedy stands first, where
// it is read at a glance, and then what happened. On one line, and if the remedy does not stand
// alone, what happened is first. If both have no room, it takes a shorter form of what happened.
// Without one it cuts the end of what comes second, or leaves out one of them. What happened is cut
// last of all. The message log has all of it.
func (m *root) arranged(s *scene.Scene, n scene.Notice, most, w int) []string {
	say := func(text string) string { return m.sentence(s, m.redactor.Text(text)) }
	fact, remedy := say(n.Text), say(n.Hint)
	first := most > 1 && remedy != "" && standsAlone(n.Hint)
	both := func(fact string) string {
		if first {
			return remedy + " " + fact
		}
		return strings.TrimSpace(fact + " " + remedy)
	}
	var texts []string
	all, call, end := "", "", ""
	if key := m.keys.Key(keys.Messages); key != "" && m.notices.logs(n) {
		all, end = " "+key+" has all of it.", " "+key+" "+m.keys.Row(keys.Messages).Word
		if n.Exchange != 0 && n.Severity >= scene.Warn {
			call = " " + key + " enter show the call."
		}
	}
	texts = append(texts, both(fact)+call, both(fact))
	var brief []string
	for _, text := range n.Briefly() {
		brief = append(brief, say(text))
	}
	if most > 1 {
		for _, text := range brief {
			texts = append(texts, both(text)+all, both(text))
		}
	}
	if lines := fitting(texts, most, w); lines != nil {
		return lines
	}
	room := most*w - kit.Width(end)
	if most > 1 && (first && kit.Width(remedy)+leastFact <= room ||
		!first && kit.Width(fact)+leastRemedy <= room) {
		return cutAfter(both(fact), end, most, w)
	}
	texts = []string{fact + all, fact}
	for _, text := range brief {
		texts = append(texts, text+all, text)
	}
	if n.Severity >= scene.Warn && remedy != "" && standsAlone(n.Hint) {
		texts = append(texts, remedy+end)
	}
	if lines := fitting(texts, most, w); lines != nil {
		return lines
	}
	if len(brief) > 0 {
		fact = brief[len(brief)-1]
	}
	return cutAfter(fact, end, most, w)
}

// fitting returns the first text that has room in at most this many lines of w cells, in lines.
func fitting(texts []string, most, w int) []string {
	for _, text := range texts {
		if lines := kit.Wrap(text, w); len(lines) <= most {
			return lines
		}
	}
	return nil
}

// cutAfter breaks a text into this many lines of w cells. It cuts the last one and puts end after
// it, unless the whole text has room.
func cutAfter(text, end string, most, w int) []string {
	lines := kit.Wrap(text, w)
	if len(lines) <= most {
		return lines
	}
	last := strings.Join(lines[most-1:], " ")
	return append(lines[:most-1:most-1], kit.Short(last, max(w-kit.Width(end), 0))+end)
}

// standsAlone reports whether a remedy can be read before what happened. It cannot if its first
// clause has a pronoun, whose noun is in what happened.
func standsAlone(remedy string) bool {
	clause := remedy
	if end := strings.IndexAny(remedy, ",;:"); end >= 0 {
		clause = remedy[:end]
	}
	for _, word := range strings.Fields(strings.ToLower(clause)) {
		switch word {
		case "it", "its", "them", "they", "their", "one":
			return false
		}
	}
	return true
}

// sentence returns text as a sentence: with a capital letter, unless it begins with a key, a
// fingerprint, a command or the name of an application, and with a full stop.
func (m *root) sentence(s *scene.Scene, text string) string {
	if text == "" {
		return ""
	}
	if end, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".!?…", end) {
		text += "."
	}
	first, rest, _ := strings.Cut(text, " ")
	letter, size := utf8.DecodeRuneInString(text)
	if m.isKey(first, rest) || first == "lanyard" ||
		strings.ContainsAny(first, "0123456789+`_.=[]{}()/") {
		return text
	}
	for i := range s.Board.Apps {
		name := s.Show(s.Board.Apps[i].Name) // "" if nothing of it can be shown
		if name != "" && (text == name || strings.HasPrefix(text, name+" ")) {
			return text
		}
	}
	return string(unicode.ToUpper(letter)) + text[size:]
}

// isKey reports whether the first word of a sentence names a key, as in "a adds one". The article
// "a" is followed by a noun, a key by a verb in -s.
func (m *root) isKey(word, rest string) bool {
	does, _, _ := strings.Cut(rest, " ")
	if word == "a" && !strings.HasSuffix(does, "s") {
		return false
	}
	_, key := m.keys.Find(word)
	return key || utf8.RuneCountInString(word) == 1
}

// slowAfter is the time after which the screen says that it waits for an answer.
const slowAfter = 2 * time.Second

// slow describes the wait for the answer of a server, from the longest text to the shortest. It
// returns nil if no server is slow. For grants in which a person takes part, an overlay shows the
// wait.
func slow(s *scene.Scene) []string {
	since := s.Session.WaitingSince()
	if since.IsZero() {
		return nil
	}
	took := s.Now.Sub(since.Truncate(time.Second))
	if took < slowAfter {
		s.ChangesIn(slowAfter - took)
		return nil
	}
	s.ChangesIn(time.Second - took%time.Second)
	n := strconv.Itoa(int(took/time.Second)) + " s"
	return []string{
		"waiting for the server's answer, " + n +
			" so far; what is asked for goes on when you do something else",
		"waiting for the server's answer, " + n, "waiting, " + n,
	}
}

// keyPaint returns the colour for the state of the key.
func (m *root) keyPaint(s *scene.Scene) themes.Paint {
	if s.Key.Shut() {
		return m.st.Warn
	}
	return m.st.Quiet
}
