package ui_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/themes"
	"lanyard/tokenapi"
	"lanyard/ui"
)

// nasty are names that break other programs: wide and combining characters, joined emoji, text from
// right to left, control characters, escape sequences, halves of characters, and empty and long
// texts.
var nasty = []string{
	"決済ゲートウェイ", "Zahlungs\u0308dienst", "👩‍💻 team", "🇩🇪 Berlin", "❤️ love", "العربية",
	"\u202egnp.exe", "a\u200db\u200c", "e\u0301\u0301\u0301\u0301",
	"\x1b[31mred", "tab\there", "line\nbreak", "", "नमस्ते", "한국어 앱", "x\u00adsoft",
	strings.Repeat("very long ", 30), "\xff\xfe", "👨‍👩‍👧‍👦", "Z͑ͫ̓ͪ̂a̗l̸g̨o",
	"עברית", "\x9b31mC1", "\x1b]52;c;eA==\a", "plain", "Orders", "\u2066isolate\u2069",
	"\u3164\u115f", "ﷺ", "\U000e0041tag", "1\ufe0f\u20e3",
}

var everyKey = []string{
	"g", "r", "x", "u", "y", "p", "tab", "shift+tab", "1", "2", "3", "4", "z", "up", "down", "left",
	"right", "h", "j", "k", "l",
	"pgup", "pgdown", "home", "end", "?", "!", "esc", "enter", "n", "w", "ß", "語",
	"G", "X", "Y", "P", "v", "space", "/", "f", "a", "e", "D", ":", "o", "s", "c", "backspace",
	"ctrl+u", "0", "5", "i", "I", "T", "U", "t", "ctrl+o",
}

// decisions is a source of decisions: random numbers, or the script of a fuzzer.
type decisions interface{ IntN(n int) int }

// script makes decisions from bytes. After the last byte each decision is 0.
type script struct{ bytes []byte }

func (s *script) IntN(n int) int {
	if len(s.bytes) == 0 {
		return 0
	}
	b := int(s.bytes[0])
	s.bytes = s.bytes[1:]
	if n > 256 && len(s.bytes) > 0 {
		b, s.bytes = b<<8|int(s.bytes[0]), s.bytes[1:]
	}
	return b % n
}

func pick[T any](d decisions, from []T) T { return from[d.IntN(len(from))] }

// crowd returns a board of n tokens in all states, with names that break other programs.
func crowd(d decisions, n int) console.Board {
	b := orders()
	for len(b.Applications) < 12 {
		a := b.Applications[len(b.Applications)%5]
		a.ID = fmt.Sprintf("app_%d", len(b.Applications))
		b.Applications = append(b.Applications, a)
	}
	for i := range b.Applications {
		a := &b.Applications[i]
		a.Name, a.KeyType, a.Environment.Name = console.Private(pick(d, nasty)), pick(d, nasty),
			console.Private(pick(d, nasty))
		a.Environment.Production = d.IntN(3) == 0
		if d.IntN(4) == 0 {
			a.Environment.Regime = console.RegimeJWT
		}
	}
	seeds := b.Tokens
	b.Tokens = nil
	for i := range n {
		tok := seeds[i%len(seeds)]
		tok.ID, tok.Fingerprint = fmt.Sprintf("t_%04d", i),
			fmt.Sprintf("%08x", uint32(i)*2654435761)
		tok.AppID = b.Applications[min(i%20, 11)].ID // more than half belong to the last one
		tok.User, tok.Scopes = console.Private(pick(d, nasty)),
			[]string{pick(d, nasty), pick(d, nasty)}
		if !tok.ExpiresAt.IsZero() {
			tok.ExpiresAt = tok.ExpiresAt.Add(time.Duration(i) * time.Second)
		}
		if tok.Unsure != nil {
			m := *tok.Unsure
			m.TokenID, m.AppID = tok.ID, tok.AppID
			tok.Unsure = &m
		}
		b.Tokens = append(b.Tokens, tok)
	}
	for i := range b.Exchanges {
		b.Exchanges[i].Application, b.Exchanges[i].URL, b.Exchanges[i].Err = console.Private(
			pick(d, nasty)), pick(d, nasty), pick(d, nasty)
	}
	b.Key = pick(d, []console.KeyStatus{b.Key, lockedKey(),
		{Kind: pick(d, nasty), Place: pick(d, nasty)},
		{Place: "no key yet", Locked: true, Asks: true}})
	return b
}

// randomScreen is a screen that receives random keys, sizes and boards.
type randomScreen struct {
	*ui.Pump
	d       decisions
	w, h    int
	clock   *clock
	board   console.Board
	welcome bool
	did     []string
	sized   int

	seen         string // the last checked frame, and its size
	seenW, seenH int
}

func (s *randomScreen) didf(format string, args ...any) {
	s.did = append(s.did, fmt.Sprintf(format, args...))
	if len(s.did) > 12 {
		s.did = s.did[1:]
	}
}

// newRandomScreen returns a screen with a random theme, random options and a random board.
func newRandomScreen(t testing.TB, d decisions, tokens int) *randomScreen {
	t.Helper()
	s := &randomScreen{d: d, w: 80, h: 24, board: crowd(d, tokens), welcome: d.IntN(12) == 0}
	s.Pump, s.clock = still(t, s.w, s.h, func(o *ui.Options) {
		o.Theme = theme(t, pick(d, themes.Names()))
		o.NoColor, o.ASCII, o.Presenter, o.Tour = d.IntN(3) == 0, d.IntN(4) == 0, d.IntN(5) == 0,
			d.IntN(5) == 0
		o.Title, o.Welcome = pick(d, nasty), s.welcome
		for range d.IntN(3) {
			o.Banners = append(o.Banners,
				describe.Banner{Text: pick(d, nasty), Short: pick(d, nasty)})
		}
	})
	s.Feed(s.board)
	return s
}

// act sends one random message.
func (s *randomScreen) act() {
	if s.Overlays() > 0 && s.d.IntN(4) == 0 {
		// An open overlay takes most keys, so it is often closed: the panes must be tested too.
		s.didf("esc")
		if s.Key("esc"); s.Overlays() > 0 {
			s.didf("y")
			s.Key("y")
		}
		return
	}
	switch s.d.IntN(11) {
	case 0, 1, 2:
		k := pick(s.d, everyKey)
		s.didf("key %s", k)
		s.Key(k)
	case 3:
		s.clock.now = s.clock.now.Add(time.Duration(s.d.IntN(300)) * time.Second)
		s.didf("beat at %v", s.clock.now.Sub(t0))
		s.Beat()
	case 4:
		left := slices.Clone(s.board.Tokens)
		late := s.board
		if n := len(left); n > 0 {
			i := s.d.IntN(n)
			left = slices.Delete(left, i, min(n, i+s.d.IntN(20)))
		}
		late.Tokens = left
		s.didf("%d tokens", len(left))
		if s.Feed(late); s.d.IntN(4) > 0 { // sometimes they are there again in the next board
			s.board = late
		}
	case 5:
		s.didf("a late reading")
		s.FeedLate(s.board)
	case 6:
		s.didf("an answer")
		if n := len(s.board.Tokens); n > 0 {
			s.Brought(s.board.Tokens[s.d.IntN(n)])
		}
	case 7:
		text := pick(s.d, nasty)
		s.didf("paste %q", text)
		s.Paste(text)
	case 8:
		m := tea.Mouse{X: s.d.IntN(320), Y: s.d.IntN(90), Button: tea.MouseLeft}
		s.didf("click %d,%d", m.X, m.Y)
		if s.d.IntN(3) == 0 {
			m.Button = tea.MouseWheelDown
			s.Send(tea.MouseWheelMsg(m))
			break
		}
		s.Send(tea.MouseClickMsg(m))
	case 9:
		s.Send(tea.BackgroundColorMsg{})
	case 10:
		if name := pick(s.d, ui.Actions()); name != "quit" {
			s.didf("do %s", name)
			s.Do(name)
		}
	}
}

// anySize sets a random size, sometimes one at which the layout changes.
func (s *randomScreen) anySize() {
	s.w, s.h = 1+s.d.IntN(300), 1+s.d.IntN(80)
	if s.d.IntN(4) == 0 {
		s.w, s.h = pick(s.d, []int{29, 30, 59, 60, 79, 80, 99, 100, 159, 160, 300}),
			pick(s.d, []int{7, 8, 9, 10, 11, 12, 15, 16, 19, 20, 25, 26, 39, 40, 80})
	}
	s.sized++
	s.didf("%dx%d", s.w, s.h)
	s.Resize(s.w, s.h)
}

// rules fails if the frame breaks a rule that holds for all frames.
func (s *randomScreen) rules(t testing.TB) {
	t.Helper()
	if s.Frame() == "" { // a key suspended the screen
		s.Send(tea.ResumeMsg{})
	}
	frame := s.Frame()
	if frame == s.seen && s.w >= s.seenW && s.h >= s.seenH {
		return
	}
	s.seen, s.seenW, s.seenH = frame, s.w, s.h
	lines := strings.Split(frame, "\n")
	if whole := s.w >= 30 && s.h >= 8; len(lines) > s.h || whole && len(lines) < s.h {
		t.Fatalf("%dx%d: %d lines after %q", s.w, s.h, len(lines), s.did)
	}
	for i, l := range lines {
		n, err := sound(l)
		if err != nil {
			t.Fatalf("%dx%d: line %d: %v, after %q: %q", s.w, s.h, i, err, s.did, l)
		}
		if n > s.w || n < s.w && len(lines) > 1 && !s.welcome {
			t.Fatalf("%dx%d: line %d is %d wide after %q: %q", s.w, s.h, i, n, s.did, ansi.Strip(l))
		}
	}
	if s.w >= 60 && s.h >= 12 && !s.welcome && s.Overlays() == 0 && !s.Quit {
		last := ansi.Strip(lines[len(lines)-1])
		if first := ansi.Strip(lines[0]); strings.Contains(first, " presenting ") {
			if !strings.Contains(first, "ctrl+o closes") {
				t.Fatalf("%dx%d: no way out after %q: %q", s.w, s.h, s.did, first)
			}
		} else if !strings.Contains(last, "?") && !s.Typing() && !s.NoticeInFooter() {
			t.Fatalf("%dx%d: no ? in the footer after %q: %q", s.w, s.h, s.did, last)
		}
	}
}

// sound is a fast form of cells that only checks a line. It returns the larger of the line's two
// widths.
func sound(line string) (wide int, err error) {
	plain, open := true, false
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == '\x1b':
			rest, params, err := sgr(line[i:])
			if err != nil {
				return 0, err
			}
			open = params != "" && params != "0"
			i = len(line) - len(rest)
		case c < ' ' || c == 0x7f:
			return 0, fmt.Errorf("a control character: %q", c)
		case c < utf8.RuneSelf:
			wide++
			i++
		default:
			r, n := utf8.DecodeRuneInString(line[i:])
			if r == utf8.RuneError || r < 0xa0 {
				return 0, fmt.Errorf("a control character or half a character: %q", line[i:i+n])
			}
			wide++
			plain = plain && (r >= '─' && r <= '◿' || r == '…' || r == '·' || r == '≤')
			i += n
		}
	}
	if open {
		return 0, errors.New("the line ends in a style")
	}
	if !plain {
		wide = ansi.StringWidthWc(line)
	}
	return wide, nil
}

// shrink makes the screen too small for any content, and checks that the old frame comes back.
func (s *randomScreen) shrink(t testing.TB) {
	t.Helper()
	s.Redraw() // a notice that has faded must not count as a difference
	before, w, h := s.Frame(), s.w, s.h
	s.w, s.h = 1+s.d.IntN(29), 1+s.d.IntN(7)
	s.didf("%dx%d and back", s.w, s.h)
	s.Resize(s.w, s.h)
	s.rules(t)
	s.w, s.h = w, h
	s.Resize(w, h)
	s.rules(t)
	if after := s.Frame(); after != before {
		t.Fatalf("%dx%d does not come back after %q:\n%s\nwas\n%s", w, h, s.did, ansi.Strip(after),
			ansi.Strip(before))
	}
}

// Ten thousand sizes, while keys are pressed, tokens are added and removed, and answers are late.
// Without LANYARD_FULL the test has four hundred.
func TestAnything(t *testing.T) {
	t.Parallel()
	runs, sizes := 2, 200
	if full() {
		runs = 50
	}
	for seed := range uint64(runs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newRandomScreen(t, rand.New(rand.NewPCG(seed, 7)), 500)
			for s.sized < sizes {
				s.anySize()
				s.rules(t)
				s.act()
				s.rules(t)
				if s.sized%10 == 0 {
					s.shrink(t)
				}
			}
		})
	}
}

// The same with a console behind the screen, whose answers arrive at random times in random order.
func TestAnythingAnswered(t *testing.T) {
	t.Parallel()
	answered := 2
	if full() {
		answered = 12
	}
	for seed := range uint64(answered) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			d := rand.New(rand.NewPCG(seed, 11))
			l := awake(t, func(a *console.Application) {
				a.Name = console.Private(pick[string](d, nasty) + string(a.Name))
			}, func(e *console.Environment) { e.Name = console.Private(pick[string](d, nasty)) })
			s := &randomScreen{Pump: l.Pump, d: d, w: 120, h: 32, clock: l.clock}
			l.api.refresh = d.IntN(2) == 0
			for range 150 {
				s.anySize()
				s.Hold = true
				for range 3 {
					k := pick[string](d, everyKey)
					s.didf("key %s", k)
					s.Key(k)
					s.rules(t)
				}
				l.api.gateway = pick(d, []int{200, 401, 503})
				l.api.err = pick(d,
					[]error{nil, nil,
						&tokenapi.Error{Op: "token", Kind: tokenapi.KindRefused, Status: 400,
							Code: pick[string](d, nasty), Hint: pick[string](d, nasty)}})
				s.Hold = false
				d.Shuffle(len(s.Held),
					func(i, k int) { s.Held[i], s.Held[k] = s.Held[k], s.Held[i] })
				keep := d.IntN(len(s.Held) + 1)
				now := s.Held[keep:]
				s.Held = slices.Clone(s.Held[:keep])
				for _, c := range now {
					s.Run(c)
					s.rules(t)
				}
				l.clock.now = l.clock.now.Add(time.Duration(d.IntN(90)) * time.Second)
				s.Beat()
				s.rules(t)
				if s.Quit {
					l.open()
					s.Pump, s.did = l.Pump, nil
					s.w, s.h = 120, 32
				}
			}
		})
	}
}

// FuzzScreen reads a script of sizes, keys and boards.
func FuzzScreen(f *testing.F) {
	f.Add([]byte("a screen"))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 13))
		b := make([]byte, 160)
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &script{b[:min(len(b), 160)]}
		s := newRandomScreen(t, d, d.IntN(10))
		for len(d.bytes) > 0 {
			s.anySize()
			s.rules(t)
			s.act()
			s.rules(t)
		}
		s.shrink(t)
	})
}
