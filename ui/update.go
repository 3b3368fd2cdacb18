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

// root is the only tea.Model. It routes keys to the overlay on top or to an action, hands requests
// to the session, and draws when something has changed.
type root struct {
	ctx        context.Context
	o          Options
	s          *session.Session
	set        Settings // in force
	configured Settings // as the configuration had them when it was read last
	keys       keys.Map

	actions map[keys.Action]action
	st      themes.Styles
	term    screen

	clock func() time.Time
	now   time.Time // set once at the top of Update
	w, h  int

	panes    panes
	focus    scene.PaneID
	zoomed   bool
	before   *finding // what the end of the find will restore; nil: nothing is looked for
	view     scene.View
	tour     *session.Tour // nil: none
	overlays []scene.Overlay
	asked    []askedQuestion
	title    string           // title of the window until a key is pressed; "" is the usual one
	redactor *redact.Redactor // in presenter mode
	entered  redact.Known     // names that were typed in this run; a server may repeat them
	welcome  *welcome
	notices  notices

	beat     pending
	input    inputStatus
	question drawnQuestion  // the question that was drawn last
	closed   closedQuestion // keys may still be meant for it
	pastedAt time.Time      // time at which a paste was dropped
	away     bool           // the process is stopped, or about to be
	choice   Choice

	dirty bool // set in Update alone
	frame frame
}

// screen holds the facts about the terminal.
type screen struct {
	knowsBackground bool // its background is known
	dark            bool
	depth           themes.Depth // number of its colours
	anchored        bool         // frames are written through Anchors
	kitty           bool         // it speaks the kitty keyboard protocol
	byPlace         bool         // report the places of keys: a letter that is not Latin was typed
}

// pending is the tick that is scheduled. It comes when the next visible character changes or work
// is due.
type pending struct {
	tag  int
	at   time.Time // zero: none is pending
	tick func(tag int, in time.Duration) tea.Cmd
}

// inputStatus has functions that ask the reader of the terminal.
type inputStatus struct {
	behind func() bool // keys wait, so drawing now would be wasted
	lost   func() bool // reports, once, that keys were dropped
	reads  func() int  // counts the reads of the terminal
}

// drawnQuestion is the question that was drawn last, and how often the terminal had been read by
// then; nil for none.
type drawnQuestion struct {
	box   scene.Question
	reads int
}

// frame is the last frame that was drawn.
type frame struct {
	text    string
	next    time.Time // time of the next visible change
	drawn   int       // rows formatted, for the tests
	zones   []zone    // where panes are on the screen
	buttons []button  // in the footer
	notice  int       // number of lines of the notice above the footer
	inside  kit.Rect  // place of the overlay on top, within its border
}

func newRoot(ctx context.Context, o Options) *root {
	no, reads := func() bool { return false }, 0
	m := &root{
		ctx: ctx, o: o, term: screen{depth: themes.All},
		panes: panes{&pane.Apps{}, pane.NewTokens(), &pane.Selected{}, &pane.Activity{}},
		focus: scene.Tokens, w: o.Width, h: o.Height, dirty: true,
		beat: pending{tick: beat}, input: inputStatus{no, no, func() int { reads++; return reads }},
	}
	m.s = session.New(ctx, session.Options{
		Service: o.Service, Begin: o.Begin, Clipboard: o.Clipboard, ClearAfter: o.ClearAfter,
		Device: o.Device, AsksPassphrase: true, Traffic: o.Traffic, Follow: o.follow,
		Remembers: !o.Demo,
	})
	m.panes.selected.Events = m.s.LifeEvents
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
	m.configured = o.Settings
	m.putInForce(o.Settings)
	return m
}

// board returns the board on the screen.
func (m *root) board() *session.Board { return m.s.Board() }

// Restyle sets the styles from the theme that m.theme returns.
func (m *root) Restyle() {
	if t := m.theme(); t.Follows() && !m.term.knowsBackground {
		m.st = t.Before(m.term.depth)
	} else {
		m.st = t.Styles(m.term.dark || !t.Follows(), m.term.depth)
	}
}

// Init implements tea.Model. It begins to read the store and waits for nothing.
func (m *root) Init() tea.Cmd {
	cmds := []tea.Cmd{m.after(m.s.Start(m.now)), m.watchSettings(), m.watchStop()}
	if m.set.Theme.Follows() {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Update implements tea.Model. It handles one message, draws if that changed something, and
// schedules the next tick.
func (m *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.clock()
	before := m.shownState()
	cmd := m.handle(msg)
	work := tea.Batch(m.after(m.s.Tick(m.now)), m.readAhead())
	m.dirty = m.changed(msg, before) || m.dirty
	return m, tea.Batch(cmd, work, m.settle())
}

// readAhead requests facts about the selected token that the panes show and the board does not
// have. They are the events of its life and the content of a JWT.
func (m *root) readAhead() tea.Cmd {
	p, s := m.panes.selected, m.Scene()
	switch {
	case m.zoomed && m.focus == scene.Selected, m.layout() < full:
		p.Shape = pane.Zoomed
	case m.layout() == wide:
		p.Shape = pane.InColumn
	default:
		p.Shape = pane.InRow
	}
	p.Bare = m.layout() == listOnly
	if m.s.Traffic() != session.TrafficOff {
		p.Key, p.Does = m.keys.Key(keys.Traffic), "pauses the traffic"
		if m.s.Traffic() == session.TrafficPaused {
			p.Does = "continues the traffic"
		}
	}
	id := ""
	if s.Current != nil && s.Current.Token != nil {
		id = s.Current.ID
	}
	cmds := []tea.Cmd{m.after(m.s.Do(session.ReadLife{Token: id}, m.now))}
	if r := p.Wants(s); r != nil && (p.Shape != pane.Zoomed || m.focus == scene.Selected) {
		cmds = append(cmds, m.Request(r))
	}
	return tea.Batch(cmds...)
}

func (m *root) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.term.knowsBackground, m.term.dark = true, msg.IsDark()
		m.Restyle()
	case tea.ColorProfileMsg:
		m.profile(msg.String())
	case tea.ModeReportMsg: // Bubble Tea asks for it and measures by it from now on
		if msg.Mode == ansi.ModeUnicodeCore &&
			(msg.Value == ansi.ModeSet || msg.Value == ansi.ModeReset ||
				msg.Value == ansi.ModePermanentlySet) {
			kit.MeasureClusters(true)
			m.panes.apps.Measure(m.Scene())
			m.panes.tokens.Remeasure()
			m.panes.acts.Remeasure()
		}
	case tea.KeyboardEnhancementsMsg:
		m.term.kitty = msg.Flags > 0
	case tea.KeyPressMsg:
		if bareModifier(msg) || m.echoes(msg) {
			return nil
		}
		m.title = "" // the person is back
		n := m.notices.n
		cmd := m.press(normalized(msg))
		if m.notices.n == n { // the notice before does not answer this key
			m.notices.hide()
		}
		return cmd
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseClickMsg:
		return m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		return m.wheel(msg.Mouse())
	case tea.SuspendMsg, tea.ResumeMsg: // SuspendMsg also arrives after the process continues
		m.away = false
		if m.o.Stop != nil {
			m.o.Stop.Hold()
		}
	case stopAsked:
		return tea.Batch(m.stop(), m.watchStop())
	case session.Event:
		work := m.s.Apply(msg, m.now)
		if m.now.IsZero() {
			m.now = m.clock() // the first save has created the service and its clock
		}
		return m.after(work)
	case beaten:
		if msg.tag == m.beat.tag {
			m.beat.at = time.Time{}
		}
	case result:
		return msg.land(m)
	}
	return nil
}

// echoes reports whether a key is the end of a paste that was dropped.
func (m *root) echoes(msg tea.KeyPressMsg) bool {
	echo := !m.s.Quitting() && !m.pastedAt.IsZero() && m.now.Sub(m.pastedAt) < pasteEcho &&
		(msg.Text != "" || msg.Code == tea.KeyEnter || msg.Code == tea.KeyTab)
	if echo {
		m.pastedAt = m.now
	}
	return echo
}

// profile sets the number of colours that the terminal can show.
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
		m.Restyle()
	}
}

// shownState is compared before and after a message to find out whether it changed what is shown.
type shownState struct {
	w, h, notices int
	noticed       bool
}

func (m *root) shownState() shownState {
	return shownState{m.w, m.h, m.notices.n, m.notices.on}
}

// changed reports whether a message or the time has changed what is shown.
func (m *root) changed(msg tea.Msg, before shownState) bool {
	work := m.s.Changed()
	m.notices.fadeAt(m.now)
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg,
		tea.BackgroundColorMsg, tea.ColorProfileMsg, tea.ModeReportMsg,
		tea.SuspendMsg, tea.ResumeMsg, stopAsked, result:
		return true
	}
	return work || m.shownState() != before || due(m.frame.next, m.now) ||
		due(m.shownUntil(), m.now)
}

// shownUntil returns when the token that is shown in clear is hidden; zero if none is shown.
func (m *root) shownUntil() time.Time {
	for _, o := range m.overlays {
		if o, ok := o.(*overlay.Cleartext); ok {
			return o.Until()
		}
	}
	return time.Time{}
}

// hideAgain hides and forgets a token that is shown in clear or is being opened.
func (m *root) hideAgain() {
	m.overlays = slices.DeleteFunc(m.overlays, func(o scene.Overlay) bool {
		box, ok := o.(*overlay.Cleartext)
		if ok {
			box.Hide()
		}
		return ok
	})
}

// due reports whether a time has come. The zero time never comes.
func due(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// settle draws and schedules the next tick.
func (m *root) settle() tea.Cmd {
	if due(m.shownUntil(), m.now) {
		m.hideAgain()
	}
	if m.input.lost() {
		m.Notify(scene.Warn, "keys came faster than they could be taken, and some were lost",
			"what is pasted into a field has no such limit")
	}
	if m.dirty && !m.input.behind() {
		m.draw()
		m.dirty = false
	}
	return m.schedule()
}

// schedule keeps at most one tick scheduled. If nothing will change there is none.
func (m *root) schedule() tea.Cmd {
	var at time.Time
	for _, t := range []time.Time{m.frame.next, m.notices.until} {
		if !t.IsZero() {
			at = session.Earlier(at, session.NextSecond(t))
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

// beat returns a tick with a tag. The root drops a tick with an old tag.
func beat(tag int, in time.Duration) tea.Cmd {
	return tea.Tick(max(in, time.Millisecond), func(time.Time) tea.Msg { return beaten{tag} })
}

type beaten struct{ tag int }

// View implements tea.Model. It returns the last frame.
func (m *root) View() tea.View {
	v := tea.NewView(m.frame.text)
	if m.term.anchored {
		v.Content = kit.Anchored(m.frame.text)
	}
	if m.away { // Bubble Tea draws this view first after a stop; the frame would be outdated
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
