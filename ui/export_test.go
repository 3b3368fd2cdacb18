package ui

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/muesli/cancelreader"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/overlay"
	"lanyard/ui/redact"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// Pump drives the root without a terminal. It sends messages, runs the commands that follow at
// once, and delivers beats only when the test's clock reaches them.
type Pump struct {
	m     *root
	Beats []Beat // all scheduled beats
	Quit  bool
	Raw   []string
	Hold  bool // keeps commands in Held instead of running them
	Held  []tea.Cmd
	made  int          // number of pages that NextSerial has made
	inbox chan tea.Msg // if not nil, commands run beside the root, as in a terminal

	changes <-chan struct{} // changes of the store; nil: they are not watched
}

// Beat is a scheduled tick.
type Beat struct {
	Tag int
	In  time.Duration
}

// NewPump returns a root with a clock of the test.
func NewPump(ctx context.Context, o Options, clock func() time.Time) *Pump {
	p := &Pump{}
	o.follow = func(*console.Service) <-chan struct{} { return p.changes }
	p.m = newRoot(ctx, o)
	p.m.clock = clock
	p.m.now = clock()
	p.m.beat.tick = func(tag int, in time.Duration) tea.Cmd {
		p.Beats = append(p.Beats, Beat{tag, in})
		return nil
	}
	p.Run(p.m.Init())
	p.Resize(o.Width, o.Height)
	return p
}

// Run executes a command and all commands that follow from it.
func (p *Pump) Run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if p.Hold {
		p.Held = append(p.Held, cmd)
		return
	}
	if p.inbox != nil {
		go func() { p.inbox <- cmd() }()
		return
	}
	p.take(cmd())
}

// Live runs later commands beside the root, and lets it watch for changes.
func (p *Pump) Live(ctx context.Context) {
	p.inbox = make(chan tea.Msg, 64)
	p.changes = p.m.s.Service().Changes(ctx)
	p.Run(p.m.after(p.m.s.Follow()))
}

// Await takes messages of commands until seen is true. It returns false if that takes far too long.
func (p *Pump) Await(seen func() bool) bool {
	late := time.After(2 * time.Minute)
	for !seen() {
		select {
		case msg := <-p.inbox:
			p.take(msg)
		case <-late:
			return false
		}
	}
	return true
}

// take handles a message as tea.Program does.
func (p *Pump) take(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.QuitMsg:
		p.Quit = true
		return
	case tea.BatchMsg:
		for _, c := range msg {
			p.Run(c)
		}
		return
	case tea.RawMsg:
		p.Raw = append(p.Raw, msg.Msg.(string))
		return
	}
	if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice &&
		v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
		for i := range v.Len() {
			p.Run(v.Index(i).Interface().(tea.Cmd))
		}
		return
	}
	p.Send(msg)
}

// Release runs the held commands.
func (p *Pump) Release() {
	p.Hold = false
	held := p.Held
	p.Held = nil
	for _, c := range held {
		p.Run(c)
	}
}

func (p *Pump) Send(msg tea.Msg) {
	_, cmd := p.m.Update(msg)
	if n := p.m.notices.shown; p.m.notices.n > 0 && p.m.w > 0 {
		s, names := p.m.Scene(), []string{}
		for i := range s.Board.Apps {
			names = append(names, strings.Fields(s.Show(s.Board.Apps[i].Name) + " ?")[0])
		}
		for _, most := range []int{1, 2} {
			Notices.Store(strings.Join(p.m.arranged(s, n, most, 1000), " "), names)
		}
	}
	p.Run(cmd)
}

// Notices are all notices that the tests have shown, as the screen arranges them in one line and in
// two. The values are the first words of the names of applications.
var Notices sync.Map

// Beat delivers the last beat.
func (p *Pump) Beat() {
	if n := len(p.Beats); n > 0 {
		p.Send(beaten{p.Beats[n-1].Tag})
	}
}

// StaleBeat delivers a beat that was not scheduled.
func (p *Pump) StaleBeat() { p.Send(beaten{-1}) }

func (p *Pump) Resize(w, h int) { p.Send(tea.WindowSizeMsg{Width: w, Height: h}) }

var named = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
	"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "up": {Code: tea.KeyUp},
	"down": {Code: tea.KeyDown},
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "pgup": {Code: tea.KeyPgUp},
	"pgdown":  {Code: tea.KeyPgDown},
	"alt+esc": {Code: tea.KeyEscape, Mod: tea.ModAlt}, "home": {Code: tea.KeyHome},
	"end": {Code: tea.KeyEnd}, "ctrl+home": {Code: tea.KeyHome, Mod: tea.ModCtrl},
	"ctrl+end": {Code: tea.KeyEnd, Mod: tea.ModCtrl}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	"backspace": {Code: tea.KeyBackspace}, "delete": {Code: tea.KeyDelete},
	"ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+o": {Code: 'o', Mod: tea.ModCtrl},
	"ctrl+s": {Code: 's', Mod: tea.ModCtrl}, "ctrl+t": {Code: 't', Mod: tea.ModCtrl},
	"ctrl+z": {Code: 'z', Mod: tea.ModCtrl}, "f1": {Code: tea.KeyF1},
	"space": {Code: tea.KeySpace, Text: " "},
}

// Elsewhere is the first of a range of keys that no action has by default. If an action has such a
// key, Key accepts the default key for it.
const Elsewhere = "Ā"

// Typing reports whether a filter is being typed.
func (p *Pump) Typing() bool { return p.m.view.Typing }

// now returns the key of the action that has usual by default, if all actions were moved to other
// keys. Overlays and typed text have fixed keys.
func (p *Pump) now(usual string) string {
	if _, moved := p.m.keys.Find(Elsewhere); !moved || len(p.m.overlays) > 0 ||
		p.m.welcome != nil ||
		p.m.view.Typing {
		return usual
	}
	for _, b := range keys.Default() {
		if i := slices.Index(b.Keys, usual); i >= 0 {
			if now := p.m.keys.Row(b.Act).Keys; i < len(now) {
				return now[i]
			}
		}
	}
	return usual
}

// Key presses keys by name, in order.
func (p *Pump) Key(keys ...string) {
	for _, k := range keys {
		k = p.now(k)
		msg, ok := named[k]
		if !ok {
			msg = tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
		}
		p.Send(msg)
	}
}

// Type presses the key of each character.
func (p *Pump) Type(text string) {
	for _, r := range text {
		p.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Paste sends a bracketed paste.
func (p *Pump) Paste(text string) { p.Send(tea.PasteMsg{Content: text}) }

// Refused sends the answer to the last passphrase.
func (p *Pump) Refused(err error) {
	box := p.m.overlays[len(p.m.overlays)-1].(*overlay.Unlock)
	p.Send(session.Unlocked{For: box, Err: err})
}

// Inside prints all that the root holds, with %+v, one value each.
func (p *Pump) Inside() string {
	var b strings.Builder
	for _, o := range p.m.overlays {
		fmt.Fprintf(&b, "%+v %#v %v %s %d %x %q\n", o, o, reflect.ValueOf(o).Elem(), o, o, o, o)
	}
	return b.String()
}

// Feed sends a board as if it had just been read.
func (p *Pump) Feed(b console.Board) {
	_, filed := p.m.s.Tickets()
	p.Send(session.BoardRead{Ticket: filed + 1, Board: b})
}

// FeedLate sends a reading that a newer one has overtaken.
func (p *Pump) FeedLate(b console.Board) {
	_, filed := p.m.s.Tickets()
	p.Send(session.BoardRead{Ticket: filed - 1, Board: b})
}

// Brought reports a token of an answer to a get. It is told before a reading has it, as after a
// reading that failed.
func (p *Pump) Brought(t console.Token) {
	p.Send(session.Got{App: t.AppID, Selected: p.Selected(), Outcome: console.Outcome{Token: t}})
}

// Box returns the place of the overlay on top, with its border; empty if none is open.
func (p *Pump) Box() kit.Rect {
	p.m.View()
	in := p.m.frame.inside
	if len(p.m.overlays) == 0 || in == (kit.Rect{}) {
		return kit.Rect{}
	}
	return kit.Rect{X: in.X - 1, Y: in.Y - 1, W: in.W + 2, H: in.H + 2}
}

// Top returns the type of the overlay on top; "" if none is open.
func (p *Pump) Top() string {
	if n := len(p.m.overlays); n > 0 {
		return fmt.Sprintf("%T", p.m.overlays[n-1])
	}
	return ""
}

// Under returns the frame without the overlay on top.
func (p *Pump) Under() string {
	over := p.m.overlays
	p.m.overlays = over[:len(over)-1]
	p.m.draw()
	frame := p.m.frame.text
	p.m.overlays = over
	p.m.draw()
	return frame
}

func (p *Pump) Frame() string      { return p.m.View().Content }
func (p *Pump) Drawn() int         { return p.m.frame.drawn }
func (p *Pump) Redraw()            { p.m.draw() }
func (p *Pump) Choice() Choice     { return p.m.choice }
func (p *Pump) Overlays() int      { return len(p.m.overlays) }
func (p *Pump) Changed()           { p.Send(session.StoreChanged{}) }
func (p *Pump) Pending() bool      { return !p.m.beat.at.IsZero() }
func (p *Pump) BeatDue() time.Time { return p.m.beat.at }

// Selected returns the ID of the selected token.
func (p *Pump) Selected() string {
	if r := p.m.panes.tokens.Row(p.m.Scene()); r != nil {
		return r.ID
	}
	return ""
}

// Listed returns the IDs of the rows of the token list.
func (p *Pump) Listed() (ids []string) {
	page := p.m.Scene().TokenPage()
	for i := range page.Len() {
		ids = append(ids, page.ID(i))
	}
	return ids
}

// Fingerprint returns the fingerprint of a token by its ID.
func (p *Pump) Fingerprint(id string) string { return p.m.board().Row(id).Token.Fingerprint }

// InScope returns the name of the scope.
func (p *Pump) InScope() string {
	rail := p.m.s.Rail("", false)
	return string(rail.Rows[rail.Index(p.m.panes.apps.Scope(p.m.s))].Name)
}

// Serials returns the serials of the pages that the list is drawn from.
func (p *Pump) Serials() [2]int {
	s := p.m.Scene()
	return [2]int{s.TokenPage().Serial, s.ScopePage().Serial}
}

// NextSerial returns the serial of the next page that is made, and makes one.
func (p *Pump) NextSerial() int {
	p.made++
	return p.m.s.Page(session.Query{Find: fmt.Sprint("serial ", p.made)}).Serial
}

// InState returns the number of rows in a state, in any scope.
func (p *Pump) InState(st console.State) (n int) {
	for r := range p.m.s.Tokens() {
		if r.State == st {
			n++
		}
	}
	return n
}

// ScopeTo chooses an application or an environment by its name; "" is all of them.
func (p *Pump) ScopeTo(name string) {
	for _, r := range p.m.s.Rail("", false).Rows {
		if string(r.Name) == name || name == "" && r.Scope == (session.Scope{}) {
			p.m.panes.apps.Select(r.Scope)
			p.m.scopeChosen(scene.Applications)
			p.m.draw()
			return
		}
	}
	panic("no scope " + name)
}

// Log returns the notices, oldest first.
func (p *Pump) Log() []string {
	var out []string
	for _, n := range p.m.notices.log {
		out = append(out, n.Text+" "+n.Hint)
	}
	return out
}

// Do runs an action by its name in the configuration.
func (p *Pump) Do(name string) {
	for _, b := range keys.Default() {
		if b.Name == name {
			p.m.now = p.m.clock()
			p.Send(doing(b.Act)) // as after every key
			return
		}
	}
	panic("no action " + name)
}

// Actions returns the names of all actions.
func Actions() (out []string) {
	for _, b := range keys.Default() {
		out = append(out, b.Name)
	}
	return out
}

// Word returns the title of an action.
func Word(name string) string {
	for _, b := range keys.Default() {
		if b.Name == name {
			return b.Word
		}
	}
	return ""
}

// Present turns presenter mode on or off, as the palette does.
func (p *Pump) Present(on bool) {
	p.m.now = p.m.clock()
	p.Send(presenting(on))
}

// Title returns the title of the window.
func (p *Pump) Title() string { return p.m.View().WindowTitle }

// Keyboard returns the keyboard features that the view requests from the terminal.
func (p *Pump) Keyboard() tea.KeyboardEnhancements { return p.m.View().KeyboardEnhancements }

// doing and presenting are messages that run in Update: an action of a key, and presenter mode.
type (
	doing      keys.Action
	presenting bool
)

func (a doing) land(m *root) tea.Cmd { return m.Act(keys.Action(a)) }

func (on presenting) land(m *root) tea.Cmd {
	m.present(bool(on))
	return nil
}

// policy returns the policy for the board of Redacted.
func policy(a console.Application) console.Policy { return console.PolicyOf(a, time.Minute) }

// Redacted returns a text as presenter mode shows it.
func Redacted(b console.Board, text string) string {
	read := session.NewBoard(b, policy, b.Exchanges[0].Started)
	return redact.New(knownNames(&read), nil).Text(text)
}

// Reload sends the configuration as read again.
func (p *Pump) Reload(r Reload) { p.Send(settingsRead{r, false}) }

// Focus returns the number of the focused pane.
func (p *Pump) Focus() int { return int(p.m.focus) + 1 }

// InForce returns the settings in force.
func (p *Pump) InForce() Settings { return p.m.set }

// LostKeys makes the reader of the terminal report lost keys once.
func (p *Pump) LostKeys() {
	lost := true
	p.m.input.lost = func() bool {
		was := lost
		lost = false
		return was
	}
}

// Behind sets whether keys are waiting to be read.
func (p *Pump) Behind(waiting bool) { p.m.input.behind = func() bool { return waiting } }

// Lost feeds a reader of the terminal and asks it twice whether keys were lost.
func Lost(keys []byte) (first, again bool) {
	i := newInput(nil, nil)
	i.feed(keys, false)
	return i.lostKeys(), i.lostKeys()
}

// Passed returns the messages that reach the program if a ctrl+c arrives while it reads given.
func Passed(given string, messages ...tea.Msg) (passed []tea.Msg) {
	i := newInput(nil, nil)
	i.feed([]byte(given), false)
	i.given[1] = i.take(make([]byte, 4096))
	i.feed([]byte("\x03"), false)
	for _, msg := range messages {
		if msg := i.pass(nil, msg); msg != nil {
			passed = append(passed, msg)
		}
	}
	return passed
}

// Suspended gives the terminal back as Bubble Tea does, and returns then.
func Suspended(tty *os.File) {
	i := newInput(tty, nil)
	i.pass(nil, tea.SuspendMsg{})
	i.Fd()
}

// Paused waits for keys from a terminal, gives the terminal back and takes it again. It returns the
// error with which the wait ended, or nil if it did not end.
func Paused(tty *os.File) error {
	i := newInput(tty, func() (cancelreader.CancelReader, error) { return silent{}, nil })
	ended := make(chan error, 1)
	go func() {
		_, err := i.Read(make([]byte, 16))
		ended <- err
	}()
	synctest.Wait()
	i.pause()
	i.Fd()
	synctest.Wait()
	select {
	case err := <-ended:
		return err
	default:
		i.pause()
		return nil
	}
}

// silent is a terminal at which nothing is typed.
type silent struct{ cancelreader.CancelReader }

func (silent) Read([]byte) (int, error) { return 0, cancelreader.ErrCanceled }
func (silent) Cancel() bool             { return true }
func (silent) Close() error             { return nil }

// Drawing reports whether Bubble Tea draws in this process.
func Drawing() bool { return drawing() }

// FedInTurn returns the input that the program reads if it reads each chunk before the next one
// arrives.
func FedInTurn(chunks ...[]byte) (out []byte) {
	i := newInput(nil, nil)
	for _, c := range chunks {
		i.feed(c, false)
		out = append(out, i.takeAll()...)
	}
	return out
}

func (i *input) takeAll() (out []byte) {
	buf := make([]byte, 4096)
	for len(i.waits) > 0 {
		out = append(out, buf[:i.take(buf)]...)
	}
	return out
}

// FedSome returns the input of a program that reads a little at some chunks, and the largest
// backlog. last arrives at the end.
func FedSome(now func(chunk int) bool, last string,
	chunks ...[]byte) (before, after []byte, most int) {
	i := newInput(nil, nil)
	buf := make([]byte, 4096)
	for at, c := range chunks {
		i.feed(c, len(c) == 4096)
		n := len(i.paste) + len(i.half) + len(i.tail)
		for _, w := range i.waits {
			n += len(w.data)
		}
		most = max(most, n)
		if now(at) && len(i.waits) > 0 {
			before = append(before, buf[:i.take(buf)]...)
		}
	}
	i.feed([]byte(last), false)
	return before, i.takeAll(), most
}

// FedThen returns the input of a program that reads each of the first chunks before the next one
// arrives, and none of the later ones.
func FedThen(first []string, then ...string) (out []byte) {
	i := newInput(nil, nil)
	for _, c := range first {
		i.feed([]byte(c), false)
		out = append(out, i.takeAll()...)
	}
	for _, c := range then {
		i.feed([]byte(c), false)
	}
	return append(out, i.takeAll()...)
}

// Fed returns the input that the program reads when a terminal sends these chunks. Chunks of full
// bytes fill a read.
func Fed(full, size int, chunks ...[]byte) []byte {
	i := newInput(nil, nil)
	for _, c := range chunks {
		i.feed(c, len(c) == full)
	}
	var out []byte
	buf := make([]byte, size)
	for len(i.waits) > 0 {
		out = append(out, buf[:i.take(buf)]...)
	}
	return out
}

// Progress returns the value of the terminal's progress bar in percent, or -1 if there is none.
func (p *Pump) Progress() int {
	if b := p.m.progress(); b != nil {
		return b.Value
	}
	return -1
}

// Reads sets how often the reader of the terminal has read.
func (p *Pump) Reads(n int) { p.m.input.reads = func() int { return n } }

// Hints returns the hints of the overlay on top.
func (p *Pump) Hints() []scene.Hint { return p.m.overlays[len(p.m.overlays)-1].Hints(p.m.Scene()) }

// Hush removes the notice from the screen.
func (p *Pump) Hush() {
	p.m.notices.hide()
	p.m.draw()
}

// Place returns where a box of w by h cells stands.
func Place(area, row kit.Rect, w, h int) kit.Rect { return place(area, row, w, h) }
