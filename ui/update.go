package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/themes"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/pane"
	"lanyard/ui/redact"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// root is the only tea.Model. It routes: keys to the overlay on top or to the focused pane,
// requests to the session, and draws when something changed. What the console is in the middle of
// is the session's.
type root struct {
	ctx  context.Context
	o    Options
	s    *session.Session
	set  Settings // in force
	said Settings // by the configuration, when it was read last
	keys keys.Map

	actions map[keys.Action]action
	st      themes.Styles
	term    screen

	clock func() time.Time
	now   time.Time // set once at the top of Update
	w, h  int

	panes    panes
	focus    scene.PaneID
	lower    scene.PaneID // which of gateway and activity is shown where they share a pane
	zoomed   bool
	view     scene.View
	tour     *session.Tour // nil: none
	overlays []scene.Overlay
	title    string           // of the window, until a key is pressed; "" for the usual one
	redactor *redact.Redactor // in presenter mode
	welcome  *welcome
	notices  notices

	beat     pending
	input    feed
	question asked     // the question that was drawn last
	pastedAt time.Time // when a paste did nothing
	away     bool      // suspended: the terminal is not ours
	choice   Choice

	dirty bool // set in Update alone
	frame frame
}

// screen is what is known of the terminal.
type screen struct {
	told     bool // it has said what its background is
	dark     bool
	depth    themes.Depth // how many colours it has
	anchored bool         // what is written goes to it through Anchors
	kitty    bool         // it speaks the kitty keyboard protocol
	byPlace  bool         // it is to name the places of keys: a letter that is not Latin was typed
}

// pending is the beat that is pending: one tick, due when the next visible character changes or
// something is to be done.
type pending struct {
	tag  int
	at   time.Time // zero: none is pending
	tick func(tag int, in time.Duration) tea.Cmd
}

// feed is what the reader of the terminal knows.
type feed struct {
	behind func() bool // keys wait: what is drawn now would be over at once
	lost   func() bool // reports, once, that some keys were lost
	reads  func() int  // counts the reads, so that what was typed before a question was drawn is known
}

// asked is a question that was drawn, and the reads of the terminal when it was; nil for none.
type asked struct {
	box   scene.Question
	reads int
}

// frame is what was drawn last.
type frame struct {
	text    string
	next    time.Time // when the next visible character changes
	drawn   int       // rows formatted, for the tests
	zones   []zone    // where panes are on the screen
	buttons []button  // in the footer
	inside  kit.Rect  // of the overlay on top, within its border
}

func newRoot(ctx context.Context, o Options) *root {
	no, reads := func() bool { return false }, 0
	m := &root{
		ctx: ctx, o: o, term: screen{depth: themes.All},
		panes: panes{&pane.Apps{}, pane.NewTokens(), &pane.Gateway{}, &pane.Activity{}},
		focus: scene.Tokens, lower: scene.Gateway, w: o.Width, h: o.Height, dirty: true,
		beat: pending{tick: beat}, input: feed{no, no, func() int { reads++; return reads }},
	}
	m.s = session.New(ctx, session.Options{
		Service: o.Service, Begin: o.Begin, Clipboard: o.Clipboard, ClearAfter: o.ClearAfter, Device: o.Device,
		AsksPassphrase: true, Follow: o.follow,
	})
	m.actions = m.newActions()
	m.clock = m.s.Now
	m.now = m.clock()
	if o.Welcome {
		m.welcome = &welcome{}
	}
	if o.NoColor {
		m.term.depth = themes.NoColours
	}
	m.o.Title = kit.Clean(o.Title)
	if o.Demo && o.Title == "" {
		m.o.Title = "demo"
	}
	if o.Tour {
		m.tour = &session.Tour{}
	}
	m.said = o.Settings
	m.adopt(o.Settings)
	return m
}

// board is what is shown.
func (m *root) board() *session.Board { return m.s.Board() }

func (m *root) restyle() {
	if t := m.theme(); t.Follows() && !m.term.told {
		m.st = t.Before(m.term.depth)
	} else {
		m.st = t.Styles(m.term.dark || !t.Follows(), m.term.depth)
	}
}

// Init asks for everything at once; nothing of it is waited for.
func (m *root) Init() tea.Cmd {
	cmds := []tea.Cmd{m.after(m.s.Start(m.now)), m.watchSettings(), m.watchStop()}
	if m.set.Theme.Follows() {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Update handles one message, draws if that changed anything, and sees to the next beat.
func (m *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.clock()
	before := m.seen()
	cmd := m.handle(msg)
	work := m.after(m.s.Tick(m.now))
	m.dirty = m.changed(msg, before) || m.dirty
	return m, tea.Batch(cmd, work, m.settle())
}

func (m *root) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.term.told, m.term.dark = true, msg.IsDark()
		m.restyle()
	case tea.ColorProfileMsg:
		m.profile(msg.String())
	case tea.ModeReportMsg: // Bubble Tea asks for it, and counts cells by it from now on
		if msg.Mode == ansi.ModeUnicodeCore && (msg.Value == ansi.ModeSet || msg.Value == ansi.ModeReset || msg.Value == ansi.ModePermanentlySet) {
			kit.MeasureClusters(true)
		}
	case tea.KeyboardEnhancementsMsg:
		m.term.kitty = msg.Flags > 0
	case tea.KeyPressMsg:
		if bareModifier(msg) || m.echoes(msg) {
			return nil
		}
		m.title = "" // it was seen
		n := m.notices.n
		cmd := m.press(settled(msg))
		if m.notices.n == n { // what was said before is no answer to this key
			m.notices.hide()
		}
		return cmd
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseClickMsg:
		return m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		return m.wheel(msg.Mouse())
	case tea.SuspendMsg, tea.ResumeMsg: // the first comes once the terminal is ours again, too
		m.away = false
		if m.o.Stop != nil {
			m.o.Stop.Hold()
		}
	case stopAsked:
		return tea.Batch(m.stop(), m.watchStop())
	case session.Event:
		return m.after(m.s.Apply(msg, m.now))
	case beaten:
		if msg.tag == m.beat.tag {
			m.beat.at = time.Time{}
		}
	case result:
		return msg.land(m)
	}
	return nil
}

// echoes reports whether a key is the end of a paste that did nothing.
func (m *root) echoes(msg tea.KeyPressMsg) bool {
	echo := !m.s.Quitting() && !m.pastedAt.IsZero() && m.now.Sub(m.pastedAt) < pasteEcho &&
		(msg.Text != "" || msg.Code == tea.KeyEnter || msg.Code == tea.KeyTab)
	if echo {
		m.pastedAt = m.now
	}
	return echo
}

// profile follows what the terminal can show: without colours the roles are told apart by weight.
func (m *root) profile(name string) {
	depth := themes.All
	switch {
	case m.o.NoColor || name == "Ascii" || name == "ASCII" || name == "NoTTY":
		depth = themes.NoColours
	case name == "ANSI":
		depth = themes.Sixteen
	case name == "ANSI256":
		depth = themes.Many
	}
	if depth != m.term.depth {
		m.term.depth = depth
		m.restyle()
	}
}

// seen is what of the model tells whether a message has changed it.
type seen struct {
	w, h, notices int
	noticed       bool
}

func (m *root) seen() seen { return seen{m.w, m.h, m.notices.n, !m.notices.until.IsZero()} }

// changed reports whether a message, or the time, has changed what is shown.
func (m *root) changed(msg tea.Msg, before seen) bool {
	work := m.s.Changed()
	m.notices.fadeAt(m.now)
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg, tea.BackgroundColorMsg,
		tea.ColorProfileMsg, tea.ModeReportMsg, tea.SuspendMsg, tea.ResumeMsg, stopAsked, result:
		return true
	}
	return work || m.seen() != before || due(m.frame.next, m.now) || due(m.shownUntil(), m.now)
}

// shownUntil is when the token that is shown in clear is hidden; zero for none.
func (m *root) shownUntil() time.Time {
	for _, o := range m.overlays {
		if o, ok := o.(*overlay.Cleartext); ok {
			return o.Until()
		}
	}
	return time.Time{}
}

// hideAgain hides and forgets the token that is shown in clear, and the one that is being opened.
func (m *root) hideAgain() {
	m.overlays = slices.DeleteFunc(m.overlays, func(o scene.Overlay) bool {
		box, ok := o.(*overlay.Cleartext)
		if ok {
			box.Hide()
		}
		return ok
	})
}

// due reports whether a time has come; zero never does.
func due(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// settle draws, and schedules the next beat.
func (m *root) settle() tea.Cmd {
	if due(m.shownUntil(), m.now) {
		m.hideAgain()
	}
	if m.input.lost() {
		m.Notify(scene.Warn, "keys came faster than they could be taken, and some were lost", "what is pasted into a field has no such limit")
	}
	if m.dirty && !m.input.behind() {
		m.draw()
		m.dirty = false
	}
	return m.schedule()
}

// second is the instant that is drawn: the whole second, so that all countdowns turn together.
func (m *root) second() time.Time { return m.now.Truncate(time.Second) }

// schedule keeps one beat pending, due when the next visible character changes or something is to
// be done. When nothing will change there is none.
func (m *root) schedule() tea.Cmd {
	var at time.Time
	for _, t := range []time.Time{m.frame.next, m.notices.until} {
		if !t.IsZero() {
			at = session.Earlier(at, wholeSecond(t))
		}
	}
	at = session.Earlier(session.Earlier(at, m.s.Next()), m.shownUntil())
	if at.IsZero() || !m.beat.at.IsZero() && !at.Before(m.beat.at) {
		return nil
	}
	m.beat.tag++
	m.beat.at = at
	return m.beat.tick(m.beat.tag, at.Sub(m.now))
}

// wholeSecond rounds up: what changes within a second is drawn at its end.
func wholeSecond(t time.Time) time.Time {
	if r := t.Truncate(time.Second); !r.Equal(t) {
		return r.Add(time.Second)
	}
	return t
}

// beat is one tagged tick; the root drops ticks whose tag is not the one it waits for.
func beat(tag int, in time.Duration) tea.Cmd {
	return tea.Tick(max(in, time.Millisecond), func(time.Time) tea.Msg { return beaten{tag} })
}

type beaten struct{ tag int }

// View returns the kept frame.
func (m *root) View() tea.View {
	v := tea.NewView(m.frame.text)
	if m.term.anchored {
		v.Content = kit.Anchored(m.frame.text)
	}
	if m.away { // Bubble Tea draws the last view first when it comes back: it must not tell of a time that is over
		v = tea.NewView("")
	}
	v.AltScreen = true
	v.KeyboardEnhancements = m.keyboard()
	v.WindowTitle = m.windowTitle()
	v.ProgressBar = m.progress()
	if m.set.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}
