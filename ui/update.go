package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// root is the only tea.Model. It routes: keys to the overlay on top or to the focused pane, intents to
// effects, results to the board, and draws when something changed.
type root struct {
	o        Options
	set      Settings // in force
	said     Settings // by the configuration, when it was read last
	fx       effects
	clock    func() time.Time
	keys     keymap
	st       themes.Styles
	dark     bool
	asked    bool         // the terminal has said what its background is
	depth    themes.Depth // how many colours the terminal has
	anchored bool         // what is written goes to a terminal, through Anchors
	kitty    bool         // the terminal speaks the kitty keyboard protocol
	byPlace  bool         // it is to name the places of keys: a letter that is not Latin was typed

	now      time.Time // set once at the top of Update
	w, h     int
	board    session.Board
	panes    panes
	focus    paneID
	lower    paneID // which of gateway and activity is shown where they share a pane
	zoomed   bool
	tour     *tour // nil: none
	overlays []overlay
	marks    marks
	bulks    []*bulk // those under way
	view     viewing
	zones    []zone              // where panes are on the screen
	buttons  []button            // in the footer
	chosen   map[string]getToken // with what was last got by choice, by application
	revealed revealed
	vigils   vigils // tokens that are probed until they are dead
	alerts   alerts
	veil     *veil // in presenter mode
	welcome  *welcome
	log      []notice
	shown    notice    // the last one that was not only written down
	until    time.Time // when the last notice fades; zero: none is shown
	notes    int       // how many there were
	busy     map[string]bool
	begun    map[string]time.Time // when what is or was busy was begun
	about    about                // what is said while a result lands
	unwanted map[string]string    // applications whose wait for a person was given up, and what waited

	ticket, filed int
	reading       bool
	stale         bool // something changed while the board was being read

	due, dueAfter time.Time // when the next revoke is to be sent, and not before
	delivering    bool
	retries       int       // deliveries in a row that the console itself failed at
	dueErr        string    // what it said last
	pruneAt       time.Time // when what is over may next be looked for
	saidLocked    bool      // that revokes wait for the store to be unlocked
	saidUnkept    saidUnkept

	unlocking int  // the ticket of the last attempt to unlock
	keyFailed bool // the key could not be fetched when it was wanted

	ours map[string]bool // tokens whose revoke this console has taken back or told the end of

	pastedAt time.Time // when a paste did nothing

	copying  copying
	stopping bool // ctrl+z or SIGTSTP: the program stops when the clipboard is cleared

	leaving                     bool // when what is held was written out
	quitting, drained, draining bool
	choice                      Choice

	beatTag int
	beatAt  time.Time // when the pending beat is due; zero: none is pending
	inside  kit.Rect  // of the overlay on top, within its border
	dirty   bool
	behind  func() bool // keys wait: what is drawn now would be over at once
	// lostKeys reports, once, that some keys were lost.
	lostKeys func() bool
	// reads counts the reads of the terminal, so that what was typed before a question was drawn is known.
	reads      func() int
	question   asking    // that was drawn last; nil for none
	questionAt int       // the reads when it was
	away       bool      // suspended: the terminal is not ours
	next       time.Time // when the next visible character changes
	frame      string
	drawn      int
}

// panes are the four, by name for those who know which one they want.
type panes struct {
	apps    *appsPane
	tokens  *tokensPane
	gateway *gatewayPane
	acts    *activityPane
}

func (p panes) at(id paneID) pane {
	switch id {
	case applications:
		return p.apps
	case gateway:
		return p.gateway
	case activity:
		return p.acts
	}
	return p.tokens
}

func newRoot(ctx context.Context, o Options) *root {
	m := &root{
		o: o, fx: newEffects(ctx, o), depth: themes.All, marks: marks{}, chosen: map[string]getToken{},
		panes: panes{&appsPane{}, newTokensPane(), &gatewayPane{}, &activityPane{}},
		focus: tokens, lower: gateway, busy: map[string]bool{}, begun: map[string]time.Time{}, unwanted: map[string]string{}, ours: map[string]bool{}, w: o.Width, h: o.Height, dirty: true,
	}
	m.clock, m.behind = m.fx.now, func() bool { return false }
	m.lostKeys = m.behind
	reads := 0
	m.reads = func() int { reads++; return reads }
	m.now = m.clock()
	if o.Welcome {
		m.welcome = &welcome{}
	}
	if o.NoColor {
		m.depth = themes.NoColours
	}
	m.o.Title = kit.Clean(o.Title)
	if o.Demo && o.Title == "" {
		m.o.Title = "demo"
	}
	if o.Tour {
		m.tour = &tour{}
	}
	m.said = o.Settings
	m.adopt(o.Settings)
	return m
}

func (m *root) restyle() {
	if t := m.theme(); t.Follows() && !m.asked {
		m.st = t.Before(m.depth)
	} else {
		m.st = t.Styles(m.dark || !t.Follows(), m.depth)
	}
	m.dirty = true
}

// Init asks for everything at once; nothing of it is waited for.
func (m *root) Init() tea.Cmd {
	cmds := []tea.Cmd{m.read(), m.fx.watch(), m.fx.watchSettings(), m.fx.watchStop(m.o.Stop)}
	if m.set.Theme.Follows() {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Update handles one message, draws if that changed anything, and sees to the next beat.
func (m *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.clock()
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.dirty = m.dirty || m.w != msg.Width || m.h != msg.Height
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.asked, m.dark = true, msg.IsDark()
		m.restyle()
	case tea.ColorProfileMsg:
		m.profile(msg.String())
	case tea.ModeReportMsg: // Bubble Tea asks for it, and counts cells by it from now on
		if msg.Mode == ansi.ModeUnicodeCore && (msg.Value == ansi.ModeSet || msg.Value == ansi.ModeReset || msg.Value == ansi.ModePermanentlySet) {
			kit.MeasureClusters(true)
			m.dirty = true
		}
	case tea.KeyboardEnhancementsMsg:
		m.kitty = msg.Flags > 0
	case tea.KeyPressMsg:
		if bareModifier(msg) {
			break
		}
		msg = settled(msg)
		m.alerts.title = "" // it was seen
		notes := m.notes
		if cmd = m.press(msg); m.notes == notes && m.dirty { // what was said before is no answer to this key
			m.until = time.Time{}
		}
	case tea.PasteMsg:
		m.paste(msg.Content)
	case tea.MouseClickMsg:
		cmd = m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		cmd = m.wheel(msg.Mouse())
	case tea.SuspendMsg, tea.ResumeMsg: // the first comes once the terminal is ours again, too
		m.away, m.dirty = false, true // time has passed
		m.o.Stop.hold()
	case stopAsked:
		cmd = tea.Batch(m.stop(), m.fx.watchStop(m.o.Stop))
	case result:
		cmd = m.landed(msg)
	default:
		if !m.dirty { // else a frame that waited for keys is drawn now
			return m, nil
		}
	}
	return m, tea.Batch(cmd, m.settle())
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
	if depth != m.depth {
		m.depth = depth
		m.restyle()
	}
}

// settle does what time asks for, draws, and schedules the next beat.
func (m *root) settle() tea.Cmd {
	var cmds []tea.Cmd
	if !m.board.Changes.IsZero() && !m.second().Before(m.board.Changes) {
		m.board.Judge(m.second())
		m.dirty = true
	}
	if !m.next.IsZero() && !m.now.Before(m.next) {
		m.dirty = true
	}
	if !m.until.IsZero() && !m.now.Before(m.until) {
		m.until, m.dirty = time.Time{}, true
	}
	if at := m.dueAt(); !at.IsZero() && !m.now.Before(at) {
		if m.key().asks() {
			m.waitsLocked()
		} else {
			m.delivering = true
			m.began(deliveries)
			cmds = append(cmds, m.fx.deliver())
		}
	}
	if m.copying.due(m.now) {
		cmds = append(cmds, m.fx.clear(m.copying.serial))
	}
	cmds = append(cmds, m.ring()...)
	if m.quitting {
		cmds = append(cmds, m.finish())
	}
	if m.lostKeys() {
		m.note(warn, "keys came faster than they could be taken, and some were lost", "what is pasted into a field has no such limit")
	}
	if m.dirty && !m.behind() {
		m.draw()
	}
	cmds = append(cmds, m.schedule())
	return tea.Batch(cmds...)
}

// second is the instant that is drawn: the whole second, so that all countdowns turn together.
func (m *root) second() time.Time { return m.now.Truncate(time.Second) }

// dueAt is when Deliver is to be called; zero when nothing waits, it is running, or it has been said that the
// secrets have to be unlocked first.
func (m *root) dueAt() time.Time {
	at := session.Earlier(m.due, m.board.DeliverAt)
	if m.fx.svc == nil || m.delivering || at.IsZero() || m.saidLocked && m.key().asks() {
		return time.Time{}
	}
	if at.Before(m.dueAfter) {
		return m.dueAfter
	}
	return at
}

// schedule keeps one beat pending, due when the next visible character changes or something is to be
// done. When nothing will change there is none.
func (m *root) schedule() tea.Cmd {
	var at time.Time
	for _, t := range []time.Time{m.next, m.board.Changes, m.until} {
		if !t.IsZero() {
			at = session.Earlier(at, wholeSecond(t))
		}
	}
	at = session.Earlier(session.Earlier(session.Earlier(at, m.dueAt()), m.copying.clearAt), m.nextAlarm())
	if at.IsZero() || !m.beatAt.IsZero() && !at.Before(m.beatAt) {
		return nil
	}
	m.beatTag++
	m.beatAt = at
	return m.fx.tick(m.beatTag, at.Sub(m.now))
}

// wholeSecond rounds up: what changes within a second is drawn at its end.
func wholeSecond(t time.Time) time.Time {
	if r := t.Truncate(time.Second); !r.Equal(t) {
		return r.Add(time.Second)
	}
	return t
}

// read asks for the board. While a reading is under way the next one waits for it.
func (m *root) read() tea.Cmd {
	if m.reading {
		m.stale = true
		return nil
	}
	m.ticket++
	cmd := m.fx.readBoard(m.ticket)
	m.reading = cmd != nil
	return cmd
}

// sayCovered says once of applications of the store that they are not listed, because the configuration has the same.
func (m *root) sayCovered(first bool, covered []console.Application) {
	if !first {
		return
	}
	for _, a := range covered {
		for i := range m.board.Apps {
			if have := &m.board.Apps[i]; have.ID == a.ID {
				m.note(info, kit.Clean(a.Label())+" of the store is not listed: "+kit.Clean(have.Label())+" of the configuration is the same, and in force", "")
			}
		}
	}
}

func (m *root) fileBoard(b console.Board) tea.Cmd {
	first := !m.board.Read
	before, locked, restored := m.board.ByID, m.board.Key.Locked, m.board.Restored
	m.board = session.NewBoard(b, m.fx.policy, m.second())
	m.sayCovered(first, b.Covered)
	if !first && m.board.Restored != restored {
		m.note(info, restoredWords, "")
		before = nil // what differs was nobody's doing
	}
	if why := m.saidUnkept.news(b); why != nil {
		m.jot(bad, why.Error(), console.Hint(why))
		m.note(bad, m.keys.hint(writeOut, "keeps what this console holds")+": nothing can be stored", "") // on 80 columns
	}
	m.panes.tokens.settle(&m.board)
	m.marks.forget(&m.board)
	l := &m.panes.apps.list
	n, id := len(m.board.Apps), func(i int) string { return m.board.Apps[i].ID }
	if l.index(n, id) < 0 {
		l.sel = ""
		if first && n > 0 {
			l.sel = id(0)
		}
	}
	if g := &m.panes.gateway.list; g.index(len(m.board.Gate), rowID(m.board.Gate)) < 0 {
		g.sel = ""
	}
	m.due = time.Time{} // the board knows
	m.veilBoard()
	m.watchAlerts()
	m.elsewhere(before)
	m.guide(m.now)
	if locked && !m.board.Key.Locked {
		m.opened()
	}
	m.dirty = true
	return tea.Batch(m.fillInvites(), m.pruneDue())
}

func (m *root) policyOf(appID string) console.Policy {
	for i := range m.board.Apps {
		if m.board.Apps[i].ID == appID {
			return m.board.Apps[i].Policy
		}
	}
	return console.Policy{}
}

// View returns the kept frame.
func (m *root) View() tea.View {
	v := tea.NewView(m.frame)
	if m.anchored {
		v.Content = kit.Anchored(m.frame)
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
