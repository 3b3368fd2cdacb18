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

// terminal is the part of a file that Bubble Tea needs to set raw mode and to wait for input.
type terminal interface {
	io.ReadWriteCloser
	Fd() uintptr
	Name() string
}

const (
	mostPaste = 64 << 10  // bytes of a paste; nothing takes more than 16 KiB
	mostWait  = 128 << 10 // bytes of pastes that wait; a further one is dropped
	mostKeys  = 4 << 10   // bytes of keys that wait; further ones are dropped
	atOnce    = 64        // bytes of keys that one Read returns
)

// input reads the terminal ahead of the program, which handles one key at a time. So ctrl+c
// overtakes keys that wait, and ends a paste whose end mark never came. A text that was pasted
// without marks becomes one message.
//
// input has no Name method, so that Bubble Tea calls Read without polling the file.
type input struct {
	tty  terminal
	open func() (cancelreader.CancelReader, error)

	mu      sync.Mutex
	came    sync.Cond // signalled when a field below changes
	pump    cancelreader.CancelReader
	stopped chan struct{} // closed when the pump ends
	paused  bool          // Read returns io.EOF until the terminal is set up again
	reading bool          // the program waits in Read
	err     error         // error of the terminal

	waits   []piece // not yet given to the program
	tail    []byte  // the last bytes of keys; a start mark may begin in them
	half    []byte  // start of a character that the end of a read split
	pasting bool    // between the marks of a paste
	begun   bool    // the program has seen its start mark
	paste   []byte
	over    bool // the paste is too long
	ended   bool // ctrl+c ended the paste; bytes up to its end mark are not keys
	long    bool // the last read was longer than a key; the next may be the rest of a paste
	cut     bool // the last read was full; the next may continue its text
	losing  bool // keys are dropped until none wait
	lost    bool // the last keys were dropped
	untold  bool // some were dropped since lostKeys was called
	shed    bool // the text without marks is dropped, and so is its rest

	readN int    // number of reads of the terminal
	given [2]int // bytes of the last two reads
	skip  int    // upper bound of the messages that are older than a waiting ctrl+c
}

// piece is a run of keys, or a paste up to its end mark.
type piece struct {
	data   []byte
	paste  bool
	size   int  // size of an unmarked paste so far
	stop   bool // ctrl+c
	opened bool // the program has a part of it
}

// reading wraps a terminal so that it is read ahead. It returns any other input as it is. On
// Windows Bubble Tea reads the console itself.
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

// Fd returns the file descriptor. Bubble Tea calls it before it gives the terminal back, when its
// drawer has been told to end. It also calls it before it sets raw mode and reads again.
func (i *input) Fd() uintptr {
	i.mu.Lock()
	paused := i.paused
	i.mu.Unlock()
	if paused {
		waitForDrawer()
	}
	i.mu.Lock()
	i.paused = false
	i.mu.Unlock()
	return i.tty.Fd()
}

// Read returns input that waits: one paste or a few keys.
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
	i.reading = true
	for len(i.waits) == 0 && i.err == nil && !i.paused {
		i.came.Wait()
	}
	i.reading = false
	switch {
	case i.paused:
		i.came.Broadcast()
		return 0, io.EOF
	case len(i.waits) == 0:
		return 0, i.err
	}
	n := i.take(p)
	i.given[0], i.given[1] = i.given[1], n
	return n, nil
}

// take moves the first waiting bytes to p. It never splits a sequence, a character or an end mark.
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

// pause stops reading, so that another program can have the terminal. A Read that waits returns
// before pause does: left behind, it would take the first keys after the pause.
func (i *input) pause() {
	i.mu.Lock()
	pump, stopped := i.pump, i.stopped
	i.pump, i.paused = nil, true
	i.came.Broadcast()
	for i.reading {
		i.came.Wait()
	}
	i.mu.Unlock()
	if pump != nil && pump.Cancel() {
		<-stopped
		_ = pump.Close()
	}
}

// waiting reports whether keys wait that the program has not read. Drawing can then wait too.
func (i *input) waiting() bool {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.waits) > 0
}

// readings counts the reads of the terminal.
func (i *input) readings() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.readN
}

// lostKeys reports, once, that keys came faster than the program took them, so that some were
// dropped.
func (i *input) lostKeys() (lost bool) {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	lost, i.untold = i.untold, false
	return lost
}

// pass filters the messages of the program: it drops keys that are older than a ctrl+c.
func (i *input) pass(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.SuspendMsg:
		i.pause()
	case tea.KeyPressMsg:
		if i.stale(normalized(msg).String() == "ctrl+c") {
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

// feed takes bytes that were read from the terminal. With full there may be more of them.
func (i *input) feed(chunk []byte, full bool) {
	// The end mark of a paste that ctrl+c ended may never come: a short read is a key.
	if i.ended && !i.long && len(chunk) <= farthest &&
		!bytes.Contains(i.withTail(chunk), []byte(pasteEnd)) {
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
		if n, end := stops(keys); n > 0 { // it may begin in the last read
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

// farthest is the longest mark or key sequence that the end of a read can split, in bytes.
const farthest = 32

// withTail returns the end of the last chunk and this one.
func (i *input) withTail(chunk []byte) []byte { return append(bytes.Clone(i.tail), chunk...) }

// discard drops the rest of a paste that ctrl+c ended, but keeps a further ctrl+c. It returns what
// follows the end mark or the next start mark.
func (i *input) discard(chunk []byte) (rest []byte) {
	both := i.withTail(chunk)
	i.tail, i.lost = nil, true
	end, start := bytes.Index(both, []byte(pasteEnd)), bytes.Index(both, []byte(pasteStart))
	if end >= 0 && (start < 0 || end < start) { // a ctrl+c before the end mark is text
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

// pasted takes bytes between the marks of a paste, and returns what follows the end mark.
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

// endPaste hands the text to the program. Of a text that is too long it hands over just enough to
// show that.
func (i *input) endPaste(text []byte) {
	if i.over || len(text) > mostPaste {
		text = bytes.Repeat([]byte{' '}, mostPaste+1)
	}
	switch {
	case i.begun:
		i.waits = append(i.waits, piece{data: marked("", text), paste: true})
	case i.pastes() > mostWait:
		i.losing, i.untold = true, true // and the keys behind it
	default:
		i.waits = append(i.waits, piece{data: marked(pasteStart, text), paste: true})
	}
	clear(i.paste)
	i.paste, i.pasting, i.over = nil, false, false
}

// pastes counts the bytes of the pastes that wait.
func (i *input) pastes() (n int) {
	for _, w := range i.waits {
		if w.paste {
			n += len(w.data)
		}
	}
	return n
}

// marked encloses a text in paste marks. It replaces escape characters: the decoder of Bubble Tea
// would end the paste at one.
func marked(start string, text []byte) []byte {
	clean := bytes.ReplaceAll(bytes.ToValidUTF8(text, []byte("\ufffd")), []byte{0x1b}, []byte{0x1a})
	return append(append([]byte(start), clean...), pasteEnd...)
}

// ctrlC matches ctrl+c: the control character, or its sequence in the kitty keyboard protocol or in
// xterm's modifyOtherKeys.
var ctrlC = regexp.MustCompile(
	`\x03|\x1b\[(?:99(?::\d*)*|(?:9\d\d|\d{4,}):\d*:99);(\d+)(?::[12])?u|\x1b\[27;(\d+);99~`)

// stops counts the ctrl+c in b, and returns the offset behind the last one.
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

// interrupt puts n ctrl+c in front, and drops everything else that waits.
func (i *input) interrupt(n int) {
	var stop []byte
	if i.begun || len(i.waits) > 0 &&
		(i.waits[0].paste && i.waits[0].opened ||
			bytes.HasPrefix(i.waits[0].data, []byte(pasteEnd))) {
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
	if i.lost && !i.losing { // the rest of a dropped sequence is not text
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
		if n := bytes.IndexByte(chunk, '\t'); n >= 0 { // a script fills in the fields of a form
			text = chunk[:n]
		}
		rest := chunk[len(text):]
		more := full && len(rest) == 0
		if !more {
			text = bytes.TrimRight(text, "\r\n") // the enter behind it is a key
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

// within counts the bytes of the chunk that belong to a sequence which began before it.
func (i *input) within(chunk []byte) int {
	at := bytes.LastIndexByte(i.tail, 0x1b)
	if at < 0 {
		return 0
	}
	_, _, n, _ := ansi.DecodeSequence(append(bytes.Clone(i.tail[at:]), chunk...), ansi.NormalState,
		nil)
	return max(0, at+n-len(i.tail))
}

// key queues keys. If too many wait it drops them.
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
		if at := bytes.LastIndexByte(last.data, 0x1b); at >= 0 && !last.paste {
			// its end is dropped
			_, _, _, state := ansi.DecodeSequence(last.data[at:], ansi.NormalState, nil)
			if state != ansi.NormalState {
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

// burst queues text as a paste. With continues it is the rest of the text before it, and with more
// it may itself have a rest.
func (i *input) burst(text []byte, continues, more bool) {
	if more { // a character may continue as well
		r := len(text) - 1
		for r > 0 && len(text)-r < utf8.UTFMax && !utf8.RuneStart(text[r]) {
			r--
		}
		if !utf8.FullRune(text[r:]) {
			text, i.half = text[:r], bytes.Clone(text[r:])
		}
	}
	if !continues {
		i.shed = i.pastes() > mostWait
	}
	if i.shed {
		i.losing, i.untold = true, true
		return
	}
	if n := len(i.waits); continues && n > 0 {
		if last := &i.waits[n-1]; last.size > 0 && len(last.data) >= len(pasteEnd) {
			if last.size += len(text); last.size-len(text) <= mostPaste {
				// the program refuses what is longer
				last.data = append(last.data[:len(last.data)-len(pasteEnd)], marked("", text)...)
			}
			return
		}
	}
	i.waits = append(i.waits, piece{data: marked(pasteStart, text), paste: true, size: len(text)})
}
