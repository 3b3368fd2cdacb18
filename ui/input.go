package ui

import (
	"bytes"
	"io"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/cancelreader"
)

// terminal is what Bubble Tea wants of a terminal to put it into raw mode, and of a file to be woken up by it.
type terminal interface {
	io.ReadWriteCloser
	Fd() uintptr
	Name() string
}

const (
	mostPaste = 64 << 10  // bytes of a paste; nothing takes more than 16 KiB
	mostWait  = 128 << 10 // bytes of pastes that wait; the next one is lost
	mostKeys  = 4 << 10   // bytes of keys that wait; what is typed beyond them is lost
	atOnce    = 64        // bytes of keys that the program is given at a time
)

// input reads the terminal ahead of the program, which handles one key at a time. So ctrl+c overtakes the keys that
// wait and ends a paste whose end never came, and a text that was pasted without marks becomes one message.
//
// It has no Name, so that Bubble Tea calls Read without looking whether the file is readable.
type input struct {
	tty  terminal
	open func() (cancelreader.CancelReader, error)

	mu      sync.Mutex
	came    sync.Cond // something below has changed
	pump    cancelreader.CancelReader
	stopped chan struct{} // closed by the pump at its end
	paused  bool          // Read gives io.EOF until the terminal is set up again
	err     error         // of the terminal

	waits   []piece // not yet given to the program
	tail    []byte  // the last bytes of keys, in which the start of a paste may have begun
	half    []byte  // of a character that was cut by the end of a read
	pasting bool    // between the marks of a paste
	begun   bool    // the program has seen the start of it
	paste   []byte
	over    bool // the paste is too long
	ended   bool // ctrl+c ended the paste, and what follows to its end mark is no key
	long    bool // the last read was longer than a key, so the next one may be the rest of a paste
	cut     bool // the last read was full, so the next one may be more of the same text
	losing  bool // keys are lost until none wait
	lost    bool // the last ones were
	untold  bool // some were, and nobody has asked
	shed    bool // the text without marks is lost, and so is its rest

	readN int    // how often something was read
	given [2]int // bytes of the last two reads
	skip  int    // so many messages at most are older than a ctrl+c that waits
}

// piece is a run of keys, or a paste to its end mark.
type piece struct {
	data   []byte
	paste  bool
	size   int  // of an unmarked paste so far
	stop   bool // ctrl+c
	opened bool // a part of it was given
}

// reading is the terminal, read ahead; another input is left as it is. On Windows Bubble Tea reads the console by itself.
func reading(in io.Reader) (io.Reader, *input) {
	t, ok := in.(terminal)
	if !ok || runtime.GOOS == "windows" {
		return in, nil
	}
	i := newInput(t, func() (cancelreader.CancelReader, error) { return cancelreader.NewReader(t) })
	return i, i
}

func newInput(t terminal, open func() (cancelreader.CancelReader, error)) *input {
	i := &input{tty: t, open: open}
	i.came.L = &i.mu
	return i
}

func (i *input) Write(p []byte) (int, error) { return i.tty.Write(p) }
func (i *input) Close() error                { return i.tty.Close() }

// Fd is asked for when the terminal is put into raw mode, which is before it is read again.
func (i *input) Fd() uintptr {
	i.mu.Lock()
	i.paused = false
	i.mu.Unlock()
	return i.tty.Fd()
}

// Read gives what waits: one paste, or a few keys.
func (i *input) Read(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.pump == nil && !i.paused {
		pump, err := i.open()
		if err != nil {
			return 0, err
		}
		i.pump, i.stopped = pump, make(chan struct{})
		go i.run(pump, i.stopped)
	}
	for len(i.waits) == 0 && i.err == nil && !i.paused {
		i.came.Wait()
	}
	switch {
	case i.paused:
		return 0, io.EOF
	case len(i.waits) == 0:
		return 0, i.err
	}
	n := i.take(p)
	i.given[0], i.given[1] = i.given[1], n
	return n, nil
}

// take moves the first bytes that wait to p: of keys a few, and no part of a sequence, a character or an end mark.
func (i *input) take(p []byte) int {
	first := &i.waits[0]
	n := min(len(first.data), len(p))
	switch {
	case first.paste && n < len(first.data) && n > len(pasteEnd)+utf8.UTFMax:
		n = min(n, len(first.data)-len(pasteEnd))
		for !utf8.RuneStart(first.data[n]) {
			n--
		}
	case !first.paste && n > atOnce:
		most := n
		for n = 0; n < atOnce; {
			_, _, w, _ := ansi.DecodeSequence(first.data[n:], ansi.NormalState, nil)
			n += max(w, 1)
		}
		n = min(n, most)
	}
	copy(p, first.data[:n])
	clear(first.data[:n])
	first.data, first.opened = first.data[n:], true
	if len(first.data) == 0 {
		i.waits = i.waits[1:]
	}
	i.losing = i.losing && len(i.waits) > 0
	return n
}

// run reads the terminal until it is canceled.
func (i *input) run(pump cancelreader.CancelReader, stopped chan struct{}) {
	defer close(stopped)
	buf := make([]byte, 4096)
	for {
		n, err := pump.Read(buf)
		i.mu.Lock()
		i.readN++
		i.feed(buf[:n], n == len(buf))
		clear(buf[:n])
		if err != nil {
			if err != cancelreader.ErrCanceled { //nolint:errorlint // it is returned as it is
				i.err = err
			}
			i.came.Broadcast()
			i.mu.Unlock()
			return
		}
		i.came.Broadcast()
		i.mu.Unlock()
	}
}

// pause stops reading, so that the terminal belongs to another program until it is set up again.
func (i *input) pause() {
	i.mu.Lock()
	pump, stopped := i.pump, i.stopped
	i.pump, i.paused = nil, true
	i.came.Broadcast()
	i.mu.Unlock()
	if pump != nil && pump.Cancel() {
		<-stopped
		_ = pump.Close()
	}
}

// waiting reports whether keys wait that the program has not been given, so that drawing can wait, too.
func (i *input) waiting() bool {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.waits) > 0
}

// readings counts how often something was read from the terminal.
func (i *input) readings() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.readN
}

// lostKeys reports, once, that keys came faster than they were taken, so that some are lost.
func (i *input) lostKeys() (lost bool) {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	lost, i.untold = i.untold, false
	return lost
}

// pass is a filter of the messages of a program: those of keys that are older than a ctrl+c are dropped.
func (i *input) pass(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.SuspendMsg:
		i.pause()
	case tea.KeyPressMsg:
		if i.stale(settled(msg).String() == "ctrl+c") {
			return nil
		}
	case tea.PasteMsg, tea.MouseMsg:
		if i.stale(false) {
			return nil
		}
	}
	return msg
}

func (i *input) stale(stop bool) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if stop {
		i.skip = 0
	}
	if i.skip == 0 {
		return false
	}
	i.skip--
	return true
}

// feed takes what was read from the terminal; full says that there may be more of it.
func (i *input) feed(chunk []byte, full bool) {
	// The end mark of a paste that ctrl+c ended may never come: a short read is a key.
	if i.ended && !i.long && len(chunk) <= farthest && !bytes.Contains(i.withTail(chunk), []byte(pasteEnd)) {
		i.ended = false
	}
	i.long = len(chunk) > farthest
	chunk = append(i.half, chunk...)
	i.half = nil
	for len(chunk) > 0 {
		switch {
		case i.pasting:
			chunk = i.pasted(chunk)
			continue
		case i.ended:
			chunk = i.discard(chunk)
			continue
		}
		both := i.withTail(chunk)
		keys, _, paste := bytes.Cut(both, []byte(pasteStart))
		if n, end := stops(keys); n > 0 { // it may have begun in the last read
			i.interrupt(n)
			i.tail, i.lost, chunk = nil, false, both[end:]
			continue
		}
		if !paste {
			i.typed(chunk, full)
			i.tail = both[max(0, len(both)-farthest):]
			return
		}
		at := len(keys) - len(i.tail)
		end := at + len(pasteStart)
		if i.begun = at < 0 && !i.lost && i.pastes() <= mostWait; i.begun {
			i.waits = append(i.waits, piece{data: bytes.Clone(chunk[:end]), paste: true})
		}
		i.typed(chunk[:max(at, 0)], false)
		i.pasting, i.tail, chunk = true, nil, chunk[end:]
	}
}

// farthest is how many bytes before the end of a read a mark or a key may begin that ends behind it.
const farthest = 32

// withTail is a chunk behind the end of the last one.
func (i *input) withTail(chunk []byte) []byte { return append(bytes.Clone(i.tail), chunk...) }

// discard drops the rest of a paste that ctrl+c ended, but for more of ctrl+c, and gives what follows its end or the start of
// another one.
func (i *input) discard(chunk []byte) (rest []byte) {
	both := i.withTail(chunk)
	i.tail, i.lost = nil, true
	end, start := bytes.Index(both, []byte(pasteEnd)), bytes.Index(both, []byte(pasteStart))
	if end >= 0 && (start < 0 || end < start) { // a ctrl+c before it is text
		i.ended = false
		return both[end+len(pasteEnd):]
	}
	text := both
	if start >= 0 {
		i.ended, text, rest = false, both[:start], both[start:]
	}
	n, last := stops(text)
	if n > 0 {
		i.interrupt(n)
	}
	if start < 0 {
		i.tail = both[max(last, len(both)-farthest):]
	}
	return rest
}

// pasted takes what follows the start of a paste, and gives what follows its end.
func (i *input) pasted(chunk []byte) (rest []byte) {
	from := max(0, len(i.paste)-farthest)
	i.paste = append(i.paste, chunk...)
	fresh := i.paste[from:]
	if at := bytes.Index(fresh, []byte(pasteEnd)); at >= 0 {
		rest = bytes.Clone(fresh[at+len(pasteEnd):])
		i.endPaste(i.paste[:from+at])
		return rest
	}
	if n, end := stops(fresh); n > 0 {
		rest = bytes.Clone(fresh[end:])
		i.endPaste(nil)
		i.interrupt(n)
		i.begun, i.ended = false, true
		return rest
	}
	if len(i.paste) > mostPaste+farthest {
		i.over = true
		i.paste = append(i.paste[:0], i.paste[len(i.paste)-farthest:]...)
	}
	return nil
}

// endPaste gives the text to the program, or as much as shows that it was too long.
func (i *input) endPaste(text []byte) {
	if i.over || len(text) > mostPaste {
		text = bytes.Repeat([]byte{' '}, mostPaste+1)
	}
	switch {
	case i.begun:
		i.waits = append(i.waits, piece{data: marked("", text), paste: true})
	case i.pastes() > mostWait:
		i.losing, i.untold = true, true // the keys behind it, too
	default:
		i.waits = append(i.waits, piece{data: marked(pasteStart, text), paste: true})
	}
	clear(i.paste)
	i.paste, i.pasting, i.over = nil, false, false
}

// pastes gives how many bytes of pastes wait.
func (i *input) pastes() (n int) {
	for _, w := range i.waits {
		if w.paste {
			n += len(w.data)
		}
	}
	return n
}

// marked is a text as the decoder of Bubble Tea takes it to its end: an escape would begin a sequence in the middle of it.
func marked(start string, text []byte) []byte {
	clean := bytes.ReplaceAll(bytes.ToValidUTF8(text, []byte("\ufffd")), []byte{0x1b}, []byte{0x1a})
	return append(append([]byte(start), clean...), pasteEnd...)
}

// ctrlC matches what a terminal sends for ctrl+c: the control character, or the sequence of the kitty protocol or of xterm's
// modifyOtherKeys with its modifiers.
var ctrlC = regexp.MustCompile(`\x03|\x1b\[(?:99(?::\d*)*|(?:9\d\d|\d{4,}):\d*:99);(\d+)(?::[12])?u|\x1b\[27;(\d+);99~`)

// stops counts the ctrl+c in b, and says where the last one ends.
func stops(b []byte) (n, end int) {
	const ctrl, locks = 4, 64 | 128 // caps lock and num lock
	for _, m := range ctrlC.FindAllSubmatchIndex(b, -1) {
		is := b[m[0]] == 0x03
		for _, at := range []int{2, 4} {
			if m[at] >= 0 {
				mod, err := strconv.Atoi(string(b[m[at]:m[at+1]]))
				is = err == nil && (mod-1)&^locks == ctrl
			}
		}
		if is {
			n, end = n+1, m[1]
		}
	}
	return n, end
}

// interrupt puts n ctrl+c before everything that waits, and drops the rest.
func (i *input) interrupt(n int) {
	var stop []byte
	if i.begun || len(i.waits) > 0 && (i.waits[0].paste && i.waits[0].opened || bytes.HasPrefix(i.waits[0].data, []byte(pasteEnd))) {
		stop = append(stop, pasteEnd...)
	}
	for _, w := range i.waits {
		if w.stop {
			n += bytes.Count(w.data, []byte{0x03})
		}
		clear(w.data)
	}
	stop = append(stop, bytes.Repeat([]byte{0x03}, min(n, atOnce))...)
	i.waits = append(i.waits[:0], piece{data: stop, stop: true})
	i.skip, i.losing, i.cut = i.given[0]+i.given[1], false, false
}

// typed takes keys, and text that was pasted without marks.
func (i *input) typed(chunk []byte, full bool) {
	if i.lost && !i.losing { // the rest of a sequence that began in what was lost is no text
		chunk = chunk[i.within(chunk):]
	}
	if i.lost = i.losing && len(chunk) > 0; i.losing || len(chunk) == 0 {
		return
	}
	if !plainText(chunk) {
		i.cut = false
		i.key(chunk)
		return
	}
	least := leastBurst
	if i.cut {
		least = 1
	}
	i.cut = false
	for len(chunk) > 0 {
		text := chunk
		if n := bytes.IndexByte(chunk, '\t'); n >= 0 { // from field to field: a script fills in a form
			text = chunk[:n]
		}
		rest := chunk[len(text):]
		more := full && len(rest) == 0
		if !more {
			text = bytes.TrimRight(text, "\r\n") // enter, behind it
		}
		enters := chunk[len(text) : len(chunk)-len(rest)]
		if isBurst(text, least) {
			i.burst(text, least == 1, more)
			i.cut = more
		} else {
			i.key(text)
		}
		i.key(enters)
		if chunk, least = rest, leastBurst; len(rest) > 0 {
			i.key(rest[:1])
			chunk = rest[1:]
		}
	}
}

// within gives how many bytes of the chunk belong to a sequence that began before it.
func (i *input) within(chunk []byte) int {
	at := bytes.LastIndexByte(i.tail, 0x1b)
	if at < 0 {
		return 0
	}
	_, _, n, _ := ansi.DecodeSequence(append(bytes.Clone(i.tail[at:]), chunk...), ansi.NormalState, nil)
	return max(0, at+n-len(i.tail))
}

// key lets keys wait, unless too many do.
func (i *input) key(keys []byte) {
	if len(keys) == 0 {
		return
	}
	n := len(keys)
	for _, w := range i.waits {
		if !w.paste {
			n += len(w.data)
		}
	}
	last := &piece{paste: true}
	if n := len(i.waits); n > 0 {
		last = &i.waits[n-1]
	}
	switch {
	case n > mostKeys:
		i.losing, i.lost, i.untold = true, true, true
		if at := bytes.LastIndexByte(last.data, 0x1b); at >= 0 && !last.paste { // its end is lost
			if _, _, _, state := ansi.DecodeSequence(last.data[at:], ansi.NormalState, nil); state != ansi.NormalState {
				last.data = last.data[:at]
			}
		}
		return
	case !last.paste && !last.stop:
		last.data = append(last.data, keys...)
		return
	}
	i.waits = append(i.waits, piece{data: bytes.Clone(keys)})
}

// burst lets text wait as a paste. On is the rest of the text before it; more says that another rest may follow.
func (i *input) burst(text []byte, on, more bool) {
	if more { // a character may go on, too
		r := len(text) - 1
		for r > 0 && len(text)-r < utf8.UTFMax && !utf8.RuneStart(text[r]) {
			r--
		}
		if !utf8.FullRune(text[r:]) {
			text, i.half = text[:r], bytes.Clone(text[r:])
		}
	}
	if !on {
		i.shed = i.pastes() > mostWait
	}
	if i.shed {
		i.losing, i.untold = true, true
		return
	}
	if n := len(i.waits); on && n > 0 {
		if last := &i.waits[n-1]; last.size > 0 && len(last.data) >= len(pasteEnd) {
			if last.size += len(text); last.size-len(text) <= mostPaste { // the program refuses what is longer
				last.data = append(last.data[:len(last.data)-len(pasteEnd)], marked("", text)...)
			}
			return
		}
	}
	i.waits = append(i.waits, piece{data: marked(pasteStart, text), paste: true, size: len(text)})
}
